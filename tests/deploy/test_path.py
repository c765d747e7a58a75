"""Deploys into a folder of this machine: releases, the switch, the way back, kills."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from site_builder.deploy.deploying import releases
from site_builder.deploy.holder import is_dead, this_process
from site_builder.deploy.local import encoded
from site_builder.deploy.release import Lock, decode_state, encode_state
from site_builder.deploy.stops import Refused, Stopped
from site_builder.errors import SiteError
from tests.deploy.crawl import crawl
from tests.deploy.killing import calls_of, run_killed
from tests.deploy.outputs import Desk, closed_to_others, paper, tree
from tests.deploy.sweeps import SWEEP, points, seed

if TYPE_CHECKING:
    from collections.abc import Callable


ON_LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="elsewhere locks lapse by time alone")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path / "site")
    made.configure(f"path: {tmp_path}/www")
    return made


@pytest.fixture
def www(tmp_path: Path) -> Path:
    return tmp_path / "www"


def live(www: Path) -> dict[str, bytes]:
    return tree(www / "current")


def without_old_assets(files: dict[str, bytes], wanted: dict[str, bytes]) -> dict[str, bytes]:
    """What is live, less the files that stay for readers of older pages."""
    return {path: data for path, data in files.items() if path in wanted or not path.endswith((".css", ".png"))}


def test_a_deploy_holds_the_site_and_a_second_one_does_nothing(desk: Desk, www: Path):
    desk.output(paper(1))
    report = desk.deploy()
    assert report.outcome == "deployed"
    assert live(www) == paper(1)
    assert (www / "current").is_symlink()
    before = os.readlink(www / "current")
    assert desk.deploy().outcome == "nothing to do"
    assert os.readlink(www / "current") == before


def test_files_that_did_not_change_are_the_same_file(desk: Desk, www: Path):
    desk.output(paper(1))
    desk.deploy()
    first = www / os.readlink(www / "current")
    desk.output(paper(2))
    report = desk.deploy()
    second = www / os.readlink(www / "current")
    assert first != second
    assert (first / "robots.txt").stat().st_ino == (second / "robots.txt").stat().st_ino
    assert tree(first) == paper(1)
    assert without_old_assets(live(www), paper(2)) == paper(2)
    assert "robots.txt" not in report.groups["front"].changed
    assert report.unchanged + sum(phase.files for phase in report.phases) == len(paper(2))


def test_assets_of_the_release_before_stay_and_withdrawn_pages_go(desk: Desk, www: Path):
    desk.output(paper(5))
    desk.deploy()
    desk.output(paper(6))
    report = desk.deploy()
    (old,) = [path for path in paper(5) if path.endswith(".css")]
    assert old not in paper(6)
    assert live(www)[old] == paper(5)[old]
    assert "2026/odd/piece/index.html" not in live(www)
    assert report.groups["pages"].removed == ("2026/odd/piece/index.html",)


def test_a_rollback_brings_back_the_bytes_and_the_next_goes_further(desk: Desk, www: Path):
    for edition in (1, 2, 3):
        desk.output(paper(edition))
        desk.deploy()
    (desk.out / "index.html").unlink()  # What the target holds is enough.
    assert desk.deploy(rollback="").outcome == "deployed"
    assert without_old_assets(live(www), paper(2)) == paper(2)
    desk.deploy(rollback="")
    assert without_old_assets(live(www), paper(1)) == paper(1)
    with pytest.raises(Refused, match="no release before"):
        desk.deploy(rollback="")
    _, state = releases(desk.path)
    third = next(info for info in state.releases if info.number == 3)
    desk.deploy(rollback=third.id)
    assert without_old_assets(live(www), paper(3)) == paper(3)
    with pytest.raises(Refused, match="holds no release nonsense"):
        desk.deploy(rollback="nonsense")


def test_the_web_server_may_read_it_whatever_the_umask(desk: Desk, www: Path):
    before = os.umask(0o077)
    try:
        for edition in (1, 2):
            desk.output(paper(edition))
            desk.deploy()
        desk.deploy(rollback="")
    finally:
        os.umask(before)
    assert closed_to_others(www) == []


def test_something_else_named_current_is_told_before_anything_changes(desk: Desk, www: Path):
    (www / "current").mkdir(parents=True)
    desk.output(paper(1))
    with pytest.raises(Refused, match="current is no link that a deploy made"):
        desk.deploy()
    assert os.listdir(www) == ["current"]
    (www / "current").rmdir()
    assert desk.deploy().outcome == "deployed"


def test_a_release_that_only_repaired_is_no_way_back(desk: Desk, www: Path):
    for edition in (1, 2):
        desk.output(paper(edition))
        desk.deploy()
    (www / "current" / "index.html").unlink()
    assert desk.deploy(force=True).outcome == "deployed"
    assert desk.deploy(rollback="").outcome == "deployed"
    assert {path: live(www)[path] for path in paper(1)} == paper(1)
    with pytest.raises(Refused, match="no release before the live one"):
        desk.deploy(rollback="")
    # The same site again, repaired: there is none that is another.
    desk.configure(f"path: {www}-2")
    desk.deploy()
    (www.with_name(f"{www.name}-2") / "current" / "index.html").unlink()
    desk.deploy(force=True)
    with pytest.raises(Refused, match="no release with other files than the live one"):
        desk.deploy(rollback="")


def test_releases_beyond_the_grace_go(desk: Desk, www: Path):
    desk.configure(f"path: {www}, keep_releases: 2, keep_hours: 0")
    for edition in range(1, 6):
        desk.output(paper(edition))
        desk.deploy()
    names = {info.id for info in releases(desk.path)[1].releases}
    assert len(names) == 2
    assert set(os.listdir(www / "releases")) == names
    assert set(os.listdir(www / ".site-builder" / "releases")) == names


def test_compressed_files_stand_beside(desk: Desk, www: Path):
    desk.configure(f"path: {www}, compress: [gzip, brotli]")
    desk.output(paper(1))
    desk.deploy()
    files = live(www)
    assert files["index.html.gz"] == encoded(files["index.html"], "gzip")
    assert files["index.html.br"] == encoded(files["index.html"], "brotli")
    assert "img/front.png.gz" not in files
    desk.output(paper(2))
    desk.deploy()
    files = live(www)
    assert files["index.html.gz"] == encoded(paper(2)["index.html"], "gzip")
    assert "2026/odd/piece/index.html.gz" not in files


def test_what_stands_compressed_beside_is_not_told_twice(desk: Desk, www: Path):
    desk.configure(f"path: {www}, compress: [gzip, brotli]")
    desk.output(paper(1))
    first = desk.deploy()
    plain = {path for path in paper(1) if path.endswith("index.html")}
    groups = first.groups
    assert {*groups["pages"].added, *groups["listings"].added, "index.html"} == plain
    assert (first.unchanged, first.bytes) == (0, sum(map(len, paper(1).values())))
    desk.output(paper(2))
    second = desk.deploy()
    assert second.groups["pages"].removed == ("2026/odd/piece/index.html",)
    assert second.unchanged + sum(phase.files for phase in second.phases) == len(paper(2))
    # One encoding less takes no page away, and more of them none to readers.
    desk.configure(f"path: {www}, compress: [gzip]")
    third = desk.deploy(yes=False)
    assert third.groups["front"].removed == ("index.html.br",)
    assert third.unchanged == len(paper(2))
    desk.configure(f"path: {www}, compress: [gzip, brotli]")
    assert desk.deploy(yes=False).groups["front"].added == ("index.html.br",)


def test_an_output_that_is_no_finished_build_is_refused(desk: Desk, www: Path):
    with pytest.raises(Refused, match="not a finished build"):
        desk.deploy()
    desk.output(paper(1))
    (desk.out / "index.html").write_bytes(b"cut short")
    with pytest.raises(Refused, match=r"index.html has 9 bytes"):
        desk.deploy()
    (desk.out / "index.html").unlink()
    with pytest.raises(Refused, match=r"index.html is missing"):
        desk.deploy()
    assert not (www / "current").exists()


def test_a_file_that_was_changed_after_the_build_stops_the_deploy(desk: Desk, www: Path):
    desk.output(paper(1))
    data = paper(1)["index.html"]
    (desk.out / "index.html").write_bytes(data[:-2] + b"!\n")
    with pytest.raises(Stopped, match=r"index.html is not what the build wrote"):
        desk.deploy()
    assert not (www / "current").exists()
    assert releases(desk.path)[1].lock is None
    desk.output(paper(1))
    assert desk.deploy(resume=True).arrived_before > 5
    assert live(www) == paper(1)
    assert len(os.listdir(www / "releases")) == 1


def test_guards_refuse_unless_told(desk: Desk, www: Path):
    desk.output(paper(1, pieces=20))
    desk.deploy()
    desk.output(paper(1, pieces=2))
    with pytest.raises(Refused, match="would vanish") as refused:
        desk.deploy(yes=False)
    assert refused.value.may_insist
    assert live(www) == paper(1, pieces=20)
    desk.deploy()
    assert without_old_assets(live(www), paper(1, pieces=2)) == paper(1, pieces=2)
    desk.output(paper(2), "2020-11-21T00:00:00+00:00")
    with pytest.raises(Refused, match="it is older"):
        desk.deploy(yes=False)


def test_another_folder_that_deployed_meanwhile_is_noticed(desk: Desk, www: Path, tmp_path: Path):
    other = Desk(tmp_path / "other")
    other.configure(f"path: {www}")
    desk.output(paper(1))
    desk.deploy()
    other.output(paper(2))
    other.deploy(yes=False)
    desk.output(paper(3))
    with pytest.raises(Refused, match="another was deployed since"):
        desk.deploy(yes=False)


def test_a_lock_of_somebody_else_holds_until_it_lapses(desk: Desk, www: Path):
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(2))
    record = www / ".site-builder" / "state"
    state = decode_state(record.read_bytes())
    record.write_bytes(encode_state(msgspec.structs.replace(state, lock=Lock("anna@desk", "t", int(time.time()) + 60))))
    with pytest.raises(Refused, match="anna@desk is deploying"):
        desk.deploy()
    assert live(www) == paper(1)
    record.write_bytes(encode_state(msgspec.structs.replace(state, lock=Lock("anna@desk", "t", int(time.time()) - 1))))
    desk.deploy()
    assert without_old_assets(live(www), paper(2)) == paper(2)


@ON_LINUX
def test_the_lock_of_a_process_of_this_machine_ends_with_it(desk: Desk, www: Path, tmp_path: Path):
    """Another folder, say a fresh checkout, need not wait until the lock lapses: it sees that nobody holds it."""
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(2))
    other = Desk(tmp_path / "other")
    other.configure(f"path: {www}")
    other.output(paper(3))
    told: list[str] = []

    def killed() -> None:
        def at_the_first_file(_phase: str, done: int, _total: int) -> None:
            if done:
                os.kill(os.getpid(), signal.SIGSTOP)

        desk.deploy(progress=at_the_first_file)

    child = os.fork()
    if not child:
        killed()
        os._exit(1)
    os.waitpid(child, os.WUNTRACED)
    with pytest.raises(Refused) as refused:
        other.deploy()
    told.append(str(refused.value))
    os.kill(child, signal.SIGKILL)
    # Ended, although its parent has not asked how: the parent is this test.
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert other.deploy().outcome == "deployed"
    os.waitpid(child, 0)
    assert "is deploying to it" in told[0]
    assert without_old_assets(live(www), paper(3)) == paper(3)


@ON_LINUX
@pytest.mark.parametrize(
    "change", [lambda _: "", lambda text: "0" * 16 + text[16:], lambda text: text.rpartition("-")[0], lambda _: "x"]
)
def test_a_holder_that_cannot_be_looked_at_may_be_alive(change: Callable[[str], str]):
    assert this_process()
    assert not is_dead(this_process())
    assert is_dead(this_process() + "0")
    assert not is_dead(change(this_process()))


def test_one_deploy_at_a_time_from_one_folder(desk: Desk):
    desk.output(paper(1))
    folder = desk.path / ".site-builder" / "deploy" / "live"
    folder.mkdir(parents=True)
    with (folder / "busy").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(Refused, match="is running from this folder"):
            desk.deploy()


def test_a_dry_run_changes_nothing_and_tells_all(desk: Desk, www: Path):
    desk.output(paper(1))
    desk.deploy()
    before = tree(www)
    desk.output(paper(2))
    report = desk.deploy(dry_run=True)
    assert report.outcome == "would deploy"
    assert report.groups["pages"].added == ("2026/07/piece/index.html",)
    assert report.in_place == ("img/front.png",)
    assert {"https://www.example.com/", "https://www.example.com/tags/silk/"} <= set(report.purge)
    assert "https://www.example.com/2026/odd/piece/" in report.purge
    assert "https://www.example.com/robots.txt" not in report.purge
    assert tree(www) == before


def test_force_reads_every_file_again(desk: Desk, www: Path):
    desk.output(paper(1))
    desk.deploy()
    damaged = www / "current" / "index.html"
    damaged.write_bytes(b"x" * damaged.stat().st_size)
    (www / "current" / "robots.txt").unlink()
    assert desk.deploy().outcome == "nothing to do"
    assert desk.deploy(force=True).groups["front"].changed == ("index.html",)
    assert live(www) == paper(1)


def test_names_of_targets_are_found_or_told(desk: Desk):
    desk.output(paper(1))
    with pytest.raises(SiteError, match="Did you mean 'live'"):
        releases(desk.path, "life")
    (desk.path / "site.yaml").write_text("site: {}\n")
    with pytest.raises(SiteError, match="no target to deploy to"):
        releases(desk.path)


def killed_everywhere(desk: Desk, www: Path, count: int, number: int) -> None:
    """Kill a deploy at random points: readers see one whole edition; resuming ends in exactly the new one."""
    chance = random.Random(number)
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(2))
    calls = calls_of(desk.deploy)
    killed = 0
    for edition in range(3, 3 + count):
        desk.output(paper(edition))
        killed += run_killed(desk.deploy, chance.randrange(calls))
        served = live(www)
        assert crawl(served.get, [paper(edition - 1), paper(edition)])
        desk.deploy(resume=True)
        assert without_old_assets(live(www), paper(edition)) == paper(edition)
        names = {info.id for info in releases(desk.path)[1].releases}
        assert set(os.listdir(www / "releases")) == names
        assert set(os.listdir(www / ".site-builder" / "releases")) == names
        assert set(os.listdir(www)) == {"current", "releases", ".site-builder"}
    assert killed > count * 0.8


@SWEEP
@pytest.mark.fuzz
def test_killed_at_random_points(desk: Desk, www: Path):
    killed_everywhere(desk, www, points(12, 150), seed())
