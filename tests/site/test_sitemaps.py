"""Sitemaps, the news sitemap and robots.txt: what search engines are led to, and what they are not."""

from __future__ import annotations

import urllib.robotparser
from collections import Counter
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from tests.site.pieces import archive, file_of, json_ld, make_site, piece, text_of
from tests.support.markup import parse_html
from tests.support.site import SiteDir

BASE = "/paper"
ORIGIN = "https://selvedge.example/paper"
CONFIG = f"""
site: {{title: Selvedge & Co, url: "{ORIGIN}", timezone: Asia/Shanghai, language: en}}
syndication: {{sources: {{Far Wire: noindex, Near Wire: canonical, Late Wire: noindex-news}}}}
"""
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
IMAGE = "{http://www.google.com/schemas/sitemap-image/1.1}"
INSTANT = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> SiteDir:
    special = {
        # 16:30 UTC on the last of the month is the first of the next in Shanghai.
        "content/edge.md": piece("Edge", timestamp="2026-06-30T16:30:00Z"),
        "content/corrected.md": piece("Corrected", timestamp="2026-05-02 10:00:00", updated="2026-08-09 10:00:00"),
        "content/pictured.md": piece(
            "Pictured", timestamp="2026-05-03 10:00:00", image="/a b.svg", image_alt="x", permalink="/special/ä & b/"
        ),
        "content/far.md": piece("Far", source="Far Wire", source_url="https://far.example/1", aliases=["/old/far/"]),
        "content/near.md": piece("Near", source="Near Wire", source_url="https://near.example/1"),
        "content/pages/about.md": "---\ntitle: About\nupdated: 2026-09-09 09:00:00\n---\nUs.\n",
        "content/a b.svg": "<svg/>",
    }
    files = archive(60) | special | {"site.yaml": CONFIG}
    made = make_site(tmp_path_factory.mktemp("sitemaps"), files)
    made.build(INSTANT)
    return made


def shards(made: SiteDir) -> dict[str, list[tuple[str, str | None]]]:
    """(address, lastmod) of each entry by shard, as the index names the shards."""
    index = made.xml("sitemap.xml")
    assert index.tag == SITEMAP + "sitemapindex"
    found = {}
    for entry in index.findall(SITEMAP + "sitemap"):
        address = entry.findtext(SITEMAP + "loc")
        file = file_of(made, address, BASE)
        root = made.xml(file.relative_to(made.out).as_posix())
        assert root.tag == SITEMAP + "urlset"
        found[file.stem] = [
            (url.findtext(SITEMAP + "loc"), url.findtext(SITEMAP + "lastmod")) for url in root.findall(SITEMAP + "url")
        ]
    return found


def test_shards_follow_the_months_of_the_zone(built: SiteDir) -> None:
    found = shards(built)
    # Both pieces of November are indexed elsewhere or nowhere.
    assert list(found) == ["2026-01", "2026-02", "2026-05", "2026-07", "pages"]
    assert [address for address, _ in found["2026-07"]] == [f"{ORIGIN}/2026/07/edge/"]
    assert len(found["2026-01"]) == 2


def test_every_address_is_a_file_and_every_indexable_page_is_listed_once(built: SiteDir) -> None:
    listed = Counter(address for entries in shards(built).values() for address, _ in entries)
    assert set(listed.values()) == {1}
    assert all(address.startswith(ORIGIN + "/") and address.isascii() for address in listed)
    files = {file_of(built, address, BASE) for address in listed}
    assert all(file.is_file() for file in files)
    articles = 0
    for file in sorted(built.out.rglob("*.html")):
        page = parse_html(file.read_bytes(), where=str(file))
        (canonical,) = page.xpath('//link[@rel="canonical"]/@href')
        robots = page.xpath('//meta[@name="robots"]/@content')
        if page.xpath('//script[@type="application/ld+json"]'):
            own = canonical.startswith(ORIGIN) and "noindex" not in robots
            assert (file in files) == own, file
            articles += own
        elif "noindex" in robots:
            assert file not in files, file
    assert articles == 60 + 3


def test_every_lastmod_is_the_last_change_of_what_it_stands_for(built: SiteDir) -> None:
    found = shards(built)
    for name, entries in found.items():
        for address, changed in entries:
            page = parse_html(file_of(built, address, BASE).read_bytes())
            if name != "pages":
                news = json_ld(page)["NewsArticle"]
                assert changed == news["dateModified"]
                assert datetime.fromisoformat(changed).tzinfo
    index = built.xml("sitemap.xml")
    for entry in index.findall(SITEMAP + "sitemap"):
        name = file_of(built, entry.findtext(SITEMAP + "loc"), BASE).stem
        instants = [datetime.fromisoformat(changed) for _, changed in found[name] if changed]
        assert datetime.fromisoformat(entry.findtext(SITEMAP + "lastmod")) == max(instants)
    assert (f"{ORIGIN}/2026/05/corrected/", "2026-08-09T10:00:00+08:00") in found["2026-05"]
    assert (f"{ORIGIN}/about/", "2026-09-09T09:00:00+08:00") in found["pages"]
    assert (f"{ORIGIN}/", None) in found["pages"], "home's last change is not known here, so none is told"


def test_addresses_with_other_letters_are_escaped(built: SiteDir) -> None:
    addresses = [address for address, _ in shards(built)["2026-05"]]
    assert f"{ORIGIN}/special/%C3%A4%20&%20b/" in addresses
    images = built.xml("sitemaps/2026-05.xml").findall(f".//{IMAGE}image/{IMAGE}loc")
    assert [text_of(image) for image in images] == [f"{ORIGIN}/a%20b.svg"]


def test_a_correction_that_lies_ahead_is_told_to_nobody(tmp_path_factory: pytest.TempPathFactory) -> None:
    text = piece(slug="kapok", timestamp="2026-11-20T10:00:00Z", updated="2026-11-23T10:00:00Z")
    made = make_site(tmp_path_factory.mktemp("ahead"), {"content/a.md": text})
    made.build(INSTANT)
    assert not [path for path, data in made.files().items() if b"2026-11-23" in data or b"2026/11/23" in data]
    made.build("2026-11-23T10:00:00+00:00")
    assert "2026-11-23T10:00:00+00:00" in made.read("sitemaps/2026-11.xml")


def test_the_news_sitemap_has_48_hours_to_the_second(tmp_path_factory: pytest.TempPathFactory) -> None:
    edges = {
        "too-old": INSTANT - timedelta(hours=48, seconds=1),
        "oldest": INSTANT - timedelta(hours=48),
        "newest": INSTANT,
        "ahead": INSTANT + timedelta(seconds=1),
    }
    files = {
        f"content/{name}.md": piece(f"{name} <&>", timestamp=when.isoformat(), slug=name)
        for name, when in edges.items()
    }
    late = piece("Late", timestamp=INSTANT.isoformat(), source="Late Wire", source_url="https://late.example/1")
    files |= {"content/late.md": late, "site.yaml": CONFIG}
    files["content/zh.md"] = piece("木棉", timestamp=INSTANT.isoformat(), slug="zh", lang="zh-cn")
    made = make_site(tmp_path_factory.mktemp("news"), files)
    made.build(INSTANT)
    root = made.xml("sitemaps/news.xml")
    assert root.tag == SITEMAP + "urlset"
    entries = {url.findtext(SITEMAP + "loc").split("/")[-2]: url for url in root.findall(SITEMAP + "url")}
    assert list(entries) == ["zh", "newest", "oldest"]
    for name, url in entries.items():
        news = url.find(NEWS + "news")
        assert news.findtext(f"{NEWS}publication/{NEWS}name") == "Selvedge & Co"
        assert news.findtext(f"{NEWS}publication/{NEWS}language").lower() == ("zh-cn" if name == "zh" else "en")
        assert datetime.fromisoformat(news.findtext(NEWS + "publication_date")) == edges.get(name, INSTANT)
        assert news.findtext(NEWS + "title") == ("木棉" if name == "zh" else f"{name} <&>")


def test_the_news_sitemap_has_at_most_a_thousand_pieces_the_newest(tmp_path_factory: pytest.TempPathFactory) -> None:
    files = {
        f"content/p{number}.md": piece(f"P {number}", timestamp=(INSTANT - timedelta(seconds=number)).isoformat())
        for number in range(1_003)
    }
    files["site.yaml"] = "listings: {per_page: 1000}\nfeeds: {minimum: 100000}"
    # The rest of the site has no part in this: pages are made small.
    files["templates/article.html"] = files["templates/listing.html"] = "{{ page.title }}"
    made = make_site(tmp_path_factory.mktemp("thousand"), files)
    made.build(INSTANT, jobs=2)
    titles = [title.text for title in made.xml("sitemaps/news.xml").iter(NEWS + "title")]
    assert titles == [f"P {number}" for number in range(1_000)]


def test_robots_txt_leads_to_the_sitemaps_and_forbids_nothing(built: SiteDir) -> None:
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(built.read("robots.txt").splitlines())
    sitemaps = robots.site_maps() or []
    assert sitemaps == [f"{ORIGIN}/sitemap.xml", f"{ORIGIN}/sitemaps/news.xml"]
    assert all(file_of(built, address, BASE).is_file() for address in sitemaps)
    for agent in ("Googlebot", "Googlebot-News", "*"):
        assert robots.can_fetch(agent, urlsplit(f"{ORIGIN}/2026/05/corrected/").path)


def test_robots_txt_is_plain_text(tmp_path_factory: pytest.TempPathFactory) -> None:
    files = {"content/a.md": piece(), "site.yaml": 'site: {url: "https://selvedge.example/a&b"}'}
    made = make_site(tmp_path_factory.mktemp("plain"), files)
    made.build()
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(made.read("robots.txt").splitlines())
    assert (robots.site_maps() or [])[0] == "https://selvedge.example/a&b/sitemap.xml"
