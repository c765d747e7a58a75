"""The preview as an editor meets it, in Chromium: saving, breaking, mending, the bar."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.browser import HEIGHTS, axe_violations, overflow
from tests.support.preview import AT_INSTANT, Served, sample_site, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SOURCE = "content/2026/11/mudan-row-patents-a-lipstick.md"
ADDRESS = "/2026/11/mudan-row-patents-a-lipstick/"
BAR = "site-builder-preview"
OVERLAY = f"{BAR} dialog[open]"
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(sample_site(tmp_path_factory.mktemp("browser")), *AT_INSTANT) as running:
        yield running


@pytest.fixture
def source(served: Served) -> Iterator[str]:
    """The text of the piece; it is what it was again after the test."""
    text = (served.site / SOURCE).read_text(encoding="utf-8")
    yield text
    served.write(SOURCE, text)


@contextlib.contextmanager
def page_at(browser: Browser, served: Served, path: str, *, width: int = 1280, scheme: str = "light") -> Iterator[Page]:
    """A page whose socket is open; fails at the end for each error of a script."""
    context = browser.new_context(viewport={"width": width, "height": HEIGHTS[width]}, color_scheme=scheme)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.add_init_script("document.addEventListener('LiveReloadConnect', () => window.connected = true)")
    page.goto(served.origin + path)
    settled(page)
    yield page
    context.close()
    assert faults == []


def settled(page: Page) -> None:
    page.wait_for_function("window.connected === true && document.querySelector('site-builder-preview')"
                           ".shadowRoot.querySelector('.bar').children.length > 0")  # fmt: skip


def mark(page: Page) -> None:
    """A state that any reload would lose."""
    page.evaluate("window.marked = true")


def is_marked(page: Page) -> bool:
    return page.evaluate("window.marked === true")


@pytest.mark.parametrize("width", WIDTHS)
def test_an_edit_shows_where_it_is_read(browser: Browser, served: Served, source: str, width: int):
    with page_at(browser, served, ADDRESS, width=width) as page:
        page.evaluate("scrollTo({top: 400, behavior: 'instant'})")
        served.write(SOURCE, source + "\nA paragraph that was not there.\n")
        page.wait_for_selector("text=A paragraph that was not there.")
        settled(page)
        assert page.evaluate("scrollY") == 400
        served.write(SOURCE, source)
        page.wait_for_selector("text=A paragraph that was not there.", state="detached")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_mistake_is_shown_over_the_last_good_page_and_goes_when_mended(
    browser: Browser, served: Served, source: str, width: int
):
    with page_at(browser, served, ADDRESS, width=width) as page:
        mark(page)
        served.write(SOURCE, source.replace("category:", "catgory:", 1))
        overlay = page.wait_for_selector(OVERLAY)
        text = overlay.inner_text()
        assert f"{SOURCE}:3:1" in text
        assert "unknown key 'catgory'" in text
        assert "Did you mean 'category'?" in text
        assert page.locator(f"{OVERLAY} .line.hit", has_text="catgory: Beauty").count() == 1
        assert page.locator("h1", has_text="Mudan Row").count() == 1
        assert is_marked(page)
        assert axe_violations(page) == []
        assert overflow(page) == []
        page.keyboard.press("Escape")
        page.wait_for_selector(OVERLAY, state="detached")
        page.locator(f"{BAR} .alarm").click()
        page.wait_for_selector(OVERLAY)
        served.write(SOURCE, source)
        page.wait_for_selector(OVERLAY, state="detached")
        # Nothing of the page has changed in the end.
        assert is_marked(page)
        assert page.locator(f"{BAR} .alarm").count() == 0


def test_a_mistake_outlives_a_reload_and_what_was_put_aside_stays_aside(browser: Browser, served: Served, source: str):
    with page_at(browser, served, ADDRESS) as page:
        served.write(SOURCE, source.replace("category:", "catgory:", 1))
        page.wait_for_selector(OVERLAY)
        page.reload()
        page.wait_for_selector(OVERLAY)
        page.locator(f"{OVERLAY} button", has_text="Look at the page").click()
        page.reload()
        settled(page)
        assert page.locator(OVERLAY).count() == 0
        served.write(SOURCE, source.replace("category:", "kategory:", 1))
        page.wait_for_selector(OVERLAY)


def test_a_broken_template_is_shown_and_mended(browser: Browser, served: Served):
    file = served.site / "templates/article.html"
    good = file.read_text(encoding="utf-8")
    with page_at(browser, served, ADDRESS) as page:
        served.write("templates/article.html", good.replace("{{", "{{ article.titel }}{{", 1))
        text = page.wait_for_selector(OVERLAY).inner_text()
        assert re.search(r"templates/article\.html:\d+:1", text)
        assert "Did you mean 'title'?" in text
        assert page.locator("h1", has_text="Mudan Row").count() == 1
        served.write("templates/article.html", good)
        page.wait_for_selector(OVERLAY, state="detached")
        settled(page)


def test_a_body_that_markdown_fails_at_is_shown_and_mended(browser: Browser, served: Served, source: str):
    line = source[: source.rindex("\n---\n")].count("\n") + 3
    with page_at(browser, served, ADDRESS) as page:
        served.write(SOURCE, source + "\n" + "".join("    " * depth + "- x\n" for depth in range(400)))
        text = page.wait_for_selector(OVERLAY).inner_text()
        assert f"{SOURCE}:{line}:1" in text
        # On a busy machine its time is up first.
        assert re.search("Markdown (is nested too deeply|took longer than)", text)
        assert page.locator(f"{OVERLAY} .line.hit").count() == 1
        assert page.locator("h1", has_text="Mudan Row").count() == 1
        assert axe_violations(page) == []
        served.write(SOURCE, source)
        page.wait_for_selector(OVERLAY, state="detached")
        settled(page)


def test_a_copied_page_loads_again_when_it_changes(browser: Browser, served: Served):
    served.write("static/landing.html", "<!DOCTYPE html><title>T</title><p>One.</p>")
    served.wait_for("/landing.html", "One.")
    with page_at(browser, served, "/landing.html") as page:
        assert "File" in page.locator(f"{BAR} .badge").inner_text()
        served.write("static/landing.html", "<!DOCTYPE html><title>T</title><p>Two.</p>")
        page.wait_for_selector("text=Two.")


def test_a_page_that_never_was_good_opens_when_it_is_mended(browser: Browser, served: Served):
    file = served.site / "templates/index.html"
    good = file.read_text(encoding="utf-8")
    served.write("templates/index.html", "{{ nothing }}")
    with page_at(browser, served, "/authors/") as page:
        page.wait_for_selector(OVERLAY)
        served.write("templates/index.html", good)
        page.wait_for_selector("main h1")


def test_a_style_is_swapped_and_the_page_keeps_its_state(browser: Browser, served: Served):
    file = served.site / "static/css/site.css"
    good = file.read_text(encoding="utf-8")
    ground = "getComputedStyle(document.body).backgroundColor"
    with page_at(browser, served, ADDRESS) as page:
        mark(page)
        for color in ("rgb(1, 2, 3)", "rgb(4, 5, 6)"):
            served.write("static/css/site.css", good + f"\nbody {{ background: {color} !important }}\n")
            page.wait_for_function(f"{ground} === '{color}'")
            assert is_marked(page)
        served.write("static/css/site.css", good)
        page.wait_for_function(f"{ground} !== 'rgb(4, 5, 6)'")
        assert is_marked(page)


def test_a_change_between_loading_and_listening_is_not_lost(browser: Browser, served: Served, source: str):
    context = browser.new_context()
    page = context.new_page()
    held: list[Any] = []
    page.route("**/livereload.js*", lambda route: held.append(route))  # noqa: PLW0108  (Playwright looks into it)
    page.goto(served.origin + ADDRESS, wait_until="domcontentloaded")
    served.write(SOURCE, source + "\nWritten meanwhile.\n")
    served.wait_for(ADDRESS, "Written meanwhile.")
    for route in held:
        route.continue_()
    page.unroute("**/livereload.js*")
    page.wait_for_selector("text=Written meanwhile.")
    context.close()


class TestTheBar:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", WIDTHS)
    def test_it_tells_of_the_piece_and_is_accessible(self, browser: Browser, served: Served, width: int, scheme: str):
        with page_at(browser, served, ADDRESS, width=width, scheme=scheme) as page:
            strip = page.locator(f"{BAR} .strip")
            assert "Published" in strip.inner_text()
            # A phone has no room for more than what it shows as of when.
            assert ("180 words" in strip.inner_text()) == (width > 480)
            assert "as of 2026-11-22 08:00" in strip.inner_text()
            page.locator(f"{BAR} .summary").click()
            panel = page.locator(f"{BAR} .panel")
            text = panel.inner_text()
            assert SOURCE in text
            assert "15 = Make-up 15" in text
            assert "A Soap Maker Bids for Mudan Row" in text
            assert axe_violations(page) == []
            assert overflow(page) == []
            box = panel.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] >= 0

    def test_reasons_are_those_of_the_command(self, served: Served):
        from tests.cli.running import run

        told = run("why", ADDRESS, "--site", served.site, *AT_INSTANT).stdout
        items = served.state(ADDRESS)["piece"]["related"]
        assert len(items) == 5
        for item in items:
            line = next(line for line in told.splitlines() if item["title"] in line)
            assert line.split()[0] == str(item["points"])

    def test_it_names_what_is_missing(self, browser: Browser, served: Served, source: str):
        bare = re.sub(r"^(summary|image|image_alt|image_credit|tags):.*\n(  .*\n)*", "", source, flags=re.MULTILINE)
        served.write(SOURCE, bare + "\n![](/images/ties.jpg)\n")
        with page_at(browser, served, ADDRESS) as page:
            page.wait_for_selector(f"{BAR} .lack")
            page.locator(f"{BAR} .summary").click()
            text = page.locator(f"{BAR} .panel").inner_text()
            assert "Missing: summary, image, tags, alt of 1 image in the text" in text

    def test_it_can_be_hidden_and_comes_back(self, browser: Browser, served: Served):
        with page_at(browser, served, ADDRESS) as page:
            page.locator(f"{BAR} .hide").click()
            assert page.locator(f"{BAR} .strip").count() == 0
            page.reload()
            settled(page)
            assert page.locator(f"{BAR} .strip").count() == 0
            assert axe_violations(page) == []
            page.get_by_role("button", name="Show the preview bar").click()
            assert page.locator(f"{BAR} .strip").count() == 1

    def test_drafts_and_the_clock(self, browser: Browser, served: Served):
        with page_at(browser, served, "/") as page:
            page.locator(f"{BAR} .summary").click()
            page.get_by_label("with drafts").check()
            page.wait_for_url("**/?drafts=1")
            settled(page)
            page.goto(served.origin + "/2026/11/rfid-hangers-draft/")
            settled(page)
            assert "Draft" in page.locator(f"{BAR} .badge").inner_text()
            page.get_by_label("as of (Asia/Shanghai)").fill("2027-03-01T09:00")
            page.get_by_role("button", name="Show", exact=True).click()
            page.wait_for_url("**at=2027-03-01T09%3A00")
            page.goto(served.origin + "/2027/02/yarn-pavilion-publishes-spring-programme/")
            settled(page)
            assert "as of 2027-03-01 09:00" in page.locator(f"{BAR} .strip").inner_text()
            assert page.locator("h1", has_text="Yarn Pavilion").count() == 1

    @pytest.mark.parametrize("width", WIDTHS)
    def test_it_tells_of_the_piece_that_is_hidden_here(self, browser: Browser, served: Served, width: int):
        with page_at(browser, served, "/2026/11/rfid-hangers-draft/", width=width) as page:
            strip = page.locator(f"{BAR} .strip")
            assert re.sub(r"\s+", " ", strip.inner_text()).startswith("Draft not shown")
            page.locator(f"{BAR} .summary").click()
            panel = page.locator(f"{BAR} .panel")
            assert "is a draft, so readers do not find it here" in panel.inner_text()
            assert axe_violations(page) == []
            assert overflow(page) == []
            page.get_by_role("button", name="Show it").click()
            page.wait_for_url("**/?drafts=1")
            page.wait_for_selector("h1:has-text('Hangers')")

    def test_the_theme_and_the_bar_do_not_reach_each_other(self, browser: Browser, served: Served):
        look = """() => [...document.querySelectorAll('body, body *')].slice(0, 400).map((element) => {
            const { x, y, width, height } = element.getBoundingClientRect();
            const { color, fontFamily } = getComputedStyle(element);
            return [x, y, width, height, color, fontFamily].join();
        })"""
        hostile = "* { font-size: 60px !important; color: lime !important; display: block !important }"
        with page_at(browser, served, ADDRESS) as page:
            with_bar = page.evaluate(look)
            size = page.locator(f"{BAR} .summary").bounding_box()
            page.evaluate(f"document.querySelector('{BAR}').remove()")
            assert page.evaluate(look) == with_bar
            assert page.locator("script[src*='preview']").count() == 0
        with page_at(browser, served, ADDRESS) as page:
            page.add_style_tag(content=hostile)
            assert page.locator(f"{BAR} .summary").bounding_box() == size

    def test_it_is_not_printed(self, browser: Browser, served: Served):
        with page_at(browser, served, ADDRESS) as page:
            page.emulate_media(media="print")
            assert not page.locator(f"{BAR} .strip").is_visible()
