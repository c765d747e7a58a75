"""Crashes, full disks, two builds at once, damaged caches: the next build is right, and nothing half-done is seen."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from site_builder import SiteError
from site_builder.building.lock import only_one
from site_builder.building.output import Output
from site_builder.building.state import CACHE
from site_builder.building.store import Store
from tests.building.killing import build_and_die
from tests.building.small_site import AT, article, clean_files, small_site
from tests.support.sample import REPOSITORY
from tests.support.site import SiteDir


def test_a_crash_between_writing_and_recording_then_the_old_source_again(made: SiteDir) -> None:
    """Saving the manifest only at the end would leave a stale page: the entry would say what was true before."""
    before = made.files()
    text = (made.path / "content/a3.md").read_text()
    made.write("content/a3.md", text.replace("Text.", "Other."))
    for step in range(10_000):
        if not build_and_die(made, step, at=AT):
            break
        if made.files() != before:
            made.write("content/a3.md", text)
            made.build(AT)
            assert made.files() == before, f"after a death at step {step}"
            made.write("content/a3.md", text.replace("Text.", "Other."))
    assert step > 20, "the build died often enough to mean something"


def test_at_every_step_of_a_death_each_file_is_old_or_new(made: SiteDir, tmp_path: Path) -> None:
    old = made.files()
    made.write("content/a3.md", article("Another", 4, body="Other."))
    made.remove("content/a1.md")
    new = clean_files(made, tmp_path)
    for step in range(10_000):
        died = build_and_die(made, step, at=AT)
        for path, data in made.files().items():
            assert data in (old.get(path), new.get(path)), f"{path} after a death at step {step}"
        if not died:
            break
    assert made.files() == new


def test_at_every_step_of_a_death_with_new_counts_each_file_is_old_or_new(made: SiteDir, tmp_path: Path) -> None:
    """The counts are written into the files where they lie: the last build's entries may not survive that."""
    old = made.files()
    sources = {path: path.read_text() for path in (made.path / "content").glob("a*.md")}
    for path, text in sources.items():
        path.write_text(re.sub(r"(?m)^views: (\d)$", lambda found: f"views: {int(found[1]) + 1}", text))
    new = clean_files(made, tmp_path)
    assert old != new
    for step in range(10_000):
        died = build_and_die(made, step, at=AT, jobs=1)
        now = made.files()
        for path, data in now.items():
            assert data in (old.get(path), new.get(path)), f"{path} after a death at step {step}"
        if not died:
            break
        if now != old:
            # What is written is forgotten first: with the old sources the next build finds what is not as it was.
            renewed = {path: path.read_text() for path in sources}
            for path, text in sources.items():
                path.write_text(text)
            made.build(AT)
            assert made.files() == old, f"after a death at step {step}"
            for path, text in renewed.items():
                path.write_text(text)
    assert made.files() == new


def test_a_bit_that_flips_anywhere_in_the_cache_changes_no_output_and_stops_no_build(made: SiteDir) -> None:
    """A segment may be lost by its name, a row may become another type, SQLite itself may fail in the middle."""
    expected = made.files()
    cache = made.path / ".site-builder" / CACHE
    chance = Random(1)
    for _ in range(40):
        data = bytearray(cache.read_bytes())
        place = chance.randrange(len(data))
        for step in range(chance.choice((1, 1, 20))):
            data[(place + step * 7919) % len(data)] ^= chance.choice((1, 0x55, 0x80))
        cache.write_bytes(data)
        made.build(AT)
        assert made.files() == expected, f"flipped at {place}"


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE segments SET name = 'elsewhere' WHERE name LIKE 'pages:%' AND bucket > 0",
        "UPDATE segments SET name = 'elsewhere' WHERE name LIKE 'pages:%' AND bucket < 0",
        "UPDATE segments SET data = 7 WHERE name = 'inputs' AND bucket > 0",
        "UPDATE segments SET data = CAST(data AS TEXT) WHERE name = 'inputs' AND bucket > 0",
        "DELETE FROM segments WHERE name = 'inputs' AND bucket > 0",
        "INSERT INTO journal VALUES ('pages:public', 0, x'90')",
        "DROP TABLE journal",
    ],
)
def test_a_cache_that_lost_a_part_is_made_anew(made: SiteDir, harm: str) -> None:
    expected = made.files()
    with contextlib.closing(sqlite3.connect(made.path / ".site-builder" / CACHE)) as database, database:
        database.execute(harm)
    report = made.build(AT)
    assert made.files() == expected
    assert len([problem for problem in report.warnings if "everything is built anew" in problem.message]) == 1
    assert not made.build(AT).warnings


def test_a_cache_that_breaks_while_a_build_runs_is_written_whole_again(
    made: SiteDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget = Store.forget

    def break_and_forget(store: Store, *args: Any) -> None:
        monkeypatch.undo()
        with contextlib.closing(sqlite3.connect(store.path)) as database, database:
            database.execute("DROP TABLE journal")
        forget(store, *args)

    monkeypatch.setattr(Store, "forget", break_and_forget)
    made.write("content/a3.md", article("Another", 4, body="Other."))
    assert "damaged meanwhile" in "".join(problem.message for problem in made.build(AT).warnings)
    again = made.build(AT)
    assert (again.rendered, again.written, again.warnings) == (0, 0, ())


class _Died(Exception):
    """A build that ends where the test wants it to."""


def die(*_: Any) -> None:
    raise _Died


def test_a_cache_that_broke_and_a_build_that_died_then_leave_the_output_ours(
    made: SiteDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget = Store.forget

    def break_and_forget(store: Store, *args: Any) -> None:
        monkeypatch.setattr(Store, "forget", forget)
        with contextlib.closing(sqlite3.connect(store.path)) as database, database:
            database.execute("DROP TABLE journal")
        forget(store, *args)

    monkeypatch.setattr(Store, "forget", break_and_forget)
    monkeypatch.setattr(Output, "publish", die)
    made.write("content/a3.md", article("Another", 4, body="Other."))
    with pytest.raises(_Died):
        made.build(AT)
    monkeypatch.undo()
    made.build(AT)
    assert made.files() == clean_files(made, tmp_path)


def test_an_output_without_records_that_a_build_took_over_in_part_is_taken_over_by_the_next(
    made: SiteDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(made.path / ".site-builder")
    (made.out / "2026/11/a2/index.html").unlink()
    monkeypatch.setattr(Output, "publish", die)
    with pytest.raises(_Died):
        made.build(AT)
    monkeypatch.undo()
    made.build(AT)
    assert made.files() == clean_files(made, tmp_path)


@pytest.mark.parametrize("damage", ["", "garbage", "half", "older"])
def test_a_cache_that_cannot_be_used_is_made_anew_with_one_warning(made: SiteDir, damage: str) -> None:
    cache = made.path / ".site-builder" / CACHE
    before = made.files()
    if damage == "older":
        with sqlite3.connect(cache) as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
    elif damage == "half":
        cache.write_bytes(cache.read_bytes()[: cache.stat().st_size // 2])
    elif damage:
        cache.write_text(damage * 1000)
    else:
        cache.unlink()
    report = made.build(AT)
    assert [warning.path for warning in report.warnings] == [f".site-builder/{CACHE}"]
    assert "everything is built anew" in report.warnings[0].message
    assert made.files() == before
    again = made.build(AT)
    assert (again.rendered, again.written, again.warnings) == (0, 0, ())


def test_without_any_record_equal_files_are_taken_over_and_others_are_in_the_way(made: SiteDir) -> None:
    import shutil

    shutil.rmtree(made.path / ".site-builder")
    assert made.build(AT).removed == 0
    (made.out / "mine.txt").write_text("mine")
    (made.out / "robots.txt").write_text("changed by hand")
    shutil.rmtree(made.path / ".site-builder")
    with pytest.raises(SiteError, match=r"public/robots\.txt: is in the way"):
        made.build(AT)
    assert made.read("robots.txt") == "changed by hand"
    (made.out / "robots.txt").unlink()
    made.build(AT)
    assert made.read("mine.txt") == "mine"


def test_a_foreign_file_is_in_the_way_also_where_its_bytes_are_equal(made: SiteDir) -> None:
    made.write("static/new.txt", "same")
    (made.out / "new.txt").write_text("same")
    with pytest.raises(SiteError, match=r"public/new\.txt: is in the way"):
        made.build(AT)


def test_an_output_altered_by_hand_is_set_right(made: SiteDir) -> None:
    before = made.files()
    (made.out / "index.html").write_text("defaced")
    (made.out / "2026/11/a3/index.html").unlink()
    report = made.build(AT)
    assert made.files() == before
    assert report.pages["home"].why == {"file was altered": 1}
    assert report.pages["article"].why == {"file was missing": 1}


def test_a_full_disk_stops_the_build_and_keeps_the_output(made: SiteDir, tmp_path: Path, monkeypatch: Any) -> None:
    before = made.files()
    made.write("content/a3.md", article("Another", 4, body="Other."))
    whole = os.write

    def full(descriptor: int, data: bytes) -> int:
        if len(data) > 200 and data[:9] == b"<!doctype":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return whole(descriptor, data)

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(SiteError, match="No space left on device"):
        made.build(AT)
    assert made.files() == before
    monkeypatch.undo()
    made.build(AT)
    assert made.files() == clean_files(made, tmp_path)


def test_a_disk_that_fills_while_publishing_is_mended_by_the_next_build(
    made: SiteDir, tmp_path: Path, monkeypatch: Any
) -> None:
    made.write("content/a3.md", article("Another", 4, body="Other."))
    replace = os.replace
    left = [3]

    def full(source: str, target: str) -> None:
        if ".staging" in str(source):
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(SiteError, match="No space left on device"):
        made.build(AT)
    monkeypatch.undo()
    made.build(AT)
    assert made.files() == clean_files(made, tmp_path)


def started(made: SiteDir, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "site_builder", "build", "--site", str(made.path), "--at", AT, *options]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


HOLD = """
import sys, time
from pathlib import Path
from site_builder.building.lock import only_one
with only_one(Path(sys.argv[1]), wait=True, tell=print):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(made: SiteDir) -> Any:
    """Another process that builds the site, for as long as it takes."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(made.path)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_build_stops_and_names_the_first(made: SiteDir, holder: Any) -> None:
    second = started(made, "--no-wait")
    _, said = second.communicate(timeout=60)
    assert second.returncode == 1
    assert f"is being built by another process (process {holder.pid})" in said


def test_a_second_build_waits_and_a_killed_one_leaves_no_lock(made: SiteDir, holder: Any) -> None:
    second = started(made)
    assert second.stderr is not None
    assert second.stderr.readline() == f"waiting for another build of this site (process {holder.pid})\n"
    holder.kill()
    second.communicate(timeout=60)
    assert second.returncode == 0


def test_ctrl_c_ends_a_build_without_a_traceback(site: Callable[..., SiteDir], tmp_path: Path) -> None:
    made = site(
        {
            **small_site(),
            **{f"content/n{n}.md": article(f"N {n}", 1 + n % 9, body="Text *t*. " * 500) for n in range(900)},
        }
    )
    process = started(made, "--jobs", "2")
    assert process.stderr is not None
    process.stderr.readline()  # the sources are read; pages are being made
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode in (0, 130)
    assert "Traceback" not in said
    made.build(AT, jobs=2)
    assert made.files() == clean_files(made, tmp_path)
    assert not list(made.path.glob(".*staging*"))


def test_a_first_build_that_waited_finds_what_the_other_has_made(site: Callable[..., SiteDir], tmp_path: Path) -> None:
    made = site(small_site())
    release = threading.Event()
    holds = threading.Event()

    def other() -> None:
        with only_one(made.path, wait=True, tell=lambda _text: None):
            holds.set()
            release.wait(60)

    holder = threading.Thread(target=other)
    holder.start()
    holds.wait(60)

    def told(_text: str) -> None:
        # The other build, which has its output in place by now.
        made.out.mkdir()
        (made.out / "theirs.txt").write_text("theirs")
        release.set()

    made.build(AT, tell=told)
    holder.join()
    assert (made.out / "theirs.txt").exists()
    (made.out / "theirs.txt").unlink()
    assert made.files() == clean_files(made, tmp_path)
