"""What the build cache holds of an output: one record a file, and one for the build as a whole.

Everything here is portable: no absolute path, and nothing that is believed because of its time alone.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import chain

import msgspec

from site_builder.config_views import Display
from site_builder.errors import Problem
from site_builder.model import Rendered
from site_builder.rendering.slots import written
from site_builder.sources.scan import Stamp

_SHORT = 8
_SLOT = struct.Struct(f"<I{_SHORT}s")
_NAMES = struct.Struct(f"<4x{_SHORT}s")
_NO_WAY = " "
# No character of a count, of a URL, or of a unit.
_BETWEEN = "\n"


class LookedAt(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The beginning of a :class:`PageEntry`, read alone: enough to see whether its file is as it was left."""

    path: str
    kind: str
    template_key: bytes = b""
    context_key: bytes = b""
    sha256: bytes = b""
    size: int = 0
    stamp: Stamp = b""


class PageEntry(LookedAt, frozen=True, array_like=True, gc=False):
    """A file of the output that is a build's work, and the key that is true of it.

    ``template_key`` and ``context_key`` together are the page's key; for a copied file the latter is the digest
    of its bytes.  Empty ones: a build ended before it could say what became of the file.  ``sha256`` and
    ``size`` are those of the file, ``stamp`` says whether it may have been changed since.

    ``slots`` holds for each slot the offset in the page without counts and a short digest of the article's
    URL, ``ways`` how it is written there, one character each, and ``shown`` what stands there, a line each.
    ``plan`` is the digest of the arguments that its context was made with, where it keeps the promise of
    :attr:`Planned.newest`; ``shows`` holds the short digests of the articles that it shows beside those that its plan
    names (an article's related reading and the next one).  ``why`` and ``build``: why it was last rendered or copied,
    and in which build.
    """

    slots: bytes = b""
    ways: str = ""
    shown: str = ""
    plan: bytes = b""
    shows: bytes = b""
    why: str = ""
    build: int = 0

    @property
    def is_true(self) -> bool:
        """Whether the entry says anything of the file."""
        return bool(self.context_key)


class Past(msgspec.Struct, frozen=True, array_like=True):
    """The visible articles of a build, oldest first, and what else all contexts may depend on.

    ``key`` is the digest of the engine, the configuration and the images' sizes; ``taxa`` holds the digest of each
    taxon's name and address by kind and folded name.  The others hold for each article: ``traits`` 8 bytes that tell
    in which lists it stands, ``seconds`` its timestamp in 8; ``articles`` 16 of all that can be seen of it; ``counts``
    its views in 8.  ``awaited`` are those of which a correction lies ahead.
    """

    key: bytes = b""
    taxa: dict[str, bytes] = {}
    traits: bytes = b""
    seconds: bytes = b""
    articles: bytes = b""
    counts: bytes = b""
    awaited: tuple[int, ...] = ()


class BuildEntry(msgspec.Struct, frozen=True, array_like=True):
    """The last finished build of an output.

    ``site_key`` is the digest of all its inputs but the instant and the store of views, whose digest is ``store``
    (empty: the output shows other counts than a build would); ``instant`` and ``until`` are Unix seconds
    between which (``until`` excluded, 0 for never) the instant changes nothing.  ``template_keys`` are the
    parts of each template's key by name; ``views`` is the digest of all counts, ``rankings`` that of all lists
    that counts order, ``read`` that of the configuration and of what the articles were read as, ``sources`` that of
    all files of the site.  ``past`` are the articles that were visible, in order.
    """

    path: str
    number: int = 0
    site_key: bytes = b""
    instant: int = 0
    until: int = 0
    drafts: bool = False
    views: bytes = b""
    template_keys: dict[str, dict[str, bytes]] = {}
    counts: tuple[int, int, int] = (0, 0, 0)
    warnings: tuple[Problem, ...] = ()
    past: Past = Past()
    rankings: bytes = b""
    read: bytes = b""
    sources: bytes = b""
    store: bytes = b""


def _short(url: str) -> bytes:
    return blake2b(url.encode(), digest_size=_SHORT).digest()


@functools.lru_cache(1 << 14)
def short(url: str) -> bytes:
    """A URL in eight bytes."""
    return _short(url)


def shorts(joined: bytes) -> list[bytes]:
    """URLs in eight bytes each, from one string of them."""
    return [joined[start : start + _SHORT] for start in range(0, len(joined), _SHORT)]


class Counts:
    """The counts to show, as they are written."""

    def __init__(self, views: Mapping[str, int], display: Display) -> None:
        """``views`` by URL."""
        self._views = views
        self._display = display
        self._written: dict[str, dict[bytes, str]] = {}

    @functools.cached_property
    def _by_short(self) -> dict[bytes, int]:
        # A build in which no count changed asks for a few of many: only others need them all by their short form.
        found = {_short(url): count for url, count in self._views.items()}
        if len(found) != len(self._views):  # 1 in 10^7 for a million addresses
            raise ValueError("two addresses have the same short digest: change one of them")
        return found

    def text(self, name: str) -> str:
        """What stands in the slot of that name; ``KeyError`` with the URL where its article has no count."""
        url, _, way = name.partition("#")
        return written(self._views[url], way, self._display).decode()

    def texts(self, names: Iterable[str]) -> str:
        """What stands in the slots of these names, a line each."""
        return _BETWEEN.join(map(self.text, names))

    def shown(self, entry: PageEntry) -> str:
        """What the slots of ``entry`` have to show, a line each; ``KeyError`` where an article has no count."""
        if not entry.ways:
            return _BETWEEN.join(map(self._texts(_NO_WAY).__getitem__, named(entry)))
        return _BETWEEN.join([self._texts(way)[url] for url, way in zip(named(entry), entry.ways, strict=True)])

    def _texts(self, way: str) -> dict[bytes, str]:
        """The counts as they are written in one way: most of them stand on many pages."""
        found = self._written.get(way)
        if found is None:
            name = "" if way == _NO_WAY else way
            found = self._written[way] = _Texts(self._by_short, name, self._display)
        return found


class _Texts(dict[bytes, str]):
    """Texts by the short form of their URL, made when they are first asked for."""

    def __init__(self, counts: Mapping[bytes, int], way: str, display: Display) -> None:
        super().__init__()
        self._counts, self._way, self._display = counts, way, display

    def __missing__(self, url: bytes) -> str:
        text = self[url] = written(self._counts[url], self._way, self._display).decode()
        return text


def packed(rendered: Rendered) -> tuple[bytes, str]:
    """The slots of a page as :class:`PageEntry` holds them: ``slots`` and ``ways``."""
    parts = []
    ways = ""
    for offset, name in rendered.slots:
        url, _, way = name.partition("#")
        parts.append(_SLOT.pack(offset, short(url)))
        ways += way or _NO_WAY
    return b"".join(parts), ways if ways.strip() else ""


def named(entry: PageEntry) -> Iterator[bytes]:
    """The articles whose counts ``entry`` shows, in short form."""
    return chain.from_iterable(_NAMES.iter_unpack(entry.slots))


def with_counts(data: bytes, entry: PageEntry, shown: str) -> bytes:
    """The file ``data`` of ``entry`` with ``shown`` in its slots instead of what stands there."""
    if not entry.slots:
        return data
    pieces: list[bytes] = []
    start = 0
    for (begin, end), text in zip(places(entry), shown.split(_BETWEEN), strict=True):
        pieces += (data[start:begin], text.encode())
        start = end
    pieces.append(data[start:])
    return b"".join(pieces)


def places(entry: PageEntry) -> Iterator[tuple[int, int]]:
    """Where in the file of ``entry`` each count stands."""
    shift = 0
    for (offset, _), text in zip(_SLOT.iter_unpack(entry.slots), entry.shown.split(_BETWEEN), strict=True):
        length = len(text.encode())
        yield offset + shift, offset + shift + length
        shift += length
