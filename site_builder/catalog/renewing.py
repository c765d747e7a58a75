"""A catalog in which one piece came, went or is another one now: equal to one made anew, in a fraction of the time.

In: a catalog, the piece as it was and as it is.  Out: the catalog, or None where so much moves that making it
anew is as fast: where other pieces get another name or address.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

import msgspec

from site_builder.catalog.catalog import Catalog, card_of, leaders
from site_builder.catalog.links import resolve_links
from site_builder.catalog.most_read import ranking_of, score
from site_builder.catalog.pins import resolve_pins
from site_builder.catalog.related import Postings, Traits
from site_builder.catalog.retaxing import retaxed
from site_builder.catalog.shifting import all_in, all_out, cut, put, put_in, set_out, taken_out
from site_builder.catalog.taxonomy import policies_of
from site_builder.catalog.visible import columns_of
from site_builder.model import Article
from site_builder.text import fold, language_of

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
    articles = cut(catalog.articles, place)
    changed = retaxed(msgspec.structs.replace(catalog, articles=articles), catalog, place, old, is_new=False)
    if changed is None:
        return None
    postings = {}
    for lang, found in catalog.postings.items():
        position = bisect_left(found.everything, place)
        is_own = lang == language_of(old.lang)
        seconds = cut(found.seconds, position) if is_own else found.seconds
        everything = taken_out(found.everything, place)
        if everything:
            postings[lang] = Postings(everything, seconds, all_out(found.categories, place), all_out(found.tags, place))
    traits = catalog.traits
    changed = msgspec.structs.replace(
        changed,
        paths=cut(catalog.paths, place),
        langs=cut(catalog.langs, place),
        changed=cut(catalog.changed, place),
        policies=cut(catalog.policies, place),
        aliased={index - (index > place): found for index, found in catalog.aliased.items() if index != place},
        awaited=set_out(catalog.awaited, place),
        linking=set_out(catalog.linking, place),
        local=cut(catalog.local, place),
        years=all_out(catalog.years, place),
        months=all_out(catalog.months, place),
        traits=Traits(cut(traits.category, place), cut(traits.tags, place), cut(traits.second, place)),
        postings=postings,
    )
    return _finished(changed, catalog, place, old, None)


def _with(catalog: Catalog, new: Article) -> Catalog | None:
    place = place_of(catalog, new)
    articles = put(catalog.articles, place, new)
    changed = retaxed(msgspec.structs.replace(catalog, articles=articles), catalog, place, new, is_new=True)
    if changed is None:
        return None
    when = new.timestamp.astimezone(catalog.zone)
    category, tags = fold(new.category), tuple(dict.fromkeys(map(fold, new.tags)))
    second = int(new.timestamp.timestamp())
    postings = {}
    own = language_of(new.lang)
    for lang in dict.fromkeys((*catalog.postings, own)):
        found = catalog.postings.get(lang) or Postings([], [], {}, {})
        is_own = lang == own
        position = bisect_left(found.everything, place)
        postings[lang] = Postings(
            put_in(found.everything, place, there=is_own),
            put(found.seconds, position, second) if is_own else found.seconds,
            all_in(found.categories, place, [category] if is_own else []),
            all_in(found.tags, place, tags if is_own else []),
        )
    traits = catalog.traits
    changed = msgspec.structs.replace(
        changed,
        paths=put(catalog.paths, place, new.path),
        langs=put(catalog.langs, place, own),
        changed=put(catalog.changed, place, new.timestamp),
        policies=put(catalog.policies, place, "none"),
        aliased={index + (index >= place): found for index, found in catalog.aliased.items()},
        awaited=frozenset(index + (index >= place) for index in catalog.awaited),
        linking=frozenset(index + (index >= place) for index in catalog.linking),
        local=put(catalog.local, place, when),
        years=dict(sorted(all_in(catalog.years, place, [when.year]).items())),
        months=dict(sorted(all_in(catalog.months, place, [(when.year, when.month)]).items())),
        traits=Traits(
            put(traits.category, place, category), put(traits.tags, place, tags), put(traits.second, place, second)
        ),
        postings=postings,
    )
    return _finished(changed, catalog, place, None, new)


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
