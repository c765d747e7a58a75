"""References: which file of this site an address means, and which files a text names.

In: an address as it stands in a text, and the text's folder below the site's root.  Out: site paths
(``/images/a.jpg``): plain text in NFC, no percent-escapes.  One rule for all: an address that starts with ``/``
is meant from the site's root, any other from the folder of the file that it stands in.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

import msgspec

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//").match
_PLAIN = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*/[A-Za-z0-9_~-]+\.[A-Za-z0-9]+").fullmatch
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Own(msgspec.Struct, frozen=True):
    """The site's own address: ``host`` in lower case, with a port where one is named; ``base`` its path part."""

    host: str = ""
    base: str = ""

    @staticmethod
    def of(url: str) -> Own:
        """The parts of ``site.url``."""
        return Own(_host(url), unquote(urlsplit(url).path.rstrip("/")))


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").rstrip(".")
    return host if port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f"{host}:{port}"


def folder_of(path: str) -> str:
    """The folder that a file of ``content/`` has on the site: ``/2019`` for ``content/2019/kapok.md``."""
    return path.rpartition("/")[0].removeprefix("content")


def resolved(path: str, folder: str) -> str:
    """``path`` (no host, no ``?``, no ``#``) from the site's root: ``/2019/a.jpg``; above the root there is nothing."""
    segments: list[str] = []
    whole = path if path.startswith("/") else f"{folder}/{path}"
    for segment in whole.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    is_folder = whole.endswith(("/", "/.", "/.."))
    return "/" + "/".join(segments) + ("/" if is_folder and segments else "")


def site_paths(address: str, folder: str, own: Own) -> Iterator[str]:
    """The files that ``address`` may mean, in doubt two; none where it leads to another site or names no file."""
    text = html.unescape(address).strip().replace("\\", "/")
    is_absolute = _SCHEME(text) is not None
    if is_absolute:
        if _host(text if text.lower().startswith("http") else "http:" + text) != own.host or not own.host:
            return
        text = "/" + text.partition("//")[2].partition("/")[2]
    text = re.split(r"[?#]", text, maxsplit=1)[0]
    path = unicodedata.normalize("NFC", resolved(unquote(text), folder)) if text else "/"
    if path.endswith("/"):
        return
    if own.base and path.startswith(own.base + "/"):
        yield path.removeprefix(own.base)
    if not (is_absolute and own.base):
        yield path


is_piece = re.compile(r".+\.(?:md|markdown)", re.IGNORECASE | re.DOTALL).fullmatch
"""Whether a path may be that of an article or a document: it ends like a Markdown file."""


def piece_path(address: str, folder: str) -> str:
    """The site path of the piece's file that ``address`` (plain text) names; '' where it names none.

    An address in full names no file of ``content/``, whatever its end.
    """
    text = address.strip()
    path = re.split(r"[?#]", text, maxsplit=1)[0]
    if not is_piece(path) or _SCHEME(text):
        return ""
    return unicodedata.normalize("NFC", resolved(unquote(path), folder))


def looks_like_file(text: str) -> bool:
    """Whether ``text`` may name a file: it has a slash or an ending."""
    return len(text) <= 2_000 and ("/" in text or re.search(r"\.\w", text) is not None)


_WORDS = re.compile(r"""[^\s"'`()<>,;=|{}\[\]]+""").findall
_QUOTED = tuple(
    re.compile(pattern).findall
    for pattern in (r'(?<=")[^"\n<>]{1,500}(?=")', r"(?<=')[^'\n<>]{1,500}(?=')", r"(?<=\()[^()\n\"']{1,500}(?=\))")
)


def _phrases(text: str) -> Iterator[str]:
    """Words of a text, and what stands in its quotes and brackets, where names may have spaces."""
    yield from _WORDS(text)
    for find in _QUOTED:
        yield from find(text)


def names_in(text: str, folder: str, own: Own) -> set[str]:
    """Site paths of all that ``text`` (HTML, CSS, JSON, YAML, a template …) may name; in doubt too many.

    A relative name is looked for in ``folder`` and at the root: scripts and templates speak of their page.
    """
    text = text.replace("\\/", "/")
    words = {word.rstrip(".:!?") for word in _phrases(text)}
    return {
        path
        for word in words
        if looks_like_file(word)
        for place in (folder, "")
        for path in site_paths(word, place, own)
    }


# ---------------------------------------------------------------- in Markdown

_DESTINATIONS = re.compile(rb"\]\(\s*(?:<([^<>\n]*)>|((?:[^()\n]++|\([^()\n]*+\))*+))").findall
_DEFINITIONS = re.compile(rb"\]:[ \t]*\n?[ \t]*(?:<([^<>\n]*)>|(\S+))").findall
_ATTRIBUTES = re.compile(rb"""=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=]+))""").findall
# Addresses of other sites, and places of the page itself: most of what a body names.
_ELSEWHERE = re.compile(rb"\s*(?:#|//|https?:|mailto:|tel:|data:)", re.IGNORECASE).match
_LONGEST = 3_000
_TITLE = re.compile(r"""\s+(?:"[^"]*"|'[^']*'|\([^()]*\))\s*$""")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_PARTS = re.compile(r"[^\s,()'\"]+").findall


def named_in_markdown(body: bytes, own: Own) -> Iterator[str]:
    """Addresses that a Markdown ``body`` names: of images, links, definitions, attributes of raw HTML, and its own."""
    # Single bytes are looked for first: that costs a tenth of looking for two.
    has_tags = b"<" in body
    yield from _of_links(body)
    if has_tags or (b"{" in body and b"{:" in body):
        yield from _of_attributes(body)
    if own.host:
        # Addresses of this site in full, wherever they stand.
        yield from map(_text, re.findall(rb"//(?i:%s)[^\s\"'<>]*" % re.escape(own.host.encode()), body))
    if has_tags and (b"<s" in body or b"<S" in body):
        lower = body.lower()
        if b"<script" in lower or b"<style" in lower:
            yield from filter(looks_like_file, _phrases(_text(body)))


def _of_links(body: bytes) -> Iterator[str]:
    for angled, plain in _DESTINATIONS(body):
        if _ELSEWHERE(angled or plain):
            continue
        if angled:
            yield _text(angled)
        elif plain and len(plain) <= _LONGEST:
            address = _TITLE.sub("", _text(plain))
            yield address
            if " " in address:
                yield address.partition(" ")[0]
            if "\\" in address:
                yield _ESCAPED.sub(r"\1", address)
    for angled, plain in _DEFINITIONS(body):
        if not _ELSEWHERE(angled or plain) and looks_like_file(address := _text(angled or plain)):
            yield address


def _of_attributes(body: bytes) -> Iterator[str]:
    for values in _ATTRIBUTES(body):
        whole = b"".join(values)
        if _ELSEWHERE(whole) and b"," not in whole:
            continue
        value = html.unescape(_text(whole))
        yield from filter(looks_like_file, {value, *_PARTS(value)})


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def files_named(addresses: Iterable[str], folder: str, own: Own) -> set[str]:
    """Site paths of ``addresses`` that stand in a file of ``folder``; also without what ends a sentence behind one."""
    found: set[str] = set()
    for address in addresses:
        if _PLAIN(address) and not own.base:
            found.add(address)
            continue
        for text in {address, address.rstrip(".,:;!?)*_")}:
            found.update(site_paths(text, folder, own))
    return found
