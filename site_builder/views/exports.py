"""Exports of counting programs to rows (address, day, views): CSV or JSON, recognized by their columns.

An export *sets* a day's count, so that importing it again, or a later one that reaches back, changes nothing twice.
Columns and shapes are those that the programs write: Google Analytics 4 (report download, exploration, Data API
``runReport``), Plausible (``imported_pages`` of its export, ``pages.csv``, Stats API v2), Matomo
(``Actions.getPageUrls``, flat, by its API or from the report's page), GoatCounter (``goatcounter export``; API
``/stats/hits``), Umami (``website_event.csv``; ``pages.csv``; API ``/metrics``).
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec

from site_builder.errors import Problem, SiteError

ORIGINS = ("ga4", "plausible", "matomo", "goatcounter", "umami")

ADDRESS = (
    (
        "page path and screen class",
        "page path + query string",
        "page path",
        "pagepath",
        "page location",
        "unifiedpagepathscreen",
    ),
    ("page", "event:page", "name"),
    ("url", "metadata_url", "metadata: url", "label"),
    ("2path", "1path", "path"),
    ("url_path", "x"),
)
COUNT = (
    ("views", "screenpageviews", "pageviews"),
    ("pageviews", "visitors"),
    ("nb_hits", "pageviews"),
    ("count",),
    ("y",),
)
DAY = (("date",), ("date", "time:day", "time"), ("date",), ("date", "day"), ("created_at",))
# Programs of which each row may be one view instead of a count.
ONE_A_ROW = {"goatcounter", "umami"}
LARGEST = 10**15


class Row(NamedTuple):
    """``views`` of the page at ``url`` (a path or a whole address) on the ordinal ``day``."""

    url: str
    day: int
    views: int


def origin_of(head: bytes) -> str:
    """The program whose export begins with ``head``, '' for none."""
    text = _decoded(head).lstrip()
    if text.startswith(("{", "[")):
        signs = {
            "ga4": "dimensionHeaders",
            "plausible": '"results"',
            "matomo": '"nb_hits"',
            "goatcounter": '"hits"',
            "umami": '"x"',
        }
        return next((origin for origin, sign in signs.items() if sign in text), "")
    columns = _columns(_table(text))
    if not columns:
        return ""
    names = set(columns)
    if names & set(ADDRESS[0]):
        return "ga4"
    if "url_path" in names or names == {"x", "y"}:
        return "umami"
    if names & {"1path", "2path"} or {"path", "firstvisit"} <= names:
        return "goatcounter"
    if names & {"nb_hits", "metadata_url", "metadata: url"}:
        return "matomo"
    return "plausible" if names & {"page", "name"} and names & {"pageviews", "visitors"} else ""


def read(data: bytes, name: str, origin: str, day: date | None) -> Iterator[Row]:
    """The rows of an export; ``day`` is that of rows which name none.  Raises :class:`SiteError` for what is wrong."""
    text = _decoded(data)
    if text.lstrip().startswith(("{", "[")):
        try:
            values = msgspec.json.decode(text.encode())
        except (msgspec.DecodeError, RecursionError) as error:
            raise SiteError([Problem(name, message=f"is no JSON: {error}")]) from None
        found = _json_rows(values, "")
    else:
        found = _csv_rows(text, origin)
    fallback = day.toordinal() if day else _day_of_preamble(text)
    for number, (url, when, views) in enumerate(_well_formed(found, name), 1):
        ordinal = _day(when) if when else fallback
        if not ordinal:
            message = f"row {number} tells no day" if not when else f"row {number} tells the day '{when[:40]}'"
            raise SiteError([Problem(name, message=message, hint="Export by day, or tell the day: --day 2026-11-01")])
        count = _count(views)
        if count is None:
            raise SiteError([Problem(name, message=f"row {number} has the count '{views[:40]}'")])
        if url:
            yield Row(url, ordinal, count)


def _well_formed(found: Iterator[tuple[str, str, str]], name: str) -> Iterator[tuple[str, str, str]]:
    """``found``; what has another shape than its program writes is told of."""
    try:
        yield from found
    except (LookupError, TypeError, AttributeError, RecursionError, csv.Error) as error:
        message = f"has another shape than expected: {error!r}"
        raise SiteError([Problem(name, message=message[:200], hint="Is it the export of another program?")]) from None


def _decoded(data: bytes) -> str:
    # Matomo writes UTF-16.
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    return data.decode("utf-8", "replace")


def _table(text: str) -> list[str]:
    """The lines from the column names to the end of the table.

    Google Analytics puts comments before it, and may put another table, with comments of its own, behind.
    """
    rows = list(itertools.dropwhile(lambda row: row.startswith("#") or not row.strip(), text.splitlines()))
    return list(itertools.takewhile(lambda row: not row.startswith("#"), rows))


def _columns(rows: Sequence[str]) -> list[str]:
    try:
        return [name.strip().lower() for name in next(csv.reader(rows[:1]), [])]
    except csv.Error:
        return []


def _csv_rows(text: str, origin: str) -> Iterator[tuple[str, str, str]]:
    rows = _table(text)
    columns = _columns(rows)
    which = ORIGINS.index(origin)

    def place(names: Sequence[str]) -> int:
        return next((columns.index(name) for name in names if name in columns), -1)

    address, count, day = place(ADDRESS[which]), place(COUNT[which]), place(DAY[which])
    skip = [place((name,)) for name in ("bot", "event")] if origin == "goatcounter" else [place(("event_type",))]
    for values in csv.reader(io.StringIO("\n".join(rows[1:]))):
        if len(values) != len(columns) or address < 0:
            continue
        if any(number >= 0 and not _is_view(origin, values[number]) for number in skip):
            continue
        one = count < 0 and origin in ONE_A_ROW
        yield values[address], values[day] if day >= 0 else "", "1" if one else values[count] if count >= 0 else ""


def _is_view(origin: str, value: str) -> bool:
    """Whether a row of single views is one: GoatCounter marks robots and events, Umami's type 1 is a page view."""
    return value in (("", "0", "false") if origin == "goatcounter" else ("", "1"))


def _json_rows(values: Any, day: str) -> Iterator[tuple[str, str, str]]:
    """Rows of a JSON export: whatever its program, a row has an address, a count and perhaps a day."""
    if isinstance(values, list):
        for value in values:
            yield from _json_rows(value, day)
    elif isinstance(values, dict):
        if isinstance(values.get("dimensionHeaders"), list):
            yield from _ga4_rows(values)
        elif isinstance(values.get("results"), list):
            yield from _plausible_rows(values)
        elif isinstance(values.get("hits"), list):
            yield from _json_rows(values["hits"], day)
        elif isinstance(values.get("stats"), list) and "path" in values:
            for stat in values["stats"]:
                yield str(values["path"]), str(stat.get("day", "")), str(stat.get("daily", ""))
        elif url := next((str(values[name]) for name in ("url", "path", "page", "x", "label") if values.get(name)), ""):
            count = next(
                (values[name] for name in ("nb_hits", "pageviews", "count", "y", "views") if name in values), ""
            )
            yield url, str(values.get("date", day)), str(count)
        else:
            # Matomo: rows by day.
            for key, value in values.items():
                if _day(str(key)) and isinstance(value, list):
                    yield from _json_rows(value, str(key))


def _ga4_rows(report: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    names = [str(header.get("name", "")).lower() for header in report["dimensionHeaders"]]
    for row in report.get("rows", ()):
        values = dict(zip(names, (str(cell.get("value", "")) for cell in row["dimensionValues"]), strict=False))
        url = next((values[name] for name in ADDRESS[0] if name in values), "")
        yield url, values.get("date", ""), str(row["metricValues"][0].get("value", ""))


def _plausible_rows(answer: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    query = answer.get("query", {})
    names = [str(name) for name in query.get("dimensions", ())] if isinstance(query, dict) else []
    metrics = [str(name) for name in query.get("metrics", ())] if isinstance(query, dict) else []
    which = metrics.index("pageviews") if "pageviews" in metrics else 0
    for row in answer["results"]:
        if "dimensions" not in row:
            yield from _json_rows(row, "")
            continue
        values = dict(zip(names, map(str, row["dimensions"]), strict=False))
        yield values.get("event:page", ""), values.get("time:day", values.get("time", "")), str(row["metrics"][which])


def _day_of_preamble(text: str) -> int:
    """The day that Google Analytics names above the columns, where the report is of one day."""
    found = dict(re.findall(r"^# (Start|End) date: (\d{8})", text[:2_000], re.MULTILINE))
    return _day(found["Start"]) if len(found) == 2 and found["Start"] == found["End"] else 0


def _day(text: str) -> int:
    """The ordinal day of ``20261101``, ``2026-11-01`` or an instant, in the zone that it is written in; 0 for none."""
    try:
        return datetime.fromisoformat(text.strip()[:32].replace(" UTC", "")).toordinal()
    except ValueError:
        return 0


def _count(text: str) -> int | None:
    digits = text.replace(",", "").removesuffix(".0")
    return int(digits) if digits.isascii() and digits.isdigit() and int(digits) < LARGEST else None
