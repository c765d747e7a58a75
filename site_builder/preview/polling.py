"""Looks for changed files again and again: for where the system tells of no changes.

In: a site's folder.  Out: sets of changes as ``watchfiles`` gives them.  A look at 100,000 files takes about a
second, so there is a pause of ten times as long between two.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from watchfiles import Change

Stamp = tuple[int, int, int]
Wanted = Callable[[Change, str], bool]

SHORTEST = 0.5
PART = 10


def changes_by_looking(paths: list[Path], stop: threading.Event, wanted: Wanted) -> Iterator[set[tuple[Change, str]]]:
    """Sets of changes in ``paths`` (files, or folders with all that is in them) until ``stop`` is set.

    The first is empty: from then on every change is seen.
    """
    start = time.monotonic()
    before = _look(paths, wanted)
    yield set()
    while not stop.wait(max(SHORTEST, PART * (time.monotonic() - start))):
        start = time.monotonic()
        now = _look(paths, wanted)
        found = {(Change.added, path) for path in now.keys() - before.keys()}
        found |= {(Change.deleted, path) for path in before.keys() - now.keys()}
        found |= {(Change.modified, path) for path in now.keys() & before.keys() if now[path] != before[path]}
        before = now
        if found:
            yield found


def _look(paths: list[Path], wanted: Wanted) -> dict[str, Stamp]:
    found: dict[str, Stamp] = {}
    for path in paths:
        if path.is_dir():
            # Of the folder itself only that it comes or goes.
            found[str(path)] = (0, 0, 0)
            _look_into(str(path), wanted, found)
        elif (stamp := _stamp(str(path))) is not None:
            found[str(path)] = stamp
    return found


def _look_into(folder: str, wanted: Wanted, found: dict[str, Stamp]) -> None:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return  # gone meanwhile, or not to be read: the scan of the site tells of that
    for entry in entries:
        if not wanted(Change.modified, entry.path):
            continue
        if entry.is_dir(follow_symlinks=False):
            _look_into(entry.path, wanted, found)
        elif (stamp := _stamp(entry.path)) is not None:
            found[entry.path] = stamp


def _stamp(path: str) -> Stamp | None:
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
