"""Where the front matter of a file ends: in, its bytes; out, the front matter's text and the place of the body.

YAML stands between lines ``---`` (the last may be ``...``), TOML between lines ``+++``, JSON is the object
that the file starts with.  A byte order mark and blank lines may come first.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from site_builder.articles.characters import normalized, place_of
from site_builder.articles.formats import json_end
from site_builder.errors import Problem, SiteError

MAX_FRONT_MATTER = 64 * 1024

_BLANK = rb"(?:\xef\xbb\xbf)*+((?:[ \t]*+(?:\r\n?|\n))*+)"
_OPEN = re.compile(_BLANK + rb"(---|\+\+\+)[ \t]*+(?:\r\n?|\n|\Z)")
_OPEN_JSON = re.compile(_BLANK + rb"(?=\{[ \t\r\n]*+[\"}])")

# Searched from the opening line's own line break; a file without CR needs one alternative less, and is the rule.
_CLOSE = {
    b"---": re.compile(rb"\n(?:---|\.\.\.)[ \t]*+(?:\n|\Z)"),
    b"+++": re.compile(rb"\n\+\+\+[ \t]*+(?:\n|\Z)"),
}
_CLOSE_CR = {
    b"---": re.compile(rb"[\r\n](?:---|\.\.\.)[ \t]*+(?:\r\n?|\n|\Z)"),
    b"+++": re.compile(rb"[\r\n]\+\+\+[ \t]*+(?:\r\n?|\n|\Z)"),
}
_REST_OF_LINE = re.compile(rb"[ \t]*+(?:\r\n?|\n|\Z)")

_EXAMPLE = (
    "Write first: a line '---', lines like 'title: …', 'category: …', 'timestamp: 2019-06-12 10:01:00', and '---'"
)


class FrontMatter(msgspec.Struct, frozen=True):
    """``text`` without its fences; ``first_line`` is its first line's number; ``body_start`` is in bytes."""

    kind: Literal["yaml", "toml", "json"]
    text: str
    first_line: int
    body_start: int


def split_front_matter(data: bytes, path: str = "") -> FrontMatter:
    """The front matter of the file ``path`` with the bytes ``data``, and where its body starts.

    Line breaks of the text are ``\\n``.  Raises :class:`SiteError` where there is no front matter, where it
    does not end, is longer than 64 KiB or is no UTF-8.
    """
    opened = _OPEN.match(data)
    if opened is None:
        return _json(data, path)
    blank, fence = opened.groups()
    line = _lines(blank) + 1
    if opened.end() == len(data) and data[-1:] not in (b"\n", b"\r"):
        raise _unclosed(path, line, fence.decode())
    closes = (_CLOSE_CR if b"\r" in data else _CLOSE)[fence]
    closed = closes.search(data, opened.end() - 1)
    if closed is None:
        raise _unclosed(path, line, fence.decode())
    text = _text(data[opened.end() : max(opened.end(), closed.start() + 1)], path, line)
    return FrontMatter("yaml" if fence == b"---" else "toml", text, line + 1, closed.end())


def _json(data: bytes, path: str) -> FrontMatter:
    opened = _OPEN_JSON.match(data)
    if opened is None:
        what = "no front matter: the file is empty" if not data.strip(b"\xef\xbb\xbf \t\r\n") else "no front matter"
        raise SiteError([Problem(path, 1, 1, what, _EXAMPLE)])
    line = _lines(opened.group(1)) + 1
    head = data[opened.end() : opened.end() + MAX_FRONT_MATTER + 4]
    text = head.decode(errors="replace")
    try:
        end = json_end(text, path, line)
    except SiteError:
        if len(head) > MAX_FRONT_MATTER:
            raise SiteError([_too_long(path, line)]) from None
        raise
    length = len(text[:end].encode())
    front = _text(head[:length], path, line)
    rest = _REST_OF_LINE.match(data, opened.end() + length)
    return FrontMatter("json", front, line, rest.end() if rest else opened.end() + length)


def _text(front: bytes, path: str, line: int) -> str:
    if len(front) > MAX_FRONT_MATTER:
        raise SiteError([_too_long(path, line)])
    try:
        return normalized(front.decode())
    except UnicodeDecodeError as error:
        below, column = place_of(front[: error.start].decode())
        byte = front[error.start]
        message = f"byte 0x{byte:02X} is no UTF-8 text"
        raise SiteError([Problem(path, line + below, column, message, "Save the file as UTF-8")]) from None


def _lines(blank: bytes) -> int:
    return len(re.findall(rb"\r\n?|\n", blank))


def _unclosed(path: str, line: int, fence: str) -> SiteError:
    message = f"the front matter that starts with '{fence}' in line {line} does not end"
    return SiteError([Problem(path, line, 1, message, f"Put a line '{fence}' after its last key")])


def _too_long(path: str, line: int) -> Problem:
    message = f"the front matter is longer than {MAX_FRONT_MATTER // 1024} KiB"
    return Problem(path, line, 1, message, "Move what is no key of the article to its body")
