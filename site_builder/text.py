"""Names: when two spellings are one name, how a name is written in an address, which language a tag names."""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata

MAX_SLUG = 80

_IS_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*").fullmatch


def fold(name: str) -> str:
    """The form in which twins are equal: width, case and runs of white space do not count (Unicode UAX #15, NFKC)."""
    if name.isascii():
        return " ".join(name.lower().split())
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def language_of(tag: str) -> str:
    """The language that ``tag`` (BCP 47) names, wherever it is spoken: ``en`` for ``en-GB``.

    That is the primary subtag (RFC 5646 §2.2.1); a tag for private use names one language as a whole.
    """
    primary = tag.partition("-")[0].lower()
    return primary if len(primary) > 1 else tag.lower()


# Scripts that run from right to left (Unicode UAX #9), and languages that are written in one of them unless their tag
# names another (CLDR, likely subtags).
_RTL_SCRIPTS = frozenset("adlm arab aran hebr mand mend nkoo rohg samr syrc thaa".split())
_RTL_LANGUAGES = frozenset("ar arc azb ckb dv fa glk he iw ji khw lrc mzn nqo pnb ps rhg sd skr syr ug ur yi".split())


def direction_of(tag: str) -> str:
    """Which way text in the language ``tag`` (BCP 47) runs: ``ltr`` or ``rtl``, as in HTML's ``dir``."""
    primary, *rest = tag.lower().split("-")
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), "")
    return "rtl" if script in _RTL_SCRIPTS or (not script and primary in _RTL_LANGUAGES) else "ltr"


def slug_of(name: str) -> str:
    """``name`` as one ASCII segment of an address, at most 80 characters, cut at a word; never empty.

    Other scripts are transliterated; a name of which nothing is left (only emoji, say) becomes
    ``x-`` and a digest of it.
    """
    if len(name) <= MAX_SLUG and _IS_SLUG(name):
        return name
    return _transliterated(name)


@functools.lru_cache(maxsize=4096)
def _transliterated(name: str) -> str:
    from slugify import slugify  # 20 ms to import, and most names of most builds need it not

    slug = slugify(name[:400], max_length=MAX_SLUG, word_boundary=True, save_order=True)
    return slug or "x-" + hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=4).hexdigest()
