"""What readers may see at one instant: drafts, future and expired pieces are dropped here, before anything else.

In: parsed articles and documents, the instant.  Out: :class:`Visible`; nothing to the right of here sees the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import NamedTuple, TypeVar

import msgspec

from site_builder.model import Article, Document, Outline, Place

Dated = TypeVar("Dated", Article, Outline, Document)


class Columns(NamedTuple):
    """The articles oldest first (timestamp, then path), and their fields: a large archive is looked through once."""

    timestamp: tuple[datetime, ...]
    path: tuple[str, ...]
    category: tuple[str, ...]
    tags: tuple[tuple[str, ...], ...]
    authors: tuple[tuple[str, ...], ...]
    source: tuple[str, ...]
    source_url: tuple[str, ...]
    lang: tuple[str, ...]
    slug: tuple[str, ...]
    permalink: tuple[str, ...]
    aliases: tuple[tuple[str, ...], ...]
    links: tuple[tuple[Place, ...], ...]
    updated: tuple[datetime | None, ...]
    views: tuple[int, ...]
    article: tuple[Outline, ...] = ()


_FIELDS = Columns._fields[:-1]


def columns_of(articles: Sequence[Outline]) -> Columns:
    """The fields of ``articles``, which come in any order."""
    rows = [(*fields, article) for fields, article in zip(map(attrgetter(*_FIELDS), articles), articles, strict=True)]
    # Two sorts that compare one value each are faster than one that makes pairs; the second keeps what is equal.
    rows.sort(key=itemgetter(1))
    rows.sort(key=itemgetter(0))
    return Columns(*(zip(*rows, strict=True) if rows else ((),) * len(Columns._fields)))


class Visible(NamedTuple):
    """Articles oldest first, documents by path.

    ``hidden_files`` are those that only others name, ``awaited`` the paths of those of which a correction lies
    ahead.
    """

    articles: Columns
    documents: list[Document]
    hidden_files: frozenset[str]
    awaited: set[str]


def is_visible(article: Outline, instant: datetime, drafts: bool) -> bool:
    """Whether readers may see the piece at ``instant``: no draft, published, not expired."""
    return (
        (drafts or not article.draft)
        and article.timestamp <= instant
        and (article.expires is None or article.expires > instant)
    )


def as_of(piece: Dated, instant: datetime) -> Dated:
    """``piece`` without a correction that lies ahead: nobody is told of it before its time."""
    if piece.updated is not None and piece.updated > instant:
        return msgspec.structs.replace(piece, updated=None)
    return piece


def visible_pieces(
    articles: Iterable[Outline], documents: Iterable[Document], instant: datetime, drafts: bool
) -> Visible:
    """Those that readers may see at ``instant``; ``drafts`` shows drafts as if published."""
    articles = list(articles)
    shown = [article for article in articles if is_visible(article, instant, drafts)]
    hidden_files: set[str] = set()
    if len(shown) < len(articles):
        kept = {article.path for article in shown}
        for article in articles:
            if article.path not in kept:
                hidden_files.update(_files_of(article))
    awaited: set[str] = set()
    for place, article in enumerate(shown):
        if article.updated is not None:
            shown[place] = now = as_of(article, instant)
            if now is not article:
                awaited.add(article.path)
    shown_documents: list[Document] = []
    for document in sorted(documents, key=attrgetter("path")):
        if drafts or not document.draft:
            shown_documents.append(as_of(document, instant))
        else:
            hidden_files.update(document.files)
    if hidden_files:
        for article in shown:
            hidden_files.difference_update(_files_of(article))
        for document in shown_documents:
            hidden_files.difference_update(document.files)
    return Visible(columns_of(shown), shown_documents, frozenset(hidden_files), awaited)


def _files_of(article: Outline) -> tuple[str, ...]:
    return (*article.files, article.image.src) if article.image else article.files
