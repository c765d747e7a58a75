"""The output folder: changed files only, nothing foreign touched, nothing half-done."""

from __future__ import annotations

from pathlib import Path

import pytest

from site_builder.building.output import Output
from site_builder.errors import SiteError


def write(site: Path, files: dict[str, bytes]) -> tuple[list[str], int]:
    """What a build does with ``files``: the staged paths, the number of removed ones."""
    output = Output(site, site / "public")
    output.prepare()
    staged = [path for path, data in files.items() if not output.unchanged(path, data)]
    for path in staged:
        output.stage(path, files[path])
    removed = output.publish(staged, files)
    output.discard()
    return staged, removed


def tree(site: Path) -> dict[str, bytes]:
    public = site / "public"
    return {str(path.relative_to(public)): path.read_bytes() for path in sorted(public.rglob("*")) if path.is_file()}


def test_only_changed_files_are_written_and_outdated_ones_removed(tmp_path: Path) -> None:
    assert write(tmp_path, {"a/index.html": b"1", "b.xml": b"2"}) == (["a/index.html", "b.xml"], 0)
    before = (tmp_path / "public/b.xml").stat()
    assert write(tmp_path, {"b.xml": b"2", "c/d/index.html": b"3"}) == (["c/d/index.html"], 1)
    assert tree(tmp_path) == {"b.xml": b"2", "c/d/index.html": b"3"}
    assert not (tmp_path / "public/a").exists(), "empty folders go too"
    assert (tmp_path / "public/b.xml").stat().st_mtime_ns == before.st_mtime_ns
    assert not list(tmp_path.glob(".*staging*"))


def test_files_of_others_stay_and_are_never_overwritten(tmp_path: Path) -> None:
    write(tmp_path, {"a.html": b"1"})
    (tmp_path / "public/CNAME").write_text("example.org")
    (tmp_path / "public/b.html").write_text("theirs")
    with pytest.raises(SiteError, match=r"public/b\.html: is in the way"):
        write(tmp_path, {"a.html": b"2", "b.html": b"ours"})
    assert tree(tmp_path) == {"a.html": b"1", "b.html": b"theirs", "CNAME": b"example.org"}
    write(tmp_path, {})
    assert tree(tmp_path) == {"b.html": b"theirs", "CNAME": b"example.org"}


def test_clean_removes_what_was_written_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, {"a/index.html": b"1", "b.html": b"2"})
    (tmp_path / "public/keep.txt").write_text("theirs")
    assert Output(tmp_path, tmp_path / "public").clean() == 2
    assert tree(tmp_path) == {"keep.txt": b"theirs"}


def test_a_file_where_a_folder_is_needed_gives_way_when_it_is_ours(tmp_path: Path) -> None:
    write(tmp_path, {"a": b"file"})
    write(tmp_path, {"a/index.html": b"page"})
    assert tree(tmp_path) == {"a/index.html": b"page"}
    write(tmp_path, {"a": b"file"})
    assert tree(tmp_path) == {"a": b"file"}


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "public").write_text("a file")
    with pytest.raises(SiteError, match="cannot be written"):
        write(tmp_path, {"a.html": b"1"})


def test_cleaning_one_output_leaves_the_others_known(tmp_path: Path) -> None:
    write(tmp_path, {"a.html": b"1"})
    other = Output(tmp_path, tmp_path / "other")
    other.prepare()
    other.stage("b.html", b"2")
    other.publish(["b.html"], ["b.html"])
    assert Output(tmp_path, tmp_path / "other").clean() == 1
    assert write(tmp_path, {"a.html": b"3"}) == (["a.html"], 0)
