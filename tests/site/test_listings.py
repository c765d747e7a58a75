"""Listings as built: what stands where, in which order, and what stays when a piece is published."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.site.pieces import archive, file_of, make_site, piece, text_of, texts
from tests.support.markup import parse_html
from tests.support.site import SiteDir

COUNT = 97
PER_PAGE = 6
HERO = 3
CONFIG = f"""
site: {{url: "https://selvedge.example", timezone: Asia/Shanghai}}
listings: {{per_page: {PER_PAGE}, hero: {HERO}, rail: 2, most_read: 4}}
feeds: {{minimum: 4, entries: 10}}
blocks:
  wire: {{source: YARN wire, limit: 3}}
  section_one_read: {{title: Much read, category: SECTION 1, order: most_read, limit: 2}}
  both: {{category: Section 0, tag: tag 3, limit: 4}}
  nobody: {{author: Nobody}}
"""
# Named after its template, so that every page of a document shows the blocks too.
TEMPLATE = """{% extends "layout/base.html" %}
{% set section = "" %}
{% block main %}
{% for block in blocks %}
<section data-name="{{ block.name }}"><h2>{{ block.title }}</h2>
{% for card in block.cards %}<a href="{{ card.url }}">{{ card.title }}</a>{% endfor %}</section>
{% endfor %}
<p id="wire">{{ blocks.wire.cards[0].title }}</p>
<ul id="latest">{% for card in latest %}<li>{{ card.title }}</li>{% endfor %}</ul>
{% endblock %}
"""
TITLES = '//main//article[contains(@class, "row")]//a[@class="whole"]'
YEAR, MONTHS = 2026, (1, 2, 3)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> SiteDir:
    files = archive(COUNT) | {
        "site.yaml": CONFIG,
        "content/pages/about.md": "---\ntitle: About\n---\nUs.\n",
        "templates/document.html": TEMPLATE,
    }
    made = make_site(tmp_path_factory.mktemp("listings"), files)
    made.build()
    return made


def listed(made: SiteDir, place: str) -> list[str]:
    """The titles of a listing from its landing page to its oldest, following the links of the pages."""
    found: list[str] = []
    seen = []
    file: Path | None = made.out / place / "index.html"
    while file:
        seen.append(file)
        page = parse_html(file.read_bytes(), where=str(file))
        found += texts(page, TITLES)
        older = page.xpath('//nav[contains(@class, "pager")]//a[@rel="next"]/@href')
        newer = page.xpath('//nav[contains(@class, "pager")]//a[@rel="prev"]/@href')
        assert [file_of(made, address) for address in newer] == seen[-2:-1]
        file = file_of(made, older[0]) if older else None
    return found


def newest_first(made: SiteDir, *conditions: str) -> list[str]:
    """The titles of the archive's pieces whose front matter matches all ``conditions``, newest first."""
    numbers = [
        int(file.stem[1:])
        for file in sorted((made.path / "content").rglob("p*.md"))
        if all(re.search(condition, file.read_text(), re.MULTILINE) for condition in conditions)
    ]
    return [f"Piece {number}" for number in sorted(numbers, reverse=True)]


@pytest.mark.parametrize(
    "place, condition",
    [
        ("section-1", '^category: "Section 1"'),
        ("tags/tag-3", '^tags:.*"tag 3"'),
        ("authors/author-2", '^authors:.*"Author 2"'),
        ("sources/yarn-wire", '^source: "Yarn Wire"'),
        ("2026", "^title"),
    ],
)
def test_a_listing_has_all_its_pieces_once_newest_first(built: SiteDir, place: str, condition: str) -> None:
    expected = newest_first(built, condition)
    assert len(expected) > 2 * PER_PAGE
    assert listed(built, place) == expected


def test_months_follow_the_zone_of_the_site(built: SiteDir) -> None:
    months = [listed(built, f"2026/{month:02}") for month in MONTHS]
    assert all(months)
    assert [*months[2], *months[1], *months[0]] == newest_first(built)
    # One every nine hours from 31 January 00:00 UTC, which is 8:00 in Shanghai: two on that day.
    assert months[0] == ["Piece 1", "Piece 0"]
    links = texts(built.html("2026/index.html"), '//ul[@class="children"]/li')
    assert links == ["2026/03", "2026/02", "2026/01"]


def test_a_landing_page_has_the_newest_and_numbered_pages_have_n(built: SiteDir) -> None:
    for landing in sorted(built.out.rglob("index.html")):
        page = parse_html(landing.read_bytes(), where=str(landing))
        if not page.xpath('//div[contains(@class, "listing")]'):
            continue
        shown = len(page.xpath(TITLES))
        folder = landing.parent.relative_to(built.out).as_posix()
        if "page/" in folder:
            assert shown == PER_PAGE, folder
        elif (landing.parent / "page").exists():
            assert PER_PAGE <= shown < 2 * PER_PAGE, folder
        else:
            assert 0 < shown < 2 * PER_PAGE, folder


def test_home_shows_a_piece_of_the_hero_nowhere_below(built: SiteDir) -> None:
    main = built.html("index.html").find(".//main")
    (hero,) = main.xpath('.//section[@class="hero"]')
    leads = texts(hero, ".//h3/a")
    assert leads == newest_first(built)[:HERO]
    below = [
        text_of(link)
        for part in main.xpath('.//section[not(@class="hero")]')
        for link in part.xpath('.//article//a[@class="whole"]')
    ]
    assert len(below) > 10
    assert not set(leads) & set(below)
    rails = main.xpath('.//section[contains(@class, "rail") and contains(@class, "section")]')
    for rail in rails:
        name = text_of(rail.find("h2"))
        mine = [title for title in newest_first(built, f'^category: "{name}"') if title not in leads]
        assert texts(rail, './/a[@class="whole"]') == mine[:2]
    assert len(rails) == 3
    latest = texts(main, './/section[contains(@class, "listing")]//a[@class="whole"]')
    older = built.html("page/1/index.html")
    assert leads + latest == newest_first(built)[: len(leads + latest)]
    assert PER_PAGE <= len(leads + latest) < 2 * PER_PAGE
    assert texts(older, TITLES) == newest_first(built)[-PER_PAGE:]


def test_most_read_lists_are_in_the_order_of_views(built: SiteDir) -> None:
    for place in ("", "section-0"):
        page = built.html(f"{place}/index.html".lstrip("/"))
        (aside,) = page.xpath('//aside[@class="most-read"]')
        condition = f'^category: "Section {place[-1]}"' if place else "^title"
        views = {}
        for title in newest_first(built, condition):
            file = next((built.path / "content").rglob(f"p{int(title.split()[1]):03}.md"))
            found = re.search(r"^views: (\d+)", file.read_text(), re.MULTILINE)
            assert found
            views[title] = int(found.group(1))
        expected = sorted(views, key=lambda title: (-views[title], -int(title.split()[1])))[:4]
        assert texts(aside, ".//li/a") == expected
        assert texts(aside, './/*[@class="views"]') == [f"Views: {views[title]}" for title in expected]
    assert not built.html("section-0/page/1/index.html").xpath('//aside[@class="most-read"]')


def test_named_blocks_are_there_for_any_template(built: SiteDir) -> None:
    page = built.html("about/index.html")
    blocks = {section.get("data-name"): section for section in page.xpath("//section[@data-name]")}
    assert list(blocks) == ["both", "nobody", "section_one_read", "wire"]
    wire = newest_first(built, '^source: "Yarn Wire"')[:3]
    assert texts(blocks["wire"], "./h2") == ["Yarn Wire"]
    assert texts(blocks["wire"], "./a") == wire
    assert texts(page, '//p[@id="wire"]') == wire[:1]
    both = newest_first(built, '^category: "Section 0"', '^tags:.*"tag 3"')
    assert len(both) > 4
    assert texts(blocks["both"], "./a") == both[:4]
    assert texts(blocks["section_one_read"], "./h2") == ["Much read"]
    read = texts(built.html("section-1/index.html"), '//aside[@class="most-read"]//li/a')
    assert texts(blocks["section_one_read"], "./a") == read[:2]
    assert texts(blocks["nobody"], "./a") == []
    assert texts(page, '//ul[@id="latest"]/li') == newest_first(built)[:PER_PAGE]


def test_every_index_names_all_of_its_kind(built: SiteDir) -> None:
    assert texts(built.html("tags/index.html"), "//main//ul/li") == sorted(f"tag {tag}" for tag in range(12))
    assert texts(built.html("authors/index.html"), "//main//ul/li") == [f"Author {author}" for author in range(5)]
    assert texts(built.html("sources/index.html"), "//main//ul/li") == ["Yarn Wire"]
    assert texts(built.html("archive/index.html"), "//main//ul/li") == ["2026"]


def test_every_link_within_the_site_leads_to_a_file(built: SiteDir) -> None:
    broken = set()
    for file in sorted(built.out.rglob("*.html")):
        page = parse_html(file.read_bytes(), where=str(file))
        for address in page.xpath("//@href | //@src"):
            local = str(address).removeprefix("https://selvedge.example")
            if local.startswith("/") and not file_of(built, local).is_file():
                broken.add((file.relative_to(built.out).as_posix(), local))
    assert not broken


@pytest.mark.parametrize("extra", [0, 1, 5])
def test_publishing_one_piece_writes_few_files_and_shifts_no_page(built: SiteDir, tmp_path: Path, extra: int) -> None:
    made = SiteDir(tmp_path / "site", tmp_path / "site" / "public")
    shutil.copytree(built.path, made.path, ignore=shutil.ignore_patterns("public", ".site-builder"))
    made.remove("templates/document.html")
    for number in range(extra):
        made.write(f"content/more{number}.md", piece(f"More {number}", timestamp=f"2026-03-20 10:0{number}:00"))
    made.build()
    before = made.files()
    new = piece(
        "New",
        category="Section 0",
        timestamp="2026-03-21 10:00:00",
        tags=["tag 1", "tag 2", "tag 3"],
        author="Author 1",
        source="Yarn Wire",
    )
    made.write("content/new.md", new)
    report = made.build()
    after = made.files()
    changed = {path for path in after if before.get(path) != after[path]}
    assert sum(counts.written for counts in report.pages.values()) == len(changed)
    assert "2026/03/new/index.html" in changed
    assert before.keys() <= after.keys()
    assert not [path for path in changed if re.search(r"/(p\d+|more\d)/index", path)], "no other article's page"
    shifted = [path for path in changed & before.keys() if "page/" in path]
    # A landing page that fills up gives one new numbered page; the one before it links to it now.
    full = {path for path in changed - before.keys() if "page/" in path}
    assert len(shifted) <= len(full)
    assert len(changed - full - set(shifted)) <= 25, sorted(changed)
    for path in shifted:
        pages = [parse_html(data[path]) for data in (before, after)]
        assert texts(pages[0], TITLES) == texts(pages[1], TITLES), path
