"""Deploys to Azure's store: the same code as for S3, where its service answers otherwise."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import obstore
import pytest

from site_builder.deploy.deploying import releases
from site_builder.deploy.local import encoded
from site_builder.deploy.release import Lock, decode_state, encode_state
from site_builder.deploy.stops import Refused, Stopped
from tests.deploy.azurite import Azure, serving
from tests.deploy.crawl import crawl
from tests.deploy.outputs import Desk, paper
from tests.deploy.proxy import FAULTS, Fault, Proxy, proxied
from tests.deploy.sweeps import SWEEP, points, seed
from tests.deploy.weed import objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from obstore.store import AzureStore

NAMES = itertools.count()


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azure]:
    with serving(tmp_path_factory.mktemp("azurite")) as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        yield server


@pytest.fixture(scope="module")
def proxy(azure: Azure) -> Iterator[Proxy]:
    with proxied(azure.address) as made:
        yield made


@pytest.fixture
def desk(azure: Azure, proxy: Proxy, tmp_path: Path) -> Desk:
    made = Desk(tmp_path / "site")
    made.place = f"site/azure-{next(NAMES)}"
    configure(made, azure.endpoint(proxy.address))
    proxy.heal()
    return made


def configure(desk: Desk, endpoint: str, rest: str = "") -> None:
    grace = "keep_releases: 2, keep_hours: 0, retries: 1"
    desk.configure(f"az: {desk.place}, endpoint: '{endpoint}', {grace}{rest}")


@pytest.fixture
def store(azure: Azure, desk: Desk) -> AzureStore:
    return azure.store(desk.place.partition("/")[2])


def assert_exactly(store: AzureStore, desk: Desk, edition: int) -> None:
    """The store holds the edition and the assets of the one before; records are those of the releases in grace."""
    found, wanted, before = objects(store), paper(edition), paper(edition - 1)
    assert {path: found.get(path) for path in wanted} == wanted
    assert all(path.endswith((".css", ".png")) and path in before for path in found.keys() - wanted.keys())
    state = releases(desk.path)[1]
    assert (state.lock, state.pending) == (None, ())
    records = {f".site-builder/releases/{info.id}" for info in state.releases}
    assert set(objects(store, ".site-builder/releases")) == records


def test_a_deploy_and_the_way_back(desk: Desk, store: AzureStore, azure: Azure):
    for edition in (1, 2, 3):
        desk.output(paper(edition))
        assert desk.deploy().outcome == "deployed"
        assert_exactly(store, desk, edition)
    again = desk.deploy()
    assert (again.outcome, again.requests) == ("nothing to do", 1)
    assert dict(obstore.get(store, "index.html").attributes) == {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "public, max-age=60, must-revalidate",
    }
    desk.deploy(rollback="")
    found = objects(store)
    assert {path: found.get(path) for path in paper(2)} == paper(2)
    assert dict(obstore.get(store, "index.html").attributes)["Content-Type"] == "text/html; charset=utf-8"
    configure(desk, azure.endpoint(), ", compress: [gzip]")
    desk.output(paper(4))
    desk.deploy()
    answer = obstore.get(store, "index.html")
    assert answer.attributes["Content-Encoding"] == "gzip"
    assert bytes(answer.bytes()) == encoded(paper(4)["index.html"], "gzip")


def test_force_finds_what_others_changed(desk: Desk, store: AzureStore):
    desk.output(paper(1))
    desk.deploy()
    obstore.put(store, "index.html", b"defaced", attributes={"Content-Type": "text/html"})
    obstore.delete(store, "rss.xml")
    assert desk.deploy().outcome == "nothing to do"
    report = desk.deploy(force=True).groups["front"]
    assert (report.added, report.changed) == (("rss.xml",), ("index.html",))
    assert objects(store) == paper(1)


def test_odd_names_arrive_as_they_are(desk: Desk, store: AzureStore):
    names = ["标签/丝 绸/index.html", "a/100%/index.html", "q/what?#x/index.html", "e/é~!$&'()+,;=@[]/index.html"]
    desk.output(paper(1) | {name: name.encode() for name in names})
    desk.deploy()
    assert objects(store) == paper(1) | {name: name.encode() for name in names}
    desk.output(paper(1))
    desk.deploy()
    assert objects(store) == paper(1)
    desk.deploy(rollback="")
    assert set(objects(store)) >= set(names)


def test_what_is_gone_already_is_no_reason_to_stop(desk: Desk, store: AzureStore):
    """Where S3 says that all is well, Azure says that there is nothing to remove."""
    desk.output(paper(1))
    desk.deploy()
    obstore.delete(store, "2026/odd/piece/index.html")
    desk.output(paper(2))
    with pytest.raises(Stopped, match="does not hold what its record says"):
        desk.deploy()
    assert desk.deploy(force=True).outcome == "deployed"
    assert_exactly(store, desk, 2)


def test_a_lock_of_somebody_else_holds(desk: Desk, store: AzureStore):
    desk.output(paper(1))
    desk.deploy()
    state = decode_state(bytes(obstore.get(store, ".site-builder/state").bytes()))
    locked = msgspec.structs.replace(state, lock=Lock("anna@desk", "t", 9_999_999_999))
    obstore.put(store, ".site-builder/state", encode_state(locked))
    desk.output(paper(2))
    with pytest.raises(Refused, match="anna@desk is deploying"):
        desk.deploy()
    assert objects(store) == paper(1)


def test_of_two_that_begin_together_one_is_refused(desk: Desk, store: AzureStore, azure: Azure, tmp_path: Path):
    other = Desk(tmp_path / "other", desk.place)
    configure(other, azure.endpoint())
    desk.output(paper(1))
    other.output(paper(3))
    told: list[str] = []

    def meanwhile(_phase: str, _done: int, _total: int) -> None:
        if not told:
            with pytest.raises(Refused) as refused:
                other.deploy()
            told.append(str(refused.value))

    desk.deploy(progress=meanwhile)
    assert "is deploying to it" in told[0]
    assert objects(store) == paper(1)


@SWEEP
@pytest.mark.fuzz
@pytest.mark.slow
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "timeout"])
def test_failures_are_tried_again_or_leave_whole_pages(desk: Desk, store: AzureStore, proxy: Proxy, fault: Fault):
    chance = random.Random(f"{fault} {seed()}")
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(2))
    proxy.heal()
    desk.deploy()
    count = proxy.requests
    for edition in range(3, 3 + points(2, 50)):
        desk.output(paper(edition))
        proxy.break_from(chance.randint(1, count), fault, times=1 if edition % 2 else 1_000_000)
        try:
            desk.deploy()
        except Stopped:
            assert edition % 2 == 0
        proxy.heal()
        crawl(objects(store).get, [paper(edition - 1), paper(edition)])
        desk.deploy(resume=True)
        assert_exactly(store, desk, edition)
