"""New counts for an output that is built already: slots are filled anew, and no page is rendered.

In: the cache of the last build, the store of views.  Out: the files whose shown counts are others.  The site is that of
the last build, at its instant: what was edited since waits for the next one.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from site_builder.building.filling import filled, spliced
from site_builder.building.inputs import InputEntry, Inputs
from site_builder.building.manifest import has_manifest
from site_builder.building.manifest_writer import ManifestWriter
from site_builder.building.output import Output
from site_builder.building.past import counts_of, recounted
from site_builder.building.records import Counts, PageEntry, named, short
from site_builder.building.snapshot import pieces_of
from site_builder.building.state import State, opened
from site_builder.building.unchanged import rankings_key, read_key, store_key, views_key
from site_builder.building.workers import gathered
from site_builder.catalog.catalog import Catalog
from site_builder.catalog.making import make_catalog
from site_builder.catalog.most_read import ranking_of
from site_builder.config import parse_config
from site_builder.errors import Problem, SiteError
from site_builder.sources.scan import read_config_text
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
        articles, documents = pieces_of(kept.outlined(paths))
        if hold is not None:
            hold += (state, articles)
        store = store_key(site_dir, config) if lists else b""
        stored = read_views(site_dir, config.views.store, ranking_of(config, instant).first)
        catalog = make_catalog(
            articles, documents, config, instant, drafts=last.drafts, stored=stored, again=kept.article
        )
        if lists and rankings_key(catalog) != last.rankings:
            return NewCounts(build_at=instant, drafts=last.drafts, only_lists=True, sources=last.sources)
        return NewCounts(_splice_all(state, Output(output), catalog, instant, store, jobs))


def articles_of(inputs: Mapping[str, InputEntry]) -> list[str]:
    """The paths of Markdown files, sorted; what could not be read has no digest."""
    return sorted(path for path, entry in inputs.items() if entry.rules or not entry.digest)


def _manifest(state: State, instant: datetime) -> ManifestWriter:
    return ManifestWriter(state.site_dir, state.output, instant, drafts=state.build.drafts)


def _splice_all(state: State, target: Output, catalog: Catalog, instant: datetime, store: bytes, jobs: int) -> int:
    """Fill the slots of all files; the number of files written.  Raises :class:`SiteError` for altered ones.

    ``store`` is the digest of the counts, if the output shows them as a build would.
    """
    past = msgspec.structs.replace(state.build.past, counts=counts_of(catalog))
    addressed = list(catalog.views)
    counted = recounted(state.build.past, past)
    other = frozenset(map(short, addressed if counted is None else [addressed[index] for index in counted]))
    slotted = [entry for entry in state.pages.values() if entry.slots] if other else []
    counts = Counts(catalog.views, catalog.config.views.display)
    build = msgspec.structs.replace(state.build, views=views_key(catalog), store=store, past=past)
    pages = dict(state.pages)
    with target.staged(), _manifest(state, instant) as manifest:
        # Forgotten before the first byte changes (invariant M); to find out before which files will, takes as long.
        if slotted:
            state.forget([entry.path for entry in slotted])
        found = _renew_all(slotted, other, counts, target, jobs)
        stamps = target.publish([entry.path for entry in found.staged], (), state.owned, state.pages)
        for entry in found.filled:
            pages[entry.path] = entry
        for entry in found.staged:
            pages[entry.path] = msgspec.structs.replace(entry, stamp=stamps[entry.path])
        for path in found.altered:
            pages[path] = PageEntry(path, pages[path].kind)
        manifest.begin(pages, has_changed=bool(slotted))
        state.save(Inputs(dict(state.inputs), set()), pages, build, None)
        if found.altered:
            message, hint = "is not as the last build left it", "Run: site-builder build"
            where = [f"{target.folder.name}/{path}" for path in found.altered]
            raise SiteError([Problem(path, message=message, hint=hint) for path in where])
        manifest.end()
    return len(found.filled) + len(found.staged)


class _Renewed(msgspec.Struct, array_like=True):
    """The entries of files that got new counts where they lie, and of those that are staged."""

    filled: list[PageEntry] = []
    staged: list[PageEntry] = []
    altered: list[str] = []


def _renew_all(
    slotted: Sequence[PageEntry], other: frozenset[bytes], counts: Counts, target: Output, jobs: int
) -> _Renewed:
    """Give ``slotted`` the counts of today, of which only those of ``other`` (short forms) can be others."""
    renew = functools.partial(_renew_some, slotted, other, counts, target)
    return gathered(renew, len(slotted), jobs, _Renewed)


def _renew_some(
    slotted: Sequence[PageEntry], other: frozenset[bytes], counts: Counts, target: Output, chunk: range
) -> bytes:
    found = _Renewed()
    for number in chunk:
        entry = slotted[number]
        if other.isdisjoint(named(entry)) or (shown := counts.shown(entry)) == entry.shown:
            continue
        if fresh := filled(entry, shown, target):
            found.filled.append(fresh)
        elif fresh := spliced(entry, shown, target):
            found.staged.append(fresh)
        else:
            found.altered.append(entry.path)
    return _ENCODE(found)
