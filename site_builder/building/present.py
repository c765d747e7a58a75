"""What is really in the output: the entries that are still true of their files.

In: the entries of the last build.  Out: those whose files are as they were left, and why the others are not.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from site_builder.building.records import LookedAt, PageEntry
from site_builder.errors import Problem
from site_builder.sources.scan import Stamp, stamp_of

_PIECE = 1 << 20


class Present(NamedTuple):
    """``pages`` are the entries that are true; ``lost`` says of each other file what is wrong with it.

    ``touched`` counts the files that are not as they were left, equal ones that somebody wrote again among them.
    """

    pages: dict[str, PageEntry]
    lost: dict[str, str]
    touched: int = 0

    @property
    def is_another(self) -> bool:
        """Whether the output is another than the last build's: copied, put back from somewhere, or not on record."""
        return 2 * self.touched >= len(self.pages) + len(self.lost)


def present(folder: str, entries: Mapping[str, PageEntry], untouched: bool = False) -> Present:
    """Look at the file of each entry below ``folder``; only those whose stamp is another are read.

    ``untouched``: :func:`is_untouched` has just said so of all of them.
    """
    if untouched:
        return Present(dict(entries), {})
    found: dict[str, PageEntry] = {}
    lost: dict[str, str] = {}
    as_left = 0
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
            as_left += 1
        elif _holds(location, entry):
            found[path] = msgspec.structs.replace(entry, stamp=stamp)
        else:
            lost[path] = "file was altered"
    return Present(found, lost, len(entries) - as_left)


def strangers(folder: Path, known: Collection[str]) -> tuple[Problem, ...]:
    """Warnings of files below ``folder`` that no build on record wrote: all but those ``known``."""
    message = "was written by no build that is on record, and stays"
    hint = "Remove it if an older output was put back that held it"
    return tuple(
        Problem(f"{folder.name}/{path}", message=message, hint=hint)
        for path in sorted(files_in(folder).difference(known))
    )


def files_in(folder: Path) -> set[str]:
    """The paths of all files and links below ``folder``."""
    found: set[str] = set()
    for inside, folders, files in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(inside, name))]
        found.update(Path(inside, name).relative_to(folder).as_posix() for name in (*files, *links))
    return found


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
