"""Pages to bytes.

In: a :class:`Page` and the Markdown text of its body.  Out: :class:`Rendered`, its view counts still slots.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

import jinja2
import msgspec
from markupsafe import Markup

from site_builder.errors import Problem, SiteError, did_you_mean, nearest
from site_builder.model import BodyRef, Heading, Page, Record, Rendered
from site_builder.references import folder_of
from site_builder.rendering.addresses import with_addresses
from site_builder.rendering.markdown import Body, ConversionError, ConversionTimeout, Converter
from site_builder.rendering.piece_links import with_piece_links
from site_builder.rendering.slots import cut
from site_builder.rendering.templates import Templates

_TOO_LONG = "Look in it for brackets or '<' without partners; markdown.time_limit in site.yaml gives bodies more time"

# What the expressions of a template can raise.
_FAULTS = (
    jinja2.TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    MemoryError,
)

Before = TypeVar("Before")
After = TypeVar("After")


class RenderedBody(msgspec.Struct, frozen=True):
    """``body`` as a template sees it."""

    html: Markup
    toc: tuple[Heading, ...]


class Bodies(Protocol):
    """Bodies that were converted before."""

    def get(self, reference: BodyRef, lang: str) -> Body | None:
        """The body as HTML, None where it has to be converted."""

    def put(self, reference: BodyRef, lang: str, body: Body) -> None:
        """Keep a body that was converted."""


class Renderer:
    """Renders pages; holds no state that a page could leave behind."""

    def __init__(
        self,
        templates: Templates,
        converter: Converter,
        read_body: Callable[[BodyRef], str],
        base: str = "",
        *,
        sloppy: bool = False,
        kept: Bodies | None = None,
        place_of: Callable[[BodyRef], tuple[int, int]] | None = None,
    ) -> None:
        """``read_body`` gives the Markdown text that a :class:`BodyRef` names; ``base`` is the site's base path.

        ``sloppy``: authors' HTML comes as they wrote it.  ``kept`` are bodies that need no conversion.  ``place_of``
        tells the line and column at which a body begins.
        """
        self._templates = templates
        self._converter = converter
        self._read_body = read_body
        self._base = base
        self._sloppy = sloppy
        self._kept = kept
        self._place_of = place_of
        self._is_linked = True

    def with_values(self, values: Mapping[str, object]) -> Renderer:
        """This renderer with other values that every template sees; nothing is compiled again.

        Its first page takes less time and all others more: it is for a few pages, not for a build.
        """
        other = copy.copy(self)
        other._templates = self._templates.with_values(values)  # noqa: SLF001  (its own copy)
        other._is_linked = False  # noqa: SLF001
        return other

    def render(self, page: Page) -> Rendered:
        """The page's bytes and slots.  Raises :class:`SiteError` naming the template's line or the article."""
        (rendered,) = self.render_many([page])
        if isinstance(rendered, SiteError):
            raise rendered
        return rendered

    def render_many(self, pages: Iterable[Page]) -> list[Rendered | SiteError]:
        """For each of a few dozen pages what :meth:`render` gives or raises.

        A quarter faster than one page after the other: each step finds its code and tables in the processor's caches.
        """
        sources = _each(self._with_source, pages)
        values = _each(self._with_values, sources)
        return _each(self._rendered, values)

    def _with_source(self, page: Page) -> tuple[Page, str | Body]:
        """The page with its body's text, or with the body itself where that was kept."""
        context: Any = page.context
        reference = getattr(context, "body", None)
        if reference is None:
            return page, ""
        kept = self._kept.get(reference, context.page.lang) if self._kept else None
        return page, self._read_body(reference) if kept is None else kept

    def _with_values(self, item: tuple[Page, str | Body]) -> tuple[Page, dict[str, Any]]:
        page, source = item
        values = {name: getattr(page.context, name) for name in page.context.__struct_fields__}
        if "body" in values:
            try:
                body = source if isinstance(source, Body) else self._converted(source, values)
            except ConversionError as error:
                line, column = self._place_of(values["body"]) if self._place_of else (0, 0)
                hint = _TOO_LONG if isinstance(error, ConversionTimeout) else ""
                raise SiteError([Problem(page.source, line, column, str(error), hint)]) from None
            folder = folder_of(values["body"].path)
            html = with_piece_links(body.html, folder, values["body"].links, self._base, sloppy=self._sloppy)
            html = with_addresses(html, folder, self._base, sloppy=self._sloppy)
            values["body"] = RenderedBody(Markup(html), body.toc)  # noqa: S704  (the converter sanitizes)
        return page, values

    def _converted(self, source: str, values: dict[str, Any]) -> Body:
        lang = values["page"].lang
        body = self._converter.convert(source, lang)
        if self._kept:
            self._kept.put(values["body"], lang, body)
        return body

    def _rendered(self, item: tuple[Page, dict[str, Any]]) -> Rendered:
        page, values = item
        try:
            if self._is_linked:
                template = self._templates.get(page.template, page.context.__struct_fields__)
            else:
                template = self._templates.unlinked(page.template)
            return cut(template.render(values), values["page"].lang if "page" in values else "")
        except RecursionError:
            message = f"includes or calls itself without end (while rendering /{page.path})"
            raise SiteError([Problem(f"templates/{page.template}", message=message)]) from None
        except _FAULTS as error:
            place = self._templates.line_of(error)
            if place is None and isinstance(error, ValueError):
                # A template printed half a surrogate pair, or half a count; found only in the page as a whole.
                place = (f"templates/{page.template}", 1)
            if place is None:
                raise
            while_rendering = f"while rendering /{page.path}" + (f" from {page.source}" if page.source else "")
            message = "takes more memory than there is" if isinstance(error, MemoryError) else str(error)
            message = message or type(error).__name__
            hint = ""
            if isinstance(error, AttributeError) and isinstance(error.obj, msgspec.Struct) and error.name:
                message, hint = _missing(error.name, error.obj)
            raise SiteError([Problem(place[0], place[1], 1, f"{message} ({while_rendering})", hint)]) from error

    def body(self, page: Page) -> RenderedBody:
        """The body of a page that has one, as HTML.  Raises :class:`SiteError`."""
        _, values = self._with_values(self._with_source(page))
        found: RenderedBody = values["body"]
        return found


def _missing(name: str, record: msgspec.Struct) -> tuple[str, str]:
    """What is said of a field that ``record`` has not, and the hint."""
    if not isinstance(record, Record):
        return f"there is no '{name}' in {type(record).__name__}", did_you_mean(name, record.__struct_fields__)
    near = nearest(name, record)
    hint = f"Did you mean '{near}'?" if near else f"Not every 'extra' has it: ask first, with \"'{name}' in …\""
    return f"there is no '{name}' in this 'extra'", hint


def _each(step: Callable[[Before], After], items: Iterable[Before | SiteError]) -> list[After | SiteError]:
    """What ``step`` makes of each item; an item that failed stays the error that it is."""
    done: list[After | SiteError] = []
    for item in items:
        if isinstance(item, SiteError):
            done.append(item)
            continue
        try:
            done.append(step(item))
        except SiteError as error:
            done.append(error)
    return done
