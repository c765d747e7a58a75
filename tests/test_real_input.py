"""A real portal's page: a site built from its facts shows what the page showed, in the same order."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest

import site_builder

REAL_INPUT = Path(__file__).resolve().parents[2] / "shared" / "real-input"
SLUG = "be-careful-the-live-broadcast-of-xiaohongshu-is-coming"

pytestmark = pytest.mark.skipif(
    not REAL_INPUT.is_dir(), reason="the folder shared/real-input is not beside this checkout"
)


def visible_text(element: Element) -> str:
    """The text that a reader sees, white space collapsed."""
    return " ".join("".join(element.itertext()).split())


def test_the_page_shows_what_the_model_page_shows_in_its_order(tmp_path: Path) -> None:
    shutil.copytree(REAL_INPUT / "content", tmp_path / "content")
    site_builder.build(tmp_path, at=datetime(2026, 1, 1, tzinfo=UTC))
    page = tmp_path / "public" / "2019" / "06" / SLUG / "index.html"
    tree = html5lib.parse(page.read_text(encoding="utf-8"), namespaceHTMLElements=False)
    main = tree.find(".//main")
    assert main is not None
    for script in [element for element in main.iter() if element.tag in ("script", "style")]:
        script.clear()
    text = visible_text(main)

    model = (REAL_INPUT / "model-page.txt").read_text(encoding="utf-8")
    body = [line.strip() for line in model.split("Source: Yibang")[0].splitlines() if line.strip()][4:]
    # A list's numbers are drawn by the browser, they are no text of the page.
    body = [re.sub(r"^\d+\. ", "", line) for line in body]
    assert len(body) > 20
    related_part, next_part = model.split("• Related reading")[1].split("Read the next article")
    related = [line.strip() for line in related_part.splitlines() if line.strip() not in ("", "|")]
    expected = [
        "Home",
        "Instant news",
        "Be Careful! The Live Broadcast Of Xiaohongshu Is Coming",
        "2019/6/12 10:01:00",
        "189",
        "Xiaohongshu",
        *body,
        "Yibang power.com",
        "Shen Min",
        "Related reading",
        *related,
        "Read the next article",
        *[line.strip() for line in next_part.splitlines() if line.strip()],
    ]
    position = 0
    for piece in expected:
        wanted = " ".join(piece.split())
        found = text.find(wanted, position)
        assert found >= 0, f"{wanted!r} does not come after {text[max(0, position - 60) : position]!r}"
        position = found + len(wanted)

    items = tree.findall(".//main//*[@class]")
    assert sum("breadcrumb" in (item.get("class") or "") for item in items), "the breadcrumb is marked as one"
    subheads = [visible_text(heading) for heading in main.iter("h2")]
    assert [head for head in subheads if head in body] == [
        "Live broadcast of little red book",
        "Live broadcast is valuable",
        "No boundary with goods",
    ]
    assert len(main.findall(".//ol/li")) >= 3
