"""Files of small sites: pieces from their keys, a whole archive, and where its addresses lie in the output."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from tests.support.site import SiteDir

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree


def piece(title: str = "Kapok", /, body: str = "Text of the piece.\n", **keys: Any) -> str:
    """A Markdown file: every key of the front matter as a double-quoted YAML value."""
    values = {"title": title, "category": "Retail", "timestamp": "2026-11-01 10:00:00"} | keys
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items() if value is not None]
    return "\n".join(["---", *lines, "---", "", body])


def make_site(folder: Path, files: Mapping[str, str | bytes]) -> SiteDir:
    """A site in ``folder``, for fixtures that outlive one test."""
    made = SiteDir(folder / "site", folder / "site" / "public")
    made.path.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        made.write(path, text)
    return made


def file_of(made: SiteDir, address: str, base: str = "") -> Path:
    """The output file that a static host answers ``address`` (absolute or root-relative) with."""
    path = unquote(urlsplit(address).path).removeprefix(base).lstrip("/")
    return made.out / (path + "index.html" if not path or path.endswith("/") else path)


def json_ld(tree: etree._Element) -> dict[str, dict[str, Any]]:
    """The items of a page's JSON-LD by their type."""
    (text,) = tree.xpath('//script[@type="application/ld+json"]/text()')
    return {item["@type"]: item for item in json.loads(text)["@graph"]}


def archive(count: int, start: datetime = datetime(2026, 1, 31, tzinfo=UTC)) -> dict[str, str]:
    """``count`` pieces, one every nine hours from ``start`` on, in 3 categories, with 12 tags, authors and sources."""
    chance = random.Random(11)
    files = {}
    for number in range(count):
        when = start + timedelta(hours=9 * number)
        files[f"content/{when.year}/p{number:03}.md"] = piece(
            f"Piece {number}",
            category=f"Section {number % 3}",
            timestamp=when.isoformat(),
            tags=[f"tag {tag}" for tag in chance.sample(range(12), chance.randint(1, 4))],
            authors=[f"Author {number % 5}"],
            source="Yarn Wire" if number % 4 == 0 else None,
            views=chance.randint(0, 900),
        )
    return files


def text_of(element: etree._Element) -> str:
    """All text below ``element``, also that between and after its children; runs of white space as one space."""
    return " ".join(str(element.xpath("string()")).split())


def texts(tree: etree._Element, xpath: str) -> list[str]:
    """The text of each element (or the value of each attribute) that ``xpath`` finds, in document order."""
    return [str(item) if isinstance(item, str) else text_of(item) for item in tree.xpath(xpath)]
