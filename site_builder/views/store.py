"""Writing the store that ``sources/view_store.py`` reads: SQLite in ``.site-builder/``, or a CSV file of the site.

A change is written whole or not at all; two imports wait for each other.
"""

from __future__ import annotations

import contextlib
import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from site_builder.errors import Problem, SiteError
from site_builder.sources.view_store import HEADER, STORE, read_rows

LOCK = ".site-builder/views.lock"
WAIT_SECONDS = 60
LOG = "log"

_TABLES = """
CREATE TABLE IF NOT EXISTS views (article TEXT, day INTEGER, origin TEXT, n INTEGER NOT NULL,
  PRIMARY KEY (article, day, origin)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS addresses (address TEXT PRIMARY KEY, article TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS marks (article TEXT PRIMARY KEY, mark TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS imports (block TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Changes(msgspec.Struct):
    """What an import brings.

    ``added`` views come on top of those of ``log``, by (content path, ordinal day); ``set`` replaces what an origin
    said of a day before, by (content path, ordinal day, origin).  ``addresses`` are content paths by address.
    """

    added: dict[tuple[str, int], int] = {}
    set: dict[tuple[str, int, str], int] = {}
    addresses: dict[str, str] = {}
    marks: dict[str, str] = {}
    blocks: frozenset[str] = frozenset()


@contextlib.contextmanager
def locked(site_dir: Path) -> Iterator[None]:
    """No other import of this site while the block runs.  Raises :class:`SiteError` where one does not end."""
    path = site_dir / LOCK
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(path, timeout=WAIT_SECONDS):
            yield
    except Timeout:
        raise SiteError([Problem(LOCK, message="another import is running", hint="Wait until it has ended")]) from None


def known_blocks(site_dir: Path, store: str) -> frozenset[str]:
    """The digests of what was imported before.  Raises :class:`SiteError`."""
    if store:
        path = site_dir / store
        rows = read_rows(path, store) if path.exists() else iter(())
        return frozenset(key for kind, _, key, _ in rows if kind == "import")
    with _database(site_dir) as database:
        return frozenset(block for (block,) in database.execute("SELECT block FROM imports"))


def write_changes(site_dir: Path, store: str, changes: Changes) -> None:
    """Bring ``changes`` into the store.  Raises :class:`SiteError` where it cannot be written."""
    if store:
        _write_csv(site_dir / store, store, changes)
        return
    with _database(site_dir) as database, database:
        database.executemany(
            "INSERT INTO views VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
            [(article, day, LOG, n) for (article, day), n in sorted(changes.added.items())],
        )
        database.executemany(
            "INSERT INTO views VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = excluded.n",
            [(*key, n) for key, n in sorted(changes.set.items())],
        )
        database.executemany("INSERT OR REPLACE INTO addresses VALUES (?, ?)", sorted(changes.addresses.items()))
        database.executemany("INSERT OR REPLACE INTO marks VALUES (?, ?)", sorted(changes.marks.items()))
        database.executemany("INSERT OR IGNORE INTO imports VALUES (?)", [(block,) for block in sorted(changes.blocks)])


@contextlib.contextmanager
def _database(site_dir: Path) -> Iterator[sqlite3.Connection]:
    path = site_dir / STORE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as database:
            database.executescript(_TABLES)
            yield database
    except (sqlite3.Error, OSError) as error:
        raise SiteError([Problem(STORE, message=f"cannot be used: {error}")]) from None


def _write_csv(path: Path, name: str, changes: Changes) -> None:
    rows: dict[tuple[str, str, str], str] = {}
    for kind, article, key, value in read_rows(path, name) if path.exists() else ():
        rows[kind, "" if kind == "address" else article, key] = article if kind == "address" else value
    for (article, day), n in changes.added.items():
        place = ("views", article, f"{date.fromordinal(day)} {LOG}")
        rows[place] = str(int(rows.get(place, "0")) + n)
    for (article, day, origin), n in changes.set.items():
        rows["views", article, f"{date.fromordinal(day)} {origin}"] = str(n)
    rows |= {("address", "", address): article for address, article in changes.addresses.items()}
    rows |= {("mark", article, ""): mark for article, mark in changes.marks.items()}
    rows |= {("import", "", block): "" for block in changes.blocks}
    # One row a line, in order: two people's imports merge as text does.
    lines = [
        (kind, value, key, "") if kind == "address" else (kind, article, key, value)
        for (kind, article, key), value in sorted(rows.items())
    ]
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([HEADER, *lines])
        fresh.replace(path)
    except OSError as error:
        raise SiteError([Problem(name, message=f"cannot be written: {error.strerror}")]) from None
