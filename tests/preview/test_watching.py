"""What is heard of changed files: in bursts, and where the system lets nothing be watched."""

from __future__ import annotations

import asyncio
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest
from tornado.ioloop import IOLoop
from watchfiles import Change

from site_builder.preview.polling import changes_by_looking
from site_builder.preview.watching import FilesWatcher, is_source, lock_files
from tests.site.pieces import make_site
from tests.support.limits import limited
from tests.support.preview import AT_INSTANT, Ears, Served, finished, serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.site import SiteDir

PIECE = "---\ntitle: {0}\ncategory: Retail\ntimestamp: 2026-11-{1:02} 10:00\nslug: {0}\n---\n\nText of {0}.\n"
REMEDY = "sudo sysctl fs.inotify.max_user_watches="


@pytest.fixture
def made(site):
    return site({f"content/{number}/p{number}.md": PIECE.format(f"P{number}", 1 + number) for number in range(12)})


@pytest.mark.slow
@pytest.mark.parametrize("setting, value", [("max_inotify_watches", 5), ("max_inotify_instances", 0)])
def test_where_folders_cannot_be_watched_they_are_looked_at(made: SiteDir, setting: str, value: int):
    with serving(made.path, *AT_INSTANT, within=limited(setting, value)) as served:
        ears = Ears(served)
        served.wait_for("/.preview/state?path=/2026/11/P1/", "The system lets no more folders be watched")
        assert REMEDY in served.log.read_text(encoding="utf-8")
        heard = ears.during(lambda: served.write("content/1/p1.md", PIECE.format("P1", 2) + "More.\n"), quiet=1.6)
        assert heard == ["*"]
        served.write("content/new/x.md", PIECE.format("X", 3))
        served.wait_for("/2026/11/X/", "Text of X.")
        served.write("site.yaml", "site: {title: The Gazette}\n")
        served.wait_for("/", "The Gazette")
        served.write("static/a.txt", "a")
        served.wait_for("/a.txt", "a")
        (made.path / "content/new/x.md").unlink()
        served.wait_for("/2026/11/X/", "Page not found")


@pytest.mark.slow
def test_a_site_in_a_hidden_folder_is_watched(tmp_path: Path):
    made = make_site(tmp_path / ".work", {"content/a/p.md": PIECE.format("P", 1)})
    with serving(made.path, *AT_INSTANT) as served:
        ears = Ears(served)
        served.wait_for("/2026/11/P/", "Text of P.")
        assert ears.during(lambda: served.write("content/a/p.md", PIECE.format("P", 1) + "More.\n"))


@pytest.mark.slow
def test_folders_that_come_when_the_limit_is_reached_are_seen(made: SiteDir):
    # The folder of the site, content/, and one for each piece.
    with serving(made.path, *AT_INSTANT, within=limited("max_inotify_watches", 16)) as served:
        for number in range(6):
            served.write(f"content/n{number}/p.md", PIECE.format(f"N{number}", 3))
            served.wait_for(f"/2026/11/N{number}/", f"Text of N{number}.")
        assert REMEDY in served.log.read_text(encoding="utf-8")
        served.write("content/n5/q.md", PIECE.format("Q", 4))
        served.wait_for("/2026/11/Q/", "Text of Q.")


def test_every_change_is_seen_by_looking(tmp_path: Path):
    folder = tmp_path / "content"
    (folder / "a").mkdir(parents=True)
    (folder / "a/old.md").write_text("old")
    stop = threading.Event()
    looks = changes_by_looking([folder, tmp_path / "site.yaml"], stop, is_source)
    assert next(looks) == set()
    steps = {
        ("modified", "content/a/old.md"): lambda: (folder / "a/old.md").write_text("new"),
        ("added", "content/b/c.md"): lambda: ((folder / "b").mkdir(), (folder / "b/c.md").write_text("")),
        ("deleted", "content/a/old.md"): (folder / "a/old.md").unlink,
        ("added", "site.yaml"): lambda: (tmp_path / "site.yaml").write_text(""),
    }
    for wanted, step in steps.items():
        step()
        (folder / ".hidden.md").write_text("x")
        (folder / "a/spare.md~").write_text("x")
        found = next(looks)
        assert {(change.name, path.removeprefix(f"{tmp_path}/")) for change, path in found} == {wanted}
    stop.set()
    assert list(looks) == []


def test_folders_that_come_and_move_are_heard_of(made: SiteDir):
    with serving(made.path, *AT_INSTANT) as served:
        served.write("content/new/deep/x.md", PIECE.format("X", 3))
        served.wait_for("/2026/11/X/", "Text of X.")
        time.sleep(0.5)
        for folder in ("content/new/deep", "content/moved/deep"):
            edit = f"Edited in {folder}."
            path = f"{folder}/x.md"
            assert Ears(served).during(
                lambda path=path, edit=edit: served.write(path, PIECE.format("X", 3) + edit)
            ) == ["*"]
            assert edit in served.ask("/2026/11/X/").text
            if "new" in folder:
                (made.path / "content/new").rename(made.path / "content/moved")
                served.wait_for("/.preview/state?path=/2026/11/X/", "content/moved/deep/x.md")
                time.sleep(0.5)


def slowly(served: Served, count: int, pause: float, *, new: bool) -> None:
    for number in range(count):
        path = f"content/many/p{number}.md" if new else f"content/{number}/p{number}.md"
        served.write(path, PIECE.format(f"M{number}", 1 + number))
        time.sleep(pause)


@pytest.mark.slow
@pytest.mark.parametrize("new", [True, False], ids=["new", "written again"])
def test_a_slow_burst_is_two_reloads_at_most(made: SiteDir, new: bool):
    with serving(made.path, *AT_INSTANT) as served:
        heard = Ears(served).during(lambda: slowly(served, 12, 0.07, new=new))
        assert 1 <= len(heard) <= 2
        assert served.ask("/2026/11/M11/").status == 200


@pytest.mark.slow
@pytest.mark.parametrize("new, is_worktree", [(True, False), (False, True)], ids=["new", "written again, worktree"])
def test_git_may_pause_as_it_likes(made: SiteDir, tmp_path: Path, new: bool, is_worktree: bool):
    repository = tmp_path / "repository" if is_worktree else made.path
    subprocess.run(["git", "init", "-q", repository], check=True)
    if is_worktree:
        commit = ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "--allow-empty", "-m", "a"]
        subprocess.run(["git", *commit], cwd=repository, check=True)
        subprocess.run(["git", "worktree", "add", "-q", tmp_path / "tree"], cwd=repository, check=True)
        (tmp_path / "tree/.git").rename(made.path / ".git")
    (lock, *_) = [file for file in lock_files(made.path) if file.parent.is_dir()]
    assert lock.parent.is_relative_to(repository)

    def checkout() -> None:
        lock.touch()
        slowly(served, 5, 0.3, new=new)
        lock.unlink()

    with serving(made.path, *AT_INSTANT) as served:
        assert Ears(served).during(checkout) == ["*"]
        assert served.ask("/2026/11/M4/").status == 200


@pytest.mark.parametrize(
    "known, there, at_once",
    [(True, "file", True), (False, "", True), (False, "file", False), (False, "folder", False), (True, "", False)],
    ids=["another file in its place", "a spare copy that is gone", "new", "a new folder", "gone"],
)
def test_a_file_put_in_the_place_of_another_is_a_save(tmp_path: Path, known: bool, there: str, at_once: bool):
    (tmp_path / "content").mkdir()
    if there == "file":
        (tmp_path / "content/a.md").write_text("x")
    elif there:
        (tmp_path / "content/a.md").mkdir()
    taken: list[set[str]] = []

    async def heard() -> None:
        watcher = FilesWatcher(tmp_path, taken.append, lambda _path: known, pytest.fail)
        watcher._loop = IOLoop.current()
        watcher._hear([(Change.added if there else Change.deleted, f"{tmp_path}/content/a.md")])
        turns = 0
        while not taken and turns < 1_000:
            await asyncio.sleep(0)
            turns += 1
        assert (turns < 10) == at_once

    finished(heard())
