"""A real S3 server on loopback: SeaweedFS."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import socket
import subprocess
import sysconfig
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
import pytest
from obstore.exceptions import BaseError
from obstore.store import S3Store

if TYPE_CHECKING:
    from collections.abc import Iterator

BUCKET = "site"
ACCESS_KEY = "AKTESTDEPLOYER"
SECRET_KEY = "not-a-real-secret-7f3c"
SECONDS = 60
# Below one part in a hundred free it makes all it has read-only, and below some hundred MB it takes no new volume.
PART, BYTES = 50, 512 * 1024 * 1024
MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class S3:
    """The server: ``endpoint`` is its address."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        return {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}

    def store(self, prefix: str = "") -> S3Store:
        """A client of the tests' own, to look at what is there."""
        return S3Store(
            BUCKET,
            prefix=prefix or None,
            endpoint=self.endpoint,
            access_key_id=ACCESS_KEY,
            secret_access_key=SECRET_KEY,
            region="us-east-1",
            virtual_hosted_style_request=False,
            client_options={"allow_http": True, "timeout": "30s"},
        )


def objects(store: Any, folder: str = "") -> dict[str, bytes]:
    """All objects with their bytes; those of the site itself where no ``folder`` is given."""
    paths = [meta["path"] for meta in obstore.list(store, folder or None).collect()]
    return {
        path: bytes(obstore.get(store, path).bytes())
        for path in sorted(paths)
        if folder or not path.startswith(".site-builder/")
    }


@contextlib.contextmanager
def room(disk: Path) -> Iterator[Path]:
    """A folder for the server's data: in memory where there is room, else below ``disk``, where it must be."""
    with contextlib.ExitStack() as stack:
        if MEMORY.is_dir() and is_roomy(MEMORY) and os.access(MEMORY, os.W_OK):
            disk = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="weed-", dir=MEMORY)))
        elif not is_roomy(disk):
            free = shutil.disk_usage(disk).free // 1024 // 1024
            pytest.fail(f"the disk of {disk} is nearly full ({free} MB free): the S3 server takes nothing there")
        yield disk


def is_roomy(folder: Path) -> bool:
    """Whether the server takes objects there."""
    usage = shutil.disk_usage(folder)
    return usage.free >= max(usage.total // PART, BYTES)


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[S3]:
    """The server while the block runs, its data in ``folder``."""
    ports = free_ports(4)
    identity = {
        "name": "deployer",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    command = [
        f"{sysconfig.get_path('scripts')}/weed",
        f"-logdir={folder}",
        "-alsologtostderr=false",
        "mini",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-master.telemetry=false",
        f"-master.port={ports[0]}",
        f"-filer.port={ports[1]}",
        f"-volume.port={ports[2]}",
        f"-s3.port={ports[3]}",
        f"-s3.config={folder / 's3.json'}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-admin.ui=false",
        "-webdav=false",
        f"-bucket={BUCKET}",
    ]
    with (folder / "weed.log").open("wb") as log:
        # It takes variables of any name (S3, DIR, FILER) for its options.
        environment = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        environment["HOME"] = str(folder)
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)
        try:
            server = S3(f"http://127.0.0.1:{ports[3]}")
            wait_until_ready(server, process, folder / "weed.log")
            yield server
        finally:
            # Its data are of no use any more: it need not end in order.
            process.kill()
            process.wait()


def wait_until_ready(server: S3, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for a PUT that succeeds."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            obstore.put(server.store(), "ready", b"")
        except (BaseError, OSError):
            assert process.poll() is None, f"the S3 server ended: {log.read_text(errors='replace')[-2000:]}"
            assert time.monotonic() < end, "the S3 server does not answer"
            time.sleep(0.2)
        else:
            obstore.delete(server.store(), "ready")
            return


def free_ports(count: int) -> list[int]:
    """Ports that are free, and that are so 10,000 above, where the server has its own protocol.

    Both lie below those that the kernel gives to whoever asks for any (32768 on): one of those could be taken before
    the server has it.
    """
    chance = random.Random()
    found: list[int] = []
    while len(found) < count:
        port = chance.randrange(20_000, 22_700)
        with contextlib.suppress(OSError), socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", port))
            second.bind(("127.0.0.1", port + 10_000))
            found.append(port)
    return found
