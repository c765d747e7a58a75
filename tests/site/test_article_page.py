"""An article's page: its parts in order, its facts for readers and for machines, everything escaped once."""

from __future__ import annotations

import html
import json
from datetime import datetime

import pytest

from tests.site.pieces import file_of, json_ld, make_site, piece, text_of, texts
from tests.support.site import SiteDir

BASE = "/paper"
CONFIG = """
site: {title: Selvedge & Co, url: "https://selvedge.example/paper", timezone: Asia/Shanghai}
feeds: {minimum: 1}
"""
HEADLINE = "Q&A: \"5 < 6\" & '7 > 6', not &amp; or <b>bold</b>"
DECK = 'A deck with <i>, "quotes" & an ampersand'
PAGE = "2026/11/kapok/index.html"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> SiteDir:
    older = {
        f"content/older-{number}.md": piece(
            f"Older {number}",
            category="Retail & Leisure" if number < 8 else "Beauty",
            timestamp=f"2026-11-{number + 1:02} 8:00:00",
            tags=["Fibre <3"] if number % 2 else ["LV", "Wool"],
            summary=f"Excerpt of {number}.",
            views=100 + number,
        )
        for number in range(12)
    }
    kapok = piece(
        HEADLINE,
        body="The first paragraph.\n\n## A subhead\n\nThe second one.\n",
        category="Retail & Leisure",
        timestamp="2026/11/20 9:05:03",
        updated="2026-11-20T02:30:00Z",
        views=189,
        tags=["Fibre <3", "LV"],
        authors=["Ann O'Hara", "Bo & Daughters"],
        source="Yarn Wire",
        source_url='https://wire.example/?a=1&b="2"',
        summary=DECK,
        slug="kapok",
        image="/kapok.svg",
        image_alt='A "bale" & a <bag>',
        image_credit="Photo: L & M",
    )
    files = {"site.yaml": CONFIG, "content/kapok.md": kapok, "content/kapok.svg": "<svg/>", **older}
    made = make_site(tmp_path_factory.mktemp("article"), files)
    made.build()
    return made


def test_the_breadcrumb_leads_from_home_to_the_category(built: SiteDir) -> None:
    crumbs = built.html(PAGE).xpath('//nav[@aria-label="Breadcrumb"]//a')
    assert [(text_of(crumb), crumb.get("href")) for crumb in crumbs] == [
        ("Home", "/paper/"),
        ("Retail & Leisure", "/paper/retail-leisure/"),
    ]


def test_the_parts_stand_in_the_order_of_reading(built: SiteDir) -> None:
    main = built.html(PAGE).find(".//main")
    positions = {element: place for place, element in enumerate(main.iter())}
    parts = [
        './/nav[@aria-label="Breadcrumb"]',
        ".//h1",
        './/*[contains(@class, "article-facts")]//time',
        './/*[contains(@class, "article-facts")]//*[contains(@class, "views")]',
        './/a[@rel="tag"]',
        './/*[@class="deck"]',
        ".//figure/img",
        './/*[contains(@class, "body")]/p',
        './/*[contains(@class, "byline")]',
        './/section[contains(@class, "related")]',
        './/section[contains(@class, "next")]',
    ]
    found = [main.xpath(part) for part in parts]
    assert all(found), [part for part, elements in zip(parts, found, strict=True) if not elements]
    places = [positions[elements[0]] for elements in found]
    assert places == sorted(places)


def test_text_is_escaped_exactly_once_everywhere(built: SiteDir) -> None:
    page = built.html(PAGE)
    assert texts(page, "//h1") == [HEADLINE]
    assert texts(page, "//head/title") == [f"{HEADLINE} | Selvedge & Co"]
    assert texts(page, '//meta[@property="og:title"]/@content') == [HEADLINE]
    assert texts(page, '//meta[@property="og:description"]/@content') == [DECK]
    assert texts(page, '//meta[@name="description"]/@content') == [DECK]
    assert texts(page, '//main//*[@class="deck"]')[0] == DECK
    assert texts(page, "//figure/img/@alt") == ['A "bale" & a <bag>']
    assert texts(page, "//figcaption") == ["Photo: L & M"]
    news = json_ld(page)["NewsArticle"]
    assert (news["headline"], news["description"]) == (HEADLINE, DECK)

    rss, atom = built.xml("rss.xml"), built.xml("atom.xml")
    assert rss.findtext(".//item/title") == HEADLINE
    assert html.unescape(rss.findtext(".//item/description")) == DECK, "readers take it for HTML"
    assert atom.findtext(".//{*}entry/{*}title") == HEADLINE
    (first, *_) = json.loads(built.read("feed.json"))["items"]
    assert (first["title"], first["content_text"]) == (HEADLINE, DECK)
    assert HEADLINE in texts(built.xml("sitemaps/news.xml"), "//*[local-name()='title']")

    for listing in (
        "index.html",
        "tags/lv/index.html",
        "authors/ann-o-hara/index.html",
        "sources/yarn-wire/index.html",
    ):
        titles = texts(built.html(listing), "//main//article//a[contains(@href, '/kapok/')]")
        assert HEADLINE in titles, listing


def test_times_are_shown_in_the_papers_format_and_told_with_their_zone(built: SiteDir) -> None:
    published, updated = built.html(PAGE).xpath('//*[contains(@class, "article-facts")]//time')
    assert (text_of(published), published.get("datetime")) == ("2026/11/20 9:05:03", "2026-11-20T09:05:03+08:00")
    assert (text_of(updated), updated.get("datetime")) == ("2026/11/20 10:30:00", "2026-11-20T10:30:00+08:00")
    assert datetime.fromisoformat(published.get("datetime")).tzinfo


def test_views_are_shown_as_they_are(built: SiteDir) -> None:
    assert texts(built.html(PAGE), '//*[contains(@class, "article-facts")]//*[@class="views"]') == ["Views: 189"]


def test_tags_authors_and_source_are_links(built: SiteDir) -> None:
    page = built.html(PAGE)
    tags = page.xpath('//main//a[@rel="tag"]')
    assert [text_of(tag) for tag in tags] == ["Fibre <3", "LV"]
    authors = page.xpath('//main//a[@rel="author"]')
    assert [text_of(author) for author in authors] == ["Ann O'Hara", "Bo & Daughters"]
    assert all(file_of(built, link.get("href"), BASE).is_file() for link in (*tags, *authors))
    (source,) = page.xpath('//*[contains(@class, "byline")]//a[not(@rel="author")]')
    assert (text_of(source), source.get("href")) == ("Yarn Wire", "https://wire.example/?a=1&b=%222%22")
    assert "noopener" in source.get("rel").split()


def test_related_items_show_title_category_tag_time_and_views(built: SiteDir) -> None:
    items = built.html(PAGE).xpath('//section[contains(@class, "related")]//li')
    assert len(items) == 5
    for item in items:
        (title,) = item.xpath(".//h3/a")
        name = text_of(title)
        assert name.startswith("Older ")
        number = int(name.split()[1])
        assert file_of(built, title.get("href"), BASE).is_file()
        assert texts(item, './/*[@class="kicker"]/a') == [
            "Retail & Leisure" if number < 8 else "Beauty",
            "Fibre <3" if number % 2 else "LV",
        ]
        (when,) = item.xpath(".//time")
        assert (text_of(when), when.get("datetime")) == (
            f"2026/11/{number + 1} 8:00:00",
            f"2026-11-{number + 1:02}T08:00:00+08:00",
        )
        assert texts(item, './/*[@class="views"]') == [f"Views: {100 + number}"]


def test_the_next_article_is_older_not_in_the_list_and_has_an_excerpt(built: SiteDir) -> None:
    page = built.html(PAGE)
    related = texts(page, '//section[contains(@class, "related")]//h3')
    same_category = [f"Older {number}" for number in range(7, -1, -1)]
    expected = next(title for title in same_category if title not in related)
    (following,) = page.xpath('//section[contains(@class, "next")]')
    assert texts(following, ".//h3/a") == [expected]
    assert texts(following, './/*[@class="deck"]') == [f"Excerpt of {expected.split()[1]}."]


def test_the_oldest_piece_has_neither_list_nor_next(built: SiteDir) -> None:
    page = built.html("2026/11/older-0/index.html")
    assert not page.xpath('//section[contains(@class, "related") or contains(@class, "next")]')


def test_machines_are_told_the_same_facts(built: SiteDir) -> None:
    items = json_ld(built.html(PAGE))
    address = "https://selvedge.example/paper/2026/11/kapok/"
    news = items["NewsArticle"]
    assert news["mainEntityOfPage"] == address
    assert news["datePublished"] == "2026-11-20T09:05:03+08:00"
    assert news["dateModified"] == "2026-11-20T10:30:00+08:00"
    assert news["image"] == ["https://selvedge.example/paper/kapok.svg"]
    assert [(author["@type"], author["name"]) for author in news["author"]] == [
        ("Person", "Ann O'Hara"),
        ("Person", "Bo & Daughters"),
    ]
    assert news["publisher"]["name"] == "Selvedge & Co"
    assert (news["articleSection"], news["keywords"]) == ("Retail & Leisure", ["Fibre <3", "LV"])
    trail = items["BreadcrumbList"]["itemListElement"]
    assert [(crumb["position"], crumb["name"], crumb.get("item")) for crumb in trail] == [
        (1, "Home", "https://selvedge.example/paper/"),
        (2, "Retail & Leisure", "https://selvedge.example/paper/retail-leisure/"),
        (3, HEADLINE, None),
    ]


def test_open_graph_has_absolute_addresses(built: SiteDir) -> None:
    page = built.html(PAGE)
    assert texts(page, '//meta[@property="og:url"]/@content') == ["https://selvedge.example/paper/2026/11/kapok/"]
    assert texts(page, '//meta[@property="og:image"]/@content') == ["https://selvedge.example/paper/kapok.svg"]
    assert texts(page, '//meta[@property="og:type"]/@content') == ["article"]
    assert texts(page, '//meta[@property="article:published_time"]/@content') == ["2026-11-20T09:05:03+08:00"]


POLICIES = ("none", "noindex-news", "noindex", "canonical")
LARGE = "max-image-preview:large"


@pytest.fixture(scope="module")
def syndicated(tmp_path_factory: pytest.TempPathFactory) -> SiteDir:
    config = "\n".join(
        [
            'site: {url: "https://selvedge.example"}',
            "syndication:",
            "  default: noindex",
            "  sources: {" + ", ".join(f"Wire {policy}: {policy}" for policy in POLICIES) + "}",
        ]
    )
    sources = {policy: f"Wire {policy}" for policy in POLICIES}
    sources |= {"twin": "ＷＩＲＥ  Canonical", "other": "Elsewhere"}
    files = {
        f"content/{name}.md": piece(
            name, source=source, source_url=f"https://wire.example/{name}", timestamp="2026-11-21 12:00:00"
        )
        for name, source in sources.items()
    }
    files["content/own.md"] = piece("own", source="Wire canonical", timestamp="2026-11-21 12:00:00")
    made = make_site(tmp_path_factory.mktemp("syndicated"), {"site.yaml": config, **files})
    made.build()
    return made


@pytest.mark.parametrize(
    "name, robots, news_robots, canonical, in_sitemap, in_news",
    [
        ("none", LARGE, [], "", True, True),
        ("noindex-news", LARGE, ["noindex"], "", True, False),
        ("noindex", "noindex", [], "", False, False),
        ("canonical", LARGE, [], "https://wire.example/canonical", False, False),
        ("twin", LARGE, [], "https://wire.example/twin", False, False),
        ("other", "noindex", [], "", False, False),
        ("own", LARGE, [], "", True, True),
    ],
)
def test_search_engines_are_told_the_policy_of_the_source(
    syndicated: SiteDir,
    name: str,
    robots: str,
    news_robots: list[str],
    canonical: str,
    in_sitemap: bool,
    in_news: bool,
) -> None:
    own = f"https://selvedge.example/2026/11/{name}/"
    page = syndicated.html(f"2026/11/{name}/index.html")
    assert texts(page, '//meta[@name="robots"]/@content') == [robots]
    assert texts(page, '//meta[@name="Googlebot-News"]/@content') == news_robots
    assert texts(page, '//link[@rel="canonical"]/@href') == [canonical or own]
    shard, news = syndicated.xml("sitemaps/2026-11.xml"), syndicated.xml("sitemaps/news.xml")
    assert (own in shard.xpath("//*[local-name()='loc']/text()")) == in_sitemap
    assert (own in news.xpath("//*[local-name()='loc']/text()")) == in_news


def test_a_hidden_piece_leaves_no_trace_anywhere(tmp_path_factory: pytest.TempPathFactory) -> None:
    mark = "Zzyzx"
    shown = {"content/shown.md": piece("Shown", tags=["plain"])}
    hidden = {}
    for name, keys in {
        "draft": {"draft": True},
        "future": {"timestamp": "2026-11-22 00:00:01"},
        "expired": {"expires": "2026-11-22 00:00:00"},
    }.items():
        hidden[f"content/{mark.lower()}-{name}.md"] = piece(
            f"{mark} {name}",
            body=f"{mark}\n",
            summary=mark,
            category=f"{mark} section",
            tags=[f"{mark} {name}", "plain"],
            author=f"{mark} writer",
            source=f"{mark} wire",
            aliases=[f"/{mark.lower()}/{name}/"],
            image=f"/{mark.lower()}-{name}.svg",
            image_alt=mark,
            views=99999,
            **keys,
        )
        hidden[f"content/{mark.lower()}-{name}.svg"] = f"<svg>{mark}</svg>"
    folder = tmp_path_factory.mktemp("hidden")
    with_hidden = make_site(folder / "with", {**shown, **hidden})
    without = make_site(folder / "without", shown)
    report = with_hidden.build()
    without.build()
    assert (report.articles, report.hidden) == (1, 3)
    files = with_hidden.files()
    assert not [path for path, data in files.items() if mark.lower() in (path + data.decode("latin-1")).lower()]
    assert files == without.files(), "a hidden piece changes no byte of any file"

    # The same site a second later, and with drafts: the marks are found where there is something to find.
    with_hidden.build("2026-11-22T00:00:01+00:00", drafts=True)
    later = with_hidden.files()
    for name in ("draft", "future"):
        assert f"2026/11/{mark.lower()}-{name}/index.html" in later
        assert f"{mark.lower()}-{name}.svg" in later
    assert not [path for path in later if "expired" in path]


def test_both_edges_of_visibility_are_exact_to_the_second(tmp_path_factory: pytest.TempPathFactory) -> None:
    piece_at = piece(timestamp="2026-11-10T12:00:00Z", expires="2026-11-10T13:00:00Z", slug="kapok")
    made = make_site(tmp_path_factory.mktemp("edges"), {"content/a.md": piece_at})
    for time, is_seen in {"11:59:59": False, "12:00:00": True, "12:59:59": True, "13:00:00": False}.items():
        made.build(f"2026-11-10T{time}+00:00")
        assert (made.out / PAGE).exists() == is_seen, time
