"""What a conversion gives, how it fails, and what an engine is."""

from __future__ import annotations

from typing import Protocol

import msgspec

from site_builder.model import Heading


class Body(msgspec.Struct, frozen=True):
    """A body as HTML, and its headings of level 2 and 3 for a table of contents."""

    html: str
    toc: tuple[Heading, ...] = ()


class ConversionError(Exception):
    """A body that cannot be converted; the text tells an editor why."""


class ConversionTimeout(ConversionError):
    """A body that took longer than its time limit."""


class Engine(Protocol):
    """Markdown to HTML and no more: one of the libraries."""

    def convert(self, source: str) -> str:
        """The HTML of ``source``; raw HTML treated as the settings say, but nothing sanitized.

        Attributes stand in double quotes, except in authors' own HTML.  Raises :class:`ConversionError`.
        """

    def may_hold_markup(self, source: str) -> bool:
        """Whether elements or attributes of the author's own choice may reach the HTML of ``source``.

        In doubt, True.  Addresses of links are not meant: those are looked at in the HTML.
        """
