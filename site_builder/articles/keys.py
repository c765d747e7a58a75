"""The keys that a front matter may have, each with the function that reads its value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from site_builder.articles import fields
from site_builder.articles.findings import Findings
from site_builder.errors import did_you_mean, nearest
from site_builder.yaml_reader import Node

DOCUMENTS = "content/pages/"
"""The folder whose files are documents, not articles."""

Reader = Callable[[str, Node, Findings], Any]

DOCUMENT_KEYS: dict[str, Reader] = {
    "title": fields.read_text,
    "summary": fields.read_text,
    "updated": fields.read_instant_of,
    "slug": fields.read_slug,
    "permalink": fields.read_permalink,
    "aliases": fields.read_aliases,
    "draft": fields.read_truth,
    "lang": fields.read_language,
    "extra": fields.read_extra,
}
ARTICLE_KEYS: dict[str, Reader] = {
    **DOCUMENT_KEYS,
    "category": fields.read_category,
    "timestamp": fields.read_instant_of,
    "expires": fields.read_instant_of,
    "views": fields.read_count,
    "tags": fields.read_names,
    "author": fields.read_author,
    "authors": fields.read_names,
    "source": fields.read_text,
    "source_url": fields.read_url,
    "image": fields.read_image,
    "image_alt": fields.read_text,
    "image_credit": fields.read_text,
    "related": fields.read_pins,
    "next": fields.read_pin,
}

# What other generators call these things.
_ELSEWHERE = {
    "date": "timestamp",
    "datetime": "timestamp",
    "published": "timestamp",
    "pubdate": "timestamp",
    "publishdate": "timestamp",
    "modified": "updated",
    "lastmod": "updated",
    "expirydate": "expires",
    "description": "summary",
    "excerpt": "summary",
    "subtitle": "summary",
    "deck": "summary",
    "categories": "category",
    "section": "category",
    "keywords": "tags",
    "byline": "authors",
    "url": "permalink",
    "redirect_from": "aliases",
    "cover": "image",
    "thumbnail": "image",
    "featured_image": "image",
    "alt": "image_alt",
    "caption": "image_credit",
    "language": "lang",
    "locale": "lang",
    "hits": "views",
    "status": "draft",
}


def meant(key: str, is_document: bool) -> str:
    """The key that an unknown one stands for: as it is called here, else the nearest; '' where there is none."""
    if is_document and key in ARTICLE_KEYS:
        return ""
    readers = DOCUMENT_KEYS if is_document else ARTICLE_KEYS
    other = _ELSEWHERE.get(key.lower().replace("-", "_"), "")
    return other if other in readers else nearest(key, readers)


def suggestion(key: str, is_document: bool) -> str:
    """The hint for an unknown ``key``: what is meant by it, else all that there are."""
    readers = DOCUMENT_KEYS if is_document else ARTICLE_KEYS
    if is_document and key in ARTICLE_KEYS:
        return f"Articles have it, pages below {DOCUMENTS} have {', '.join(sorted(readers))}"
    return did_you_mean(meant(key, is_document) or key, readers)
