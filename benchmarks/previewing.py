"""The preview as an editor waits for it: the first page after the command, and a saved change in the browser.

In: a site's folder.  Out: seconds and bytes.  Of most changes what a browser does is done here by hand: it hears by
livereload's socket that something changed, and asks for the page again.  One kind is seen in a browser.
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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tornado.websocket import websocket_connect

REPOSITORY = Path(__file__).resolve().parents[1]
CHANGES = 11
# Unix milliseconds of the first paint that showed anything of the page (Paint Timing §4).
PAINTED = """() => {
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    return paint && performance.timeOrigin + paint.startTime;
}"""
PATIENCE = 300.0


@dataclass(frozen=True)
class Previewed:
    """Seconds until the first page, and until everything was read; medians of kinds of changes; bytes at the end.

    ``save`` is a body, ``publish`` a piece with another date or a draft switched on or off, both heard of by the socket
    and fetched;
    ``browser`` is a body in Chromium, from the save until the page with it has been painted.
    """

    first_page: float
    all_read: float
    save: float
    publish: float
    browser: float
    memory: int


@dataclass(frozen=True)
class Edit:
    """A file written, and what its page then is: one that holds ``text``, or with None none."""

    file: Path
    content: str
    text: str | None


def preview(site: Path, at: str, environment: Mapping[str, str]) -> Previewed:
    """Start the preview of ``site`` as of ``at`` and change its newest pieces again and again."""
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
        new = newest.with_name("a-piece-that-is-new.md")
        try:
            save = asyncio.run(_changes(bodies(newest, text), address, port))
            kinds = [("publish", publications(new, text)), ("switch", switches(newest, text))]
            told = {
                name: asyncio.run(_changes(edits, address.replace(newest.stem, edits[0].file.stem), port))
                for name, edits in kinds
            }
            browser = _in_chromium(bodies(newest, text), f"http://127.0.0.1:{port}{address}")
        finally:
            newest.write_text(text, encoding="utf-8")
            new.unlink(missing_ok=True)
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
        memory = int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE).group(1)) * 1024
    return Previewed(first_page, all_read, save, max(told.values()), browser, memory)


def bodies(file: Path, text: str) -> list[Edit]:
    """Saves of one piece."""
    return [Edit(file, f"{text}\nSaved for the {n}th time.\n", f"for the {n}th time") for n in range(CHANGES)]


def publications(file: Path, text: str) -> list[Edit]:
    """A piece that is new at first, then with another date each time: the newest one, one of yesterday, …"""
    days = [f"timestamp: 2026-11-{20 - n % 10} 12:00:00" for n in range(CHANGES)]
    return [Edit(file, re.sub(r"(?m)^timestamp: .*$", day, text), "<h1") for day in days]


def switches(file: Path, text: str) -> list[Edit]:
    """A piece that becomes a draft and none again."""
    draft = text.replace("---\n", "---\ndraft: true\n", 1)
    return [Edit(file, text if n % 2 else draft, "<h1" if n % 2 else None) for n in range(CHANGES + 1)]


async def _changes(edits: list[Edit], address: str, port: int) -> float:
    """The median of seconds from each save until it has been heard of and the page was fetched."""
    connection = await websocket_connect(f"ws://127.0.0.1:{port}/livereload")
    await connection.write_message(json.dumps({"command": "hello", "protocols": []}))
    await connection.read_message()
    took = []
    for edit in edits:
        await asyncio.sleep(0.4)
        start = time.perf_counter()
        await asyncio.to_thread(edit.file.write_text, edit.content, encoding="utf-8")
        await asyncio.wait_for(connection.read_message(), PATIENCE)
        page = await asyncio.to_thread(_ask, port, address, 200 if edit.text else 404)
        took.append(time.perf_counter() - start)
        assert not edit.text or edit.text in page
    connection.close()
    return statistics.median(took)


def _in_chromium(edits: list[Edit], url: str) -> float:
    """The median of seconds from each save until a browser, which reloads by itself, paints the page with its text."""
    if str(REPOSITORY) not in sys.path:
        sys.path.append(str(REPOSITORY))
    from tests.support.browser import launch

    took = []
    with launch() as browser:
        page = browser.new_page()
        page.add_init_script("document.addEventListener('LiveReloadConnect', () => window.connected = true)")
        page.goto(url)
        for edit in edits:
            page.wait_for_function("window.connected === true")
            page.wait_for_timeout(400)
            # By the browser's own clock, which is the machine's: being told of it takes as long again.
            start = time.time()
            edit.file.write_text(edit.content, encoding="utf-8")
            page.wait_for_selector(f"text={edit.text}", timeout=PATIENCE * 1000)
            took.append(page.wait_for_function(PAINTED).json_value() / 1000 - start)
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


def _ask(port: int, path: str, status: int = 200) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == status, f"{path}: {answer.status}"
        return answer.read().decode("utf-8")
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
