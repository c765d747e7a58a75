"""``init`` and ``new``: what they write builds, and nothing of anyone is overwritten."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from site_builder.articles import ARTICLE_KEYS
from tests.cli.running import run
from tests.site.pieces import texts
from tests.support.site import SiteDir


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
    text = re.sub(r"(?m)^draft: true.*\n", "", path.read_text(encoding="utf-8"))
    path.write_text(text.replace("tags: []", "tags: [x]"), encoding="utf-8")
    assert run("build", "--site", made.path, "--strict").exit_code == 0
    (page,) = made.out.glob(f"*/*/{path.stem}/index.html")
    tree = made.html(page.relative_to(made.out).as_posix())
    (title,) = texts(tree, "//h1")
    assert title == " ".join(
        re.sub("[\x00-\x08\x7f-\x9f\ufffe\udc80-\udcff]", "", headline.replace("\x85", " ")).split()
    )
    assert "Beauty" in texts(tree, '//nav[@aria-label="Breadcrumb"]//a')
    assert texts(tree, '//a[@rel="author"]') == ["Lin Wei"]


def test_new_shows_an_editor_every_key(made: SiteDir) -> None:
    text = Path(run("new", "--site", made.path, "A headline").stdout.strip()).read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^(\w+):", text)) == ARTICLE_KEYS.keys()


def test_new_never_overwrites(made: SiteDir) -> None:
    path = Path(run("new", "--site", made.path, "A headline").stdout.strip())
    path.write_text("mine")
    result = run("new", "--site", made.path, "A headline")
    assert result.exit_code == 1
    assert "exists already" in result.stderr
    assert path.read_text() == "mine"


def test_new_writes_nothing_into_a_folder_that_is_no_site(tmp_path: Path) -> None:
    result = run("new", "--site", tmp_path, "A headline")
    assert result.exit_code == 1
    assert "there is no folder 'content' here. Start one with: site-builder init" in result.stderr
    assert not list(tmp_path.iterdir())


def test_new_knows_the_sections_of_the_paper(made: SiteDir) -> None:
    result = run("new", "--site", made.path, "A headline", "--category", "Retial")
    assert result.exit_code == 1
    assert "Did you mean 'Retail'?" in result.stderr
    path = Path(run("new", "--site", made.path, "A headline", "--category", "ｒｅｔａｉｌ").stdout.strip())
    assert 'category: "Retail"' in path.read_text(encoding="utf-8"), "twins are one section here too"
