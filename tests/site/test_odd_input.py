"""Input that occurs in real archives and just works; and two pieces that want one address."""

from __future__ import annotations

import os

import pytest

from site_builder import SiteError
from tests.site.pieces import json_ld, piece, texts
from tests.support.markup import text_of

PAGE = "2026/11/{}/index.html"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xef\xbb\xbf" + piece("A & B").encode(), id="byte order mark"),
        pytest.param(piece("A & B").replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(b"\xef\xbb\xbf\r\n\r\n" + piece("A & B").replace("\n", "\r\n").encode(), id="all of it"),
        pytest.param(b"\n \n" + piece("A & B").encode(), id="blank lines first"),
        pytest.param(piece("A & B").replace("---\n", "---  \n").encode(), id="spaces after the fences"),
        pytest.param(piece("A & B", body="").rstrip("\n").encode(), id="nothing after the fence"),
        pytest.param(piece("A & B", tags=None, body="\n\n\n").encode(), id="an empty body"),
        pytest.param(
            b'+++\ntitle = "A & B"\ncategory = "Retail"\ntimestamp = 2026-11-01T10:00:00\n+++\nText of the piece.\n',
            id="TOML",
        ),
        pytest.param(
            b'{"title": "A & B", "category": "Retail", "timestamp": "2026-11-01 10:00:00"}\nText of the piece.\n',
            id="JSON",
        ),
    ],
)
def test_files_as_other_programs_write_them(site, data: bytes) -> None:
    made = site({"content/a.md": data})
    report = made.build()
    page = made.html(PAGE.format("a"))
    assert texts(page, "//h1") == ["A & B"]
    assert texts(page, '//div[contains(@class, "body")]/p') in (["Text of the piece."], [])
    assert not report.warnings


def test_marks_of_files_that_were_put_together_hide_no_markup(site) -> None:
    parts = ["\ufeff## One", "- a", "Text\ufeff."]
    made = site({"content/a.md": piece("A", body="\n\n\ufeff".join(parts) + "\n")})
    made.build()
    body = made.html(PAGE.format("a")).xpath('//div[contains(@class, "body")]')[0]
    assert [(child.tag, text_of(child)) for child in body] == [("h2", "One"), ("ul", "a"), ("p", "Text.")]
    assert texts(made.html("index.html"), '//p[@class="deck"]') == ["a Text."]


@pytest.mark.parametrize(
    "name, slug",
    [
        ("with a space.md", "with-a-space"),
        ("木棉 花开.md", "mu-mian-hua-kai"),
        ("木棉\u3000花开.md", "mu-mian-hua-kai"),
        ("no-break\u00a0space.md", "no-break-space"),
        ("Ünïcödé & more.md", "unicode-more"),
        ("e\u0301tude.md", "etude"),
        ("family-👩\u200d👩\u200d👧.md", "family"),
        ("2026-11-01-dated-kapok.md", "dated-kapok"),
        ("kapok/index.md", "kapok"),
        ("UPPER.MD", "upper"),
        ("long.markdown", "long"),
        ("two.dots.md", "two-dots"),
    ],
)
def test_file_names_of_any_kind(site, name: str, slug: str) -> None:
    made = site({f"content/2026/{name}": piece("A", timestamp=None if name.startswith("2026") else "2026-11-01")})
    report = made.build()
    assert report.articles == 1
    (address,) = {json_ld(made.html(path))["NewsArticle"]["mainEntityOfPage"] for path in made.files() if slug in path}
    assert address == f"http://localhost:8000/2026/11/{slug}/"
    assert not [path for path in made.files() if path.lower().endswith((".md", ".markdown"))], "no source is published"


def test_a_file_name_that_is_no_text_is_a_problem(site) -> None:
    made = site({"content/a.md": piece()})
    folder = os.fsencode(made.path / "content")
    for name in (b"bad-\xff.md", b"line\nbreak.md"):
        with open(folder + b"/" + name, "wb") as file:
            file.write(piece().encode())
    with pytest.raises(SiteError) as caught:
        made.build()
    assert len(caught.value.problems) == 2
    str(caught.value).encode()


def test_tags_as_one_text_and_twins(site) -> None:
    made = site(
        {
            "content/a.md": piece("A", tags="LV, ｌｖ, Wool，棉、lv ", timestamp="2026-11-01"),
            "content/b.md": piece("B", tags=["ＬＶ"], timestamp="2026-11-02"),
        }
    )
    made.build()
    assert texts(made.html(PAGE.format("a")), '//a[@rel="tag"]') == ["LV", "Wool", "棉"]
    assert texts(made.html(PAGE.format("b")), '//a[@rel="tag"]') == ["LV"]
    assert texts(made.html("tags/lv/index.html"), '//article//a[@class="whole"]') == ["B", "A"]


def test_pieces_of_one_instant_stand_by_their_paths(site) -> None:
    made = site({f"content/{name}.md": piece(name.upper()) for name in "bacd"})
    made.build()
    assert texts(made.html("retail/index.html"), '//article//a[@class="whole"]') == list("DCBA")
    assert [item.findtext("title") for item in made.xml("rss.xml").iter("item")] == list("DCBA")


def test_a_hundred_tags_and_a_long_body(site) -> None:
    tags = [f"tag {number}" for number in range(130)]
    paragraph = "A sentence about kapok, its fibre and its price. " * 12 + "\n\n"
    body = paragraph * (300_000 // len(paragraph) + 1)
    made = site({"content/a.md": piece("A", tags=tags, body=body), "content/b.md": piece("B", tags=tags[::2])})
    made.build()
    page = made.html(PAGE.format("a"))
    assert texts(page, '//a[@rel="tag"]') == tags
    assert len(texts(page, '//div[contains(@class, "body")]/p')) == body.count("\n\n")
    assert len(made.read(PAGE.format("a"))) > 300_000
    assert all((made.out / f"tags/tag-{number}/index.html").is_file() for number in range(130))


@pytest.mark.parametrize(
    "keys, page",
    [
        ({"slug": "kapok"}, "/2026/11/kapok/"),
        ({"permalink": "/2026/11/Kapok/"}, "/2026/11/kapok/"),
        ({"aliases": ["/2026/11/kapok"]}, "/2026/11/kapok/"),
        ({"permalink": "/2026/11/kapok/index.html"}, "/2026/11/kapok/"),
    ],
)
def test_two_pieces_with_one_address_name_both_files(site, keys: dict[str, object], page: str) -> None:
    made = site({"content/first.md": piece("First", slug="kapok"), "content/second.md": piece("Second", **keys)})
    with pytest.raises(SiteError) as caught:
        made.build()
    (problem,) = caught.value.problems
    assert {"content/first.md", "content/second.md"} == {problem.path, problem.message.split(" of ")[1].split(",")[0]}
    assert page.strip("/") in problem.message.lower()


@pytest.mark.parametrize(
    "address", ["/rss.xml/x/", "/retail/", "/tags/", "/robots.txt/a.html", "/2026/", "/index.html"]
)
def test_an_address_that_the_site_needs_is_refused_at_the_file(site, address: str) -> None:
    """The editor is told of the file that can be changed, not of the page that the site makes."""
    made = site({"content/a.md": piece("A", tags=["lv"]), "content/z.md": piece("Z", permalink=address)})
    with pytest.raises(SiteError) as caught:
        made.build()
    assert {problem.path for problem in caught.value.problems} == {"content/z.md"}


def test_an_alias_leads_to_the_piece(site) -> None:
    made = site({"content/a.md": piece("A & B", slug="a", aliases=["/alt/", "/old page.html", "/straße/ü"])})
    made.build()
    for path in ("alt/index.html", "old page.html", "straße/ü/index.html"):
        page = made.html(path)
        assert texts(page, '//meta[@http-equiv="refresh"]/@content') == ["0; url=/2026/11/a/"]
        assert texts(page, '//link[@rel="canonical"]/@href') == ["http://localhost:8000/2026/11/a/"]
        assert texts(page, '//meta[@name="robots"]/@content') == ["noindex"]
        assert texts(page, "//main//a/@href") == ["/2026/11/a/"]


def test_hidden_files_are_left_out_but_well_known_ones_published(site) -> None:
    made = site(
        {
            "content/a.md": piece(),
            "content/.draft.md": "no front matter",
            "content/.git/config": "secret",
            "content/b.md~": "backup",
            "static/.well-known/security.txt": "Contact: mailto:desk@selvedge.example",
        }
    )
    report = made.build()
    assert report.articles == 1
    files = made.files()
    assert ".well-known/security.txt" in files
    assert not [path for path in files if "git" in path or "draft" in path or path.endswith("~")]
