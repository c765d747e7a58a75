"""The site's files, looked for by another process while this one reads the cache.

In: the site's folder.  Out: what :func:`scan` says, a little later.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from site_builder.building.workers import beside
from site_builder.errors import SiteError
from site_builder.sources.scan import STAMP_SIZE, CopiedFile, SiteFiles, scan

# A site whose cache is smaller is scanned sooner than a process is started.
LEAST_CACHE = 4_000_000


class _Scanned(msgspec.Struct, array_like=True):
    """:class:`SiteFiles` with each path once: those of ``stamps``, the ``articles`` first."""

    paths: list[str]
    articles: int
    stamps: bytes
    copied: tuple[CopiedFile, ...]
    templates: dict[str, tuple[str, str]]
    assets: dict[str, str]


class Scan(NamedTuple):
    """``result`` waits for the files and raises as :func:`scan` does; ``is_beside``: there is time meanwhile."""

    result: Callable[[], SiteFiles]
    is_beside: bool


def scan_ahead(site_dir: Path, cache: Path, jobs: int) -> Scan:
    """Begin to scan ``site_dir``."""

    try:
        is_small = cache.stat().st_size < LEAST_CACHE
    except OSError:
        is_small = True
    if jobs < 2 or is_small:
        return Scan(lambda: scan(site_dir), is_beside=False)
    waiting = beside(lambda: _encoded(site_dir))

    def answer() -> SiteFiles:
        data = waiting()
        # What is wrong with the files is told here.
        return _decoded(data, site_dir) if data else scan(site_dir)

    return Scan(answer, is_beside=True)


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
