"""Where a benchmark ran: versions, processors, memory, kernel and file system.  No names, no paths."""

from __future__ import annotations

import os
import platform
import re
from importlib import metadata
from pathlib import Path

LIBRARIES = "Markdown comrak Jinja2 MarkupSafe PyYAML msgspec nh3 pillow python-slugify click rich".split()


def facts(folder: Path) -> dict[str, str]:
    """Facts of this machine by name; ``folder`` is where the benchmark writes."""
    return {
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "libraries": ", ".join(f"{name} {version}" for name in LIBRARIES if (version := version_of(name))),
        "processors": f"{len(os.sched_getaffinity(0))} × {processor()}",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "file system": file_system(folder),
        "load average at the start": f"{os.getloadavg()[0]:.1f}",
    }


def version_of(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""


def processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def file_system(folder: Path) -> str:
    """Type of the file system that holds ``folder``: of the mounts above it the nearest (proc(5), ``mounts``)."""
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown"
    types = {fields[1]: fields[2] for fields in map(str.split, mounts)}
    above = (str(place) for place in [folder.resolve(), *folder.resolve().parents])
    return next((types[place] for place in above if place in types), "unknown")
