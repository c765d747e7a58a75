"""Lists in which one item came or is gone, and lists of indices into them.

In: a list, a place.  Out: another list: none is changed, and where nothing moves it is the same one.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Key = TypeVar("Key")


def cut(items: Sequence[Item], place: int) -> list[Item]:
    """``items`` without the one at ``place``."""
    return [*items[:place], *items[place + 1 :]]


def put(items: Sequence[Item], place: int, item: Item) -> list[Item]:
    """``items`` with ``item`` at ``place``."""
    return [*items[:place], item, *items[place:]]


def taken_out(indices: list[int], place: int) -> list[int]:
    """``indices`` (in order) without ``place``, those behind it one less."""
    start = bisect_left(indices, place)
    if start == len(indices):
        return indices
    behind = start + (indices[start] == place)
    return [*indices[:start], *[index - 1 for index in indices[behind:]]]


def put_in(indices: list[int], place: int, *, there: bool) -> list[int]:
    """``indices`` (in order), those from ``place`` on one more; with ``place`` itself where it is ``there``."""
    start = bisect_left(indices, place)
    if start == len(indices) and not there:
        return indices
    return [*indices[:start], *([place] if there else []), *[index + 1 for index in indices[start:]]]


def set_out(indices: frozenset[int], place: int) -> frozenset[int]:
    """As :func:`taken_out`, for a set."""
    return frozenset(index - (index > place) for index in indices if index != place)


def all_out(groups: dict[Key, list[int]], place: int) -> dict[Key, list[int]]:
    """As :func:`taken_out`, for each of ``groups``; those that are empty then are left out."""
    return {key: left for key, indices in groups.items() if (left := taken_out(indices, place))}


def all_in(groups: dict[Key, list[int]], place: int, keys: Iterable[Key]) -> dict[Key, list[int]]:
    """As :func:`put_in`, for each of ``groups``; ``place`` is in those of ``keys``."""
    found = {key: put_in(indices, place, there=False) for key, indices in groups.items()}
    for key in keys:
        found[key] = list(found.get(key, ()))
        insort(found[key], place)
    return found
