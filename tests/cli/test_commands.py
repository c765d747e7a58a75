"""The commands as an editor meets them: exit codes, messages, files; never a traceback for a user's mistake."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import site_builder
from site_builder.cli import COMMANDS, main
from tests.site.pieces import make_site, piece, texts
from tests.support.sample import REPOSITORY
from tests.support.site import SiteDir

AT = "2026-11-22T00:00:00+00:00"


def run(*arguments: object) -> Result:
    """A command in this process; whatever is no exit is a bug and comes up here."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def run_program(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "site_builder", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def made(tmp_path: Path) -> SiteDir:
    files = {
        f"content/p{number}.md": piece(f"Piece {number}", timestamp=f"2026-11-0{number + 1}") for number in range(7)
    }
    files["content/draft.md"] = piece("A draft", draft=True, slug="draft")
    files["site.yaml"] = "site: {timezone: Asia/Shanghai}\ncategories: [Retail, Beauty]\n"
    return make_site(tmp_path, files)


def build(made: SiteDir, *arguments: object) -> Result:
    return run("build", "--site", made.path, "--at", AT, "--jobs", "1", *arguments)


# ---------------------------------------------------------------- all commands


def test_version_answers_at_once_and_loads_neither_jinja_nor_markdown(tmp_path: Path) -> None:
    script = (
        "import sys, time; start = time.process_time()\n"
        "from site_builder.cli import main\n"
        "main(['--version'], standalone_mode=False)\n"
        "heavy = {'jinja2', 'markdown', 'yaml', 'nh3', 'PIL', 'rich', 'comrak'} & set(sys.modules)\n"
        "print(time.process_time() - start, sorted(heavy))"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    version, cost = done.stdout.splitlines()
    assert version == f"site-builder, version {site_builder.__version__}"
    seconds, heavy = cost.split(" ", 1)
    assert heavy == "[]"
    # Time of the processor, so that a busy machine is not at fault.
    assert float(seconds) < 0.5


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_every_command_explains_itself(name: str) -> None:
    result = run(*filter(None, [name]), "--help")
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")
    assert all(command in result.output for command in ([] if name else COMMANDS))
    assert run(*filter(None, [name]), "-h").output == result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("biuld",),
        ("build", "--wat"),
        ("build", "--at", "yesterday"),
        ("build", "--at", ""),
        ("build", "--jobs", "0"),
        ("build", "--jobs", "many"),
        ("build", "extra"),
        ("build", "--site", "does-not-exist"),
        ("init",),
        ("new",),
        ("new", "  "),
        ("why",),
        ("why", "a", "b"),
        ("clean", "--site", "does-not-exist"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert not result.stdout
    assert not list(tmp_path.iterdir())


def test_a_misspelt_command_is_suggested() -> None:
    assert "Did you mean 'build'?" in run("biuld").stderr


def test_as_a_program_it_answers_with_the_same_codes(made: SiteDir) -> None:
    assert run_program("build", "--at", AT, cwd=made.path).returncode == 0
    made.write("content/p1.md", "---\ntitle: X\ncatgory: Retail\n---\n")
    failed = run_program("build", cwd=made.path)
    assert failed.returncode == 1
    assert "content/p1.md:3:1: unknown key 'catgory'. Did you mean 'category'?" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert run_program("build", "--wat", cwd=made.path).returncode == 2


# ---------------------------------------------------------------- build


def test_build_prints_what_it_did(made: SiteDir) -> None:
    result = build(made)
    assert result.exit_code == 0
    assert (made.out / "index.html").is_file()
    assert re.search(r"^ *article +7 +7 *$", result.stdout, re.MULTILINE)
    assert "7 articles, 1 hidden (drafts, future, expired)" in result.stdout
    assert "as of 2026-11-22T00:00:00+00:00" in result.stdout
    assert re.search(r"\d+\.\d\d s \(scan .*write .*\), 1 process, [\d,]+ MB", result.stdout)
    assert "\x1b" not in result.output, "no colors where there is no terminal"
    assert result.stderr.splitlines() == ["reading: 8 done", f"rendering: {rendered(result.stdout)} done"]


def rendered(table: str) -> int:
    """The number of pages that a build's table tells of, copied files left out."""
    rows = re.findall(r"^ *(\S[a-z0-9 ]*?) {2,}(\d+) +\d+ *$", table, re.MULTILINE)
    return sum(int(count) for kind, count in rows if kind not in ("all", "files copied"))


def test_the_report_has_the_numbers_of_the_build(made: SiteDir) -> None:
    path = made.path / "reports" / "build.json"
    assert build(made, "--json", path).exit_code == 0
    report = json.loads(path.read_text(encoding="utf-8"))
    assert (report["articles"], report["hidden"], report["removed"], report["warnings"]) == (7, 1, 0, [])
    assert report["instant"] == AT
    assert report["pages"]["article"] == {"rendered": 7, "written": 7}
    assert set(report["stages"]) == {"scan", "parse", "plan", "render", "write"}
    files = sum(kind["written"] for kind in report["pages"].values()) + report["files_written"]
    assert files == len(made.files())
    assert report["peak_memory"] > 10_000_000
    assert build(made, "--json", path).exit_code == 0
    again = json.loads(path.read_text(encoding="utf-8"))
    assert sum(kind["written"] for kind in again["pages"].values()) + again["files_written"] == 0


def test_drafts_and_at_decide_what_is_seen(made: SiteDir) -> None:
    page = made.out / "2026" / "11" / "draft" / "index.html"
    build(made)
    assert not page.exists()
    build(made, "--drafts")
    assert page.exists()
    # Without a zone an instant is one of the site's: 16:00 UTC is midnight in Shanghai.
    for at, count in (("2026-11-03", 3), ("2026-11-02T15:59:59+00:00", 2), ("2026-11-02T16:00:00Z", 3)):
        assert run("build", "--site", made.path, "--at", at, "--jobs", "1").exit_code == 0
        assert len(list(made.out.glob("2026/11/p*"))) == count, at


def test_output_is_another_folder(made: SiteDir, tmp_path: Path) -> None:
    build(made, "--output", tmp_path / "a" / "b [bold]c[/x]")
    assert (tmp_path / "a" / "b [bold]c[/x]" / "index.html").is_file()
    assert not made.out.exists()


@pytest.mark.parametrize("output", ["content", "content/public", "static", "templates/x"])
def test_an_output_among_the_sources_is_refused(made: SiteDir, output: str) -> None:
    """The next build would read it as content."""
    before = {path: path.read_bytes() for path in made.path.rglob("*") if path.is_file()}
    result = build(made, "--output", made.path / output)
    assert result.exit_code == 1
    assert "--output" in result.stderr
    assert {path: path.read_bytes() for path in made.path.rglob("*") if path.is_file()} == before


def test_strict_turns_a_warning_into_an_error(made: SiteDir) -> None:
    made.write("content/p1.md", piece("Piece", image_credit="Nobody", timestamp="2026-11-02"))
    told = "content/p1.md:5:15: image_credit: has no effect without image"
    result = build(made)
    assert result.exit_code == 0
    assert "1 warning:" in result.stderr
    assert told in result.stderr
    files = made.files()
    result = build(made, "--strict")
    assert result.exit_code == 1
    assert told in result.stderr
    assert made.files() == files


def test_all_problems_are_told_each_on_one_line(made: SiteDir) -> None:
    made.write("content/p1.md", "---\ntitle: X\ncatgory: Retail\ntimestamp: yesterday\n---\n")
    made.write("content/p2.md", piece("X", category="Retial"))
    result = build(made)
    assert result.exit_code == 1
    heading, *lines = result.stderr.splitlines()[1:]
    assert heading == "4 problems:"
    assert len(lines) == 4
    assert all(re.fullmatch(r"  content/p[12]\.md:\d+:\d+: .+[.?!]?", line) for line in lines)
    assert any(line.endswith("Did you mean 'Retail'?") for line in lines)
    assert not result.stdout


@pytest.mark.parametrize(
    "path, text, told",
    [
        ("templates/article.html", "{{ artcle.title }}", "templates/article.html:1:1: 'artcle' is undefined"),
        ("templates/article.html", "{% if %}", "templates/article.html:1:1: Expected an expression"),
        ("templates/article.html", "\n{{ article.titel }}", "templates/article.html:2:1: "),
        ("templates/article.html", "{{ 'no.css' | asset }}", "templates/article.html:1:1: asset: static/no.css"),
        ("templates/article.html", "{{ article.category | views }}", "templates/article.html"),
        ("templates/article.html", '{% include "article.html" %}', "templates/article.html"),
        ("templates/article.html", "{{ [1].append(2) }}", "templates/article.html:1:1: .append() changes a value"),
        ("site.yaml", "sight: {}", "site.yaml:1:1: unknown key 'sight'. Did you mean 'site'?"),
        ("site.yaml", "site: {timezone: Mars/Olympus}", "site.yaml:1:18: "),
        ("site.yaml", b"\xff", "site.yaml: cannot be read"),
        ("templates/article.html", b"\xff", "templates/article.html: cannot be read"),
        ("content/image.md", piece(image="/p.png", image_alt="x"), "content/image.md:5:8: image: there is no file"),
        ("content/pin.md", piece(related=["p99"]), "content/pin.md:5:11: related: 'p99' names no article"),
    ],
)
def test_a_fault_of_the_site_names_its_place(made: SiteDir, path: str, text: str | bytes, told: str) -> None:
    made.write(path, text)
    result = build(made)
    assert result.exit_code == 1
    assert told in result.stderr
    assert not made.out.exists()


@pytest.mark.parametrize("at", ["0001-01-01", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_instants_at_the_ends_of_time_are_no_bugs(made: SiteDir, at: str) -> None:
    assert run("build", "--site", made.path, "--at", at, "--jobs", "1").exit_code in (0, 2)


def test_a_folder_without_content_says_what_to_do(tmp_path: Path) -> None:
    result = run("build", "--site", tmp_path)
    assert result.exit_code == 1
    assert "site-builder init" in result.stderr
    assert not list(tmp_path.iterdir())


# ---------------------------------------------------------------- init, new


def test_a_new_portal_builds(tmp_path: Path) -> None:
    folder = tmp_path / "my portal"
    result = run("init", folder)
    assert result.exit_code == 0
    assert "site-builder build" in result.stdout
    assert {path.name for path in folder.iterdir()} == {"content", "templates", "static", "site.yaml", ".gitignore"}
    assert run("build", "--site", folder, "--at", "2027-01-31", "--strict").exit_code == 0
    assert (folder / "public" / "index.html").is_file()


def test_init_takes_an_empty_folder_and_refuses_any_other(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    file = tmp_path / "file"
    file.write_text("mine")
    for place in (full, file, file / "below"):
        result = run("init", place)
        assert result.exit_code == 1
        assert str(place) in result.stderr
        assert not result.stdout
    assert [path.name for path in full.iterdir()] == ["mine.txt"]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run("init", empty).exit_code == 0


HEADLINES = [
    "Norrvik opens in Chengdu",
    "Quotes \" and \\ and ' and: colons # [x]",
    "木棉花开了",
    "👩‍👩‍👧 family",
    "--- +++",
    "../../etc/passwd",
    "bell \x07 delete \x7f next \x85 end",
    "no\ufffecharacter",
    "not utf-8 \udcff",
]


@pytest.mark.parametrize("headline", HEADLINES, ids=ascii)
def test_new_writes_a_file_that_builds(made: SiteDir, headline: str) -> None:
    result = run("new", "--site", made.path, "--author", "Lin Wei", "--category", "Beauty", "--", headline)
    assert result.exit_code == 0, result.stderr
    path = Path(result.stdout.strip())
    assert path.is_file()
    assert path.resolve().is_relative_to((made.path / "content").resolve())
    assert run("build", "--site", made.path, "--strict").exit_code == 0
    assert not list(made.out.glob(f"*/*/{path.stem}/index.html")), "it starts as a draft"
    path.write_text(path.read_text(encoding="utf-8").replace("draft: true\n", "").replace("tags: []", "tags: [x]"))
    assert run("build", "--site", made.path, "--strict").exit_code == 0
    (page,) = made.out.glob(f"*/*/{path.stem}/index.html")
    tree = made.html(page.relative_to(made.out).as_posix())
    (title,) = texts(tree, "//h1")
    assert title == " ".join(
        re.sub("[\x00-\x08\x7f-\x9f\ufffe\udc80-\udcff]", "", headline.replace("\x85", " ")).split()
    )
    assert "Beauty" in texts(tree, '//nav[@aria-label="Breadcrumb"]//a')
    assert texts(tree, '//a[@rel="author"]') == ["Lin Wei"]


def test_new_never_overwrites(made: SiteDir) -> None:
    path = Path(run("new", "--site", made.path, "A headline").stdout.strip())
    path.write_text("mine")
    result = run("new", "--site", made.path, "A headline")
    assert result.exit_code == 1
    assert "exists already" in result.stderr
    assert path.read_text() == "mine"


def test_new_knows_the_sections_of_the_paper(made: SiteDir) -> None:
    result = run("new", "--site", made.path, "A headline", "--category", "Retial")
    assert result.exit_code == 1
    assert "Did you mean 'Retail'?" in result.stderr
    path = Path(run("new", "--site", made.path, "A headline", "--category", "ｒｅｔａｉｌ").stdout.strip())
    assert 'category: "Retail"' in path.read_text(encoding="utf-8"), "twins are one section here too"


# ---------------------------------------------------------------- clean, why


def test_clean_removes_what_was_built_and_nothing_else(made: SiteDir) -> None:
    build(made)
    count = len(made.files())
    (made.out / "CNAME").write_text("selvedge.example")
    (made.out / "2026" / "mine.txt").write_text("mine")
    result = run("clean", "--site", made.path)
    assert result.exit_code == 0
    assert f"{count} files removed" in result.stdout
    assert set(made.files()) == {"CNAME", "2026/mine.txt"}
    assert run("clean", "--site", made.path).exit_code == 0
    assert set(made.files()) == {"CNAME", "2026/mine.txt"}


def test_clean_leaves_sources_alone_and_takes_the_whole_output(made: SiteDir) -> None:
    sources = {path for path in made.path.rglob("*") if path.is_file()}
    build(made)
    run("clean", "--site", made.path)
    assert not made.out.exists()
    assert {path for path in made.path.rglob("*") if path.is_file()} == sources


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> SiteDir:
    files = {
        f"content/p{number}.md": piece(
            f"Piece {number} [/bold] [red]",
            timestamp=f"2026-11-{number + 1:02}",
            category="Retail" if number % 2 else "Beauty",
            tags=[f"tag {number % 3}", "[b]all[/b]"],
            related=["p0"] if number == 11 else None,
        )
        for number in range(12)
    }
    return make_site(tmp_path_factory.mktemp("why"), files)


@pytest.mark.parametrize("wanted", ["content/p10.md", "./content/p10.md", "p10.md", "/2026/11/p10/", "/2026/11/p10"])
def test_why_prints_terms_that_add_up(archive: SiteDir, wanted: str) -> None:
    result = run("why", "--site", archive.path, "--at", AT, wanted)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "Piece 10 [/bold] [red]"
    rows = re.findall(
        r"^ *(\d+)  +(.+?)  +(\d+)  +(\d+)  +(Piece \d+ \[/bold\] \[red\]) *$", result.stdout, re.MULTILINE
    )
    assert len(rows) == 5
    for score, tags, category, nearness, _ in rows:
        points = [int(tag.rsplit(" ", 1)[1]) for tag in tags.split(", ")]
        assert all(point % 3 == 0 for point in points)
        assert int(score) == sum(points) + int(category) + int(nearness)
        assert "[b]all[/b]" in tags
    scores = [int(row[0]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    archive.build(AT)
    page = archive.html("2026/11/p10/index.html")
    assert [row[4] for row in rows] == texts(page, '//section[contains(@class, "related")]//h3')
    (following,) = texts(page, '//section[contains(@class, "next")]//h3')
    assert f"Next: {following}" in result.stdout


def test_why_tells_of_pins(archive: SiteDir) -> None:
    result = run("why", "--site", archive.path, "--at", AT, "content/p11.md")
    (pinned,) = [line for line in result.stdout.splitlines() if line.strip().startswith("pinned")]
    assert "Piece 0 " in pinned


@pytest.mark.parametrize("wanted", ["content/p99.md", "/nowhere/", "", "[/bold]", "content/p10.md/"])
def test_why_of_what_is_not_there_is_a_problem(archive: SiteDir, wanted: str) -> None:
    result = run("why", "--site", archive.path, "--at", AT, wanted)
    assert result.exit_code == 1
    assert "no article" in result.stderr
    if wanted == "content/p99.md":
        assert "Did you mean 'content/p9.md'?" in result.stderr


def test_every_option_of_a_command_has_a_help_text() -> None:
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        assert command.help
        options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
        assert all(option.help for option in options), name
