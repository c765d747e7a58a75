"""Which parts of Python-Markdown a body can need: one whose syntax is absent costs time and changes nothing.

A gate is a *necessary* condition on the source: some of its groups of marks has all its marks in the
source.  It looks at no place, so it stays necessary wherever the syntax stands: blocks lose prefixes (of
quotes, list items, footnotes) before they are read, and nothing that was apart comes together, but for the lines of
raw HTML: see :func:`marks_of`.  What has no gate is always on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from markdown import blockprocessors, inlinepatterns, preprocessors

Gate = tuple[tuple[str, ...], ...]


def any_of(*marks: str) -> Gate:
    """A gate that one of ``marks`` opens."""
    return tuple((mark,) for mark in marks)


def all_of(*marks: str) -> Gate:
    """A gate that all ``marks`` together open."""
    return (marks,)


_FENCES = ("\n```", "\n~~~")
# Where raw HTML may be, and references that the parser of raw HTML rewrites (``&#65`` without its semicolon).
_HTML = any_of("<", "&#")

EXTENSIONS: dict[str, Gate] = {
    "abbr": all_of("*[", "]"),
    "admonition": any_of("!!!"),
    "attr_list": all_of("{", "}"),
    # ``:: `` for a definition right after the colon of a footnote.
    "def_list": any_of("\n: ", " : ", ">: ", ":: "),
    "codehilite": any_of("    ", "<", *_FENCES),
    "fenced_code": any_of(*_FENCES),
    "footnotes": any_of("[^"),
    "md_in_html": _HTML,
    "tables": any_of("|"),
    "toc": any_of("[TOC]", "data-toc-label"),
    "wikilinks": any_of("[["),
}

# These make no syntax of others either, so that gates stay right in their company; of unknown extensions
# nobody can tell.
HARMLESS = frozenset({"legacy_attrs", "legacy_em", "meta", "nl2br", "sane_lists", "smarty"})

# What ``extra`` bundles.
_EXTRA = ("fenced_code", "footnotes", "attr_list", "def_list", "tables", "abbr", "md_in_html")

# Ends of lines that may be rules or underline headings; raw HTML is taken out and leaves new line ends.
_ENDS = ("-\n", " \n", "<", "[TOC]")

_PROCESSORS: dict[type, Gate] = {
    # What else it does is done by :func:`normal`, but for the lines that it puts at the end.
    preprocessors.NormalizeWhitespace: any_of(" \n"),
    preprocessors.HtmlBlockPreprocessor: _HTML,
    blockprocessors.CodeBlockProcessor: any_of("    "),
    blockprocessors.ListIndentProcessor: any_of("    "),
    blockprocessors.HashHeaderProcessor: any_of("#"),
    blockprocessors.SetextHeaderProcessor: any_of("=\n", *_ENDS),
    blockprocessors.HRProcessor: any_of("_\n", "*\n", *_ENDS),
    blockprocessors.BlockQuoteProcessor: any_of(">"),
    blockprocessors.ReferenceProcessor: any_of("]:"),
    inlinepatterns.BacktickInlineProcessor: any_of("`"),
    inlinepatterns.EscapeInlineProcessor: any_of("\\"),
    inlinepatterns.ReferenceInlineProcessor: all_of("[", "]:"),
    inlinepatterns.ShortReferenceInlineProcessor: all_of("[", "]:"),
    inlinepatterns.ImageReferenceInlineProcessor: all_of("![", "]:"),
    inlinepatterns.ShortImageReferenceInlineProcessor: all_of("![", "]:"),
    inlinepatterns.LinkInlineProcessor: any_of("]("),
    inlinepatterns.ImageInlineProcessor: all_of("![", "]("),
    inlinepatterns.AutolinkInlineProcessor: any_of("<"),
    inlinepatterns.AutomailInlineProcessor: any_of("<"),
}
_PATTERNS: dict[str, Gate] = {
    inlinepatterns.HTML_RE: any_of("<"),
    inlinepatterns.ENTITY_RE: any_of("&"),
    # Raw HTML is taken out and leaves a line end.
    inlinepatterns.LINE_BREAK_RE: any_of("  \n", "  <"),
}
_EMPHASIS = any_of("*", "_")
# One class in Markdown 3.11, two before.
_EMPHASIS_CLASSES = {"AsteriskProcessor", "DelimiterProcessor", "UnderscoreProcessor"}

# What stands in every block and every text that these find something in.  Their regular expressions try each place
# one by one, which takes a hundred times as long as looking for a character.
_IN_BLOCKS: dict[type, str] = {blockprocessors.BlockQuoteProcessor: ">", blockprocessors.HashHeaderProcessor: "#"}
_IN_TEXTS: dict[str, str] = {inlinepatterns.BACKTICK_RE: "`", inlinepatterns.LINK_RE: "["}


def short_name(extension: str) -> str:
    """``tables`` for ``markdown.extensions.tables``; every other name as it is."""
    name = extension.removeprefix("markdown.extensions.")
    return name if name in EXTENSIONS or name in HARMLESS or name == "extra" else extension


def expand(extensions: tuple[str, ...]) -> tuple[str, ...]:
    """The extensions by short name, bundles opened, each once."""
    names: list[str] = []
    for extension in extensions:
        name = short_name(extension)
        names += _EXTRA if name == "extra" else (name,)
    return tuple(dict.fromkeys(names))


def gate_of(processor: Any) -> Gate | None:
    """The gate of one of Python-Markdown's own processors; None for every other, and for those without."""
    kind = type(processor)
    if kind in _PROCESSORS:
        return _PROCESSORS[kind]
    if kind.__module__ != inlinepatterns.__name__:
        return None
    if kind.__name__ in _EMPHASIS_CLASSES:
        return _EMPHASIS if set(getattr(processor, "tokens", "*_")) <= {"*", "_"} else None
    return _PATTERNS.get(processor.pattern)


MARKS: tuple[str, ...] = tuple(
    sorted(
        {
            mark
            for gate in (*EXTENSIONS.values(), *_PROCESSORS.values(), *_PATTERNS.values(), _EMPHASIS)
            for group in gate
            for mark in group
        }
    )
)


def _looked_for() -> list[tuple[str, frozenset[str]]]:
    """The marks, each with what it is made of: characters and other marks, which come before it.

    A character is found a hundred times faster than two, and what lacks a part need not be looked for.
    """
    shared = {": "}  # a part of several marks, which often are all absent
    parts = {character for mark in MARKS for character in mark if not character.isspace() and not character.isalpha()}
    known = sorted({*MARKS, *parts, *shared}, key=len)
    return [(mark, frozenset(part for part in known if part in mark and part != mark)) for mark in known]


_LOOKED_FOR = _looked_for()
_ALL_MARKS = frozenset(MARKS)
# What the table of contents is asked for with: nobody writes that in pieces, and where it is made, headings of raw
# HTML get their ids last.
_WHOLE = frozenset(mark for group in EXTENSIONS["toc"] for mark in group)
_ODD_BLANK = re.compile(r"[^\S \n]")
# In its preprocessor a block of raw HTML starts where only blanks stand before it in its line.
_RAW_BLOCK = re.compile(r"\n\s{0,3}<")


def marks_of(source: str) -> frozenset[str]:
    """The marks that may stand in ``source`` (see :func:`normal`) when blocks and texts are read.

    From the line in which a block of raw HTML ends, Python-Markdown takes out references, comments and further tags:
    what stands around them comes together.  Notes lose all kinds of blanks at their end.  With such blocks and such
    notes all that a mark is made of makes the mark.
    """
    lines = f"\n{source}\n"
    found: set[str] = set()
    for mark, parts in _LOOKED_FOR:
        if found >= parts and mark in lines:
            found.add(mark)
    if ("<" in found and _RAW_BLOCK.search(lines)) or ("[^" in found and _ODD_BLANK.search(lines)):
        characters = set(lines)
        found.update(mark for mark in _ALL_MARKS - _WHOLE if characters.issuperset(mark))
    return _ALL_MARKS & found


def is_open(gate: Gate | None, marks: frozenset[str]) -> bool:
    """Whether what stands behind ``gate`` may be needed for a source with ``marks``."""
    return gate is None or any(marks.issuperset(group) for group in gate)


_UNUSUAL = "\t\r\x02\x03"


def normal(source: str) -> str:
    """``source`` as Python-Markdown's first step leaves it; that step changes nothing more then, but for the blanks
    of blank lines and the two line ends that it adds.
    """
    for character in _UNUSUAL:
        if character in source:
            source = source.replace("\x02", "").replace("\x03", "")
            return source.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
    return source


def quicken(engine: Any) -> None:
    """Let Python-Markdown's own processors in ``engine`` look for a character before they look for their syntax."""
    for processor in engine.parser.blockprocessors:
        if type(processor) in _IN_BLOCKS:
            processor.test = _asking(_IN_BLOCKS[type(processor)], processor.test)
    for processor in engine.inlinePatterns:
        if type(processor).__module__ == inlinepatterns.__name__ and processor.pattern in _IN_TEXTS:
            processor.compiled_re = _Asking(_IN_TEXTS[processor.pattern], processor.compiled_re)


def _asking(mark: str, test: Callable[[Any, str], bool]) -> Callable[[Any, str], bool]:
    return lambda parent, block: mark in block and test(parent, block)


class _Asking:
    """A compiled expression that is asked only for texts with ``mark``."""

    def __init__(self, mark: str, compiled: re.Pattern[str]) -> None:
        self._mark = mark
        self._compiled = compiled

    def finditer(self, text: str, start: int = 0) -> Iterator[re.Match[str]] | tuple[()]:
        return self._compiled.finditer(text, start) if self._mark in text else ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._compiled, name)
