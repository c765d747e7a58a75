"""The filters that templates have beside Jinja's own; ``docs/templates.md`` shows each."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime
from json.encoder import encode_basestring
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from markupsafe import Markup

from site_builder.catalog.urls import Addresses
from site_builder.config import SiteConfig
from site_builder.model import Items, Record
from site_builder.patterns import timestamp_pattern, whole_minutes
from site_builder.rendering.markdown.links import LinkPolicy, host_of
from site_builder.rendering.printing import MARK, Slot, as_markup, shown
from site_builder.rendering.slots import slot
from site_builder.text import direction_of

# Listings show the same instants again and again; an entry is about 200 bytes.
_REMEMBERED = 20_000


def make_filters(config: SiteConfig, addresses: Addresses, assets: Mapping[str, str]) -> dict[str, Callable[..., Any]]:
    """Filters by name; ``assets`` gives the fingerprinted permalink of each file of ``static/``."""
    zone = ZoneInfo(config.site.timezone)

    links = LinkPolicy(addresses.host, config.markdown.sponsored_domains)

    def in_zone(write: Callable[[datetime], str]) -> Callable[[datetime], str]:
        @functools.lru_cache(_REMEMBERED)
        def filtered(instant: datetime) -> str:
            return write(instant.astimezone(zone))

        return filtered

    def asset(name: str) -> str:
        if name not in assets:
            raise ValueError(f"asset: static/{name} does not exist")
        return addresses.url(assets[name])

    return {
        "timestamp": in_zone(timestamp_pattern(config.site.timestamp_format)),
        "date": in_zone(timestamp_pattern(config.site.date_format)),
        "iso": in_zone(lambda local: whole_minutes(local).isoformat(timespec="seconds")),
        "rfc822": in_zone(lambda local: format_datetime(whole_minutes(local))),
        "views": lambda shown: slot(shown.url),
        "exact_views": lambda shown: slot(shown.url, exact=True),
        "absolute": addresses.absolute,
        "asset": asset,
        "direction": direction_of,
        "json": as_json,
        "rel": lambda address: " ".join(links.rel(host_of(address))),
    }


def _text(value: object) -> str:
    """Markup in a value is text like any other.  Raises :class:`TypeError` for what has no JSON."""
    text = str(shown(value))
    if MARK in text:
        raise TypeError("a view count in a list has no JSON: write the list's brackets, and each count with |json")
    return text


_encode = msgspec.json.Encoder(enc_hook=_text).encode

# Inside <script> nothing may look like markup; U+2028 and U+2029 end lines in old JavaScript.
_IN_SCRIPT = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
_NEEDS_ESCAPE = re.compile("[<>&\u2028\u2029]").search


def as_json(value: object) -> Markup:
    """``value`` as JSON (RFC 8259) that is also safe inside a script element."""
    if type(value) is Slot:
        return value.exact  # a number, once it is filled in
    # Most values are short texts: what the standard library has in C for one is faster than an encoder for all.
    text = encode_basestring(value) if type(value) is str else _encode(_plain(value)).decode()
    return as_markup(text.translate(_IN_SCRIPT) if _NEEDS_ESCAPE(text) else text)  # no markup is left


def _plain(value: object) -> object:
    """Free values (``extra``) as the JSON that they are; everything else as it is."""
    if isinstance(value, Record):
        return {name: _plain(value[name]) for name in value}
    return [_plain(item) for item in value] if isinstance(value, Items) else value
