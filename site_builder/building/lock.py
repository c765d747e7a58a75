"""Who may build a site: one process at a time.

In: a site's folder.  Out: the lock, and the beginning by the disk's own clock.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock

from site_builder.building.manifest import STATE
from site_builder.errors import Problem, SiteError

_LOCK = "lock"
_OWNER = "owner"
_POLL = 0.2

Tell = Callable[[str], None]


@contextmanager
def only_one(site_dir: Path, *, wait: bool, tell: Tell) -> Iterator[int]:
    """Hold the site's lock; gives the beginning by the disk's own clock (ns).

    Where another process has it: waits, once telling whose it is, or with ``wait`` False raises
    :class:`SiteError`.  The lock is the system's and ends with its process, however that ends.
    """
    folder = site_dir / STATE
    lock = filelock.FileLock(folder / _LOCK, thread_local=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            owner = _owner(folder)
            if not wait:
                message = f"is being built by another process{owner}"
                raise SiteError([Problem(str(site_dir), message=message, hint="Try again when it has ended")]) from None
            tell(f"waiting for another build of this site{owner}")
            lock.acquire(poll_interval=_POLL)
        (folder / _OWNER).write_text(f"{os.getpid()}\n", encoding="ascii")
        start = (folder / _OWNER).stat().st_mtime_ns
    except OSError as error:
        raise SiteError([Problem(STATE, message=f"cannot be written: {error.strerror or error}")]) from None
    try:
        yield start
    finally:
        with suppress(OSError):
            (folder / _OWNER).unlink(missing_ok=True)
        lock.release()


def _owner(folder: Path) -> str:
    # The owner writes its number just after it got the lock.
    for _ in range(5):
        with suppress(OSError, ValueError):
            return f" (process {int((folder / _OWNER).read_text(encoding='ascii'))})"
        time.sleep(0.02)
    return ""
