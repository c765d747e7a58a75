"""A real server that speaks as Azure Blob Storage does, on loopback: Azurite, from npm."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import secrets
import socket
import subprocess
import time
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING

from obstore.store import AzureStore

from tests.support.sample import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = REPOSITORY / "tests/tools/node_modules/azurite/dist/src/blob/main.js"
CONTAINER = "site"
ACCOUNT = "thepaper"
API = "2021-08-06"
SECONDS = 60


@dataclass(frozen=True)
class Azure:
    """The server: ``address`` without the account, and the key of the account."""

    address: str
    key: str

    @property
    def environment(self) -> dict[str, str]:
        return {"AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT, "AZURE_STORAGE_ACCOUNT_KEY": self.key}

    def endpoint(self, address: str = "") -> str:
        """The account's address, at the server or at a proxy before it."""
        return f"{address or self.address}/{ACCOUNT}"

    def store(self, prefix: str = "") -> AzureStore:
        """A client of the tests' own, to look at what is there."""
        return AzureStore(
            CONTAINER,
            prefix=prefix or None,
            config={"account_name": ACCOUNT, "account_key": self.key, "endpoint": self.endpoint()},
            client_options={"allow_http": True, "timeout": "30s"},
        )


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Azure]:
    """The server while the block runs, its data in ``folder``; there is a container ``site``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    key = base64.b64encode(secrets.token_bytes(64)).decode()
    command = ["node", str(PROGRAM), "--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder)]
    # The library may speak a newer version of the protocol than the server knows by its date.
    command += ["--silent", "--disableTelemetry", "--skipApiVersionCheck"]
    with (folder / "azurite.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, env={**_path(), "AZURITE_ACCOUNTS": f"{ACCOUNT}:{key}"}
        )
        try:
            server = Azure(f"http://127.0.0.1:{port}", key)
            wait_until_ready(server, port, process)
            yield server
        finally:
            process.terminate()
            process.wait()


def _path() -> dict[str, str]:
    import os

    return {"PATH": os.environ["PATH"]}


def wait_until_ready(server: Azure, port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the container could be made."""
    end = time.monotonic() + SECONDS
    while True:
        with contextlib.suppress(OSError):
            status = make_container(server, port)
            assert status == 201, f"the container cannot be made: {status}"
            return
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < end, "the server does not answer"
        time.sleep(0.1)


def make_container(server: Azure, port: int) -> int:
    """Create Container, with a Shared Key signature (Azure's REST reference); the library has no call for it."""
    when = formatdate(usegmt=True)
    words = ["PUT", *[""] * 11, f"x-ms-date:{when}", f"x-ms-version:{API}", f"/{ACCOUNT}/{ACCOUNT}/{CONTAINER}"]
    text = "\n".join([*words, "restype:container"])
    signature = base64.b64encode(hmac.digest(base64.b64decode(server.key), text.encode(), hashlib.sha256)).decode()
    headers = {
        "x-ms-date": when,
        "x-ms-version": API,
        "Authorization": f"SharedKey {ACCOUNT}:{signature}",
        "Content-Length": "0",
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("PUT", f"/{ACCOUNT}/{CONTAINER}?restype=container", headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()
