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
from site_builder.building.records import PageEntry
from site_builder.building.workers import Beside, beside
from site_builder.errors import Problem, SiteError

# A shorter manifest is written sooner than a process is started.
FEWEST_BESIDE = 5_000


class ManifestWriter:
    """The manifest of one build."""

    def __init__(self, site_dir: Path, output: Path, instant: datetime, jobs: int) -> None:
        self._site_dir = site_dir
        self._output = output
        self._instant = instant
        self._jobs = jobs
        self._fresh = fresh_path(site_dir, output)
        self._pages: Mapping[str, PageEntry] = {}
        self._waiting: Beside[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._waiting is not None:
            self._waiting.drop()
            drop_fresh(self._fresh)

    def begin(self, pages: Mapping[str, PageEntry], *, has_changed: bool) -> None:
        """Begin to write, where the output is another or has no manifest."""
        if has_changed or not has_manifest(self._site_dir, self._output):
            self._pages = pages
            self._waiting = beside(self._write, is_worth_it=self._jobs > 1 and len(pages) >= FEWEST_BESIDE)

    def end(self) -> None:
        """Put in place what was begun.  Raises :class:`SiteError`."""
        if self._waiting is None:
            return
        fault = self._waiting()
        if fault is None:
            fault = self._write()
        try:
            if not fault:
                put_in_place(self._fresh, self._site_dir, self._output)
                self._waiting = None
        except OSError as error:
            fault = error.strerror or str(error)
        if fault:
            place = manifest_path(self._site_dir, self._output)
            raise SiteError([Problem(str(place), message=f"cannot be written: {fault}")])

    def _write(self) -> str:
        """What went wrong, '' for nothing."""
        pages = self._pages
        paths = sorted(pages)
        files = [
            ManifestFile(path, entry.sha256.hex(), entry.size, entry.kind)
            for path, entry in zip(paths, map(pages.__getitem__, paths), strict=True)
        ]
        try:
            write_fresh(self._fresh, Manifest(instant=self._instant.isoformat(), files=tuple(files)))
        except OSError as error:
            return error.strerror or str(error)
        return ""
