"""Watching: a build whenever one is due or a file changed, and at no other time.

:func:`cycles` is the rule alone, with clocks and waiting handed in; :class:`Files` waits for changed files.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from watchfiles import Change, watch

# Longer waits are cut, so that a clock that was set or a machine that slept is noticed.
LONGEST_WAIT = 20.0
# Clocks that drift apart by more than this were set, or the machine slept.
JUMP = 2.0
FOLDERS = ("content", "static", "templates")
TICK = 1.0
# Between two looks at all files, where the system does not tell of changes.
PAUSE = 5.0

# What watchfiles raises where the system's limits are reached: of folders, and of programs that watch any.
NO_WATCH = (OSError, RuntimeError)
NOT_WATCHED = (
    "The system lets no more folders be watched ({reason}): files are looked at every 5 seconds instead. Raise the"
    " limits: sudo sysctl fs.inotify.max_user_watches=1048576 fs.inotify.max_user_instances=1024"
)


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

    def __init__(self, site_dir: Path, others: tuple[str, ...], tell: Callable[[str], None]) -> None:
        """``others`` are single files of the site that a build reads too; ``tell`` is for what people should know."""
        self._site = site_dir.resolve()
        self._folders = [self._site / name for name in FOLDERS]
        self._singles = [self._site / name for name in ("site.yaml", *others)]
        self._tell = tell
        self._stopped = threading.Event()
        self._changed = threading.Event()
        self._looks = False
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
        """Watch the folders that there are; anew when one comes or goes."""
        signs = self._sign()
        # What was written into a new folder before it was watched is heard of by nobody.
        missed = False
        while not self._stopped.is_set():
            present = self._present()
            try:
                for changes in self._events(present):
                    now = self._sign()
                    if changes or missed or now != signs:
                        signs, missed = now, False
                        self._changed.set()
                    if present != self._present():
                        missed = True
                        break
            except FileNotFoundError:
                missed = True  # gone since it was looked at
            except NO_WATCH as error:
                if self._looks:
                    raise
                self._looks = missed = True
                self._tell(NOT_WATCHED.format(reason=str(error).partition(" about ")[0]))

    def _present(self) -> list[Path]:
        return [path for path in self._folders if path.is_dir()]

    def _events(self, present: list[Path]) -> Iterator[set[tuple[Change, str]]]:
        """Sets of changes in these folders, an empty one each second without any."""
        if not present:
            self._stopped.wait(TICK)
            yield set()
            return
        for changes in watch(
            *present,
            watch_filter=self._is_source,
            stop_event=self._stopped,
            rust_timeout=int(TICK * 1000),
            yield_on_timeout=True,
            raise_interrupt=False,
            force_polling=self._looks or None,
            poll_delay_ms=int(PAUSE * 1000),
        ):
            yield changes
            for change, path in changes:
                if change == Change.added and not self._looks and Path(path).is_dir():
                    # Where no more folders can be watched nothing is said of a new one; asked for it alone, it is.
                    next(watch(path, rust_timeout=1, step=1, yield_on_timeout=True))

    def _is_source(self, change: Change, path: str) -> bool:  # noqa: ARG002  (what watchfiles calls it with)
        """Whether a file may be one of the site's: not hidden, no editor's spare copy."""
        # Of the path below the site alone: the site itself may lie in a hidden folder.
        parts = Path(os.path.relpath(path, self._site)).parts
        return not any(part.startswith(".") and part != ".well-known" for part in parts) and not path.endswith("~")

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
