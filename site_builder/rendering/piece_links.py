"""Links to the files of other pieces, in a body's HTML: they lead to the pages of these pieces.

In: HTML, the folder of the piece, the pieces that it links to.  Out: the HTML with their addresses.  A link to a piece
that readers do not see keeps its text alone: its file's name may be the headline of something unpublished.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable

from site_builder.model import PieceLink
from site_builder.references import piece_path
from site_builder.rendering.markdown.raw import ATTRIBUTES, attribute, hidden, shown, value_of

_MAY_LINK = re.compile(r"\.m(?:d|arkdown)\b", re.IGNORECASE).search
_ANCHOR = re.compile(rf"<a({ATTRIBUTES})\s*/?>|</a\s*>", re.IGNORECASE)
_REST = re.compile(r"[?#].*", re.DOTALL).search


def with_piece_links(html: str, folder: str, links: Iterable[PieceLink], base: str, *, sloppy: bool = False) -> str:
    """``html`` of a piece in ``folder`` (``/2019``, '' for ``content/`` itself), addresses without ``base``.

    ``base`` is the site's base path; ``sloppy``: authors' own HTML, whose attributes may be written in any way.
    """
    # Hardly any body has one, so the cheapest look comes first.
    if not (".m" in html or ".M" in html) or not _MAY_LINK(html):
        return html
    urls = {link.path: link.url.removeprefix(base) for link in links}
    opaque: list[str] = []
    if sloppy:
        html, opaque = hidden(html)
    is_left_out = False

    def anchor(match: re.Match[str]) -> str:
        nonlocal is_left_out
        attributes = match[1]
        if attributes is None:
            tag = "" if is_left_out else match[0]
            is_left_out = False
            return tag
        found = attribute(attributes, "href")
        address = entities.unescape(value_of(found)) if found else ""
        path = piece_path(address, folder)
        is_left_out = bool(path) and path not in urls
        if is_left_out:
            return ""
        if not path or found is None:
            return match[0]
        rest = _REST(address.strip())
        url = entities.escape(urls[path] + (rest[0] if rest else ""))
        return f'<a{attributes[: found.start()]}href="{url}"{attributes[found.end() :]}>'

    return shown(_ANCHOR.sub(anchor, html), opaque)
