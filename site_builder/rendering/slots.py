"""Slots: where a page shows a view count.

A count is no part of a page's text: the template marks the place, the renderer cuts the marks out and
keeps their offsets, and the count is spliced in when the file is written.  So new counts render nothing.

A slot's name is the article's URL.  After a ``#`` stands how large numbers are written there, where that is not the
usual way: the unit of ten thousand in the page's language (``万``), or ``=`` for a number that is always exact.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from site_builder.config_views import Display
from site_builder.model import Rendered
from site_builder.rendering.printing import MARK, Slot, as_markup

_MARK_BYTE = MARK.encode()

EXACT = "="
# Chinese and Japanese count in units of 10^4 and 10^8 (CLDR, compact decimal formats of zh, zh-Hant, ja).
TEN_THOUSAND = {"zh": "万", "zh-hant": "萬", "ja": "万"}
HUNDRED_MILLION = {"万": "亿", "萬": "億"}


def slot(url: str, *, exact: bool = False) -> Slot:
    """The place of the count of the article at ``url``; ``exact``: the whole number, whatever is configured."""
    # A URL is percent-encoded and stays inside the marks.
    whole = as_markup(f"{MARK}{url}#{EXACT}{MARK}")
    return Slot(whole if exact else as_markup(f"{MARK}{url}{MARK}"), whole)


def cut(text: str, lang: str = "") -> Rendered:
    """Rendered text with its marks cut out; ``lang`` is the page's language (BCP 47).

    Raises :class:`ValueError` where a template cut a mark in two.
    """
    parts = text.encode().split(_MARK_BYTE)
    if len(parts) == 1:
        return Rendered(parts[0])
    if len(parts) % 2 == 0:
        raise ValueError("a template cut a view count in two")
    pieces = parts[::2]
    ends = itertools.accumulate(map(len, pieces))
    names = [part.decode() for part in parts[1::2]]
    if unit := _unit(lang):
        names = [name if "#" in name else f"{name}#{unit}" for name in names]
    return Rendered(b"".join(pieces), tuple(zip(ends, names, strict=False)))


def _unit(lang: str) -> str:
    primary, *rest = lang.lower().split("-")
    if primary == "zh" and {"hant", "tw", "hk", "mo"} & set(rest):
        return TEN_THOUSAND["zh-hant"]
    return TEN_THOUSAND.get(primary, "")


def splice(rendered: Rendered, views: Mapping[str, int], display: Display) -> bytes:
    """The bytes of the file: each slot filled with the count of its article; ``KeyError`` for an unknown one."""
    if not rendered.slots:
        return rendered.data
    data = rendered.data
    pieces = []
    start = 0
    for offset, name in rendered.slots:
        pieces.append(data[start:offset])
        pieces.append(shown(name, views, display))
        start = offset
    pieces.append(data[start:])
    return b"".join(pieces)


def shown(name: str, views: Mapping[str, int], display: Display) -> bytes:
    """What stands in the slot ``name``; ``KeyError`` where its article has no count."""
    url, _, way = name.partition("#")
    return written(views[url], way, display)


def written(count: int, way: str, display: Display) -> bytes:
    """``count`` as it stands on a page; ``way`` is what follows the ``#`` in the slot's name."""
    if display == "exact" or way == EXACT:
        return b"%d" % count
    return rounded(count, way).encode()


def rounded(count: int, unit: str = "") -> str:
    """``count`` cut to its first two or three digits: 12.3k, 4.5M; with ``unit`` 万: 1.2万, 3.4亿.

    Never more than the count, so that a number only grows; the same arithmetic as in ``static/js/views.js``.
    """
    steps = ((10**8, HUNDRED_MILLION[unit]), (10**4, unit)) if unit else ((10**6, "M"), (10**3, "k"))
    for size, name in steps:
        if count >= size:
            whole, tenth = divmod(count * 10 // size, 10)
            return f"{whole}{name}" if whole >= 100 or not tenth else f"{whole}.{tenth}{name}"
    return str(count)
