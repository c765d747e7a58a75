"""The output is a function of sources and instant; a build that fails leaves what was there."""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import sys
from datetime import datetime, tzinfo
from pathlib import Path

import pytest

from site_builder import SiteError
from tests.site.pieces import archive, make_site, piece
from tests.support.sample import REPOSITORY
from tests.support.site import INSTANT, SiteDir

CONFIG = """
site: {url: "https://selvedge.example", timezone: America/New_York}
listings: {per_page: 5}
feeds: {minimum: 3}
blocks: {wire: {source: Yarn Wire}, read: {order: most_read}}
"""
BUILD = """
import sys
from datetime import datetime
import site_builder
site_builder.build(sys.argv[1], at=datetime.fromisoformat(sys.argv[2]), jobs=int(sys.argv[3]))
"""


def sources() -> dict[str, str]:
    """A site with something of everything, and enough pages for several processes."""
    special = {
        "content/tied-b.md": piece("Tied B", timestamp="2026-02-01 10:00:00", tags=["ＬＶ", "tag 1"]),
        "content/tied-a.md": piece("Tied A", timestamp="2026-02-01 10:00:00", tags=["lv"], aliases=["/old/a/"]),
        "content/zh.md": piece("木棉", lang="zh-Hans", timestamp="2026-02-02 10:00:00", tags=["LV"]),
        "content/draft.md": piece("Draft", draft=True),
        "content/pages/about.md": "---\ntitle: About\n---\nUs.\n",
        "content/images/a.svg": "<svg/>",
        "content/pictured.md": piece("Pictured", image="/images/a.svg", image_alt="x"),
        "static/css/own.css": "a{}",
    }
    return archive(70) | special | {"site.yaml": CONFIG}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> SiteDir:
    made = make_site(tmp_path_factory.mktemp("laws"), sources())
    made.build()
    return made


def copy_of(made: SiteDir, folder: Path) -> SiteDir:
    """The site and its output, where a test may break them."""
    copied = SiteDir(folder / "site", folder / "site" / "public")
    shutil.copytree(made.path, copied.path)
    return copied


@pytest.mark.parametrize("jobs", [2, 4])
def test_the_number_of_processes_changes_no_byte(built: SiteDir, tmp_path: Path, jobs: int) -> None:
    built.build(output=tmp_path / "other", jobs=jobs)
    assert SiteDir(built.path, tmp_path / "other").files() == built.files()


def test_neither_folder_nor_hash_seed_nor_order_of_files_changes_a_byte(built: SiteDir, tmp_path: Path) -> None:
    files = list(sources().items())
    for seed in (1, 2):
        random.Random(seed).shuffle(files)
        made = make_site(tmp_path / f"a folder — {seed}", dict(files))
        environment = {**os.environ, "PYTHONHASHSEED": str(seed), "TZ": "Asia/Tokyo", "LC_ALL": "C"}
        environment["PYTHONPATH"] = os.pathsep.join([str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])])
        command = [sys.executable, "-c", BUILD, str(made.path), INSTANT.isoformat(), str(seed)]
        subprocess.run(command, check=True, env=environment, cwd=tmp_path)
        assert made.files() == built.files()


def test_a_second_build_writes_nothing(built: SiteDir) -> None:
    stats = {file: file.stat().st_mtime_ns for file in built.out.rglob("*")}
    report = built.build()
    assert sum(counts.written for counts in report.pages.values()) == 0
    assert (report.rendered, report.written, report.removed) == (0, 0, 0)
    assert {file: file.stat().st_mtime_ns for file in built.out.rglob("*")} == stats
    assert sum(counts.total for counts in (*report.pages.values(), report.files)) == len(built.files())


def test_only_the_instant_decides_what_time_it_is(
    built: SiteDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No code that runs in a build with an instant reads a clock."""
    import time

    from site_builder.building import door

    class NoClock(datetime):
        @classmethod
        def now(cls, _zone: tzinfo | None = None) -> NoClock:
            raise AssertionError("a clock was read")

        utcnow = today = now  # type: ignore[assignment]

    monkeypatch.setattr(door, "datetime", NoClock)
    for name in ("time", "time_ns"):
        monkeypatch.setattr(time, name, lambda *_: pytest.fail("a clock was read"))
    built.build(output=tmp_path / "other")
    assert SiteDir(built.path, tmp_path / "other").files() == built.files()


def test_a_build_as_of_an_earlier_instant_is_the_build_of_that_time(built: SiteDir, tmp_path: Path) -> None:
    """What was published later leaves no mark: neither in the files nor in what an update removes."""
    early = "2026-02-10T00:00:00+00:00"
    made = copy_of(built, tmp_path)
    assert made.build(early).removed > 0
    fresh = make_site(tmp_path / "fresh", sources())
    fresh.build(early)
    assert made.files() == fresh.files()
    made.build()
    assert made.files() == built.files()


def test_a_naive_instant_is_refused(site) -> None:
    """Without a zone it would mean another instant on another machine."""
    with pytest.raises(ValueError, match="zone"):
        site({"content/a.md": piece()}).build(datetime(2026, 11, 22))  # noqa: DTZ001


def break_article(made: SiteDir) -> None:
    made.write("content/2026/p001.md", "---\ntitle: Broken\ncatgory: x\n---\n")


def break_template(made: SiteDir) -> None:
    """Fails for one piece alone, after most others have been rendered."""
    text = (REPOSITORY / "templates" / "article.html").read_text(encoding="utf-8")
    made.write(
        "templates/article.html",
        text.replace("{% block main %}", "{% block main %}{{ 1 // (article.title != 'Pictured') }}"),
    )


def break_alias(made: SiteDir) -> None:
    made.write("content/more.md", piece("More", aliases=["/rss.xml"]))


def break_config(made: SiteDir) -> None:
    made.write("site.yaml", "sight: {}\n")


def break_image(made: SiteDir) -> None:
    made.remove("content/images/a.svg")


@pytest.mark.parametrize("fault", [break_article, break_template, break_alias, break_config, break_image])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_fault_leaves_the_last_good_output(built: SiteDir, tmp_path: Path, fault, jobs: int) -> None:
    made = copy_of(built, tmp_path)
    # A sound change to every page, so that half a build would show.
    made.write("site.yaml", CONFIG.replace("site: {", "site: {title: Changed, "))
    fault(made)
    folders = sorted(path.name for path in made.path.iterdir())
    with pytest.raises(SiteError):
        made.build(jobs=jobs)
    assert made.files() == built.files()
    assert sorted(path.name for path in made.path.iterdir()) == folders, "nothing is left beside it"


def test_a_fault_in_the_first_build_leaves_nothing(built: SiteDir, tmp_path: Path) -> None:
    made = make_site(tmp_path, sources())
    break_template(made)
    with pytest.raises(SiteError, match=r"templates/article\.html:\d+:1: .*zero.*pictured"):
        made.build()
    assert not made.out.exists()
    assert [path.name for path in made.path.iterdir() if path.name.startswith(".")] == [".site-builder"]


@pytest.mark.parametrize("written", [0, 1, 40])
def test_a_full_disk_leaves_the_last_good_output(
    built: SiteDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    made = copy_of(built, tmp_path)
    made.write("site.yaml", CONFIG.replace("site: {", "site: {title: Changed, "))
    count = 0
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        nonlocal count
        count += 1
        if count > written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data[: max(1, len(data) // 2)])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(SiteError, match="No space left"):
            made.build()
    assert made.files() == built.files()
    assert not list(made.path.glob(".*staging*"))
    assert sum(counts.written for counts in made.build().pages.values()) > 100


def test_pages_of_removed_pieces_vanish_and_foreign_files_stay(built: SiteDir, tmp_path: Path) -> None:
    made = copy_of(built, tmp_path)
    foreign = {"CNAME": b"selvedge.example", "2026/02/pictured/note.txt": b"mine", ".well-known/x": b"y"}
    for path, data in foreign.items():
        (made.out / path).parent.mkdir(parents=True, exist_ok=True)
        (made.out / path).write_bytes(data)
    for path in ("content/pictured.md", "content/tied-a.md", "content/2026/p069.md", "content/images/a.svg"):
        made.remove(path)
    report = made.build()
    fresh = make_site(
        tmp_path / "fresh", {path: text for path, text in sources().items() if (made.path / path).exists()}
    )
    fresh.build()
    assert made.files() == dict(sorted((fresh.files() | foreign).items()))
    gone = built.files().keys() - made.files().keys()
    assert report.removed == len(gone)
    assert {"old/a/index.html", "images/a.svg", "2026/11/pictured/index.html"} <= gone
    folders = {folder for folder in made.out.rglob("*") if folder.is_dir()}
    assert {folder for folder in folders if any(folder.iterdir())} == folders, "no empty folder is left"


def test_what_was_tampered_with_is_mended(built: SiteDir, tmp_path: Path) -> None:
    made = copy_of(built, tmp_path)
    (made.out / "index.html").write_text("tampered")
    (made.out / "rss.xml").unlink()
    report = made.build()
    assert sum(counts.written for counts in report.pages.values()) == 2
    assert made.files() == built.files()


def test_all_faults_are_told_together(site) -> None:
    made = site(
        {
            "content/a.md": "---\ntitle: A\ncatgory: x\n---\n",
            "content/b.md": "---\ntitle: [A]\ncategory: x\ntimestamp: 2026-01-01\n---\n",
            "content/c.md": "no front matter\n",
            "content/d.md": piece(image="/missing.jpg", image_alt="x"),
        }
    )
    with pytest.raises(SiteError) as caught:
        made.build()
    assert {problem.path for problem in caught.value.problems} == {f"content/{name}.md" for name in "abcd"}
    assert all(problem.line for problem in caught.value.problems)


# What no piece alone is at fault for: a shared path, a pin, a template, an extension.
_BETWEEN = {
    "content/x/twin.md": piece(),
    "content/y/twin.md": piece(),
    "content/pin.md": piece(related=["nowhere.md"]),
    "templates/home.html": "{% if %}",
    "templates/listing.html": "{{ x | nofilter }}",
    "site.yaml": "markdown: {extensions: [tabels]}\n",
}
_FAULTY_BETWEEN = {"site.yaml", "content/y/twin.md", "content/pin.md", "templates/home.html", "templates/listing.html"}


def test_faults_of_pieces_and_those_between_them_are_told_together(site) -> None:
    faulty = {"content/a.md": piece(viwes=3), "content/b.md": piece(image="/missing.jpg", image_alt="x")}
    sure = {"content/c.md": piece(next="a.md", related=["b", "/2026/01/b/"])}
    for files, paths in (({}, set()), (faulty | sure, set(faulty))):
        with pytest.raises(SiteError) as caught:
            site({**_BETWEEN, **files}).build()
        named = {problem.path for problem in caught.value.problems}
        assert named == _FAULTY_BETWEEN | paths, str(caught.value)


def test_a_logo_is_a_file_of_the_site(site) -> None:
    made = site({"content/a.md": piece(), "site.yaml": "site:\n  logo: /img/log%C3%B6.svg\n"})
    with pytest.raises(SiteError) as caught:
        made.build()
    assert [str(problem) for problem in caught.value.problems] == [
        "site.yaml:2:9: site.logo: there is no file 'img/logö.svg' in content/ or static/"
    ]
    made.write("static/img/logö.svg", "<svg/>")
    made.build()
