"""Front matter, field checks and excerpts: a :class:`~site_builder.model.Source` in, a ``Parsed`` out."""

from __future__ import annotations

from site_builder.articles.characters import body_text, place_of
from site_builder.articles.fences import FrontMatter, split_front_matter
from site_builder.articles.keys import ARTICLE_KEYS, DOCUMENT_KEYS
from site_builder.articles.parse import parse_source
from site_builder.articles.rules import Rules

__all__ = [
    "ARTICLE_KEYS",
    "DOCUMENT_KEYS",
    "FrontMatter",
    "Rules",
    "body_text",
    "parse_source",
    "place_of",
    "split_front_matter",
]
