"""What each template is given: one frozen record a kind of page; its fields are the template's names.

Everything here is a closed value: text, numbers, instants, tuples and further records of these.
``docs/templates.md`` is the user's side of this file.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from site_builder.model import BodyRef, Card, Picture, Record, Term


class FeedLink(msgspec.Struct, frozen=True):
    """A feed that belongs to a page: ``type`` is a media type."""

    title: str
    type: str
    url: str


class PageInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What every page says of itself in its ``<head>``.

    ``canonical`` is absolute.  ``robots`` and ``news_robots`` are the contents of the robots and
    Googlebot-News meta elements, empty for none.  ``breadcrumb`` runs from home to the parent,
    the page itself left out.
    """

    kind: str
    url: str
    canonical: str
    title: str
    description: str
    lang: str
    robots: str = "max-image-preview:large"
    news_robots: str = ""
    image: Picture | None = None
    breadcrumb: tuple[Term, ...] = ()
    feeds: tuple[FeedLink, ...] = ()


class ArticleView(msgspec.Struct, frozen=True, kw_only=True):
    """An article as its own page shows it.  ``minutes`` is the reading time; ``source_url`` an http(s) URL or ''."""

    title: str
    url: str
    category: Term
    tags: tuple[Term, ...]
    timestamp: datetime
    updated: datetime | None
    deck: str
    excerpt: str
    image: Picture | None
    authors: tuple[Term, ...]
    source: Term | None
    source_url: str
    words: int
    minutes: int
    lang: str
    extra: Record


class ArticleContext(msgspec.Struct, frozen=True):
    """``article.html``.  The renderer turns ``body`` into ``body.html`` and ``body.toc``."""

    page: PageInfo
    article: ArticleView
    body: BodyRef
    related: tuple[Card, ...]
    next: Card | None


class DocumentContext(msgspec.Struct, frozen=True):
    """``document.html``: a piece of ``content/pages/``."""

    page: PageInfo
    title: str
    deck: str
    updated: datetime | None
    body: BodyRef
    extra: Record


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a paged list of cards, newest first.

    The landing page has ``number`` 0; the others are numbered from the oldest (1) and never shift.
    ``newer_url`` and ``older_url`` are '' at the ends.  ``children`` are the months of a year.
    """

    kind: str
    title: str
    description: str
    number: int
    cards: tuple[Card, ...]
    newer_url: str
    older_url: str
    landing_url: str
    children: tuple[Term, ...] = ()


class ListingContext(msgspec.Struct, frozen=True):
    """``listing.html``: a category, tag, author, source, year or month.  ``most_read`` only on category landings."""

    page: PageInfo
    listing: Listing
    most_read: tuple[Card, ...] = ()


class Rail(msgspec.Struct, frozen=True):
    """A titled selection of cards: a section of the home page or a named block of ``site.yaml``."""

    name: str
    title: str
    url: str
    cards: tuple[Card, ...]


class Blocks(msgspec.Struct, frozen=True):
    """The named blocks of ``site.yaml``: ``blocks.name`` is one; looping gives them in the order of their names."""

    rails: tuple[Rail, ...] = ()

    def __getattr__(self, name: str) -> Rail:
        for rail in self.rails:
            if rail.name == name:
                return rail
        raise AttributeError(name)

    def __iter__(self) -> Iterator[Rail]:
        return iter(self.rails)

    def __len__(self) -> int:
        return len(self.rails)


class HomeContext(msgspec.Struct, frozen=True):
    """``home.html``.  A piece of ``hero`` (the lead first) stands in no rail, block or list below.

    ``blocks`` are the named blocks of ``site.yaml``; ``listing`` is the latest list.
    """

    page: PageInfo
    hero: tuple[Card, ...]
    rails: tuple[Rail, ...]
    blocks: Blocks
    listing: Listing
    most_read: tuple[Card, ...]


class MostReadContext(msgspec.Struct, frozen=True):
    """``most_read.html``: the most read pieces of the site, and a rail for each category, most read first."""

    page: PageInfo
    title: str
    most_read: tuple[Card, ...]
    rails: tuple[Rail, ...]


class FragmentContext(msgspec.Struct, frozen=True):
    """``fragments/most_read.html``: what article pages load when a reader comes near their end."""

    page: PageInfo
    most_read: tuple[Card, ...]


class Counted(msgspec.Struct, frozen=True):
    """An article whose count is asked for: ``counted|exact_views``."""

    url: str


class ViewsContext(msgspec.Struct, frozen=True):
    """``views/shard.json``: the articles of one file of view counts."""

    counted: tuple[Counted, ...]


class IndexContext(msgspec.Struct, frozen=True):
    """``index.html``: all tags, authors, sources or years."""

    page: PageInfo
    title: str
    terms: tuple[Term, ...]


class RedirectContext(msgspec.Struct, frozen=True):
    """``redirect.html``: an alias of a page."""

    page: PageInfo
    target: str


class PlainContext(msgspec.Struct, frozen=True):
    """``404.html``."""

    page: PageInfo


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed; URLs here are absolute; ``updated`` is the newest instant that an entry shows."""

    title: str
    description: str
    url: str
    page_url: str
    updated: datetime


class FeedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An article in a feed: ``id`` never changes once published, also where the title does."""

    id: str
    url: str
    title: str
    timestamp: datetime
    updated: datetime
    summary: str
    category: str
    tags: tuple[str, ...]
    authors: tuple[str, ...]
    source: str
    image: Picture | None
    lang: str


class FeedContext(msgspec.Struct, frozen=True):
    """``feeds/rss.xml``, ``feeds/atom.xml`` and ``feeds/feed.json``."""

    feed: Feed
    entries: tuple[FeedEntry, ...]


class SitemapUrl(msgspec.Struct, frozen=True):
    """An address of a sitemap shard, absolute, with its last change and images."""

    url: str
    updated: datetime | None
    images: tuple[str, ...] = ()


class SitemapContext(msgspec.Struct, frozen=True):
    """``sitemaps/shard.xml`` and ``sitemaps/index.xml``."""

    urls: tuple[SitemapUrl, ...]


class NewsContext(msgspec.Struct, frozen=True):
    """``sitemaps/news.xml``: the pieces of the last 48 hours, at most 1,000."""

    entries: tuple[FeedEntry, ...]


class RobotsContext(msgspec.Struct, frozen=True):
    """``robots.txt``: absolute URLs of the sitemaps."""

    sitemaps: tuple[str, ...]


class HostHeader(msgspec.Struct, frozen=True):
    """A header that a host adds."""

    name: str
    value: str


class HeadersContext(msgspec.Struct, frozen=True):
    """``_headers``: ``every`` matches all addresses, ``immutable`` is the Cache-Control of fingerprinted files."""

    every: str
    headers: tuple[HostHeader, ...]
    immutable: str


class HostRedirect(msgspec.Struct, frozen=True):
    """An alias and where it leads, both root-relative."""

    url: str
    target: str


class RedirectsContext(msgspec.Struct, frozen=True):
    """``_redirects``."""

    redirects: tuple[HostRedirect, ...]


class SiteInfo(msgspec.Struct, frozen=True, kw_only=True):
    """``site``, which every template sees; from ``site.yaml`` alone.

    ``url`` is absolute without a final slash; ``base_path`` is its path part ('' at the root of a host);
    ``home`` is the root-relative address of the home page.  ``most_read_url`` is '' where ``listings.most_read`` is 0.
    ``live_views`` is the address of the folder of view counts, '' without ``views.live``; ``views_display`` how
    they are shown.
    """

    title: str
    tagline: str
    description: str
    url: str
    base_path: str
    home: str
    language: str
    publisher: str
    logo: str
    copyright: str
    feeds: tuple[FeedLink, ...]
    extra: Record
    most_read_url: str = ""
    most_read_fragment: str = ""
    live_views: str = ""
    views_display: str = "exact"


CONTEXTS: dict[str, type[msgspec.Struct]] = {
    "404.html": PlainContext,
    "article.html": ArticleContext,
    "document.html": DocumentContext,
    "feeds/atom.xml": FeedContext,
    "feeds/feed.json": FeedContext,
    "feeds/rss.xml": FeedContext,
    "fragments/most_read.html": FragmentContext,
    "home.html": HomeContext,
    "hosts/headers.txt": HeadersContext,
    "hosts/redirects.txt": RedirectsContext,
    "index.html": IndexContext,
    "listing.html": ListingContext,
    "most_read.html": MostReadContext,
    "redirect.html": RedirectContext,
    "robots.txt": RobotsContext,
    "sitemaps/index.xml": SitemapContext,
    "sitemaps/news.xml": NewsContext,
    "sitemaps/shard.xml": SitemapContext,
    "views/shard.json": ViewsContext,
}
"""The context that each template is given."""
