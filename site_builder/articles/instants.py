"""Instants as editors write them: in, text and the site's zone; out, an aware datetime in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from site_builder.yaml_reader import quoted

EXPECTED = "a date and time like 2019-06-12 10:01:00 or 2019-06-12T10:01:00+08:00"

_INSTANT = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"
    r"(?:(?:[Tt]|\s+)(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d+)?)?"
    r"(?:\s*(?:([Zz]|UTC|GMT)|([+-])(\d{1,2}):?(\d{2})?))?)?",
    re.ASCII,
).fullmatch

_FILE_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[-_ .]+(.*))?", re.ASCII | re.DOTALL).fullmatch


class NoInstant(ValueError):
    """A text that names no instant: the arguments are what is wrong with it, and a hint."""


def read_instant(text: str, zone: ZoneInfo) -> tuple[datetime, str]:
    """The instant that ``text`` names, in UTC to the second, and a warning ('' for none).

    Forms: year, month, day with ``-``, ``/`` or ``.`` between, padded or not; then, after a space or ``T``,
    hours and minutes, and seconds if wanted (a fraction of them is dropped); then, if wanted, ``Z``, ``UTC``
    or an offset (``+08:00``, ``+0800``, ``+08``).  Without offset the time is one of ``zone``; a date alone
    is midnight.  A local time that exists twice (clocks set back) is the earlier, with a warning.

    Raises :class:`NoInstant` for other text, dates and times that do not exist (also local times that
    clocks set forward skip), and instants outside the years 1 to 9999 in UTC or in ``zone``.
    """
    match = _INSTANT(text)
    if match is None:
        raise NoInstant(f"found {quoted(text)}, expected {EXPECTED}", _form_hint(text))
    year, _, month, day, hour, minute, second, utc, sign, hours, minutes = match.groups()
    date = int(year), int(month), int(day)
    try:
        written = datetime(*date, int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC)
    except ValueError:
        raise _impossible(text, date) from None
    try:
        if utc is not None:
            instant, warning = written, ""
        elif sign is not None:
            instant, warning = written - _offset(text, sign, int(hours), int(minutes or 0)), ""
        else:
            instant, warning = _from_local(written, zone)
        if instant.year in (1, 9999):
            instant.astimezone(zone)  # what pages show must exist too
    except OverflowError:
        raise NoInstant(f"{quoted(text)} is outside the years 1 to 9999", "") from None
    return instant, warning


def _impossible(text: str, date: tuple[int, int, int]) -> NoInstant:
    year, month, day = date
    try:
        datetime(*date, tzinfo=UTC)
    except ValueError:
        return NoInstant(f"{quoted(text)}: there is no day {year:04}-{month:02}-{day:02}", "")
    return NoInstant(f"{quoted(text)}: there is no such time of day", "Hours are 0 to 23")


def _offset(text: str, sign: str, hours: int, minutes: int) -> timedelta:
    if hours > 23 or minutes > 59:
        raise NoInstant(f"{quoted(text)}: there is no such offset from UTC", "Expected like +08:00")
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if sign == "-" else offset


def _from_local(written: datetime, zone: ZoneInfo) -> tuple[datetime, str]:
    """The instant at which clocks of ``zone`` show ``written`` (whose own zone is a stand-in)."""
    local = written.replace(tzinfo=zone)
    first = local.utcoffset() or timedelta()
    second = local.replace(fold=1).utcoffset() or timedelta()
    if first == second:
        return written - first, ""
    shown = written.replace(tzinfo=None).isoformat(" ")
    if first < second:  # PEP 495: in a gap the offset before the change comes first, and is the smaller
        raise NoInstant(
            f"{shown} does not exist in {zone.key}: clocks were set forward",
            f"Write the offset that is meant, like {shown}{_written(second)}",
        )
    return written - first, (
        f"{shown} exists twice in {zone.key}: the earlier ({_written(first)}) is taken. "
        f"Write {shown}{_written(second)} if the later is meant"
    )


def _written(offset: timedelta) -> str:
    """An offset as in ``+08:00``."""
    total = round(offset.total_seconds() / 60)
    return f"{'-' if total < 0 else '+'}{abs(total) // 60:02}:{abs(total) % 60:02}"


def _form_hint(text: str) -> str:
    if re.search(r"\b[AP]\.?M\b", text, re.IGNORECASE):
        return "Write the hour from 0 to 23, without AM and PM"
    if re.search(r"\d [A-Z]{2,5}$", text):
        return "Write the zone as an offset, like +08:00"
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}.*", text, re.DOTALL):
        return "Write the year first"
    return ""


def file_date(stem: str) -> tuple[str, str] | None:
    """The date at the start of a file name without its ending, and the rest: ``2019-06-12-kapok``.

    None where there is none, also where the numbers are no day of the calendar.
    """
    match = _FILE_DATE(stem)
    if match is None:
        return None
    year, month, day, rest = match.groups()
    try:
        datetime(int(year), int(month), int(day), tzinfo=UTC)
    except ValueError:
        return None
    return f"{year}-{month}-{day}", rest or ""
