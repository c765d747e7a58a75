"""New counts for an output that is built already: slots are filled anew, and no page is rendered.

In: the cache of the last build, the store of views.  Out: the files whose shown counts are others.  The site is that of
the last build, at its instant: what was edited since waits for the next one.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from site_builder.building.inputs import InputEntry, Inputs
from site_builder.building.manifest import has_manifest
from site_builder.building.manifest_writer import ManifestWriter
from site_builder.building.output import Output
from site_builder.building.past import counts_of, recounted
from site_builder.building.records import Counts, PageEntry, named, places, short, with_counts
from site_builder.building.snapshot import pieces_of
from site_builder.building.state import State, opened
from site_builder.building.unchanged import rankings_key, read_key, views_key
from site_builder.building.workers import run
from site_builder.catalog.catalog import Catalog
from site_builder.catalog.making import make_catalog
from site_builder.catalog.most_read import ranking_of
from site_builder.config import parse_config
from site_builder.errors import Problem, SiteError
from site_builder.sources.scan import read_config_text, stamp_of
from site_builder.sources.view_store import read_views

_ENCODE = msgspec.msgpack.Encoder().encode


class NewCounts(msgspec.Struct, frozen=True):
    """What a refresh did: how many files were written; ``build_at`` instead where a build has to do it.

    That is where a list that counts order has another order (``only_lists``), or where the sources are read
    differently now.  ``sources`` is the digest of the sources of the last build.
    """

    written: int = 0
    build_at: datetime | None = None
    drafts: bool = False
    only_lists: bool = False
    sources: bytes = b""


def refresh_counts(
    site_dir: Path, output: Path, jobs: int, hold: list[object] | None = None, *, lists: bool = True
) -> NewCounts:
    """Put the counts of the store into the finished ``output``; the caller holds the site's lock.

    Without ``lists``, those that counts order keep the order that they have.  What it knows of the site is put into
    ``hold``.  Raises :class:`SiteError` where there is no finished build.
    """
    with opened(site_dir, output) as state:
        last = state.build
        if not (last.number and has_manifest(site_dir, output) and state.pages):
            raise SiteError([Problem(str(output), message="holds no finished build", hint="Run: site-builder build")])
        instant = datetime.fromtimestamp(last.instant, UTC)
        config = parse_config(read_config_text(site_dir))
        kept = Inputs(state.inputs, set())
        paths = articles_of(state.inputs)
        if read_key(config, state.inputs, paths) != last.read:
            return NewCounts(build_at=instant, drafts=last.drafts, sources=last.sources)
        articles, documents = pieces_of(kept.parsed(paths))
        if hold is not None:
            hold += (state, articles)
        stored = read_views(site_dir, config.views.store, ranking_of(config, instant).first)
        catalog = make_catalog(
            articles, documents, config, instant, drafts=last.drafts, stored=stored, again=kept.article
        )
        if lists and rankings_key(catalog) != last.rankings:
            return NewCounts(build_at=instant, drafts=last.drafts, only_lists=True, sources=last.sources)
        return NewCounts(_splice_all(state, Output(output), catalog, instant, jobs))


def articles_of(inputs: Mapping[str, InputEntry]) -> list[str]:
    """The paths of Markdown files, sorted; what could not be read has no digest."""
    return sorted(path for path, entry in inputs.items() if entry.rules or not entry.digest)


def _splice_all(state: State, target: Output, catalog: Catalog, instant: datetime, jobs: int) -> int:
    """Fill the slots of all files; the number of files written.  Raises :class:`SiteError` for altered ones."""
    counts = Counts(catalog.views, catalog.config.views.display)
    past = msgspec.structs.replace(state.build.past, counts=counts_of(catalog))
    addressed = list(catalog.views)
    other = frozenset(short(addressed[index]) for index in recounted(state.build.past, past) or ())
    candidates = [entry for entry in state.pages.values() if entry.slots and not other.isdisjoint(named(entry))]
    waiting = [(entry, shown) for entry in candidates if (shown := counts.shown(entry)) != entry.shown]
    build = msgspec.structs.replace(state.build, views=views_key(catalog), site_key=b"", past=past)
    pages = dict(state.pages)
    # Forgotten before the first byte changes (invariant M).
    if waiting:
        state.forget([entry.path for entry, _ in waiting])
    with target.staged(), ManifestWriter(state.site_dir, state.output, instant, jobs) as manifest:
        filled = _fill_all(waiting, target, jobs) if waiting else _Filled()
        stamps = target.publish([entry.path for entry in filled.staged], (), state.owned)
        for entry in filled.staged:
            pages[entry.path] = msgspec.structs.replace(entry, stamp=stamps[entry.path])
        for entry in filled.in_place:
            pages[entry.path] = entry
        for path in filled.altered:
            pages[path] = PageEntry(path, pages[path].kind)
        paths = [entry.path for entry in (*filled.staged, *filled.in_place)]
        manifest.begin(pages, has_changed=bool(waiting))
        state.save(Inputs(dict(state.inputs), set()), pages, build, None)
        if filled.altered:
            message, hint = "is not as the last build left it", "Run: site-builder build"
            where = [f"{target.folder.name}/{path}" for path in filled.altered]
            raise SiteError([Problem(path, message=message, hint=hint) for path in where])
        manifest.end()
    return len(paths)


class _Filled(msgspec.Struct, array_like=True):
    """Entries as they are with their new counts: of files that are staged, and of those written where they are."""

    staged: list[PageEntry] = []
    in_place: list[PageEntry] = []
    altered: list[str] = []


def _fill_all(waiting: Sequence[tuple[PageEntry, str]], target: Output, jobs: int) -> _Filled:
    """Fill the slots of ``waiting`` with what is to be shown there."""
    fill = functools.partial(_fill_some, waiting, target)
    decode = msgspec.msgpack.Decoder(_Filled).decode
    found = _Filled()
    for _, data in run(fill, len(waiting), jobs):
        part = decode(data)
        found.staged += part.staged
        found.in_place += part.in_place
        found.altered += part.altered
    return found


def _fill_some(waiting: Sequence[tuple[PageEntry, str]], target: Output, chunk: range) -> bytes:
    done = _Filled()
    for number in chunk:
        _fill(*waiting[number], target, done)
    return _ENCODE(done)


def _fill(entry: PageEntry, shown: str, target: Output, done: _Filled) -> None:
    try:
        with open(f"{target.folder}/{entry.path}", "r+b", buffering=0) as file:
            status = os.fstat(file.fileno())
            old = file.read(entry.size + 1)
            if stamp_of(status) != entry.stamp and sha256(old).digest() != entry.sha256:
                done.altered.append(entry.path)
                return
            # Where every number keeps its length, a reader of the file meanwhile sees a whole page with old or new
            # numbers.  A file that has another name elsewhere belongs to somebody else too.
            changes = _in_place(entry, shown) if status.st_nlink == 1 else None
            if changes is not None:
                data = bytearray(old)
                for start, text in changes:
                    data[start : start + len(text)] = text
                    file.seek(start)
                    file.write(text)
                fresh = msgspec.structs.replace(entry, sha256=sha256(data).digest(), shown=shown)
                done.in_place.append(msgspec.structs.replace(fresh, stamp=stamp_of(os.fstat(file.fileno()))))
                return
    except OSError:
        done.altered.append(entry.path)
        return
    whole = with_counts(old, entry, shown)
    fresh = msgspec.structs.replace(entry, sha256=sha256(whole).digest(), size=len(whole), shown=shown)
    done.staged.append(msgspec.structs.replace(fresh, stamp=target.stage(entry.path, whole)))


def _in_place(entry: PageEntry, shown: str) -> list[tuple[int, bytes]] | None:
    """What to write where; None where a number is longer or shorter than before."""
    if len(shown) != len(entry.shown) or not (shown.isascii() and entry.shown.isascii()):
        return None
    changes = []
    for (start, _), before, after in zip(places(entry), entry.shown.split("\n"), shown.split("\n"), strict=True):
        if before != after:
            if len(before) != len(after):
                return None
            changes.append((start, after.encode()))
    return changes
