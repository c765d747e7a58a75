"""How far back the archive is what it was: pages that depend on old pieces alone need not be looked at.

In: the visible articles of the last build and of this one.  Out: an index before which all articles stand where they
stood, so that lists which look back from there hold what they held; and those of them that look another way now.
What a page promises of its context is in :class:`Planned`.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator

import msgspec

from site_builder.building.inputs import TRAITS_SIZE
from site_builder.building.keys import DIGEST_SIZE, digest
from site_builder.building.records import Past
from site_builder.building.snapshot import Snapshot
from site_builder.catalog.catalog import Catalog

_LONG = 8
_ENCODE = msgspec.msgpack.Encoder(order="deterministic").encode


def past_of(site: Snapshot, engine: bytes) -> Past:
    """What this build's contexts depend on, article by article."""
    catalog, entries = site.catalog, site.sources.inputs.entries
    of_articles = [entries[path] for path in catalog.paths]
    identities = [entry.identity for entry in of_articles]
    return Past(
        key=digest(
            engine,
            of_articles[0].rules if of_articles else b"",
            _ENCODE(site.config),
            _ENCODE(sorted(catalog.images.items())),
        ),
        taxa={
            f"{taxon.kind}:{folded}": digest(_ENCODE((taxon.name, taxon.permalink, taxon.description)))[:8]
            for taxa in (catalog.categories, catalog.tags, catalog.authors, catalog.sources)
            for folded, taxon in taxa.items()
        },
        traits=b"".join([identity[:TRAITS_SIZE] for identity in identities]),
        seconds=array("q", catalog.traits.second).tobytes(),
        articles=b"".join([identity[TRAITS_SIZE:] for identity in identities]),
        counts=counts_of(catalog),
        awaited=tuple(sorted(catalog.awaited)),
    )


def unchanged_before(old: Past, new: Past) -> int:
    """The index before which all articles stand where they stood, in the same lists.

    0 where anything else changed that contexts depend on.
    """
    # A taxon that is gone is one of no piece that is left.
    if old.key != new.key or any(new.taxa.get(name, key) != key for name, key in old.taxa.items()):
        return 0
    found = _common(old, new)
    seconds = [_second(past, found) for past in (old, new) if found * _LONG < len(past.seconds)]
    if not seconds:
        return found
    # Pieces of one second see each other: a list looks back on all that are not newer.
    earliest = min(seconds)
    return bisect_left(range(found), earliest, key=lambda index: _second(new, index))


def recounted(old: Past, new: Past) -> list[int] | None:
    """The articles of both that have another count of views; None where more than that may have changed.

    That is known where all that one has, the other has too: pieces came at one place of the archive, or went there.
    """
    if old.key != new.key:  # how counts are shown is one of the settings
        return None
    common = _common(old, new)
    lengths = len(old.seconds) // _LONG, len(new.seconds) // _LONG
    rest = min(lengths) - common
    if rest and not _ends_alike(old, new, rest):
        return None
    found: list[int] = []
    for start, place, number in ((0, 0, common), (lengths[0] - rest, lengths[1] - rest, rest)):
        before = array("q", old.counts[start * _LONG : (start + number) * _LONG])
        now = array("q", new.counts[place * _LONG : (place + number) * _LONG])
        found += [index for index, (count, other) in enumerate(zip(before, now, strict=True), place) if count != other]
    return found


def _ends_alike(old: Past, new: Past, number: int) -> bool:
    """Whether the last ``number`` articles stand alike."""
    return (
        old.traits[-number * TRAITS_SIZE :] == new.traits[-number * TRAITS_SIZE :]
        and old.seconds[-number * _LONG :] == new.seconds[-number * _LONG :]
    )


def _common(old: Past, new: Past) -> int:
    """The index before which all articles stand where they stood."""
    return min(
        next(_differences(before, now, size), min(len(before), len(now)) // size)
        for before, now, size in ((old.traits, new.traits, TRAITS_SIZE), (old.seconds, new.seconds, _LONG))
    )


def changed_before(old: Past, new: Past, index: int) -> list[int]:
    """The articles before ``index``, which stand where they stood, of which something else can be seen."""
    size = DIGEST_SIZE * index
    seen = set(_differences(old.articles[:size], new.articles[:size], DIGEST_SIZE))
    awaited = set(old.awaited).symmetric_difference(new.awaited)
    return sorted(seen | {other for other in awaited if other < index})


def _differences(old: bytes, new: bytes, size: int) -> Iterator[int]:
    """The numbers of the records of ``size`` bytes that differ, as far as both go."""
    waiting = [(0, min(len(old), len(new)) // size)]
    while waiting:
        start, stop = waiting.pop()
        if old[start * size : stop * size] != new[start * size : stop * size]:
            if stop - start == 1:
                yield start
            else:
                middle = (start + stop) // 2
                waiting += ((middle, stop), (start, middle))


def counts_of(catalog: Catalog) -> bytes:
    """The views of each article in order, as :class:`Past` holds them."""
    return array("q", catalog.views.values()).tobytes()


def same_counts_before(old: Past, new: Past, index: int) -> bool:
    """Whether no article before ``index``, which both have, has another count of views."""
    return old.counts[: 8 * index] == new.counts[: 8 * index]


def _second(past: Past, index: int) -> int:
    return int.from_bytes(past.seconds[index * _LONG : (index + 1) * _LONG], sys.byteorder, signed=True)
