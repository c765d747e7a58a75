"""The record that a deploy keeps on this machine of what has arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from site_builder.deploy.stops import Stopped
from tests.deploy.outputs import Desk, paper, tree

if TYPE_CHECKING:
    from pathlib import Path


def test_a_line_of_the_journal_that_was_cut_short_is_a_file_that_is_sent_again(tmp_path: Path):
    desk = Desk(tmp_path / "site")
    desk.configure(f"path: {tmp_path}/www")
    desk.output(paper(1))
    journal = desk.path / ".site-builder" / "deploy" / "live" / "journal"

    def stop(_phase: str, done: int, _total: int) -> None:
        if done == 5:
            lines = journal.read_bytes().splitlines(keepends=True)
            journal.write_bytes(b"".join([*lines[:2], lines[2][:9], *lines[3:]]))
            raise Stopped("the disk is full")

    with pytest.raises(Stopped):
        desk.deploy(progress=stop)
    # The half of one and the whole of the next are no line.
    assert desk.deploy(resume=True).arrived_before == 3
    assert tree(tmp_path / "www" / "current") == paper(1)
