"""How a catalog is made.

In: parsed articles and documents, the configuration, the instant.  Out: :class:`Catalog`, immutable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from site_builder.catalog import urls
from site_builder.catalog.catalog import Catalog, ImageSizes, leaders, make_card
from site_builder.catalog.counts import days_of, inheritances, total_of
from site_builder.catalog.links import resolve_links
from site_builder.catalog.most_read import ranking_of, score
from site_builder.catalog.pieces import Made
from site_builder.catalog.pins import resolve_pins
from site_builder.catalog.related import Postings, Traits
from site_builder.catalog.taxonomy import Taxon, policies_of, taxonomies
from site_builder.catalog.visible import Columns, as_of, visible_pieces
from site_builder.config import SiteConfig
from site_builder.errors import Problem
from site_builder.model import Article, Card, Document, Outline, StoredViews
from site_builder.text import language_of

# More cards than this are not held: they are made again.
HELD = 1 << 14


def make_catalog(
    articles: Iterable[Outline],
    documents: Iterable[Document],
    config: SiteConfig,
    instant: datetime,
    *,
    drafts: bool = False,
    images: ImageSizes | None = None,
    stored: StoredViews | None = None,
    again: Callable[[str], Article] | None = None,
) -> Catalog:
    """The catalog of ``articles`` and ``documents`` at ``instant``; ``drafts`` shows drafts as if published.

    ``stored`` are imported reader counts, which are added to those of the front matter.  ``again`` gives an article
    by its path: the catalog then holds none itself, and outlines are enough; else ``articles`` are whole ones.  Pins
    that name no visible article are in ``problems``, links that do in ``warnings``.
    """
    sizes = images or {}
    stored = stored or StoredViews()
    addresses = urls.addresses(config)
    zone = ZoneInfo(config.site.timezone)
    articles = list(articles)
    found = visible_pieces(articles, documents, instant, drafts)
    visible = found.articles

    taxa, folds = taxonomies(visible, config, addresses)
    traits = traits_of(visible, folds)
    paths = list(visible.path)
    langs = languages(visible.lang)
    local = [timestamp.astimezone(zone) for timestamp in visible.timestamp]
    years, months = _dated(local)
    permalinks = _permalinks(visible, local, [taxa["category"][folded].slug for folded in traits.category], addresses)
    addressed = addresses.urls(permalinks)
    pins, problems = resolve_pins(visible.article, permalinks)
    links: dict[str, str] = {}
    warnings: list[Problem] = []
    if any(visible.links) or any(document.links for document in found.documents):
        links, warnings = resolve_links(visible.article, addressed, found.documents, addresses)
    inherited: dict[str, list[str]] = {}
    totals = list(visible.views)
    if stored.totals:
        existing = {article.path for article in articles}
        inherited = inheritances(stored, visible.article, permalinks, existing)
        totals = [seed + total_of(path, stored, inherited) for seed, path in zip(totals, paths, strict=True)]
    scores = totals
    by = ranking_of(config, instant)
    if by.by_day:
        scores = [
            score(seed, when.toordinal(), days_of(path, stored, inherited), by)
            for seed, path, when in zip(visible.views, paths, local, strict=True)
        ]

    whole = cast("list[Article]", list(visible.article))
    shown: Sequence[Article] = Made(len(paths), _Pieces(paths, again, instant)) if again else whole
    card = _Cards(shown, addressed, traits, taxa["category"], taxa["tag"], addresses, sizes)
    return Catalog(
        config=config,
        instant=instant,
        addresses=addresses,
        zone=zone,
        articles=shown,
        documents=found.documents,
        paths=paths,
        langs=langs,
        permalinks=permalinks,
        aliased={index: aliases for index, aliases in enumerate(visible.aliases) if aliases},
        cards=Made(len(paths), card, HELD) if again else list(map(card, range(len(paths)))),
        local=local,
        changed=[updated or timestamp for updated, timestamp in zip(visible.updated, visible.timestamp, strict=True)],
        awaited=frozenset(index for index, path in enumerate(paths) if path in found.awaited)
        if found.awaited
        else frozenset(),
        policies=policies_of(visible, folds["source"], config),
        categories=taxa["category"],
        tags=taxa["tag"],
        authors=taxa["author"],
        sources=taxa["source"],
        years=years,
        months=months,
        folds=folds,
        traits=traits,
        postings=_postings(langs, traits, taxa),
        pins=pins,
        links=links,
        linking=frozenset(index for index, found in enumerate(visible.links) if found),
        images=sizes,
        views=dict(zip(addressed, totals, strict=True)),
        scores=scores,
        leaders=leaders(scores, range(len(paths)), config.listings.most_read),
        hidden_files=found.hidden_files,
        problems=tuple(problems),
        warnings=tuple(warnings),
        inherited=inherited,
    )


@dataclass(frozen=True)
class _Pieces:
    """Makes articles by index."""

    paths: Sequence[str]
    again: Callable[[str], Article]
    instant: datetime

    def __call__(self, index: int) -> Article:
        return as_of(self.again(self.paths[index]), self.instant)


@dataclass(frozen=True)
class _Cards:
    """Makes cards by index."""

    articles: Sequence[Article]
    addressed: Sequence[str]
    traits: Traits
    categories: Mapping[str, Taxon]
    tags: Mapping[str, Taxon]
    addresses: urls.Addresses
    sizes: ImageSizes

    def __call__(self, index: int) -> Card:
        carried = self.traits.tags[index]
        tag = self.tags[carried[0]].term if carried else None
        category = self.categories[self.traits.category[index]].term
        return make_card(self.articles[index], self.addressed[index], category, tag, self.addresses, self.sizes)


def traits_of(articles: Columns, folds: Mapping[str, Mapping[str, str]]) -> Traits:
    """What related reading goes by."""
    tag_folds = folds["tag"]
    fold_tag = tag_folds.__getitem__
    # Twins within a piece are merged where it is read; only where names differ in case two may be left.
    has_twins = len(set(tag_folds.values())) < len(tag_folds)
    return Traits(
        category=list(map(folds["category"].__getitem__, articles.category)),
        tags=[
            tuple(dict.fromkeys(map(fold_tag, tags))) if has_twins else tuple(map(fold_tag, tags))
            for tags in articles.tags
        ],
        second=[int(timestamp.timestamp()) for timestamp in articles.timestamp],
    )


def languages(tags: Sequence[str]) -> list[str]:
    """The language of each tag, equal ones as one object."""
    known = {tag: language_of(tag) for tag in set(tags)}
    return list(map(known.__getitem__, tags))


def _dated(local: Iterable[datetime]) -> tuple[dict[int, list[int]], dict[tuple[int, int], list[int]]]:
    """The articles of each year and month, by their timestamps in the site's zone."""
    years: dict[int, list[int]] = {}
    months: dict[tuple[int, int], list[int]] = {}
    for index, when in enumerate(local):
        month = (when.year, when.month)
        members = months.get(month)
        if members is None:
            members = months[month] = []
        members.append(index)
    for (year, _), members in months.items():
        years.setdefault(year, []).extend(members)
    for members in years.values():
        members.sort()
    return years, months


def _permalinks(
    articles: Columns, local: Sequence[datetime], slugs: Sequence[str], addresses: urls.Addresses
) -> list[str]:
    """The permalink of each article; ``slugs`` are those of its category."""
    permalinks: list[str] = []
    forms: dict[str, str] = {}
    day = 0
    for permalink, own, when, slug in zip(articles.permalink, articles.slug, local, slugs, strict=True):
        if permalink:
            permalinks.append(permalink)
        else:
            # The pattern is filled in once for each day and category; "\0" stands for the slug.
            today = when.toordinal()
            if today != day:
                day, forms = today, {}
            form = forms.get(slug)
            if form is None:
                form = forms[slug] = addresses.article("\0", slug, when)
            permalinks.append(form.replace("\0", own))
    return permalinks


def _postings(langs: Sequence[str], traits: Traits, taxa: Mapping[str, Mapping[str, Taxon]]) -> dict[str, Postings]:
    members = {kind: {folded: taxon.members for folded, taxon in taxa[kind].items()} for kind in ("category", "tag")}
    if len(set(langs)) == 1:
        everything = list(range(len(langs)))
        return {langs[0]: Postings(everything, [*traits.second], members["category"], members["tag"])}
    postings: dict[str, Postings] = {}
    for index, lang in enumerate(langs):
        found = postings.get(lang)
        if found is None:
            found = postings[lang] = Postings([], [], {}, {})
        found.everything.append(index)
        found.seconds.append(traits.second[index])
        found.categories.setdefault(traits.category[index], []).append(index)
        for tag in traits.tags[index]:
            found.tags.setdefault(tag, []).append(index)
    return postings
