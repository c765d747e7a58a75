"""Watching: a build whenever one is due or a file changed, and at no other time.

:func:`cycles` is the rule alone, with clocks and waiting handed in; :class:`Files` waits for changed files.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from watchfiles import watch

# Longer waits are cut, so that a clock that was set or a machine that slept is noticed.
LONGEST_WAIT = 20.0
# Clocks that drift apart by more than this were set, or the machine slept.
JUMP = 2.0
FOLDERS = ("content", "static", "templates")
TICK = 1.0


def cycles(
    cycle: Callable[[str], float | None],
    wait: Callable[[float], bool | None],
    clock: Callable[[], float],
    steady: Callable[[], float],
) -> None:
    """Call ``cycle(why)`` now, and again whenever something is due or changed, until ``wait`` gives None.

    ``cycle`` gives the next instant at which something is due (Unix time, None for never).  ``wait(seconds)`` gives
    True as soon as a file changed, False after the time.  ``clock`` is the time of day, ``steady`` never jumps.
    """
    due = cycle("started")
    wall, ticks = clock(), steady()
    while True:
        seconds = LONGEST_WAIT if due is None else min(LONGEST_WAIT, max(0.0, due - clock()))
        changed = wait(seconds)
        if changed is None:
            return
        jump = (clock() - wall) - (steady() - ticks)
        if changed:
            due = cycle("files changed")
        elif due is not None and clock() >= due:
            due = cycle("due")
        elif abs(jump) > JUMP:
            # What was due may lie behind now, or ahead again.
            due = cycle("the clock was set")
        wall, ticks = clock(), steady()


class Files:
    """Hears of changes of the site's files while the block runs, also of those during a build."""

    def __init__(self, site_dir: Path, others: tuple[str, ...]) -> None:
        """``others`` are single files of the site that a build reads too."""
        self._folders = [site_dir / name for name in FOLDERS]
        self._singles = [site_dir / name for name in ("site.yaml", *others)]
        self._stopped = threading.Event()
        self._changed = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="files", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._thread.join()

    def stop(self) -> None:
        """End the waiting; also from a signal's handler."""
        self._stopped.set()
        self._changed.set()

    def wait(self, seconds: float) -> bool | None:
        """Whether a file changed within ``seconds``, or since the last wait; None once stopped."""
        changed = self._changed.wait(seconds)
        if self._stopped.is_set():
            return None
        self._changed.clear()
        return changed

    def _listen(self) -> None:
        signs = self._sign()
        while not self._stopped.is_set():
            present = [path for path in self._folders if path.is_dir()]
            for changes in self._events(present):
                now = self._sign()
                if changes or now != signs:
                    signs = now
                    self._changed.set()
                if present != [path for path in self._folders if path.is_dir()]:
                    break

    def _events(self, present: list[Path]) -> Iterable[object]:
        if present:
            return watch(
                *present,
                stop_event=self._stopped,
                rust_timeout=int(TICK * 1000),
                yield_on_timeout=True,
                raise_interrupt=False,
            )
        self._stopped.wait(TICK)
        return [()]

    def _sign(self) -> list[object]:
        """What tells that a single file was changed or replaced: editors replace files, which ends a watch on one."""
        signs: list[object] = []
        for path in self._singles:
            try:
                status = path.stat()
            except OSError:
                signs.append(None)
            else:
                signs.append((status.st_mtime_ns, status.st_size, status.st_ino))
        return signs
