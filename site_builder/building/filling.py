"""New counts into files that stand: pages of which only the counts are others are neither rendered nor moved.

In: entries of the output, and what their slots have to show.  Out: the entries of the files as they are then.  Where
each number keeps its length, the new digits are written over the old ones, when the output is published; any other
file is staged whole, as a rendered one is (``docs/decisions/009-counts-are-written-in-place.md``).
"""

from __future__ import annotations

import errno
import functools
import os
import stat
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from site_builder.building.output import Output, cannot_write
from site_builder.building.records import PageEntry, places, with_counts
from site_builder.building.workers import gathered
from site_builder.errors import SiteError
from site_builder.sources.scan import stamp_of

Waiting = tuple[PageEntry, str]

_DIGITS = str.maketrans("123456789", "000000000")
_OVER = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_ENCODE = msgspec.msgpack.Encoder().encode


def can_be_filled(entry: PageEntry, shown: str, output: Output) -> bool:
    """Whether :func:`filled` will do, as far as can be told without opening the file."""
    if not _keeps_lengths(entry, shown):
        return False
    try:
        return _is_ours(os.lstat(f"{output.folder}/{entry.path}"))
    except OSError:
        return False


def _keeps_lengths(entry: PageEntry, shown: str) -> bool:
    """Whether nothing but digits is another: who reads the file meanwhile then gets a whole page."""
    return shown.translate(_DIGITS) == entry.shown.translate(_DIGITS)


def _is_ours(status: os.stat_result) -> bool:
    """Whether the file can be written, and has no second name elsewhere, which would be somebody else's."""
    return status.st_nlink == 1 and bool(status.st_mode & stat.S_IWUSR)


def spliced(entry: PageEntry, shown: str, output: Output) -> PageEntry | None:
    """Stage the file of ``entry`` with ``shown`` in its slots; None where it is not what the entry says.

    Raises :class:`SiteError` on a full disk.
    """
    try:
        old = (output.folder / entry.path).read_bytes()
    except OSError:
        return None
    if sha256(old).digest() != entry.sha256:
        return None
    data = with_counts(old, entry, shown)
    stamp = output.stage(entry.path, data)
    return msgspec.structs.replace(entry, sha256=sha256(data).digest(), size=len(data), stamp=stamp, shown=shown)


class Filled(msgspec.Struct, array_like=True):
    """``entries`` of the files with their new counts; ``altered`` are those that were not what their entries say."""

    entries: list[PageEntry] = []
    altered: list[str] = []


def fill_all(waiting: Sequence[Waiting], output: Output, jobs: int) -> Filled:
    """Write counts into the files of the output that :func:`can_be_filled`; their entries are forgotten by now.

    Raises :class:`SiteError` where one cannot be written.
    """
    fill = functools.partial(_fill_some, waiting, output)
    return gathered(fill, len(waiting), jobs, Filled)


def _fill_some(waiting: Sequence[Waiting], output: Output, chunk: range) -> bytes:
    done = Filled()
    for number in chunk:
        entry, shown = waiting[number]
        fresh = filled(entry, shown, output)
        if fresh is None:
            done.altered.append(entry.path)
        else:
            done.entries.append(fresh)
    return _ENCODE(done)


def filled(entry: PageEntry, shown: str, output: Output) -> PageEntry | None:
    """Write the counts ``shown`` into the file of ``entry``, which is forgotten by now.

    None where that cannot be done, or the file is not what the entry says.  Raises :class:`SiteError` where it cannot
    be written.
    """
    if not _keeps_lengths(entry, shown):
        return None
    path = f"{output.folder}/{entry.path}"
    try:
        file = os.open(path, _OVER)
    except OSError:
        return None
    try:
        status = os.fstat(file)
        data = bytearray(os.read(file, entry.size + 1))
        if not _is_ours(status) or len(data) != entry.size:
            return None
        if stamp_of(status) != entry.stamp and sha256(data).digest() != entry.sha256:
            return None
        first: int | None = None
        last = 0
        for (start, end), before, after in zip(places(entry), entry.shown.split("\n"), shown.split("\n"), strict=True):
            # A disk that lost power may have kept older numbers, and nothing else tells.
            if data[start:end] != before.encode():
                return None
            if before != after:
                data[start:end] = after.encode()
                first, last = start if first is None else first, end
        if first is None:
            return None
        # In one piece: who dies here, or reads, has the page with the old or with the new counts.
        os.lseek(file, first, os.SEEK_SET)
        written = os.write(file, data[first:last])
        stamp = stamp_of(os.fstat(file))
    except OSError as error:
        raise SiteError([cannot_write(Path(path), error)]) from None
    finally:
        os.close(file)
    if written < last - first:
        raise SiteError([cannot_write(Path(path), OSError(errno.EIO, os.strerror(errno.EIO)))])
    return msgspec.structs.replace(entry, sha256=sha256(data).digest(), stamp=stamp, shown=shown)
