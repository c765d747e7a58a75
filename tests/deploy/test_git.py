"""Deploys to a branch: a real bare repository, looked at with git itself."""

from __future__ import annotations

import random
import socket
import subprocess
import time
from pathlib import Path

import pytest

from site_builder.deploy.deploying import releases
from site_builder.deploy.stops import Refused, Stopped
from tests.deploy.crawl import crawl
from tests.deploy.killing import calls_of, run_killed
from tests.deploy.outputs import Desk, paper
from tests.deploy.sweeps import SWEEP, points, seed


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    path = tmp_path / "remote.git"
    git(tmp_path, "init", "--bare", "--quiet", str(path))
    return path


@pytest.fixture
def desk(tmp_path: Path, remote: Path) -> Desk:
    made = Desk(tmp_path / "site")
    made.configure(f"git: {remote}, retries: 0")
    return made


def git(folder: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True).stdout


def branch(remote: Path, commit: str = "gh-pages") -> dict[str, bytes]:
    """The files of a commit; the release's own record left out."""
    listing = git(remote, "ls-tree", "-r", "-z", commit).decode().split("\0")
    blobs = {line.partition("\t")[2]: line.split()[2] for line in listing if line}
    blobs.pop(".site-builder/release")
    return {path: git(remote, "cat-file", "blob", blob) for path, blob in blobs.items()}


def site(remote: Path, wanted: dict[str, bytes]) -> dict[str, bytes]:
    files = branch(remote)
    assert files.pop(".nojekyll") == b""
    return {path: data for path, data in files.items() if path in wanted or not path.endswith((".css", ".png"))}


def commits(remote: Path) -> int:
    return int(git(remote, "rev-list", "--count", "gh-pages"))


def test_one_commit_a_deploy_and_none_for_nothing(desk: Desk, remote: Path):
    desk.output(paper(1))
    assert desk.deploy().outcome == "deployed"
    assert branch(remote) == paper(1) | {".nojekyll": b""}
    assert desk.deploy().outcome == "nothing to do"
    assert commits(remote) == 1
    desk.output(paper(2))
    desk.deploy()
    assert site(remote, paper(2)) == paper(2)
    assert commits(remote) == 2
    assert git(remote, "log", "-1", "--format=%s", "gh-pages").startswith(b"Release 2")


def test_assets_stay_and_withdrawn_pages_go(desk: Desk, remote: Path):
    desk.output(paper(5))
    desk.deploy()
    desk.output(paper(6))
    desk.deploy()
    (old,) = [path for path in paper(5) if path.endswith(".css")]
    assert branch(remote) == paper(6) | {old: paper(5)[old], ".nojekyll": b""}


def test_rollbacks(desk: Desk, remote: Path):
    for edition in (1, 2, 3):
        desk.output(paper(edition))
        desk.deploy()
    desk.deploy(rollback="")
    assert site(remote, paper(2)) == paper(2)
    desk.deploy(rollback="")
    assert site(remote, paper(1)) == paper(1)
    third = next(info for info in releases(desk.path)[1].releases if info.number == 3)
    desk.deploy(rollback=third.id)
    assert site(remote, paper(3)) == paper(3)
    assert commits(remote) == 6


def test_history_is_bounded_on_request_and_a_domain_written(desk: Desk, remote: Path):
    desk.configure(f"git: {remote}, branch: gh-pages, cname: www.example.com, history: 3")
    for edition in range(1, 8):
        desk.output(paper(edition))
        desk.deploy()
        assert commits(remote) == min(edition, 3)
    assert branch(remote)["CNAME"] == b"www.example.com\n"
    assert [info.number for info in releases(desk.path)[1].releases] == [7, 6, 5]
    desk.deploy(rollback="")
    assert {path: data for path, data in branch(remote).items() if path in paper(6)} == paper(6)


def test_a_branch_of_somebody_else_is_asked_about(desk: Desk, remote: Path, tmp_path: Path):
    work = tmp_path / "work"
    git(tmp_path, "init", "--quiet", "-b", "gh-pages", str(work))
    (work / "old.html").write_text("old")
    git(work, "add", ".")
    git(work, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "By hand")
    git(work, "push", "-q", str(remote), "gh-pages")
    desk.output(paper(1))
    with pytest.raises(Refused, match="1 of 1 live pages would vanish"):
        desk.deploy(yes=False)
    desk.deploy()
    assert site(remote, paper(1)) == paper(1)
    assert commits(remote) == 2


def test_a_commit_by_hand_is_not_undone_unasked(desk: Desk, remote: Path, tmp_path: Path):
    for edition in (1, 2):
        desk.output(paper(edition))
        desk.deploy()
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--branch=gh-pages", str(remote), str(clone))
    (clone / "hand.html").write_text("<p>A word from the publisher.</p>")
    (clone / "index.html").write_text("<p>Corrected by hand.</p>")
    (clone / "robots.txt").unlink()
    git(clone, "add", "-A")
    who = ("-c", "user.name=bo", "-c", "user.email=bo@localhost")
    git(clone, *who, "commit", "--quiet", "-m", "Corrections")
    git(clone, "push", "--quiet")
    by_hand = branch(remote)
    for edition in (2, 3):
        desk.output(paper(edition))
        with pytest.raises(Refused, match="another was deployed since"):
            desk.deploy(yes=False)
    # From a folder that knows nothing of the branch, too.
    other = Desk(tmp_path / "other")
    other.configure(f"git: {remote}")
    other.output(paper(3))
    with pytest.raises(Refused, match="was made by somebody's hand"):
        other.deploy(yes=False)
    report = desk.deploy()
    assert report.groups["pages"].removed == ("hand.html",)
    assert site(remote, paper(3)) == paper(3)
    newest = releases(desk.path)[1].releases
    assert [info.number for info in newest] == [4, 3, 2, 1]
    desk.deploy(rollback=newest[1].id)
    assert site(remote, by_hand) | {".nojekyll": b""} == by_hand


def test_of_two_that_begin_together_one_is_refused(desk: Desk, remote: Path, tmp_path: Path):
    other = Desk(tmp_path / "other")
    other.configure(f"git: {remote}")
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(2))
    other.output(paper(3))
    done: list[str] = []

    def meanwhile(_phase: str, _done: int, _total: int) -> None:
        if not done:
            done.append(other.deploy().outcome)

    with pytest.raises(Refused, match="was faster"):
        desk.deploy(progress=meanwhile)
    assert done == ["deployed"]
    assert site(remote, paper(3)) == paper(3)
    assert desk.deploy().outcome == "deployed"
    assert site(remote, paper(2)) == paper(2)


def test_names_and_bytes_are_kept_whatever_git_is_told(desk: Desk, remote: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.autocrlf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    odd = {"标签/丝 绸/index.html": b"a\r\nb\n", ".well-known/x": b"1", "a.gitignore": b"*\n", 'q/\\a".html': b"\0\r"}
    desk.output(paper(1) | odd)
    desk.deploy()
    assert site(remote, paper(1)) == paper(1) | odd


def test_hooks_of_the_user_are_not_asked_and_those_of_the_repository_are_asked_once(
    desk: Desk, remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for place in (hooks / "pre-push", hooks / "reference-transaction", remote / "hooks" / "pre-receive"):
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"#!/bin/sh\necho asked >> {tmp_path}/asked-{place.name}\nexit 1\n")
        place.chmod(0o755)
    (tmp_path / "gitconfig").write_text(f"[core]\n hooksPath = {hooks}\n[log]\n showSignature = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    # On this machine the user's configuration is that of the other side too.
    with (remote / "config").open("a") as config:
        config.write(f"[core]\n hooksPath = {remote}/hooks\n")
    desk.output(paper(1))
    with pytest.raises(Stopped, match="pre-receive hook declined"):
        desk.deploy()
    # Once, and once more where the answer could have been lost: not seven times.
    assert len((tmp_path / "asked-pre-receive").read_text().splitlines()) <= 2
    (remote / "hooks" / "pre-receive").unlink()
    assert desk.deploy(resume=True).outcome == "deployed"
    assert sorted(path.name for path in tmp_path.glob("asked-*")) == ["asked-pre-receive"]


def test_force_reads_what_the_branch_holds(desk: Desk, remote: Path, tmp_path: Path):
    desk.output(paper(1))
    desk.deploy()
    assert desk.deploy(force=True).outcome == "nothing to do"


def files_here(desk: Desk) -> int:
    """Files of the branch, of whatever release, that the deploy's own repository holds."""
    found = git(desk.path / ".site-builder/deploy/live/git", "cat-file", "--batch-all-objects", "--batch-check")
    return found.count(b" blob ")


@pytest.mark.parametrize("history", [0, 3])
def test_from_a_new_folder_old_files_are_not_fetched(desk: Desk, remote: Path, tmp_path: Path, history: int):
    git(remote, "config", "uploadpack.allowFilter", "true")
    git(remote, "config", "uploadpack.allowAnySHA1InWant", "true")
    target = f"git: '{remote.as_uri()}', history: {history}, retries: 0"
    desk.configure(target)
    for edition in range(1, 5):
        desk.output(paper(edition, pieces=40))
        desk.deploy()
    other = Desk(tmp_path / "other")
    other.configure(target)
    other.output(paper(5, pieces=40))
    assert other.deploy().outcome == "deployed"
    assert site(remote, paper(5, pieces=40)) == paper(5, pieces=40)
    # With a bounded history the commits that stay are pushed anew, with their files.
    assert history or files_here(other) < 12
    other.deploy(rollback="")
    found = branch(remote)
    assert {path: found.get(path) for path in paper(4, pieces=40)} == paper(4, pieces=40)
    fresh = Desk(tmp_path / "fresh")
    fresh.configure(target)
    fresh.output(paper(4, pieces=40))
    report = fresh.deploy(force=True)
    assert report.requests < 10
    git(remote, "fsck", "--no-dangling")


def test_a_repository_that_is_not_there_stops(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("waits for what will not come"))
    desk.configure(f"git: {tmp_path / 'nowhere.git'}")
    desk.output(paper(1))
    with pytest.raises(Stopped, match=r"ls-remote: .* does not appear to be a git repository") as stopped:
        desk.deploy()
    assert "\n" not in str(stopped.value)


def test_a_server_that_is_silent_is_not_waited_for(desk: Desk):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        desk.configure(f"git: 'http://127.0.0.1:{silent.getsockname()[1]}/a.git', retries: 0, timeout: 1")
        desk.output(paper(1))
        with pytest.raises(Stopped, match="ls-remote"):
            desk.deploy()


@SWEEP
@pytest.mark.fuzz
def test_killed_at_random_points(desk: Desk, remote: Path):
    chance = random.Random(seed())
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(2))
    calls = calls_of(desk.deploy)
    for edition in range(3, 3 + points(4, 50)):
        desk.output(paper(edition))
        run_killed(desk.deploy, chance.randrange(calls))
        assert crawl(branch(remote).get, [paper(edition - 1), paper(edition)])
        desk.deploy(resume=True)
        assert site(remote, paper(edition)) == paper(edition)
        assert git(remote, "fsck", "--no-dangling") is not None
