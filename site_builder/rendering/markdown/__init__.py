"""Markdown bodies to HTML: two engines behind one small interface.

In: the text of a body.  Out: :class:`Body`.  The engines differ in what they read; everything after them
(sanitizing, tables, pictures, links, headings) is the same code for both.
"""

from __future__ import annotations

from site_builder.config import Markdown
from site_builder.rendering.markdown.body import Body, ConversionError, ConversionTimeout, Engine
from site_builder.rendering.markdown.converter import Converter
from site_builder.rendering.markdown.links import LinkPolicy
from site_builder.rendering.markdown.sanitize import Sanitizer

__all__ = ["Body", "ConversionError", "ConversionTimeout", "Converter", "make_converter"]


def make_converter(settings: Markdown, site_host: str) -> Converter:
    """The converter that ``settings`` describe; links to other hosts than ``site_host`` are external.

    Raises :class:`~site_builder.errors.SiteError` for extensions that cannot be used, options of none,
    and an engine that is not installed.
    """
    engine: Engine
    seconds = settings.time_limit
    if settings.engine == "comrak":
        from site_builder.rendering.markdown.comrak_engine import ComrakEngine

        engine = ComrakEngine(settings)
        seconds = 0  # its time grows with the text and no faster, and native code cannot be stopped
    else:
        from site_builder.rendering.markdown.python_markdown import PythonMarkdown

        engine = PythonMarkdown(settings)
    sanitizer = None if settings.raw_html == "trusted" else Sanitizer(settings.iframe_hosts)
    return Converter(engine, sanitizer, LinkPolicy(site_host, settings.sponsored_domains), seconds)
