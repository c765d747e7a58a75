"""What a target keeps of its releases: values, and how they are written.

In: paths with digests.  Out: :class:`Release` (all of one deployed state, compressed) and :class:`State` (small, JSON).
Instants are whole seconds since 1970 in UTC, but for ``instant``, the build's, which is ISO 8601 as the build wrote it.
Digests are SHA-256 of the site's own bytes, before any compression.
"""

from __future__ import annotations

import hashlib
import operator
import zlib

import msgspec

VERSION = 1
MOST_BYTES = 1 << 30
UNKNOWN = bytes(32)
"""The digest of a file that was changed by others than deploys: no build's, and nothing that a rollback needs."""

HeaderSet = tuple[tuple[str, str], ...]


class Unreadable(ValueError):
    """A record on the target is not one of this program's, or of a newer version of it."""


class Entry(msgspec.Struct, frozen=True, array_like=True, order=True):
    """One file that is live: its path, what it holds, and what the host says of it.

    ``encoding`` is ``gzip`` or ``brotli`` where the host holds it compressed; ``headers`` names a header set of its
    release ('' for none).  A file that stands compressed beside another has that one's ``digest`` and ``source``.
    """

    path: str
    digest: bytes
    size: int
    kind: str
    source: str = ""
    encoding: str = ""
    headers: str = ""

    @property
    def origin(self) -> str:
        """The file of the site's output that its bytes come from."""
        return self.source or self.path

    @property
    def stored(self) -> str:
        """A name for its bytes and headers as the host holds them."""
        return "-".join(filter(None, (self.digest.hex(), self.encoding, self.headers)))


by_path = operator.attrgetter("path")
"""The order of entries.  Paths are unique; comparing them alone is several times faster than comparing entries."""


class Last(msgspec.Struct, frozen=True, array_like=True, order=True):
    """The last release that referred to something, and when the next one replaced it."""

    number: int
    replaced: int


class Kept(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A file that is no longer part of the site, live for readers of pages that are."""

    entry: Entry
    last: Last


class ReleaseInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A release in short.  ``restores`` is the release that a rollback brought back.

    ``number`` is 0 for what no deploy made: somebody's own commit on a branch.
    """

    id: str
    number: int
    instant: str
    deployed: int
    files: int
    size: int
    restores: str = ""


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """A release in full.  ``files`` is the site; ``kept`` is also live; ``blobs`` are copies held for rollbacks.

    ``waste`` is what has to be removed once this release is live: ``live PATH``, ``blob NAME``, ``release ID``.
    """

    info: ReleaseInfo
    files: tuple[Entry, ...] = ()
    kept: tuple[Kept, ...] = ()
    headers: dict[str, HeaderSet] = {}
    blobs: dict[str, Last] = {}
    waste: tuple[str, ...] = ()

    def live(self) -> dict[str, Entry]:
        """Everything that readers may ask for, by path."""
        return {kept.entry.path: kept.entry for kept in self.kept} | {entry.path: entry for entry in self.files}


class Lock(msgspec.Struct, frozen=True):
    """Who deploys now; ``until`` when the lock lapses; ``holder`` the process, where one can see whether it runs."""

    owner: str
    token: str
    until: int
    holder: str = ""


class State(msgspec.Struct, frozen=True, kw_only=True):
    """The small record: ``releases`` newest first, the first one live.

    ``preparing`` are releases of which at most the record and copies were made, ``pending`` those that may have
    changed what readers see; neither was finished.

    ``write`` is a random word of the last write: it tells one's own write whose answer was lost from another's.
    ``swept`` is whether the live release's waste has been removed.
    """

    version: int = VERSION
    write: str = ""
    releases: tuple[ReleaseInfo, ...] = ()
    preparing: tuple[ReleaseInfo, ...] = ()
    pending: tuple[ReleaseInfo, ...] = ()
    lock: Lock | None = None
    swept: bool = True

    @property
    def current(self) -> ReleaseInfo | None:
        """The live release."""
        return self.releases[0] if self.releases else None


def header_key(headers: HeaderSet) -> str:
    """The name of a header set, '' for the empty one."""
    text = "\n".join(f"{name}: {value}" for name, value in headers)
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else ""


def encode_release(release: Release) -> bytes:
    """The bytes that are kept: MessagePack, zlib."""
    return zlib.compress(msgspec.msgpack.encode([VERSION, release]), 1)


def decode_release(data: bytes) -> Release:
    """The release that :func:`encode_release` wrote.  Raises :class:`Unreadable`."""
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(data, MOST_BYTES)
        if not unpacker.eof:
            raise Unreadable("a release's record is cut short")
        version, raw = msgspec.msgpack.decode(text, type=tuple[int, msgspec.Raw])
        if version != VERSION:
            raise Unreadable(f"a release's record has version {version}, this program knows {VERSION}")
        return msgspec.msgpack.decode(raw, type=Release)
    except (zlib.error, msgspec.DecodeError) as error:
        raise Unreadable(f"a release's record is damaged: {error}") from None


def encode_state(state: State) -> bytes:
    """The bytes that are kept: JSON, for people too."""
    return msgspec.json.format(msgspec.json.encode(state)) + b"\n"


def decode_state(data: bytes) -> State:
    """The state that :func:`encode_state` wrote.  Raises :class:`Unreadable`."""
    try:
        version = msgspec.json.decode(data, type=dict[str, object]).get("version")
        if version != VERSION:
            raise Unreadable(f"the target's state has version {version}, this program knows {VERSION}")
        return msgspec.json.decode(data, type=State)
    except msgspec.DecodeError as error:
        raise Unreadable(f"the target's state is damaged: {error}") from None
