"""Who may ask: against pages of other sites that reach for the preview through the editor's browser.

In: the headers of a request.  Out: whether it is answered.  DNS rebinding makes a foreign name lead to this
machine; the browser then still sends that name as ``Host``.  An address in numbers cannot be rebound.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def host_of(header: str) -> str:
    """The host that a ``Host`` header names, without port and brackets, '' where it names none (RFC 9110, 7.2)."""
    try:
        parts = urlsplit(f"//{header}")
        host = parts.hostname or ""
        # Asking for the port checks it.
        sound = parts.netloc == header and "@" not in header and (parts.port or 1) > 0
    except ValueError:
        return ""
    return host if sound else ""


def is_known(header: str, names: frozenset[str]) -> bool:
    """Whether the request was meant for this machine: by number, as localhost, or by one of its ``names``."""
    host = host_of(header).removesuffix(".")
    return is_number(host) or host == "localhost" or host.endswith(".localhost") or host in names


def is_number(host: str) -> bool:
    """Whether ``host`` is an IP address."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    return host == "localhost" or (is_number(host) and ipaddress.ip_address(host.partition("%")[0]).is_loopback)


def is_own_origin(origin: str, host: str) -> bool:
    """Whether a script of the preview's own pages asks: ``origin`` is that of the ``Host`` asked (RFC 6454)."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()
