"""What of this site a body names by its path: an image or file that only hidden pieces name is hidden, too.

In: a body's bytes.  Out: site paths.  Found in the Markdown source: destinations of images and links, and
attributes of raw HTML.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

_DESTINATIONS = re.compile(rb"\](?:\(|:)\s*<?(/[^\s\"'<>)]+)").findall
_ATTRIBUTES = re.compile(rb"=\s*[\"']?(/[^\s\"'<>]+)").findall


def named_files(body: bytes) -> tuple[str, ...]:
    """Site paths that ``body`` names, sorted; addresses of other hosts (``//host/…``) are none."""
    found = _DESTINATIONS(body) if b"](" in body or b"]:" in body else []
    if b"<" in body:
        found += _ATTRIBUTES(body)
    if not found:
        return ()
    names = {unquote(name.decode("utf-8", "replace")) for name in found}
    return tuple(sorted(name for name in names if not name.startswith("//")))
