"""Sitemaps (sitemaps.org 0.9): an index, a shard a month, one for the other pages, Google News; ``robots.txt``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from site_builder.catalog import urls
from site_builder.catalog.catalog import Catalog
from site_builder.catalog.due import NEWS_WINDOW
from site_builder.pages.contexts import FeedEntry, NewsContext, RobotsContext, SitemapContext, SitemapUrl
from site_builder.pages.feeds import feed_entry
from site_builder.pages.listings import KINDS, taxa_of
from site_builder.pages.planned import Planned
from site_builder.pages.site import document_permalink

# sitemaps.org "Sitemap file requirements": 50,000 addresses a file; shards are cut from the oldest on.
SHARD = 50_000
# Google News sitemaps: at most 1,000 articles.
NEWS_ENTRIES = 1_000


def plan_sitemaps(catalog: Catalog) -> Iterator[Planned]:
    """All sitemaps and ``robots.txt``."""
    source = "sitemap"
    yield Planned("sitemap", urls.SITEMAP, "sitemaps/index.xml", source, index_context)
    for year, month, shard, part in _shards(catalog):
        place = _shard_permalink(year, month, shard)
        arguments = (year, month, shard, len(part))
        shows = (part, 0, len(part))
        yield Planned("sitemap", place, "sitemaps/shard.xml", source, month_context, arguments, part[-1], shows)
    for shard in range(_count(len(_other_pages(catalog)))):
        place = _pages_permalink(shard)
        yield Planned("sitemap", place, "sitemaps/shard.xml", source, pages_context, (shard,))
    yield Planned("sitemap", urls.NEWS_SITEMAP, "sitemaps/news.xml", source, news_context)
    yield Planned("robots", urls.ROBOTS, "robots.txt", "robots.txt", robots_context)


def _count(length: int) -> int:
    return -(-length // SHARD)


def _shards(catalog: Catalog) -> Iterator[tuple[int, int, int, list[int]]]:
    """Year, month, number and pieces of each shard."""
    for year, month in catalog.months:
        indexed = _indexed(catalog, year, month)
        for shard in range(_count(len(indexed))):
            yield year, month, shard, indexed[shard * SHARD : (shard + 1) * SHARD]


def _indexed(catalog: Catalog, year: int, month: int) -> list[int]:
    """The pieces of a month that search engines shall index under the site's own address."""
    policies = catalog.policies
    return [index for index in catalog.months[year, month] if policies[index] not in ("noindex", "canonical")]


def _shard_permalink(year: int, month: int, shard: int) -> str:
    return urls.sitemap_shard(f"{year:04}-{month:02}" + (f"-{shard + 1}" if shard else ""))


def _pages_permalink(shard: int) -> str:
    return urls.sitemap_shard("pages" + (f"-{shard + 1}" if shard else ""))


def month_context(catalog: Catalog, year: int, month: int, shard: int, length: int) -> SitemapContext:
    """The pieces of one month from the shard's first on, ``length`` of them."""
    absolute = catalog.addresses.absolute
    found = []
    for index in _indexed(catalog, year, month)[shard * SHARD :][:length]:
        card = catalog.cards[index]
        images = (absolute(card.image.url),) if card.image else ()
        found.append(SitemapUrl(absolute(card.url), catalog.changed[index], images))
    return SitemapContext(tuple(found))


def _other_pages(catalog: Catalog) -> list[tuple[str, datetime | None]]:
    """Permalinks of home, listings' landing pages and documents.

    Listings have no last change here: it would change this file with every piece published, for no reader's gain.
    """
    pages: list[tuple[str, datetime | None]] = [(urls.HOME, None)]
    if catalog.config.listings.most_read:
        pages.append((urls.MOST_READ, None))
    for kind in KINDS:
        pages.extend((taxon.permalink, None) for taxon in taxa_of(catalog, kind).values())
    for index, document in enumerate(catalog.documents):
        pages.append((document_permalink(catalog, index), document.updated))
    return pages


def pages_context(catalog: Catalog, shard: int) -> SitemapContext:
    """Home, landing pages and documents."""
    addresses = catalog.addresses
    shown = _other_pages(catalog)[shard * SHARD : (shard + 1) * SHARD]
    return SitemapContext(
        tuple(SitemapUrl(addresses.absolute(addresses.url(place)), changed) for place, changed in shown)
    )


def index_context(catalog: Catalog) -> SitemapContext:
    """The shards, each with the last change of what it lists."""
    addresses = catalog.addresses

    def entry(permalink: str, changed: datetime | None) -> SitemapUrl:
        return SitemapUrl(addresses.absolute(addresses.url(permalink)), changed)

    entries = []
    for year, month, shard, members in _shards(catalog):
        changed = max(map(catalog.changed.__getitem__, members))
        entries.append(entry(_shard_permalink(year, month, shard), changed))
    others = _other_pages(catalog)
    for shard in range(_count(len(others))):
        instants = [changed for _, changed in others[shard * SHARD : (shard + 1) * SHARD] if changed]
        entries.append(entry(_pages_permalink(shard), max(instants, default=None)))
    return SitemapContext(tuple(entries))


def news_context(catalog: Catalog) -> NewsContext:
    """The pieces of the 48 hours up to the build's instant, newest first."""
    entries: list[FeedEntry] = []
    for index in range(len(catalog.paths) - 1, -1, -1):
        if catalog.instant - catalog.local[index] > NEWS_WINDOW or len(entries) == NEWS_ENTRIES:
            break
        if catalog.policies[index] == "none":
            entry = feed_entry(catalog, index)
            entries.append(msgspec.structs.replace(entry, lang=news_language(entry.lang)))
    return NewsContext(tuple(entries))


def news_language(lang: str) -> str:
    """``lang`` (BCP 47) as Google News sitemaps want it: ISO 639, and for Chinese ``zh-cn`` or ``zh-tw``."""
    primary, *rest = lang.lower().split("-")
    if primary != "zh":
        return primary
    return "zh-tw" if {"hant", "tw", "hk", "mo"} & set(rest) else "zh-cn"


def robots_context(catalog: Catalog) -> RobotsContext:
    """The sitemaps that ``robots.txt`` names."""
    addresses = catalog.addresses
    places = (urls.SITEMAP, urls.NEWS_SITEMAP)
    return RobotsContext(tuple(addresses.absolute(addresses.url(place)) for place in places))
