"""What a request asks for: a path of the site, and the site of when.

In: the raw parts of a request.  Out: :class:`Wanted`.  ``?at=`` and ``?drafts=`` choose the mode; a cookie
keeps it for the pages that are opened from there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import msgspec

COOKIE = "site-builder-preview"
# Instants that every zone can write, and from which days can be counted back.
FIRST_YEAR, LAST_YEAR = 2, 9998


class Mode(msgspec.Struct, frozen=True):
    """The site with or without ``drafts``, ``at`` an instant (UTC) or, with None, now."""

    drafts: bool = False
    at: datetime | None = None


class Wanted(msgspec.Struct, frozen=True):
    """``path`` is decoded and starts with ``/``, '' where it cannot be one of any site; ``query`` is the rest of it.

    ``chosen`` is the mode that the address itself names, None where it names none.
    """

    path: str
    query: str
    mode: Mode
    chosen: Mode | None


def wanted(raw_path: bytes, query: str, cookies: str, usual: Mode, zone: str) -> Wanted:
    """The request for ``raw_path`` (percent-decoded bytes); ``usual`` is the mode of requests that choose none.

    Raises :class:`ValueError` where ``at`` is no instant.
    """
    try:
        path = raw_path.decode("utf-8")
    except UnicodeDecodeError:
        path = ""
    if not path.startswith("/") or "\0" in path or "\\" in path:
        path = ""
    mode = kept_mode(cookies, usual, zone)
    given = dict(parse_qsl(query, keep_blank_values=True, encoding="utf-8", errors="replace"))
    rest = urlencode([(key, value) for key, value in given.items() if key not in ("at", "drafts")])
    if not {"at", "drafts"} & given.keys():
        return Wanted(path, query, mode, None)
    chosen = _mode(given, mode, usual, zone)
    return Wanted(path, rest, chosen, chosen)


def kept_mode(cookies: str, usual: Mode, zone: str) -> Mode:
    """The mode that the cookie keeps; ``usual`` without one, or where it makes no sense."""
    try:
        morsel = SimpleCookie(cookies).get(COOKIE)
        return _mode(dict(parse_qsl(morsel.value, keep_blank_values=True)), usual, usual, zone) if morsel else usual
    except (CookieError, ValueError):
        return usual


def cookie_of(mode: Mode, usual: Mode) -> str:
    """The value of a ``Set-Cookie`` header (RFC 6265 §4.1) that keeps ``mode`` until the browser is closed."""
    text = urlencode({"drafts": int(mode.drafts), "at": mode.at.isoformat() if mode.at else "now"})
    ended = "; Max-Age=0" if mode == usual else ""
    return f'{COOKIE}="{text}"; Path=/; HttpOnly; SameSite=Strict{ended}'


def _mode(given: dict[str, str], kept: Mode, usual: Mode, zone: str) -> Mode:
    drafts, at = kept.drafts, kept.at
    if "drafts" in given:
        drafts = given["drafts"].lower() not in ("", "0", "no", "off", "false")
    if "at" in given:
        at = usual.at if given["at"] in ("", "now") else instant_of(given["at"], zone)
    return Mode(drafts, at)


def instant_of(text: str, zone: str) -> datetime:
    """The instant that ``text`` (ISO 8601) names, in ``zone`` where it names none.  Raises :class:`ValueError`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        # "+" of an offset, which forms and addresses turn into a space.
        head, _, offset = text.rpartition(" ")
        found = datetime.fromisoformat(f"{head}+{offset}")
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"{text} is outside the years {FIRST_YEAR} to {LAST_YEAR}")
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(zone))
    return found.astimezone(UTC).replace(microsecond=0)
