"""A site below a path of its host: every address on it leads below that path, those in bodies too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import pytest

from tests.support.site import SiteDir

MakeSite = Callable[[Mapping[str, str | bytes]], SiteDir]

BODY = """
![shop](/images/a.jpg) [other](/2026/06/b/) [away](//cdn.example/x) [deep](/docs/x.pdf)

Write `<a href="/kept/">` in code.

<video poster="/images/a.jpg" src="/v.mp4"></video>
"""


@pytest.mark.parametrize("engine", ["markdown", "comrak"])
def test_every_address_of_the_site_stands_below_its_path(site: MakeSite, engine: str):
    piece = "---\ntitle: {0}\ncategory: News\ntags: [t]\nauthor: A\naliases: /old-{0}/\ntimestamp: 2026-06-01\n---\n"
    made = site(
        {
            "site.yaml": f"site: {{url: 'https://host.example/paper'}}\nmarkdown: {{engine: {engine}}}\n",
            "content/a.md": piece.format("a") + BODY,
            "content/b.md": piece.format("b"),
        }
    )
    made.build()
    seen = set()
    for path in made.files():
        if not path.endswith(".html"):
            continue
        for name in ("href", "src", "poster"):
            for address in made.html(path).xpath(f"//@{name}"):
                parts = urlsplit(address)
                if parts.netloc in ("", "host.example") and parts.path:
                    assert parts.path.startswith("/paper/"), (path, address)
                    seen.add(parts.path)
    assert {"/paper/images/a.jpg", "/paper/2026/06/b/", "/paper/docs/x.pdf", "/paper/v.mp4"} <= seen
    page = made.read("2026/06/a/index.html")
    assert "//cdn.example/x" in page
    assert "/paper/kept/" not in page, "code is text"
    for path in ("rss.xml", "sitemap.xml", "sitemaps/2026-06.xml", "robots.txt"):
        assert "https://host.example/paper/" in made.read(path)
        assert "https://host.example/2" not in made.read(path)
