"""A catalog in which one piece is another one now: equal to one made anew, in a fraction of the time.

In: a catalog, the piece as it was and as it is.  Out: the catalog, or None where so much moves that making it
anew is as fast: pieces whose place in the order changes shift the index of all that follow.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Sequence
from typing import TypeVar

import msgspec

from site_builder.catalog.catalog import Catalog, card_of, leaders
from site_builder.catalog.links import resolve_links
from site_builder.catalog.most_read import ranking_of, score
from site_builder.catalog.pins import resolve_pins
from site_builder.catalog.related import Postings, Traits
from site_builder.catalog.taxonomy import Taxon, policies_of, taxonomies
from site_builder.catalog.visible import columns_of
from site_builder.model import Article
from site_builder.text import fold

Item = TypeVar("Item")

# What the taxa are made of.
_FIELDS = {"category": "category", "tag": "tags", "author": "authors", "source": "source"}

_TAXA = {"category": "categories", "tag": "tags", "author": "authors", "source": "sources"}


def with_piece(catalog: Catalog, old: Article | None, new: Article | None) -> Catalog | None:
    """``catalog`` with the visible piece ``new`` for ``old``; None for a piece that was, or is, not visible.

    The pieces' files, their images and the documents are taken to be what they were, and imported reader counts
    to be none.  What is equal is shared with ``catalog``.
    """
    piece = new or old
    assert piece is not None
    articles = list(catalog.articles)
    place = bisect_left(articles, (piece.timestamp, piece.path), key=lambda other: (other.timestamp, other.path))
    if old is not None and new is not None:
        if (old.timestamp, old.path, old.lang) != (new.timestamp, new.path, new.lang):
            return None
    elif place != len(articles) - (new is None):
        return None
    articles[place : place + (old is not None)] = [new] if new else []
    if len(catalog.views) != len(catalog.articles):
        # Two pieces at one address: a problem that is told elsewhere.
        return None

    changed = msgspec.structs.replace(catalog, articles=articles)
    there = old is not None and new is not None
    kinds = [kind for kind, field in _FIELDS.items() if not there or getattr(old, field) != getattr(new, field)]
    renamed = _renamed(changed, catalog, kinds) if kinds else changed
    if renamed is None:
        return None
    local = list(catalog.local)
    local[place : place + (old is not None)] = [new.timestamp.astimezone(catalog.zone)] if new else []
    shown = [new] if new else []
    changed = msgspec.structs.replace(
        renamed,
        local=local,
        paths=_replaced(catalog.paths, place, old, [article.path for article in shown]),
        langs=_replaced(catalog.langs, place, old, [article.lang for article in shown]),
        changed=_replaced(catalog.changed, place, old, [article.updated or article.timestamp for article in shown]),
        policies=_replaced(
            catalog.policies, place, old, policies_of(columns_of(shown), renamed.folds["source"], catalog.config)
        ),
        aliased=_aliased(catalog.aliased, place, new),
        **_dates(catalog, place, piece, old, new),
    )
    return _shown(changed, catalog, place, old, new)


def _aliased(before: dict[int, tuple[str, ...]], place: int, new: Article | None) -> dict[int, tuple[str, ...]]:
    aliases = new.aliases if new else ()
    if before.get(place, ()) == aliases:
        return before
    others = {index: found for index, found in before.items() if index != place}
    return dict(sorted((others | {place: aliases}).items())) if aliases else others


def _renamed(changed: Catalog, before: Catalog, kinds: Collection[str]) -> Catalog | None:
    """The taxa of ``changed.articles``; None where those of other pieces have another name or address now."""
    taxa, folds = taxonomies(columns_of(changed.articles), changed.config, changed.addresses, kinds)
    found = {kind: getattr(before, field) for kind, field in _TAXA.items()} | taxa
    # Cards name them.
    if not _same_terms(before.categories, found["category"]) or not _same_terms(before.tags, found["tag"]):
        return None
    named = {field: found[kind] for kind, field in _TAXA.items()}
    return msgspec.structs.replace(changed, folds=before.folds | folds, **named)


def _same_terms(before: dict[str, Taxon], now: dict[str, Taxon]) -> bool:
    return all(
        (taxon.term, taxon.slug) == (now[folded].term, now[folded].slug)
        for folded, taxon in before.items()
        if folded in now
    )


def _dates(
    catalog: Catalog, place: int, piece: Article, old: Article | None, new: Article | None
) -> dict[str, dict[int, list[int]] | dict[tuple[int, int], list[int]]]:
    """Years and months after the newest piece has come or gone."""
    if old is not None and new is not None:
        return {}
    when = piece.timestamp.astimezone(catalog.zone)
    return {
        "years": _moved(catalog.years, when.year, place, new is not None),
        "months": _moved(catalog.months, (when.year, when.month), place, new is not None),
    }


Key = TypeVar("Key")


def _moved(members: dict[Key, list[int]], key: Key, index: int, there: bool) -> dict[Key, list[int]]:
    """``members`` with ``index`` among those of ``key``, or not among them."""
    others = [member for member in members.get(key, ()) if member != index]
    if there:
        insort(others, index)
    found = dict(members)
    if others:
        found[key] = others
    else:
        found.pop(key, None)
    return found


def _replaced(items: Sequence[Item], place: int, old: Article | None, item: list[Item]) -> list[Item]:
    copy = list(items)
    copy[place : place + (old is not None)] = item
    return copy


def _shown(changed: Catalog, before: Catalog, place: int, old: Article | None, new: Article | None) -> Catalog | None:
    """The lists of one item a piece, and what is made of them."""
    permalinks, cards, traits = [], [], []
    if new is not None:
        permalink, card = card_of(changed, new, changed.local[place])
        permalinks, cards = [permalink], [card]
        tags = tuple(dict.fromkeys(map(fold, new.tags)))
        traits = [(fold(new.category), tags, int(new.timestamp.timestamp()))]
    views = dict(before.views)
    if old is not None:
        del views[before.cards[place].url]
    if new is not None:
        if cards[0].url in views:
            return None
        views[cards[0].url] = new.views
    by = ranking_of(changed.config, changed.instant)
    scores = [score(new.views, changed.local[place].toordinal(), {}, by) if by.by_day else new.views] if new else []
    all_scores = _replaced(before.scores, place, old, scores)
    all_permalinks = _replaced(before.permalinks, place, old, permalinks)
    pins, problems = before.pins, list(before.problems)
    if old is None or new is None or _pinned(old, before.permalinks[place]) != _pinned(new, permalinks[0]):
        pins, problems = resolve_pins(changed.articles, all_permalinks)
    all_cards = _replaced(before.cards, place, old, cards)
    links, warnings = before.links, list(before.warnings)
    if links or (new is not None and new.links):
        all_urls = [card.url for card in all_cards]
        links, warnings = resolve_links(changed.articles, all_urls, changed.documents, changed.addresses)
    linking = before.linking - {place}
    return msgspec.structs.replace(
        changed,
        permalinks=all_permalinks,
        cards=all_cards,
        traits=Traits(
            category=_replaced(before.traits.category, place, old, [found[0] for found in traits]),
            tags=_replaced(before.traits.tags, place, old, [found[1] for found in traits]),
            second=_replaced(before.traits.second, place, old, [found[2] for found in traits]),
        ),
        postings=_posted(before, place, old, new, traits),
        pins=pins,
        links=links,
        linking=linking | {place} if new is not None and new.links else linking,
        views=views,
        scores=all_scores,
        leaders=leaders(all_scores, range(len(all_scores)), changed.config.listings.most_read),
        problems=tuple(problems),
        warnings=tuple(warnings),
    )


def _pinned(article: Article, permalink: str) -> tuple[object, ...]:
    """What pins of the piece and pins to it depend on."""
    return article.related, article.next, permalink, article.places


def _posted(
    before: Catalog,
    place: int,
    old: Article | None,
    new: Article | None,
    traits: list[tuple[str, tuple[str, ...], int]],
) -> dict[str, Postings]:
    piece = new or old
    assert piece is not None
    postings = dict(before.postings)
    found = postings.get(piece.lang) or Postings([], [], {}, {})
    everything, seconds, categories, tags = found.everything, found.seconds, found.categories, found.tags
    if old is not None:
        categories = _moved(categories, before.traits.category[place], place, there=False)
        for tag in before.traits.tags[place]:
            tags = _moved(tags, tag, place, there=False)
    if new is not None:
        category, carried, second = traits[0]
        categories = _moved(categories, category, place, there=True)
        for tag in carried:
            tags = _moved(tags, tag, place, there=True)
        if old is None:
            everything, seconds = [*everything, place], [*seconds, second]
    elif old is not None:
        everything, seconds = everything[:-1], seconds[:-1]
    if everything:
        postings[piece.lang] = Postings(everything, seconds, categories, tags)
    else:
        postings.pop(piece.lang, None)
    return postings
