"""``clean`` removes what was built alone; ``why`` tells the terms of the list that the page shows."""

from __future__ import annotations

import re

import pytest

from tests.cli.running import AT, build, run
from tests.site.pieces import make_site, piece, texts
from tests.support.site import SiteDir


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
    # A lock that is removed may be one that somebody waits for.
    lock = made.path / ".site-builder" / "lock"
    assert {path for path in made.path.rglob("*") if path.is_file()} - {lock} == sources


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
    for score, tags, category, nearness, title in rows:
        days = 10 - int(title.split()[1])
        assert int(nearness) == 8 - days.bit_length()
        assert int(category) == (9 if days % 2 == 0 else 0)
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


def test_why_takes_any_name_of_a_piece_and_lists_no_archive(made: SiteDir) -> None:
    names = [
        "content/p1.md",
        "./content/p1.md",
        "p1.md",
        "content/p1",
        "p1",
        "/2026/11/p1/",
        "/2026/11/p1",
        "http://localhost:8000/2026/11/p1/",
    ]
    told = {run("why", "--site", made.path, "--at", AT, name).stdout for name in names}
    assert len(told) == 1
    assert told.pop().startswith("Piece 1\n")
    for number in range(50):
        made.write(f"content/more/q{number}.md", piece(f"More {number}"))
    wrong = run("why", "--site", made.path, "--at", AT, "/about/")
    assert wrong.exit_code == 1
    assert "Expected a content path" in wrong.stderr
    assert len(wrong.stderr) < 300
