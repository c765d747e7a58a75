"""Related reading and the next article: from the catalog's order and taxa to indices of articles.

The score of a piece j for the list of a piece i is a whole number, the sum of

- for each tag that both carry: ``TAG`` x rarity, the rarity of a tag being the bit length of
  (pieces not newer than i) // (of these, pieces that carry the tag);
- ``CATEGORY`` where both are in one category;
- nearness in time: 8 on the same day, one less each time that the distance in days doubles.

Ties go to the newer piece.  Lists are *causal*: all counts are as of i's own instant and newer pieces
are no candidates, so publishing a piece changes no list that is out already.  Steps in powers of two
keep lists still where counts drift by one (a correction in the archive).

Candidates are the ``WINDOW`` latest carriers of each tag and the latest pieces of the category and of
the site, which bounds the work for a piece however many carry its tags, and makes the fallback:
a piece that shares nothing but the category scores more than one that is only near in time.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

import msgspec

TAG = 3
CATEGORY = 9
NEARNESS = 8
WINDOW = 64
DAY = 86_400


class Postings(msgspec.Struct, frozen=True):
    """The visible articles of one language: each list holds indices, oldest first.

    ``seconds`` are the timestamps of ``everything`` (Unix time).
    """

    everything: list[int]
    seconds: list[int]
    categories: dict[str, list[int]]
    tags: dict[str, list[int]]


class Traits(msgspec.Struct, frozen=True):
    """What counts of each article, by index: folded category, folded tags, timestamp (Unix time)."""

    category: Sequence[str]
    tags: Sequence[tuple[str, ...]]
    second: Sequence[int]


class Terms(msgspec.Struct, frozen=True):
    """The terms of one score: shared tags with their points, category points, nearness points."""

    tags: tuple[tuple[str, int], ...]
    category: int
    nearness: int

    @property
    def score(self) -> int:
        """The sum of the terms."""
        return sum(points for _, points in self.tags) + self.category + self.nearness


def rarity(pieces: int, carriers: int) -> int:
    """How rare a tag is that ``carriers`` of ``pieces`` carry: 1 for all of them, one more with each halving."""
    return (pieces // carriers).bit_length() if carriers else 0


def nearness(seconds: int) -> int:
    """Points for a distance in time: 8 within a day, 7 within two, 6 within four, …, 0 from 128 days on."""
    return max(0, NEARNESS - (abs(seconds) // DAY).bit_length())


def related(
    own: int,
    postings: Postings,
    traits: Traits,
    count: int,
    *,
    newer: bool = False,
    pins: Sequence[int] = (),
) -> list[int]:
    """The ``count`` best pieces for article ``own``, best first, ``pins`` before all.

    ``newer`` lets newer pieces be candidates (lists then change as pieces are published).
    """
    scores = _candidates(own, postings, traits, count + 1 + len(pins), newer)
    for index in (own, *pins):
        scores.pop(index, None)
    wanted = count - len(pins)
    if wanted <= 0 or not scores:
        return list(pins)[:count]

    same, category_of = traits.category[own], traits.category
    partial = {index: score + CATEGORY if category_of[index] == same else score for index, score in scores.items()}
    # Only those that nearness can lift into the list need its computation.
    enough = sorted(partial.values(), reverse=True)[:wanted][-1] - NEARNESS
    second, seconds = traits.second, traits.second[own]
    ranked = sorted(
        [
            (score + max(0, NEARNESS - (abs(seconds - second[index]) // DAY).bit_length()), index)
            for index, score in partial.items()
            if score >= enough
        ],
        reverse=True,
    )
    return [*pins, *[index for _, index in ranked[:wanted]]]


def _candidates(own: int, postings: Postings, traits: Traits, spare: int, newer: bool) -> dict[int, int]:
    """The points for shared tags of every candidate."""
    everything = postings.everything
    cut = len(everything) if newer else bisect_right(postings.seconds, traits.second[own])
    last = everything[cut - 1]
    scores: dict[int, int] = {}
    get = scores.get
    cut_short: list[tuple[str, int, int]] = []
    for tag in traits.tags[own]:
        carriers = postings.tags[tag]
        end = len(carriers) if newer else bisect_right(carriers, last)
        points = TAG * rarity(cut, end)
        window = carriers[end - WINDOW : end] if end > WINDOW else carriers[:end]
        if end > WINDOW:
            cut_short.append((tag, window[0], points))
        for index in window:
            scores[index] = get(index, 0) + points
    category = postings.categories[traits.category[own]]
    end = len(category) if newer else bisect_right(category, last)
    for index in category[max(0, end - spare) : end]:
        scores.setdefault(index, 0)
    for index in everything[max(0, cut - spare) : cut]:
        scores.setdefault(index, 0)
    # A candidate by one tag may carry another whose window does not reach back to it.
    for tag, oldest, points in cut_short:
        for index in scores:
            if index < oldest and tag in traits.tags[index]:
                scores[index] += points
    return scores


def terms(own: int, other: int, postings: Postings, traits: Traits, *, newer: bool = False) -> Terms:
    """The terms of the score of ``other`` for the list of ``own``."""
    cut = len(postings.everything) if newer else bisect_right(postings.seconds, traits.second[own])
    last = postings.everything[cut - 1]
    shared = []
    for tag in traits.tags[own]:
        if tag in traits.tags[other]:
            carriers = postings.tags[tag]
            end = len(carriers) if newer else bisect_right(carriers, last)
            shared.append((tag, TAG * rarity(cut, end)))
    return Terms(
        tags=tuple(shared),
        category=CATEGORY if traits.category[own] == traits.category[other] else 0,
        nearness=nearness(traits.second[own] - traits.second[other]),
    )


def next_article(own: int, pools: Iterable[Sequence[int]], shown: Sequence[int]) -> int | None:
    """The newest piece before ``own`` (in the order of lists) and not ``shown``, of the first pool that has one."""
    for pool in pools:
        for position in range(bisect_left(pool, own) - 1, -1, -1):
            if pool[position] not in shown:
                return pool[position]
    return None
