"""A sequence whose items are made when they are asked for: a catalog of a large archive stays small.

In: what makes an item.  Out: a sequence that looks like a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, overload

Item = TypeVar("Item")


class Made(Sequence[Item]):
    """``length`` items that ``make`` makes by index; up to ``held`` of them are kept, each then being one object."""

    def __init__(self, length: int, make: Callable[[int], Item], held: int = 0) -> None:
        self._length = length
        self._make = make
        self._limit = held
        self._held: dict[int, Item] = {}

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> list[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | list[Item]:
        if isinstance(index, slice):
            return [self[inside] for inside in range(self._length)[index]]
        found = self._held.get(index)
        if found is not None:
            return found
        if not -self._length <= index < self._length:
            raise IndexError(index)
        place = index % self._length
        item = self._make(place)
        if self._limit:
            if len(self._held) >= self._limit:
                self._held.clear()
            self._held[place] = item
        return item

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Item]:
        return map(self.__getitem__, range(self._length))
