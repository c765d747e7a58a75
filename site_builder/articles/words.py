"""How many words a body has, for the reading time.

Counted on the bytes of UTF-8 in one translation, since 7 KB of text in a regular expression cost more
than all the rest of an article.
"""

from __future__ import annotations

_LETTER, _IDEOGRAPH, _SPACE = b"ac "

# What stands inside words and numbers (don't, long-read, 3.5, 2,000) or is emphasis does not end a word;
# E2 leads general punctuation, of which the apostrophe matters most.
_IGNORED = bytes(range(0x80, 0xC0)) + b"\xe2'-.,*_~`"


def _kind(byte: int) -> int:
    if byte < 0x80:
        return _LETTER if chr(byte).isalnum() else _SPACE
    if 0xE3 <= byte <= 0xE9:  # U+3000 to U+9FFF: kana and Han
        return _IDEOGRAPH
    # C2: Latin-1 signs; EF: full-width forms; F0 on: emoji.
    return _LETTER if 0xC3 <= byte <= 0xE1 or 0xEA <= byte <= 0xED else _SPACE


_KINDS = bytes(map(_kind, range(256)))


def count_words(body: bytes) -> int:
    """The number of words in the Markdown ``body`` (UTF-8): runs of letters and digits, and Han and kana one by one.

    Markup counts where it looks like words (a link's address is one or a few); Korean counts by spaces.
    """
    kinds = b" " + body.translate(_KINDS, _IGNORED)
    count = kinds.count(b" a")
    ideographs = 0 if body.isascii() else kinds.count(b"c")
    if ideographs:
        # The punctuation of U+3000 to U+303F is no word.
        count += kinds.count(b"ca") + ideographs - body.count(b"\xe3\x80")
    return count
