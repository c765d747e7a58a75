"""The manifest: every file of a finished output, for whoever publishes it.

In: what a build wrote.  Out: ``.site-builder/manifests/<output>.json``, which is there only while the
output is a finished build.
"""

from __future__ import annotations

import glob
import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import msgspec

STATE = ".site-builder"
_NEW = ".new"
# A whole manifest ends with its list of files.
_END = b"]}"
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
    """A whole output: ``instant`` as of which it was built (UTC, ISO 8601), ``files`` by path.

    ``drafts`` is whether drafts were shown as if published.
    """

    version: int = VERSION
    instant: str
    drafts: bool = False
    files: tuple[ManifestFile, ...]


def output_name(site_dir: Path, output: Path) -> str:
    """The output folder as a name for records: relative to the site, the same wherever the site is moved to.

    Links are followed: one folder has one name by whatever path it is reached, and each folder that a link is put to in
    turn has its own, with its own withdrawn pages.
    """
    return quote(Path(os.path.relpath(os.path.realpath(output), os.path.realpath(site_dir))).as_posix(), safe="")


def manifest_path(site_dir: Path, output: Path) -> Path:
    """The manifest's file."""
    return site_dir / STATE / "manifests" / f"{output_name(site_dir, output)}.json"


def read_manifest(site_dir: Path, output: Path) -> Manifest | None:
    """The manifest of ``output``; None where it holds no finished build."""
    try:
        return msgspec.json.decode(manifest_path(site_dir, output).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None


def has_manifest(site_dir: Path, output: Path) -> bool:
    """Whether there is a manifest of ``output`` that was not cut off."""
    try:
        with open(manifest_path(site_dir, output), "rb") as file:
            file.seek(-len(_END), os.SEEK_END)
            return file.read() == _END
    except OSError:
        return False


def fresh_path(site_dir: Path, output: Path) -> Path:
    """Where this process writes a manifest before it is put in place."""
    return manifest_path(site_dir, output).with_suffix(f".{os.getpid()}{_NEW}")


def write_fresh(fresh: Path, manifest: Manifest) -> None:
    """Write a manifest beside its place: :func:`put_in_place` does the rest.  Raises :class:`OSError`."""
    fresh.parent.mkdir(parents=True, exist_ok=True)
    fresh.write_bytes(msgspec.json.encode(manifest))


def put_in_place(fresh: Path, site_dir: Path, output: Path) -> None:
    """Make what :func:`write_fresh` wrote the output's manifest.  Raises :class:`OSError`."""
    path = manifest_path(site_dir, output)
    os.replace(fresh, path)
    _remove_others(path)


def drop_fresh(fresh: Path) -> None:
    """Remove what :func:`write_fresh` wrote."""
    with suppress(OSError):
        fresh.unlink(missing_ok=True)


def write_manifest(site_dir: Path, output: Path, manifest: Manifest) -> None:
    """Write the manifest in one step.  Raises :class:`OSError`."""
    fresh = fresh_path(site_dir, output)
    write_fresh(fresh, manifest)
    put_in_place(fresh, site_dir, output)


def forget_manifest(site_dir: Path, output: Path) -> None:
    """Put the manifest aside: the output is about to change.  Raises :class:`OSError`."""
    path = manifest_path(site_dir, output)
    with suppress(FileNotFoundError):
        os.replace(path, _aside(path))


def remove_manifest(site_dir: Path, output: Path) -> None:
    """Remove the manifest: the output is gone.  Raises :class:`OSError`."""
    path = manifest_path(site_dir, output)
    path.unlink(missing_ok=True)
    _remove_others(path)
    with suppress(OSError):  # where it holds others
        path.parent.rmdir()


def _remove_others(path: Path) -> None:
    """Remove what was put aside, and what builds left that were killed."""
    _aside(path).unlink(missing_ok=True)
    for left in path.parent.glob(f"{glob.escape(path.stem)}.*{_NEW}"):
        left.unlink(missing_ok=True)


def owned_files(site_dir: Path, output: Path) -> frozenset[str]:
    """The files that builds wrote, by the manifest or by the one put aside: known also where the cache is lost."""
    path = manifest_path(site_dir, output)
    found: set[str] = set()
    for file in (path, _aside(path)):
        with suppress(OSError, msgspec.DecodeError):
            found.update(entry.path for entry in msgspec.json.decode(file.read_bytes(), type=Manifest).files)
    return frozenset(found)


def _aside(path: Path) -> Path:
    return path.with_suffix(".before")
