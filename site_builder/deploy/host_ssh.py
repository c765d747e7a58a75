"""A folder of releases on a server, by ssh and rsync.

The server needs a POSIX shell, GNU coreutils, ``flock``, ``xargs`` and ``rsync``: any Linux has them.  Which keys and
names are used is the affair of ssh's own configuration; ``SITE_BUILDER_SSH`` may name another command (``ssh -F
FILE``).  All commands share one connection.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from site_builder.config_deploy import Target as Settings
from site_builder.deploy.local import LocalSite
from site_builder.deploy.release import Entry
from site_builder.deploy.stops import Stopped
from site_builder.deploy.target import Note

# Exit codes of our scripts, apart from those that ssh (255), shells and tools use.
MISSING, CHANGED, SHORT = 44, 45, 46
# rsync: protocol, socket, timeout; ssh: connection.
PASSING = frozenset((10, 12, 30, 35, 255))
FIRST_PAUSE = 0.5


class HostSsh:
    """See :class:`site_builder.deploy.folders.Host`; what each step does is told in ``host_here.py``."""

    def __init__(self, settings: Settings) -> None:
        self._host, _, self._root = settings.ssh.rpartition(":/")
        self._root = "/" + self._root.strip("/")
        self._settings = settings
        self.requests = 0
        # Short: the path of a socket has at most 104 characters.
        self._sockets = tempfile.mkdtemp(prefix="sb-")
        alive = max(5, settings.timeout // 3)
        self._ssh = [
            *shlex.split(os.environ.get("SITE_BUILDER_SSH", "ssh")),
            *("-p", str(settings.port)),
            *("-o", "BatchMode=yes"),
            *("-o", "ControlMaster=auto"),
            *("-o", f"ControlPath={self._sockets}/%C"),
            *("-o", "ControlPersist=60"),
            *("-o", f"ConnectTimeout={settings.timeout}"),
            *("-o", f"ServerAliveInterval={alive}"),
            *("-o", "ServerAliveCountMax=3"),
        ]

    def read(self, name: str) -> bytes | None:
        """The bytes of a record."""
        path = shlex.quote(name)
        code, data = self._run(f"[ -e {path} ] || exit {MISSING}; cat {path}", expected=(MISSING,))
        return None if code == MISSING else data

    def write(self, name: str, data: bytes) -> None:
        """Write a record in one step."""
        self._run(f"{_make_folder_of(name)}; {_replace(name, len(data))}", data)

    def swap(self, name: str, data: bytes, before: bytes | None) -> bool:
        """Write a record if it still is ``before``.  Where the answer was lost, the record tells whose write it was."""
        expected = "none" if before is None else hashlib.sha256(before).hexdigest()
        path = shlex.quote(name)
        script = (
            f"{_make_folder_of(name)}; exec 9> .site-builder/guard; flock 9; found=none; "
            f"if [ -e {path} ]; then found=$(sha256sum < {path} | cut -c1-64); fi; "
            f'[ "$found" = {expected} ] || exit {CHANGED}; {_replace(name, len(data))}'
        )
        code, _ = self._run(script, data, expected=(CHANGED,))
        return code != CHANGED or self.read(name) == data

    def current(self) -> str:
        """The release that the link names."""
        _, data = self._run("readlink current || true")
        return data.decode().strip().removeprefix("releases/")

    def put(self, folder: str, entries: Iterable[Entry], source: LocalSite, base: str, note: Note) -> None:
        """Send files with rsync, which sends only what differs from what is there; compressed ones are made here."""
        del base
        plain, made = [], []
        for entry in entries:
            data = source.read(entry)
            if entry.encoding:
                made.append((entry, data))
            else:
                plain.append(entry)
        self._run(f"mkdir -p {shlex.quote(folder)}")
        if plain:
            self._rsync(source.folder, folder, [entry.path for entry in plain])
        if made:
            with tempfile.TemporaryDirectory(prefix="sb-") as stage:
                for entry, data in made:
                    file = Path(stage) / entry.path
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(data)
                self._rsync(Path(stage), folder, [entry.path for entry, _ in made])
        for entry in (*plain, *(entry for entry, _ in made)):
            note(entry)

    def link(self, before: str, folder: str, paths: Iterable[str]) -> None:
        """Hard links, made on the server."""
        target = shlex.quote(f"{self._root}/{folder}")
        script = (
            f"mkdir -p {target}; cd {shlex.quote(before)}; "
            f"xargs -0 -r cp -l --no-dereference --remove-destination --parents -t {target} --"
        )
        self._run(script, _zeros(paths))

    def activate(self, folder: str, name: str) -> None:
        """Give the folder its final name, then let the link name it: a rename is one step (POSIX ``rename``)."""
        part, final = shlex.quote(folder), shlex.quote(f"releases/{name}")
        self._run(
            f"[ -e {final} ] || {{ mkdir -p {part}; mv -T {part} {final}; }}; "
            f"ln -sfn {final} current.new; mv -T current.new current"
        )

    def names(self) -> list[str]:
        """Everything that stands in ``releases`` and in the folder of records."""
        script = 'for d in releases .site-builder/releases; do [ ! -d "$d" ] || find "$d" -mindepth 1 -maxdepth 1'
        _, data = self._run(script + " -print0; done")
        return sorted(name.decode() for name in data.split(b"\0") if name)

    def remove(self, names: Iterable[str]) -> None:
        """Remove these of :meth:`names`."""
        self._run("xargs -0 -r rm -rf --", _zeros(names))

    def digests(self, folder: str, paths: Iterable[str]) -> dict[str, bytes]:
        """SHA-256 of the files that are there; ``xargs`` ends with 123 where some are not."""
        script = f"cd {shlex.quote(folder)} || exit {MISSING}; xargs -0 -r sha256sum -z -- 2> /dev/null"
        _, data = self._run(script, _zeros(paths), expected=(MISSING, 123))
        lines = (line.decode() for line in data.split(b"\0") if line)
        return {line[66:]: bytes.fromhex(line[:64]) for line in lines}

    def close(self) -> None:
        """End the shared connection."""
        with contextlib.suppress(OSError):
            subprocess.run(  # noqa: S603
                [*self._ssh, "-O", "exit", self._host], capture_output=True, check=False, timeout=10
            )
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _run(self, script: str, data: bytes = b"", expected: tuple[int, ...] = ()) -> tuple[int, bytes]:
        """A script in the target's folder; its exit code (0 or one of ``expected``) and what it printed."""
        root = shlex.quote(self._root)
        whole = f"set -e; mkdir -p {root}; cd {root}; {script}"
        return self._repeated([*self._ssh, self._host, whole], data, expected)

    def _rsync(self, source: Path, folder: str, paths: list[str]) -> None:
        command = [
            *("rsync", "--recursive", "--links", "--perms", "--chmod=D755,F644", "--checksum", "--protect-args"),
            *("--from0", "--files-from=-", f"--timeout={self._settings.timeout}", "-e", shlex.join(self._ssh)),
            *(f"{source}/", f"{self._host}:{self._root}/{folder}/"),
        ]
        self._repeated(command, _zeros(paths), ())

    def _repeated(self, command: list[str], data: bytes, expected: tuple[int, ...]) -> tuple[int, bytes]:
        """Run a command, after longer and longer pauses again where the connection is at fault."""
        pause = FIRST_PAUSE
        for left in range(self._settings.retries, -1, -1):
            self.requests += 1
            # A file, no pipe: the shared connection goes on in the background, and would hold a pipe open.
            with tempfile.TemporaryFile() as errors:
                try:
                    done = subprocess.run(  # noqa: S603
                        command, input=data, stdout=subprocess.PIPE, stderr=errors, check=False
                    )
                except OSError as error:
                    raise Stopped(f"{command[0]} cannot be run: {error.strerror}") from None
                errors.seek(0)
                told = errors.read().decode(errors="replace").strip()[-600:]
            if done.returncode == 0 or done.returncode in expected:
                return done.returncode, done.stdout
            if done.returncode not in {*PASSING, SHORT} or not left:
                raise Stopped(f"{self._host}: {told or f'exit code {done.returncode}'}")
            time.sleep(pause)
            pause *= 2
        raise AssertionError(command)


def _zeros(names: Iterable[str]) -> bytes:
    return b"".join(name.encode() + b"\0" for name in names)


def _make_folder_of(name: str) -> str:
    return f"mkdir -p {shlex.quote(name.rpartition('/')[0] or '.')}"


def _replace(name: str, size: int) -> str:
    """Standard input under a new name, then a rename; not where the connection broke before all had come."""
    path, fresh = shlex.quote(name), shlex.quote(name + ".new")
    return f'cat > {fresh}; [ "$(wc -c < {fresh})" -eq {size} ] || exit {SHORT}; mv -T {fresh} {path}'
