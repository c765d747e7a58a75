"""What is really in the output: the entries that are still true of their files.

In: the entries of the last build.  Out: those whose files are as they were left, and why the others are not.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

import msgspec

from site_builder.building.records import LookedAt, PageEntry
from site_builder.sources.scan import Stamp, stamp_of

_PIECE = 1 << 20


class Present(NamedTuple):
    """``pages`` are the entries that are true; ``lost`` says of each other file what is wrong with it."""

    pages: dict[str, PageEntry]
    lost: dict[str, str]


def present(folder: str, entries: Mapping[str, PageEntry], untouched: bool = False) -> Present:
    """Look at the file of each entry below ``folder``; only those whose stamp is another are read.

    ``untouched``: :func:`is_untouched` has just said so of all of them.
    """
    if untouched:
        return Present(dict(entries), {})
    found: dict[str, PageEntry] = {}
    lost: dict[str, str] = {}
    for path, entry in entries.items():
        if not entry.is_true:
            lost[path] = "build broken off"
            continue
        location = f"{folder}/{path}"
        try:
            stamp = stamp_of(os.lstat(location))
        except (OSError, ValueError):
            lost[path] = "file was missing"
            continue
        if stamp == entry.stamp:
            found[path] = entry
        elif _holds(location, entry):
            found[path] = msgspec.structs.replace(entry, stamp=stamp)
        else:
            lost[path] = "file was altered"
    return Present(found, lost)


def is_untouched(folder: str, entries: Mapping[str, LookedAt]) -> bool:
    """Whether every file has the stamp that its entry says: none was touched since."""
    lstat = os.lstat
    try:
        for path, entry in entries.items():
            if not entry.context_key or stamp_of(lstat(f"{folder}/{path}")) != entry.stamp:
                return False
    except (OSError, ValueError):
        return False
    return True


def _holds(location: str, entry: PageEntry) -> bool:
    if os.path.islink(location):
        return False
    try:
        with open(location, "rb", buffering=0) as file:
            if os.fstat(file.fileno()).st_size != entry.size:
                return False
            hasher = sha256()
            while piece := file.read(_PIECE):
                hasher.update(piece)
    except OSError:
        return False
    return hasher.digest() == entry.sha256


def stamp_at(folder: str, path: str) -> Stamp:
    """The stamp of a file of the output.  Raises :class:`OSError`."""
    return stamp_of(os.lstat(f"{folder}/{path}"))
