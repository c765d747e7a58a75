"""What is due: the instants at which the site changes by itself.

In: articles and documents, hidden ones too, and an instant.  Out: everything that will happen after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from site_builder.config import SiteConfig
from site_builder.model import Document, Outline

# Google News sitemaps: articles of the last two days.
NEWS_WINDOW = timedelta(hours=48)
# Instants of builds are whole seconds.
_SECOND = timedelta(seconds=1)


class Due(msgspec.Struct, frozen=True, order=True):
    """At ``instant`` something happens to the piece at ``path``.

    ``what`` is ``publish``, ``expire``, ``update`` or ``leave the news sitemap``; for the whole site (``path`` '')
    ``rank anew``.
    """

    instant: datetime
    path: str
    what: str


def due(
    articles: Iterable[Outline],
    documents: Iterable[Document],
    config: SiteConfig,
    instant: datetime,
    *,
    drafts: bool = False,
) -> Iterator[Due]:
    """Everything that happens after ``instant``, in no order.  ``drafts``: drafts are shown as if published.

    Rankings change each midnight of the site's zone; only the next one is given.
    """
    old = instant - NEWS_WINDOW - _SECOND
    for article in articles:
        if article.timestamp <= old and article.expires is None and article.updated is None:
            continue  # most of an archive
        if article.draft and not drafts:
            continue
        ends = article.expires
        if article.timestamp > instant:
            yield Due(article.timestamp, article.path, "publish")
        if ends is not None and ends > instant:
            yield Due(ends, article.path, "expire")
        for happens, what in ((article.updated, "update"), (_leaves_news(article.timestamp), NEWS)):
            if happens is not None and happens > instant and (ends is None or happens < ends):
                yield Due(happens, article.path, what)
    for document in documents:
        if document.updated is not None and document.updated > instant and (drafts or not document.draft):
            yield Due(document.updated, document.path, "update")
    if config.views.window != "all" or config.views.half_life:
        zone = ZoneInfo(config.site.timezone)
        local = instant.astimezone(zone)
        midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), zone)
        yield Due(midnight.astimezone(instant.tzinfo), "", "rank anew")


NEWS = "leave the news sitemap"

# Two days after a later one there is no date in every zone: desks write 9999-12-31 for "not before we say so".
_LAST = datetime(9999, 12, 28, tzinfo=UTC)


def _leaves_news(timestamp: datetime) -> datetime | None:
    """When a piece is too old for the news sitemap; None for never."""
    return timestamp + NEWS_WINDOW + _SECOND if timestamp <= _LAST else None


def next_due(
    articles: Iterable[Outline],
    documents: Iterable[Document],
    config: SiteConfig,
    instant: datetime,
    *,
    drafts: bool = False,
) -> datetime | None:
    """The first instant after ``instant`` at which the site may change by itself; None for never."""
    return min((found.instant for found in due(articles, documents, config, instant, drafts=drafts)), default=None)
