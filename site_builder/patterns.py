"""Patterns of the configuration, compiled: how instants are written and how addresses are made.

In: a pattern as text.  Out: a function.  Raises :class:`ValueError` with a sentence for the editor.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

_DIRECTIVE = re.compile(r"%(-?)(.)", re.DOTALL)

# strftime directives that mean the same everywhere: names of days and months would follow the machine's locale.
_PADDED = {"Y": ("year", 4), "m": ("month", 2), "d": ("day", 2), "H": ("hour", 2), "M": ("minute", 2)}
_PADDED |= {"S": ("second", 2)}


def whole_minutes(local: datetime) -> datetime:
    """The same instant at an offset of whole minutes: RFC 3339 §5.6 and RFC 5322 §3.3 can write no other.

    Before standard time came, clocks showed each place's own solar time.
    """
    offset = local.utcoffset() or timedelta()
    seconds = offset.seconds % 60
    if not seconds:
        return local
    # The first minute of all has none before it.
    near = offset + timedelta(seconds=60 - seconds if local.year == 1 else -seconds)
    return local.astimezone(timezone(near))


def timestamp_pattern(pattern: str) -> Callable[[datetime], str]:
    """A function that writes a local datetime as ``pattern`` says.

    Directives are those of strftime (C17 §7.27.3.5): ``%Y %m %d %H %M %S``, with ``-`` unpadded
    (``%-m``), ``%z`` as ``+0800`` and ``%%``.
    """

    def piece(match: re.Match[str]) -> str:
        unpadded, letter = match.groups()
        if letter == "%" and not unpadded:
            return "%"
        if letter == "z" and not unpadded:
            return "{t:%z}"
        if letter in _PADDED:
            name, width = _PADDED[letter]
            return f"{{t.{name}}}" if unpadded else f"{{t.{name}:0{width}}}"
        valid = " ".join(f"%{name}" for name in (*_PADDED, "z"))
        raise ValueError(f"'{match.group()}' is no directive; known are {valid}, with '-' unpadded (%-m), and %%")

    if pattern.rstrip("%").count("%") != pattern.count("%") and (len(pattern) - len(pattern.rstrip("%"))) % 2:
        raise ValueError("a single '%' at the end; write %% for the character")
    literal_braces = pattern.replace("{", "{{").replace("}", "}}")
    template = _DIRECTIVE.sub(piece, literal_braces)

    has_offset = "{t:%z}" in template

    def write(instant: datetime) -> str:
        return template.format(t=whole_minutes(instant) if has_offset else instant)

    return write


_LANGUAGE = re.compile(r"(?:[A-Za-z]{2,8}|[xX](?=-))(?:-[A-Za-z0-9]{1,8}){0,8}").fullmatch


def is_language(tag: str) -> bool:
    """Whether ``tag`` has the form of a language tag (RFC 5646 §2.1; grandfathered tags are left out)."""
    return _LANGUAGE(tag) is not None


_FIELD = re.compile(r"\{([^{}]*)\}")


def _address_pattern(pattern: str, fields: frozenset[str]) -> str:
    if not pattern.startswith("/") or not pattern.endswith(("/", ".html")):
        raise ValueError(f"'{pattern}' must start with '/' and end with '/' or '.html'")
    for name in _FIELD.findall(pattern):
        if name not in fields:
            raise ValueError(f"unknown field '{{{name}}}'; known are {', '.join(f'{{{f}}}' for f in sorted(fields))}")
    if "{slug}" not in pattern:
        raise ValueError(f"'{pattern}' must hold {{slug}}: without it all would have one address")
    rest = _FIELD.sub("x", pattern)
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*/?", rest) or "/../" in rest + "/" or "/./" in rest + "/":
        raise ValueError(f"'{pattern}' may hold letters, digits, '-', '_', '.', '~' and fields between slashes")
    return pattern


def article_pattern(pattern: str) -> str:
    """``pattern``, checked: ``{slug}`` is needed; ``{year} {month} {day} {category}`` may stand in it."""
    return _address_pattern(pattern, frozenset(("year", "month", "day", "category", "slug")))


def listing_pattern(pattern: str) -> str:
    """``pattern``, checked: ``{slug}`` is needed."""
    return _address_pattern(pattern, frozenset(("slug",)))
