"""The default engine: Python-Markdown with the extensions that the configuration names."""

from __future__ import annotations

from typing import Any, NamedTuple

from markdown.extensions.footnotes import FootnoteExtension
from markdown.preprocessors import NormalizeWhitespace

from site_builder.config import Markdown
from site_builder.rendering.markdown.body import ConversionError
from site_builder.rendering.markdown.extensions import load, short_configs
from site_builder.rendering.markdown.gates import (
    EXTENSIONS,
    HARMLESS,
    expand,
    gate_of,
    is_open,
    marks_of,
    normal,
    quicken,
)
from site_builder.rendering.markdown.sanitize import may_hold_tags

# Sets of marks seen, of which more than a few hundred do not occur in real archives.
_MOST_VARIANTS = 2_000

# Extensions by which an author sets any attribute.
_SET_ATTRIBUTES = frozenset({"attr_list", "fenced_code", "legacy_attrs", "md_in_html"})


class _Variant(NamedTuple):
    """An instance, and of its parts those that bodies with some set of marks need."""

    engine: Any
    preprocessors: list[Any]
    blocks: list[Any]
    inline: list[Any]
    footnotes: list[FootnoteExtension]
    end: str  # what the source lacks where the step that normalizes it is left out


class PythonMarkdown:
    """Python-Markdown; an instance for each set of extensions that bodies turn out to need."""

    def __init__(self, settings: Markdown, *, gated: bool = True) -> None:
        """``gated`` False uses everything for every body: the slow definition of what is right.

        Raises :class:`~site_builder.errors.SiteError` for extensions or options that cannot be used.
        """
        self._names = expand(settings.extensions)
        self._configs = short_configs(settings.extension_configs)
        self._escaped = settings.raw_html == "escaped"
        self._known = all(name in EXTENSIONS or name in HARMLESS for name in self._names)
        self._gated = gated and self._known
        self._sets_attributes = not _SET_ATTRIBUTES.isdisjoint(self._names)
        self._engines: dict[tuple[str, ...], Any] = {}
        self._parts: dict[tuple[str, ...], tuple[list[Any], list[Any], list[Any]]] = {}
        self._variants: dict[frozenset[str], _Variant] = {}
        load(self._names, self._configs, known_options=True).convert("# Heading\n\n[TOC]\n")

    def convert(self, source: str) -> str:
        """The HTML of ``source``.  Raises :class:`ConversionError`."""
        source = normal(source)
        if not source.strip():
            return ""
        marks = marks_of(source) if self._gated else frozenset()
        variant = self._variants.get(marks)
        if variant is None:
            if len(self._variants) >= _MOST_VARIANTS:
                self._variants.clear()
            variant = self._variants[marks] = self._variant(marks)
        engine = variant.engine
        if self._gated:
            engine.preprocessors = variant.preprocessors
            engine.parser.blockprocessors = variant.blocks
            engine.treeprocessors["inline"].inlinePatterns = variant.inline
        for extension in variant.footnotes:
            extension.unique_prefix = 0  # else UNIQUE_IDS would number the bodies in the order they come
        done = False
        try:
            html: str = engine.reset().convert(source + variant.end)
            done = True
        except (ConversionError, RecursionError, MemoryError):
            raise
        except Exception as error:
            # Extensions are others' code, and this body is what they failed at.
            message = f"Python-Markdown failed: {type(error).__name__}: {error}"
            raise ConversionError(message) from error
        finally:
            if not done:
                # Stopped half-way, it may hold what belongs to this body.
                self._engines.clear()
                self._variants.clear()
        return html

    def may_hold_markup(self, source: str) -> bool:
        """Whether raw HTML or attribute lists of ``source``, or an unknown extension, may reach the output."""
        return (
            not self._known
            or (self._sets_attributes and "{" in source)
            or (not self._escaped and may_hold_tags(source))
        )

    def _variant(self, marks: frozenset[str]) -> _Variant:
        names = tuple(name for name in self._names if self._is_needed(name, marks)) if self._gated else self._names
        engine: Any = self._engines.get(names)
        if engine is None:
            engine = self._engines[names] = self._make(names)
        # The registries as the extensions left them, not as the last conversion had them.
        preprocessors, blocks, inline = (
            [part for part in parts if is_open(gate_of(part), marks)] for parts in self._parts[names]
        )
        footnotes = [extension for extension in engine.registeredExtensions if isinstance(extension, FootnoteExtension)]
        normalizes = not self._gated or any(isinstance(part, NormalizeWhitespace) for part in preprocessors)
        return _Variant(engine, preprocessors, blocks, inline, footnotes, "" if normalizes else "\n\n")

    def _is_needed(self, name: str, marks: frozenset[str]) -> bool:
        # A configured table of contents does more than ids (permalinks, levels): it is needed for every heading.
        return (name == "toc" and "toc" in self._configs) or is_open(EXTENSIONS.get(name), marks)

    def _make(self, names: tuple[str, ...]) -> Any:
        engine: Any = load(names, self._configs)
        if self._gated:
            quicken(engine)
        if self._escaped:
            engine.preprocessors.deregister("html_block", strict=False)
            engine.inlinePatterns.deregister("html", strict=False)
        self._parts[names] = (
            list(engine.preprocessors),
            list(engine.parser.blockprocessors),
            list(engine.inlinePatterns),
        )
        return engine
