"""What other processes look at while this one reads the cache: the site's files, and the output as it lies there.

In: the site's folder and the output.  Out: what :func:`scan` says, and whether the output is untouched, a little later.
Both processes begin before there is much in memory: a process that is forked later makes the parent copy each piece of
memory that it writes to, and Python writes wherever it looks.  So this imports little: most of the program is loaded
while they are at work.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from site_builder.building.manifest import STATE
from site_builder.building.store import CACHE, Damaged, Store
from site_builder.building.workers import beside, can_be_beside
from site_builder.errors import SiteError
from site_builder.sources.scan import STAMP_SIZE, CopiedFile, SiteFiles, scan

if TYPE_CHECKING:
    from site_builder.building.records import PageEntry

# A site whose cache is smaller is scanned sooner than a process is started.
LEAST_CACHE = 4_000_000
# The output is looked at with what the others leave of the processors: its answer is needed last.
_POLITE = 5


class _Scanned(msgspec.Struct, array_like=True):
    """:class:`SiteFiles` with each path once: those of ``stamps``, the ``articles`` first."""

    paths: list[str]
    articles: int
    stamps: bytes
    copied: tuple[CopiedFile, ...]
    templates: dict[str, tuple[str, str]]
    assets: dict[str, str]


class Looks(NamedTuple):
    """``files`` waits for the site's files and raises as :func:`scan` does; ``is_beside``: there is time meanwhile.

    ``untouched`` says whether each file of the output is as its entry says; it is given all entries of the cache.
    """

    files: Callable[[], SiteFiles]
    untouched: Callable[[Mapping[str, PageEntry]], bool]
    is_beside: bool


@contextmanager
def look_ahead(site_dir: Path, output: Path, jobs: int) -> Iterator[Looks]:
    """Begin to scan ``site_dir`` and to look at ``output``; the caller holds the site's lock."""
    cache = site_dir / STATE / CACHE
    try:
        is_small = cache.stat().st_size < LEAST_CACHE
    except OSError:
        is_small = True
    if jobs < 2 or is_small or not can_be_beside():
        yield Looks(lambda: scan(site_dir), lambda entries: _are_untouched(output, entries), is_beside=False)
        return
    scanning = beside(lambda: _encoded(site_dir))
    looking = beside(lambda: _is_untouched(site_dir, output, cache))

    def files() -> SiteFiles:
        data = scanning()
        # What is wrong with the files is told here.
        return _decoded(data, site_dir) if data else scan(site_dir)

    def untouched(entries: Mapping[str, PageEntry]) -> bool:
        answer = looking()
        return _are_untouched(output, entries) if answer is None else answer

    try:
        yield Looks(files, untouched, is_beside=True)
    finally:
        scanning.drop()
        looking.drop()


def _are_untouched(output: Path, entries: Mapping[str, PageEntry]) -> bool:
    from site_builder.building.present import is_untouched

    return is_untouched(str(output), entries)


def _is_untouched(site_dir: Path, output: Path, cache: Path) -> bool:
    from site_builder.building.present import is_untouched
    from site_builder.building.records import LookedAt
    from site_builder.building.state import pages_table

    os.nice(_POLITE)
    table = pages_table(site_dir, output)
    try:
        store = Store(cache, read_only=True)
        return not store.journaled(table) and is_untouched(str(output), store.load(table, LookedAt))
    except (Damaged, SiteError):
        return False


def _encoded(site_dir: Path) -> bytes:
    try:
        files = scan(site_dir)
    except SiteError:
        return b""
    stamps = files.stamps
    own = frozenset(files.articles)
    paths = [*files.articles, *(path for path in stamps if path not in own)]
    joined = b"".join([stamps[path] for path in paths])
    found = _Scanned(paths, len(files.articles), joined, files.copied, files.templates, files.assets)
    return msgspec.msgpack.encode(found)


def _decoded(data: bytes, site_dir: Path) -> SiteFiles:
    found = msgspec.msgpack.decode(data, type=_Scanned)
    joined, paths = found.stamps, found.paths
    stamps = [joined[start : start + STAMP_SIZE] for start in range(0, len(joined), STAMP_SIZE)]
    return SiteFiles(
        articles=tuple(paths[: found.articles]),
        copied=found.copied,
        templates=found.templates,
        assets=found.assets,
        stamps=dict(zip(paths, stamps, strict=True)),
        folder=str(site_dir),
    )
