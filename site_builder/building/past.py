"""How far back nothing has changed: pages that depend on old pieces alone need not be looked at.

In: the visible articles of the last build and of this one.  Out: an index; everything before it, and all that such an
article's own lists look back on, is what it was.  What a page promises of its context is in :class:`Planned`.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left

import msgspec

from site_builder.building.keys import digest
from site_builder.building.records import Past
from site_builder.building.snapshot import Snapshot
from site_builder.catalog.catalog import Catalog

_RECORD = struct.Struct("<16sqB")
_ENCODE = msgspec.msgpack.Encoder(order="deterministic").encode


def past_of(site: Snapshot, engine: bytes) -> Past:
    """What this build's contexts depend on, article by article."""
    catalog, entries = site.catalog, site.sources.inputs.entries
    rules = next((entries[article.path].rules for article in catalog.articles), b"")
    pack = _RECORD.pack
    return Past(
        key=digest(engine, rules, _ENCODE(site.config), _ENCODE(sorted(catalog.images.items()))),
        taxa={
            f"{taxon.kind}:{folded}": digest(_ENCODE((taxon.name, taxon.permalink, taxon.description)))[:8]
            for taxa in (catalog.categories, catalog.tags, catalog.authors, catalog.sources)
            for folded, taxon in taxa.items()
        },
        articles=b"".join(
            [
                pack(entries[article.path].identity, second, article.updated is None)
                for article, second in zip(catalog.articles, catalog.traits.second, strict=True)
            ]
        ),
        counts=counts_of(catalog),
    )


def unchanged_before(old: Past, new: Past) -> int:
    """The index before which nothing changed, 0 where anything else did that contexts depend on."""
    # A taxon that is gone is one of no piece that is left.
    if old.key != new.key or any(new.taxa.get(name, key) != key for name, key in old.taxa.items()):
        return 0
    size = _RECORD.size
    shorter = min(len(old.articles), len(new.articles)) // size
    # The first article that differs: everything up to a middle is compared at once.
    low, high = 0, shorter
    while low < high:
        middle = (low + high + 1) // 2
        if old.articles[low * size : middle * size] == new.articles[low * size : middle * size]:
            low = middle
        else:
            high = middle - 1
    found = low
    seconds = [_second(past.articles, found) for past in (old, new) if found * size < len(past.articles)]
    if not seconds:
        return found
    # Pieces of one second see each other: a list looks back on all that are not newer.
    earliest = min(seconds)
    return bisect_left(range(found), earliest, key=lambda index: _second(new.articles, index))


def counts_of(catalog: Catalog) -> bytes:
    """The views of each article in order, as :class:`Past` holds them."""
    return array("q", [catalog.views[card.url] for card in catalog.cards]).tobytes()


def same_counts_before(old: Past, new: Past, index: int) -> bool:
    """Whether no article before ``index``, which both have, has another count of views."""
    return old.counts[: 8 * index] == new.counts[: 8 * index]


def _second(articles: bytes, index: int) -> int:
    return int(_RECORD.unpack_from(articles, index * _RECORD.size)[1])
