"""Every address and every output path; nothing else builds one.

A *permalink* is the plain path of a page on its site (``/2019/06/kapok/``, any script, not
percent-encoded, without the base path).  Its *URL* is root-relative: base path and percent-encoding
added.  Its *output path* is the file below the output folder.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote, urlsplit

import msgspec

from site_builder.config import SiteConfig

HOME = "/"
NOT_FOUND = "/404.html"
ROBOTS = "/robots.txt"
HOST_HEADERS = "/_headers"
HOST_REDIRECTS = "/_redirects"
SITEMAP = "/sitemap.xml"
NEWS_SITEMAP = "/sitemaps/news.xml"
MOST_READ = "/most-read/"
MOST_READ_FRAGMENT = "/fragments/most-read.html"
VIEWS = "/views/"
# Files that the counts are spread over: one is small, and a new piece changes only one.
VIEWS_SHARDS = 256

# RFC 3986 §3.3: pchar without "%"; the rest is percent-encoded as UTF-8.
SAFE = "/~!$&'()*+,;=:@-._"

# What is the same percent-encoded, told at one look.
_plain = re.compile(r"[A-Za-z0-9/_.~-]*").fullmatch


class Addresses(msgspec.Struct, frozen=True):
    """Makes addresses for one site: ``root`` is absolute without final slash, ``base`` its path part."""

    root: str
    base: str
    host: str
    patterns: dict[str, str]

    def url(self, permalink: str) -> str:
        """The root-relative URL of a permalink."""
        return self.base + (permalink if _plain(permalink) else quote(permalink, safe=SAFE))

    def urls(self, permalinks: Sequence[str]) -> list[str]:
        """The root-relative URLs of permalinks."""
        if _plain("".join(permalinks)):
            return [self.base + permalink for permalink in permalinks] if self.base else list(permalinks)
        return list(map(self.url, permalinks))

    def absolute(self, url: str) -> str:
        """The absolute URL of a root-relative one (an absolute one stays)."""
        if url.startswith("/") and not url.startswith("//"):
            return self.root[: len(self.root) - len(self.base)] + url if self.base else self.root + url
        return url

    def article(self, slug: str, category_slug: str, local: datetime) -> str:
        """The permalink of an article by the configured pattern; ``local`` is its timestamp in the site's zone."""
        return self.patterns["article"].format(
            year=f"{local.year:04}",
            month=f"{local.month:02}",
            day=f"{local.day:02}",
            category=category_slug,
            slug=slug,
        )

    def listing(self, kind: str, slug: str) -> str:
        """The permalink of the landing page of a category, tag, author or source, or of a document."""
        return self.patterns[kind].format(slug=slug)


def addresses(config: SiteConfig) -> Addresses:
    """The addresses of the site that ``config`` describes."""
    root = config.site.url.rstrip("/")
    root = root[: len(root) - len(urlsplit(root).path)] + quote(urlsplit(root).path, safe=SAFE + "%")
    return Addresses(root, urlsplit(root).path, urlsplit(root).hostname or "", msgspec.structs.asdict(config.urls))


def output_path(permalink: str) -> str:
    """The file of a permalink, relative to the output folder: ``/a/`` is ``a/index.html``."""
    path = permalink.lstrip("/")
    if not path or path.endswith("/"):
        return path + "index.html"
    return path


def alias_permalink(alias: str) -> str:
    """An alias as a permalink: one without a file name ending is a folder."""
    return alias if alias.endswith(("/", ".html", ".htm")) else alias + "/"


def folder_of(permalink: str) -> str:
    """The permalink's folder, with a final slash: below it stand numbered pages and feeds."""
    return permalink if permalink.endswith("/") else permalink.rpartition(".")[0] + "/"


def numbered(permalink: str, number: int) -> str:
    """The permalink of page ``number`` of a listing; 0 is the landing page."""
    return f"{folder_of(permalink)}page/{number}/" if number else permalink


def year(value: int) -> str:
    """The permalink of a year's archive."""
    return f"/{value:04}/"


def month(year_value: int, value: int) -> str:
    """The permalink of a month's archive."""
    return f"/{year_value:04}/{value:02}/"


def index(kind: str) -> str:
    """The permalink of the list of all tags, authors, sources or years."""
    return {"tag": "/tags/", "author": "/authors/", "source": "/sources/", "year": "/archive/"}[kind]


def feed(permalink: str, name: str) -> str:
    """The permalink of a feed file (``rss.xml``, ``atom.xml``, ``feed.json``) of a listing."""
    return folder_of(permalink) + name


def sitemap_shard(name: str) -> str:
    """The permalink of a sitemap shard: ``2019-06``, ``pages``."""
    return f"/sitemaps/{name}.xml"


def views_shard(number: int) -> str:
    """The permalink of a file of view counts, 0 to 255."""
    return f"{VIEWS}{number}.json"


def views_shard_of(url: str) -> int:
    """The shard with the count of the article at ``url`` (percent-encoded); ``static/js/views.js`` does the same."""
    found = 0
    for byte in url.encode("ascii"):
        found = (found * 31 + byte) % VIEWS_SHARDS
    return found
