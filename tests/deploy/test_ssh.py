"""Deploys to a server by ssh and rsync: a real sshd on loopback."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import random
import re
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from site_builder.config import parse_config
from site_builder.deploy import host_ssh
from site_builder.deploy.deploying import releases
from site_builder.deploy.host_ssh import HostSsh
from site_builder.deploy.local import LocalSite, encoded
from site_builder.deploy.release import Entry
from site_builder.deploy.stops import Moved, Refused, Stopped
from tests.deploy.crawl import crawl
from tests.deploy.killing import calls_of, run_killed
from tests.deploy.outputs import Desk, closed_to_others, paper, tree
from tests.deploy.sshd import Sshd, serving
from tests.deploy.sweeps import SWEEP, points, seed
from tests.deploy.tcp import TcpProxy, proxied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


# Each deploy is a dozen commands over the connection.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with serving(tmp_path_factory.mktemp("sshd")) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITE_BUILDER_SSH", server.command)
        yield server


@pytest.fixture(scope="module")
def proxy(sshd: Sshd) -> Iterator[TcpProxy]:
    with proxied(sshd.port) as made:
        yield made


@pytest.fixture
def www(tmp_path: Path) -> Path:
    return tmp_path / "the paper's www"


@pytest.fixture
def desk(sshd: Sshd, tmp_path: Path, www: Path) -> Desk:
    made = Desk(tmp_path / "site")
    made.configure(f'ssh: "{sshd.user}@127.0.0.1:{www}", port: {sshd.port}, retries: 1')
    return made


def served(www: Path) -> dict[str, bytes]:
    """All files of the release that is live now: a switch while they are read changes nothing."""
    return tree((www / "current").resolve())


def live(www: Path, wanted: dict[str, bytes]) -> dict[str, bytes]:
    """What the server serves, less the files that stay for readers of older pages."""
    files = served(www)
    return {path: data for path, data in files.items() if path in wanted or not path.endswith((".css", ".png"))}


def assert_tidy(www: Path, desk: Desk) -> None:
    state = releases(desk.path)[1]
    names = {info.id for info in state.releases}
    assert set(os.listdir(www / "releases")) == names
    assert set(os.listdir(www / ".site-builder" / "releases")) == names
    assert state.lock is None
    assert state.pending == ()


def test_the_web_server_may_read_it_whatever_the_umask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "keys").mkdir()
    www = tmp_path / "www"
    before = os.umask(0o077)
    try:
        # What it starts has its umask.
        with serving(tmp_path / "keys") as server:
            monkeypatch.setenv("SITE_BUILDER_SSH", server.command)
            desk = Desk(tmp_path / "site")
            desk.configure(f"ssh: '{server.user}@127.0.0.1:{www}', port: {server.port}, compress: [gzip]")
            for edition in (1, 2):
                desk.output(paper(edition))
                desk.deploy()
    finally:
        os.umask(before)
    assert closed_to_others(www) == []


def test_something_else_named_current_is_told_before_anything_changes(desk: Desk, www: Path):
    (www / "current").mkdir(parents=True)
    desk.output(paper(1))
    with pytest.raises(Refused, match="current is no link that a deploy made"):
        desk.deploy()
    assert os.listdir(www) == ["current"]


def test_deploys_share_unchanged_files_and_roll_back(desk: Desk, www: Path):
    desk.output(paper(1))
    desk.deploy()
    assert tree(www / "current") == paper(1)
    first = (www / "current").resolve()
    assert desk.deploy().outcome == "nothing to do"
    desk.output(paper(2))
    desk.deploy()
    assert live(www, paper(2)) == paper(2)
    assert tree(first) == paper(1)
    assert (first / "robots.txt").stat().st_ino == (www / "current" / "robots.txt").stat().st_ino
    desk.output(paper(3))
    desk.deploy()
    assert (www / "current" / "index.html").stat().st_mode & 0o777 == 0o644
    desk.deploy(rollback="")
    assert live(www, paper(2)) == paper(2)
    desk.deploy(rollback="")
    assert live(www, paper(1)) == paper(1)
    assert_tidy(www, desk)


def test_compressed_files_and_odd_names(desk: Desk, www: Path, sshd: Sshd):
    desk.configure(f'ssh: "{sshd.user}@127.0.0.1:{www}", port: {sshd.port}, compress: [gzip]')
    names = ["标签/丝 绸/index.html", "q/it's $(x) `y`/index.html", "-r/a\\b*?.html"]
    files = paper(1) | {name: name.encode() for name in names}
    desk.output(files)
    desk.deploy()
    found = tree(www / "current")
    assert {path: data for path, data in found.items() if not path.endswith(".gz")} == files
    assert found["index.html.gz"] == encoded(files["index.html"], "gzip")
    desk.output(files | {"index.html": paper(2)["index.html"]})
    desk.deploy()
    assert tree(www / "current")["-r/a\\b*?.html"] == b"-r/a\\b*?.html"
    assert tree(www / "current")["index.html.gz"] == encoded(paper(2)["index.html"], "gzip")


def test_force_reads_again_and_old_releases_go(desk: Desk, www: Path, sshd: Sshd):
    desk.configure(f'ssh: "{sshd.user}@127.0.0.1:{www}", port: {sshd.port}, keep_releases: 2, keep_hours: 0')
    for edition in (1, 2, 3):
        desk.output(paper(edition))
        desk.deploy()
    assert len(os.listdir(www / "releases")) == 2
    (www / "current" / "robots.txt").unlink()
    (www / "current" / "index.html").write_bytes(b"defaced")
    assert desk.deploy().outcome == "nothing to do"
    assert desk.deploy(force=True).outcome == "deployed"
    assert live(www, paper(3)) == paper(3)
    assert_tidy(www, desk)


def test_of_two_that_begin_together_one_is_refused(desk: Desk, www: Path, sshd: Sshd, tmp_path: Path):
    other = Desk(tmp_path / "other")
    other.configure(f'ssh: "{sshd.user}@127.0.0.1:{www}", port: {sshd.port}')
    desk.output(paper(1))
    other.output(paper(2))
    told: list[str] = []

    def meanwhile(_phase: str, _done: int, _total: int) -> None:
        if not told:
            with pytest.raises(Refused) as refused:
                other.deploy()
            told.append(str(refused.value))

    desk.deploy(progress=meanwhile)
    assert "is deploying to it" in told[0]
    assert tree(www / "current") == paper(1)


def test_looking_makes_no_folder(desk: Desk, www: Path):
    desk.output(paper(1))
    assert desk.deploy(dry_run=True).purge
    assert releases(desk.path)[1].releases == ()
    assert not www.exists()


@pytest.mark.parametrize("wrong", ["key", "host"])
def test_who_is_not_let_in_knocks_once(
    desk: Desk, tmp_path: Path, sshd: Sshd, monkeypatch: pytest.MonkeyPatch, wrong: str
):
    config = shlex.split(sshd.command)[-1]
    if wrong == "key":
        text = Path(config).read_text().replace("IdentityFile ", f"IdentityFile {tmp_path}/none-")
        (tmp_path / "config").write_text(text)
        more = f"-F {tmp_path}/config"
    else:
        more = f"-o StrictHostKeyChecking=yes -o UserKnownHostsFile={tmp_path}/none -F {config}"
    counted = tmp_path / "ssh"
    counted.write_text(f'#!/bin/sh\necho x >> {tmp_path}/asked\nexec ssh {more} "$@"\n')
    counted.chmod(0o755)
    monkeypatch.setenv("SITE_BUILDER_SSH", str(counted))
    desk.output(paper(1))
    with pytest.raises(Stopped, match="Permission denied" if wrong == "key" else "Host key verification failed"):
        desk.deploy()
    # And once to end the shared connection.
    assert len((tmp_path / "asked").read_text().splitlines()) == 2


def test_a_login_shell_that_prints_is_told(
    desk: Desk, www: Path, tmp_path: Path, sshd: Sshd, monkeypatch: pytest.MonkeyPatch
):
    chatty = tmp_path / "ssh"
    chatty.write_text(
        '#!/bin/bash\nwords=("$@")\n[ "$1" = -O ] || words[-1]="echo Welcome to web1; ${words[-1]}"\n'
        f'exec {sshd.command} "${{words[@]}}"\n'
    )
    chatty.chmod(0o755)
    monkeypatch.setenv("SITE_BUILDER_SSH", str(chatty))
    desk.output(paper(1))
    with pytest.raises(Stopped, match="the login shell there prints 'Welcome to web1' by itself"):
        desk.deploy()
    assert not www.exists()


def test_no_server_stops(desk: Desk):
    desk.configure("ssh: 'nobody@127.0.0.1:/srv', port: 9, retries: 0")
    desk.output(paper(1))
    with pytest.raises(Stopped, match="Connection refused"):
        desk.deploy()


def host(desk: Desk) -> HostSsh:
    return HostSsh(parse_config((desk.path / "site.yaml").read_text()).deploy.targets["live"])


def test_a_command_of_a_deploy_that_was_overtaken_changes_nothing(desk: Desk, www: Path):
    """A command may reach the server when the deploy that sent it is dead and another has gone on from there."""
    desk.output(paper(1))
    desk.deploy()
    before = {path: data for path, data in tree(www).items() if path != ".site-builder/state"}
    current = os.readlink(www / "current")
    state = (www / ".site-builder" / "state").read_bytes()
    with contextlib.closing(host(desk)) as dead, contextlib.closing(host(desk)) as next_one:
        assert dead.swap(".site-builder/state", state + b" ", state)
        assert next_one.swap(".site-builder/state", state, state + b" ")
        entry = Entry("robots.txt", hashlib.sha256(paper(1)["robots.txt"]).digest(), 14, "robots")
        late: list[Callable[[], None]] = [
            lambda: dead.activate("releases/x.part", "x"),
            lambda: dead.link(current, "releases/x.part", ["index.html"]),
            lambda: dead.put("releases/x.part", [entry], LocalSite(desk.out), "", lambda _: None),
            lambda: dead.write(".site-builder/releases/x", b"x"),
            lambda: dead.remove([current]),
        ]
        for command in late:
            with pytest.raises(Moved):
                command()
        with pytest.raises(Stopped):
            dead._rsync(desk.out, current, ["index.html"])
        assert not dead.swap(".site-builder/state", b"x", state + b" ")
    assert os.readlink(www / "current") == current
    assert (www / ".site-builder" / "state").read_bytes() == state
    assert {path: data for path, data in tree(www).items() if path != ".site-builder/state"} == before


def test_half_a_list_removes_nothing(desk: Desk, www: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The connection breaks while the server is told what to remove: the last name that came may be half of one."""
    desk.output(paper(1))
    desk.deploy()
    breaking = tmp_path / "breaking"
    breaking.write_text('#!/bin/sh\nfor last; do :; done\nhead -c "$(cat "$0.size")" | sh -c "$last"\n')
    breaking.chmod(0o700)
    monkeypatch.setenv("SITE_BUILDER_SSH", str(breaking))
    state = (www / ".site-builder" / "state").read_bytes()
    before = tree(www)
    with contextlib.closing(host(desk)) as found:
        size = tmp_path / "breaking.size"
        size.write_text("1000000")
        assert found.swap(".site-builder/state", state, state)
        size.write_text(str(len("releases")))
        with pytest.raises(Stopped):
            found.remove(["releases/20260101-000000-abcdef"])
        with pytest.raises(Stopped):
            found.write(".site-builder/state", b'{"version": 1}')
    assert tree(www) == before


def test_a_write_of_a_killed_deploy_that_comes_late_is_its_own(desk: Desk, www: Path, monkeypatch: pytest.MonkeyPatch):
    """The next deploy has read the state when a write of the killed one arrives: it looks again, and goes on."""
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(2))
    with monkeypatch.context() as patch:
        patch.setattr(HostSsh, "put", dying)
        with pytest.raises(Stopped):
            desk.deploy()
    late = [(www / ".site-builder" / "state")]
    swap = HostSsh.swap

    def meanwhile(self: HostSsh, name: str, data: bytes, before: bytes | None) -> bool:
        if late:
            record = late.pop()
            record.write_bytes(record.read_bytes().replace(b'"write": "', b'"write": "late'))
        return swap(self, name, data, before)

    monkeypatch.setattr(HostSsh, "swap", meanwhile)
    assert desk.deploy(resume=True).outcome == "deployed"
    assert live(www, paper(2)) == paper(2)
    assert_tidy(www, desk)


def dying(*_: object) -> None:
    raise Stopped("the line is dead")


@SWEEP
@pytest.mark.fuzz
@pytest.mark.parametrize("for_good", [True, False])
def test_connections_that_break_anywhere(desk: Desk, www: Path, sshd: Sshd, proxy: TcpProxy, for_good: bool):
    chance = random.Random(f"{for_good} {seed()}")
    desk.configure(f'ssh: "{sshd.user}@127.0.0.1:{www}", port: {proxy.port}, retries: 1, timeout: 5, lock_minutes: 1')
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(2))
    proxy.heal()
    desk.deploy()
    size = proxy.passed
    stopped = 0
    for edition in range(3, 3 + points(2, 50)):
        desk.output(paper(edition))
        proxy.cut_after(chance.randrange(size), for_good=for_good)
        try:
            desk.deploy()
        except Stopped:
            stopped += 1
        proxy.heal()
        assert crawl(served(www).get, [paper(edition - 1), paper(edition)])
        desk.deploy(resume=True)
        assert live(www, paper(edition)) == paper(edition)
        assert_tidy(www, desk)
    assert bool(stopped) == for_good


@SWEEP
@pytest.mark.fuzz
def test_killed_at_random_points(desk: Desk, www: Path):
    chance = random.Random(seed())
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(2))
    calls = calls_of(desk.deploy)
    for edition in range(3, 3 + points(2, 50)):
        desk.output(paper(edition))
        run_killed(desk.deploy, chance.randrange(calls))
        assert crawl(served(www).get, [paper(edition - 1), paper(edition)])
        desk.deploy(resume=True)
        assert live(www, paper(edition)) == paper(edition)
        assert_tidy(www, desk)


def test_the_process_list_shows_no_more_than_names(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """What ssh and rsync are started with names hosts and paths; data and records go through pipes."""
    seen: list[str] = []
    run = subprocess.run

    def watched(command: list[str], **options: object) -> object:
        seen.append(" ".join(map(str, command)))
        return run(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", watched)
    monkeypatch.setenv("DEPLOY_TOKEN", "a-token-of-the-environment")
    desk.output(paper(1))
    desk.deploy()
    assert len(seen) > 5
    assert not [line for line in seen if re.search("a-token-of|PRIVATE|password", line)]


def test_a_command_waits_for_those_before_it(desk: Desk, www: Path, monkeypatch: pytest.MonkeyPatch):
    desk.output(paper(1))
    desk.deploy()
    monkeypatch.setattr(host_ssh, "LONGEST", 1)
    guard = www / ".site-builder" / "guard"
    with contextlib.closing(host(desk)) as found:
        state = (www / ".site-builder" / "state").read_bytes()
        with guard.open("wb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with pytest.raises(Stopped, match="a command of an earlier deploy has been running for 1 s"):
                found.swap(".site-builder/state", state, state)
        assert found.swap(".site-builder/state", state, state)
