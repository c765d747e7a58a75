"""A folder of releases on a server, by ssh and rsync.

The server needs a POSIX shell, GNU coreutils, ``flock``, ``xargs`` and ``rsync``: any Linux has them.  Which keys and
names are used is the affair of ssh's own configuration; ``SITE_BUILDER_SSH`` may name another command (``ssh -F
FILE``).  All commands share one connection.

A command may outlive the deploy that sent it: one that was killed, or whose connection broke, has left it on the
server, where it runs on or is only about to begin.  So every command that changes something first takes in all that it
is told, then waits for those before it (``flock``), then looks whether the state is still the one that its deploy wrote
last; if not, another deploy has gone on from there, and it ends without a trace.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from site_builder.config_deploy import Target as Settings
from site_builder.deploy.folders import not_a_link
from site_builder.deploy.local import LocalSite
from site_builder.deploy.release import Entry
from site_builder.deploy.stops import Moved, Stopped
from site_builder.deploy.target import Note

# Exit codes of our scripts, apart from those that ssh (255), shells and tools use.
MISSING, CHANGED, SHORT, BUSY, TAKEN = 44, 45, 46, 47, 48
# rsync: protocol, socket, timeout; ssh: connection.
PASSING = frozenset((10, 12, 30, 35, 255))
FIRST_PAUSE = 0.5
# What a script says first: whatever comes before is somebody else's.
MARK = "site-builder:"
STATE, GUARD = ".site-builder/state", ".site-builder/guard"
# What a command of ours may take on the server until the next one gives up waiting for it, in seconds.
LONGEST = 300


class HostSsh:
    """See :class:`site_builder.deploy.folders.Host`; what each step does is told in ``host_here.py``."""

    def __init__(self, settings: Settings) -> None:
        self._host, _, self._root = settings.ssh.rpartition(":/")
        self._root = "/" + self._root.strip("/")
        self._settings = settings
        self.requests = 0
        # The digest of the state as this deploy wrote it last; "none" where there is none.
        self._written = "none"
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
        code, data = self._look(f"[ -e {path} ] || exit {MISSING}; cat {path}")
        return None if code == MISSING else data

    def write(self, name: str, data: bytes) -> None:
        """Write a record in one step."""
        self._change(_replace(name), data)

    def swap(self, name: str, data: bytes, before: bytes | None) -> bool:
        """Write a record if it still is ``before``.  Where the answer was lost, the record tells whose write it was."""
        expected, fresh = _digest(before), _digest(data)
        script = f'{_found(name)}; [ "$found" = {expected} ] || exit {CHANGED}; {_replace(name)}'
        code, _ = self._run(_guarded(script), data, expected=(CHANGED,))
        done = code != CHANGED or self.read(name) == data
        if done:
            self._written = fresh
        return done

    def current(self) -> str:
        """The release that the link names.  Raises :class:`Refused` where something else has its name."""
        taken = f"if [ -e current ] && [ ! -L current ]; then exit {TAKEN}; fi"
        code, data = self._look(f"{taken}; readlink current || true", TAKEN)
        if code == TAKEN:
            raise not_a_link(f"{self._host}:{self._root}/current")
        return data.decode().strip().removeprefix("releases/")

    def put(self, folder: str, entries: Iterable[Entry], source: LocalSite, base: str, note: Note) -> None:
        """Send files with rsync, which sends only what differs from what is there; compressed ones are made here."""
        del base
        plain, made = [], []
        with tempfile.TemporaryDirectory(prefix="sb-") as stage:
            for entry in entries:
                data = source.read(entry)
                if not entry.encoding:
                    plain.append(entry)
                    continue
                made.append(entry)
                # Not in memory: there may be a hundred thousand of them.
                file = Path(stage) / entry.path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
            self._change(f"mkdir -p {shlex.quote(folder)}")
            for place, found in ((source.folder, plain), (Path(stage), made)):
                if found:
                    self._rsync(place, folder, [entry.path for entry in found])
        for entry in (*plain, *made):
            note(entry)

    def link(self, before: str, folder: str, paths: Iterable[str]) -> None:
        """Hard links, made on the server."""
        target = shlex.quote(f"{self._root}/{folder}")
        self._change(
            f"mkdir -p {target}; cd {shlex.quote(before)}; "
            f'xargs -0 -r cp -l --no-dereference --remove-destination --parents -t {target} -- < "$input"',
            _zeros(paths),
        )

    def activate(self, folder: str, name: str) -> None:
        """Give the folder its final name, then let the link name it: a rename is one step (POSIX ``rename``)."""
        part, final = shlex.quote(folder), shlex.quote(f"releases/{name}")
        self._change(
            f"[ -e {final} ] || {{ mkdir -p {part}; mv -T {part} {final}; }}; "
            f"ln -sfn {final} current.new; mv -T current.new current"
        )

    def names(self) -> list[str]:
        """Everything that stands in ``releases`` and in the folder of records."""
        script = 'for d in releases .site-builder/releases; do [ ! -d "$d" ] || find "$d" -mindepth 1 -maxdepth 1'
        _, data = self._look(script + " -print0; done")
        return sorted(name.decode() for name in data.split(b"\0") if name)

    def remove(self, names: Iterable[str]) -> None:
        """Remove these of :meth:`names`."""
        self._change('xargs -0 -r rm -rf -- < "$input"', _zeros(names))

    def digests(self, folder: str, paths: Iterable[str]) -> dict[str, bytes]:
        """SHA-256 of the files that are there; ``xargs`` ends with 123 where some are not."""
        script = f'cd {shlex.quote(folder)} || exit {MISSING}; xargs -0 -r sha256sum -z -- < "$input" 2> /dev/null'
        _, data = self._run(script, _zeros(paths), expected=(MISSING, 123))
        lines = (line.decode() for line in data.split(b"\0") if line)
        return {line[66:]: bytes.fromhex(line[:64]) for line in lines}

    def close(self) -> None:
        """End the shared connection."""
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(  # noqa: S603
                [*self._ssh, "-O", "exit", self._host], capture_output=True, check=False, timeout=10
            )
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _change(self, script: str, data: bytes = b"") -> None:
        """A script that changes something.  Raises :class:`Moved` where another deploy has gone on from here."""
        code, _ = self._run(_guarded(f"{self._still_ours()}; {script}"), data, expected=(CHANGED,))
        if code == CHANGED:
            raise Moved

    def _still_ours(self) -> str:
        """Shell: exit where the state is no longer the one that this deploy wrote last."""
        return f'{_found(STATE)}; [ "$found" = {self._written} ] || exit {CHANGED}'

    def _look(self, script: str, *expected: int) -> tuple[int, bytes]:
        """A script that changes nothing: where there is no such folder, none is made, and the code is ``MISSING``."""
        root = shlex.quote(self._root)
        return self._scripted(f"[ -d {root} ] || exit {MISSING}; cd {root}; {script}", b"", (MISSING, *expected))

    def _run(self, script: str, data: bytes | None = None, expected: tuple[int, ...] = ()) -> tuple[int, bytes]:
        """A script in the target's folder; its exit code (0 or one of ``expected``) and what it printed.

        ``data`` is in the file ``$input`` when the script begins: all of it, or the script does not begin.
        """
        root = shlex.quote(self._root)
        take_in = ""
        if data is not None:
            # Half a list may end in half a name, and half a name be that of another file.
            take_in = (
                'input=$(mktemp); trap \'rm -f "$input"\' EXIT; cat > "$input"; '
                f'[ "$(wc -c < "$input")" -eq {len(data)} ] || exit {SHORT}; '
            )
        # The web server is another user.
        return self._scripted(f"umask 022; mkdir -p {root}; cd {root}; {take_in}{script}", data or b"", expected)

    def _scripted(self, script: str, data: bytes, expected: tuple[int, ...]) -> tuple[int, bytes]:
        whole = f"echo {MARK}; set -e; {script}"
        code, told = self._repeated([*self._ssh, self._host, whole], data, expected)
        before, mark, answer = told.partition(MARK.encode() + b"\n")
        if before or not mark:
            text = " ".join(before.decode(errors="replace").split())[:100]
            raise Stopped(
                f"{self._host}: the login shell there prints '{text}' by itself, which rsync takes for an answer. "
                "Let it print on terminals only (in .bashrc: [ -t 1 ] && …)"
            )
        return code, answer

    def _rsync(self, source: Path, folder: str, paths: list[str]) -> None:
        script = f'{self._still_ours()}; exec rsync "$@"'
        program = f"cd {shlex.quote(self._root)} && exec flock -s {GUARD} sh -c {shlex.quote(script)} rsync"
        command = [
            *("rsync", "--recursive", "--links", "--perms", "--chmod=D755,F644", "--checksum", "--protect-args"),
            *("--from0", "--files-from=-", f"--timeout={self._settings.timeout}", "-e", shlex.join(self._ssh)),
            *("--rsync-path", program),
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
            if done.returncode == BUSY:
                raise Stopped(f"{self._host}: a command of an earlier deploy has been running for {LONGEST} s")
            if done.returncode not in {*PASSING, SHORT} or not left or _FOR_GOOD(told):
                raise Stopped(f"{self._host}: {told or f'exit code {done.returncode}'}")
            time.sleep(pause)
            pause *= 2
        raise AssertionError(command)


# What another try does not mend; and who knocks seven times with a wrong key is locked out by some servers.
_FOR_GOOD = re.compile(r"Permission denied \(|Host key verification failed|Too many authentication failures").search


def _zeros(names: Iterable[str]) -> bytes:
    return b"".join(name.encode() + b"\0" for name in names)


def _digest(data: bytes | None) -> str:
    return "none" if data is None else hashlib.sha256(data).hexdigest()


def _found(name: str) -> str:
    """Shell: the digest of a file into ``$found``."""
    path = shlex.quote(name)
    return f"found=none; if [ -e {path} ]; then found=$(sha256sum < {path} | cut -c1-64); fi"


def _guarded(script: str) -> str:
    """Shell: ``script``, alone of its kind.  What it is told has come already, so nobody waits for the network."""
    # BusyBox's flock knows no time limit.
    wait = f"n=0; until flock -n 9; do n=$((n + 1)); [ $n -le {LONGEST} ] || exit {BUSY}; sleep 1; done"
    return f"mkdir -p .site-builder; exec 9> {GUARD}; {wait}; {script}"


def _replace(name: str) -> str:
    """Shell: ``$input`` under another name, then a rename."""
    path, fresh = shlex.quote(name), shlex.quote(name + ".new")
    folder = shlex.quote(name.rpartition("/")[0] or ".")
    return f'mkdir -p {folder}; cat "$input" > {fresh}; mv -T {fresh} {path}'
