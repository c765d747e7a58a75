"""Late: pieces that readers should see by now and do not, or should no longer see and do.

In: the site now, and what is live (the paths of a release, and the instant as of which it was built).
Out: :class:`Late`, the longest ago first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

import msgspec

from site_builder.building.snapshot import Snapshot
from site_builder.catalog.urls import output_path


class Late(msgspec.Struct, frozen=True):
    """``what``: ``not live``, ``still live`` or ``not corrected``; ``since`` when it should have happened."""

    what: str
    title: str
    path: str
    since: datetime


def late(now: Snapshot, then: Snapshot, live: Collection[str]) -> list[Late]:
    """What differs between the site ``now`` and the live files; ``then`` is the site as of the live build's instant."""
    found = [*_missing(now, live), *_left_over(now, then, live), *_uncorrected(now, then, live)]
    return sorted(found, key=lambda item: (item.since, item.path))


def _missing(now: Snapshot, live: Collection[str]) -> Iterator[Late]:
    for article, permalink in zip(now.catalog.articles, now.catalog.permalinks, strict=True):
        if output_path(permalink) not in live:
            yield Late("not live", article.title, article.path, article.timestamp)


def _left_over(now: Snapshot, then: Snapshot, live: Collection[str]) -> Iterator[Late]:
    wanted = {page.path for page in now.pages}
    for article, permalink in zip(then.catalog.articles, then.catalog.permalinks, strict=True):
        path = output_path(permalink)
        if (
            article.expires is not None
            and article.expires <= now.catalog.instant
            and path in live
            and path not in wanted
        ):
            yield Late("still live", article.title, article.path, article.expires)


def _uncorrected(now: Snapshot, then: Snapshot, live: Collection[str]) -> Iterator[Late]:
    for article, permalink in zip(now.catalog.articles, now.catalog.permalinks, strict=True):
        updated = article.updated
        if updated is not None and updated > then.catalog.instant and output_path(permalink) in live:
            yield Late("not corrected", article.title, article.path, updated)


def span(seconds: float) -> str:
    """A length of time as people say it: ``45 s``, ``7 min``, ``3 h``, ``2 days``."""
    for size, name in ((86_400, "day"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}" + ("s" if name == "day" and count != 1 else "")
    return f"{int(seconds)} s"
