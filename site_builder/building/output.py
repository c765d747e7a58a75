"""The output folder: everything is staged first, and published only when the whole build has succeeded.

The staging folder stands beside the output, on the same file system, so that publishing is renaming:
a reader of the output never sees a half-written file, and a failed build leaves the last good output.
Files that this builder did not write are never touched.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b, sha256
from pathlib import Path

from site_builder.building.keys import DIGEST_SIZE
from site_builder.building.manifest import STATE
from site_builder.building.workers import at_once
from site_builder.errors import Problem, SiteError
from site_builder.sources.scan import CopiedFile, Stamp, stamp_of

SOURCES = ("content", "static", "templates")
HOME = "index.html"
# Files that are moved at once.
MOVERS = 4
_PIECE = 1 << 20
_INSIDE = ".staging"
_MODE = 0o666
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class Output:
    """The output folder of one build."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.exists = folder.is_dir()
        # Where the folder is a link, beside what it leads to: that may be another disk.
        place = Path(os.path.realpath(folder))
        self.staging = place.parent / f".{place.name}.staging"
        self._made: set[str] = set()

    @contextmanager
    def staged(self) -> Iterator[None]:
        """An empty staging folder, gone at the end.  Raises :class:`SiteError` where none can be made."""
        inside = self.folder / _INSIDE
        try:
            for left in (self.staging, inside):
                if left.exists():  # by a build that was killed
                    shutil.rmtree(left)
            # Beside it nothing may be made where, say, a server's folder holds the outputs of several users.
            if self.exists and (_is_mounted(self.folder) or not os.access(self.staging.parent, os.W_OK)):
                self.staging = inside
            self.staging.mkdir(parents=True)
        except OSError as error:
            raise SiteError([cannot_write(self.folder, error)]) from None
        try:
            yield
        finally:
            shutil.rmtree(self.staging, ignore_errors=True)

    def staged_at(self, path: str) -> str:
        """Where the file for ``path`` is staged.

        A new output is staged as it will be, and then is the staging folder.  What goes into one that is there is
        moved file by file: then folders would only be made to be removed.
        """
        if not self.exists:
            return f"{self.staging}/{path}"
        name = blake2b(path.encode(), digest_size=10).hexdigest()
        return f"{self.staging}/{name[:1]}/{name[1:]}"

    def stage(self, path: str, data: bytes) -> Stamp:
        """Write ``data`` for ``path`` into the staging folder.  Raises :class:`SiteError` on a full disk."""
        target = self.staged_at(path)
        try:
            self._make_folder(target.rpartition("/")[0])
            descriptor = os.open(target, _NEW, _MODE)
            try:
                rest = data
                while (written := os.write(descriptor, rest)) < len(rest):
                    rest = rest[written:]
                return stamp_of(os.fstat(descriptor))
            finally:
                os.close(descriptor)
        except OSError as error:
            raise SiteError([cannot_write(self.folder / path, error)]) from None

    def stage_copy(self, file: CopiedFile, digest: bytes) -> tuple[Stamp, bytes]:
        """Copy ``file`` into the staging folder, piece by piece; its stamp there, and its SHA-256.

        Raises :class:`SiteError` where it is no longer the file that had ``digest``, and on a full disk.
        """
        target = self.staged_at(file.path)
        ours, theirs = blake2b(digest_size=DIGEST_SIZE), sha256()
        try:
            self._make_folder(target.rpartition("/")[0])
            with open(file.location, "rb", buffering=0) as source, open(target, "xb", buffering=0) as copy:
                while piece := source.read(_PIECE):
                    ours.update(piece)
                    theirs.update(piece)
                    rest = memoryview(piece)
                    while rest:
                        rest = rest[copy.write(rest) :]
                stamp = stamp_of(os.fstat(copy.fileno()))
        except OSError as error:
            raise SiteError([cannot_write(self.folder / file.path, error)]) from None
        if ours.digest() != digest:
            message = "was changed while the site was being built"
            raise SiteError([Problem(file.source, message=message, hint="Build again")])
        return stamp, theirs.digest()

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

    def publish(
        self, staged: Collection[str], outdated: Iterable[str], owned: Collection[str], there: Collection[str] = ()
    ) -> dict[str, Stamp]:
        """Move ``staged`` into the output, then remove ``outdated`` and the folders that are empty then.

        ``owned`` are the files of earlier builds, which may be in the way of all but those ``there``: these are files
        now.  The new stamps of the moved files; none where the output was not there before: those files keep their
        stamps.  Raises :class:`SiteError`; the output then holds some of the new files.
        """
        stamps: dict[str, Stamp] = {}
        try:
            if not self.exists:
                self.folder.parent.mkdir(parents=True, exist_ok=True)
                os.replace(self.staging, self.folder)
                return stamps
            self._clear_the_way([path for path in staged if path not in there], owned)
            # The home page last: it is the first to link to what is new.
            others = sorted({*staged} - {HOME})
            shares = [others[start::MOVERS] for start in range(MOVERS)]
            # The disk frees what is replaced, and waits for that: several at once wait together.
            for moved in at_once(self._move_all, shares):
                stamps |= moved
            stamps |= self._move_all([HOME] if HOME in staged else [])
            self._remove(outdated)
        except OSError as error:
            raise SiteError([cannot_write(self._place_of(error), error)]) from None
        return stamps

    def _place_of(self, error: OSError) -> Path:
        """Where in the output ``error`` came up; the folder itself where that is not known."""
        for name in (error.filename2, error.filename):
            if isinstance(name, str) and Path(name).is_relative_to(self.folder):
                return Path(name)
        return self.folder

    def _move_all(self, paths: Iterable[str]) -> dict[str, Stamp]:
        return {path: self._move(path) for path in paths}

    def _move(self, path: str) -> Stamp:
        target = f"{self.folder}/{path}"
        staged = self.staged_at(path)
        try:
            os.replace(staged, target)
        except FileNotFoundError:
            os.makedirs(target.rpartition("/")[0], exist_ok=True)
            os.replace(staged, target)
        return stamp_of(os.stat(target))

    def _clear_the_way(self, new: Iterable[str], owned: Collection[str]) -> None:
        """Remove our own files where a folder is needed now, and the other way round."""
        files = {
            folder
            for path in new
            for folder in _folders_of(path)
            if folder in owned and not _is_folder(f"{self.folder}/{folder}")
        }
        folders = [path for path in new if _is_folder(f"{self.folder}/{path}")]
        for path in folders:
            files.update(file for file in owned if file.startswith(path + "/"))
        self._remove(files)
        for path in folders:
            for inside, _, _ in os.walk(f"{self.folder}/{path}", topdown=False):
                os.rmdir(inside)

    def _remove(self, paths: Iterable[str]) -> None:
        removed = sorted(paths)
        for path in removed:
            try:
                os.unlink(f"{self.folder}/{path}")
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                continue
        for path in removed:
            folder = (self.folder / path).parent
            while folder != self.folder:
                try:
                    folder.rmdir()
                except OSError:
                    break
                folder = folder.parent

    def foreign(self, paths: Iterable[str], owned: Collection[str]) -> dict[str, str]:
        """Those of ``paths`` that somebody else's file keeps us from writing, each with that file."""
        if not self.exists:
            return {}
        found = {path: self._in_the_way(path, owned) for path in set(paths).difference(owned)}
        return {path: other for path, other in found.items() if other}

    def displaced(self, lost: Iterable[str], owned: Collection[str]) -> dict[str, str]:
        """Those of ``lost``, files of ours that are not as they were left, which others keep us from: each with why.

        That is their file in a folder where ours stood, or their file or link where a folder of ours was.
        """
        found: dict[str, str] = {}
        if not self.exists:
            return found
        barriers: dict[str, str] = {"": ""}

        def barrier(folder: str) -> str:
            known = barriers.get(folder)
            if known is None:
                known = barrier(folder.rpartition("/")[0])
                location = f"{self.folder}/{folder}"
                if not known and folder not in owned and os.path.lexists(location) and not _is_folder(location):
                    known = folder
                barriers[folder] = known
            return known

        for path in lost:
            other = barrier(path.rpartition("/")[0])
            if not other and _is_folder(f"{self.folder}/{path}"):
                other = self._in_the_way(path, owned)
            if other:
                found[path] = other
        return found

    def _in_the_way(self, path: str, owned: Collection[str]) -> str:
        target = self.folder / path
        if target.is_dir() and not target.is_symlink():
            for file in sorted(target.rglob("*")):
                inside = file.relative_to(self.folder).as_posix()
                if not file.is_dir() and inside not in owned:
                    return inside
            return ""
        if os.path.lexists(target):
            return path
        for parent in Path(path).parents:
            if os.path.lexists(self.folder / parent):
                inside = parent.as_posix()
                return "" if (self.folder / parent).is_dir() or inside in owned else inside
        return ""

    def clean(self, owned: Collection[str]) -> int:
        """Remove ``owned``, and the output folder where nothing else is in it; the number of files removed.

        A link to the folder, or a folder that is a mount, stays.

        Raises :class:`SiteError`.
        """
        paths = [path for path in owned if os.path.lexists(self.folder / path)]
        displaced = self.displaced(paths, owned)
        paths = [path for path in paths if path not in displaced]
        try:
            self._remove(paths)
            shutil.rmtree(self.folder / _INSIDE, ignore_errors=True)
            is_own = not (self.folder.is_symlink() or _is_mounted(self.folder))
            if self.exists and is_own and not any(self.folder.iterdir()):
                self.folder.rmdir()
            shutil.rmtree(self.staging, ignore_errors=True)
        except OSError as error:
            raise SiteError([cannot_write(self.folder, error)]) from None
        return len(paths)


def _is_folder(location: str) -> bool:
    """Whether a folder stands there, and no link to one."""
    return os.path.isdir(location) and not os.path.islink(location)


def _is_mounted(folder: Path) -> bool:
    """Whether ``folder`` is a mount of its own, so that nothing can be renamed into it; also where of the same disk."""
    if os.path.ismount(folder):
        return True
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:  # no Linux: no bind mounts
        return False
    # proc(5): the mount point is the fifth field; spaces and their like are octal escapes.
    points = {
        re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), line.split(" ")[4]) for line in mounts.splitlines()
    }
    return os.path.realpath(folder) in points


def _folders_of(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def in_the_way(folder: Path, others: Iterable[str], *, is_unknown: bool) -> SiteError:
    """The error for files of somebody else where pages have to stand; ``is_unknown``: no build is on record here."""
    hint = f"Move it elsewhere, or choose another --output; where {STATE} is older than the output, remove the output"
    if is_unknown:
        hint = "Remove the folder if it holds an old build of this site, or choose another --output"
    message = "is in the way: this builder did not write it"
    return SiteError([Problem(f"{folder.name}/{path}", message=message, hint=hint) for path in sorted(set(others))])


def refuse_sources(site_dir: Path, folder: Path) -> None:
    """Raises :class:`SiteError` for an output among the site's sources, or with them in it, or that is no folder."""
    try:
        folder.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            problem = Problem(str(folder), message="is a link that leads back to itself", hint="Remove it")
            raise SiteError([problem]) from None
    output = folder.resolve()
    if site_dir.resolve().is_relative_to(output):
        message = "holds the site's sources, and what is built would lie among them"
        raise SiteError([Problem(str(folder), message=message, hint="Choose another --output, such as public")])
    for name in SOURCES:
        if output.is_relative_to((site_dir / name).resolve()):
            message = f"lies in {name}/, and the next build would read it as one of the site's sources"
            raise SiteError([Problem(str(folder), message=message, hint="Choose another --output")])
    if os.path.lexists(folder) and not folder.is_dir():
        message = "is a link to a folder that does not exist" if folder.is_symlink() else "is a file, not a folder"
        raise SiteError([Problem(str(folder), message=message, hint="Remove it, or choose another --output")])


def cannot_write(path: Path, error: OSError) -> Problem:
    """The problem of a file or folder that cannot be written."""
    return Problem(str(path), message=f"cannot be written: {error.strerror or error}")
