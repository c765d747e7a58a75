"""Feeds as feed readers see them: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import html
import json
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import feedparser
import jsonschema
import pytest

from tests.site.pieces import archive, file_of, make_site, piece, text_of
from tests.support.markup import parse_html
from tests.support.site import SiteDir

ENTRIES = 12
MINIMUM = 10
CONFIG = f"""
site: {{title: "Selvedge & <Co>", url: "https://selvedge.example/paper", timezone: Asia/Shanghai, language: en}}
feeds: {{entries: {ENTRIES}, minimum: {MINIMUM}}}
"""
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = {
    "cdata": "]]> ends <![CDATA[ begins",
    "markup": "</title><script>alert(1)</script>",
    "entity": "&amp; &lt; &#x41; &nbsp; &",
    "controls": "bell\a escape\x1b[31m backspace\b form\f end",
    "comment": "<!-- --> -- <?xml version='1.0'?>",
    "astral": "\U0001f9f5 thread \U00020000",
    "separators": "line\u2028paragraph\u2029next\u0085end",
    "template": "{{ 7 * 7 }} {% raw %}",
}

# JSON Feed 1.1, "Top-level" and "Items" (jsonfeed.org/version/1.1): the required members and the types of all used.
JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string", "minLength": 1},
        "home_page_url": {"type": "string", "pattern": "^https?://"},
        "feed_url": {"type": "string", "pattern": "^https?://"},
        "description": {"type": "string"},
        "language": {"type": "string", "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id"],
                "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
                "properties": {
                    "id": {"type": "string", "minLength": 1},
                    "url": {"type": "string", "pattern": "^https?://"},
                    "external_url": {"type": "string", "pattern": "^https?://"},
                    "title": {"type": "string"},
                    "content_text": {"type": "string", "minLength": 1},
                    "summary": {"type": "string"},
                    "image": {"type": "string", "pattern": "^https?://"},
                    # RFC 3339 §5.6: the offset is not optional.
                    "date_published": {"$ref": "#/$defs/instant"},
                    "date_modified": {"$ref": "#/$defs/instant"},
                    "authors": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "anyOf": [{"required": [name]} for name in ("name", "url", "avatar")],
                            "properties": {"name": {"type": "string", "minLength": 1}},
                        },
                    },
                    "tags": {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True},
                    "language": {"type": "string"},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
    "$defs": {
        "instant": {
            "type": "string",
            "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})$",
        }
    },
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> SiteDir:
    hostile = {
        f"content/{name}.md": piece(
            title,
            category="Section 0",
            summary=title,
            timestamp=f"2026-04-0{number + 1} 10:00:00",
            updated="2026-04-20 10:00:00" if name == "cdata" else None,
            tags=[title, "tag 1"],
            author=title,
            image="/a.svg",
            image_alt="x",
        )
        for number, (name, title) in enumerate(HOSTILE.items())
    }
    files = archive(40) | hostile | {"site.yaml": CONFIG, "content/a.svg": "<svg/>"}
    made = make_site(tmp_path_factory.mktemp("feeds"), files)
    made.build()
    return made


def feeds(made: SiteDir, name: str) -> list[str]:
    return sorted(file.relative_to(made.out).as_posix() for file in made.out.rglob(name))


def shown(title: str) -> str:
    """A title as it has to arrive: without control characters, white space collapsed."""
    return " ".join(re.sub("[\x00-\x08\x0e-\x1f\x7f-\x9f]", "", title).split())


def test_only_lists_with_enough_pieces_have_feeds(built: SiteDir) -> None:
    sizes = set()
    for kind in ("tags", "section-0", "section-1", "section-2"):
        landings = [*(built.out / "tags").glob("*/index.html")] if kind == "tags" else [built.out / kind / "index.html"]
        for landing in landings:
            page = parse_html(landing.read_bytes(), where=str(landing))
            pieces = len(page.xpath('//main//article[contains(@class, "row")]'))
            # Lists of fewer than 30 pieces stand on their landing page in full.
            sizes.add(pieces)
            assert (landing.parent / "rss.xml").exists() == (pieces >= MINIMUM), landing
            assert (landing.parent / "atom.xml").exists() == (pieces >= MINIMUM), landing
    assert {MINIMUM - 2, MINIMUM} <= sizes, "both sides of the limit are looked at"
    assert feeds(built, "feed.json") == ["feed.json"]
    assert {path.split("/")[0] for path in feeds(built, "rss.xml")} == {
        "rss.xml",
        "section-0",
        "section-1",
        "section-2",
        "tags",
    }
    assert len(feeds(built, "rss.xml")) < len([*(built.out / "tags").glob("*/index.html")])


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_feed_readers_read_every_feed(built: SiteDir, name: str) -> None:
    for path in feeds(built, name):
        data = (built.out / path).read_bytes()
        feed = feedparser.parse(data)
        assert not feed.bozo, (path, feed.get("bozo_exception"))
        assert feed.version == ("rss20" if name == "rss.xml" else "atom10")
        assert MINIMUM <= len(feed.entries) <= ENTRIES
        published = [entry.published_parsed for entry in feed.entries]
        assert all(published)
        assert published == sorted(published, reverse=True)
        assert len({entry.id for entry in feed.entries}) == len(feed.entries)
        for entry in feed.entries:
            for address in (entry.id, entry.link):
                assert urlsplit(address).scheme == "https"
                assert file_of(built, address, "/paper").is_file()


def test_rss_has_what_the_specification_asks_for(built: SiteDir) -> None:
    """RSS 2.0: required channel elements; an item has a title or description; dates as in RFC 822."""
    for path in feeds(built, "rss.xml"):
        root = built.xml(path)
        assert (root.tag, root.get("version")) == ("rss", "2.0")
        (channel,) = root
        for name in ("title", "link", "description"):
            (element,) = channel.findall(name)
            assert text_of(element)
        assert urlsplit(channel.findtext("link")).scheme == "https"
        (own,) = channel.findall(ATOM + "link")
        assert file_of(built, own.get("href"), "/paper") == built.out / path
        instants = []
        for item in channel.findall("item"):
            for name in ("title", "link", "guid", "pubDate", "description"):
                assert len(item.findall(name)) == 1
            when = item.findtext("pubDate")
            assert re.fullmatch(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}", when)
            assert f"{parsedate_to_datetime(when):%a, %d %b %Y %H:%M:%S %z}" == when, "the day of the week is true"
            instants.append(parsedate_to_datetime(when))
            guid = item.find("guid")
            assert guid.get("isPermaLink") == "true"
            assert guid.text == item.findtext("link")
            assert item.findtext("category")
        last_build = parsedate_to_datetime(channel.findtext("lastBuildDate"))
        assert last_build >= max(instants)


def test_atom_has_what_the_specification_asks_for(built: SiteDir) -> None:
    """RFC 4287 §4.1.1 and §4.1.2: id, title, updated, an author for every entry, links; §3.3: dates."""
    for path in feeds(built, "atom.xml"):
        root = built.xml(path)
        assert root.tag == ATOM + "feed"
        entries = root.findall(ATOM + "entry")
        for element in (root, *entries):
            for name in ("id", "title", "updated"):
                (only,) = element.findall(ATOM + name)
                assert text_of(only)
            datetime.fromisoformat(element.findtext(ATOM + "updated")).utcoffset()
            assert urlsplit(element.findtext(ATOM + "id")).scheme == "https"
        own = [link.get("href") for link in root.findall(ATOM + "link") if link.get("rel") == "self"]
        assert [file_of(built, address, "/paper") for address in own] == [built.out / path]
        has_author = root.find(f"{ATOM}author/{ATOM}name") is not None
        for entry in entries:
            assert has_author or entry.find(ATOM + "author") is not None
            links = [link.get("href") for link in entry.findall(ATOM + "link") if link.get("rel") == "alternate"]
            assert len(links) == 1, "an entry without content needs one (§4.1.2)"
            published, updated = (
                datetime.fromisoformat(entry.findtext(ATOM + name)) for name in ("published", "updated")
            )
            assert published.utcoffset() is not None
            assert published <= updated
            assert all(category.get("term") for category in entry.findall(ATOM + "category"))
        newest = max(datetime.fromisoformat(entry.findtext(ATOM + "updated")) for entry in entries)
        assert datetime.fromisoformat(root.findtext(ATOM + "updated")) == newest


def test_the_json_feed_keeps_the_rules_of_its_version(built: SiteDir) -> None:
    feed: dict[str, Any] = json.loads(built.read("feed.json"))
    jsonschema.Draft202012Validator(JSON_FEED).validate(feed)
    assert feed["title"] == "Selvedge & <Co>"
    assert file_of(built, feed["feed_url"], "/paper") == built.out / "feed.json"
    items = feed["items"]
    assert len(items) == ENTRIES
    published = [datetime.fromisoformat(item["date_published"]) for item in items]
    assert published == sorted(published, reverse=True)
    assert len({item["id"] for item in items}) == ENTRIES


def test_titles_that_break_markup_arrive_as_text(built: SiteDir) -> None:
    expected = [shown(title) for title in HOSTILE.values()][::-1]
    rss, atom = built.xml("rss.xml"), built.xml("atom.xml")
    items = json.loads(built.read("feed.json"))["items"]
    assert [item.findtext("title") for item in rss.iter("item")][: len(HOSTILE)] == expected
    # RSS 2.0, <description>: HTML, which readers are shown; feedparser takes out what would be an element.
    told = [entry.summary for entry in feedparser.parse(built.read("rss.xml")).entries]
    assert [html.unescape(text) for text in told][: len(HOSTILE)] == expected
    assert [entry.findtext(ATOM + "title") for entry in atom.iter(ATOM + "entry")][: len(HOSTILE)] == expected
    assert [item["title"] for item in items][: len(HOSTILE)] == expected
    assert [item["authors"][0]["name"] for item in items][: len(HOSTILE)] == expected
    for item, entry in zip(rss.iter("item"), atom.iter(ATOM + "entry"), strict=True):
        terms = [category.get("term") for category in entry.findall(ATOM + "category")]
        assert [category.text for category in item.findall("category")] == terms


def test_an_identity_outlives_title_and_body(built: SiteDir, tmp_path_factory: pytest.TempPathFactory) -> None:
    first, second = (
        make_site(tmp_path_factory.mktemp("identity"), {"content/a.md": piece(title, body=title)})
        for title in ("First title", "Second title")
    )
    ids = []
    for made in (first, second):
        made.build()
        ids.append(
            (
                made.xml("rss.xml").findtext(".//guid"),
                made.xml("atom.xml").findtext(f".//{ATOM}entry/{ATOM}id"),
                json.loads(made.read("feed.json"))["items"][0]["id"],
            )
        )
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 1


def test_feeds_of_a_site_without_pieces_are_feeds(tmp_path_factory: pytest.TempPathFactory) -> None:
    made = make_site(tmp_path_factory.mktemp("empty"), {"content/a.md": piece(draft=True)})
    made.build()
    for name in ("rss.xml", "atom.xml"):
        assert not feedparser.parse((made.out / name).read_bytes()).bozo
    jsonschema.Draft202012Validator(JSON_FEED).validate(json.loads(made.read("feed.json")))
    assert made.xml("atom.xml").findtext(ATOM + "updated")
