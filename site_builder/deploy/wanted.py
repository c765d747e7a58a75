"""What shall be live: pure.

In: the build's manifest, the header rules, what the target can carry.  Out: entries by path, and their header sets.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from site_builder.building.manifest import Manifest, ManifestFile
from site_builder.config_deploy import Encoding, HeaderRule
from site_builder.deploy.release import Entry, HeaderSet, by_path, header_key
from site_builder.hosting import alike, headers_of, is_text

# Below this a compressed file is hardly smaller, and costs a header more.
SMALLEST = 256
ENDINGS: dict[Encoding, str] = {"gzip": ".gz", "brotli": ".br"}
CODINGS: dict[Encoding, str] = {"gzip": "gzip", "brotli": "br"}  # RFC 9110 §8.4.1, RFC 7932 §13


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """How a target holds files: with headers or without, compressed in place or in a file beside (``page.html.gz``)."""

    headers: bool = False
    rules: tuple[HeaderRule, ...] = ()
    in_place: Encoding | None = None
    beside: tuple[Encoding, ...] = ()


def wanted(manifest: Manifest, manner: Manner) -> tuple[tuple[Entry, ...], dict[str, HeaderSet]]:
    """Every entry that shall be live, by path, and the header sets that they name."""
    sets: dict[str, HeaderSet] = {}
    keys: dict[tuple[str, str, str], str] = {}
    entries = []
    taken = {file.path for file in manifest.files} if manner.beside else set[str]()
    for file in manifest.files:
        digest = bytes.fromhex(file.sha256)
        encoding = manner.in_place if manner.in_place and _worth(file) else None
        key = ""
        if manner.headers:
            # Without rules of the site's own, files of one ending and kind have the same headers.
            like = (file.path if manner.rules else alike(file.path), file.kind, encoding or "")
            key = keys.get(like, "")
            if not key:
                headers = _header_set(file, manner, encoding)
                keys[like] = key = header_key(headers)
                sets[key] = headers
        entries.append(Entry(file.path, digest, file.size, file.kind, "", encoding or "", key))
        entries += _beside(file, digest, manner, taken)
    # Nearly in order already, so that this is a look at each.
    return tuple(sorted(entries, key=by_path)), sets


def _worth(file: ManifestFile) -> bool:
    return file.size >= SMALLEST and is_text(file.path)


def _header_set(file: ManifestFile, manner: Manner, encoding: Encoding | None) -> HeaderSet:
    headers = headers_of(file.path, file.kind, manner.rules)
    if encoding:
        headers["Content-Encoding"] = CODINGS[encoding]
    return tuple(sorted(headers.items()))


def _beside(file: ManifestFile, digest: bytes, manner: Manner, taken: set[str]) -> Iterator[Entry]:
    if not manner.beside or not _worth(file):
        return
    for encoding in manner.beside:
        path = file.path + ENDINGS[encoding]
        if path not in taken:
            yield Entry(path, digest, file.size, file.kind, file.path, encoding)


def address(path: str) -> str:
    """The address that readers ask for a path, not percent-encoded: ``a/index.html`` is ``/a/``."""
    folder, _, name = path.rpartition("/")
    return ("/" + folder + "/" if folder else "/") if name == "index.html" else "/" + path
