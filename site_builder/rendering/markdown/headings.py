"""Headings of a body: below the page's own, each with an address, listed for a table of contents."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable

from site_builder.model import Heading
from site_builder.rendering.markdown.raw import ATTRIBUTES, attribute, value_of
from site_builder.text import MAX_SLUG, slug_of

TOC_LEVELS = (2, 3)

_HEADING = re.compile(f"<[hH]([1-6])({ATTRIBUTES})>(.*?)</[hH]\\1\\s*>", re.DOTALL)
_ID = re.compile(' id="([^"]*)"').findall
_ANY_ID = re.compile(r"""\sid\s*=\s*["']?([^\s"'>]+)""", re.IGNORECASE).findall
# What is part of a heading and not of its text: marks of footnotes, links to the heading itself, tags.
_NOT_TEXT = re.compile(
    r"""<sup\s[^>]*?(?:\bid="fnref|class="footnote-ref).*?</sup>|<a\s[^>]*?class="headerlink".*?</a>|<[^>]*>""",
    re.DOTALL,
)

# ASCII of which a slug is just its words: no entity, no thousands separator.
_WORDS = re.compile("[a-z0-9]+").findall
_NOT_JUST_WORDS = re.compile(r"&|\d,\d").search


def heading_id(text: str) -> str:
    """The id for a heading's plain text: a slug, other scripts transliterated; ``section`` where nothing is left."""
    if text.isascii() and not _NOT_JUST_WORDS(text):
        slug = "-".join(_WORDS(text.lower()))
        if len(slug) <= MAX_SLUG:
            return slug or "section"
    return slug_of(text) if any(map(str.isalnum, text)) else "section"


class Ids:
    """The ids of one body: each that it gives is new."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._last: dict[str, int] = {}

    def free(self, name: str) -> str:
        """``name``, or with ``-2``, ``-3``, … where it is taken; taken from now on."""
        found = name
        number = self._last.get(name, 1)
        while found in self._taken:
            number += 1
            found = f"{name}-{number}"
        self._last[name] = number
        self._taken.add(found)
        return found


def with_headings(html: str, down: int = 0, *, sloppy: bool = False) -> tuple[str, tuple[Heading, ...]]:
    """``html`` with an id on each heading, all of them ``down`` levels lower; and its headings of level 2 and 3.

    An id that the author gave stays.  ``sloppy``: ``html`` is as authors write it, not as an engine does.
    """
    taken = _ANY_ID(html) if sloppy else _ID(html) if 'id="' in html else []
    ids = Ids(map(entities.unescape, taken))
    toc: list[Heading] = []

    def heading(match: re.Match[str]) -> str:
        number, attributes, inner = match.groups()
        level = min(6, int(number) + down)
        text = inner
        if "<" in text:
            text = _NOT_TEXT.sub("", text)
        if "&" in text:
            text = entities.unescape(text)
        text = " ".join(text.split())
        own = attribute(attributes, "id") if attributes else None
        name = entities.unescape(value_of(own)) if own else ""
        if not name:
            name = ids.free(heading_id(text))
            if own:
                attributes = attributes[: own.start()] + attributes[own.end() :]
            attributes = f' id="{name}"{attributes}'
        if level in TOC_LEVELS and text:
            toc.append(Heading(level, name, text))
        return f"<h{level}{attributes}>{inner}</h{level}>"

    return _HEADING.sub(heading, html), tuple(toc)
