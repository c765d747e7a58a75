"""Files that pieces name: hidden with the pieces that alone name them, and found wherever the page stands."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import pytest
from PIL import Image

from tests.site.pieces import piece, text_of
from tests.support.site import SiteDir

MakeSite = Callable[[Mapping[str, str | bytes]], SiteDir]

HOST = "site: {url: 'https://paper.example'}\n"
SECRET = "content/2026/secret shot.jpg"
OUT = "2026/secret shot.jpg"

# Ways to name content/2026/secret shot.jpg in the body of content/2026/a.md.
WAYS = [
    "![x](</2026/secret shot.jpg>)",
    "![x](/2026/secret%20shot.jpg)",
    "![x](/2026/secret%20shot.jpg?w=800#top)",
    "![x](secret%20shot.jpg)",
    '![x](secret%20shot.jpg "A title (1)")',
    "![x](../2026/./secret%20shot.jpg)",
    "[x][1]\n\n[1]: secret%20shot.jpg",
    "[x][1]\n\n[1]: <secret shot.jpg> 'title'",
    "<https://paper.example/2026/secret%20shot.jpg>",
    "See https://PAPER.example/2026/secret%20shot.jpg.",
    "[x](http://paper.example:80/2026/secret%20shot.jpg)",
    "[![x](small.jpg)](secret%20shot.jpg)",
    '<img src="/small.jpg" srcset="/small.jpg 1x, /2026/secret%20shot.jpg 2x">',
    "<img src='secret shot.jpg'>",
    "<video poster=/2026/secret%20shot.jpg></video>",
    '<a href="&#x2F;2026/secret%20shot.jpg">x</a>',
    "<div style=\"background: url('/2026/secret%20shot.jpg')\"></div>",
    "<script>show('/2026/secret shot.jpg')</script>",
    "<p>\n![x](secret%20shot.jpg)\n</p>",
]
EXTRAS = [
    {"hero": "/2026/secret shot.jpg"},
    {"hero": "secret%20shot.jpg"},
    {"gallery": [{"src": "2026/secret shot.jpg"}]},
    {"note": "See ![x](secret%20shot.jpg)."},
    {"link": "https://paper.example/2026/secret%20shot.jpg"},
]


def is_out(made: SiteDir, path: str = OUT) -> bool:
    made.build()
    return (made.out / path).is_file()


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (1, 1)).save(made, "PNG")
    return made.getvalue()


@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_a_body_names_is_hidden_with_it(site: MakeSite, way: str) -> None:
    made = site({"site.yaml": HOST, SECRET: b"x", "content/2026/a.md": piece(body=way, draft=True)})
    assert not is_out(made)
    made.write("content/2026/b.md", piece("Kapok again", body=way))
    assert is_out(made), "a visible piece names it too"
    made.write("content/2026/b.md", piece("Kapok again"))
    made.write("content/2026/a.md", piece(body=way))
    assert is_out(made)


@pytest.mark.parametrize("extra", EXTRAS)
def test_free_values_name_files_too(site: MakeSite, extra: dict[str, object]) -> None:
    made = site({"site.yaml": HOST, SECRET: b"x", "content/2026/a.md": piece(draft=True, extra=extra)})
    assert not is_out(made)
    made.write("content/2026/b.md", piece("Kapok again", extra=extra))
    assert is_out(made)


@pytest.mark.parametrize(
    "path, text",
    [
        ("site.yaml", "site: {url: 'https://paper.example', logo: '/2026/secret shot.jpg'}\n"),
        ("site.yaml", HOST + "blocks: {b: {title: 'https://paper.example/2026/secret%20shot.jpg'}}\n"),
        ("static/css/theme.css", "body { background: url(../../2026/secret%20shot.jpg) }"),
        ("static/css/theme.css", "body { background: url('/2026/secret shot.jpg?v=1') }"),
        ("content/2026/game.html", "<img src='secret shot.jpg'>"),
        ("content/data.json", '["2026\\/secret shot.jpg"]'),
        ("templates/components/extra.html", '<img src="/2026/secret%20shot.jpg">'),
    ],
)
def test_a_file_that_any_visible_text_names_stays(site: MakeSite, path: str, text: str) -> None:
    made = site({"site.yaml": HOST, SECRET: b"x", "content/2026/a.md": piece(body=WAYS[0], draft=True)})
    assert not is_out(made)
    made.write(path, text)
    assert is_out(made)


def test_a_hidden_text_keeps_no_file(site: MakeSite) -> None:
    body = "[game](game.html) [shot](</2026/secret shot.jpg>)"
    made = site(
        {
            "site.yaml": HOST,
            SECRET: b"x",
            "content/2026/game.html": "<img src='secret shot.jpg'>",
            "content/2026/a.md": piece(body=body, draft=True),
        }
    )
    assert not is_out(made)
    assert not is_out(made, "2026/game.html")
    made.write("content/index.json", '{"play": "2026/game.html"}')
    assert is_out(made), "a visible text names the game, and the game the shot"


def test_files_that_nobody_names_are_copied(site: MakeSite) -> None:
    assert is_out(site({SECRET: b"x", "content/2026/a.md": piece(draft=True)}))


def test_a_name_in_another_composition_is_the_same_name(site: MakeSite) -> None:
    made = site(
        {"content/2026/cafe\u0301.jpg": b"x", "content/2026/a.md": piece(body="![x](caf\u00e9.jpg)", draft=True)}
    )
    assert not is_out(made, "2026/cafe\u0301.jpg")


def test_below_a_base_path_full_addresses_hold_it(site: MakeSite) -> None:
    body = "![x](https://paper.example/news/2026/secret%20shot.jpg)"
    config = "site: {url: 'https://paper.example/news/'}\n"
    made = site({"site.yaml": config, SECRET: b"x", "content/2026/a.md": piece(body=body, draft=True)})
    assert not is_out(made)
    made.write("static/a.css", "a { background: url(/news/2026/secret%20shot.jpg) }")
    assert is_out(made)


@pytest.mark.parametrize("engine", ["markdown", "comrak"])
@pytest.mark.parametrize("raw", ["sanitized", "trusted"])
@pytest.mark.parametrize("base", ["", "/paper"])
def test_relative_addresses_lead_to_the_files_beside_the_piece(
    site: MakeSite, engine: str, raw: str, base: str
) -> None:
    body = """
![shop](a.jpg?w=3 "T") [terms](../terms%20of%20use.pdf#p2) [up](../../../../x.pdf) [here](#top)
[mail](mailto:a@b.example) [other](https://other.example/a.jpg) <desk@paper.example>

<img src="a.jpg" alt="" srcset="a.jpg 1x, /b.jpg 2x, https://other.example/c.jpg 3x">
<video src="v.mp4" poster="a.jpg"></video>

`<img src="a.jpg">`
"""
    config = f"site: {{url: 'https://host.example{base}'}}\nmarkdown: {{engine: {engine}, raw_html: {raw}}}\n"
    made = site(
        {
            "site.yaml": config,
            "content/2026/Mode & Café/a.md": piece(body=body, image="a.jpg", image_alt="A", slug="a"),
            "content/2026/Mode & Café/a.jpg": picture(),
        }
    )
    made.build()
    (body_element,) = made.html("2026/11/a/index.html").xpath('//*[contains(@class, "body")]')
    folder = f"{base}/2026/Mode%20&%20Caf%C3%A9"
    assert body_element.xpath(".//img/@src") == [f"{folder}/a.jpg?w=3", f"{folder}/a.jpg"]
    assert body_element.xpath(".//img/@srcset") == [
        f"{folder}/a.jpg 1x, {base}/b.jpg 2x, https://other.example/c.jpg 3x"
    ]
    assert body_element.xpath(".//video/@src | .//video/@poster") == [f"{folder}/v.mp4", f"{folder}/a.jpg"]
    assert body_element.xpath(".//a/@href") == [
        f"{base}/2026/terms%20of%20use.pdf#p2",
        f"{base}/x.pdf",
        "#top",
        "mailto:a@b.example",
        "https://other.example/a.jpg",
        "mailto:desk@paper.example",
    ]
    assert '<img src="a.jpg">' in text_of(body_element), "code is text"
    lead = made.html("2026/11/a/index.html").xpath("//figure//img/@src | //header//img/@src")
    assert f"{folder}/a.jpg" in lead, "the same rule as for the lead image"


def test_authors_own_html_may_be_written_in_any_way(site: MakeSite) -> None:
    body = "<IMG SRC=a.jpg ALT='>'><a title='>' href='b.pdf'>b</a>\n\n<script>var a = '<img src=\"a.jpg\">';</script>\n"
    made = site({"site.yaml": "markdown: {raw_html: trusted}\n", "content/x/a.md": piece(body=body, slug="a")})
    made.build()
    page = made.html("2026/11/a/index.html")
    assert page.xpath("//img/@src") == ["/x/a.jpg"]
    assert page.xpath("//a[.='b']/@href") == ["/x/b.pdf"]
    assert '<img src="a.jpg">' in page.xpath("string(//script[contains(., 'var a')])")


def test_documents_resolve_names_in_their_own_folder(site: MakeSite) -> None:
    made = site({"content/pages/about.md": "---\ntitle: About\n---\n![team](team.jpg)\n", "content/a.md": piece()})
    made.build()
    assert made.html("about/index.html").xpath("//img/@src") == ["/pages/team.jpg"]
