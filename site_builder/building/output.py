"""Writing the output: everything is staged first, and published only when the whole build has succeeded.

The staging folder stands beside the output, on the same file system, so that publishing is renaming:
a reader of the output never sees a half-written file, and a failed build leaves the last good output.
Files that this builder did not write are never touched.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from site_builder.building.manifest import STATE, forget_manifest
from site_builder.errors import Problem, SiteError

SOURCES = ("content", "static", "templates")


class Output:
    """The output folder of one build.  ``owned`` are the files that the last build wrote there."""

    def __init__(self, site_dir: Path, folder: Path) -> None:
        self.folder = folder
        self._record = site_dir / STATE / "output.json"
        self.exists = folder.is_dir()
        self.owned = self._read_record() if self.exists else frozenset[str]()
        beside = folder.parent / f".{folder.name}.staging"
        same_disk = not self.exists or folder.stat().st_dev == folder.parent.stat().st_dev
        self.staging = beside if same_disk else folder / ".staging"
        self._made: set[str] = set()

    def prepare(self) -> None:
        """An empty staging folder.  Raises :class:`SiteError` where none can be made."""
        try:
            if self.staging.exists():
                shutil.rmtree(self.staging)
            self.staging.mkdir(parents=True)
        except OSError as error:
            raise SiteError([_cannot_write(self.folder, error)]) from None

    def unchanged(self, path: str, data: bytes) -> bool:
        """Whether the output holds exactly ``data`` at ``path`` already."""
        if not self.exists:
            return False
        try:
            with open(self.folder / path, "rb", buffering=0) as file:
                return file.read(len(data) + 1) == data
        except OSError:
            return False

    def stage(self, path: str, data: bytes) -> None:
        """Write ``data`` for ``path`` into the staging folder.  Raises :class:`SiteError` on a full disk."""
        target = f"{self.staging}/{path}"
        try:
            self._make_folder(target.rpartition("/")[0])
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
            try:
                rest = data
                while (written := os.write(descriptor, rest)) < len(rest):
                    rest = rest[written:]
            finally:
                os.close(descriptor)
        except OSError as error:
            raise SiteError([_cannot_write(self.folder / path, error)]) from None

    def _make_folder(self, folder: str) -> None:
        if folder in self._made:
            return
        try:
            os.mkdir(folder)
        except FileExistsError:
            pass
        except FileNotFoundError:
            os.makedirs(folder, exist_ok=True)
        self._made.add(folder)

    def publish(self, staged: Iterable[str], all_paths: Iterable[str]) -> int:
        """Move ``staged`` into the output and remove what it no longer holds; the number of removed files.

        ``all_paths`` is the whole new output.  Raises :class:`SiteError`, before anything is moved, where
        a file that this builder did not write is in the way.
        """
        paths = frozenset(all_paths)
        waiting = sorted(staged)
        self._refuse_foreign(waiting)
        outdated = sorted(self.owned - paths)
        # Recorded before the first file moves: what is in the output is never thought to be a stranger's.
        self._write_record(paths | self.owned)
        try:
            if not self.exists:
                self.folder.parent.mkdir(parents=True, exist_ok=True)
                os.replace(self.staging, self.folder)
            else:
                self._move(waiting, outdated)
        except OSError as error:
            raise SiteError([_cannot_write(self.folder, error)]) from None
        self._write_record(paths)
        return len(outdated)

    def _move(self, waiting: list[str], outdated: list[str]) -> None:
        for path in outdated:
            (self.folder / path).unlink(missing_ok=True)
        self._remove_empty_folders(outdated)
        made: set[Path] = set()
        # The home page last: it is the first to link to what is new.
        for path in sorted(waiting, key=lambda path: (path == "index.html", path)):
            target = self.folder / path
            if target.parent not in made:
                target.parent.mkdir(parents=True, exist_ok=True)
                made.add(target.parent)
            os.replace(self.staging / path, target)

    def _remove_empty_folders(self, removed: Iterable[str]) -> None:
        for path in removed:
            folder = (self.folder / path).parent
            while folder != self.folder:
                try:
                    folder.rmdir()
                except OSError:
                    break
                folder = folder.parent

    def _refuse_foreign(self, waiting: Iterable[str]) -> None:
        if not self.exists:
            return
        in_the_way = {foreign for path in waiting if path not in self.owned and (foreign := self._foreign(path))}
        problems = [
            Problem(
                f"{self.folder.name}/{path}",
                message="is in the way: this builder did not write it",
                hint="Move it elsewhere, or choose another --output",
            )
            for path in in_the_way
        ]
        if problems:
            raise SiteError(problems)

    def _foreign(self, path: str) -> str:
        """The file of somebody else that stands where ``path`` shall stand, '' for none."""
        target = self.folder / path
        if target.is_dir() and not target.is_symlink():
            for file in sorted(target.rglob("*")):
                inside = file.relative_to(self.folder).as_posix()
                if not file.is_dir() and inside not in self.owned:
                    return inside
            return ""
        if os.path.lexists(target):
            return path
        for parent in target.relative_to(self.folder).parents:
            if os.path.lexists(self.folder / parent):
                inside = parent.as_posix()
                return "" if (self.folder / parent).is_dir() or inside in self.owned else inside
        return ""

    def discard(self) -> None:
        """Remove the staging folder."""
        shutil.rmtree(self.staging, ignore_errors=True)

    def clean(self) -> int:
        """Remove every file that this builder wrote; the number of them."""
        for path in self.owned:
            (self.folder / path).unlink(missing_ok=True)
        self._remove_empty_folders(sorted(self.owned))
        if self.exists and not any(self.folder.iterdir()):
            self.folder.rmdir()
        self.discard()
        forget_manifest(self._record.parent.parent, self.folder)
        # What was written elsewhere stays on record: it would else be taken for a stranger's.
        records = self._read_records()
        records.pop(self._key(), None)
        if records:
            self._record.write_text(json.dumps(records), encoding="utf-8")
        else:
            self._record.unlink(missing_ok=True)
        return len(self.owned)

    def _key(self) -> str:
        return os.path.relpath(self.folder, self._record.parent.parent)

    def _read_records(self) -> dict[str, list[str]]:
        try:
            records = json.loads(self._record.read_bytes())
        except (OSError, ValueError):
            return {}
        return records if isinstance(records, dict) else {}

    def _read_record(self) -> frozenset[str]:
        return frozenset(self._read_records().get(self._key(), ()))

    def _write_record(self, paths: frozenset[str]) -> None:
        records = self._read_records() | {self._key(): sorted(paths)}
        try:
            self._record.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._record.with_suffix(".new")
            fresh.write_text(json.dumps(records), encoding="utf-8")
            os.replace(fresh, self._record)
        except OSError as error:
            raise SiteError([_cannot_write(self._record, error)]) from None


def refuse_sources(site_dir: Path, folder: Path) -> None:
    """Raises :class:`SiteError` for an output among the site's sources, or with them in it."""
    output = folder.resolve()
    if site_dir.resolve().is_relative_to(output):
        message = "holds the site's sources, and what is built would lie among them"
        raise SiteError([Problem(str(folder), message=message, hint="Choose another --output, such as public")])
    for name in SOURCES:
        if output.is_relative_to((site_dir / name).resolve()):
            message = f"lies in {name}/, and the next build would read it as one of the site's sources"
            raise SiteError([Problem(str(folder), message=message, hint="Choose another --output")])


def _cannot_write(path: Path, error: OSError) -> Problem:
    return Problem(str(path), message=f"cannot be written: {error.strerror or error}")
