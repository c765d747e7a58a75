"""What must not be in the output: titles, addresses, texts and images of the pieces that are hidden at an instant."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import msgspec

from site_builder.articles import body_text
from site_builder.building.snapshot import Snapshot, pieces_of
from site_builder.catalog.urls import addresses
from site_builder.check.texts import words_of
from site_builder.model import Article, Document, Items, Record, Value
from site_builder.rendering.markdown import ConversionError, Converter, make_converter
from site_builder.sources.scan import read_source

RUN = 8
# Shorter phrases than this are found everywhere; titles are told apart by where else they stand.
FEWEST_WORDS = 3


class Secret(msgspec.Struct, frozen=True):
    """Something of the piece at ``source``: ``what`` it is, and its words in order or its text."""

    source: str
    what: str
    words: tuple[str, ...] = ()
    text: str = ""


class Secrets(msgspec.Struct, frozen=True):
    """``phrases`` are found as words in a row, ``segments`` as a part of an address, ``files`` by their site path."""

    phrases: tuple[Secret, ...]
    segments: tuple[Secret, ...]
    files: tuple[Secret, ...]


Piece = Article | Document


def hidden_pieces(site: Snapshot) -> list[Piece]:
    """The articles and documents that readers do not see."""
    visible = set(site.catalog.paths)
    visible |= {document.path for document in site.catalog.documents}
    articles, documents = pieces_of(site.parsed)
    pieces: list[Piece] = [*articles, *documents]
    return [piece for piece in pieces if piece.path not in visible]


def secrets_of(site: Snapshot, folder: Path) -> Secrets:
    """Everything that would give a hidden piece away."""
    phrases: list[Secret] = []
    segments: list[Secret] = []
    files: dict[str, Secret] = {}
    converter = make_converter(site.config.markdown, addresses(site.config).host)
    for piece in hidden_pieces(site):
        phrases.append(Secret(piece.path, "title", tuple(words_of(piece.title))))
        for text in _front_matter_texts(piece):
            words = tuple(words_of(text))
            if len(words) >= FEWEST_WORDS:
                phrases.append(Secret(piece.path, "front matter", words))
        words = tuple(words_of(shown_body(piece, converter, folder)))
        phrases += [Secret(piece.path, "text", run) for run in dict.fromkeys(_runs(words))]
        segments += [
            Secret(piece.path, "address", text=_composed(last))
            for address in (piece.permalink, *piece.aliases)
            if (last := address.rstrip("/").rpartition("/")[2].removesuffix(".html"))
        ]
        segments.append(Secret(piece.path, "slug", text=_composed(piece.slug)))
        for name in _files(piece):
            if name in site.catalog.hidden_files:
                files[name] = Secret(piece.path, "file", text=_composed(name))
    return Secrets(
        tuple(phrase for phrase in phrases if phrase.words), tuple(dict.fromkeys(segments)), tuple(files.values())
    )


def shown_body(piece: Piece, converter: Converter, folder: Path) -> str:
    """The body of a piece as its page shows it; as it was written where it cannot be converted."""
    source = body_text(read_source(str(folder), piece.path).data, piece.body_start)
    try:
        return converter.convert(source, piece.lang).html
    except ConversionError:
        return source


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _runs(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for start in range(len(words) - RUN + 1):
        run = words[start : start + RUN]
        if "" not in run:
            yield run


def _front_matter_texts(piece: Piece) -> Iterator[str]:
    yield piece.summary
    yield from _texts_in(piece.extra)
    if isinstance(piece, Article) and piece.image:
        yield piece.image.alt


def _texts_in(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Record):
        for name in value:
            yield from _texts_in(value[name])
    elif isinstance(value, Items):
        for item in value:
            yield from _texts_in(item)


def _files(piece: Piece) -> tuple[str, ...]:
    if isinstance(piece, Article) and piece.image:
        return (*piece.files, piece.image.src)
    return piece.files
