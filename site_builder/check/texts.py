"""Files of an output to the words in them, whatever they are written in.

In: the bytes of a file.  Out: its texts, decompressed and unescaped.  A word is a run of letters and digits; in scripts
without spaces each character is one.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import html
import io
import lzma
import re
import sys
import unicodedata
import zlib
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

# A file that unpacks to more than this is no page.
MOST_BYTES = 256 * 1024 * 1024
# How compressed files begin (RFC 1952 §2.3.1, RFC 8878 §3.1.1, and what bzip2 and xz write), whatever their name.
SIGNS = {b"\x1f\x8b\x08": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
ENDINGS = {".gz": "gzip", ".svgz": "gzip", ".zst": "zstd", ".br": "brotli", ".bz2": "bzip2", ".xz": "xz"}

_WIDE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORDS = re.compile(f"[{_WIDE}]|[^\\W_{_WIDE}]+").findall
# Soft hyphens, joiners and the like: readers see the word without them.
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_TAG = re.compile(r"<[!/a-zA-Z][^<>]*>")
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([nrtbf])|([\"\\/]))")


class CannotLookError(ValueError):
    """A file that cannot be looked into; the message says why."""


def unpacked(name: str, data: bytes) -> bytes:
    """The content of a file, decompressed where its name or its beginning says so.  Raises CannotLookError."""
    packing = _packing(name, data)
    if not packing:
        return data
    try:
        if packing == "gzip":
            return _limited(gzip.GzipFile(fileobj=io.BytesIO(data)))
        if packing == "zstd":
            return _limited(_zstd().ZstdFile(io.BytesIO(data)))
        if packing == "bzip2":
            return _limited(bz2.BZ2File(io.BytesIO(data)))
        if packing == "xz":
            return _limited(lzma.LZMAFile(io.BytesIO(data)))
        return _brotli(data)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError, _zstd().ZstdError) as error:
        raise CannotLookError(f"cannot be decompressed: {error}") from error


def _packing(name: str, data: bytes) -> str:
    """How a file is compressed, '' for not at all."""
    for sign, packing in SIGNS.items():
        # A text may begin with three letters.
        if data.startswith(sign) and (packing != "bzip2" or data[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")):
            return packing
    return ENDINGS.get(PurePosixPath(name).suffix.lower(), "")


def _limited(file: Any) -> bytes:
    with file:
        data: bytes = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise CannotLookError("unpacks to more than 256 MB")
    return data


def _zstd() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def _brotli(data: bytes) -> bytes:
    try:
        import brotli
    except ImportError:
        raise CannotLookError("is compressed with Brotli; install the package 'brotli' to look into it") from None
    try:
        found: bytes = brotli.decompress(data)
    except brotli.error as error:
        raise CannotLookError(f"cannot be decompressed: {error}") from error
    return found


def plain(data: bytes) -> str:
    """The text of a file with its escapes resolved: JSON's, HTML's (twice: feeds hold HTML), '' for a binary file."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    elif b"\0" in data[:8192]:
        return ""
    else:
        text = data.decode("utf-8", "replace")
    if "\\" in text:
        text = _JSON_ESCAPE.sub(_json_character, text)
    if "&" in text:
        text = html.unescape(html.unescape(text))
    return text


def _json_character(found: re.Match[str]) -> str:
    if found[1]:
        code = int(found[1], 16)
        # Halves of pairs stand for characters outside the plane in which words are.
        return " " if 0xD800 <= code < 0xE000 else chr(code)
    return " " if found[2] else found[3]


def words_of(text: str) -> list[str]:
    """The words of a text in order: first what stands between tags, then what stands in them."""
    folded = (text if text.isascii() else _UNSEEN.sub("", unicodedata.normalize("NFKC", text))).casefold()
    if "<" not in folded:
        return WORDS(folded)
    tags = " ".join(_TAG.findall(folded))
    return [*WORDS(_TAG.sub(" ", folded)), "", *WORDS(tags)]


def addresses_in(text: str) -> str:
    """The text as addresses are found in it: percent-decoded, composed, in lower case."""
    if "%" in text:
        text = unquote(text, errors="replace")
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).casefold()
