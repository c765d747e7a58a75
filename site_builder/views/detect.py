"""Files to import, opened: which format each has, as told by its first lines where nobody tells."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from datetime import date
from typing import IO

import msgspec

from site_builder.errors import Problem, SiteError
from site_builder.views import exports
from site_builder.views.hits import Hit, UnreadableLineError
from site_builder.views.json_formats import is_caddy, json_log
from site_builder.views.lines import STANDARD_INPUT, errors_of_reading, lines, open_log
from site_builder.views.log_formats import Parser, cloudfront, combined, s3

LOGS: dict[str, Callable[[], Parser]] = {
    "common": lambda: combined,
    "combined": lambda: combined,
    "nginx": lambda: json_log,
    "caddy": lambda: json_log,
    "cloudfront": cloudfront,
    "s3": lambda: s3,
}
FORMATS = ("auto", *LOGS, *exports.ORIGINS)
HEAD = 50
LARGEST_EXPORT = 512 * 1024 * 1024


class _Opened:
    """A file that is read when it is its turn; of standard input the first lines are kept meanwhile."""

    first_second = 0

    def __init__(self, name: str, head: list[bytes | None], file: IO[bytes] | None) -> None:
        self.name = name
        self._head = head
        self._file = file

    def __enter__(self) -> None:
        if self._file is None:
            self._file, self._head = open_log(self.name), []

    def __exit__(self, *_: object) -> None:
        if self._file is not None and self.name != STANDARD_INPUT:
            self._file.close()

    def lines(self) -> Iterator[bytes | None]:
        """All lines; None for one that is too long."""
        assert self._file is not None
        yield from self._head
        yield from lines(self._file, self.name)


class Log(_Opened):
    """An access log: ``parse`` gives a line's hit; ``first_second`` is when it begins (Unix time, 0 where unknown)."""

    def __init__(self, name: str, head: list[bytes | None], file: IO[bytes] | None, form: str) -> None:
        super().__init__(name, head, file)
        self.parse = LOGS[form]()
        self.first_second = min((hit.second for hit in _hits_in(head, LOGS[form]())), default=0)


class Export(_Opened):
    """Counts by path and day; ``origin`` names the program they come from."""

    def __init__(
        self, name: str, head: list[bytes | None], file: IO[bytes] | None, origin: str, day: date | None
    ) -> None:
        super().__init__(name, head, file)
        self.origin = origin
        self._day = day

    def rows(self) -> Iterator[exports.Row]:
        """The export's rows.  Raises :class:`SiteError` where they cannot be read or no day is told."""
        return exports.read(self._text(), self.name, self.origin, self._day)

    def _text(self) -> bytes:
        assert self._file is not None
        try:
            data = b"".join(line + b"\n" for line in self._head if line is not None)
            data += self._file.read(LARGEST_EXPORT + 1)
        except errors_of_reading() as error:
            raise SiteError([Problem(self.name, message=f"cannot be read to its end: {error}")]) from None
        if len(data) > LARGEST_EXPORT:
            raise SiteError([Problem(self.name, message="is larger than 512 MB", hint="Export it in parts")])
        return data


def open_import(name: str, form: str, day: date | None) -> Log | Export:
    """The file ``name`` as what it is.  Raises :class:`SiteError` for an unreadable file and an unknown format."""
    file = open_log(name)
    if form in exports.ORIGINS:
        return Export(name, [], _kept(file, name), form, day)
    try:
        head = list(itertools.islice(lines(file, name), HEAD))
    except SiteError:
        _kept(file, name)
        raise
    found = form if form != "auto" else _form_of(head)
    kept = _kept(file, name)
    if not found:
        hint = f"Tell its format with --format: {', '.join(FORMATS[1:])}"
        raise SiteError([Problem(name, message="is no log and no export that is known", hint=hint)])
    return Log(name, head, kept, found) if found in LOGS else Export(name, head, kept, found, day)


def _kept(file: IO[bytes], name: str) -> IO[bytes] | None:
    """Standard input, which cannot be opened again; of thousands of small logs none stays open."""
    if name == STANDARD_INPUT:
        return file
    file.close()
    return None


def _form_of(head: list[bytes | None]) -> str:
    """The format of a file that begins with ``head``; 'combined' for an empty one, '' where none fits."""
    texts = [line.decode("utf-8", "replace") for line in head if line]
    if not texts:
        return "combined"
    if any(text.startswith("#Fields:") for text in texts[:3]):
        return "cloudfront"
    for text in texts:
        # A faulty first line is no reason to refuse the log.
        if text.startswith("{") and (form := _json_form(text)):
            return form
        for form, parse in (("s3", s3), ("combined", combined)):
            with contextlib.suppress(UnreadableLineError):
                parse(text)
                return form
    return exports.origin_of(b"\n".join(line for line in head if line is not None))


def _json_form(line: str) -> str:
    try:
        json_log(line)
        return "caddy" if is_caddy(msgspec.json.decode(line.encode())) else "nginx"
    except UnreadableLineError:
        return ""


def _hits_in(head: list[bytes | None], parse: Parser) -> Iterator[Hit]:
    for line in head:
        with contextlib.suppress(UnreadableLineError):
            hit = parse(line.decode("utf-8", "replace")) if line else None
            if hit is not None:
                yield hit
