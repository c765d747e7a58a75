"""A list of articles cut into pages so that publishing one piece changes O(1) of them.

Pages are numbered from the oldest and hold exactly n pieces; the landing page shows the newest n to
2n-1 and has no number.  A page that is full never changes again.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Slice(msgspec.Struct, frozen=True):
    """Page ``number`` (0: the landing page) shows ``members[start:stop]`` of the list, which runs oldest first."""

    number: int
    start: int
    stop: int
    newer: int | None
    older: int | None


def slices(length: int, per_page: int) -> list[Slice]:
    """The pages of a list of ``length`` pieces, landing page first, then from the oldest; at least the landing page."""
    numbered = max(0, length // per_page - 1)
    pages = [Slice(0, numbered * per_page, length, None, numbered or None)]
    for number in range(1, numbered + 1):
        newer = number + 1 if number < numbered else 0
        older = number - 1 if number > 1 else None
        pages.append(Slice(number, (number - 1) * per_page, number * per_page, newer, older))
    return pages


def newest_first(members: Sequence[int], page: Slice) -> list[int]:
    """What ``page`` shows of ``members``."""
    return list(members[page.start : page.stop])[::-1]
