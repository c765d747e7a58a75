"""Articles for tests of what comes after parsing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from site_builder.catalog.catalog import Catalog
from site_builder.catalog.making import make_catalog
from site_builder.config import parse_config
from site_builder.model import Article

START = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def article(name: str, minutes: int = 0, **fields: Any) -> Article:
    """An article named ``name``, published ``minutes`` after the start of 2026 (UTC)."""
    values: dict[str, Any] = {
        "path": f"content/{name}.md",
        "digest": name.encode(),
        "body_start": 0,
        "title": name,
        "category": "News",
        "timestamp": START + timedelta(minutes=minutes),
        "slug": name,
        "excerpt": "",
        "lang": "en",
    }
    return Article(**(values | fields))


def catalog(*articles: Article, config: str = "", at: datetime = LATER, drafts: bool = False) -> Catalog:
    """The catalog of ``articles``."""
    return make_catalog(articles, [], parse_config(config), at, drafts=drafts)
