"""Paths that clients asked for, to articles: by permalink, alias, and addresses that pieces had earlier."""

from __future__ import annotations

import unicodedata
from enum import Enum
from urllib.parse import unquote, urlsplit

import msgspec

from site_builder.catalog.catalog import Catalog
from site_builder.catalog.counts import addresses_of, heirs, mark, place_key
from site_builder.model import StoredViews
from site_builder.pages.plan import plan

# Longer ones are no address of any site.
LONGEST = 2_000


class NoArticle(Enum):
    """What a path leads to that leads to no article."""

    OTHER_PAGE = "other pages of the site"
    NO_HTML = "not HTML"
    UNKNOWN = "unmatched"


class Places(msgspec.Struct, frozen=True):
    """``articles`` are content paths by address, ``others`` the addresses of the site's other pages; both as keys."""

    base: str
    articles: dict[str, str]
    others: frozenset[str]

    def find(self, path: str) -> str | NoArticle:
        """The content path of the article at ``path`` (percent-encoded, with the site's base path or without)."""
        if len(path) > LONGEST:
            return NoArticle.UNKNOWN
        plain = unicodedata.normalize("NFC", unquote(path))
        if self.base and (plain == self.base or plain.startswith(self.base + "/")):
            plain = plain[len(self.base) :]
        key = place_key(plain)
        found = self.articles.get(key)
        if found is not None:
            return found
        if key in self.others:
            return NoArticle.OTHER_PAGE
        name = plain.rpartition("/")[2]
        is_file = "." in name and not name.endswith((".html", ".htm"))
        return NoArticle.NO_HTML if is_file else NoArticle.UNKNOWN

    def find_url(self, url: str) -> str | NoArticle:
        """The same for what counting programs export: a path or a whole address, with query or without."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return NoArticle.UNKNOWN
        # Some programs write "www.example.com/a/" without a scheme.
        path = parts.path if parts.netloc or url.startswith("/") else "/" + parts.path.partition("/")[2]
        return self.find(path or "/")


def places_of(catalog: Catalog, stored: StoredViews) -> Places:
    """All addresses of articles, those that they had earlier among them; an address taken over belongs to its owner."""
    earlier = heirs(stored, catalog.articles, catalog.permalinks, set(catalog.paths))
    articles = {key: earlier.get(path, path) for key, path in sorted(stored.addresses.items())}
    articles |= current_addresses(catalog)
    others = {place_key(page.permalink) for page in plan(catalog) if page.kind not in ("article", "redirect")}
    return Places(unquote(catalog.addresses.base), articles, frozenset(others))


def current_addresses(catalog: Catalog) -> dict[str, str]:
    """The content path at each address of an article now; an alias never hides a permalink."""
    found: dict[str, str] = {}
    for article, permalink in zip(catalog.articles, catalog.permalinks, strict=True):
        for key in addresses_of(article, permalink)[1:]:
            found.setdefault(key, article.path)
    for article, permalink in zip(catalog.articles, catalog.permalinks, strict=True):
        found[place_key(permalink)] = article.path
    return found


def marks_of(catalog: Catalog) -> dict[str, str]:
    """The mark of each article, by content path."""
    return {article.path: mark(article) for article in catalog.articles}
