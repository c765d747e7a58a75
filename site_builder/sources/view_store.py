"""The store of imported reader counts, as a build reads it; ``views/`` writes it.

A row counts the views of one article (by content path) on one day by one origin: ``log``, or the name of the program
whose export it came from.  Origins count the same readers, so where several know a day, the largest count holds.

Two forms: SQLite in ``.site-builder/``, or, with ``views.store``, a CSV file ``kind,article,key,value`` that can be
committed: ``views`` (key: day and origin), ``address`` (key: an address), ``mark`` and ``import`` rows.
"""

from __future__ import annotations

import csv
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

from site_builder.errors import Problem, SiteError
from site_builder.model import StoredViews

STORE = ".site-builder/views.sqlite"
HEADER = ("kind", "article", "key", "value")


def read_views(site_dir: Path | str, store: str, first_day: int) -> StoredViews:
    """The counts in ``store`` ('' for the one in ``.site-builder/``), by day from the ordinal ``first_day`` on.

    ``first_day`` 0: days do not matter, only totals are read.  Nothing where there is no store yet.
    Raises :class:`SiteError` for a store that cannot be read.
    """
    path = os.path.join(site_dir, store or STORE)
    if not os.path.exists(path):
        return StoredViews()
    return _read_csv(path, store, first_day) if store else _read_sqlite(path, first_day)


def _read_sqlite(path: str, first_day: int) -> StoredViews:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            totals = dict(
                database.execute(
                    "SELECT article, SUM(n) FROM (SELECT article, MAX(n) AS n FROM views GROUP BY article, day)"
                    " GROUP BY article"
                )
            )
            days: dict[str, dict[int, int]] = {}
            if first_day:
                rows = database.execute(
                    "SELECT article, day, MAX(n) FROM views WHERE day >= ? GROUP BY article, day", (first_day,)
                )
                for article, day, views in rows:
                    days.setdefault(article, {})[day] = views
            addresses = dict(database.execute("SELECT address, article FROM addresses"))
            marks = dict(database.execute("SELECT article, mark FROM marks"))
    except sqlite3.Error as error:
        hint = "Remove it and import the logs again"
        raise SiteError([Problem(STORE, message=f"is no store of views: {error}", hint=hint)]) from None
    return StoredViews(totals, days, addresses, marks)


def read_rows(path: Path | str, name: str) -> Iterator[tuple[str, str, str, str]]:
    """The rows of a CSV store, checked.  Raises :class:`SiteError` with the line of the first faulty one."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            for row in reader:
                if reader.line_num == 1 and tuple(row) == HEADER:
                    continue
                fault = _fault(row)
                if fault:
                    raise SiteError([Problem(name, reader.line_num, 1, fault, "Expected kind,article,key,value")])
                yield (row[0], row[1], row[2], row[3])
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise SiteError([Problem(name, message=f"cannot be read: {error}")]) from None


def _fault(row: list[str]) -> str:
    if len(row) != len(HEADER):
        return f"found {len(row)} values"
    kind, _, key, value = row
    if kind not in ("views", "address", "mark", "import"):
        return f"found the kind '{kind}'"
    if kind == "views" and not (value.isascii() and value.isdigit() and len(value) < 16 and _day(key)):
        return f"found '{key},{value}', expected a day, an origin and a number"
    return ""


def _day(key: str) -> int:
    try:
        return date.fromisoformat(key.partition(" ")[0]).toordinal()
    except ValueError:
        return 0


def _read_csv(path: str, name: str, first_day: int) -> StoredViews:
    best: dict[tuple[str, int], int] = {}
    addresses: dict[str, str] = {}
    marks: dict[str, str] = {}
    for kind, article, key, value in read_rows(path, name):
        if kind == "views":
            place = (article, _day(key))
            best[place] = max(int(value), best.get(place, 0))
        elif kind == "address":
            addresses[key] = article
        elif kind == "mark":
            marks[article] = value
    totals: dict[str, int] = {}
    days: dict[str, dict[int, int]] = {}
    for (article, day), views in best.items():
        totals[article] = totals.get(article, 0) + views
        if first_day and day >= first_day:
            days.setdefault(article, {})[day] = views
    return StoredViews(totals, days, addresses, marks)
