"""The steps that every body goes through, whichever engine reads it."""

from __future__ import annotations

import html as entities
import re

from site_builder.model import Heading
from site_builder.rendering.markdown.body import Body, ConversionError, Engine
from site_builder.rendering.markdown.budget import time_limit
from site_builder.rendering.markdown.headings import with_headings
from site_builder.rendering.markdown.links import LinkPolicy, with_rel
from site_builder.rendering.markdown.media import with_lazy_images, with_named_boxes, with_tables
from site_builder.rendering.markdown.raw import hidden, shown
from site_builder.rendering.markdown.sanitize import Sanitizer, has_doubtful_address

_MORE = re.compile(r"<!--[ \t]*+more[ \t]*+-->", re.IGNORECASE)
# The mark where it is shown as code stays: fences to their end, code spans to theirs.
_MORE_OR_CODE = re.compile(
    r"^[ \t>]*+(?P<fence>`{3,}|~{3,}).*?^[ \t>]*+(?P=fence)"
    r"|(?<!`)(?P<ticks>`++)(?:(?!\n[ \t]*\n).)*?(?<!`)(?P=ticks)(?!`)"
    r"|<!--[ \t]*+(?P<more>more)[ \t]*+-->",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)


# The elements that get something after the engine; one look for all of them is what it costs other bodies.
_TAGS = re.compile(r"<(a(?=\s)|h[1-6]|img|input|table)").findall
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


# References that HTML has no character for (§13.2.5.80): browsers put others in their place, validators object.
_REFERENCE = re.compile(r"&#(?:[xX][0-9A-Fa-f]+|[0-9]+);")


def _sound(match: re.Match[str]) -> str:
    number = match[0][2:-1]
    if len(number.lstrip("xX0")) > 7:  # Unicode ends at 0x10FFFF
        return "\ufffd"
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    if 0x20 <= code < 0x7F or code in (0x9, 0xA) or (0xA0 <= code <= 0xD7FF) or (0xE000 <= code <= 0xFDCF):
        return match[0]
    return entities.escape(entities.unescape(match[0]))


class Converter:
    """Converts bodies; the same body gives the same HTML whatever was converted before."""

    def __init__(self, engine: Engine, sanitizer: Sanitizer | None, links: LinkPolicy, seconds: int) -> None:
        """``sanitizer`` None for sites whose authors' HTML is trusted; a body may take ``seconds``, 0 for no limit."""
        self._engine = engine
        self._sanitizer = sanitizer
        self._links = links
        self._seconds = seconds

    def convert(self, body: str, lang: str = "") -> Body:
        """The Markdown text ``body``, in the language ``lang`` (BCP 47), as HTML.

        Raises :class:`ConversionError`, :class:`ConversionTimeout` among them.
        """
        if not body or body.isspace():
            return Body("")
        try:
            if not self._seconds:
                return self._convert(body, lang)
            with time_limit(self._seconds):
                return self._convert(body, lang)
        except RecursionError:
            raise ConversionError("Markdown is nested too deeply") from None

    def _convert(self, body: str, lang: str) -> Body:
        if "<" in body and "<!--" in body and _MORE.search(body):
            body = _MORE_OR_CODE.sub(lambda match: "" if match["more"] else match[0], body)
        html = self._engine.convert(body)
        if "&" in body and "&#" in html:
            html = _REFERENCE.sub(_sound, html)
        sanitizer = self._sanitizer
        if sanitizer is None:
            if "<" in body:
                html, opaque = hidden(html)
                finished = self._finish(html, lang, sloppy=True)
                return Body(shown(finished.html, opaque), finished.toc)
        elif self._engine.may_hold_markup(body) or has_doubtful_address(html):
            html = sanitizer.clean(html)
        return self._finish(html, lang)

    def _finish(self, html: str, lang: str, *, sloppy: bool = False) -> Body:
        tags = set(_TAGS(html.lower() if sloppy else html))
        if "table" in tags:
            html = with_tables(html, lang)
        if "input" in tags:
            html = with_named_boxes(html, lang)
        if "img" in tags:
            html = with_lazy_images(html)
        if "a" in tags:
            html = with_rel(html, self._links)
        toc: tuple[Heading, ...] = ()
        if not tags.isdisjoint(_HEADINGS):
            # The page's title is its only <h1>: below it, a body's headings go one level down where it has its own.
            html, toc = with_headings(html, 1 if "h1" in tags else 0, sloppy=sloppy)
        return Body(html.strip(), toc)
