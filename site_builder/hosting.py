"""What a host is told of a file: its type, how long it may be kept, what browsers may do with it.

In: a path and its kind.  Out: header names with values.  Host files, deploys and the preview use it.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping

from site_builder.config_deploy import HeaderRule

# Fingerprinted: another content has another name.  RFC 8246.
IMMUTABLE = "public, max-age=31536000, immutable"
PAGE = "public, max-age=60, must-revalidate"
FEED = "public, max-age=600"
FILE = "public, max-age=3600"

FEED_KINDS = frozenset(("feed", "sitemap", "robots"))

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

# A table of our own: those of the standard library and of systems differ from machine to machine.
TEXT = {
    "atom": "application/atom+xml",
    "css": "text/css",
    "csv": "text/csv",
    "htm": "text/html",
    "html": "text/html",
    "js": "text/javascript",
    "json": "application/json",
    "map": "application/json",
    "md": "text/markdown",
    "mjs": "text/javascript",
    "rss": "application/rss+xml",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "vtt": "text/vtt",
    "webmanifest": "application/manifest+json",
    "xml": "application/xml",
}
BINARY = {
    "avif": "image/avif",
    "gif": "image/gif",
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "otf": "font/otf",
    "pdf": "application/pdf",
    "png": "image/png",
    "ttf": "font/ttf",
    "wasm": "application/wasm",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "zip": "application/zip",
}
NAMES = {
    "_headers": "text/plain",
    "_redirects": "text/plain",
    "atom.xml": "application/atom+xml",
    "feed.json": "application/feed+json",
    "rss.xml": "application/rss+xml",
}


def is_text(path: str) -> bool:
    """Whether a file is text by its name: what is worth compressing."""
    name, ending = _parts(path)
    return name in NAMES or ending in TEXT


def alike(path: str) -> str:
    """What the answers of this module depend on, of a path: its name where that is a special one, else its ending."""
    name, ending = _parts(path)
    return name if name in NAMES else "." + ending


def content_type(path: str) -> str:
    """The media type of a path by its name (RFC 9110 §8.3), the same on every machine; text is UTF-8."""
    name, ending = _parts(path)
    text = NAMES.get(name) or TEXT.get(ending)
    if text:
        return f"{text}; charset=utf-8"
    return BINARY.get(ending, "application/octet-stream")


def _parts(path: str) -> tuple[str, str]:
    """A file's name and what it ends with, in lower case; '' where it has no dot: a file called "zip" is none."""
    name = path.rpartition("/")[2].lower()
    return name, name.rpartition(".")[2] if "." in name else ""


def cache_control(kind: str) -> str:
    """How long a file of this kind may be kept (RFC 9111 §5.2)."""
    if kind == "asset":
        return IMMUTABLE
    if kind == "file":
        return FILE
    return FEED if kind in FEED_KINDS else PAGE


def headers_of(path: str, kind: str, rules: tuple[HeaderRule, ...] = ()) -> dict[str, str]:
    """The headers of a file; where several ``rules`` match the last one wins."""
    headers = {"Content-Type": content_type(path), "Cache-Control": cache_control(kind)}
    for rule in rules:
        if fnmatch.fnmatchcase(path, rule.match.lstrip("/")):
            headers |= {"Cache-Control": rule.cache_control} if rule.cache_control else {}
            headers |= {"Content-Type": rule.content_type} if rule.content_type else {}
    return headers


def security_headers(configured: Mapping[str, str]) -> dict[str, str]:
    """Headers for every answer: the defaults, changed by ``configured``; an empty value leaves one out."""
    return {name: value for name, value in {**SECURITY, **configured}.items() if value}
