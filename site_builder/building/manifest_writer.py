"""Writes an output's manifest while the build goes on.

In: the entries of the whole output.  Out: the manifest's file, in its place only when the build is recorded.  What was
begun and not ended is taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Self

from site_builder.building.manifest import (
    Manifest,
    ManifestFile,
    drop_fresh,
    fresh_path,
    has_manifest,
    manifest_path,
    put_in_place,
    write_fresh,
)
from site_builder.building.records import BuildEntry, PageEntry
from site_builder.errors import Problem, SiteError


class ManifestWriter:
    """The manifest of one build."""

    def __init__(self, site_dir: Path, output: Path, instant: datetime, *, drafts: bool) -> None:
        self._site_dir = site_dir
        self._output = output
        self._instant = instant
        self._drafts = drafts
        self._fresh = fresh_path(site_dir, output)
        self._is_begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._is_begun:
            drop_fresh(self._fresh)

    def begin(self, pages: Mapping[str, PageEntry], *, has_changed: bool) -> None:
        """Write it beside its place, where the output is another or has no manifest.  Raises :class:`SiteError`.

        In this process: a further one would make it copy what both touch, which takes longer.
        """
        if not has_changed and has_manifest(self._site_dir, self._output):
            return
        paths = sorted(pages)
        files = [
            ManifestFile(path, entry.sha256.hex(), entry.size, entry.kind)
            for path, entry in zip(paths, map(pages.__getitem__, paths), strict=True)
        ]
        manifest = Manifest(instant=self._instant.isoformat(), drafts=self._drafts, files=tuple(files))
        self._is_begun = True
        try:
            write_fresh(self._fresh, manifest)
        except OSError as error:
            raise self._fault(error) from None

    def tells_more_than(self, last: BuildEntry) -> bool:
        """Whether the manifest of the build before would warn of what this one does not show, or not of what it does.

        The files may be the same all the same.
        """
        return not last.number or last.drafts != self._drafts or last.instant > int(self._instant.timestamp())

    def end(self) -> None:
        """Put in place what was begun.  Raises :class:`SiteError`."""
        if not self._is_begun:
            return
        try:
            put_in_place(self._fresh, self._site_dir, self._output)
        except OSError as error:
            raise self._fault(error) from None
        self._is_begun = False

    def _fault(self, error: OSError) -> SiteError:
        place = manifest_path(self._site_dir, self._output)
        return SiteError([Problem(str(place), message=f"cannot be written: {error.strerror or error}")])
