"""What this site's folder knows of its deploys to one target: ``.site-builder/deploy/NAME/``.  Never a credential.

``journal`` is a line for the deploy that is under way, then one for each file that has arrived, written as it arrives:
after a crash at most the last lines are missing, and those files are sent again.  ``sending`` is there from when
readers may see something of it.  ``last`` names the release that was deployed last.  ``purge`` holds addresses that
caches were not told of yet.  ``busy`` is locked while a deploy runs.

Where a record cannot be written (a full disk), :class:`Stopped` is raised.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from site_builder.building.manifest import STATE
from site_builder.deploy.release import Entry, ReleaseInfo
from site_builder.deploy.stops import Refused, Stopped


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
        with self._writing():
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
        for line in lines[1:]:
            # A line that was cut short, by a crash or a full disk: its file is sent again.
            with contextlib.suppress(msgspec.DecodeError):
                entry = decode(line)
                arrived[entry.path] = entry
        return msgspec.structs.replace(found, arrived=arrived)

    def begin(self, deploy: Interrupted) -> None:
        """Start the journal of ``deploy``, with what has arrived already."""
        self.close()
        fresh = self.folder / "journal.new"
        head = msgspec.structs.replace(deploy, arrived={})
        lines = [msgspec.json.encode(head), *map(msgspec.json.encode, deploy.arrived.values())]
        with self._writing():
            fresh.write_bytes(b"\n".join(lines) + b"\n")
            os.replace(fresh, self.folder / "journal")
            self._descriptor = os.open(self.folder / "journal", os.O_WRONLY | os.O_APPEND)

    def note(self, entry: Entry) -> None:
        """``entry`` has arrived."""
        with self._writing():
            os.write(self._descriptor, msgspec.json.encode(entry) + b"\n")

    def send(self) -> None:
        """From now on readers may see something of the deploy."""
        with self._writing():
            (self.folder / "sending").touch()

    def is_sending(self) -> bool:
        """Whether readers may see something of the deploy that was begun and not finished."""
        return (self.folder / "sending").exists()

    def owe(self, addresses: tuple[str, ...]) -> None:
        """Caches have to be told of these; of none: they have been."""
        with self._writing():
            if addresses:
                self._replace("purge", "".join(address + "\n" for address in addresses).encode())
            else:
                (self.folder / "purge").unlink(missing_ok=True)

    def owed(self) -> tuple[str, ...]:
        """Addresses that caches were not told of: the deploy died before, or they did not take it."""
        try:
            return tuple((self.folder / "purge").read_text(encoding="utf-8").splitlines())
        except OSError:
            return ()

    def close(self) -> None:
        """Write no further."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def remember(self, release: str) -> None:
        """``release`` is live, and what this folder saw last."""
        with self._writing():
            self._replace("last", release.encode() + b"\n")

    def finish(self) -> None:
        """Nothing is left to do, and the lock is given back: its token may be forgotten."""
        self.close()
        with self._writing():
            (self.folder / "journal").unlink(missing_ok=True)
            (self.folder / "sending").unlink(missing_ok=True)

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
        with self._writing():
            self._replace(f"{release}.release", data)
            for old in sorted(self.folder.glob("*.release")):
                if old.name != f"{release}.release":
                    old.unlink()

    def _replace(self, name: str, data: bytes) -> None:
        fresh = self.folder / f"{name}.new"
        fresh.write_bytes(data)
        os.replace(fresh, self.folder / name)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Stopped(f"{self.folder} cannot be written: {error.strerror or error}") from None


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
