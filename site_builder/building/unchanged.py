"""Builds that have nothing to do: the same inputs, and no instant between at which the site changes by itself.

This is the principle of page keys for the whole site: equal inputs give equal output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from site_builder.building.engine import plugins, zone_rules
from site_builder.building.inputs import InputEntry
from site_builder.building.keys import digest
from site_builder.building.manifest import has_manifest
from site_builder.building.records import BuildEntry, Past
from site_builder.building.snapshot import Snapshot, Sources
from site_builder.building.state import State
from site_builder.catalog.catalog import Catalog
from site_builder.config import SiteConfig
from site_builder.pages.site import blocks
from site_builder.sources.view_store import STORE

_ENCODE = msgspec.msgpack.Encoder(order="deterministic").encode


def read_key(config: SiteConfig, inputs: Mapping[str, InputEntry], paths: Iterable[str]) -> bytes:
    """The digest of what a catalog is made from, beside counts and the instant: ``paths`` are the Markdown files."""
    paths = sorted(paths)
    entries = [inputs[path] for path in paths]
    digests = [entry.digest for entry in entries]
    return digest(
        _ENCODE(config),
        zone_rules(config.site.timezone),
        "\0".join(paths).encode(),
        # What could not be read has none.
        bytes(map(bool, digests)),
        b"".join(digests),
        b"".join([entry.rules for entry in entries]),
    )


def sources_key(sources: Sources) -> bytes:
    """The digest of all files of the site but the store of views."""
    files, inputs = sources.files, sources.inputs.entries
    return _sources_key(sources, read_key(sources.config, inputs, files.articles))


def _sources_key(sources: Sources, read: bytes) -> bytes:
    files, inputs = sources.files, sources.inputs.entries
    return digest(
        read,
        _ENCODE([(file.path, file.source, inputs[file.source].digest) for file in files.copied]),
        _ENCODE(sorted(files.templates.items())),
    )


def site_key(sources: Sources, files: bytes, engine: bytes, *, drafts: bool) -> bytes:
    """The digest of a build's inputs but the instant and the store of views; ``files`` is their :func:`sources_key`."""
    return digest(engine, b"drafts" if drafts else b"", files, plugins(sources.config.markdown.extensions))


def store_key(site_dir: Path, config: SiteConfig) -> bytes:
    """The digest of the store of views.  Taken before the store is read: what changes between is noticed next time."""
    store = Path(site_dir, config.views.store or STORE)
    return digest(*(path.read_bytes() if path.is_file() else b"" for path in (store, Path(f"{store}-wal"))))


def views_key(catalog: Catalog) -> bytes:
    """The digest of all counts and of how they are shown."""
    return digest(_ENCODE((catalog.config.views.display, list(catalog.views.items()))))


def rankings_key(catalog: Catalog) -> bytes:
    """The digest of the order of every list that counts order: of the site, of categories, of blocks."""
    count = catalog.config.listings.most_read
    members: list[Iterable[int]] = [range(len(catalog.paths))]
    members += [taxon.members for taxon in catalog.categories.values()]
    lists = [[catalog.permalinks[index] for index in catalog.most_read(found, count)] for found in members]
    # On the home page the hero's pieces stand in no block.
    for without in (frozenset[int](), frozenset(catalog.newest(catalog.config.listings.hero))):
        lists += [[card.url for card in rail.cards] for rail in blocks(catalog, without)]
    return digest(_ENCODE(lists))


class Keys(NamedTuple):
    """The digests of a build's inputs: :func:`read_key`, :func:`sources_key`, :func:`site_key`, :func:`store_key`."""

    read: bytes
    sources: bytes
    site: bytes
    store: bytes


def keys_of(sources: Sources, engine: bytes, *, drafts: bool) -> Keys:
    """The digests of a build's inputs."""
    read = read_key(sources.config, sources.inputs.entries, sources.files.articles)
    files = _sources_key(sources, read)
    site = site_key(sources, files, engine, drafts=drafts)
    return Keys(read, files, site, store_key(sources.folder, sources.config))


def nothing_to_do(state: State, keys: Keys, instant: datetime, untouched: Callable[[], bool]) -> bool:
    """Whether a build at ``instant`` with the inputs ``keys`` would change nothing; ``untouched``: in the output."""
    last = state.build
    second = int(instant.timestamp())
    return (
        (last.site_key, last.store) == (keys.site, keys.store)
        and last.instant <= second
        and (not last.until or second < last.until)
        and has_manifest(state.site_dir, state.output)
        and untouched()
    )


def entry_of(
    state: State,
    keys: Keys,
    instant: datetime,
    site: Snapshot,
    views: bytes,
    past: Past,
    templates: Mapping[str, Mapping[str, bytes]],
    *,
    drafts: bool,
) -> BuildEntry:
    """The record of a finished build."""
    catalog = site.catalog
    return BuildEntry(
        path=state.name,
        number=state.build.number + 1,
        site_key=keys.site,
        instant=int(instant.timestamp()),
        until=int(site.until.timestamp()) if site.until else 0,
        drafts=drafts,
        views=views,
        template_keys={name: dict(parts) for name, parts in templates.items()},
        counts=(len(catalog.paths), len(catalog.documents), site.hidden),
        warnings=site.warnings,
        past=past,
        rankings=rankings_key(catalog),
        read=keys.read,
        sources=keys.sources,
        store=keys.store,
    )
