"""Markdown source to plain text, near enough for an excerpt; nothing is rendered.

In: the start of a body.  Out: its paragraphs and list items one by one, without markup.  Every pass is
linear: no pattern here looks further for its end than to the next character that could start it again.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from site_builder.articles.characters import DISALLOWED
from site_builder.articles.columns import width

MAX_NESTED = 10
"""Lists in lists that one line may open (``- - - text``); more of them is text."""

# First characters of lines that may be more than text.
_BLOCK_STARTS = frozenset("#`~*-+=_|>:<[{!0123456789")

# What a line can start.
_TEXT, _ITEM, _FENCE, _TABLE, _HEADING, _NOTHING = "text", "item", "fence", "table", "heading", "nothing"

_FENCED = re.compile(r"`{3,}(?!.*`)|~{3,}")
_HASHES = re.compile(r"#{1,6}(?:[ \t]|$)|#{2,6}")
_BULLET = re.compile(r"[-*+](?:[ \t]+|$)(?:\[[ xX]\][ \t]+)?|(\d{1,9})[.)](?:[ \t]+|$)")
_DEFINITION = re.compile(r"\*?\[[^\[\]]++\]:")
_LONE = re.compile(
    r"\{:[^{}]*\}|\{\{.*\}\}|\{%.*%\}|:::+.*|!!![ \t].*|\[\[?(?:TOC|toc|_TOC_)\]?\]|\[![A-Z]+\]|<!--.*-->"
)
# Elements whose content is no running text.
_HIDDEN = re.compile(
    r"<(?:(!--)|(script|style|svg|math|template|noscript|iframe|video|audio|object|select|textarea|table|figure"
    r"|pre|title|h[1-6])(?=[\s/>]))",
    re.IGNORECASE,
)

_COMMENT_END = re.compile("-->")

_INLINE = re.compile(
    r"""
    (?P<escape> \\ (?P<escaped> [!-/:-@\[-`{-~\n] ) )
  | (?P<code> (?P<ticks> `{1,3} ) (?!`) (?P<coded> [^`]++ ) (?P=ticks) (?!`) )
  | (?P<image> !\[ [^\[\]]*+ \]
        (?: \( (?: [^()]++ | \([^()]*+\) )*+ (?: \) | \Z ) | \[ [^\[\]]*+ \] ) (?: \{[^{}]*+\} )? )
  | (?P<note> \[\^ [^\[\]\s]++ \] )
  | (?P<link> \[ (?P<linked> (?: [^\[\]]++ | \[ [^\[\]]*+ \] )*+ ) \]
        (?: \( (?: [^()]++ | \([^()]*+\) )*+ \) | \[ [^\[\]]*+ \] ) (?: \{[:#.][^{}]*+\} )? )
  | (?P<auto> < (?P<address> (?: https? | mailto ) : [^<>\s]++ ) > )
  | (?P<tag> </? (?P<element> [A-Za-z][A-Za-z0-9-]*+ ) (?=[\s/>]) [^<>]*+ (?: > | \Z ) | <[!?] [^<>]*+ > )
  | (?P<attributes> \{ [:#.] [^{}\n]*+ \} )
  | (?P<strike> ~~ )
  | (?P<stars> \*{1,3} (?= [^\s*] ) | (?<= [^\s*] ) \*{1,3} )
  | (?P<lines> (?<! [^\W_] ) _{1,3} (?= [^\s_] ) | (?<= [^\s_] ) _{1,3} (?! [^\W_] ) )
    """,
    re.VERBOSE,
).match
_MARK = re.compile(r"[\\`*_~!\[<{]").search
_SPECIAL = re.compile(r"[\\`*_~\[<&{]").search

# Elements that stand inside words; others end them.
_INLINE_ELEMENTS = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span strong sub sup"
    " time tt u var wbr".split()
)

_WIDE = "\u2e80-\u30ff\u3100-\u31bf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff65"
_WIDE_BREAK = re.compile(f"(?<=[{_WIDE}])[ \t]*\n[ \t]*(?=[{_WIDE}])")
_SPACES = re.compile("[ \t-\r\x85\u2028\u2029]+")


def plain_blocks(source: str, enough: int | None = None) -> Iterator[str]:
    """Paragraphs, list items and quotes of Markdown ``source`` (line breaks ``\\n``) as plain text, in order.

    Headings, code blocks, tables, images, HTML comments, definitions of links, footnotes and
    abbreviations are left out.  Of a block wider than ``enough`` columns the end may be missing.
    """
    pending: list[str] = []
    fence = ""
    hidden: re.Pattern[str] | None = None
    in_table = in_list = False

    for line in _lines(source):
        if fence:
            closing = line.strip()
            if closing.startswith(fence) and not closing.strip(fence[0]):
                fence = ""
            continue
        if hidden is not None or "<" in line:
            line, hidden = _without_hidden(line, hidden)
        text = line.strip()
        if not text:
            in_table = False
            if pending:
                yield from _flush(pending, enough)
            continue
        if in_table:
            continue
        indented = line[0] == "\t" or line.startswith("    ")
        if not pending:
            if indented and not in_list:
                continue
            in_list = in_list and indented
        nested = 0
        while text:
            if text[0] in _BLOCK_STARTS and nested < MAX_NESTED:
                starts, text = _started(text, bool(pending), in_list)
            else:
                starts = _TEXT
            if starts == _TEXT:
                pending.append(text)
                break
            if starts == _TABLE:
                pending.pop()  # its header
            elif starts == _HEADING:
                pending.clear()
            yield from _flush(pending, enough)
            if starts == _FENCE:
                fence, text = text, ""
            elif starts == _ITEM:
                in_list = True
                nested += 1
            in_table = starts == _TABLE
    yield from _flush(pending, enough)


def _started(text: str, continues: bool, in_list: bool) -> tuple[str, str]:
    """What a line of ``text`` starts, and the rest of it that is to be read on; for a fence, what closes it.

    ``continues`` tells that text stands in the line before.
    """
    text = text.lstrip("> \t") if text[0] == ">" else text
    if not text:
        return _NOTHING, ""
    if text[0] in "`~" and (match := _FENCED.match(text)):
        return _FENCE, match.group()
    if continues and "|" in text and "-" in text and not text.strip("|:- \t"):
        return _TABLE, ""
    continues = continues and not in_list
    if continues and (not text.strip("=") or not text.strip("-")):
        return _HEADING, ""
    if _is_rule(text) or _DEFINITION.match(text) or _LONE.fullmatch(text) or _is_heading(text):
        return _NOTHING, ""
    # A number starts a list within a paragraph only if it is 1 (CommonMark §5.3): "born in\n1986. She".
    if (match := _BULLET.match(text)) and not (continues and match.group(1) not in (None, "1")):
        return _ITEM, text[match.end() :]
    if text[0] == ":" and text[1:2] in (" ", "\t"):
        return _ITEM, text[1:].lstrip()
    return _TEXT, text


def _lines(source: str) -> Iterator[str]:
    """As ``source.split("\\n")``, but only as far as it is asked: most excerpts take a line or two."""
    start = 0
    while (end := source.find("\n", start)) >= 0:
        yield source[start:end]
        start = end + 1
    yield source[start:]


def _flush(pending: list[str], enough: int | None) -> Iterator[str]:
    if pending:
        text = plain_text("\n".join(pending), enough)
        pending.clear()
        if text:
            yield text


def _is_rule(text: str) -> bool:
    marks = text.replace(" ", "").replace("\t", "")
    return len(marks) >= 3 and marks[0] in "-*_" and not marks.strip(marks[0])


def _is_heading(text: str) -> bool:
    return text[0] == "#" and _HASHES.match(text) is not None


def _without_hidden(line: str, ends: re.Pattern[str] | None) -> tuple[str, re.Pattern[str] | None]:
    """``line`` without comments and elements of no running text; and what ends the one left open, if any.

    ``ends`` is what ends the one that an earlier line left open.
    """
    kept: list[str] = []
    start = 0
    while True:
        if ends is not None:
            end = ends.search(line, start)
            if end is None:
                return "".join(kept), ends
            start = end.end()
        match = _HIDDEN.search(line, start)
        if match is None:
            kept.append(line[start:])
            return " ".join(kept), None
        kept.append(line[start : match.start()])
        start = match.end()
        ends = _COMMENT_END if match.group(1) else re.compile(rf"</{match.group(2)}\s*>", re.IGNORECASE)


def plain_text(text: str, enough: int | None = None) -> str:
    """The text of Markdown ``text`` without block structure: marks, tags and images removed, entities decoded.

    Where that is wider than ``enough`` columns its end may be missing.
    """
    return _tidied(_without_marks(text, enough) if _SPECIAL(text) else text)


def _tidied(text: str) -> str:
    """``text`` in one line, entities decoded."""
    if "&" in text:
        text = html.unescape(text)
    if not text.isprintable():
        if not text.isascii() and "\n" in text:
            text = _WIDE_BREAK.sub("", text)  # lines of Chinese join without a space
        text = DISALLOWED.sub("", _SPACES.sub(" ", text))
    elif "  " in text:
        text = _SPACES.sub(" ", text)
    return text.strip()


def _without_marks(text: str, enough: int | None) -> str:
    # Looking for the first character by itself is ten times faster than trying the pattern everywhere.
    kept: list[str] = []
    start = at = 0
    # Most characters are a column wide at least, so a look at twice their number seldom has to be repeated.
    look = 2 * enough if enough else len(text)
    while mark := _MARK(text, at):
        at = mark.start()
        if at > look and enough:
            if width(_tidied("".join(kept))) > enough:
                return "".join(kept)
            look *= 2
        match = _INLINE(text, at)
        if match is None:
            at += 1
            continue
        if at > start:
            kept.append(text[start:at])
        if replaced := _inline(match):
            kept.append(replaced)
        start = at = match.end()
    kept.append(text[start:])
    return "".join(kept)


def _inline(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind == "escape":
        return match["escaped"].replace("\n", " ")
    if kind == "code":
        return match["coded"]
    if kind == "link":
        return _without_marks(match["linked"], None)
    if kind == "auto":
        return match["address"].removeprefix("mailto:")
    if kind == "tag":
        element = match["element"]
        return "" if element and element.lower() in _INLINE_ELEMENTS else " "
    return ""
