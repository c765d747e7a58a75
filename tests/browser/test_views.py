"""Counts and rankings that change after the build, in Chromium: without scripts the baked ones stay."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from site_builder.catalog.urls import VIEWS_SHARDS
from site_builder.rendering.slots import rounded
from tests.site.pieces import make_site, piece
from tests.support.browser import axe_violations, opened
from tests.support.sample import REPOSITORY
from tests.support.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.support.site import SiteDir

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Around every step of rounding.
COUNTS = [
    0,
    999,
    1_000,
    1_999,
    9_999,
    10_000,
    12_399,
    99_999,
    100_000,
    999_999,
    1_000_000,
    12_345_678,
    10**8,
    10**9 + 1,
]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> SiteDir:
    """A site with a piece for each count, in two languages, baked without any views."""
    files = {f"content/p{number}.md": piece(f"Piece {number}", slug=f"p{number}") for number in range(len(COUNTS))}
    files["content/zh.md"] = piece("和服", slug="zh", lang="zh-Hant", related=[f"p{n}" for n in range(len(COUNTS))])
    files["site.yaml"] = (
        "site: {url: 'https://example.com/news'}\nviews: {live: true, display: rounded}\n"
        "related: {count: 20}\nlistings: {most_read: 20}\n"
    )
    made = make_site(tmp_path_factory.mktemp("live"), files)
    made.build()
    return made


@pytest.fixture(scope="module")
def origin(live: SiteDir) -> Iterator[str]:
    """The site below its base path, with counts that came after the build."""
    new = {f"/news/2026/11/p{number}/": count for number, count in enumerate(COUNTS)}
    for number in range(VIEWS_SHARDS):
        path = live.out / f"views/{number}.json"
        shard = json.loads(path.read_text())
        path.write_text(json.dumps({url: new.get(url, count) for url, count in shard.items()}))
    folder = live.out.parent / "host"
    folder.mkdir()
    (folder / "news").symlink_to(live.out)
    with serve(folder) as found:
        yield found


@pytest.mark.parametrize("address, unit", [("/news/", ""), ("/news/2026/11/zh/", "萬")])
def test_live_counts_replace_the_baked_ones(browser: Browser, origin: str, address: str, unit: str):
    with opened(browser, origin + address) as page:
        for number, count in enumerate(COUNTS):
            place = page.locator(f"main [data-views='/news/2026/11/p{number}/']").first
            expect(place).to_have_text(f"Views: {rounded(count, unit)}")


def test_without_scripts_the_baked_counts_stay(browser: Browser, origin: str):
    with opened(browser, origin + "/news/", scripts=False) as page:
        shown = [
            text.splitlines()[-1].removeprefix("Views: ") for text in page.locator("main .views").all_inner_texts()
        ]
        assert set(shown) == {"0"}


def test_the_script_of_live_counts_is_small():
    assert len((REPOSITORY / "static/js/views.js").read_bytes()) <= 1_000


def test_the_end_of_an_article_shows_what_is_most_read(browser: Browser, origin: str):
    address = origin + "/news/2026/11/p3/"
    with opened(browser, address, scripts=False) as page:
        link = page.locator("[data-fragment] a")
        assert link.is_visible()
        assert link.get_attribute("href") == "/news/most-read/"
    with opened(browser, address) as page:
        page.locator("footer").scroll_into_view_if_needed()
        page.locator("aside.most-read li").first.wait_for()
        assert page.locator("[data-fragment]").count() == 0
        # The fragment's own counts are live too.
        page.wait_for_function(
            "document.querySelector(\"aside.most-read [data-views='/news/2026/11/p12/']\").innerText.endsWith('100M')"
        )
        assert axe_violations(page) == []


def test_a_fragment_that_cannot_be_had_leaves_the_link(browser: Browser, origin: str, live: SiteDir):
    path = live.out / "fragments/most-read.html"
    text = path.read_bytes()
    path.write_bytes(b"")
    try:
        with opened(browser, origin + "/news/2026/11/p4/") as page:
            page.locator("footer").scroll_into_view_if_needed()
            page.wait_for_load_state("networkidle")
            assert page.locator("[data-fragment] a").is_visible()
    finally:
        path.write_bytes(text)
