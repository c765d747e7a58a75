"""The catalog: all that is visible at one instant, ordered, named and addressed.

In: parsed articles and documents, the configuration, the instant.  Out: :class:`Catalog`, immutable.
Drafts, future and expired pieces are dropped here, first, and nothing to the right of here sees them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from site_builder.catalog import urls
from site_builder.catalog.counts import days_of, inheritances, total_of
from site_builder.catalog.links import resolve_links
from site_builder.catalog.most_read import ranking_of, score
from site_builder.catalog.pins import Pins, resolve_pins
from site_builder.catalog.related import Postings, Traits, next_article, related
from site_builder.catalog.taxonomy import Spelling, Taxon, taxonomy
from site_builder.config import SiteConfig, SyndicationPolicy
from site_builder.errors import Problem
from site_builder.model import Article, Card, Document, Image, Picture, StoredViews, Term
from site_builder.text import fold

ImageSizes = Mapping[str, tuple[int, int]]
"""Width and height in pixels by ``Image.src``; images of other hosts are absent."""


KINDS = ("category", "tag", "author", "source")


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """Visible articles oldest first (timestamp, then path); other fields hold one item an article, by index.

    ``views`` are the counts to show, by URL: they are no part of cards or contexts.  ``scores`` tell which pieces
    are most read.  ``links`` are the URLs of the pieces that bodies link to by their files (``catalog/links.py``).
    ``policies`` are the configured ones of sources, by folded name, so that twins are one source
    here too.
    """

    config: SiteConfig
    instant: datetime
    addresses: urls.Addresses
    zone: ZoneInfo
    articles: Sequence[Article]
    documents: Sequence[Document]
    permalinks: Sequence[str]
    cards: Sequence[Card]
    local: Sequence[datetime]
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
    images: ImageSizes
    views: dict[str, int]
    scores: Sequence[int]
    hidden_files: frozenset[str]
    policies: dict[str, SyndicationPolicy]
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def category(self, index: int) -> Taxon:
        """The category of an article."""
        return self.categories[self.folds["category"][self.articles[index].category]]

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
            self.postings[self.articles[index].lang],
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
        own = self.postings[self.articles[index].lang]
        pools = (
            own.categories[self.traits.category[index]],
            own.everything,
            self.category(index).members,
            range(index),
        )
        return next_article(index, pools, shown)

    def most_read(self, members: Iterable[int], count: int) -> list[int]:
        """The ``count`` most read of ``members``; the newer of two with equal scores first."""
        scores = self.scores
        return heapq.nlargest(count, members, key=lambda index: (scores[index], index))

    def newest(self, count: int) -> range:
        """Indices of the ``count`` newest articles, newest first."""
        last = len(self.articles) - 1
        return range(last, max(-1, last - count), -1)


def is_visible(article: Article, instant: datetime, drafts: bool) -> bool:
    """Whether readers may see the piece at ``instant``: no draft, published, not expired."""
    return (
        (drafts or not article.draft)
        and article.timestamp <= instant
        and (article.expires is None or article.expires > instant)
    )


Dated = TypeVar("Dated", Article, Document)


def _as_of(piece: Dated, instant: datetime) -> Dated:
    """``piece`` without a correction that lies ahead: nobody is told of it before its time."""
    if piece.updated is not None and piece.updated > instant:
        return msgspec.structs.replace(piece, updated=None)
    return piece


def make_catalog(
    articles: Iterable[Article],
    documents: Iterable[Document],
    config: SiteConfig,
    instant: datetime,
    *,
    drafts: bool = False,
    images: ImageSizes | None = None,
    stored: StoredViews | None = None,
) -> Catalog:
    """The catalog of ``articles`` and ``documents`` at ``instant``; ``drafts`` shows drafts as if published.

    ``stored`` are imported reader counts, which are added to those of the front matter.  Pins that name no visible
    article are in ``problems``, links that do in ``warnings``.
    """
    sizes = images or {}
    stored = stored or StoredViews()
    existing: set[str] = set()
    visible: list[Article] = []
    hidden_files: set[str] = set()
    for article in articles:
        existing.add(article.path)
        if is_visible(article, instant, drafts):
            visible.append(_as_of(article, instant))
        else:
            hidden_files.update(_files_of(article))
    visible.sort(key=lambda article: (article.timestamp, article.path))
    shown_documents: list[Document] = []
    for document in sorted(documents, key=lambda document: document.path):
        if drafts or not document.draft:
            shown_documents.append(_as_of(document, instant))
        else:
            hidden_files.update(document.files)
    if hidden_files:
        for article in visible:
            hidden_files.difference_update(_files_of(article))
        for document in shown_documents:
            hidden_files.difference_update(document.files)

    addresses = urls.addresses(config)
    taxa, folds = taxonomies(visible, config, addresses)
    category_folds, tag_folds = folds["category"], folds["tag"]
    zone = ZoneInfo(config.site.timezone)
    local = [article.timestamp.astimezone(zone) for article in visible]
    years: dict[int, list[int]] = {}
    months: dict[tuple[int, int], list[int]] = {}
    permalinks: list[str] = []
    forms: dict[tuple[int, str], str] = {}
    cards: list[Card] = []
    for index, (article, when) in enumerate(zip(visible, local, strict=True)):
        years.setdefault(when.year, []).append(index)
        months.setdefault((when.year, when.month), []).append(index)
        category = taxa["category"][category_folds[article.category]]
        tag = taxa["tag"][tag_folds[article.tags[0]]].term if article.tags else None
        permalink = article.permalink
        if not permalink:
            # The pattern is filled in once for each day and category; "\0" stands for the slug.
            day = (when.toordinal(), category.slug)
            form = forms.get(day)
            if form is None:
                form = forms[day] = addresses.article("\0", category.slug, when)
            permalink = form.replace("\0", article.slug)
        permalinks.append(permalink)
        cards.append(_card(article, addresses.url(permalink), category.term, tag, addresses, sizes))

    traits = Traits(
        category=[category_folds[article.category] for article in visible],
        tags=[tuple(dict.fromkeys(map(tag_folds.__getitem__, article.tags))) for article in visible],
        second=[int(article.timestamp.timestamp()) for article in visible],
    )
    pins, problems = resolve_pins(visible, permalinks)
    links, warnings = resolve_links(visible, cards, shown_documents, addresses)
    inherited = inheritances(stored, visible, permalinks, existing)
    by = ranking_of(config, instant)
    return Catalog(
        config=config,
        instant=instant,
        addresses=addresses,
        zone=zone,
        articles=visible,
        documents=shown_documents,
        permalinks=permalinks,
        cards=cards,
        local=local,
        categories=taxa["category"],
        tags=taxa["tag"],
        authors=taxa["author"],
        sources=taxa["source"],
        years=years,
        months=months,
        folds=folds,
        traits=traits,
        postings=_postings(visible, traits),
        pins=pins,
        links=links,
        images=sizes,
        views={
            card.url: article.views + total_of(article.path, stored, inherited)
            for article, card in zip(visible, cards, strict=True)
        },
        scores=[
            score(article.views, when.toordinal(), days_of(article.path, stored, inherited), by)
            if by.by_day
            else article.views + total_of(article.path, stored, inherited)
            for article, when in zip(visible, local, strict=True)
        ],
        hidden_files=frozenset(hidden_files),
        policies={fold(name): policy for name, policy in config.syndication.sources.items()},
        problems=tuple(problems),
        warnings=tuple(warnings),
    )


def taxonomies(
    articles: Sequence[Article], config: SiteConfig, addresses: urls.Addresses, kinds: Collection[str] = KINDS
) -> tuple[dict[str, dict[str, Taxon]], dict[str, dict[str, str]]]:
    """The taxa of visible articles, oldest first, and the folds of their names, both by kind."""
    sections = [Spelling(entry.name, entry.slug, entry.description) for entry in config.categories]
    spellings = {"category": sections, "tag": list(map(Spelling, config.tag_names))}
    names: dict[str, Callable[[Article], tuple[str, ...]]] = {
        "category": lambda article: (article.category,),
        "tag": lambda article: article.tags,
        "author": lambda article: article.authors,
        "source": lambda article: (article.source,) if article.source else (),
    }
    taxa, folds = {}, {}
    for kind in kinds:
        carried = list(map(names[kind], articles))
        taxa[kind], folds[kind] = taxonomy(kind, carried, spellings.get(kind, ()), addresses)
    return taxa, folds


def card_of(catalog: Catalog, article: Article, local: datetime) -> tuple[str, Card]:
    """The permalink and the card of an article whose taxa ``catalog`` has; ``local`` is its timestamp there."""
    category = catalog.categories[catalog.folds["category"][article.category]]
    tag = catalog.tags[catalog.folds["tag"][article.tags[0]]].term if article.tags else None
    permalink = article.permalink or catalog.addresses.article(article.slug, category.slug, local)
    url = catalog.addresses.url(permalink)
    return permalink, _card(article, url, category.term, tag, catalog.addresses, catalog.images)


def _card(
    article: Article, url: str, category: Term, tag: Term | None, addresses: urls.Addresses, sizes: ImageSizes
) -> Card:
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


def _files_of(article: Article) -> tuple[str, ...]:
    return (*article.files, article.image.src) if article.image else article.files


def _postings(articles: Sequence[Article], traits: Traits) -> dict[str, Postings]:
    postings: dict[str, Postings] = {}
    for index, article in enumerate(articles):
        found = postings.get(article.lang)
        if found is None:
            found = postings[article.lang] = Postings([], [], {}, {})
        found.everything.append(index)
        found.seconds.append(traits.second[index])
        found.categories.setdefault(traits.category[index], []).append(index)
        for tag in traits.tags[index]:
            found.tags.setdefault(tag, []).append(index)
    return postings
