"""The build cache: records by path in one SQLite file, each part with a sum that is checked when it is read.

In: records.  Out: the same records, or :class:`Damaged`; never others.  Nothing here knows what a record means.

Records lie in *segments*: all those of a table whose paths fall into one bucket, as one MessagePack value.
Reading 100,000 records is then reading some hundred rows, and a change rewrites only the segments it touches.
Which segments a table has, stands in one of its own: one that the disk lost is missed.
Before files change, their paths are written into the *journal*: what is in the journal is not to be believed
until :meth:`Store.save` has said what became of it.
"""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from site_builder.errors import Problem, SiteError

if TYPE_CHECKING:
    from collections.abc import Iterator

CACHE = "cache.sqlite"
FORMAT = 5
BUCKETS = 512
BUCKETS_A_MONTH = 16

# No bucket: holds the numbers of those that the table has.
_ALL = -1
# What may be wrong with the disk, or with who may write there; all else is wrong with the file.
_OF_THE_DISK = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
}

_SCHEMA = """
CREATE TABLE segments (name TEXT, bucket INTEGER, sum INTEGER, data BLOB, PRIMARY KEY (name, bucket)) WITHOUT ROWID;
CREATE TABLE journal (name TEXT, sum INTEGER, paths BLOB);
CREATE TABLE bodies (key BLOB PRIMARY KEY, digest BLOB, data BLOB);
"""
_month = re.compile(r"(?:content/)?(\d{4})/(\d\d)/", re.ASCII).match
_NUMBERS = msgspec.msgpack.Decoder(list[int]).decode
_ENCODE = msgspec.msgpack.Encoder().encode

Item = TypeVar("Item")
Entry = TypeVar("Entry", bound=msgspec.Struct)


class _First(msgspec.Struct, array_like=True):
    """The path of any record."""

    path: str


class Damaged(Exception):
    """The file is no cache of this format, or no longer what was written; the argument says what is wrong."""


class Store:
    """One cache file, open.  Every method raises :class:`Damaged`, and :class:`SiteError` on a full disk."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Opens ``path``, making it where it does not exist; ``read_only`` leaves it as it is, and only loads."""
        self.path = path
        # The paths in each segment, by table: who writes one need not look through all records.
        self._members: dict[str, dict[int, list[str]]] = {}
        is_new = not path.exists()
        with self._guarded():
            if read_only:
                self._connection = sqlite3.connect(
                    f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None
                )
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._connection = sqlite3.connect(path, isolation_level=None, timeout=60)
            try:
                self._prepare(is_new and not read_only, read_only)
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self, is_new: bool, read_only: bool) -> None:
        execute = self._connection.execute
        if not read_only:
            # Written by a crashed process or not at all: a commit survives a kill, and that is what is promised.
            execute("PRAGMA journal_mode = WAL")
            execute("PRAGMA synchronous = NORMAL")
        found = execute("PRAGMA user_version").fetchone()[0]
        tables = execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if found == FORMAT and tables:
            return
        if read_only or (not is_new and (found or tables)):
            raise Damaged(f"it has the format {found}, this version writes {FORMAT}")
        self._connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT;")

    def close(self) -> None:
        """Close the file; what was saved is in it."""
        with suppress(sqlite3.Error):
            self._connection.close()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code not in _OF_THE_DISK:
                raise Damaged(str(error)) from None
            hint = (
                "Unless the disk is full, remove it: it is made anew"
                if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
                else ""
            )
            raise SiteError([_cannot_write(self.path, str(error), hint)]) from None
        except (UnicodeDecodeError, OverflowError) as error:  # what should be a text or a number
            raise Damaged(str(error)) from None
        except OSError as error:
            raise SiteError([_cannot_write(self.path, error.strerror or str(error))]) from None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._guarded():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def load(self, table: str, kind: type[Entry]) -> dict[str, Entry]:
        """All records of ``table`` by their ``path``."""
        decode = msgspec.msgpack.Decoder(list[kind]).decode  # type: ignore[valid-type]
        found: dict[str, Entry] = {}
        members: dict[int, list[str]] = {}
        wanted: list[int] = []
        with self._guarded():
            rows = self._connection.execute("SELECT bucket, sum, data FROM segments WHERE name = ?", (table,))
            for bucket, found_sum, data in rows:
                _check(f"{table}/{bucket}", data, found_sum)
                if bucket == _ALL:
                    wanted = _decoded(_NUMBERS, data)
                    continue
                entries = _decoded(decode, data)
                paths = members[bucket] = [entry.path for entry in entries]
                found.update(zip(paths, entries, strict=True))
        if sorted(members) != wanted:
            raise Damaged("a part of it is missing")
        self._members[table] = members
        return found

    def journaled(self, table: str) -> set[str]:
        """The paths of ``table`` that were about to change when a build ended without saying what became of them."""
        decode = msgspec.msgpack.Decoder(list[str]).decode
        with self._guarded():
            rows = self._connection.execute("SELECT sum, paths FROM journal WHERE name = ?", (table,)).fetchall()
        for found_sum, data in rows:
            _check(table, data, found_sum)
        return {path for _, data in rows for path in _decoded(decode, data)}

    def forget(self, table: str, paths: Iterable[str]) -> None:
        """Note that ``paths`` are about to change, and have that on disk when this returns."""
        with self._transaction():
            data = _ENCODE(list(paths))
            self._connection.execute("INSERT INTO journal VALUES (?, ?, ?)", (table, _sum(table, data), data))

    def save(self, tables: Mapping[str, tuple[Mapping[str, msgspec.Struct], Iterable[str]]]) -> None:
        """Write for each table the segments of its changed paths, and end the journal of these tables.

        A table's value are all its records by path, and the paths that changed, came or went.
        """
        with self._transaction():
            for table, (records, changed) in tables.items():
                self._write_segments(table, records, changed)
                self._connection.execute("DELETE FROM journal WHERE name = ?", (table,))

    def _write_segments(self, table: str, records: Mapping[str, msgspec.Struct], changed: Iterable[str]) -> None:
        if table not in self._members:
            self._members[table] = self._read_members(table)
        members = self._members[table]
        before = set(members)
        touched: dict[int, list[str]] = {}
        for path in changed:
            touched.setdefault(_bucket(path), []).append(path)
        for bucket, paths in touched.items():
            there = dict.fromkeys((*members.get(bucket, ()), *paths))
            members[bucket] = [path for path in there if path in records]
        segments = {bucket: [records[path] for path in members[bucket]] for bucket in touched}
        for bucket, entries in segments.items():
            if not entries:
                self._connection.execute("DELETE FROM segments WHERE name = ? AND bucket = ?", (table, bucket))
                del members[bucket]
                continue
            self._write_segment(table, bucket, _ENCODE(entries))
        if members.keys() != before:
            self._write_segment(table, _ALL, _ENCODE(sorted(members)))

    def _write_segment(self, table: str, bucket: int, data: bytes) -> None:
        row = (table, bucket, _sum(f"{table}/{bucket}", data), data)
        self._connection.execute("INSERT OR REPLACE INTO segments VALUES (?, ?, ?, ?)", row)

    def _read_members(self, table: str) -> dict[int, list[str]]:
        first = msgspec.msgpack.Decoder(list[_First]).decode
        query = "SELECT bucket, data FROM segments WHERE name = ? AND bucket <> ?"
        rows = self._connection.execute(query, (table, _ALL))
        return {bucket: [record.path for record in _decoded(first, data)] for bucket, data in rows}

    def add_bodies(self, bodies: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep rendered bodies by their keys."""
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO bodies VALUES (?, ?, ?)",
                ((key, body_digest(key, data), data) for key, data in bodies),
            )

    def keep_bodies(self, wanted: set[bytes]) -> None:
        """Remove the rendered bodies whose keys are not ``wanted``."""
        with self._guarded():
            found = [row[0] for row in self._connection.execute("SELECT key FROM bodies")]
        outdated = [(key,) for key in found if key not in wanted]
        if outdated:
            with self._transaction():
                self._connection.executemany("DELETE FROM bodies WHERE key = ?", outdated)


def _decoded(decode: Callable[[bytes], Any], data: bytes) -> Any:
    try:
        return decode(data)
    except msgspec.DecodeError as error:
        raise Damaged(f"a part of it cannot be read: {error}") from None


def _bucket(path: str) -> int:
    """Paths below a month's folder share a few buckets: what changes lies together there."""
    own = zlib.crc32(path.encode())
    month = _month(path)
    if month is None:
        return own % BUCKETS
    return BUCKETS + int(month[1]) * 100 * BUCKETS_A_MONTH + int(month[2]) * BUCKETS_A_MONTH + own % BUCKETS_A_MONTH


def _check(name: str, data: object, found: object) -> None:
    """Raises :class:`Damaged` where ``data`` is not what was written."""
    if not isinstance(data, bytes) or _sum(name, data) != found:
        raise Damaged("a part of it is not what was written")


def _sum(name: str, data: bytes) -> int:
    """Tells what was written from what a disk or a copy made of it: a CRC of a segment and of its name."""
    return zlib.crc32(data, zlib.crc32(name.encode()))


def body_digest(key: bytes, data: bytes) -> bytes:
    """The digest that is kept beside a rendered body."""
    return blake2b(data, digest_size=16, key=key.hex().encode()[:64]).digest()


def _cannot_write(path: Path, what: str, hint: str = "") -> Problem:
    return Problem(f"{path.parent.name}/{path.name}", message=f"the build cache cannot be used: {what}", hint=hint)
