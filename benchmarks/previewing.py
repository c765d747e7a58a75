"""The preview as an editor waits for it: the first page after the command, and a saved change in the browser.

In: a site's folder.  Out: seconds and bytes.  What a browser does is done here by hand: it hears by livereload's
socket that something changed, and asks for the page again.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tornado.websocket import websocket_connect

SAVES = 11
PATIENCE = 300.0


@dataclass(frozen=True)
class Previewed:
    """Seconds until the first page, and until everything was read; the median of saves; bytes at the end."""

    first_page: float
    all_read: float
    save: float
    memory: int


def preview(site: Path, at: str, environment: Mapping[str, str]) -> Previewed:
    """Start the preview of ``site`` as of ``at`` and save one of its newest pieces again and again."""
    port = _free_port()
    begin = time.perf_counter()
    with _served(site, port, at, environment) as process:
        _wait_for(port, "/", begin)
        first_page = time.perf_counter() - begin
        while (state := json.loads(_ask(port, "/.preview/state?path=/")))["indexed"] < state["total"]:
            time.sleep(0.05)
        # Asked for again: the page that everything is on has to be made once.
        _ask(port, "/")
        all_read = time.perf_counter() - begin
        newest = max(site.glob("content/2026/*/*.md"), key=lambda path: path.as_posix())
        address = "/" + newest.relative_to(site / "content").with_suffix("").as_posix() + "/"
        text = newest.read_text(encoding="utf-8")
        try:
            save = asyncio.run(_save(newest.write_text, text, address, port))
        finally:
            newest.write_text(text, encoding="utf-8")
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
        memory = int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE).group(1)) * 1024
    return Previewed(first_page, all_read, save, memory)


async def _save(write: Callable[[str], int], text: str, address: str, port: int) -> float:
    connection = await websocket_connect(f"ws://127.0.0.1:{port}/livereload")
    await connection.write_message(json.dumps({"command": "hello", "protocols": []}))
    await connection.read_message()
    took = []
    for number in range(SAVES):
        await asyncio.sleep(0.3)
        start = time.perf_counter()
        await asyncio.to_thread(write, f"{text}\nSaved for the {number}th time.\n")
        await asyncio.wait_for(connection.read_message(), PATIENCE)
        page = await asyncio.to_thread(_ask, port, address)
        took.append(time.perf_counter() - start)
        assert f"for the {number}th time" in page
    connection.close()
    return statistics.median(took)


@contextmanager
def _served(site: Path, port: int, at: str, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "site_builder", "serve", "--site", str(site), "--port", str(port), "--at", at]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, path: str, begin: float) -> None:
    while True:
        try:
            _ask(port, path)
        except ConnectionRefusedError:
            if time.perf_counter() - begin > PATIENCE:
                raise
            time.sleep(0.005)
        else:
            return


def _ask(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200, f"{path}: {answer.status}"
        return answer.read().decode("utf-8")
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
