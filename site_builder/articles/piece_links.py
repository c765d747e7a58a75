"""Which other pieces' files a body links to: a page shows the address of the piece instead.

In: a body, the site paths that it names.  Out: a :class:`Place` for each path that ends like a Markdown file, with the
line of the first link; line 0 where none is seen: what names a file may be code, or a form that is not read here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from site_builder.articles.characters import normalized, place_of
from site_builder.model import Place
from site_builder.references import folder_of, is_piece, piece_path

# Destinations of links, definitions of references, and addresses in raw HTML.
_LINK = re.compile(
    r"(?:(?<!\\)\]\(|(?<!\\)\]:|\bhref\s{0,3}=)\s{0,9}"
    r"(?:<(?P<angled>[^<>\n]++)>|\"(?P<quoted>[^\"\n]++)\"|'(?P<single>[^'\n]++)'"
    r"|(?P<plain>(?:[^()<>\n\"]++|\([^()\n]*+\))++))"
)
# Fences, and spans of code within a line.
_CODE = re.compile(
    r"^[ ]{0,3}(?P<fence>`{3,}|~{3,}).*?(?:^[ ]{0,3}(?P=fence)|\Z)|(?P<ticks>`+)[^`\n]+(?P=ticks)",
    re.MULTILINE | re.DOTALL,
)


def piece_links(data: bytes, start: int, path: str, files: Iterable[str]) -> tuple[Place, ...]:
    """The links of the body that begins at byte ``start`` of the file ``path``; ``files`` are all that it names."""
    wanted = [name for name in files if is_piece(name)]
    if not wanted:
        return ()
    before = normalized(data[:start].decode("utf-8", "replace"))
    body = normalized(data[start:].decode("utf-8", "replace"))
    text = _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), body)
    folder = folder_of(path)
    first: dict[str, int] = {}
    for match in _LINK.finditer(text):
        address = html.unescape(match["angled"] or match["quoted"] or match["single"] or match["plain"]).strip()
        # Python-Markdown takes names with spaces; a title may follow one.
        found = piece_path(address, folder) or piece_path(address.partition(" ")[0], folder)
        if found:
            first.setdefault(found, match.start())
    return tuple(
        Place(name, *place_of(before + body[: first[name]])) if name in first else Place(name, 0, 0) for name in wanted
    )
