"""Lines of logs: plain, gzip or zstd by their first bytes, from a file or standard input.

Memory stays bounded whatever the file holds: a line is at most ``LONGEST`` bytes, and longer ones come as None.
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from site_builder.errors import Problem, SiteError

LONGEST = 64 * 1024
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
STANDARD_INPUT = "-"


def open_log(name: str) -> IO[bytes]:
    """The file ``name`` (``-`` for standard input), decompressed while it is read.  Raises :class:`SiteError`."""
    if name == STANDARD_INPUT:
        return _decompressed(sys.stdin.buffer, cast("io.BufferedReader", sys.stdin.buffer).peek(4))
    try:
        with Path(name).open("rb") as raw:
            start = raw.read(4)
        return _decompressed(Path(name), start)
    except OSError as error:
        raise SiteError([Problem(name, message=f"cannot be read: {error.strerror}")]) from None


def _decompressed(file: Any, start: bytes) -> IO[bytes]:
    """What is in ``file``, a path or an open file, that begins with ``start``."""
    if start.startswith(GZIP):
        return cast("IO[bytes]", gzip.open(file))
    if start.startswith(ZSTD):
        return cast("IO[bytes]", _zstd().open(file))
    return cast("IO[bytes]", file.open("rb") if isinstance(file, Path) else file)


def _zstd() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def errors_of_reading() -> tuple[type[Exception], ...]:
    """What reading a damaged or unreadable file raises."""
    return (OSError, EOFError, zlib.error, cast("type[Exception]", _zstd().ZstdError))


def lines(file: IO[bytes], name: str) -> Iterator[bytes | None]:
    """The lines of ``file`` without their ends; None for one that is too long.

    Raises :class:`SiteError` for damaged files.
    """
    try:
        while line := file.readline(LONGEST + 1):
            if len(line) > LONGEST and not line.endswith(b"\n"):
                while (rest := file.readline(LONGEST)) and not rest.endswith(b"\n"):
                    pass
                yield None
            else:
                yield line.rstrip(b"\r\n")
    except errors_of_reading() as error:
        hint = "Nothing was imported; give the whole file"
        raise SiteError([Problem(name, message=f"cannot be read to its end: {error}", hint=hint)]) from None
