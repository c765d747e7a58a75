"""Links of bodies to the files of other pieces: to the addresses of their pages.

In: the visible pieces.  Out: for each file that one of them links to the address of its page, '' where readers see
none; and a warning for each such link.  A link to a hidden piece is as one to a file that is not there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from site_builder.catalog.urls import Addresses
from site_builder.errors import Problem, did_you_mean
from site_builder.model import Document, Outline, PieceLink

_HINT = "Name its file, from this one (other.md) or from the root (/2019/other.md); until then the text is no link"
# As for pins: nearest names cost quadratic time.
_SUGGEST_UP_TO = 5_000
_SUGGESTIONS = 10


def resolve_links(
    articles: Sequence[Outline], urls: Sequence[str], documents: Sequence[Document], addresses: Addresses
) -> tuple[dict[str, str], list[Problem]]:
    """URLs by site path of the file (``/2019/kapok.md``), and warnings; ``urls`` are those of ``articles``."""
    linking: list[Outline | Document] = [article for article in articles if article.links]
    linking += [document for document in documents if document.links]
    if not linking:
        return {}, []
    links = dict.fromkeys(sorted({place.key for piece in linking for place in piece.links}), "")
    for article, url in zip(articles, urls, strict=True):
        if (path := _site_path(article)) in links:
            links[path] = url
    for document in documents:
        if (path := _site_path(document)) in links:
            links[path] = addresses.url(document.permalink or addresses.listing("document", document.slug))
    missing = [(piece, place) for piece in linking for place in piece.links if place.line and not links[place.key]]
    known = [_site_path(article) for article in articles] if missing and len(articles) <= _SUGGEST_UP_TO else []
    warnings = []
    for number, (piece, place) in enumerate(missing):
        message = f"link: '{place.key}' is no piece that readers can see"
        nearest = did_you_mean(place.key, known) if known and number < _SUGGESTIONS else ""
        hint = nearest if nearest.startswith("Did") else _HINT
        warnings.append(Problem(piece.path, place.line, place.column, message, hint))
    return links, warnings


def links_of(piece: Outline | Document, links: Mapping[str, str]) -> tuple[PieceLink, ...]:
    """The links of a visible ``piece`` that lead somewhere; ``links`` are those of the catalog."""
    return tuple(PieceLink(place.key, url) for place in piece.links if (url := links[place.key]))


def _site_path(piece: Outline | Document) -> str:
    path = piece.path.removeprefix("content")
    return path if path.isascii() else unicodedata.normalize("NFC", path)
