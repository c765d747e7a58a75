"""The manifest: the whole output and nothing else, there only while the output is a finished build."""

from __future__ import annotations

import hashlib

import pytest

from site_builder import build
from site_builder.building.manifest import manifest_path, read_manifest
from site_builder.building.output import Output
from site_builder.errors import Problem, SiteError
from tests.support.site import INSTANT, SiteDir

PIECE = "---\ntitle: A coat\ncategory: Retail\ntimestamp: 2026-11-01\n---\nText.\n"


def test_the_manifest_is_the_whole_output(site):
    made = site({"content/a.md": PIECE, "content/b.txt": "B", "static/own.css": "p{}"})
    made.build()
    manifest = read_manifest(made.path, made.out)
    assert manifest is not None
    assert {file.path: (file.sha256, file.size) for file in manifest.files} == {
        path: (hashlib.sha256(data).hexdigest(), len(data)) for path, data in made.files().items()
    }
    assert [file.path for file in manifest.files] == sorted(file.path for file in manifest.files)
    kinds = {file.path: file.kind for file in manifest.files}
    assert (kinds["2026/11/a/index.html"], kinds["index.html"], kinds["b.txt"]) == ("article", "home", "file")
    assert [path for path, kind in kinds.items() if kind == "asset" and path.startswith("own.")]
    assert kinds["own.css"] == "file"
    assert manifest.instant == "2026-11-22T00:00:00+00:00"
    assert str(made.path) not in manifest_path(made.path, made.out).read_text()


def test_each_output_has_its_own(site, tmp_path):
    made = site({"content/a.md": PIECE})
    made.build()
    assert read_manifest(made.path, tmp_path / "other") is None
    made.build(output=tmp_path / "other", at="2026-11-23T00:00:00+00:00")
    assert read_manifest(made.path, tmp_path / "other").instant == "2026-11-23T00:00:00+00:00"
    assert read_manifest(made.path, made.out).instant == "2026-11-22T00:00:00+00:00"


def test_it_tells_whether_drafts_are_shown_and_as_of_when_also_where_no_file_is_another(site):
    made = site({"content/a.md": PIECE})
    told = []
    for drafts, at in [(False, "2026-11-22"), (True, "2026-11-22"), (False, "2027-11-22"), (False, "2026-11-22")]:
        made.build(drafts=drafts, at=f"{at}T00:00:00+00:00")
        manifest = read_manifest(made.path, made.out)
        told.append((manifest.drafts, manifest.instant[:10] > "2026-11-22"))
    assert told == [(False, False), (True, False), (False, True), (False, False)]


def test_a_failed_build_leaves_the_last_manifest(site):
    made = site({"content/a.md": PIECE})
    made.build()
    before = read_manifest(made.path, made.out)
    made.write("content/b.md", "no front matter")
    with pytest.raises(SiteError):
        made.build()
    assert read_manifest(made.path, made.out) == before


def test_a_manifest_that_was_cut_off_is_written_again(site):
    made = site({"content/a.md": PIECE})
    made.build()
    whole = manifest_path(made.path, made.out).read_bytes()
    manifest_path(made.path, made.out).write_bytes(whole[: len(whole) // 2])
    made.build()
    assert manifest_path(made.path, made.out).read_bytes() == whole


def test_a_build_that_fails_while_publishing_leaves_no_half_manifest(site, monkeypatch):
    made = site({"content/a.md": PIECE})
    made.build()
    made.write("content/b.md", PIECE.replace("A coat", "A hat"))

    def full(*_arguments):
        raise SiteError([Problem("public", message="no space")])

    # The manifest is begun before.
    monkeypatch.setattr(Output, "publish", full)
    with pytest.raises(SiteError):
        made.build()
    assert not list((made.path / ".site-builder" / "manifests").glob("*.new"))
    monkeypatch.undo()
    made.build()
    assert {file.path for file in read_manifest(made.path, made.out).files} == set(made.files())


def test_what_a_killed_build_left_is_removed(site):
    made = site({"content/a.md": PIECE})
    made.build()
    left = manifest_path(made.path, made.out).with_suffix(".12345.new")
    left.write_bytes(b"half")
    made.write("content/b.md", PIECE.replace("A coat", "A hat"))
    made.build()
    assert not left.exists()


def test_a_link_that_is_put_to_two_outputs_in_turn_keeps_no_withdrawn_piece(site, tmp_path):
    made = site({"content/a.md": PIECE, "content/b.md": PIECE})
    link = tmp_path / "live"
    for number, name in enumerate(("blue", "green", "blue")):
        (tmp_path / name).mkdir(exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(name)
        if number == 1:
            made.remove("content/b.md")
        made.build(output=link)
    made.build()
    assert SiteDir(made.path, link).files() == made.files()


def test_an_output_is_one_by_whatever_path_it_is_reached(site, tmp_path, monkeypatch):
    made = site({"content/a.md": PIECE, "content/b.md": PIECE})
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "link").symlink_to(made.path)
    out = tmp_path / "html"
    SiteDir(tmp_path / "deep" / "link", out).build()
    made.remove("content/b.md")
    monkeypatch.chdir(tmp_path / "deep" / "link")
    assert build(".", output=out, at=INSTANT, jobs=1).removed > 0
    made.build()
    assert SiteDir(made.path, out).files() == made.files()
