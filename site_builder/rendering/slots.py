"""Slots: where a page shows a view count.

A count is no part of a page's text: the template marks the place, the renderer cuts the marks out and
keeps their offsets, and the count is spliced in when the file is written.  So new counts render nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from markupsafe import Markup

from site_builder.model import Rendered

# NUL is no character of HTML or XML, and parsing removes it from all content.
_MARK = "\0"
_MARK_BYTE = b"\0"


def slot(url: str) -> Markup:
    """The mark for the count of the article at ``url``."""
    return Markup(f"{_MARK}{url}{_MARK}")  # noqa: S704  (a URL is percent-encoded and stays inside the marks)


def cut(text: str) -> Rendered:
    """Rendered text with its marks cut out."""
    data = text.encode()
    if _MARK not in text:
        return Rendered(data)
    parts = data.split(_MARK_BYTE)
    pieces = parts[::2]
    ends = itertools.accumulate(map(len, pieces))
    return Rendered(b"".join(pieces), tuple(zip(ends, map(bytes.decode, parts[1::2]), strict=False)))


def splice(rendered: Rendered, views: Mapping[str, int]) -> bytes:
    """The bytes of the file: each slot filled with the count of its article; ``KeyError`` for an unknown one."""
    if not rendered.slots:
        return rendered.data
    data = rendered.data
    pieces = []
    start = 0
    for offset, url in rendered.slots:
        pieces.append(data[start:offset])
        pieces.append(b"%d" % views[url])
        start = offset
    pieces.append(data[start:])
    return b"".join(pieces)
