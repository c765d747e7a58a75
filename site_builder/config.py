"""The text of ``site.yaml`` to a checked, frozen :class:`SiteConfig`.

An unknown key is an error with "did you mean"; all faults of the file are reported together.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec

from site_builder import config_deploy, config_markdown, config_views
from site_builder.decode import decode
from site_builder.errors import Problem, SiteError, did_you_mean
from site_builder.model import Record
from site_builder.patterns import article_pattern, is_language, listing_pattern, timestamp_pattern
from site_builder.text import fold, slug_of
from site_builder.yaml_reader import Mapping, Node, Scalar, Sequence, quoted, read_mapping

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
    """``urls``: the pattern of each address; ``{slug}`` and for articles ``{year} {month} {day} {category}``."""

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
    """``labels``: the words of pages that no article brings, in the paper's language."""

    home: str = "Home"
    latest: str = "Latest"
    tags: str = "Tags"
    authors: str = "Authors"
    sources: str = "Sources"
    archive: str = "Archive"
    not_found: str = "Page not found"
    not_found_text: str = "The address may have been mistyped, or the piece may have been withdrawn."
    to_home: str = "To the front page"
    skip: str = "Skip to the content"
    sections: str = "Sections"
    breadcrumb: str = "Breadcrumb"
    about: str = "About the paper"
    feed: str = "RSS feed"
    top_stories: str = "Top stories"
    most_read: str = "Most read"
    related: str = "Related reading"
    next: str = "Read the next article"
    contents: str = "Contents"
    views: str = "Views"
    minutes: str = "min read"
    updated: str = "Updated"
    source: str = "Source"
    author: str = "Author"
    more_tags: str = "more tags"
    months: str = "Months"
    page: str = "Page"
    newer: str = "Newer"
    newest: str = "Newest"
    older: str = "Older"
    nothing: str = "Nothing has been published here yet."


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
    views: config_views.Views = config_views.Views()
    deploy: config_deploy.Deploy = config_deploy.Deploy()


_SLUG = re.compile(r"[A-Za-z0-9_~-](?:[A-Za-z0-9_.~-]{0,78}[A-Za-z0-9_~-])?").fullmatch
# Files beside those of the IANA zones: this machine's own zone, and clocks that count leap seconds.
_NO_ZONES = frozenset(("localtime", "posixrules", "Factory", "right", "posix"))
_NOT_IN_SITE_URL = frozenset(' \t\n\\"<>^`{|}?#')

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
    problems: list[Problem] = []
    node = config_markdown.as_in_mkdocs(read_mapping(text, path), path, problems)
    config = decode(node, SiteConfig, path, problems)
    problems += _control_characters(node, path)
    if isinstance(config, SiteConfig):
        problems += _check(config, node, path)
    if problems or not isinstance(config, SiteConfig):
        raise SiteError(problems)
    return config


def _control_characters(node: Node, path: str) -> Iterator[Problem]:
    """A problem for each text with characters that no page may hold: they come from escapes such as ``"\\x07"``."""
    if isinstance(node, Scalar):
        if any(
            unicodedata.category(character) in {"Cc", "Cs"} or character in "\ufffe\uffff"
            for character in node.text
            if character not in "\t\n"
        ):
            yield Problem(path, node.line, node.column, f"{quoted(node.text)} has a control character")
        return
    for child in node.items if isinstance(node, Sequence) else itertools.chain.from_iterable(node.pairs):
        yield from _control_characters(child, path)


Report = Callable[..., None]


def _check(config: SiteConfig, root: Mapping, path: str) -> list[Problem]:
    """What the types of single values cannot tell."""
    problems: list[Problem] = []

    def report(key: str, message: str, hint: str = "") -> None:
        line, column = _place(root, key.split("."))
        problems.append(Problem(path, line, column, f"{key}: {message}", hint))

    _check_site(config.site, report)
    for key, text in msgspec.structs.asdict(config.labels).items():
        if not text.strip():
            report(f"labels.{key}", "is empty", "Take the line out, or the word's place out of the template")
    _check_patterns(config.urls, report)
    for key, (low, high) in LIMITS.items():
        section, _, name = key.partition(".")
        value = getattr(getattr(config, section), name)
        if not low <= value <= high:
            report(key, f"{value} is out of range", f"Expected {low} to {high:,}")
    _check_categories(config.categories, report)
    spelt: set[str] = set()
    for name in config.tag_names:
        if fold(name) in spelt:
            report("tag_names", f"{quoted(name)} is listed twice", "Case and width make no difference")
        spelt.add(fold(name))
    for name in ("iframe_hosts", "sponsored_domains"):
        for message, hint in config_markdown.hosts_faults(getattr(config.markdown, name)):
            report(f"markdown.{name}", message, hint)
    for key, message, hint in config_views.faults(config.views):
        report(f"views.{key}", message, hint)
    config_deploy.check_deploy(config.deploy, report)
    names = {fold(category.name): category.name for category in config.categories}
    for name, block in config.blocks.items():
        if names and block.category and fold(block.category) not in names:
            known = did_you_mean(block.category, names.values())
            report(f"blocks.{name}.category", f"unknown category {quoted(block.category)}", known)
        if not 1 <= block.limit <= 100:
            report(f"blocks.{name}.limit", f"{block.limit} is out of range", "Expected 1 to 100")
    return problems


def _check_site(site: Site, report: Report) -> None:
    if not site.title.strip():
        report("site.title", "is empty", "Expected the paper's name")
    if not _is_site_url(site.url):
        report("site.url", f"{quoted(site.url)} is no http(s) address", "Expected like https://www.example.com")
    elif not (host := urlsplit(site.url).netloc).isascii():
        hint = f"Write {quoted(site.url.replace(host, host.encode('idna').decode()))}"
        report("site.url", f"{quoted(site.url)} is not how programs read it", hint)
    if site.logo and (site.logo.startswith("//") or not site.logo.startswith(("/", "http://", "https://"))):
        report("site.logo", f"{quoted(site.logo)} is no address", "Expected like /logo.svg")
    if not is_language(site.language):
        report("site.language", f"{quoted(site.language)} is no language tag", "Expected like en or zh-Hans")
    if not _is_zone(site.timezone):
        from zoneinfo import available_timezones

        near = did_you_mean(site.timezone, available_timezones() - _NO_ZONES)
        hint = near if near.startswith("Did") else "Expected like Europe/Paris"
        report("site.timezone", f"unknown time zone {quoted(site.timezone)}", hint)
    for key in ("timestamp_format", "date_format"):
        try:
            timestamp_pattern(getattr(site, key))
        except ValueError as error:
            report(f"site.{key}", str(error))


def _is_zone(name: str) -> bool:
    """Whether ``name`` is a zone of the IANA database: the same everywhere."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return name.partition("/")[0] not in _NO_ZONES


def _is_site_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # Asking for the port checks it.
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        parts.netloc.encode("idna")
    except ValueError:
        return False
    return sound and "@" not in parts.netloc and not set(url) & _NOT_IN_SITE_URL


def _check_patterns(urls: Urls, report: Report) -> None:
    for key, pattern in msgspec.structs.asdict(urls).items():
        try:
            article_pattern(pattern) if key == "article" else listing_pattern(pattern)
        except ValueError as error:
            report(f"urls.{key}", str(error))


def _check_categories(categories: tuple[Category, ...], report: Report) -> None:
    seen: set[str] = set()
    slugs: set[str] = set()
    for category in categories:
        name, slug = fold(category.name), category.slug
        if not name:
            report("categories", "a category has no name")
        elif name in seen:
            report("categories", f"{quoted(category.name)} is listed twice", "Case and width make no difference")
        seen.add(name)
        if slug and not _SLUG(slug):
            report("categories", f"the slug {quoted(slug)} is no segment of an address", f"Expected '{slug_of(slug)}'")
        elif slug and slug in slugs:
            report("categories", f"the slug {quoted(slug)} is given twice", "Each category needs its own address")
        slugs.add(slug)


def placed(problems: Iterable[Problem], path: str, text: str) -> Iterator[Problem]:
    """``problems``, those of the file ``path`` with the ``text`` at the place of the key that they begin with."""
    for problem in problems:
        if problem.path == path and not problem.line:
            line, column = place_in(text, problem.message.partition(":")[0])
            problem = msgspec.structs.replace(problem, line=line, column=column)
        yield problem


def place_in(text: str, key: str) -> tuple[int, int]:
    """Line and column of the value of ``key`` (``site.logo``) in ``text``, the configuration's own."""
    return _place(read_mapping(text, ""), key.split("."))


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
