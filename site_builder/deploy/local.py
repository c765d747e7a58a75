"""The site's output on this disk: whether it is a finished build, and its bytes.

In: the site's folder.  Out: the manifest, and for an entry its bytes as the target shall hold them.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from site_builder.building.manifest import Manifest, read_manifest
from site_builder.deploy.release import Entry
from site_builder.deploy.stops import Refused, Unfit


def finished(site_dir: Path, output: Path) -> Manifest:
    """The manifest of a finished build.  Raises :class:`Refused` where the output is none."""
    manifest = read_manifest(site_dir, output)
    if manifest is None:
        raise Refused([f"{output} is not a finished build. Run: site-builder build"])
    return manifest


def check_sizes(output: Path, entries: Iterable[Entry]) -> None:
    """Raises :class:`Refused` where a file that ``entries`` come from is not there, or has another size.

    Only what is to be sent is looked at: to ask a disk for 100,000 files takes longer than to deploy ten.
    """
    root = str(output)
    for entry in entries:
        try:
            size = os.stat(f"{root}/{entry.origin}").st_size
        except OSError:
            size = -1
        if size != entry.size:
            what = "is missing" if size < 0 else f"has {size:,} bytes where the build wrote {entry.size:,}"
            raise Refused([f"{output / entry.origin} {what}: this is not a finished build. Run: site-builder build"])


class LocalSite:
    """The output folder that a deploy sends from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, entry: Entry) -> bytes:
        """The bytes that the target shall hold.  Raises :class:`Unfit` where the file is not the build's."""
        try:
            data = (self.folder / entry.origin).read_bytes()
        except OSError as error:
            raise Unfit(f"{entry.origin} cannot be read: {error.strerror}") from None
        if hashlib.sha256(data).digest() != entry.digest:
            raise Unfit(f"{entry.origin} is not what the build wrote: was it changed meanwhile? Build again")
        return encoded(data, entry.encoding)


def decoded(data: bytes, encoding: str) -> bytes:
    """What :func:`encoded` compressed.  Raises what the two libraries raise where it is damaged."""
    if encoding == "gzip":
        return gzip.decompress(data)
    if encoding == "brotli":
        import brotli

        try:
            plain: bytes = brotli.decompress(data)
        except brotli.error as error:
            raise ValueError(str(error)) from None
        return plain
    return data


def encoded(data: bytes, encoding: str) -> bytes:
    """``data`` compressed, the same bytes each time."""
    if encoding == "gzip":
        return gzip.compress(data, 9, mtime=0)
    if encoding == "brotli":
        import brotli

        compressed: bytes = brotli.compress(data, quality=9)
        return compressed
    return data
