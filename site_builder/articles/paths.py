"""Addresses and file paths as editors write them: in, text; out, the path that is meant.

Raises :class:`BadPath` for what could leave the output or content folder or has no plain meaning.
Paths are kept as plain text: percent-escapes are decoded, any script may stand in them.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from site_builder.articles.characters import DISALLOWED
from site_builder.text import slug_of
from site_builder.yaml_reader import quoted

MAX_SEGMENT = 200
MAX_PATH = 900

_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]{0,199})+/?").fullmatch
_SLUG = re.compile(r"[A-Za-z0-9_~-](?:[A-Za-z0-9_.~-]*[A-Za-z0-9_~-])?").fullmatch
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//").match
# The usual forms of what an article names: they need no further look.
_PLAIN_FILE = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]{0,199})+").fullmatch
_PLAIN_URL = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(?:/[A-Za-z0-9_.~/-]{0,900})?"
).fullmatch
# Characters that RFC 3986 §2 has no place for: percent-encoded, as browsers do.
_NOT_IN_URL = re.compile(r"[\s\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")


class BadPath(ValueError):
    """A text that is no usable path or address: the arguments are what is wrong with it, and a hint."""


def check_slug(slug: str) -> str:
    """``slug``, if it is one segment of an address: letters of any script, digits, ``-``, ``_``, ``.``, ``~``."""
    if len(slug) <= MAX_SEGMENT and _SLUG(slug):
        return slug
    if slug.startswith(".") or slug.endswith("."):
        raise BadPath(f"{quoted(slug)} starts or ends with a dot", _like(slug))
    wrong = next((character for character in slug if not _in_slug(character)), "")
    if wrong:
        raise BadPath(f"{quoted(slug)} has the character {quoted(wrong)}", _like(slug))
    if len(slug.encode()) > MAX_SEGMENT:
        raise BadPath(f"longer than {MAX_SEGMENT} bytes", _like(slug))
    return slug


def _in_slug(character: str) -> bool:
    # Marks belong to letters: Thai and Hindi words have them.
    return character.isalnum() or character in "-_.~" or unicodedata.category(character) in ("Mn", "Mc")


def _like(slug: str) -> str:
    like = slug_of(DISALLOWED.sub("", slug))
    return f"Expected one segment such as '{'kapok-opens' if like.startswith('x-') else like}'"


def check_permalink(text: str) -> str:
    """``text`` as the plain path of a page: from ``/`` to a final ``/`` or ``.html``."""
    path = _without_host(text)
    if not path.endswith(("/", ".html")):
        raise BadPath(f"{quoted(path)} ends in neither '/' nor '.html'", f"Write {quoted(path + '/')}")
    return path


def check_alias(text: str) -> str:
    """``text`` as the plain path of a redirect page; without a final ``/`` it is meant as a folder."""
    return _without_host(text)


def _without_host(text: str) -> str:
    """The path of a page that is not home's."""
    if _SCHEME(text) and not text.startswith("//"):
        path = _url_path(text)
        raise BadPath(
            f"{quoted(text)} is a whole address", f"Write its path: {quoted(path)}" if path else "Write its path"
        )
    path = _checked(text)
    if path == "/":
        raise BadPath("'/' is the address of the home page", "")
    return path


def _url_path(text: str) -> str:
    try:
        return urlsplit(text).path
    except ValueError:
        return ""


def _checked(text: str) -> str:
    """The rules that permalinks and aliases share."""
    if len(text) <= MAX_PATH and _PLAIN_PATH(text):
        return text
    path = _unescaped(text)
    if not path.startswith("/"):
        raise BadPath(f"{quoted(text)} does not start with '/'", f"Write {quoted('/' + path)}")
    for sign in "?#":
        if sign in path:
            raise BadPath(f"{quoted(text)} has a '{sign}'", "A page's address ends before it")
    if path == "/":
        return path
    for segment in path.removeprefix("/").removesuffix("/").split("/"):
        _check_segment(segment, text)
    if len(path.encode()) > MAX_PATH:
        raise BadPath(f"longer than {MAX_PATH} bytes", "")
    return path


def _check_segment(segment: str, text: str) -> None:
    if not segment:
        raise BadPath(f"{quoted(text)} has two slashes in a row", "")
    if segment in (".", ".."):
        raise BadPath(f"{quoted(text)} has a segment '{segment}'", "Write the path that is meant")
    if segment.startswith(".") and segment != ".well-known":
        raise BadPath(f"{quoted(text)} has a segment that starts with a dot", "Such files are hidden")
    if segment != segment.strip():
        raise BadPath(f"{quoted(text)} has a segment that starts or ends with a space", "")
    if len(segment.encode()) > MAX_SEGMENT:
        raise BadPath(f"a segment is longer than {MAX_SEGMENT} bytes", "")


def _unescaped(text: str) -> str:
    """``text`` with percent-escapes decoded, without characters that change what a path means."""
    path = text
    if _ESCAPE.search(text):
        if re.search(r"%(?:2[Ff]|5[Cc])", text):
            raise BadPath(f"{quoted(text)} has an escaped slash", "")
        try:
            path = unquote(text, errors="strict")
        except UnicodeDecodeError:
            raise BadPath(f"{quoted(text)} has escapes that are no UTF-8", "Write the characters themselves") from None
        if _ESCAPE.search(path):
            raise BadPath(f"{quoted(text)} is escaped twice", "Write the characters themselves")
    if "\\" in path:
        raise BadPath(f"{quoted(text)} has a backslash", "Write '/' between segments")
    if DISALLOWED.search(path) or any(sign in path for sign in "\t\n\r\u2028\u2029"):
        raise BadPath(f"{quoted(text)} has a control character", "")
    return path


def check_image(text: str, article_path: str) -> str:
    """``text`` as a site path (``/images/a.jpg``) or an http(s) URL.

    A path without a leading slash is relative to the article's own folder below ``content/``.
    """
    if len(text) <= MAX_PATH and _PLAIN_FILE(text):
        return text
    if _SCHEME(text):
        if text.startswith("//"):
            raise BadPath(f"{quoted(text)} has no scheme", "Write 'https:' before it")
        return check_url(text)
    path = _unescaped(text)
    if not path.startswith("/"):
        path = f"{article_path.rpartition('/')[0].removeprefix('content')}/{path}"
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if not segments:
                raise BadPath(f"{quoted(text)} leaves the site", "Images lie below content/ or static/")
            segments.pop()
        elif segment not in ("", "."):
            segments.append(segment)
    if not segments or path.endswith("/"):
        raise BadPath(f"{quoted(text)} names no file", "Expected like /images/kapok.jpg")
    for sign in "?#":
        if sign in path:
            raise BadPath(f"{quoted(text)} has a '{sign}'", "Name the file alone")
    for segment in segments:
        _check_segment(segment, text)
    path = "/" + "/".join(segments)
    if len(path.encode()) > MAX_PATH:
        raise BadPath(f"longer than {MAX_PATH} bytes", "")
    return path


def check_url(text: str) -> str:
    """``text`` as an absolute http(s) URL, with what may not stand in one percent-encoded."""
    if _PLAIN_URL(text):
        return text
    expected = "Expected like https://www.example.com/story"
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        sound = False
    if not sound or not re.match(r"https?://", text, re.IGNORECASE):
        raise BadPath(f"{quoted(text)} is no http(s) address", expected)
    host = parts.netloc
    if "@" in host:
        raise BadPath(f"{quoted(text)} has a user name in it", expected)
    if _NOT_IN_URL.search(host) or DISALLOWED.search(text):
        raise BadPath(f"{quoted(text)} has characters that no address may have", expected)
    if len(text) > 2_000:
        raise BadPath("an address of more than 2,000 characters", "")
    return _NOT_IN_URL.sub(lambda match: "".join(f"%{byte:02X}" for byte in match.group().encode()), text)
