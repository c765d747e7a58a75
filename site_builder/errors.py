"""Problems: what an editor is told when the content or the site is at fault.

In: a place, what was found, what is expected.  Out: one line a person can act on.
Anything that is not a :class:`SiteError` is a bug of the package and keeps its traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import msgspec


class Problem(msgspec.Struct, frozen=True, order=True):
    """One fault of the content, a template or the configuration.

    ``path`` is relative to the site; ``line`` and ``column`` count from 1, 0 where unknown.
    """

    path: str
    line: int = 0
    column: int = 0
    message: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = self.path
        if self.line:
            place += f":{self.line}:{self.column or 1}"
        text = f"{place}: {self.message}" if place else self.message
        return f"{text}. {self.hint}" if self.hint else text


class SiteError(Exception):
    """The content or the site is at fault; carries every problem found, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))

    def __reduce__(self) -> tuple[type[SiteError], tuple[tuple[Problem, ...]]]:
        return (SiteError, (self.problems,))


_AT_A_GLANCE = 40


def nearest(found: str, valid: Iterable[str]) -> str:
    """The valid name that ``found`` may be misspelt for; '' where none is near."""
    by_folded = {name.casefold(): name for name in sorted(valid)}
    near = difflib.get_close_matches(found.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else ""


def did_you_mean(found: str, valid: Iterable[str]) -> str:
    """The hint for a misspelt name: the nearest valid one, else all of them, if they can be read at a glance.

    A sentence, no final dot needed.
    """
    names = sorted(valid)
    if near := nearest(found, names):
        return f"Did you mean '{near}'?"
    return f"Valid: {', '.join(names)}" if 0 < len(names) <= _AT_A_GLANCE else ""
