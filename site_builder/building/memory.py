"""How much memory processes take, shared pages counted once; and when Python looks through it for cycles."""

from __future__ import annotations

import contextlib
import gc
import re
import sys
from collections.abc import Iterator
from pathlib import Path


def own_memory() -> int:
    """Bytes of this process: its proportional set size (Linux, proc(5)), else the largest resident set so far."""
    try:
        rollup = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return _largest_resident_set()
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(found.group(1)) * 1024 if found else _largest_resident_set()


def _largest_resident_set() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


@contextlib.contextmanager
def long_lived_objects() -> Iterator[None]:
    """Garbage collection put off: a build's or deploy's objects live long; looking for cycles is a tenth of it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
