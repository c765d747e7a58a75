"""Headless Chromium, and pages that note everything that goes wrong on them."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from tests.support.sample import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

NPM_PACKAGES = REPOSITORY / "tests" / "tools" / "node_modules"
AXE = NPM_PACKAGES / "axe-core" / "axe.min.js"

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No sandbox: tests run as root in containers.  The others keep Chromium from asking hosts that no page named.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HEIGHTS = {390: 844, 1280: 900}


def npm_file(path: Path) -> Path:
    """``path``, which has to be there: a test that skips where its checker is missing would check nothing."""
    assert path.is_file(), (
        f"{path.relative_to(REPOSITORY)} is missing: run `make test` or `python3 tools/setup.py tests`"
    )
    return path


@contextlib.contextmanager
def launch() -> Iterator[Browser]:
    """The system's Chromium while the block runs."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path, f"no browser found (looked for {', '.join(NAMES)}): run `make test` or `python3 tools/setup.py tests`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@contextlib.contextmanager
def opened(
    browser: Browser, url: str, *, width: int = 1280, scheme: str = "light", scripts: bool = True, status: int = 200
) -> Iterator[Page]:
    """The page at ``url``, loaded; fails at the block's end for every console error and failed request.

    ``scheme`` is ``light`` or ``dark``; ``status`` the one that the page itself is expected to have.
    """
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHTS.get(width, 900)},
        color_scheme=scheme,
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"uncaught: {error}"))
    page.on("requestfailed", lambda request: faults.append(f"failed: {request.url} {request.failure}"))
    page.on("console", lambda message: _note_message(faults, message, url, status))
    page.on("response", lambda response: _note_response(faults, response, url, status))
    page.goto(url, wait_until="load")
    # Lazy images come only when somebody scrolls to them: ask for all, so that a missing one shows.
    page.evaluate(
        """async () => {
            for (const image of document.images) image.loading = 'eager';
            await Promise.allSettled([...document.images].map((image) => image.decode()));
        }"""
    )
    yield page
    context.close()
    assert not faults, f"{url} at {width} px, {scheme}:\n" + "\n".join(faults)


def _note_message(faults: list[str], message: Any, url: str, status: int) -> None:
    if message.type in ("error", "warning"):
        # Chromium logs the page's own 404 as an error too.
        if status >= 400 and message.location.get("url") == url:
            return
        faults.append(f"console {message.type}: {message.text}")


def _note_response(faults: list[str], response: Any, url: str, status: int) -> None:
    expected = status if response.url == url else 200
    if response.status not in (expected, 304) and not 300 <= response.status < 400:
        faults.append(f"status {response.status}: {response.url}")


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds wrong with ``page``: each rule with the elements that break it."""
    page.evaluate(npm_file(AXE).read_text(encoding="utf-8"))
    result = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{violation['id']} ({violation['help']}): {node['html'][:200]} {node.get('failureSummary', '')}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def overflow(page: Page) -> list[str]:
    """The elements that make ``page`` scroll sideways, none where it does not."""
    return page.evaluate(
        """() => {
            const width = window.innerWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            const wide = [...document.querySelectorAll('body *')]
                .filter((element) => element.getBoundingClientRect().right > width + 0.5)
                .map((element) => element.outerHTML.slice(0, 120));
            return wide.length ? wide : ['scrollWidth ' + document.documentElement.scrollWidth + ' > ' + width];
        }"""
    )
