"""Folders, files and links where an output's own files stood: nothing of others is touched, and no build is stuck."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from site_builder import SiteError
from site_builder.building.cleaning import clean
from tests.building.killing import build_and_die
from tests.building.small_site import AT, article, clean_files, small_site
from tests.support.site import SiteDir


def test_at_every_step_of_a_death_a_folder_that_becomes_a_file_is_one_in_the_end(
    site: Callable[..., SiteDir], tmp_path: Path
) -> None:
    """Both are on record as ours then: the folder's old files, and the file that takes its place."""
    made = site({**small_site(1), "static/deep/er/a.txt": "a", "static/deep/b.txt": "b"})
    made.build(AT)
    shutil.rmtree(made.path / "static/deep")
    made.write("static/deep", "a file")
    new = clean_files(made, tmp_path)
    tried = 0
    found = before = made.files()
    for step in range(10_000):
        if not build_and_die(made, step, at=AT):
            break
        if made.files() in (found, before):
            continue
        found = made.files()
        copy = SiteDir(tmp_path / f"copy{step}", tmp_path / f"copy{step}" / made.out.name)
        shutil.copytree(made.path, copy.path, symlinks=True)
        copy.build(AT)
        assert copy.files() == new, f"after a death at step {step}"
        tried += 1
    assert tried
    assert made.files() == new


def test_an_empty_folder_where_a_file_of_ours_was_gives_way(made: SiteDir) -> None:
    before = made.files()
    (made.out / "robots.txt").unlink()
    (made.out / "robots.txt/a/b").mkdir(parents=True)
    made.build(AT)
    assert made.files() == before


@pytest.mark.parametrize(
    "ours, theirs, told",
    [
        ("robots.txt", "robots.txt/theirs.txt", "robots.txt/theirs.txt"),
        ("2026", "2026", "2026"),
        ("2026/11/a3", "2026/11/a3", "2026/11/a3"),
    ],
)
def test_what_took_the_place_of_ours_is_named_before_anything_moves(
    made: SiteDir, ours: str, theirs: str, told: str
) -> None:
    place = made.out / ours
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    (made.out / theirs).parent.mkdir(exist_ok=True)
    (made.out / theirs).write_text("theirs")
    made.write("content/a1.md", article("Another", 2))
    before = made.files()
    with pytest.raises(SiteError, match=f"public/{told}: is in the way: this builder did not write it"):
        made.build(AT)
    assert made.files() == before


@pytest.fixture
def linked(made: SiteDir, tmp_path: Path) -> Path:
    """Another's folder in the place of one of ours; the same names stand in it."""
    theirs = tmp_path / "theirs"
    (theirs / "a3").mkdir(parents=True)
    (theirs / "a3/index.html").write_text("theirs")
    shutil.rmtree(made.out / "2026/11")
    (made.out / "2026/11").symlink_to(theirs, target_is_directory=True)
    return theirs


def test_nothing_is_written_through_a_link_that_took_the_place_of_a_folder(made: SiteDir, linked: Path) -> None:
    with pytest.raises(SiteError, match="public/2026/11: is in the way"):
        made.build(AT)
    assert [path.name for path in linked.rglob("*")] == ["a3", "index.html"]
    assert (linked / "a3/index.html").read_text() == "theirs"


def test_nothing_is_removed_through_such_a_link(made: SiteDir, linked: Path, tmp_path: Path) -> None:
    for number in range(6):
        text = (made.path / f"content/a{number}.md").read_text()
        made.write(f"content/a{number}.md", text.replace("2026-11-", "2025-10-"))
    made.build(AT)
    assert (linked / "a3/index.html").read_text() == "theirs"
    (made.out / "2026/11").unlink()
    (made.out / "2026").rmdir()
    assert made.files() == clean_files(made, tmp_path)


def test_clean_removes_nothing_through_such_a_link(made: SiteDir, linked: Path) -> None:
    clean(made.path, made.out)
    assert (linked / "a3/index.html").read_text() == "theirs"
    assert [path.name for path in made.out.iterdir()] == ["2026"]


def test_a_folder_of_ours_that_was_moved_and_linked_is_still_ours(made: SiteDir, tmp_path: Path) -> None:
    (made.out / "2026/11").rename(tmp_path / "moved")
    (made.out / "2026/11").symlink_to(tmp_path / "moved", target_is_directory=True)
    made.write("content/a1.md", article("Another", 2, body="Other."))
    made.remove("content/a3.md")
    made.build(AT)
    assert "Other." in (tmp_path / "moved/a1/index.html").read_text()
    assert not (tmp_path / "moved/a3").exists()


def test_a_cache_that_is_older_than_the_output_is_told_with_the_remedy(made: SiteDir, tmp_path: Path) -> None:
    """As a build server has it that restores yesterday's cache beside today's output."""
    shutil.copytree(made.path / ".site-builder", tmp_path / "yesterday")
    made.write("content/a9.md", article("New", 9))
    made.build(AT)
    shutil.rmtree(made.path / ".site-builder")
    (tmp_path / "yesterday").rename(made.path / ".site-builder")
    with pytest.raises(SiteError, match=r"a9/index\.html: is in the way.* older than the output, remove the output"):
        made.build(AT)
    shutil.rmtree(made.out)
    made.build(AT)
    assert made.files() == clean_files(made, tmp_path)


def test_an_older_output_that_was_put_back_is_told_with_what_it_brought_back(made: SiteDir, tmp_path: Path) -> None:
    """A piece that was withdrawn since is live again, and no build may remove what may be somebody else's."""
    shutil.copytree(made.out, tmp_path / "yesterday")
    made.remove("content/a3.md")
    assert not made.build(AT).warnings
    shutil.rmtree(made.out)
    (tmp_path / "yesterday").rename(made.out)
    told = {problem.path: f"{problem.message}. {problem.hint}" for problem in made.build(AT).warnings}
    expected = clean_files(made, tmp_path)
    assert told.keys() == {f"public/{path}" for path in made.files().keys() - expected.keys()}
    assert "no build that is on record, and stays. Remove it if an older" in told["public/2026/11/a3/index.html"]
    for path in told:
        (made.path / path).unlink()
    assert made.files() == expected


def test_files_of_others_in_an_output_that_stays_are_not_told_again_and_again(made: SiteDir) -> None:
    (made.out / "ads.txt").write_text("theirs")
    made.write("content/a3.md", article("Another", 4))
    assert not made.build(AT).warnings
