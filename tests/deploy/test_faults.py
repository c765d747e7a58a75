"""Bad days of networks, stores and machines: readers see whole pages all along, and the rest can be sent."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import obstore
import pytest

from site_builder.deploy.deploying import releases
from site_builder.deploy.journal import Journal
from site_builder.deploy.objects import BUSY_PAUSE
from site_builder.deploy.release import decode_state, encode_state
from site_builder.deploy.stops import Stopped
from tests.deploy.crawl import crawl
from tests.deploy.outputs import Desk, paper
from tests.deploy.programs import start
from tests.deploy.proxy import FAULTS, Fault, Proxy, proxied
from tests.deploy.sweeps import SWEEP, points, seed
from tests.deploy.weed import objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from obstore.store import S3Store

    from tests.deploy.weed import S3

NAMES = itertools.count()


@pytest.fixture(scope="module")
def proxy(s3: S3) -> Iterator[Proxy]:
    with proxied(s3.endpoint) as made:
        yield made


@pytest.fixture
def desk(proxy: Proxy, tmp_path: Path) -> Desk:
    made = Desk(tmp_path / "site")
    made.place = f"site/faults-{os.getpid()}-{next(NAMES)}"
    configure(made, proxy, timeout=60)
    proxy.heal()
    return made


def configure(desk: Desk, proxy: Proxy, *, timeout: int) -> None:
    """A target behind the proxy.  Short timeouts are for the tests that wait for them: the machine may be busy."""
    place = f"s3: {desk.place}, endpoint: '{proxy.address}'"
    desk.configure(f"{place}, timeout: {timeout}, retries: 1, keep_releases: 2, keep_hours: 0")


@pytest.fixture
def store(s3: S3, desk: Desk) -> S3Store:
    return s3.store(desk.place.partition("/")[2])


def assert_exactly(store: S3Store, desk: Desk, edition: int) -> None:
    """The store holds the edition, the assets of the release before, and for each release in grace its record."""
    found = objects(store)
    wanted = paper(edition)
    before = paper(edition - 1)
    extra = {path for path in found if path not in wanted}
    assert {path: found[path] for path in wanted} == wanted
    assert all(path.endswith((".css", ".png")) and path in before for path in extra)
    state = releases(desk.path)[1]
    assert state.lock is None
    assert state.pending == ()
    assert set(objects(store, ".site-builder/releases")) == {
        f".site-builder/releases/{info.id}" for info in state.releases
    }


def assert_rolls_back(store: S3Store, desk: Desk, edition: int) -> None:
    """What a rollback needs was not lost."""
    desk.deploy(rollback="")
    found = objects(store)
    assert {path: found.get(path) for path in paper(edition - 1)} == paper(edition - 1)
    desk.deploy()
    assert_exactly(store, desk, edition)


def requests_of_a_deploy(desk: Desk, proxy: Proxy) -> int:
    """Deploy editions 1 and 2; the number of requests that the second took."""
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(2))
    proxy.heal()
    desk.deploy()
    return proxy.requests


def arrived_of(desk: Desk) -> set[str]:
    """What the journal of an unfinished deploy says of the files that have arrived."""
    found = Journal(desk.path, "live").interrupted()
    state = releases(desk.path)[1]
    # A journal whose release is not pending is that of a deploy that had not begun to send.
    return set(found.arrived) if found and found.info in state.pending else set()


@SWEEP
@pytest.mark.fuzz
@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_target_that_fails_from_some_request_on(desk: Desk, store: S3Store, proxy: Proxy, fault: Fault):
    chance = random.Random(f"{fault} {seed()}")
    count = requests_of_a_deploy(desk, proxy)
    if fault == "timeout":
        configure(desk, proxy, timeout=2)
        proxy.hang = 3
    stopped = 0
    for edition in range(3, 3 + points(2, 50)):
        desk.output(paper(edition))
        proxy.break_from(chance.randint(1, count), fault)
        try:
            desk.deploy()
        except Stopped:
            stopped += 1
        proxy.heal()
        crawl(objects(store).get, [paper(edition - 1), paper(edition)])
        arrived = arrived_of(desk)
        report = desk.deploy(resume=True)
        sent = [line.partition("/faults-")[2].partition("/")[2] for line in proxy.log if line.startswith("PUT ")]
        assert arrived.isdisjoint(sent)
        assert report.arrived_before == len(arrived)
        assert_exactly(store, desk, edition)
        if edition % 5 == 0:
            assert_rolls_back(store, desk, edition)
    assert stopped or fault in {"slow", "truncated"}


@SWEEP
@pytest.mark.fuzz
@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_single_failure_is_tried_again(desk: Desk, store: S3Store, proxy: Proxy, fault: Fault):
    chance = random.Random(f"{fault} {seed()}")
    count = requests_of_a_deploy(desk, proxy)
    if fault == "timeout":
        configure(desk, proxy, timeout=2)
        proxy.hang = 3
    for edition in range(3, 3 + points(2, 50)):
        desk.output(paper(edition))
        proxy.break_from(chance.randint(1, count), fault, times=1)
        assert desk.deploy().outcome == "deployed"
        assert_exactly(store, desk, edition)


@SWEEP
@pytest.mark.fuzz
@pytest.mark.slow
def test_killed_before_or_after_any_request(desk: Desk, store: S3Store, proxy: Proxy):
    chance = random.Random(seed())
    count = requests_of_a_deploy(desk, proxy)
    for edition in range(3, 3 + points(5, 50)):
        desk.output(paper(edition))
        at, after = chance.randint(1, count), chance.random() < 0.5
        children: list[subprocess.Popen[str]] = []

        def kill(number: int, at: int = at, children: list[subprocess.Popen[str]] = children) -> None:
            if number == at:
                os.kill(children[0].pid, signal.SIGKILL)

        proxy.heal()
        proxy.before, proxy.after = (lambda _: None, kill) if after else (kill, lambda _: None)
        children.append(start(desk, "--yes", "--resume"))
        assert children[0].wait(60) in {-signal.SIGKILL, 0}
        proxy.heal()
        crawl(objects(store).get, [paper(edition - 1), paper(edition)])
        # Another build may come between.
        between = chance.random() < 0.3
        if between:
            desk.output(paper(edition) | {"rss.xml": b"<rss/>"})
            desk.deploy(resume=chance.random() < 0.5)
            desk.output(paper(edition))
        desk.deploy(resume=chance.random() < 0.7)
        assert_exactly(store, desk, edition)
        if not between and edition % 3 == 0:
            assert_rolls_back(store, desk, edition)


def test_a_deploy_elsewhere_finishes_what_a_dead_one_began(desk: Desk, store: S3Store, proxy: Proxy, tmp_path: Path):
    count = requests_of_a_deploy(desk, proxy)
    desk.output(paper(3))
    proxy.break_from(count - 4, "500")
    with pytest.raises(Stopped):
        desk.deploy()
    proxy.heal()
    other = Desk(tmp_path / "other")
    # One that waits for no lock: as if it had lapsed.
    other.configure(f"s3: {desk.place}, endpoint: '{proxy.address}', keep_releases: 2, keep_hours: 0, lock_minutes: 1")
    lapse(store)
    other.output(paper(4))
    other.deploy()
    found = objects(store)
    assert {path: found[path] for path in paper(4)} == paper(4)
    assert not [path for path in found if path not in paper(4) and path.endswith(".html")]
    crawl(found.get, [paper(4)])


def test_a_request_of_a_dead_deploy_that_comes_late_is_its_own(desk: Desk, store: S3Store, proxy: Proxy):
    """The next deploy has read the state when the last write of the dead one arrives: it looks again, and goes on."""
    count = requests_of_a_deploy(desk, proxy)
    desk.output(paper(3))
    proxy.break_from(count - 4, "500")
    with pytest.raises(Stopped):
        desk.deploy()
    proxy.heal()
    late = decode_state(bytes(obstore.get(store, ".site-builder/state").bytes()))

    def arrive(number: int) -> None:
        if number == 2:
            obstore.put(store, ".site-builder/state", encode_state(msgspec.structs.replace(late, write="late")))

    proxy.before = arrive
    assert desk.deploy(resume=True).outcome == "deployed"
    assert_exactly(store, desk, 3)


def test_on_a_slow_line_pictures_arrive_one_after_the_other(desk: Desk, store: S3Store, proxy: Proxy):
    """All at once each of them would take four seconds, and be given up after two."""
    configure(desk, proxy, timeout=2)
    desk.output(paper(1))
    desk.deploy()
    chance = random.Random(1)
    pictures = {f"img/{number}.png": chance.randbytes(200_000) for number in range(8)}
    desk.output(paper(1) | pictures)
    proxy.heal()
    proxy.rate = 400_000
    assert desk.deploy().outcome == "deployed"
    proxy.heal()
    assert objects(store) == paper(1) | pictures


def test_a_film_goes_in_parts_and_comes_back(desk: Desk, store: S3Store):
    chance = random.Random(1)
    for edition in (1, 2):
        desk.output(paper(1) | {"film.mp4": chance.randbytes(12_000_000)})
        desk.deploy()
        assert objects(store)["film.mp4"] == (desk.out / "film.mp4").read_bytes()
        if edition == 1:
            first = objects(store), obstore.get(store, "film.mp4").attributes
    desk.deploy(rollback="")
    assert (objects(store), obstore.get(store, "film.mp4").attributes) == first


@pytest.mark.parametrize(
    "fault, told",
    [
        ("500", "its state: the store answers 500 Internal Server Error$"),
        ("503", "its state: the store answers 503 Service Unavailable$"),
        ("reset", "http://[0-9.:]+ cannot be reached: it ends connections without an answer$"),
        ("truncated", "http://[0-9.:]+ cannot be reached: it breaks off its answers$"),
    ],
)
def test_what_a_target_lacks_is_told_in_words(desk: Desk, proxy: Proxy, fault: Fault, told: str):
    desk.configure(f"s3: {desk.place}, endpoint: '{proxy.address}', retries: 0")
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(2))
    proxy.break_from(1, fault)
    with pytest.raises(Stopped, match=f"^s3:{desk.place}(?:, |: ){told}"):
        desk.deploy()


@pytest.mark.parametrize("left", [0, 100])
def test_a_page_that_the_store_took_in_short_is_sent_again(desk: Desk, store: S3Store, proxy: Proxy, left: int):
    """The server does not compare the body with the digest in the request's signature."""
    requests_of_a_deploy(desk, proxy)
    desk.output(paper(3))
    spoilt: set[bytes] = set()

    def spoil(body: bytes) -> bytes:
        if not body.startswith(b"<!doctype") or body in spoilt:
            return body
        spoilt.add(body)
        return body[:left]

    proxy.heal()
    proxy.spoil = spoil
    assert desk.deploy().outcome == "deployed"
    assert_exactly(store, desk, 3)
    assert len(spoilt) > 5
    proxy.spoil = lambda body: body[:left] if body.startswith(b"<!doctype") else body
    desk.output(paper(4))
    with pytest.raises(Stopped, match="the store holds other bytes than were sent"):
        desk.deploy()
    proxy.heal()
    desk.deploy(resume=True)
    assert_exactly(store, desk, 4)


def test_a_store_whose_tags_are_something_else_is_believed_for_its_bytes(desk: Desk, store: S3Store, proxy: Proxy):
    """The state's tag is an MD5, those of pages are not, as where a key encrypts a part of the bucket."""
    requests_of_a_deploy(desk, proxy)
    place = f"s3: {desk.place}, endpoint: '{proxy.address}', concurrency: 1"
    desk.configure(f"{place}, keep_releases: 2, keep_hours: 0")
    desk.output(paper(3))
    proxy.heal()
    proxy.retag = lambda path, tag: tag if "/.site-builder/" in path else '"0123456789abcdef0123456789abcdef"'
    assert desk.deploy().outcome == "deployed"
    assert_exactly(store, desk, 3)
    # One look is enough.
    assert sum(line.startswith("GET") and "/.site-builder/" not in line for line in proxy.log) == 1


@pytest.mark.parametrize("fault", ["429", "503"])
def test_a_store_that_is_busy_is_left_alone_for_a_while(desk: Desk, store: S3Store, proxy: Proxy, fault: Fault):
    requests_of_a_deploy(desk, proxy)
    desk.output(paper(3))
    asked: list[float] = []

    def watch(number: int) -> None:
        if "/tags/" in proxy.log[number - 1] and proxy.log[number - 1].startswith("PUT"):
            asked.append(time.monotonic())
            if len(asked) == 1:
                # The library itself tries three times, one soon after the other; then it is our turn.
                proxy.fault, proxy.start, proxy.times = fault, number, 3

    proxy.heal()
    proxy.before = watch
    assert desk.deploy().outcome == "deployed"
    assert_exactly(store, desk, 3)
    # One copy of what was there and four attempts; sleeping is never shorter than asked for.
    assert asked[-1] - asked[-2] >= BUSY_PAUSE / 2


@pytest.mark.parametrize("sent, by", [(1, "build"), (5, "rollback"), (10, "build"), (10, "rollback"), (10, "back")])
def test_going_back_after_a_dead_deploy_restores_what_it_had_changed(
    desk: Desk, store: S3Store, proxy: Proxy, sent: int, by: str
):
    requests_of_a_deploy(desk, proxy)
    before = objects(store)
    desk.output(paper(3))
    proxy.heal()

    def break_then(number: int) -> None:
        if sum(line.startswith("PUT") and ".site-builder" not in line for line in proxy.log) > sent:
            proxy.fault, proxy.start, proxy.times = "500", number, 1_000_000

    proxy.before = break_then
    with pytest.raises(Stopped):
        desk.deploy()
    proxy.heal()
    assert objects(store) != before
    current = releases(desk.path)[1].releases[0]
    if by == "build":
        desk.output(paper(2))
    new = {path for path in objects(store).keys() - before.keys() if path.endswith(".html")}
    report = desk.deploy(rollback={"build": None, "rollback": current.id, "back": ""}[by])
    assert report.outcome == "deployed"
    assert objects(store) == before
    # Readers, and caches, may have seen them.
    assert {path for changes in report.groups.values() for path in changes.removed} >= new
    assert set(report.purge) >= {f"https://www.example.com/{path.removesuffix('index.html')}" for path in new}
    assert sent < 10 or new


def lapse(store: S3Store) -> None:
    """Let the lock lapse."""
    state = decode_state(bytes(obstore.get(store, ".site-builder/state").bytes()))
    assert state.lock
    lock = msgspec.structs.replace(state.lock, until=1)
    obstore.put(store, ".site-builder/state", encode_state(msgspec.structs.replace(state, lock=lock)))
