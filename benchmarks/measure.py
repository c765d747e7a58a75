"""Runs a command and tells what it took: a command to seconds, processor seconds and memory.

Times are wall-clock seconds.  Memory is the proportional set size of a process and all below it, in bytes:
pages that forked processes share count once (Linux, proc(5), ``smaps_rollup``).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SAMPLING_PAUSE = 0.05
PSS = re.compile(rb"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """One run: ``seconds`` by the clock, ``cpu`` of its processes, ``others`` of all else on the machine meanwhile.

    ``others`` includes the kernel's own writing.  Where it is more than a little, ``seconds`` is not to be trusted.
    """

    seconds: float
    cpu: float
    others: float


def timed(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Run:
    """Run ``command`` in ``folder`` after everything written before has reached the disk."""
    os.sync()
    with tempfile.TemporaryFile() as said:
        busy = machine_busy()
        start = time.perf_counter()
        process = started(command, folder, environment, said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        cpu = usage.ru_utime + usage.ru_stime
        others = max(0.0, machine_busy() - busy - cpu)
        stop_on_failure(process, command, said)
    return Run(seconds, cpu, others)


def peak_memory(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> int:
    """Run ``command``; the largest sum of memory that it and its children had at one time, sampled."""
    peak = 0
    with tempfile.TemporaryFile() as said:
        process = started(command, folder, environment, said)
        while process.poll() is None:
            peak = max(peak, sum(map(memory_of, family(process.pid))))
            time.sleep(SAMPLING_PAUSE)
        stop_on_failure(process, command, said)
    return peak


def started(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None, said: IO[bytes]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=subprocess.STDOUT,
    )


def stop_on_failure(process: subprocess.Popen[bytes], command: Sequence[str], said: IO[bytes]) -> None:
    if process.returncode:
        said.seek(0)
        text = said.read()[-4_000:].decode(errors="replace")
        sys.exit(f"{text}\nexit code {process.returncode}: {' '.join(command)}")


def family(pid: int) -> Iterator[int]:
    """``pid`` and all processes below it."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (parent := parent_of(int(entry))):
            children.setdefault(parent, []).append(int(entry))
    waiting = [pid]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += children.get(found, [])


def parent_of(pid: int) -> int:
    """The process that started ``pid``, 0 where that is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return 0
    # The program's name stands in parentheses and may hold anything.
    return int(stat.rpartition(b")")[2].split()[1])


def memory_of(pid: int) -> int:
    """Proportional set size of one process in bytes, 0 where it is gone."""
    try:
        found = PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_bytes())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def machine_busy() -> float:
    """Processor seconds that the whole machine has worked since its start; 0 where it does not tell."""
    try:
        fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    except OSError:
        return 0.0
    user, nice, system, _idle, _iowait, irq, softirq, *_ = map(int, fields)
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")
