"""The excerpt of a body: in, Markdown source; out, a line or two of plain text.

Text up to ``<!--more-->`` where the body has that mark and text before it; else the first :data:`MAX_WIDTH` columns,
cut at a sentence, else at a word, with an ellipsis.  Only the body's start is read.
"""

from __future__ import annotations

import re

from site_builder.articles.columns import columns_of, fitting, width
from site_builder.articles.plain import plain_blocks

MAX_WIDTH = 170
"""Columns of an excerpt; a Chinese character takes two (Unicode UAX #11)."""

_MIN_WIDTH = 70  # a sentence shorter than this says too little: the cut is at a word then

HEAD = 16 * 1024
"""Bytes of a body that an excerpt is made from."""

_MORE = re.compile(r"<!--[ \t]*+more[ \t]*+-->", re.IGNORECASE)

# One set of first characters, no alternatives: that is what makes the search fast.
_SENTENCE_END = re.compile(r"[.!?…。！？｡]+[\"'”’)\]»』」）》]*").finditer
_WORD_BEFORE = re.compile(r"[^\s(\[“\"'‘]*\Z")
_ABBREVIATIONS = frozenset(
    re.findall(
        r"\w+",
        "mr mrs ms dr st no nos vs inc ltd co corp jr sr prof dept est approx fig vol pp mme mlle mt ft"
        " jan feb mar apr jun jul aug sep sept oct nov dec",
    )
)

# Scripts that are written without spaces and may break between any two characters.
_IDEOGRAPHIC = re.compile(
    "[\u2e80-\u30ff\u3100-\u312f\u31a0-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U00020000-\U0003ffff]"
).match
_NOT_FIRST = frozenset("、。，．・：；？！）］｝〕〉》」』】〗”’…ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々%％,.!?:;)]}")
_NOT_LAST = frozenset("（［｛〔〈《「『【〖“‘([{$¥￥£€#＃@")
_DANGLING = " \t\u3000\xa0,;:—–-、，；：·(（[［「『“‘\"'《〈【&/"


def excerpt(body: str, more: bool) -> str:
    """The excerpt of ``body`` (line breaks ``\\n``, at least its first :data:`HEAD` bytes); '' where it has no text.

    ``more`` tells that ``body`` goes on.  At ``<!--more-->`` nothing is added, since an editor chose the
    end; other text that is cut ends with ``…``, within :data:`MAX_WIDTH` columns.
    """
    if "<" in body and (mark := _MORE.search(body)):
        chosen = " ".join(plain_blocks(body[: mark.start()]))
        if chosen:
            return chosen  # else only an image stands before the mark
    text = ""
    for block in plain_blocks(body, MAX_WIDTH):
        text = f"{text} {block}" if text else block
        if width(text) > MAX_WIDTH:
            return cut(text)
    return cut(text, whole=False) if more and text else text


def cut(text: str, whole: bool = True) -> str:
    """The start of ``text`` that fits, with ``…``: up to a sentence's end, else a word's.

    A run without any place to break that is longer than an excerpt (an address, Thai) is cut where it must be.
    ``whole`` False: ``text`` fits, but more follows in the body.
    """
    # A space and the ellipsis may follow a sentence.
    end = fitting(text, MAX_WIDTH - 2)
    stop = 0
    for match in _SENTENCE_END(text, 0, end):
        if _ends_sentence(text, match):
            stop = match.end()
    if stop and width(text[:stop]) >= _MIN_WIDTH:
        return text[:stop] + ("…" if _IDEOGRAPHIC(text[stop - 1]) else " …")
    if end == len(text) and not whole:
        return text.rstrip(_DANGLING) + "…"
    stop = end
    while stop and not _breaks(text, stop):
        stop -= 1
    kept = text[:stop].rstrip(_DANGLING)
    if not kept:
        stop = end
        while stop > 1 and not columns_of(text[stop]):
            stop -= 1
        kept = text[:stop]
    return kept + "…"


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    """Whether marks end a sentence: not the dot of ``St. John``, ``J. Crew``, ``U.S.``, ``3.5``."""
    mark = match.group()
    if mark[0] in "。！？｡":
        return True
    after = text[match.end() : match.end() + 2]
    if after and not after[0].isspace():
        return False
    if mark != ".":
        return True
    found = _WORD_BEFORE.search(text, max(0, match.start() - 20), match.start())
    word = found.group() if found else ""
    return not (
        (len(word) == 1 and word.isalpha())
        or "." in word
        or word.lower() in _ABBREVIATIONS
        or (len(after) == 2 and after[1].islower())
    )


def _breaks(text: str, index: int) -> bool:
    """Whether a line could break before the character at ``index``: at spaces, and beside ideographs."""
    if index >= len(text):
        return True
    before, after = text[index - 1], text[index]
    if before.isspace() or after.isspace():
        return True
    if not (_IDEOGRAPHIC(before) or _IDEOGRAPHIC(after)):
        return False
    return before not in _NOT_LAST and after not in _NOT_FIRST and columns_of(after) > 0
