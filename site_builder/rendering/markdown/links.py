"""Links that leave the site: what they tell the browser and search engines of the other side."""

from __future__ import annotations

import html as entities
import re
from urllib.parse import urlsplit

from site_builder.rendering.markdown.raw import ATTRIBUTES, attribute, value_of

_LINK = re.compile(f"<[aA]({ATTRIBUTES})>")
# The form that both engines write, and most links have.
_PLAIN = re.compile(r' href="(?:https?://([a-z0-9.-]+)(?=[/"?#])|[/#][^/\\"&])[^"]*"(?: title="[^"]*")?').fullmatch
# Browsers drop these before they read an address (WHATWG URL §4.4).
_DROPPED = re.compile("[\t\n\r]")
_BLANK = "".join(map(chr, range(0x21)))


class LinkPolicy:
    """Which hosts are the site's own, and which are paid for."""

    def __init__(self, site_host: str, sponsored_domains: tuple[str, ...]) -> None:
        self._host = site_host.lower()
        self._sponsored = tuple(domain.strip().lower().strip(".") for domain in sponsored_domains if domain.strip(". "))

    def rel(self, host: str) -> tuple[str, ...]:
        """The tokens of ``rel`` that a link to ``host`` (lower case; '' for the site itself) needs."""
        host = host.rstrip(".")
        if not host or host == self._host:
            return ()
        if any(host == domain or host.endswith("." + domain) for domain in self._sponsored):
            return ("noopener", "sponsored")
        return ("noopener",)


def with_rel(html: str, policy: LinkPolicy) -> str:
    """``html`` with ``rel`` on its external links as ``policy`` wants it; tokens that stand there stay, in front."""

    def link(match: re.Match[str]) -> str:
        attributes = match[1]
        plain = _PLAIN(attributes)
        wanted = policy.rel((plain[1] or "") if plain else _host(attributes))
        if not wanted:
            return match[0]
        found = None if plain else attribute(attributes, "rel")
        if found is None:
            return f'<a rel="{" ".join(wanted)}"{attributes}>'
        tokens = value_of(found).split()
        lower = [token.lower() for token in tokens]
        tokens += [token for token in wanted if token not in lower]
        rel = " ".join(tokens).replace('"', "&quot;")
        return f'<a{attributes[: found.start()]}rel="{rel}"{attributes[found.end() :]}>'

    return _LINK.sub(link, html)


def _host(attributes: str) -> str:
    found = attribute(attributes, "href")
    return host_of(entities.unescape(value_of(found))) if found else ""


def host_of(address: str) -> str:
    """The host that an address names as browsers read it, lower case; '' for the page's own."""
    address = _DROPPED.sub("", address.strip(_BLANK)).replace("\\", "/")
    try:
        parts = urlsplit(address)
        if parts.scheme in {"http", "https"} and not parts.netloc:
            # Browsers skip any number of slashes, also none, after these schemes.
            parts = urlsplit("//" + address.partition(":")[2].lstrip("/"))
        elif address.startswith("///"):
            parts = urlsplit("//" + address.lstrip("/"))
        host = parts.hostname
    except ValueError:
        return "?"
    return host or ""
