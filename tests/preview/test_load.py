"""Many readers at once, and a site that is too large to be read before the first page."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

import pytest
from hypothesis import settings
from tornado.httpclient import AsyncHTTPClient

from tests.support.preview import AT_INSTANT, PATIENCE, Served, finished, serving, without_script

PIECE = (
    "---\ntitle: Piece {0}\ncategory: {1}\ntimestamp: 2026-{2:02}-{3:02} 10:00\ntags: [T{4}]\nslug: p{0}\n---\n\n"
    "Text of {0}.\n"
)
CLIENTS = 100


def many(count: int) -> dict[str, str]:
    return {
        f"content/2026/{1 + number % 11:02}/p{number}.md": PIECE.format(
            number, ("Retail", "Runway")[number % 2], 1 + number % 11, 1 + number % 20, number % 40
        )
        for number in range(count)
    }


def addresses(count: int) -> list[str]:
    pieces = [f"/2026/{1 + number % 11:02}/p{number}/" for number in range(0, count, 7)]
    return ["/", "/retail/", "/tags/t1/", "/rss.xml", "/nope/", "/css/site.css", *pieces]


def memory(served: Served) -> int:
    """Bytes that the server holds (proc(5))."""
    text = Path(f"/proc/{served.process.pid}/smaps_rollup").read_text(encoding="ascii")
    return int(re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE).group(1)) * 1024


async def load(served: Served, places: list[str], seconds: float) -> tuple[int, list[str]]:
    """So many answers came while 100 clients asked for one page after another, and which of them were wrong.

    Each place is asked for at least once, however long that takes.
    """
    client = AsyncHTTPClient(force_instance=True, max_clients=CLIENTS)
    end = time.monotonic() + seconds
    faults: list[str] = []
    answered = 0

    async def reader(number: int) -> None:
        nonlocal answered
        while time.monotonic() < end or answered < len(places):
            place = places[number % len(places)]
            answered += 1
            number += CLIENTS
            answer = await client.fetch(served.origin + place, raise_error=False, request_timeout=PATIENCE)
            if answer.code != (404 if place == "/nope/" else 200):
                faults.append(f"{place}: {answer.code}")

    await asyncio.gather(*(reader(number) for number in range(CLIENTS)))
    client.close()
    return answered, faults


@pytest.mark.slow
@pytest.mark.fuzz
def test_a_hundred_readers_get_their_pages_and_nothing_piles_up(site):
    is_long = settings().max_examples >= 1_000  # `make fuzz`
    pieces, seconds = (10_000, 30.0) if is_long else (600, 2.0)
    made = site(many(pieces))
    with serving(made.path, *AT_INSTANT) as served:
        wait_until_read(served)
        # Until what is remembered of cards and pages is there.
        finished(load(served, addresses(pieces), seconds * 3))
        before = memory(served)
        answered, faults = finished(load(served, addresses(pieces), seconds))
        assert faults == []
        assert answered > CLIENTS
        grown = memory(served) - before
        assert grown < 8_000_000


def wait_until_read(served: Served) -> None:
    end = time.monotonic() + PATIENCE
    while served.ask("/2026/01/p0/").status != 200 or served.state()["indexed"] < served.state()["total"]:
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.slow
def test_pages_are_there_before_everything_has_been_read(site):
    made = site(many(4_000))
    with serving(made.path, *AT_INSTANT) as served:
        first = served.ask("/")
        state = served.state(version=first.text.partition('data-version="')[2].partition('"')[0])
        assert first.status == 200
        assert state["total"] == 4_000
        seen_partial = state["indexed"] < 4_000
        # What is asked for is read at once; what cannot be found yet is not said to be missing.
        assert served.ask("/2026/01/p0/").status == 200
        assert served.ask("/nowhere/").status in (404, 503)
        wait_until_read(served)
        assert served.ask("/nowhere/").status == 404
        assert seen_partial, "this machine reads 4,000 sources before it is asked for a page"
        assert served.state(version=state["version"])["stale"]
        made.build()
        assert without_script(served.ask("/").body) == made.files()["index.html"]
