"""Pins: the articles that a piece's ``related`` and ``next`` name, as indices.

A pin is a content path (``content/2019/kapok.md``, with or without ``content/`` and the ending) or the
address of the piece on the site (``/2019/06/kapok/``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from site_builder.errors import Problem, did_you_mean
from site_builder.model import Outline

# Nearest names cost quadratic time; beyond this many articles the hint is left out.
_SUGGEST_UP_TO = 5_000
# Nor for more pins than these: a migrated archive may have a wrong one in every piece.
_SUGGESTIONS = 10
_ENDINGS = (".md", ".markdown")


class Pins(msgspec.Struct, frozen=True):
    """Indices of the pinned articles."""

    related: tuple[int, ...] = ()
    next: int | None = None


def resolve_pins(articles: Sequence[Outline], permalinks: Sequence[str]) -> tuple[dict[int, Pins], list[Problem]]:
    """Pins by index of the article that carries them, and a problem for each that names no visible article."""
    pinning = [index for index, article in enumerate(articles) if article.related or article.next]
    if not pinning:
        return {}, []
    by_name: dict[str, int] = {}
    for index, article in enumerate(articles):
        by_name[_name(article.path)] = index
        by_name[permalinks[index]] = index
    # The file that a pin names to the ending, where two differ in nothing else.
    by_name.update((article.path, index) for index, article in enumerate(articles))
    problems: list[Problem] = []

    def resolve(article: Outline, key: str, pin: str) -> int | None:
        found = by_name.get(pin)
        if found is None and not pin.startswith("/"):
            found = by_name.get("content/" + pin.removeprefix("content/"))
            if found is None:
                found = by_name.get(_name(pin))
        if found is None and pin.startswith("/"):
            found = by_name.get(pin + "/")
        place = next((place for place in article.places if place.key == key), None)
        line, column = (place.line, place.column) if place else (1, 1)
        if found is None:
            wanted = len(articles) <= _SUGGEST_UP_TO and len(problems) < _SUGGESTIONS
            known = [other.path for other in articles if other is not article] if wanted else []
            hint = did_you_mean(pin, known) if known else ""
            if not hint.startswith("Did"):
                hint = "Expected a content path such as content/2019/kapok.md, or an address such as /2019/06/kapok/"
            problems.append(
                Problem(article.path, line, column, f"{key}: '{pin}' names no article that readers can see", hint)
            )
        elif articles[found].path == article.path:
            problems.append(Problem(article.path, line, column, f"{key}: a piece cannot name itself"))
        return found

    pins: dict[int, Pins] = {}
    for index in pinning:
        article = articles[index]
        related = [resolve(article, "related", pin) for pin in article.related]
        pins[index] = Pins(
            tuple(dict.fromkeys(found for found in related if found is not None)),
            resolve(article, "next", article.next) if article.next else None,
        )
    return pins, problems


def without_pins_to(article: Outline, unread: Collection[str]) -> Outline:
    """``article`` without the pins that may mean one of the pieces at ``unread``, whose addresses nobody knows."""
    names = {_name(path) for path in unread}

    def is_sure(pin: str) -> bool:
        return not pin.startswith("/") and _name(pin) not in names

    wanted = article.next if article.next and is_sure(article.next) else ""
    return msgspec.structs.replace(article, related=tuple(filter(is_sure, article.related)), next=wanted)


def _name(path: str) -> str:
    name = path.removeprefix("content/")
    return next((name[: -len(ending)] for ending in _ENDINGS if name.lower().endswith(ending)), name)
