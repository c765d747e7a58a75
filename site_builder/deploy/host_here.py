"""A folder of releases on this machine."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from site_builder.deploy.folders import not_a_link
from site_builder.deploy.local import LocalSite
from site_builder.deploy.release import Entry
from site_builder.deploy.stops import Moved, Stopped
from site_builder.deploy.target import Note


class HostHere:
    """See :class:`site_builder.deploy.folders.Host`."""

    requests = 0

    def __init__(self, root: Path) -> None:
        self.root = root
        # The record by which deploys know each other, as this one wrote it last.
        self._written: tuple[str, bytes] | None = None

    def read(self, name: str) -> bytes | None:
        """The bytes of a record."""
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._stopped(name, error) from None

    def write(self, name: str, data: bytes) -> None:
        """Write a record in one step."""
        target = self.root / name
        fresh = target.with_name(target.name + ".new")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(data)
            os.replace(fresh, target)
        except OSError as error:
            raise self._stopped(name, error) from None

    def swap(self, name: str, data: bytes, before: bytes | None) -> bool:
        """Write a record if it still is ``before``."""
        try:
            _make_folder(self.root)
            with self._alone():
                if self.read(name) != before:
                    return False
                self.write(name, data)
        except OSError as error:
            raise self._stopped(name, error) from None
        self._written = name, data
        return True

    def current(self) -> str:
        """The release that the link names.  Raises :class:`Refused` where something else has its name."""
        link = self.root / "current"
        if os.path.lexists(link) and not link.is_symlink():
            raise not_a_link(str(link))
        try:
            return os.readlink(link).removeprefix("releases/")
        except OSError:
            return ""

    def put(self, folder: str, entries: Iterable[Entry], source: LocalSite, base: str, note: Note) -> None:
        """Write the entries' bytes into ``folder``."""
        del base
        for entry in entries:
            target = self.root / folder / entry.path
            data = source.read(entry)
            try:
                _make_folder(target.parent)
                # It may be a link to a file of another release.
                target.unlink(missing_ok=True)
                with target.open("xb") as file:
                    os.fchmod(file.fileno(), 0o644)
                    file.write(data)
            except OSError as error:
                raise self._stopped(entry.path, error) from None
            note(entry)

    def link(self, before: str, folder: str, paths: Iterable[str]) -> None:
        """Files of one release into another folder, those left out that are there already."""
        made: set[str] = set()
        source, target = str(self.root / before), str(self.root / folder)
        for path in paths:
            parent = f"{target}/{path}".rpartition("/")[0]
            try:
                if parent not in made:
                    _make_folder(Path(parent))
                    made.add(parent)
                os.link(f"{source}/{path}", f"{target}/{path}")
            except FileExistsError:
                continue
            except OSError as error:
                raise self._stopped(path, error) from None

    def activate(self, folder: str, name: str) -> None:
        """Give the folder its final name, then let the link name it.

        Raises :class:`Moved` where another deploy has gone on from here: it has swept the folder.
        """
        final = self.root / "releases" / name
        fresh = self.root / "current.new"
        try:
            with self._alone():
                self._check_ours()
                if not final.exists():
                    _make_folder(self.root / folder)
                    os.replace(self.root / folder, final)
                fresh.unlink(missing_ok=True)
                fresh.symlink_to(Path("releases") / name)
                os.replace(fresh, self.root / "current")
        except OSError as error:
            raise self._stopped("current", error) from None

    def names(self) -> list[str]:
        """Everything that stands in ``releases`` and in the folder of records."""
        found = []
        for folder in ("releases", ".site-builder/releases"):
            path = self.root / folder
            found += [f"{folder}/{name}" for name in sorted(os.listdir(path))] if path.is_dir() else []
        return found

    def remove(self, names: Iterable[str]) -> None:
        """Remove these of :meth:`names`."""
        for name in names:
            path = self.root / name
            try:
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
            except OSError as error:
                raise self._stopped(name, error) from None

    def digests(self, folder: str, paths: Iterable[str]) -> dict[str, bytes]:
        """SHA-256 of the files that are there."""
        found = {}
        for path in paths:
            try:
                found[path] = hashlib.sha256((self.root / folder / path).read_bytes()).digest()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise self._stopped(path, error) from None
        return found

    def close(self) -> None:
        """Nothing to end."""

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else on this machine changes what is live meanwhile.  Raises :class:`OSError`."""
        guard = self.root / ".site-builder" / "guard"
        guard.parent.mkdir(parents=True, exist_ok=True)
        with guard.open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _check_ours(self) -> None:
        if self._written and self.read(self._written[0]) != self._written[1]:
            raise Moved

    def _stopped(self, name: str, error: OSError) -> Stopped:
        return Stopped(f"{self.root / name} cannot be written or read: {error.strerror or error}")


def _make_folder(path: Path) -> None:
    """A folder, and those above it, that the web server may read whatever this process's umask is."""
    if path.is_dir():
        return
    _make_folder(path.parent)
    path.mkdir(exist_ok=True)
    path.chmod(0o755)
