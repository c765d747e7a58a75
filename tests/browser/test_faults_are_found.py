"""Guards test_pages: each fault that it looks for is found on a page that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser import axe_violations, opened, overflow
from tests.support.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Silk</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>@media (prefers-color-scheme: dark) {{ body {{ background: #111; color: {dark} }} }}</style></head>
<body><main><h1>Silk</h1>{body}</main></body></html>"""


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[str]:
    pages = {
        "sound": "<p>Woven.</p>",
        "wide": '<div style="width: 600px">Woven.</div>',
        "unnamed": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==">',
        "logging": "<script>console.error('torn')</script>",
        "throwing": "<script>torn()</script>",
        "imageless": '<div style="height: 9000px"></div><img src="/gone.png" alt="" loading="lazy">',
        "unreachable": '<script src="http://127.0.0.1:1/gone.js"></script>',
    }
    for name, body in pages.items():
        (tmp_path / f"{name}.html").write_text(PAGE.format(body=body, dark="#eee"), encoding="utf-8")
    (tmp_path / "dark.html").write_text(PAGE.format(body="<p>Woven.</p>", dark="#222"), encoding="utf-8")
    with serve(tmp_path) as address:
        yield address


def test_a_sound_page_has_no_fault(browser: Browser, origin: str):
    with opened(browser, origin + "/sound.html", width=390, scheme="dark") as page:
        assert overflow(page) == []
        assert axe_violations(page) == []


def test_a_wide_element_is_found_where_the_window_is_narrow(browser: Browser, origin: str):
    with opened(browser, origin + "/wide.html", width=1280) as page:
        assert overflow(page) == []
    with opened(browser, origin + "/wide.html", width=390) as page:
        assert len(overflow(page)) == 1


def test_an_image_without_alternative_is_found(browser: Browser, origin: str):
    with opened(browser, origin + "/unnamed.html") as page:
        assert [fault.split()[0] for fault in axe_violations(page)] == ["image-alt"]


def test_low_contrast_is_found_in_the_scheme_that_has_it(browser: Browser, origin: str):
    with opened(browser, origin + "/dark.html", scheme="light") as page:
        assert axe_violations(page) == []
    with opened(browser, origin + "/dark.html", scheme="dark") as page:
        assert {fault.split()[0] for fault in axe_violations(page)} == {"color-contrast"}


@pytest.mark.parametrize(
    "name, fault",
    [
        ("logging", "console error: torn"),
        ("throwing", "uncaught: torn is not defined"),
        ("imageless", "status 404: .*/gone.png"),
        ("unreachable", "failed: http://127.0.0.1:1/gone.js"),
        ("nothing", "status 404: .*/nothing.html"),
    ],
)
def test_what_goes_wrong_while_loading_is_found(browser: Browser, origin: str, name: str, fault: str):
    with pytest.raises(AssertionError, match=fault), opened(browser, f"{origin}/{name}.html"):
        pass
