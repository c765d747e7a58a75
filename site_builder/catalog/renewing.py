"""A catalog in which one piece came, went or is another one now: equal to one made anew, in a fraction of the time.

In: a catalog, the piece as it was and as it is.  Out: the catalog, or None where so much moves that making it
anew is as fast: where other pieces get another name or address.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

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
Key = TypeVar("Key")

# The names that taxa are made of.
_NAMES: dict[str, Callable[[Article], tuple[str, ...]]] = {
    "category": lambda article: (article.category,),
    "tag": lambda article: article.tags,
    "author": lambda article: article.authors,
    "source": lambda article: (article.source,) if article.source else (),
}
_TAXA = {"category": "categories", "tag": "tags", "author": "authors", "source": "sources"}
# What a piece's place in lists depends on.
_PLACING = ("timestamp", "path", "lang", "category", "tags", "authors", "source")


def place_of(catalog: Catalog, piece: Article) -> int:
    """The index of a visible piece, or the one that it would get."""
    return bisect_left(catalog.articles, (piece.timestamp, piece.path), key=lambda other: (other.timestamp, other.path))


def with_piece(catalog: Catalog, old: Article | None, new: Article | None) -> Catalog | None:
    """``catalog`` with the visible piece ``new`` for ``old``; None for a piece that was, or is, not visible.

    The files that are hidden, images and documents are taken to be what they were, and imported reader counts to be
    none.  What is equal is shared with ``catalog``.
    """
    if len(catalog.views) != len(catalog.articles):
        # Two pieces at one address: a problem that is told elsewhere.
        return None
    if old is not None and new is not None and all(getattr(old, name) == getattr(new, name) for name in _PLACING):
        return _finished(catalog, catalog, place_of(catalog, old), old, new)
    if old is not None:
        without = _without(catalog, old)
        if without is None or new is None:
            return without
        catalog = without
    assert new is not None
    return _with(catalog, new)


def _without(catalog: Catalog, old: Article) -> Catalog | None:
    place = place_of(catalog, old)
    articles = _cut(catalog.articles, place)
    changed = _retaxed(msgspec.structs.replace(catalog, articles=articles), catalog, place, old, is_new=False)
    if changed is None:
        return None
    postings = {}
    for lang, found in catalog.postings.items():
        position = bisect_left(found.everything, place)
        is_own = lang == old.lang
        seconds = _cut(found.seconds, position) if is_own else found.seconds
        everything = _out(found.everything, place)
        if everything:
            postings[lang] = Postings(
                everything, seconds, _all_out(found.categories, place), _all_out(found.tags, place)
            )
    traits = catalog.traits
    changed = msgspec.structs.replace(
        changed,
        paths=_cut(catalog.paths, place),
        langs=_cut(catalog.langs, place),
        changed=_cut(catalog.changed, place),
        policies=_cut(catalog.policies, place),
        aliased={index - (index > place): found for index, found in catalog.aliased.items() if index != place},
        awaited=_set_out(catalog.awaited, place),
        linking=_set_out(catalog.linking, place),
        local=_cut(catalog.local, place),
        years=_all_out(catalog.years, place),
        months=_all_out(catalog.months, place),
        traits=Traits(_cut(traits.category, place), _cut(traits.tags, place), _cut(traits.second, place)),
        postings=postings,
    )
    return _finished(changed, catalog, place, old, None)


def _with(catalog: Catalog, new: Article) -> Catalog | None:
    place = place_of(catalog, new)
    articles = _put(catalog.articles, place, new)
    changed = _retaxed(msgspec.structs.replace(catalog, articles=articles), catalog, place, new, is_new=True)
    if changed is None:
        return None
    when = new.timestamp.astimezone(catalog.zone)
    category, tags = fold(new.category), tuple(dict.fromkeys(map(fold, new.tags)))
    second = int(new.timestamp.timestamp())
    postings = {}
    for lang in dict.fromkeys((*catalog.postings, new.lang)):
        found = catalog.postings.get(lang) or Postings([], [], {}, {})
        is_own = lang == new.lang
        position = bisect_left(found.everything, place)
        postings[lang] = Postings(
            _in(found.everything, place, there=is_own),
            _put(found.seconds, position, second) if is_own else found.seconds,
            _all_in(found.categories, place, [category] if is_own else []),
            _all_in(found.tags, place, tags if is_own else []),
        )
    traits = catalog.traits
    changed = msgspec.structs.replace(
        changed,
        paths=_put(catalog.paths, place, new.path),
        langs=_put(catalog.langs, place, new.lang),
        changed=_put(catalog.changed, place, new.timestamp),
        policies=_put(catalog.policies, place, "none"),
        aliased={index + (index >= place): found for index, found in catalog.aliased.items()},
        awaited=frozenset(index + (index >= place) for index in catalog.awaited),
        linking=frozenset(index + (index >= place) for index in catalog.linking),
        local=_put(catalog.local, place, when),
        years=dict(sorted(_all_in(catalog.years, place, [when.year]).items())),
        months=dict(sorted(_all_in(catalog.months, place, [(when.year, when.month)]).items())),
        traits=Traits(
            _put(traits.category, place, category), _put(traits.tags, place, tags), _put(traits.second, place, second)
        ),
        postings=postings,
    )
    return _finished(changed, catalog, place, None, new)


# ---------------------------------------------------------------- lists, and indices in them


def _cut(items: Sequence[Item], place: int) -> list[Item]:
    return [*items[:place], *items[place + 1 :]]


def _put(items: Sequence[Item], place: int, item: Item) -> list[Item]:
    return [*items[:place], item, *items[place:]]


def _out(indices: list[int], place: int) -> list[int]:
    """``indices`` (in order) without ``place``, those behind it one less."""
    cut = bisect_left(indices, place)
    if cut == len(indices):
        return indices
    behind = cut + (indices[cut] == place)
    return [*indices[:cut], *[index - 1 for index in indices[behind:]]]


def _in(indices: list[int], place: int, *, there: bool) -> list[int]:
    """``indices`` (in order), those from ``place`` on one more; with ``place`` itself where it is ``there``."""
    cut = bisect_left(indices, place)
    if cut == len(indices) and not there:
        return indices
    return [*indices[:cut], *([place] if there else []), *[index + 1 for index in indices[cut:]]]


def _set_out(indices: frozenset[int], place: int) -> frozenset[int]:
    return frozenset(index - (index > place) for index in indices if index != place)


def _all_out(groups: dict[Key, list[int]], place: int) -> dict[Key, list[int]]:
    return {key: left for key, indices in groups.items() if (left := _out(indices, place))}


def _all_in(groups: dict[Key, list[int]], place: int, keys: Iterable[Key]) -> dict[Key, list[int]]:
    found = {key: _in(indices, place, there=False) for key, indices in groups.items()}
    for key in keys:
        found[key] = list(found.get(key, ()))
        insort(found[key], place)
    return found


# ---------------------------------------------------------------- names


def _retaxed(changed: Catalog, before: Catalog, place: int, piece: Article, *, is_new: bool) -> Catalog | None:
    """The taxa of ``changed.articles``; None where those of other pieces have another name or address now."""
    found: dict[str, Any] = {}
    folds = dict(before.folds)
    anew = []
    for kind, field in _TAXA.items():
        moved = _joined(kind, before, place, piece) if is_new else _left(kind, before, place, piece)
        if moved is None:
            anew.append(kind)
        else:
            found[field], folds[kind] = moved
    if anew:
        taxa, fresh = taxonomies(columns_of(changed.articles), changed.config, changed.addresses, anew)
        folds |= fresh
        found |= {_TAXA[kind]: taxa[kind] for kind in anew}
        # Cards name them.
        if any(not _same_terms(getattr(before, name), found[name]) for name in ("categories", "tags")):
            return None
    return msgspec.structs.replace(changed, folds=folds, **found)


def _same_terms(before: dict[str, Taxon], now: dict[str, Taxon]) -> bool:
    return all(
        (taxon.term, taxon.slug) == (now[folded].term, now[folded].slug)
        for folded, taxon in before.items()
        if folded in now
    )


Taxa = tuple[dict[str, Taxon], dict[str, str]]


def _joined(kind: str, before: Catalog, place: int, piece: Article) -> Taxa | None:
    """The taxa with one member more; None where that is the first one of any."""
    taxa: dict[str, Taxon] = getattr(before, _TAXA[kind])
    folds = before.folds[kind]
    names = _NAMES[kind](piece)
    own = {name: fold(name) for name in names}
    if any(folded not in taxa or place <= taxa[folded].members[0] for folded in own.values()):
        return None
    joined = frozenset(own.values())
    moved = {
        folded: _with_members(taxon, _in(taxon.members, place, there=folded in joined))
        for folded, taxon in taxa.items()
    }
    return moved, folds if own.keys() <= folds.keys() else folds | own


def _left(kind: str, before: Catalog, place: int, piece: Article) -> Taxa | None:
    """The taxa with one member less; None where that was the first one of any."""
    taxa: dict[str, Taxon] = getattr(before, _TAXA[kind])
    folds = before.folds[kind]
    names = _NAMES[kind]
    gone = set()
    for name in names(piece):
        members = taxa[folds[name]].members
        if members[0] == place:
            return None
        if not _is_carried(name, members, place, before.articles, names):
            gone.add(name)
    moved = {folded: _with_members(taxon, _out(taxon.members, place)) for folded, taxon in taxa.items()}
    return moved, {name: folded for name, folded in folds.items() if name not in gone} if gone else folds


def _is_carried(
    name: str,
    members: list[int],
    place: int,
    articles: Sequence[Article],
    names: Callable[[Article], Collection[str]],
) -> bool:
    """Whether another of ``members`` has the name in just this spelling."""
    return any(index != place and name in names(articles[index]) for index in reversed(members))


def _with_members(taxon: Taxon, members: list[int]) -> Taxon:
    return taxon if members is taxon.members else msgspec.structs.replace(taxon, members=members)


# ---------------------------------------------------------------- what is made of the piece


def _finished(
    changed: Catalog, before: Catalog, place: int, old: Article | None, new: Article | None
) -> Catalog | None:
    """``changed`` with all that is made of the piece itself, and of the order of all pieces."""
    articles, permalinks = list(before.articles), list(before.permalinks)
    cards, scores = list(before.cards), list(before.scores)
    views = dict(before.views)
    here = slice(place, place + (old is not None))
    if old is not None:
        del views[before.cards[place].url]
    if new is None:
        permalinks[here], cards[here], scores[here], articles[here] = [], [], [], []
    else:
        when = changed.local[place]
        permalink, card = card_of(changed, new, when)
        if card.url in views:
            return None
        views[card.url] = new.views
        by = ranking_of(changed.config, changed.instant)
        shown = score(new.views, when.toordinal(), {}, by) if by.by_day else new.views
        permalinks[here], cards[here], scores[here], articles[here] = [permalink], [card], [shown], [new]
    own = {} if new is None else _own(changed, place, new)
    pins, problems = before.pins, list(before.problems)
    is_pinned = bool(pins) or bool(problems) or (new is not None and bool(new.related or new.next))
    if is_pinned and (
        old is None or new is None or _pinned(old, before.permalinks[place]) != _pinned(new, permalinks[place])
    ):
        pins, problems = resolve_pins(articles, permalinks)
    links, warnings = before.links, list(before.warnings)
    if links or (new is not None and new.links):
        urls = [card.url for card in cards]
        links, warnings = resolve_links(articles, urls, changed.documents, changed.addresses)
    return msgspec.structs.replace(
        changed,
        **own,
        articles=articles,
        permalinks=permalinks,
        cards=cards,
        pins=pins,
        links=links,
        views=views,
        scores=scores,
        leaders=leaders(scores, range(len(scores)), changed.config.listings.most_read),
        problems=tuple(problems),
        warnings=tuple(warnings),
    )


def _own(catalog: Catalog, place: int, piece: Article) -> dict[str, Any]:
    """The columns of which the piece at ``place`` has an item, beside those that place it."""
    changed, policies = list(catalog.changed), list(catalog.policies)
    changed[place] = piece.updated or piece.timestamp
    policies[place : place + 1] = policies_of(columns_of([piece]), catalog.folds["source"], catalog.config)
    others = {index: found for index, found in catalog.aliased.items() if index != place}
    aliased = dict(sorted((others | {place: piece.aliases}).items())) if piece.aliases else others
    linking = catalog.linking - {place}
    return {
        "changed": changed,
        "policies": policies,
        "aliased": aliased,
        "linking": linking | {place} if piece.links else linking,
    }


def _pinned(article: Article, permalink: str) -> tuple[object, ...]:
    """What pins of the piece and pins to it depend on."""
    return article.related, article.next, permalink, article.places
