"""What is served is what a build writes."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from tests.support.preview import SCRIPT, Served, without_script

# Written down by hand, from the registry of media types: the code's own table is what is tested.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
}
FEEDS = {
    "atom.xml": "application/atom+xml; charset=utf-8",
    "feed.json": "application/feed+json; charset=utf-8",
    "rss.xml": "application/rss+xml; charset=utf-8",
}


def address_of(file: str) -> str:
    return "/" + quote(
        file.removesuffix("index.html") if file.endswith("/index.html") or file == "index.html" else file
    )


def test_the_whole_sample_site_is_served_as_it_is_built(sample_public: Path, sample_preview: Served):
    files = {file.relative_to(sample_public).as_posix(): file for file in sample_public.rglob("*") if file.is_file()}
    differing = []
    for name, file in files.items():
        answer = sample_preview.ask(address_of(name))
        body = without_script(answer.body) if name.endswith(".html") else answer.body
        wanted = FEEDS.get(file.name) or TYPES[file.suffix]
        if (answer.status, answer.headers["content-type"], body) != (200, wanted, file.read_bytes()):
            differing.append((name, answer.status, answer.headers["content-type"]))
    assert differing == []
    assert len(files) > 250


def test_only_pages_are_given_the_script(sample_preview: Served):
    for path in ("/rss.xml", "/sitemap.xml", "/robots.txt", "/feed.json", "/favicon.svg"):
        assert SCRIPT.search(sample_preview.ask(path).body) is None


def test_nothing_is_written(sample_preview: Served):
    sample_preview.ask("/")
    assert sorted(path.name for path in sample_preview.site.iterdir()) == [
        "content",
        "site.yaml",
        "static",
        "templates",
    ]
