"""The piece that is not shown at an address, and would be: a draft, one that is to appear, one that has expired.

In: all that is known, a view, a path.  Out: :class:`Unseen`, for the editor in front of "page not found".
"""

from __future__ import annotations

from datetime import MAXYEAR, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from site_builder.catalog.catalog import Catalog
from site_builder.catalog.visible import is_visible
from site_builder.model import Article, Document
from site_builder.preview.known import Known
from site_builder.preview.view import View
from site_builder.text import fold, slug_of

# As <input type="datetime-local"> has it.
MINUTE = "%Y-%m-%dT%H:%M"


class Unseen(msgspec.Struct, frozen=True):
    """``source`` is its file.  Why it is not seen: it is a ``draft``, it appears ``since`` or was there ``until``.

    The latter two are in the site's zone, '' where they are no reason.
    """

    source: str
    title: str
    draft: bool
    since: str = ""
    until: str = ""


def unseen_at(known: Known, view: View, path: str, instant: datetime) -> Unseen | None:
    """What is hidden from ``view``, which shows ``instant``, at the decoded ``path``."""
    catalog = view.catalog
    permalink = path.removeprefix(catalog.addresses.base)
    names = {permalink, permalink + "/"}
    for record in known.parsed.values():
        article, document = record.article, record.document
        if article is not None and not is_visible(article, instant, view.drafts):
            if _permalink(article, catalog) in names:
                return _unseen(article, view, instant)
        elif document is not None and document.draft and not view.drafts and _address(document, catalog) in names:
            return Unseen(document.path, document.title, draft=True)
    return None


def _permalink(article: Article, catalog: Catalog) -> str:
    if article.permalink:
        return article.permalink
    folded = fold(article.category)
    taxon = catalog.categories.get(folded)
    configured = {fold(entry.name): entry.slug for entry in catalog.config.categories}
    slug = taxon.slug if taxon else configured.get(folded) or slug_of(article.category)
    return catalog.addresses.article(article.slug, slug, article.timestamp.astimezone(catalog.zone))


def _address(document: Document, catalog: Catalog) -> str:
    return document.permalink or catalog.addresses.listing("document", document.slug)


def _unseen(article: Article, view: View, instant: datetime) -> Unseen:
    zone = view.catalog.zone
    since = until = ""
    if article.timestamp > instant:
        # The minute from which on it is seen; the last year's last minute has none after it.
        begun = timedelta(seconds=59) if article.timestamp.year < MAXYEAR else timedelta()
        since = _minute(article.timestamp + begun, zone)
    elif article.expires is not None and article.expires <= instant:
        until = _minute(article.expires - timedelta(seconds=1), zone)
    return Unseen(article.path, article.title, article.draft and not view.drafts, since, until)


def _minute(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime(MINUTE)
