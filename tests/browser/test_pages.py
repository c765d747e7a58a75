"""Pages of the sample site in Chromium: narrow and wide, light and dark."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.site.pieces import make_site, piece
from tests.support.browser import axe_violations, opened, overflow
from tests.support.sample import KINDS, pages_by_kind
from tests.support.server import serve

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
WIDE = "| " + " | ".join("abcdefgh") + " |\n" + "|---" * 8 + "|\n| " + " | ".join([LONG[:20]] * 8) + " |\n"


@pytest.fixture(scope="session")
def pages(sample_public: Path) -> dict[str, str]:
    return pages_by_kind(sample_public)


def test_the_sample_shows_every_kind_of_page(pages: dict[str, str]):
    assert set(pages) == set(KINDS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("kind", KINDS)
def test_page_is_sound(browser: Browser, served_site: str, pages: dict[str, str], kind: str, width: int, scheme: str):
    """No console error, no failed request, no sideways scroll, nothing for axe-core to object to."""
    # A host answers an address that does not exist with 404.html.
    address, status = ("/no/such/page/", 404) if kind == "not-found" else (pages[kind], 200)
    with opened(browser, served_site + address, width=width, scheme=scheme, status=status) as page:
        assert overflow(page) == []
        assert axe_violations(page) == []


@pytest.mark.parametrize("kind", ["home", "article", "chinese", "category"])
def test_page_can_be_read_without_scripts(browser: Browser, served_site: str, pages: dict[str, str], kind: str):
    """The same text is visible with JavaScript and without it."""
    visible = []
    for scripts in (True, False):
        with opened(browser, served_site + pages[kind], width=390, scripts=scripts) as page:
            # Near the end of an article a script puts the most read pieces in place of the link to them.
            page.evaluate("document.querySelectorAll('.more-most-read, .most-read').forEach((found) => found.remove())")
            visible.append(page.locator("main").inner_text())
    with_scripts, without_scripts = visible
    assert len(without_scripts) > 200
    assert without_scripts == with_scripts


def test_chinese_on_an_english_page_keeps_the_width_of_its_punctuation(browser: Browser, served_site: str):
    with opened(browser, served_site + "/") as page:
        widths = page.evaluate(
            "[...document.querySelectorAll('main [lang|=zh], main [lang|=zh] *')]"
            ".map((found) => getComputedStyle(found).fontVariantEastAsian)"
        )
        assert widths
        assert set(widths) == {"normal"}


def test_an_arabic_paper_is_laid_out_from_right_to_left(browser: Browser, tmp_path: Path):
    files = {"site.yaml": "site: {title: الحاشية, language: ar}\nlistings: {per_page: 2, hero: 1}\n"}
    body = "- حرير\n\n> الموضة تبهت.\n\n| أ | ب |\n|---|---|\n| ١ | ٢ |\n"
    for number in range(5):
        files[f"content/p{number}.md"] = piece(
            f"أسبوع {number}", body=body, category=f"قسم {number}", lang="ar" if number else "en"
        )
    made = make_site(tmp_path, files)
    made.build()
    with serve(made.out) as origin:
        for address, width in itertools.product(["/", "/2026/11/p3/"], [390, 1280]):
            with opened(browser, origin + address, width=width) as page:
                assert overflow(page) == [], address
                assert axe_violations(page) == [], address
                spaced = (
                    "[...document.querySelectorAll(':lang(ar)')].map((found) => getComputedStyle(found).letterSpacing)"
                )
                assert set(page.evaluate(spaced)) <= {"normal", "0px"}
                if address == "/":
                    flipped = "getComputedStyle(document.querySelector('.pager-older a'), '::after').scale"
                    assert page.evaluate(flipped) == "-1 1"
                first, last = (page.locator(f".sections li >> nth={place}").bounding_box() for place in (0, -1))
                assert first
                assert last
                assert first["x"] > last["x"]


def test_the_first_tab_stop_skips_to_the_content(browser: Browser, served_site: str):
    with opened(browser, served_site + "/") as page:
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.is_visible()
        target = focused.get_attribute("href")
        assert target
        assert target.startswith("#")
        focused.press("Enter")
        assert page.locator(target).is_visible()


def test_hard_content_keeps_pages_sound(browser: Browser, tmp_path: Path):
    """Words longer than a phone is wide, wide tables, many tags and sections, a name without a tagline, one piece."""
    keys = {"category": LONG, "tags": [LONG, *(f"Tag {number}" for number in range(120))], "author": LONG}
    files = {"content/a.md": piece(f"{LONG} " * 4, body=f"{WIDE}\n{LONG}\n\n`{LONG}`\n", slug="a", **keys)}
    for number in range(18):
        files[f"content/p{number}.md"] = piece(f"Piece {number}", category=f"Section {number}", slug=f"p{number}")
    files["site.yaml"] = (
        f"site: {{title: A Portal With a Rather Long Name, description: {LONG}}}\nlistings: {{per_page: 4}}\n"
        "labels: {newer: Neuerscheinungen, newest: Neuestveröffentlichungen, older: Vorveröffentlichungen}\n"
    )
    many = make_site(tmp_path / "many", files)
    few = make_site(tmp_path / "few", {"content/a.md": piece(slug="a")})
    for made, addresses in (
        (many, ["/", "/2026/11/a/", "/tags/", "/section-1/", "/page/2/"]),
        (few, ["/", "/2026/11/a/"]),
    ):
        made.build()
        with serve(made.out) as origin:
            for address in addresses:
                with opened(browser, origin + address, width=390) as page:
                    assert overflow(page) == [], address
                    assert axe_violations(page) == [], address
