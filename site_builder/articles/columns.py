"""How wide text is: in, text; out, columns of a fixed-width font, where a Chinese character takes two.

Unicode UAX #11 (East Asian Width): Wide and Fullwidth are 2, marks and format characters 0, the rest 1.
"""

from __future__ import annotations

import re
import unicodedata

# Blocks whose characters all take one column, or all two; others are asked one by one.
_NARROW_BLOCKS = "\t-\xac\xae-\u02ff\u0370-\u0482\u2010-\u2027\u20a0-\u20bf"
_WIDE_BLOCKS = "\u3001-\u3029\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fff\uff01-\uff60"
_WIDE_RUNS = re.compile(f"[{_WIDE_BLOCKS}]+")
_NOT_NARROW = re.compile(f"[^{_NARROW_BLOCKS}]").search
_UNUSUAL = re.compile(f"[^{_NARROW_BLOCKS}{_WIDE_BLOCKS}]").search


def width(text: str) -> int:
    """Columns that ``text`` takes."""
    if text.isascii() or not _NOT_NARROW(text):
        return len(text)
    if _UNUSUAL(text):
        return sum(map(columns_of, text))
    return 2 * len(text) - len(_WIDE_RUNS.sub("", text))


def columns_of(character: str) -> int:
    """Columns that one character takes: 0, 1 or 2."""
    category = unicodedata.category(character)
    # Python calls what is not assigned full-width.
    if unicodedata.east_asian_width(character) in "WF" and category != "Cn":
        return 2
    return 0 if category in ("Mn", "Me", "Cf") else 1


def fitting(text: str, columns: int) -> int:
    """How many characters of ``text`` fit in ``columns``; marks on the last of them may be left out."""
    head = text[:columns]
    if head.isascii() or not _NOT_NARROW(head):
        return len(head)
    used = 0
    if _UNUSUAL(head):
        for index, character in enumerate(text):
            used += columns_of(character)
            if used > columns:
                return index
        return len(text)
    start = 0
    for run in _WIDE_RUNS.finditer(head):
        used += run.start() - start
        if used + 2 * (run.end() - run.start()) > columns:
            return run.start() + max(0, columns - used) // 2 if used <= columns else run.start() - (used - columns)
        used += 2 * (run.end() - run.start())
        start = run.end()
    return min(len(head), start + columns - used)
