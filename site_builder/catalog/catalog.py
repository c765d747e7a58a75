"""The catalog: all that is visible at one instant, ordered, named and addressed.

:func:`site_builder.catalog.making.make_catalog` makes one; what is here asks it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from site_builder.catalog import urls
from site_builder.catalog.pins import Pins
from site_builder.catalog.related import Postings, Traits, next_article, related
from site_builder.catalog.taxonomy import Taxon
from site_builder.config import SiteConfig, SyndicationPolicy
from site_builder.errors import Problem
from site_builder.model import Article, Card, Document, Image, Picture, Term

ImageSizes = Mapping[str, tuple[int, int]]
"""Width and height in pixels by ``Image.src``; images of other hosts are absent."""


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """Visible articles oldest first (timestamp, then path); other fields hold one item an article, by index.

    ``articles`` and ``cards`` may be made anew each time that they are asked for: what is wanted of many is a field
    of its own.  ``langs`` are languages, wherever they are spoken (``en`` for ``en-GB``).  ``changed`` is when a
    piece was last corrected, else published; ``awaited`` are those of which a correction lies ahead; ``policies`` say
    how search engines are told of it; ``aliased`` holds the aliases of those that have any.  ``views`` are the counts
    to show, by URL: they are no part of cards or contexts.  ``links`` are the URLs of the pieces that bodies link to
    by their files (``catalog/links.py``), ``linking`` the articles that do so.  ``scores`` tell which pieces are most
    read, ``leaders`` the first of them; ``inherited`` names for an article's path those of gone files whose readers
    it has.
    """

    config: SiteConfig
    instant: datetime
    addresses: urls.Addresses
    zone: ZoneInfo
    articles: Sequence[Article]
    documents: Sequence[Document]
    paths: Sequence[str]
    langs: Sequence[str]
    permalinks: Sequence[str]
    aliased: dict[int, tuple[str, ...]]
    cards: Sequence[Card]
    local: Sequence[datetime]
    changed: Sequence[datetime]
    awaited: frozenset[int]
    policies: Sequence[SyndicationPolicy]
    categories: dict[str, Taxon]
    tags: dict[str, Taxon]
    authors: dict[str, Taxon]
    sources: dict[str, Taxon]
    years: dict[int, list[int]]
    months: dict[tuple[int, int], list[int]]
    folds: dict[str, dict[str, str]]
    traits: Traits
    postings: dict[str, Postings]
    pins: dict[int, Pins]
    links: dict[str, str]
    linking: frozenset[int]
    images: ImageSizes
    views: dict[str, int]
    scores: Sequence[int]
    leaders: Sequence[int]
    hidden_files: frozenset[str]
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    inherited: Mapping[str, Sequence[str]] = {}

    def category(self, index: int) -> Taxon:
        """The category of an article."""
        return self.categories[self.traits.category[index]]

    def taxa(self, kind: str, names: Iterable[str]) -> tuple[Taxon, ...]:
        """The taxa of names that visible articles carry, twins once."""
        folds = self.folds[kind]
        found = {"tag": self.tags, "author": self.authors, "source": self.sources, "category": self.categories}[kind]
        return tuple(found[folded] for folded in dict.fromkeys(folds[name] for name in names))

    def related(self, index: int) -> list[int]:
        """Related reading of an article, best first."""
        settings = self.config.related
        pins = self.pins.get(index)
        return related(
            index,
            self.postings[self.langs[index]],
            self.traits,
            settings.count,
            newer=settings.newer,
            pins=pins.related if pins else (),
        )

    def next(self, index: int, shown: Sequence[int]) -> int | None:
        """The article to read next, given its related reading; None for the oldest.

        In its language of its category, else of the site; where its language has none, of any.
        """
        pins = self.pins.get(index)
        if pins and pins.next is not None:
            return pins.next
        own = self.postings[self.langs[index]]
        pools = (
            own.categories[self.traits.category[index]],
            own.everything,
            self.category(index).members,
            range(index),
        )
        return next_article(index, pools, shown)

    def most_read(self, members: Iterable[int], count: int) -> list[int]:
        """The ``count`` most read of ``members``; the newer of two with equal scores first."""
        if isinstance(members, range) and len(members) == len(self.paths) and count <= len(self.leaders):
            return list(self.leaders[:count])
        return leaders(self.scores, members, count)

    def newest(self, count: int) -> range:
        """Indices of the ``count`` newest articles, newest first."""
        last = len(self.paths) - 1
        return range(last, max(-1, last - count), -1)


def leaders(scores: Sequence[int], members: Iterable[int], count: int) -> list[int]:
    """The ``count`` of ``members`` with the highest scores, best first; the newer of two with equal scores first."""
    is_all = members == range(len(scores))
    members = list(members)
    values = scores if is_all else list(map(scores.__getitem__, members))
    # Most are sorted out by one look.
    least = heapq.nlargest(count, values)[-1] if len(members) > count > 0 else 0
    best = [(value, index) for value, index in zip(values, members, strict=True) if value >= least]
    return [index for _, index in heapq.nlargest(count, best)]


def card_of(catalog: Catalog, article: Article, local: datetime) -> tuple[str, Card]:
    """The permalink and the card of an article whose taxa ``catalog`` has; ``local`` is its timestamp there."""
    category = catalog.categories[catalog.folds["category"][article.category]]
    tag = catalog.tags[catalog.folds["tag"][article.tags[0]]].term if article.tags else None
    permalink = article.permalink or catalog.addresses.article(article.slug, category.slug, local)
    url = catalog.addresses.url(permalink)
    return permalink, make_card(article, url, category.term, tag, catalog.addresses, catalog.images)


def make_card(
    article: Article, url: str, category: Term, tag: Term | None, addresses: urls.Addresses, sizes: ImageSizes
) -> Card:
    """The card of an article: ``tag`` is its first."""
    return Card(
        title=article.title,
        url=url,
        category=category,
        tag=tag,
        timestamp=article.timestamp,
        excerpt=article.excerpt,
        image=picture(article.image, addresses, sizes) if article.image else None,
        lang=article.lang,
    )


def picture(image: Image, addresses: urls.Addresses, sizes: ImageSizes) -> Picture:
    """An article's image with its address and size."""
    width, height = sizes.get(image.src, (0, 0))
    url = addresses.url(image.src) if image.src.startswith("/") else image.src
    return Picture(url, image.alt, image.credit, width, height)
