"""A reader that follows every link from the front page and looks whether what it gets is whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Fetch = "Callable[[str], bytes | None]"
SHOWN = re.compile(rb'(?:rel="stylesheet" href|src)="/([^"]*)"')
LINK = re.compile(rb'(?:href|src)="/([^"]*)"|<link>/([^<]*)</link>')


def crawl(fetch: Callable[[str], bytes | None], editions: Sequence[Mapping[str, bytes]]) -> set[int]:
    """Follow links from ``index.html`` and the feed; fails where a page is none of the ``editions``' or lacks a part.

    ``editions`` are in order of time.  What a page shows is never older than the page: a new page with an old picture
    would be a mixture.  (An old page may show a picture that was replaced under its name.)

    Gives the editions that all of what was seen could be of: with an atomic switch there is at least one.
    """
    possible = set(range(len(editions)))
    seen: set[str] = set()
    waiting = [("index.html", "the front page"), ("rss.xml", "the feed")]
    while waiting:
        path, named_by = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        data = fetch(path)
        assert data is not None, f"{path}, named by {named_by}, is not there"
        these = {number for number, files in enumerate(editions) if files.get(path) == data}
        assert these, f"{path} holds what no release has: {data[:80]!r}"
        possible &= these
        for shown in SHOWN.findall(data):
            picture = fetch(shown.decode())
            fitting = {number for number, files in enumerate(editions) if files.get(shown.decode()) == picture}
            assert picture is not None, f"{path} shows {shown!r}, which is not there"
            assert max(fitting, default=-1) >= min(these), f"{path} shows an older {shown!r}"
        waiting += [((found[0] or found[1]).decode(), path) for found in LINK.findall(data)]
    assert len(seen) > 5
    return possible
