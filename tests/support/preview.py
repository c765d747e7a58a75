"""The preview as its own process, asked by HTTP and heard by WebSocket; and in this process, without a server."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.support.sample import REPOSITORY, SOURCES
from tests.support.site import INSTANT

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from pathlib import Path

Result = TypeVar("Result")

SCRIPT = re.compile(rb'<script src="/\.preview/client\.js" data-version="[0-9a-f]+-[0-9]+" defer></script>')
# Seconds that a machine may take which has much else to do: starting takes one of a processor's, not of the clock's.
PATIENCE = 60.0


def without_script(page: bytes) -> bytes:
    """A served page less what the preview adds; it has to be there once."""
    assert len(SCRIPT.findall(page)) == 1
    return SCRIPT.sub(b"", page)


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@dataclass
class Served:
    """A running preview: ``process`` serves the site in ``site`` at ``port``; its output is in ``log``."""

    site: Path
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, method: str = "GET", headers: dict[str, str] | None = None) -> Response:
        """The answer to one request; ``path`` goes out as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.putrequest(method, path, skip_host="Host" in (headers or {}), skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            body = answer.read()
            return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)
        finally:
            connection.close()

    def wait_for(self, path: str, text: str) -> str:
        """The page at ``path`` as soon as it holds ``text``."""
        end = time.monotonic() + PATIENCE
        while text not in (page := self.ask(path).text):
            assert time.monotonic() < end, f"{text!r} never came:\n{page[:2000]}"
            time.sleep(0.01)
        return page

    def write(self, path: str, text: str | bytes) -> None:
        """Save a source file."""
        file = self.site / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def state(self, path: str = "/", version: str = "") -> dict[str, Any]:
        """What the bar and the overlay show."""
        answer = self.ask(f"/.preview/state?path={path}&version={version}")
        assert answer.status == 200
        return json.loads(answer.body)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextlib.contextmanager
def serving(
    site: Path, *options: str, within: tuple[str, ...] = (), environment: dict[str, str] | None = None
) -> Iterator[Served]:
    """``site-builder serve`` while the block runs; fails where it left a traceback.

    ``within`` is a command that it is run by, ``environment`` what its own is changed to.
    """
    port = free_port()
    log = site.parent / f"serve-{port}.log"
    command = [sys.executable, "-m", "site_builder", "serve", "--site", str(site), "--port", str(port), *options]
    surroundings = os.environ | (environment or {})
    with log.open("wb") as output:
        process = subprocess.Popen([*within, *command], stdout=output, stderr=output, cwd=REPOSITORY, env=surroundings)
    served = Served(site, port, process, log)
    try:
        _wait_until_ready(served)
        yield served
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()
    said = log.read_text(encoding="utf-8")
    assert "Traceback" not in said, said


def _wait_until_ready(served: Served) -> None:
    end = time.monotonic() + PATIENCE
    while "Preview at" not in served.log.read_text(encoding="utf-8"):
        assert served.process.poll() is None, served.log.read_text(encoding="utf-8")
        assert time.monotonic() < end, "the preview does not start"
        time.sleep(0.02)


def sample_site(folder: Path) -> Path:
    """A copy of the sample site below ``folder``."""
    site = folder / "sample"
    for name in SOURCES:
        shutil.copytree(REPOSITORY / name, site / name)
    shutil.copy(REPOSITORY / "site.yaml", site / "site.yaml")
    return site


AT_INSTANT = ("--at", INSTANT.isoformat())


# ---------------------------------------------------------------- the socket


def finished(work: Coroutine[Any, Any, Result]) -> Result:
    """What ``work`` gives, in a loop of its own: Playwright keeps one running in the tests' thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def hang_up(connection: WebSocketClientConnection) -> None:
    """Close a socket and see it closed."""
    connection.close()
    while await asyncio.wait_for(connection.read_message(), PATIENCE) is not None:
        pass


class Ears:
    """What a browser would hear by livereload's WebSocket."""

    def __init__(self, served: Served) -> None:
        self._served = served

    def during(self, action: Any, quiet: float = 1.0) -> list[str]:
        """The paths of the reload messages that come during ``action()`` and until it has been quiet for so long."""
        return finished(self._during(action, quiet))

    async def _during(self, action: Any, quiet: float) -> list[str]:
        socket = await websocket_connect(f"ws://127.0.0.1:{self._served.port}/livereload")
        await socket.write_message(json.dumps({"command": "hello", "protocols": []}))
        assert json.loads(await socket.read_message())["command"] == "hello"
        await asyncio.to_thread(action)
        heard = []
        while True:
            try:
                message = await asyncio.wait_for(socket.read_message(), quiet)
            except TimeoutError:
                await hang_up(socket)
                return heard
            assert message is not None, "the server closed the socket"
            heard.append(json.loads(message)["path"])
