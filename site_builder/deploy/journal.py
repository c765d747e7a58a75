"""What this site's folder knows of its deploys to one target: ``.site-builder/deploy/NAME/``.  Never a credential.

``journal`` is a line for the deploy that is under way, then one for each file that has arrived, written as it arrives:
after a crash at most the last lines are missing, and those files are sent again.  ``last`` names the release that was
deployed last.  ``busy`` is locked while a deploy runs.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from site_builder.building.manifest import STATE
from site_builder.deploy.release import Entry, ReleaseInfo
from site_builder.deploy.stops import Refused


class Interrupted(msgspec.Struct, frozen=True, kw_only=True):
    """A deploy that has begun: its release, the lock's token, a digest of what it wants, and what has arrived.

    ``replaces`` is the token of the lock that a deploy from here before it had left.
    """

    info: ReleaseInfo
    token: str
    replaces: str = ""
    site: str
    arrived: dict[str, Entry] = {}


class Journal:
    """The records of one target."""

    def __init__(self, site_dir: Path, name: str) -> None:
        self.folder = site_dir / STATE / "deploy" / name
        self._descriptor = -1

    @contextlib.contextmanager
    def claimed(self) -> Iterator[None]:
        """Nobody else deploys from this folder meanwhile.  Raises :class:`Refused` where somebody does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "busy", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not _try_lock(descriptor):
                raise Refused(["another deploy to this target is running from this folder"])
            yield
        finally:
            os.close(descriptor)
            self.close()

    def interrupted(self) -> Interrupted | None:
        """The deploy that was begun and not finished."""
        try:
            lines = (self.folder / "journal").read_bytes().split(b"\n")
            found = msgspec.json.decode(lines[0], type=Interrupted)
        except (OSError, msgspec.DecodeError):
            return None
        decode = msgspec.json.Decoder(Entry).decode
        arrived = {}
        # What follows the last line break was cut short.
        for line in lines[1:-1]:
            entry = decode(line)
            arrived[entry.path] = entry
        return msgspec.structs.replace(found, arrived=arrived)

    def begin(self, deploy: Interrupted) -> None:
        """Start the journal of ``deploy``, with what has arrived already."""
        self.close()
        fresh = self.folder / "journal.new"
        head = msgspec.structs.replace(deploy, arrived={})
        lines = [msgspec.json.encode(head), *map(msgspec.json.encode, deploy.arrived.values())]
        fresh.write_bytes(b"\n".join(lines) + b"\n")
        os.replace(fresh, self.folder / "journal")
        self._descriptor = os.open(self.folder / "journal", os.O_WRONLY | os.O_APPEND)

    def note(self, entry: Entry) -> None:
        """``entry`` has arrived."""
        os.write(self._descriptor, msgspec.json.encode(entry) + b"\n")

    def close(self) -> None:
        """Write no further."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def remember(self, release: str) -> None:
        """``release`` is live, and what this folder saw last."""
        fresh = self.folder / "last.new"
        fresh.write_text(release + "\n", encoding="utf-8")
        os.replace(fresh, self.folder / "last")

    def finish(self) -> None:
        """Nothing is left to do, and the lock is given back: its token may be forgotten."""
        self.close()
        (self.folder / "journal").unlink(missing_ok=True)

    def last(self) -> str:
        """The release that was deployed last from here, '' for none."""
        try:
            return (self.folder / "last").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""

    def cached(self, release: str) -> bytes | None:
        """The record of a release, if this folder has it."""
        try:
            return (self.folder / f"{release}.release").read_bytes()
        except FileNotFoundError:
            return None

    def cache(self, release: str, data: bytes) -> None:
        """Keep the record of the release that is live; those before it go."""
        fresh = self.folder / "release.new"
        fresh.write_bytes(data)
        os.replace(fresh, self.folder / f"{release}.release")
        for old in sorted(self.folder.glob("*.release")):
            if old.name != f"{release}.release":
                old.unlink()


def _try_lock(descriptor: int) -> bool:
    """Lock a file until it is closed, or the process ends however it ends."""
    try:
        import fcntl
    except ImportError:
        return _try_lock_windows(descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _try_lock_windows(descriptor: int) -> bool:
    import msvcrt

    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return False
    return True
