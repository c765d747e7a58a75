"""Most read: from counts by day to one whole number a piece, the same on every machine.

The score of a piece is the sum, over the days of the window, of (views of the day) x (weight of the day's age).
An age is counted in days of the site's zone, so scores change at midnight there and at no other instant.
Views that came with the front matter (from the old system) count as views of the day of publication.

A weight is ``floor(2**20 * 2**(-age / half_life))``, computed in whole numbers: the last bit of a floating-point
power is not the same on every machine, and a tie decided by it would be another page.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from site_builder.config import SiteConfig

UNIT_BITS = 20
# Days that a window reaches back, the day of the instant included: 24 hours lie in two days.
DAYS = {"24h": 2, "7d": 7}


class Ranking(msgspec.Struct, frozen=True):
    """What scores are made with: the ordinal days that count, and the half-life in days (0: none)."""

    last: int
    first: int
    half_life: int

    @property
    def unit(self) -> int:
        """What a view of the last day is worth."""
        return 1 << UNIT_BITS if self.half_life else 1

    @property
    def by_day(self) -> bool:
        """Whether it matters on which day the views came."""
        return self.first > 0


class Term(msgspec.Struct, frozen=True):
    """One day's part of a score; ``weight`` is in units of ``2**-20`` where views decay, 1 where they do not."""

    day: int
    views: int
    weight: int
    seed: bool = False

    @property
    def points(self) -> int:
        """What the day adds to the score."""
        return self.views * self.weight


def ranking(window: str, half_life: int, last: int) -> Ranking:
    """The ranking of a window (``24h``, ``7d``, ``all``) as of the ordinal day ``last``."""
    first = last - DAYS[window] + 1 if window in DAYS else 0
    if half_life:
        # Older views weigh nothing.
        first = max(first, last - UNIT_BITS * half_life, 1)
    return Ranking(last, first, half_life)


@functools.cache
def weight(age: int, half_life: int) -> int:
    """The weight of views that came ``age`` days ago."""
    if age > UNIT_BITS * half_life:
        return 0
    return _root(1 << (UNIT_BITS * half_life - age), half_life)


def _root(number: int, degree: int) -> int:
    """The whole part of the ``degree``-th root of ``number``: Newton's iteration, from above."""
    guess = 1 << -(-number.bit_length() // degree)
    while True:
        better = ((degree - 1) * guess + number // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better


def ranking_of(config: SiteConfig, instant: datetime) -> Ranking:
    """The ranking that ``config`` asks for, as of ``instant``."""
    local = instant.astimezone(ZoneInfo(config.site.timezone))
    return ranking(config.views.window, config.views.half_life, local.toordinal())


def terms(seed: int, published: int, days: Mapping[int, int], by: Ranking) -> list[Term]:
    """The terms of a score, newest day first: ``seed`` views on the day ``published``, and ``days`` by ordinal day."""
    found = [Term(day, views, _weight(day, by)) for day, views in days.items() if by.first <= day <= by.last]
    if seed and by.first <= published:
        found.append(Term(published, seed, _weight(published, by), seed=True))
    return sorted(found, key=lambda term: (-term.day, term.seed))


def _weight(day: int, by: Ranking) -> int:
    # A piece that is not published yet, shown as a draft, has no negative age.
    return weight(max(0, by.last - day), by.half_life) if by.half_life else 1


def score(seed: int, published: int, days: Mapping[int, int], by: Ranking) -> int:
    """The sum of the terms' points."""
    return sum(term.points for term in terms(seed, published, days, by))
