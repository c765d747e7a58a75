"""Builds that have nothing to do: the same inputs, and no instant between at which the site changes by itself.

This is the principle of page keys for the whole site: equal inputs give equal output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from site_builder.building.engine import plugins, zone_rules
from site_builder.building.inputs import InputEntry
from site_builder.building.keys import digest
from site_builder.building.manifest import manifest_path
from site_builder.building.records import BuildEntry, Past
from site_builder.building.snapshot import Snapshot, Sources
from site_builder.building.state import State
from site_builder.catalog.catalog import Catalog
from site_builder.catalog.due import next_due
from site_builder.config import SiteConfig
from site_builder.pages.site import blocks
from site_builder.sources.view_store import STORE

_ENCODE = msgspec.msgpack.Encoder(order="deterministic").encode


def site_key(sources: Sources, engine: bytes, *, drafts: bool) -> bytes:
    """The digest of all inputs of a build but the instant."""
    files, config = sources.files, sources.config
    inputs = sources.inputs.entries
    parts = [engine, b"drafts" if drafts else b"", _ENCODE(config), zone_rules(config.site.timezone)]
    parts.append(plugins(config.markdown.extensions))
    parts.append(_ENCODE([(path, inputs[path].digest, inputs[path].rules) for path in files.articles]))
    parts.append(_ENCODE([(file.path, file.source, inputs[file.source].digest) for file in files.copied]))
    parts.append(_ENCODE(sorted(files.templates.items())))
    store = Path(sources.folder, config.views.store or STORE)
    parts += [path.read_bytes() if path.is_file() else b"" for path in (store, Path(f"{store}-wal"))]
    return digest(*parts)


def views_key(catalog: Catalog) -> bytes:
    """The digest of all counts and of how they are shown."""
    return digest(_ENCODE((catalog.config.views.display, list(catalog.views.items()))))


def rankings_key(catalog: Catalog) -> bytes:
    """The digest of the order of every list that counts order: of the site, of categories, of blocks."""
    count = catalog.config.listings.most_read
    members: list[Iterable[int]] = [range(len(catalog.articles))]
    members += [taxon.members for taxon in catalog.categories.values()]
    lists = [[catalog.permalinks[index] for index in catalog.most_read(found, count)] for found in members]
    # On the home page the hero's pieces stand in no block.
    for without in (frozenset[int](), frozenset(catalog.newest(catalog.config.listings.hero))):
        lists += [[card.url for card in rail.cards] for rail in blocks(catalog, without)]
    return digest(_ENCODE(lists))


def read_key(config: SiteConfig, inputs: Mapping[str, InputEntry]) -> bytes:
    """The digest of what a catalog is made from, beside counts and the instant."""
    articles = sorted((path, entry.digest, entry.rules) for path, entry in inputs.items() if entry.rules)
    return digest(_ENCODE(config), zone_rules(config.site.timezone), _ENCODE(articles))


def nothing_to_do(state: State, key: bytes, instant: datetime, untouched: Callable[[], bool]) -> bool:
    """Whether a build at ``instant`` with the inputs ``key`` would change nothing; ``untouched``: in the output."""
    last = state.build
    second = int(instant.timestamp())
    return (
        last.site_key == key
        and last.instant <= second
        and (not last.until or second < last.until)
        and manifest_path(state.site_dir, state.output).exists()
        and untouched()
    )


def entry_of(
    state: State,
    key: bytes,
    instant: datetime,
    site: Snapshot,
    views: bytes,
    past: Past,
    templates: Mapping[str, Mapping[str, bytes]],
    *,
    drafts: bool,
) -> BuildEntry:
    """The record of a finished build."""
    articles = [item.article for item in site.parsed if item.article]
    documents = [item.document for item in site.parsed if item.document]
    until = next_due(articles, documents, site.config, instant, drafts=drafts)
    catalog = site.catalog
    return BuildEntry(
        path=state.name,
        number=state.build.number + 1,
        site_key=key,
        instant=int(instant.timestamp()),
        until=int(until.timestamp()) if until else 0,
        drafts=drafts,
        views=views,
        template_keys={name: dict(parts) for name, parts in templates.items()},
        counts=(
            len(catalog.articles),
            len(catalog.documents),
            len(site.parsed) - len(catalog.articles) - len(catalog.documents),
        ),
        warnings=site.warnings,
        past=past,
        rankings=rankings_key(catalog),
        read=read_key(site.config, site.sources.inputs.entries),
    )
