"""``build`` as an editor meets it: what it prints, the report, and faults told at their place."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.running import AT, build, run
from tests.site.pieces import piece
from tests.support.site import SiteDir


def test_build_prints_what_it_did(made: SiteDir) -> None:
    result = build(made)
    assert result.exit_code == 0
    assert (made.out / "index.html").is_file()
    assert re.search(r"^ *article +7 +0 +7 +0 +new *$", result.stdout, re.MULTILINE)
    assert "7 articles, 1 hidden (drafts, future, expired)" in result.stdout
    assert "as of 2026-11-22T00:00:00+00:00" in result.stdout
    assert re.search(r"\d+\.\d\d s \(scan .*write .*\), 1 process, [\d,]+ MB", result.stdout)
    assert "\x1b" not in result.output, "no colors where there is no terminal"
    assert result.stderr.splitlines() == ["reading: 8 done", f"rendering: {rendered(result.stdout)} done"]


def rendered(table: str) -> int:
    """The number of pages that a build's table tells of, copied files left out."""
    rows = re.findall(r"^ *(\S[a-z0-9 ]*?) {2,}(\d+) +\d+ +\d+ +\d+ +.*$", table, re.MULTILINE)
    return sum(int(count) for kind, count in rows if kind not in ("all", "files copied"))


def test_the_report_has_the_numbers_of_the_build(made: SiteDir) -> None:
    path = made.path / "reports" / "build.json"
    assert build(made, "--json", path).exit_code == 0
    report = json.loads(path.read_text(encoding="utf-8"))
    assert (report["articles"], report["hidden"], report["warnings"]) == (7, 1, [])
    assert report["instant"] == AT
    counts = {"rendered": 7, "spliced": 0, "reused": 0, "written": 7, "removed": 0, "why": {"new": 7}}
    assert report["pages"]["article"] == counts
    assert set(report["stages"]) == {"scan", "parse", "plan", "render", "write"}
    files = sum(kind["written"] for kind in report["pages"].values()) + report["files"]["written"]
    assert files == len(made.files())
    assert report["peak_memory"] > 10_000_000
    assert build(made, "--json", path).exit_code == 0
    again = json.loads(path.read_text(encoding="utf-8"))
    assert sum(kind["written"] for kind in again["pages"].values()) + again["files"]["written"] == 0


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


@pytest.mark.parametrize(
    "output", ["content", "content/public", "static", "templates/x", ".", "..", "../..", "content/..", "/"]
)
def test_an_output_among_the_sources_is_refused(made: SiteDir, output: str) -> None:
    """The next build would read it as content, or its pages would lie between the sources."""
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
    assert heading == "3 problems:"
    assert len(lines) == 3
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
        ("site.yaml", "markdown:\n  extensions: [nope]", "site.yaml:2:15: markdown.extensions: unknown extension"),
        (
            "site.yaml",
            "markdown:\n  extensions: [toc]\n  extension_configs:\n    toc: {x: 1}",
            "site.yaml:4:10: markdown.extension_configs.toc: unknown option 'x'",
        ),
        ("site.yaml", b"\xff", "site.yaml: cannot be read"),
        ("templates/article.html", b"\xff", "templates/article.html: cannot be read"),
        ("templates", b"../theme/templates", "templates: is no folder, and no link to one"),
        ("static", b"", "static: is no folder, and no link to one"),
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


def test_a_theme_whose_link_leads_nowhere_is_not_replaced_by_the_default_one(made: SiteDir) -> None:
    (made.path / "templates").symlink_to("../theme/templates")
    result = build(made)
    assert result.exit_code == 1
    assert "templates: is no folder, and no link to one" in result.stderr
    (made.path.parent / "theme" / "templates").mkdir(parents=True)
    assert build(made).exit_code == 0


def test_a_piece_that_waits_until_the_end_of_time_is_hidden(made: SiteDir) -> None:
    made.write("content/never.md", piece("Never", timestamp="9999-12-31 23:59:59"))
    made.write("content/kept.md", piece("Kept", timestamp="2026-11-20", expires="9999-12-31 23:59:59"))
    result = build(made)
    assert result.exit_code == 0, result.stderr
    assert (made.out / "2026/11/kept/index.html").exists()
    assert not (made.out / "9999").exists()
    assert run("plan", "--site", made.path, "--at", "2026-11-22", "--no-files").exit_code == 0


def test_a_folder_without_content_says_what_to_do(tmp_path: Path) -> None:
    result = run("build", "--site", tmp_path)
    assert result.exit_code == 1
    assert "site-builder init" in result.stderr
    assert not list(tmp_path.iterdir())
