"""Addresses of this site in a body's HTML, as authors mean them, to addresses that work on the page.

In: HTML, the folder of the piece, the site's base path.  Out: the HTML with root-relative addresses.  ``a.jpg`` is
the file beside the piece, whatever the page's address; ``/images/a.jpg`` lies below the base path.
"""

from __future__ import annotations

import html as entities
import re
from urllib.parse import quote

from site_builder.catalog.urls import SAFE
from site_builder.references import resolved
from site_builder.rendering.markdown.raw import ATTRIBUTE, ATTRIBUTES, hidden, shown, value_of

_TAG = re.compile(rf"<[a-zA-Z][^\s/>]*+({ATTRIBUTES})\s*/?>")
_NAMES = frozenset({"href", "src", "poster", "srcset"})
# The form that engines and the sanitizer write.
_RELATIVE = re.compile(
    r'="(?:(?<=\ssrcset=")|(?:(?<=\shref=")|(?<=\ssrc=")|(?<=\sposter="))(?![/#"?]|https?:|mailto:|tel:))'
).search
_ROOTED = re.compile(r'="(?:(?<=\shref=")|(?<=\ssrc=")|(?<=\sposter=")|(?<=\ssrcset="))(?=/(?!/)|[^"]*,)').search
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//").match
_CANDIDATE = re.compile(r"([^\s,]\S*[^\s,]|[^\s,])((?:\s+[^\s,]+)*\s*(?:,|$))")


def with_addresses(html: str, folder: str, base: str, *, sloppy: bool = False) -> str:
    """``html`` of a piece in ``folder`` (``/2019``, '' for ``content/`` itself) of a site below ``base``.

    ``sloppy``: authors' own HTML, whose attributes may be written in any way HTML allows.
    """
    if not sloppy and not _RELATIVE(html) and not (base and _ROOTED(html)):
        return html
    opaque: list[str] = []
    if sloppy:
        html, opaque = hidden(html)
    folder = quote(folder, safe=SAFE)

    def attribute(match: re.Match[str]) -> str:
        name = match[1].lower()
        if name not in _NAMES:
            return match[0]
        value = entities.unescape(value_of(match))
        if name == "srcset":
            new = _CANDIDATE.sub(lambda part: _address(part[1], folder, base) + part[2], value)
        else:
            new = _address(value, folder, base)
        return match[0] if new == value else f'{match[1]}="{entities.escape(new)}"'

    def tag(match: re.Match[str]) -> str:
        start, end = match.start(1) - match.start(), match.end(1) - match.start()
        return match[0][:start] + ATTRIBUTE.sub(attribute, match[1]) + match[0][end:]

    return shown(_TAG.sub(tag, html), opaque)


def _address(value: str, folder: str, base: str) -> str:
    text = value.strip()
    if not text or text[0] in "#?\\" or _SCHEME(text):
        return value
    path = re.split(r"[?#]", text, maxsplit=1)[0]
    return base + resolved(path, folder) + text[len(path) :]
