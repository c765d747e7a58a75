"""The manifest: every file of a finished output, for whoever publishes it.

In: what a build wrote.  Out: ``.site-builder/manifests/<output>.json``, which is there only while the
output is a finished build.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import msgspec

STATE = ".site-builder"
VERSION = 1


class ManifestFile(msgspec.Struct, frozen=True, order=True):
    """One file: ``path`` below the output folder, ``sha256`` in hexadecimal, ``size`` in bytes.

    ``kind`` is the page's kind, ``asset`` for files of ``static/`` whose name holds a fingerprint, ``file``
    for other copied files.
    """

    path: str
    sha256: str
    size: int
    kind: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A whole output: ``instant`` as of which it was built (UTC, ISO 8601), ``files`` by path."""

    version: int = VERSION
    instant: str
    files: tuple[ManifestFile, ...]


def output_name(site_dir: Path, output: Path) -> str:
    """The output folder as a name for records: relative to the site, the same wherever the site is moved to."""
    return quote(Path(os.path.relpath(output, site_dir)).as_posix(), safe="")


def manifest_path(site_dir: Path, output: Path) -> Path:
    """The manifest's file."""
    return site_dir / STATE / "manifests" / f"{output_name(site_dir, output)}.json"


def read_manifest(site_dir: Path, output: Path) -> Manifest | None:
    """The manifest of ``output``; None where it holds no finished build."""
    try:
        return msgspec.json.decode(manifest_path(site_dir, output).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None


def write_manifest(site_dir: Path, output: Path, manifest: Manifest) -> None:
    """Write the manifest in one step.  Raises :class:`OSError`."""
    path = manifest_path(site_dir, output)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(manifest))
    os.replace(fresh, path)


def forget_manifest(site_dir: Path, output: Path) -> None:
    """Remove the manifest: the output is about to change.  Raises :class:`OSError`."""
    manifest_path(site_dir, output).unlink(missing_ok=True)
