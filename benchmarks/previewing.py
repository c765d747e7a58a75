"""The preview as an editor waits for it: the first page after the command, and a saved change in the browser.

In: a site's folder.  Out: seconds and bytes.  Changes are seen in a browser; those of a body also without one, hearing
by livereload's socket that something changed and asking for the page again.
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
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

from tornado.websocket import websocket_connect

REPOSITORY = Path(__file__).resolve().parents[1]
CHANGES = 9
# Unix milliseconds of the first paint that showed anything of the page (Paint Timing §4).
PAINTED = """() => {
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    return paint && performance.timeOrigin + paint.startTime;
}"""
PATIENCE = 300.0


@dataclass(frozen=True)
class Previewed:
    """Seconds until the first page, and until everything was read; medians of kinds of changes; bytes at the end.

    ``save`` is a body, heard of by the socket and fetched; ``browser`` has each kind of change in Chromium, from the
    save until the page with it has been painted.
    """

    first_page: float
    all_read: float
    save: float
    browser: Mapping[str, float]
    memory: int


@dataclass(frozen=True)
class Edit:
    """A file written, and what its page then is: one in which ``shows`` (a CSS selector) finds something.

    ``renamed``: the file is written under another name first.
    """

    file: Path
    content: str
    shows: str
    renamed: bool = False

    def make(self) -> None:
        file = self.file.with_name(f"{self.file.name}.part") if self.renamed else self.file
        file.write_text(self.content, encoding="utf-8")
        if self.renamed:
            file.replace(self.file)


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
        text = newest.read_text(encoding="utf-8")
        written = {newest}
        try:
            save = asyncio.run(_changes(bodies(newest, text), _address(site, newest), port))
            browser = {}
            for name, edits_of in KINDS.items():
                edits = edits_of(newest, text)
                written |= {edit.file for edit in edits}
                browser[name] = _in_chromium(edits, site, f"http://127.0.0.1:{port}")
        finally:
            for file in written - {newest}:
                file.unlink(missing_ok=True)
            newest.write_text(text, encoding="utf-8")
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
        memory = int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE).group(1)) * 1024
    return Previewed(first_page, all_read, save, browser, memory)


def bodies(file: Path, text: str) -> list[Edit]:
    """Saves of one piece."""
    added = [f"Saved for the {number}th time." for number in range(CHANGES)]
    return [Edit(file, f"{text}\n{line}\n", f"p:text-is('{line}')") for line in added]


def renamed(file: Path, text: str) -> list[Edit]:
    """Saves by an editor that writes another file and gives it the name of the old one."""
    return [replace(edit, renamed=True) for edit in bodies(file, text)]


def headlines(file: Path, text: str) -> list[Edit]:
    """Another headline each time: it stands on the cards of the piece, too."""
    titles = [f"Headline number {number}" for number in range(CHANGES)]
    return [
        Edit(file, re.sub(r"(?m)^title: .*$", f"title: {title}", text), f"h1:text-is('{title}')") for title in titles
    ]


def switches(file: Path, text: str) -> list[Edit]:
    """A piece that becomes a draft and none again."""
    draft = text.replace("---\n", "---\ndraft: true\n", 1)
    shown, hidden = Edit(file, text, "article h1"), Edit(file, draft, "h1:text-is('Page not found')")
    return [shown if number % 2 else hidden for number in range(CHANGES + 1)]


def arrivals(file: Path, text: str) -> list[Edit]:
    """A file each time that was not there: the newest piece, one of yesterday, …"""
    return [
        Edit(file.with_name(f"a-piece-that-is-new-{number}.md"), edit.content, "article h1")
        for number, edit in enumerate(dates(file, text))
    ]


def dates(file: Path, text: str) -> list[Edit]:
    """Another date each time: the piece goes down in all lists, and up again."""
    days = [f"2026-11-{20 - number % 10}" for number in range(CHANGES)]
    return [
        Edit(
            file,
            re.sub(r"(?m)^timestamp: .*$", f"timestamp: {day} 12:00:00", text),
            f"article time[datetime^='{day}']",
        )
        for day in days
    ]


def tags(file: Path, text: str) -> list[Edit]:
    """A tag each time that no piece has."""
    names = [f"Unheard of {number}" for number in range(CHANGES)]
    return [
        Edit(file, re.sub(r"(?m)^tags: \[", f"tags: [{name}, ", text), f"article a:text-is('{name}')") for name in names
    ]


KINDS: Mapping[str, Callable[[Path, str], list[Edit]]] = {
    "body": bodies,
    "renamed": renamed,
    "headline": headlines,
    "draft": switches,
    "new": arrivals,
    "date": dates,
    "tag": tags,
}


def _address(site: Path, file: Path) -> str:
    """The piece's page: the corpus has its files where their pages are."""
    return "/" + file.relative_to(site / "content").with_suffix("").as_posix() + "/"


async def _changes(edits: list[Edit], address: str, port: int) -> float:
    """The median of seconds from each save until it has been heard of and the page was fetched."""
    connection = await websocket_connect(f"ws://127.0.0.1:{port}/livereload")
    await connection.write_message(json.dumps({"command": "hello", "protocols": []}))
    await connection.read_message()
    took = []
    for edit in edits:
        await asyncio.sleep(0.4)
        start = time.perf_counter()
        await asyncio.to_thread(edit.make)
        await asyncio.wait_for(connection.read_message(), PATIENCE)
        page = await asyncio.to_thread(_ask, port, address)
        took.append(time.perf_counter() - start)
        assert edit.content.splitlines()[-1] in page
    connection.close()
    return statistics.median(took)


def _in_chromium(edits: list[Edit], site: Path, origin: str) -> float:
    """The median of seconds from each save until a browser, which reloads by itself, paints the page with its text."""
    if str(REPOSITORY) not in sys.path:
        sys.path.append(str(REPOSITORY))
    from tests.support.browser import launch

    took = []
    with launch() as browser:
        page = browser.new_page()
        page.add_init_script("document.addEventListener('LiveReloadConnect', () => window.connected = true)")
        for edit in edits:
            url = origin + _address(site, edit.file)
            if page.url != url:
                page.goto(url)
            page.wait_for_function("window.connected === true")
            page.wait_for_timeout(400)
            assert page.query_selector(edit.shows) is None, f"{edit.shows} is there before the change"
            # By the browser's own clock, which is the machine's: being told of it takes as long again.
            start = time.time()
            edit.make()
            page.wait_for_selector(edit.shows, timeout=PATIENCE * 1000, state="attached")
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


def _ask(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == HTTPStatus.OK, f"{path}: {answer.status}"
        return answer.read().decode("utf-8")
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
