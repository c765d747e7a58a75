"""Raw HTML made harmless: what an author may use stays, what could act goes.  nh3 (ammonia) does the work.

``id`` stays, since headings, footnotes and links to them need it.  ``name`` and forms go: with ``id`` alone
no property of ``document`` can be overwritten (HTML §3.1.6, named access).
"""

from __future__ import annotations

import html as entities
import re
from typing import Any
from urllib.parse import urlsplit

import nh3

_TAGS = (
    # Blocks.
    "address article aside blockquote br caption cite col colgroup dd del details div dl dt figcaption figure footer"
    " h1 h2 h3 h4 h5 h6 header hr ins li ol p pre q section summary table tbody td tfoot th thead tr ul"
    # Text.
    " a abbr b bdi bdo code data dfn em i kbd mark rp rt ruby s samp small span strong sub sup time u var wbr"
    # Media, and the boxes of task lists.
    " audio iframe img input picture source track video"
)
_ATTRIBUTES = {
    "*": "class dir id lang title",
    "a": "aria-label data-footnote-backref data-footnote-backref-idx data-footnote-ref href hreflang rel target",
    "audio": "controls loop muted preload src",
    "col": "span",
    "colgroup": "span",
    "data": "value",
    "del": "datetime",
    "details": "open",
    "iframe": "allow allowfullscreen height loading referrerpolicy src width",
    "img": "alt decoding height loading sizes src srcset width",
    "input": "checked disabled",
    "ins": "datetime",
    "li": "value",
    "ol": "reversed start",
    "section": "data-footnotes",
    "source": "media sizes src srcset type",
    "td": "colspan headers rowspan style",
    "th": "abbr colspan headers rowspan scope style",
    "time": "datetime",
    "track": "default kind label src srclang",
    "video": "controls height loop muted playsinline poster preload src width",
}
_VALUES = {
    "a": {"target": {"_blank", "_self"}},
    "ol": {"type": {"1", "a", "A", "i", "I"}},
    "td": {"align": {"left", "right", "center"}},
    "th": {"align": {"left", "right", "center"}},
}
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
"""Of absolute addresses; relative ones are always allowed."""

_FRAME = re.compile(r"<iframe([^>]*)>.*?</iframe>", re.DOTALL)
_FRAME_SOURCE = re.compile(r' src="([^"]*)"')
_NEEDS_LOOKING = re.compile("iframe|srcset", re.IGNORECASE).search
_CANDIDATE = re.compile(
    r"\s*(?:https?://\S+|/\S*|[\w.-]+(?:[/?#][^\s:]*)?)(?:\s+[\d.]+[wx])?\s*", re.ASCII | re.IGNORECASE
).fullmatch


class Sanitizer:
    """Keeps the HTML of a body that cannot act; frames only of ``iframe_hosts``, over https."""

    def __init__(self, iframe_hosts: tuple[str, ...]) -> None:
        self._hosts = frozenset(host.strip().lower() for host in iframe_hosts)
        attributes = {tag: set(names.split()) for tag, names in _ATTRIBUTES.items()}
        for tag, values in _VALUES.items():
            attributes[tag] -= values.keys()
        options: dict[str, Any] = {
            "tags": set(_TAGS.split()),
            "clean_content_tags": {"embed", "noscript", "object", "script", "select", "style", "template", "textarea"},
            "attributes": attributes,
            "tag_attribute_values": _VALUES,
            "set_tag_attribute_values": {"input": {"disabled": "", "type": "checkbox"}},
            "url_schemes": set(SCHEMES),
            "link_rel": None,
            "filter_style_properties": {"text-align"},
        }
        self._quick = nh3.Cleaner(**options)
        self._thorough = nh3.Cleaner(**options, attribute_filter=self._attribute)

    def clean(self, html: str) -> str:
        """``html`` without scripts, event handlers, dangerous addresses and what else could act.

        Its attributes stand in double quotes and its elements are closed.
        """
        if not _NEEDS_LOOKING(html):
            return self._quick.clean(html)
        # A frame that lost its address loads nothing; the text in one shows only where frames do not.
        return _FRAME.sub(_frame, self._thorough.clean(html))

    def _attribute(self, tag: str, name: str, value: str) -> str | None:
        if tag == "iframe" and name == "src":
            return value if self._is_allowed_frame(value) else None
        if name == "srcset" and not all(map(_CANDIDATE, value.split(","))):
            return None
        return value

    def _is_allowed_frame(self, address: str) -> bool:
        # As browsers read it: there ``\`` is a slash, and no blank may hide what follows.
        if "\\" in address or any(character <= " " for character in address):
            return False
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError:
            return False
        return parts.scheme == "https" and parts.hostname in self._hosts and port in {None, 443}


def _frame(match: re.Match[str]) -> str:
    attributes = match[1]
    source = _FRAME_SOURCE.search(attributes)
    if source is None:
        return ""
    if ' title="' not in attributes:
        # Readers who cannot see a frame need a name for it (WCAG 4.1.2).
        host = urlsplit(entities.unescape(source[1])).hostname
        attributes += f' title="{entities.escape(host or "")}"'
    return f"<iframe{attributes}></iframe>"


# ---------------------------------------------------------------- when there is nothing to sanitize

_TAG = re.compile(r"<(?!https?://[^\s<>\"'`]+>|[\s\d=<-])").search
_DOUBTFUL = re.compile(
    r'="(?<=href="| src=")(?!https?://[a-zA-Z0-9.-]*[a-zA-Z](?=[/"?#])|mailto:|tel:|[/#?.]|[^":&\\\x00- ]*")'
).search


def may_hold_tags(source: str) -> bool:
    """Whether Markdown ``source`` may hold raw HTML; in doubt, yes.  ``a < b`` and ``<https://…>`` are none."""
    return "<" in source and _TAG(source) is not None


def has_doubtful_address(html: str) -> bool:
    """Whether an address in ``html``, as an engine writes it, might be one that sanitizing drops."""
    return _DOUBTFUL(html) is not None
