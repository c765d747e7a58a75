"""Feeds: RSS 2.0 and Atom (RFC 4287) for the site, categories and tags; JSON Feed 1.1 for the site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from site_builder.catalog import urls
from site_builder.catalog.catalog import Catalog
from site_builder.catalog.taxonomy import Taxon
from site_builder.pages.contexts import Feed, FeedContext, FeedEntry
from site_builder.pages.listings import taxa_of, taxon_source
from site_builder.pages.planned import Planned

TEMPLATES = {"rss.xml": "feeds/rss.xml", "atom.xml": "feeds/atom.xml", "feed.json": "feeds/feed.json"}

# A feed must name an instant (RFC 4287 §4.2.15) also where it has no entry yet.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def plan_feeds(catalog: Catalog) -> Iterator[Planned]:
    """All feeds."""
    for name, template in TEMPLATES.items():
        yield Planned("feed", urls.feed(urls.HOME, name), template, "feed of the site", site_feed, (name,))
    for kind in ("category", "tag"):
        for folded, taxon in taxa_of(catalog, kind).items():
            if len(taxon.members) < catalog.config.feeds.minimum:
                continue
            for name in ("rss.xml", "atom.xml"):
                place = urls.feed(taxon.permalink, name)
                source = f"feed of {taxon_source(catalog, taxon)}"
                stop = len(taxon.members)
                shows = (taxon.members, max(0, stop - catalog.config.feeds.entries), stop)
                arguments = (kind, folded, name, stop)
                yield Planned("feed", place, TEMPLATES[name], source, taxon_feed, arguments, taxon.members[-1], shows)


def site_feed(catalog: Catalog, name: str) -> FeedContext:
    """The feed of all pieces."""
    site = catalog.config.site
    newest = catalog.newest(catalog.config.feeds.entries)
    return _feed(catalog, urls.HOME, name, site.title, site.description or site.tagline or site.title, newest)


def taxon_feed(catalog: Catalog, kind: str, folded: str, name: str, stop: int) -> FeedContext:
    """The feed of a category or tag: its newest pieces before the place ``stop``, which is all of them."""
    taxon: Taxon = taxa_of(catalog, kind)[folded]
    title = f"{taxon.name} | {catalog.config.site.title}"
    newest = taxon.members[max(0, stop - catalog.config.feeds.entries) : stop][::-1]
    return _feed(catalog, taxon.permalink, name, title, taxon.description or title, newest)


def _feed(
    catalog: Catalog, permalink: str, name: str, title: str, description: str, indices: Sequence[int]
) -> FeedContext:
    entries = tuple(feed_entry(catalog, index) for index in indices)

    def address(place: str) -> str:
        return catalog.addresses.absolute(catalog.addresses.url(place))

    return FeedContext(
        Feed(
            title=title,
            description=description,
            url=address(urls.feed(permalink, name)),
            page_url=address(permalink),
            updated=max((entry.updated for entry in entries), default=EPOCH),
        ),
        entries,
    )


def feed_entry(catalog: Catalog, index: int) -> FeedEntry:
    """An article in a feed."""
    article, card = catalog.articles[index], catalog.cards[index]
    url = catalog.addresses.absolute(card.url)
    return FeedEntry(
        id=url,
        url=url,
        title=article.title,
        timestamp=article.timestamp,
        updated=article.updated or article.timestamp,
        summary=article.excerpt,
        category=card.category.name,
        tags=tuple(taxon.name for taxon in catalog.taxa("tag", article.tags)),
        authors=tuple(taxon.name for taxon in catalog.taxa("author", article.authors)),
        source=article.source,
        image=card.image,
        lang=article.lang,
    )
