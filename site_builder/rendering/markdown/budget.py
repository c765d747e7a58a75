"""A time limit for one conversion: pathological Markdown takes Python-Markdown minutes."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

from site_builder.rendering.markdown.body import ConversionTimeout

# Rings again, in case some library's broad ``except`` swallowed the first.
_AGAIN = 1.0


class time_limit:  # noqa: N801  (used like a function; a generator would cost twice the time)
    """Raises :class:`ConversionTimeout` in its block after ``seconds`` of this process's own time.

    Not by the clock on the wall: whether a body can be converted may not depend on what else the machine does.
    Works by a timer signal, which regular expressions heed too; where there is none (Windows, other
    threads than the main one) there is no limit.  A timer that ran before goes on afterwards, late if
    it fell due meanwhile.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._active = hasattr(signal, "SIGPROF") and threading.current_thread() is threading.main_thread()
        self._handler: Any = None
        self._outer = (0.0, 0.0)

    def _ring(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        raise ConversionTimeout(f"Markdown took longer than {self._seconds:g} s")

    def __enter__(self) -> None:
        if self._active:
            self._handler = signal.signal(signal.SIGPROF, self._ring)
            self._outer = signal.setitimer(signal.ITIMER_PROF, self._seconds, _AGAIN)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._active:
            return
        left = 0.0
        try:
            left = signal.setitimer(signal.ITIMER_PROF, 0)[0]
        finally:
            # None: a handler that was not set from Python, which cannot be set from there either.
            signal.signal(signal.SIGPROF, signal.SIG_DFL if self._handler is None else self._handler)
            due, interval = self._outer
            if due:
                spent = self._seconds if kind is not None else self._seconds - left
                signal.setitimer(signal.ITIMER_PROF, max(due - spent, 0.001), interval)
