"""Whether the process that holds a lock is dead, where that can be known: it ran on this machine.

A holder is written as ``MACHINE-PROCESS-START``: a digest of the machine's boot, its namespace of processes and the
user; the process's number; and when it started, since numbers come again.  '' where the system does not tell (only
Linux does): then a lock lapses by time alone.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

PROC = Path("/proc")


def this_process() -> str:
    """This process as the holder of a lock."""
    machine = _machine()
    start = _start_of(os.getpid()) if machine else ""
    return f"{machine}-{os.getpid()}-{start}" if start else ""


def is_dead(holder: str) -> bool:
    """Whether ``holder`` was a process of this machine and user, and runs no more."""
    machine, _, process = holder.partition("-")
    number, _, start = process.partition("-")
    if not number.isdigit() or not start or machine != _machine():
        return False
    return _start_of(int(number)) != start


def _machine() -> str:
    """A digest, as the lock may lie where others read it."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii")
        # In a container, processes have other numbers; and another user's may be hidden.
        space = os.readlink(PROC / "self/ns/pid")
        _ = (PROC / "self/stat").read_bytes()
        text = f"{boot} {space} {os.getuid()}"
    except (OSError, AttributeError):
        return ""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _start_of(process: int) -> str:
    """When a process started, in clock ticks since the boot (proc(5), field 22 of ``stat``), '' where there is none."""
    try:
        stat = (PROC / str(process) / "stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    # The name, in parentheses, may hold anything.
    fields = stat.rpartition(")")[2].split()
    # A zombie has ended; only its parent has not asked how.
    return "" if fields[0] in {"Z", "X"} else fields[19]
