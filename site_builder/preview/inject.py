"""The one element that the preview adds to a page, where it changes nothing else of it."""

from __future__ import annotations

import re

CLIENT = "/.preview/client.js"

# What may stand before the content of a head: all of it optional, so the end of the match is always inside the
# head, explicit or implied (HTML, 13.2.6.4.1 to 13.2.6.4.4), and never in a comment, a script or a text.
_ATTRIBUTES = rb"""(?:[\s/](?:"[^"]*"|'[^']*'|[^'">])*)?"""
_START = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|<!--.*?-->)*"
    rb"(?:<!doctype[^>]*>(?:\s|<!--.*?-->)*)?"
    rb"(?:<html" + _ATTRIBUTES + rb">(?:\s|<!--.*?-->)*)?"
    rb"(?:<head" + _ATTRIBUTES + rb">)?",
    re.IGNORECASE | re.DOTALL,
)


def script(version: str) -> bytes:
    """The element; ``version`` is the state of the site that the page shows."""
    return f'<script src="{CLIENT}" data-version="{version}" defer></script>'.encode()


def with_script(page: bytes, version: str) -> bytes:
    """``page`` with the element as the first one of its head."""
    match = _START.match(page)
    place = match.end() if match else 0
    return page[:place] + script(version) + page[place:]
