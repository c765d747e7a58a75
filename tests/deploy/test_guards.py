"""What a deploy refuses unless it is told, and what it has no reason to refuse, on a folder of this machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from site_builder.deploy.journal import Journal
from site_builder.deploy.stops import Refused, Stopped
from tests.deploy.outputs import Desk, paper, tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def www(tmp_path: Path) -> Path:
    return tmp_path / "www"


@pytest.fixture
def desk(tmp_path: Path, www: Path) -> Desk:
    made = Desk(tmp_path / "site")
    made.configure(f"path: {www}")
    return made


@pytest.mark.parametrize("drafts", [True, False])
def test_what_is_not_published_goes_out_only_if_told(desk: Desk, www: Path, *, drafts: bool):
    desk.output(paper(1))
    desk.deploy(yes=False)
    to_come = datetime.now(UTC) + timedelta(hours=1)
    shown = {"drafts": True} if drafts else {"instant": to_come.isoformat()}
    desk.output(paper(2), **shown)
    with pytest.raises(Refused, match="shows drafts" if drafts else "not due yet"):
        desk.deploy(yes=False)
    assert desk.deploy(yes=False, dry_run=True).refusals
    assert tree(www / "current") == paper(1)
    desk.configure(f"path: {www}, drafts: true")
    assert desk.deploy(yes=False).outcome == "deployed"
    desk.configure(f"path: {www}")
    assert desk.deploy(yes=False).outcome == "nothing to do"
    desk.output(paper(3))
    assert desk.deploy().outcome == "deployed"


def test_a_deploy_that_died_takes_no_release_out_of_the_grace(desk: Desk, www: Path):
    desk.configure(f"path: {www}, keep_releases: 2, keep_hours: 0")

    def stop(_phase: str, done: int, _total: int) -> None:
        if done:
            raise Stopped("the line is dead")

    for edition in (1, 2):
        desk.output(paper(edition))
        if edition == 2:
            with pytest.raises(Stopped):
                desk.deploy(progress=stop)
        desk.deploy()
    desk.deploy(rollback="")
    assert tree(www / "current")["index.html"] == paper(1)["index.html"]


def test_nothing_to_do_is_not_refused(desk: Desk, www: Path, tmp_path: Path):
    other = Desk(tmp_path / "other")
    other.configure(f"path: {www}")
    for place in (desk, other):
        place.output(paper(1))
        place.deploy(yes=False)
    other.output(paper(2), "2020-11-23T00:00:00+00:00")
    last = other.deploy(yes=False).release
    desk.output(paper(2), "2020-11-22T23:00:00+00:00")
    report = desk.deploy(yes=False)
    assert (report.outcome, report.release) == ("nothing to do", last)
    desk.output(paper(3), "2020-11-24T00:00:00+00:00")
    assert desk.deploy(yes=False).outcome == "deployed"


@pytest.mark.parametrize("step", ["cache", "remember", "finish"])
def test_a_release_whose_deploy_was_killed_at_its_end_is_no_stranger(
    desk: Desk, www: Path, step: str, monkeypatch: pytest.MonkeyPatch
):
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(2))

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Journal, step, end)
        desk.deploy()
    assert tree(www / "current")["index.html"] == paper(2)["index.html"]
    desk.output(paper(3))
    assert desk.deploy(yes=False, resume=step == "remember").outcome == "deployed"
