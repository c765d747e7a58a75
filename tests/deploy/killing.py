"""A deploy that is killed (``SIGKILL``) at a point of one's choice, in a forked process."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def run_killed(work: Callable[[], object], after: int) -> bool:
    """Run ``work`` in a child that is killed at its ``after``-th call of a function; whether it was killed."""
    child = os.fork()
    if not child:
        left = after

        def count(_frame: Any, event: str, _argument: Any) -> None:
            nonlocal left
            if event in {"call", "c_call"}:
                left -= 1
                if left <= 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        code = 1
        try:
            sys.setprofile(count)
            work()
            sys.setprofile(None)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def calls_of(work: Callable[[], object]) -> int:
    """How many calls of functions ``work`` makes."""
    count = 0

    def counting(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(counting)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count
