"""``_headers`` and ``_redirects``, read as Netlify and Cloudflare Pages read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from site_builder import SiteError
from tests.site.pieces import piece

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.site import SiteDir

CONFIG = "site: {url: 'https://www.example.com/paper'}\ndeploy: {host_files: true}\n"


def rules(text: str) -> dict[str, dict[str, str]]:
    """A pattern on a line of its own, its headers indented below."""
    found: dict[str, dict[str, str]] = {}
    for line in filter(str.strip, text.splitlines()):
        if not line.startswith(" "):
            found[line] = current = {}
        else:
            name, _, value = line.strip().partition(": ")
            current[name] = value
    return found


def test_headers_for_every_page_and_for_fingerprinted_files(site: Callable[..., SiteDir]):
    made = site({"content/a.md": piece(), "static/css/own.css": "a {}", "site.yaml": CONFIG})
    made.build()
    found = rules(made.read("_headers"))
    assert found["/paper/*"]["X-Content-Type-Options"] == "nosniff"
    assert "Cache-Control" not in found["/paper/*"], "Cloudflare would join the two values"
    immutable = {path: headers for path, headers in found.items() if path != "/paper/*"}
    assert any(path.startswith("/paper/css/own.") for path in immutable)
    for path, headers in immutable.items():
        assert headers == {"Cache-Control": "public, max-age=31536000, immutable"}
        assert (made.out / path.removeprefix("/paper/")).is_file()
        assert not path.endswith("/own.css")


def test_a_redirect_for_each_alias(site: Callable[..., SiteDir]):
    files = {
        "content/a.md": piece("A", aliases=["/old/a", "/旧 址/"], slug="a"),
        "content/pages/about.md": "---\ntitle: About\naliases: [/who.html]\n---\nText.\n",
        "site.yaml": CONFIG,
    }
    made = site(files)
    made.build()
    lines = [line.split(" ") for line in made.read("_redirects").splitlines()]
    assert sorted(lines) == [
        ["/paper/%E6%97%A7%20%E5%9D%80/", "/paper/2026/11/a/", "301"],
        ["/paper/old/a/", "/paper/2026/11/a/", "301"],
        ["/paper/who.html", "/paper/about/", "301"],
    ]


def test_security_headers_are_configured(site: Callable[..., SiteDir]):
    more = "  security_headers: {X-Frame-Options: '', Strict-Transport-Security: max-age=600}\n"
    config = "deploy:\n  host_files: true\n" + more
    made = site({"content/a.md": piece(), "site.yaml": config})
    made.build()
    found = rules(made.read("_headers"))["/*"]
    assert found["Strict-Transport-Security"] == "max-age=600"
    assert "X-Frame-Options" not in found


def test_without_being_asked_for_there_are_none(site: Callable[..., SiteDir]):
    made = site({"content/a.md": piece()})
    made.build()
    assert not {"_headers", "_redirects"} & made.files().keys()


def test_a_file_of_the_same_name_collides(site: Callable[..., SiteDir]):
    made = site({"content/a.md": piece(), "static/_redirects": "/a /b\n", "site.yaml": CONFIG})
    with pytest.raises(SiteError, match="_redirects"):
        made.build()
