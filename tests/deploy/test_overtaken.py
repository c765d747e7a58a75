"""A deploy that is overtaken: its machine slept, the lock lapsed, somebody else deployed; then it wakes and goes on."""

from __future__ import annotations

import itertools
import os
import shutil
import time
from typing import TYPE_CHECKING, Any

import pytest
from obstore.exceptions import GenericError

from site_builder.deploy.deploying import releases
from site_builder.deploy.objects import Objects
from site_builder.deploy.stops import Refused
from tests.deploy.outputs import Desk, paper, tree
from tests.deploy.weed import objects

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deploy.weed import S3

NAMES = itertools.count()
NIGHT = 8 * 3600


def at_night(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine wakes; the clock that counts seconds stood still while it slept."""
    awake = time.time
    monkeypatch.setattr(time, "time", lambda: awake() + NIGHT)


def overtaken(desk: Desk, other: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    """What ``desk``'s deploy ends with, that sleeps after a file while ``other`` deploys."""
    slept = False

    def sleep(_phase: str, done: int, _total: int) -> None:
        nonlocal slept
        if done == 1 and not slept:
            slept = True
            at_night(monkeypatch)
            assert other.deploy().outcome == "deployed"

    with pytest.raises(Refused, match="was faster") as refused:
        desk.deploy(progress=sleep)
    return str(refused.value)


@pytest.mark.parametrize("when", ["between files", "in a request"])
def test_on_an_object_store_nothing_of_it_comes_after_the_other(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
):
    place = f"overtaken-{os.getpid()}-{next(NAMES)}"
    desk, other = Desk(tmp_path / "site"), Desk(tmp_path / "other")
    for one, edition in ((desk, 2), (other, 3)):
        one.configure(
            f"s3: site/{place}, endpoint: '{s3.endpoint}', concurrency: {1 if when == 'between files' else 8}"
        )
        one.output(paper(1))
        one.deploy()
        one.output(paper(edition))
    if when == "between files":
        told = overtaken(desk, other, monkeypatch)
    else:
        put, broken = Objects._put, 0

        async def breaking(self: Objects, key: str, *rest: Any) -> None:
            nonlocal broken
            if self is not mine or key.startswith(".site-builder/"):
                return await put(self, key, *rest)
            broken += 1
            if broken == 1:
                at_night(monkeypatch)
                assert other.deploy().outcome == "deployed"
            raise GenericError("connection reset")

        mine = None
        load = Objects.load

        def first(self: Objects) -> Any:
            nonlocal mine
            mine = mine or self
            return load(self)

        monkeypatch.setattr(Objects, "load", first)
        monkeypatch.setattr(Objects, "_put", breaking)
        with pytest.raises(Refused, match="was faster") as refused:
            desk.deploy()
        told = str(refused.value)
        assert broken <= 8
    assert "--force" in told
    found = objects(s3.store(place))
    assert {path: found.get(path) for path in paper(3)} == paper(3)
    assert {path for path in found.keys() - paper(3).keys() if path.endswith(".html")} == set()


def test_in_a_folder_the_switch_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    desk, other = Desk(tmp_path / "site"), Desk(tmp_path / "other")
    for one, edition in ((desk, 2), (other, 3)):
        # The lock is not looked at while it is new: the switch looks for itself.
        one.configure(f"path: {tmp_path}/www, lock_minutes: {400 if one is desk else 10}")
        one.output(paper(1))
        one.deploy()
        one.output(paper(edition))
    monkeypatch.setattr("site_builder.deploy.work.RENEWALS", 0.01)
    overtaken(desk, other, monkeypatch)
    live = tree(tmp_path / "www" / "current")
    assert {path: live.get(path) for path in paper(3)} == paper(3)
    other.output(paper(4))
    assert other.deploy().outcome == "deployed"
    assert len(os.listdir(tmp_path / "www" / "releases")) == len(releases(other.path)[1].releases)


def test_two_copies_of_a_folder_with_an_unfinished_deploy_are_two(tmp_path: Path):
    """As when two runs of a CI bring back the same cache."""
    desk, copy = Desk(tmp_path / "site"), Desk(tmp_path / "copy")
    desk.configure(f"path: {tmp_path}/www")
    desk.output(paper(1))

    def stop(_phase: str, done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.deploy(progress=stop)
    shutil.copytree(desk.path, copy.path)
    told: list[str] = []

    def meanwhile(_phase: str, done: int, _total: int) -> None:
        if done and not told:
            with pytest.raises(Refused) as refused:
                copy.deploy(resume=True)
            told.append(str(refused.value))

    assert desk.deploy(progress=meanwhile).outcome == "deployed"
    assert "is deploying to it" in told[0]
