"""New counts for an output that is built already: slots are filled anew, and no page is rendered.

In: the cache of the last build, the store of views.  Out: the files whose shown counts are others.  The site is that of
the last build, at its instant: what was edited since waits for the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from site_builder.building.inputs import InputEntry, Inputs
from site_builder.building.manifest import manifest_path
from site_builder.building.output import Output
from site_builder.building.publish import Published
from site_builder.building.records import Counts, PageEntry, with_counts
from site_builder.building.state import State, opened
from site_builder.building.unchanged import rankings_key, read_key, views_key
from site_builder.building.workers import run
from site_builder.catalog.catalog import Catalog, make_catalog
from site_builder.catalog.most_read import ranking_of
from site_builder.config import parse_config
from site_builder.errors import Problem, SiteError
from site_builder.model import Article, Document, Parsed
from site_builder.sources.scan import read_config_text
from site_builder.sources.view_store import read_views

_ENCODE = msgspec.msgpack.Encoder().encode


class NewCounts(msgspec.Struct, frozen=True):
    """What a refresh did: how many files were written; ``build_at`` instead where a build has to do it.

    That is where a list that counts order has another order, or where the sources are read differently now.
    """

    written: int = 0
    build_at: datetime | None = None
    drafts: bool = False


def refresh_counts(site_dir: Path, output: Path, jobs: int) -> NewCounts:
    """Put the counts of the store into the finished ``output``; the caller holds the site's lock.

    Raises :class:`SiteError` where there is no finished build.
    """
    with opened(site_dir, output) as state:
        last = state.build
        if not (last.number and manifest_path(site_dir, output).exists() and state.pages):
            raise SiteError([Problem(str(output), message="holds no finished build", hint="Run: site-builder build")])
        instant = datetime.fromtimestamp(last.instant, UTC)
        config = parse_config(read_config_text(site_dir))
        if read_key(config, state.inputs) != last.read:
            return NewCounts(build_at=instant, drafts=last.drafts)
        articles, documents = _pieces(state.inputs)
        stored = read_views(site_dir, config.views.store, ranking_of(config, instant).first)
        catalog = make_catalog(articles, documents, config, instant, drafts=last.drafts, stored=stored)
        if rankings_key(catalog) != last.rankings:
            return NewCounts(build_at=instant, drafts=last.drafts)
        return NewCounts(_splice_all(state, Output(output), catalog, instant, jobs))


def _pieces(inputs: Mapping[str, InputEntry]) -> tuple[list[Article], list[Document]]:
    decode = msgspec.msgpack.Decoder(Parsed).decode
    parsed = [decode(entry.parsed) for _, entry in sorted(inputs.items()) if entry.rules]
    return [item.article for item in parsed if item.article], [item.document for item in parsed if item.document]


def _splice_all(state: State, target: Output, catalog: Catalog, instant: datetime, jobs: int) -> int:
    """Fill the slots of all files; the number of files written.  Raises :class:`SiteError` for altered ones."""
    counts = Counts(catalog.views, catalog.config.views.display)
    waiting = [
        (entry, shown)
        for entry in state.pages.values()
        if entry.slots and (shown := counts.shown(entry)) != entry.shown
    ]
    build = msgspec.structs.replace(state.build, views=views_key(catalog), site_key=b"")
    pages = dict(state.pages)
    with target.staged():
        fresh = _stage_all(waiting, target, jobs) if waiting else []
        paths = [entry.path for entry in fresh]
        if paths:
            state.forget(paths)
            stamps = target.publish(paths, (), state.owned)
            for entry in fresh:
                pages[entry.path] = msgspec.structs.replace(entry, stamp=stamps[entry.path])
        done = Published(pages, [pages[path] for path in paths], [], has_changed=bool(paths))
        state.save(Inputs(dict(state.inputs), set()), pages, build, None)
        done.write_manifest(state, instant)
    return len(paths)


def _stage_all(waiting: Sequence[tuple[PageEntry, str]], target: Output, jobs: int) -> list[PageEntry]:
    """The entries of ``waiting`` as they are with their new counts, the files staged."""
    folder = str(target.folder)

    def stage(chunk: range) -> bytes:
        done: list[PageEntry] = []
        altered: list[str] = []
        for number in chunk:
            entry, shown = waiting[number]
            try:
                old = Path(folder, entry.path).read_bytes()
            except OSError:
                old = b""
            if sha256(old).digest() != entry.sha256:
                altered.append(entry.path)
                continue
            data = with_counts(old, entry, shown)
            stamp = target.stage(entry.path, data)
            digest = sha256(data).digest()
            done.append(msgspec.structs.replace(entry, sha256=digest, size=len(data), stamp=stamp, shown=shown))
        return _ENCODE((done, altered))

    decode = msgspec.msgpack.Decoder(tuple[list[PageEntry], list[str]]).decode
    fresh: list[PageEntry] = []
    altered: list[str] = []
    for _, data in run(stage, len(waiting), jobs):
        found, wrong = decode(data)
        fresh += found
        altered += wrong
    if altered:
        message, hint = "is not as the last build left it", "Run: site-builder build"
        raise SiteError([Problem(f"{target.folder.name}/{path}", message=message, hint=hint) for path in altered])
    return fresh
