"""A real SSH server on loopback with a throwaway key: Debian's ``openssh-server``, and ``rsync``."""

from __future__ import annotations

import contextlib
import getpass
import shlex
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 30


@dataclass(frozen=True)
class Sshd:
    """The server's port, and the command that reaches it with the key."""

    port: int
    command: str

    @property
    def user(self) -> str:
        return getpass.getuser()


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Sshd]:
    """The server while the block runs; its keys are made in ``folder``."""
    folder.chmod(0o700)
    for name in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    with contextlib.suppress(PermissionError):
        Path("/run/sshd").mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = shutil.which("sshd") or "/usr/sbin/sshd"
    options = {
        "ListenAddress": "127.0.0.1",
        "AuthorizedKeysFile": folder / "key.pub",
        "StrictModes": "no",
        "PidFile": "none",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
        "MaxStartups": "100",
    }
    command = [program, "-D", "-e", "-f", "/dev/null", "-p", str(port), "-h", str(folder / "host")]
    command += [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    (folder / "config").write_text(
        f"Host *\n  IdentityFile {folder / 'key'}\n  IdentitiesOnly yes\n  StrictHostKeyChecking no\n"
        f"  UserKnownHostsFile {folder / 'known_hosts'}\n  LogLevel ERROR\n"
    )
    with (folder / "sshd.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_until_ready(port, process)
            yield Sshd(port, f"ssh -F {shlex.quote(str(folder / 'config'))}")
        finally:
            process.terminate()
            process.wait()


def wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as probe:
            if probe.recv(4) == b"SSH-":
                return
        assert process.poll() is None, "sshd ended"
        assert time.monotonic() < end, "sshd does not answer"
        time.sleep(0.05)
