"""The output folder: nothing foreign touched, nothing half-done."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from site_builder.building.output import Output, refuse_sources
from site_builder.errors import SiteError


def write(folder: Path, files: dict[str, bytes], owned: set[str]) -> None:
    """What a build does with ``files``; ``owned`` are the files of earlier builds, and afterwards those of this."""
    output = Output(folder)
    with output.staged():
        for path, data in files.items():
            output.stage(path, data)
        output.publish(list(files), owned - files.keys(), owned)
    owned.clear()
    owned.update(files)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_outdated_files_and_empty_folders_go(tmp_path: Path) -> None:
    out, owned = tmp_path / "public", set[str]()
    write(out, {"a/b/index.html": b"1", "b.xml": b"2"}, owned)
    write(out, {"c/d/index.html": b"3"}, owned)
    assert tree(out) == {"c/d/index.html": b"3"}
    assert not (out / "a").exists()
    assert not list(tmp_path.glob(".*staging*"))


def test_a_file_where_a_folder_is_needed_gives_way_when_it_is_ours(tmp_path: Path) -> None:
    out, owned = tmp_path / "public", set[str]()
    write(out, {"a": b"file", "z": b""}, owned)
    write(out, {"a/b/index.html": b"page", "a/c": b"1", "z": b""}, owned)
    assert tree(out) == {"a/b/index.html": b"page", "a/c": b"1", "z": b""}
    write(out, {"a": b"file", "z": b""}, owned)
    assert tree(out) == {"a": b"file", "z": b""}


@pytest.mark.parametrize(
    "theirs, path",
    [("a", "a"), ("a", "a/index.html"), ("a/b/theirs.txt", "a"), ("a/b", "a/b/c/index.html")],
)
def test_files_of_others_in_the_way_are_named(tmp_path: Path, theirs: str, path: str) -> None:
    out = tmp_path / "public"
    (out / theirs).parent.mkdir(parents=True)
    (out / theirs).write_text("theirs")
    output = Output(out)
    assert output.foreign([path, "other"], {"z"}) == {path: theirs}
    assert output.foreign([path], {theirs, "z"}) == {}


def test_links_of_others_are_in_the_way_too(tmp_path: Path) -> None:
    out = tmp_path / "public"
    out.mkdir()
    (out / "a").symlink_to("nowhere")
    assert Output(out).foreign(["a"], set()) == {"a": "a"}


def test_clean_removes_what_was_written_and_nothing_else(tmp_path: Path) -> None:
    out, owned = tmp_path / "public", set[str]()
    write(out, {"a/index.html": b"1", "b.html": b"2"}, owned)
    (out / "keep.txt").write_text("theirs")
    assert Output(out).clean(owned) == 2
    assert tree(out) == {"keep.txt": b"theirs"}
    (out / "keep.txt").unlink()
    write(out, {"a/index.html": b"1"}, owned)
    assert Output(out).clean(owned) == 1
    assert not out.exists()


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "public").write_text("a file")
    with pytest.raises(SiteError, match="cannot be written"):
        write(tmp_path / "public", {"a.html": b"1"}, set())
    assert (tmp_path / "public").read_text() == "a file"
    assert not list(tmp_path.glob(".*staging*"))


def test_what_a_killed_build_left_in_staging_is_not_published(tmp_path: Path) -> None:
    out = tmp_path / "public"
    (tmp_path / ".public.staging").mkdir()
    (tmp_path / ".public.staging/half.html").write_text("ha")
    write(out, {"a.html": b"1"}, set())
    assert tree(out) == {"a.html": b"1"}


@pytest.mark.parametrize("output", [".", "..", "content", "content/a", "static/x", "templates"])
def test_an_output_among_the_sources_is_refused(tmp_path: Path, output: str) -> None:
    site = tmp_path / "site"
    site.mkdir()
    with pytest.raises(SiteError):
        refuse_sources(site, site / output)


def test_an_output_that_is_a_link_is_staged_beside_what_it_leads_to(tmp_path: Path) -> None:
    """Only there, which may be another disk, is moving a file one step."""
    (tmp_path / "site").mkdir()
    (tmp_path / "disk" / "html").mkdir(parents=True)
    out = tmp_path / "site" / "public"
    out.symlink_to(tmp_path / "disk" / "html")
    write(out, {"a.html": b"1"}, set())
    assert tree(tmp_path / "disk" / "html") == {"a.html": b"1"}
    assert Output(out).staging == tmp_path / "disk" / ".html.staging"
    assert Output(out).clean({"a.html"}) == 1
    assert out.is_symlink()
    assert tree(tmp_path / "disk" / "html") == {}


@pytest.mark.parametrize("kind", ["link", "file"])
def test_an_output_that_is_no_folder_is_refused(tmp_path: Path, kind: str) -> None:
    out = tmp_path / "public"
    if kind == "link":
        out.symlink_to("unplugged/html")
    else:
        out.write_text("a file")
    with pytest.raises(SiteError, match="a link to a folder that does not exist" if kind == "link" else "is a file"):
        refuse_sources(tmp_path, out)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount a folder")
def test_an_output_that_is_a_mount_of_the_same_disk_is_written(tmp_path: Path) -> None:
    out, owned = tmp_path / "public", set[str]()
    write(out, {"a.html": b"1", "b.html": b"1"}, owned)
    mounted = subprocess.run(["mount", "--bind", out, out], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip(f"mounting is not allowed here: {mounted.stderr!r}")
    try:
        write(out, {"a.html": b"2", "c/d.html": b"3"}, owned)
        assert tree(out) == {"a.html": b"2", "c/d.html": b"3"}
    finally:
        subprocess.run(["umount", out], check=True)
