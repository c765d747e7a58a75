"""Rendered bodies that are kept from build to build: a body is converted once, whatever becomes of the templates.

In: a body's digest and its page's language.  Out: its HTML, where this engine with these settings made it before.
Each process reads the cache for itself; what it converts anew goes to the one process that writes.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

import msgspec

from site_builder.building.engine import plugins
from site_builder.building.keys import digest
from site_builder.building.snapshot import Snapshot, Sources
from site_builder.building.store import body_digest
from site_builder.catalog.urls import addresses
from site_builder.model import BodyRef
from site_builder.rendering.markdown import Body

_ENCODE = msgspec.msgpack.Encoder(order="deterministic").encode


class KeptBodies:
    """The bodies of one cache and one way of converting."""

    def __init__(self, cache: Path, settings: bytes) -> None:
        """``settings`` is the digest of all that a conversion depends on beside the text and its language."""
        self._cache = cache
        self._settings = settings
        self._opened: tuple[int, sqlite3.Connection | None] = (0, None)
        self._fresh: list[tuple[bytes, bytes]] = []

    def __reduce__(self) -> tuple[type[KeptBodies], tuple[Path, bytes]]:
        """In another process the cache is opened anew."""
        return KeptBodies, (self._cache, self._settings)

    def key(self, body: bytes, lang: str) -> bytes:
        """The key of the body with that digest."""
        return digest(self._settings, body, lang.encode())

    def get(self, reference: BodyRef, lang: str) -> Body | None:
        """The body as HTML, None where it has to be converted.  What is damaged is converted again."""
        connection = self._connection()
        if connection is None:
            return None
        key = self.key(reference.digest, lang)
        try:
            row = connection.execute("SELECT digest, data FROM bodies WHERE key = ?", (key,)).fetchone()
        except (sqlite3.Error, UnicodeDecodeError):
            return None
        if row is None or not isinstance(row[1], bytes) or body_digest(key, row[1]) != row[0]:
            return None
        return msgspec.msgpack.decode(row[1], type=Body)

    def put(self, reference: BodyRef, lang: str, body: Body) -> None:
        """Keep a body that was converted."""
        self._fresh.append((self.key(reference.digest, lang), _ENCODE(body)))

    def take_fresh(self) -> list[tuple[bytes, bytes]]:
        """The bodies that this process converted since the last call, for :meth:`Store.add_bodies`."""
        fresh, self._fresh = self._fresh, []
        return fresh

    def close(self) -> None:
        """Leave the cache to others: it is one file again only when nobody reads it."""
        process, connection = self._opened
        if connection is not None and process == os.getpid():
            connection.close()
        self._opened = (0, None)

    def _connection(self) -> sqlite3.Connection | None:
        # A connection must not be used on the other side of a fork.
        process = os.getpid()
        if self._opened[0] != process:
            connection = None
            with suppress(sqlite3.Error):
                connection = sqlite3.connect(f"{self._cache.absolute().as_uri()}?mode=ro", uri=True)
            self._opened = (process, connection)
        return self._opened[1]


def kept_bodies(cache: Path, sources: Sources, engine: bytes) -> KeptBodies | None:
    """The kept bodies of a site; None for an engine that converts as fast as the cache could be read."""
    settings = sources.config.markdown
    if settings.engine != "markdown":
        return None
    parts = (engine, _ENCODE(settings), plugins(settings.extensions), addresses(sources.config).host.encode())
    return KeptBodies(cache, digest(*parts))


def wanted_keys(kept: KeptBodies, site: Snapshot) -> set[bytes]:
    """The keys of all bodies of the site, hidden pieces too: they will be shown some day."""
    pieces = [piece for item in site.parsed if (piece := item.article or item.document)]
    return {kept.key(piece.digest, piece.lang) for piece in pieces}
