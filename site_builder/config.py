"""The text of ``site.yaml`` to a checked, frozen :class:`SiteConfig`.

An unknown key is an error with "did you mean"; all faults of the file are reported together.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec

from site_builder.decode import decode
from site_builder.errors import Problem, SiteError, did_you_mean
from site_builder.model import Record
from site_builder.patterns import article_pattern, listing_pattern, timestamp_pattern
from site_builder.yaml_reader import Mapping, Node, read_mapping

SyndicationPolicy = Literal["none", "noindex-news", "noindex", "canonical"]


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """``site``: what the portal is called and where it lives."""

    title: str = "Untitled portal"
    tagline: str = ""
    description: str = ""
    url: str = "http://localhost:8000"
    language: str = "en"
    timezone: str = "UTC"
    timestamp_format: str = "%Y/%-m/%-d %-H:%M:%S"
    date_format: str = "%Y/%-m/%-d"
    publisher: str = ""
    logo: str = ""
    copyright: str = ""
    extra: Record = Record()


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """One of ``categories``: an allowed section, in the paper's order."""

    name: str
    slug: str = ""
    description: str = ""


class Urls(msgspec.Struct, frozen=True, kw_only=True):
    """``urls``: the pattern of each kind of address; ``{slug}`` and for articles ``{year} {month} {day} {category}``."""

    article: str = "/{year}/{month}/{slug}/"
    category: str = "/{slug}/"
    tag: str = "/tags/{slug}/"
    author: str = "/authors/{slug}/"
    source: str = "/sources/{slug}/"
    document: str = "/{slug}/"


class Listings(msgspec.Struct, frozen=True, kw_only=True):
    """``listings``: ``per_page`` n: a landing page shows the newest n to 2n-1; lengths of the lists on home."""

    per_page: int = 30
    hero: int = 3
    rail: int = 4
    most_read: int = 10


class Related(msgspec.Struct, frozen=True, kw_only=True):
    """``related``: how many pieces "Related reading" shows, and whether newer ones may stand in it."""

    count: int = 5
    newer: bool = False


class Feeds(msgspec.Struct, frozen=True, kw_only=True):
    """``feeds``: entries a feed, and from how many pieces on a category or tag has feeds."""

    entries: int = 30
    minimum: int = 5


class Markdown(msgspec.Struct, frozen=True, kw_only=True):
    """``markdown``: engine, extensions by name (Python-Markdown only), what becomes of raw HTML."""

    engine: Literal["markdown", "comrak"] = "markdown"
    extensions: tuple[str, ...] = (
        "tables",
        "footnotes",
        "fenced_code",
        "attr_list",
        "def_list",
        "abbr",
        "toc",
    )
    extension_configs: dict[str, dict[str, str | bool | int]] = {}
    raw_html: Literal["trusted", "sanitized", "escaped"] = "sanitized"
    iframe_hosts: tuple[str, ...] = (
        "www.youtube-nocookie.com",
        "www.youtube.com",
        "player.vimeo.com",
        "player.bilibili.com",
    )
    sponsored_domains: tuple[str, ...] = ()
    time_limit: int = 5


class Syndication(msgspec.Struct, frozen=True, kw_only=True):
    """``syndication``: what search engines are told of pieces with a ``source_url``, by default and by source name."""

    default: SyndicationPolicy = "none"
    sources: dict[str, SyndicationPolicy] = {}


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One of ``blocks``: a named selection of the newest pieces that match all that is given."""

    title: str = ""
    category: str = ""
    tag: str = ""
    author: str = ""
    source: str = ""
    order: Literal["newest", "most_read"] = "newest"
    limit: int = 5


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """``labels``: names of pages that no article names, in the paper's language."""

    home: str = "Home"
    latest: str = "Latest"
    tags: str = "Tags"
    authors: str = "Authors"
    sources: str = "Sources"
    archive: str = "Archive"
    not_found: str = "Page not found"


class SiteConfig(msgspec.Struct, frozen=True, kw_only=True):
    """``site.yaml``."""

    site: Site = Site()
    labels: Labels = Labels()
    categories: tuple[Category, ...] = ()
    tag_names: tuple[str, ...] = ()
    urls: Urls = Urls()
    listings: Listings = Listings()
    related: Related = Related()
    feeds: Feeds = Feeds()
    markdown: Markdown = Markdown()
    syndication: Syndication = Syndication()
    blocks: dict[str, Block] = {}


LIMITS = {
    "listings.per_page": (1, 1000),
    "listings.hero": (0, 20),
    "listings.rail": (1, 50),
    "listings.most_read": (0, 100),
    "related.count": (0, 50),
    "feeds.entries": (1, 1000),
    "feeds.minimum": (1, 1_000_000),
    "markdown.time_limit": (1, 600),
}


def parse_config(text: str, path: str = "site.yaml") -> SiteConfig:
    """The configuration that ``text`` describes; every key left out has its default.

    Raises :class:`SiteError` with all problems.
    """
    node = read_mapping(text, path)
    problems: list[Problem] = []
    config = decode(node, SiteConfig, path, problems)
    if isinstance(config, SiteConfig):
        problems.extend(_check(config, node, path))
    if problems or not isinstance(config, SiteConfig):
        raise SiteError(problems)
    return config


def _check(config: SiteConfig, root: Mapping, path: str) -> list[Problem]:
    problems: list[Problem] = []

    def report(key: str, message: str, hint: str = "") -> None:
        line, column = _place(root, key.split("."))
        problems.append(Problem(path, line, column, f"{key}: {message}", hint))

    site = config.site
    parts = urlsplit(site.url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        report("site.url", f"'{site.url}' is no http(s) address", "Expected like https://www.example.com")
    try:
        ZoneInfo(site.timezone)
    except (KeyError, ValueError, OSError):
        from zoneinfo import available_timezones

        report(
            "site.timezone", f"unknown time zone '{site.timezone}'", did_you_mean(site.timezone, available_timezones())
        )
    for key in ("timestamp_format", "date_format"):
        try:
            timestamp_pattern(getattr(site, key))
        except ValueError as error:
            report(f"site.{key}", str(error))
    for key in msgspec.structs.asdict(config.urls):
        pattern = getattr(config.urls, key)
        try:
            article_pattern(pattern) if key == "article" else listing_pattern(pattern)
        except ValueError as error:
            report(f"urls.{key}", str(error))
    for key, (low, high) in LIMITS.items():
        section, _, name = key.partition(".")
        value = getattr(getattr(config, section), name)
        if not low <= value <= high:
            report(key, f"{value} is out of range", f"Expected {low} to {high:,}")
    names = [category.name for category in config.categories]
    for name in sorted({name for name in names if names.count(name) > 1}):
        report("categories", f"'{name}' is listed twice")
    for name, block in config.blocks.items():
        if names and block.category and block.category not in names:
            report(
                f"blocks.{name}.category", f"unknown category '{block.category}'", did_you_mean(block.category, names)
            )
        if not 1 <= block.limit <= 100:
            report(f"blocks.{name}.limit", f"{block.limit} is out of range", "Expected 1 to 100")
    return problems


def _place(node: Node, keys: list[str]) -> tuple[int, int]:
    """Line and column of the deepest of ``keys`` that the file holds."""
    line, column = 1, 1
    for key in keys:
        if not isinstance(node, Mapping):
            break
        for name, value in node.pairs:
            if name.text == key:
                line, column, node = value.line, value.column, value
                break
        else:
            break
    return line, column
