"""Pages to bytes.

In: a :class:`Page` and the Markdown text of its body.  Out: :class:`Rendered`, its view counts still slots.
"""

from __future__ import annotations

from collections.abc import Callable

import jinja2
import msgspec
from markupsafe import Markup

from site_builder.errors import Problem, SiteError, did_you_mean
from site_builder.model import BodyRef, Heading, Page, Rendered
from site_builder.references import folder_of
from site_builder.rendering.addresses import with_addresses
from site_builder.rendering.markdown import ConversionError, Converter
from site_builder.rendering.slots import cut
from site_builder.rendering.templates import Templates


class RenderedBody(msgspec.Struct, frozen=True):
    """``body`` as a template sees it."""

    html: Markup
    toc: tuple[Heading, ...]


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
    ) -> None:
        """``read_body`` gives the Markdown text that a :class:`BodyRef` names; ``base`` is the site's base path.

        ``sloppy``: authors' HTML comes as they wrote it.
        """
        self._templates = templates
        self._converter = converter
        self._read_body = read_body
        self._base = base
        self._sloppy = sloppy

    def render(self, page: Page) -> Rendered:
        """The page's bytes and slots.  Raises :class:`SiteError` naming the template's line or the article."""
        values = {name: getattr(page.context, name) for name in page.context.__struct_fields__}
        lang = values["page"].lang if "page" in values else ""
        if "body" in values:
            values["body"] = self._body(values["body"], page, lang)
        try:
            template = self._templates.get(page.template, page.context.__struct_fields__)
            return cut(template.render(values), lang)
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            place = self._templates.line_of(error)
            if place is None and isinstance(error, ValueError):
                # A template printed half a surrogate pair, or half a count; found only in the page as a whole.
                place = (f"templates/{page.template}", 1)
            if place is None:
                raise
            while_rendering = f"while rendering /{page.path}" + (f" from {page.source}" if page.source else "")
            message = str(error) or type(error).__name__
            hint = ""
            if isinstance(error, AttributeError) and isinstance(error.obj, msgspec.Struct) and error.name:
                message = f"there is no '{error.name}' in {type(error.obj).__name__}"
                hint = did_you_mean(error.name, error.obj.__struct_fields__)
            raise SiteError([Problem(place[0], place[1], 1, f"{message} ({while_rendering})", hint)]) from error

    def _body(self, reference: BodyRef, page: Page, lang: str) -> RenderedBody:
        text = self._read_body(reference)
        try:
            body = self._converter.convert(text, lang)
        except ConversionError as error:
            raise SiteError([Problem(page.source, message=str(error))]) from None
        html = with_addresses(body.html, folder_of(reference.path), self._base, sloppy=self._sloppy)
        return RenderedBody(Markup(html), body.toc)  # noqa: S704  (the converter sanitizes)
