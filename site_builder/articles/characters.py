"""Bytes of a content file to text that any page may hold.

In: UTF-8 bytes.  Out: text with ``\\n`` as its only line break and without the characters that
HTML or XML forbid; or the problem that says where the bytes are no UTF-8.
"""

from __future__ import annotations

import re

from site_builder.errors import Problem

# XML 1.0 §2.2 forbids the C0 controls (except tab and line breaks), surrogates, U+FFFE and U+FFFF;
# HTML (Infra standard §4.5, "noncharacter" and "control") also DEL, the C1 controls and the noncharacters.
_PLANES = "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
DISALLOWED = re.compile(f"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANES}]")

_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r") + b"\x7f"
# Patterns that start with one literal byte are searched for it alone.
_C1 = re.compile(rb"\xc2[\x80-\x9f]").search
_NONCHARACTERS = re.compile(rb"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])").search
_LEADS_OF_FOUR = range(0xF0, 0xF5)
_LAST_OF_PLANE = re.compile(rb"\xbf(?<=[\xf0-\xf4][\x8f\x9f\xaf\xbf]\xbf)[\xbe\xbf]").search
_SAMPLE = 64 * 1024


def has_disallowed(data: bytes) -> bool:
    """Whether UTF-8 ``data`` holds a character of :data:`DISALLOWED`; looks at the bytes, which is ten times faster."""
    if len(data.translate(None, _CONTROLS)) != len(data):
        return True
    if data.isascii():
        return False
    return (
        (0xC2 in data and _C1(data) is not None)
        or (0xEF in data and _NONCHARACTERS(data) is not None)
        or (any(lead in data for lead in _LEADS_OF_FOUR) and _LAST_OF_PLANE(data) is not None)
    )


def normalized(text: str) -> str:
    """``text`` with CRLF and CR as ``\\n``."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def body_text(data: bytes, start: int) -> str:
    """The body of a content file: ``data`` from byte ``start`` on.

    CRLF and CR become ``\\n``.  Byte order marks are removed, and characters of :data:`DISALLOWED`: C0 controls
    except tab and line feed, DEL, C1 controls, noncharacters.  What is no UTF-8 becomes U+FFFD (parsing has
    reported it).
    """
    body = data[start:] if start else data
    text = without_marks(normalized(body.decode("utf-8", "replace")))
    return DISALLOWED.sub("", text) if has_disallowed(body) else text


def without_marks(text: str) -> str:
    """``text`` without byte order marks: files that were put together have them inside, where no line may begin."""
    return text.replace("\ufeff", "") if "\ufeff" in text else text


def place_of(before: str) -> tuple[int, int]:
    """Line and column, from 1, of the character that follows ``before`` in its file."""
    before = normalized(before.removeprefix("\ufeff"))
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def encoding_problem(data: bytes, path: str) -> Problem | None:
    """The problem of a file that is no UTF-8, with the place of its first wrong byte; None where it is."""
    if data.isascii():
        return None
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line, column = place_of(data[: error.start].decode())
        return Problem(
            path, line, column, f"byte 0x{data[error.start]:02X} is no UTF-8 text", _likely(data, error.start)
        )
    return None


def _likely(data: bytes, start: int) -> str:
    """A guess at what the bytes are, as a remedy."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "The file looks like UTF-16: save it as UTF-8"
    sample = data[max(0, start - _SAMPLE // 2) :][:_SAMPLE]
    read = sample.decode("utf-8", "replace")
    broken = read.count("\ufffd")
    intact = sum(1 for character in read if character > "\x7f") - broken
    if intact > 4 * broken:
        return "The rest of the file is UTF-8: retype this character"
    chinese = sample.decode("gb18030", "replace")
    ideographs = sum(1 for character in chinese if "\u4e00" <= character <= "\u9fff")
    other = sum(1 for character in chinese if character > "\x7f") - ideographs
    if ideographs > 2 * other and _runs(sample):
        return "The file looks like GB18030 (GBK): save it as UTF-8"
    return "The file looks like Windows-1252 (or ISO 8859-1): save it as UTF-8"


def _runs(sample: bytes) -> bool:
    """Whether high bytes come in runs, as in Chinese text; in European text they stand alone between letters."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    return sum(map(len, runs)) >= 2 * len(runs)


def left_out(count: int, where: str = "") -> str:
    """What is told where disallowed characters were removed."""
    return (
        f"one control character{where} is left out" if count == 1 else f"{count} control characters{where} are left out"
    )
