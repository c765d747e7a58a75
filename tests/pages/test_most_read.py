"""The page of the most read pieces, the fragment, and the files of live counts."""

from __future__ import annotations

import json
import re

from site_builder.catalog.urls import VIEWS_SHARDS, views_shard_of
from tests.site.pieces import piece
from tests.support.markup import texts

FILES = {
    "content/a.md": piece("A", views=3),
    "content/b.md": piece("B", views=12_345),
    "content/c.md": piece("C", views=7, category="Beauty", lang="zh"),
}


def test_the_page_ranks_the_site_and_each_category(site):
    made = site({**FILES, "site.yaml": "categories: [Retail, Beauty]\n"})
    made.build()
    page = made.html("most-read/index.html")
    assert texts(page, "//h1") == ["Most read"]
    assert texts(page, "//article//h2") == ["B", "C", "A"]
    assert texts(page, "//section[@aria-labelledby='page--most-read-retail']//li/a") == ["B", "A"]
    assert texts(page, "//section[@aria-labelledby='page--most-read-beauty']//li/a") == ["C"]
    assert "/most-read/" in "".join(made.xml("sitemaps/pages.xml").itertext())


def test_a_section_may_be_called_as_a_part_of_the_page_is(site):
    names = ["Main", "Hero", "Latest", "Contents", "Related", "Next", "Most read"]
    config = "categories: [{}, {{name: Most read, slug: read}}]\n".format(", ".join(names[:-1]))
    made = site({f"content/{name}.md": piece(name, category=name) for name in names} | {"site.yaml": config})
    made.build()
    for path in made.files():
        if path.endswith(".html"):
            ids = made.html(path).xpath("//@id")
            assert len(ids) == len(set(ids)), path


def test_the_fragment_is_not_for_search_engines_and_articles_only_link_to_it(site):
    made = site(FILES)
    made.build()
    fragment = made.html("fragments/most-read.html")
    assert texts(fragment, "//li/a") == ["B", "C", "A"]
    assert texts(fragment, "//meta[@name='robots']/@content") == ["noindex"]
    article = made.html("2026/11/a/index.html")
    assert texts(article, "//*[@data-fragment='/fragments/most-read.html']/a/@href") == ["/most-read/"]


def test_a_new_ranking_renders_no_article(site):
    made = site({**FILES, "site.yaml": "listings: {most_read: 3}\n"})
    made.build()
    before = made.files()
    made.write("content/a.md", piece("A", views=99_999))
    made.build()
    after = made.files()
    changed = {path for path in before if before[path] != after[path]}
    assert {"most-read/index.html", "fragments/most-read.html", "index.html"} <= changed
    # On articles nothing but counts is new.
    articles = {path for path in before if re.fullmatch(r"2026/11/\w/index.html", path)}
    assert len(articles) == 3
    for path in articles:
        assert re.sub(rb"</span>\d+</span>", b"", before[path]) == re.sub(rb"</span>\d+</span>", b"", after[path])


def test_without_most_read_there_is_no_page(site):
    made = site({**FILES, "site.yaml": "listings: {most_read: 0}\n"})
    made.build()
    assert not [path for path in made.files() if "most-read" in path]
    assert "most-read" not in made.read("2026/11/a/index.html")


def test_live_counts_are_exact_and_in_the_file_of_their_address(site):
    made = site({**FILES, "site.yaml": "views: {live: true, display: rounded}\n"})
    made.build()
    shards = [json.loads(made.read(f"views/{number}.json")) for number in range(VIEWS_SHARDS)]
    found = {url: count for shard in shards for url, count in shard.items()}
    assert found == {"/2026/11/a/": 3, "/2026/11/b/": 12_345, "/2026/11/c/": 7}
    assert all(url in shards[views_shard_of(url)] for url in found)
    page = made.html("2026/11/b/index.html")
    assert texts(page, "//header//*[@data-views='/2026/11/b/']") == ["Views: 12.3k"]
    assert texts(made.html("2026/11/c/index.html"), "//script/@data-display") == ["rounded"]
    plain = site({**FILES, "site.yaml": ""})
    plain.build()
    assert not [path for path in plain.files() if path.startswith("views/")]
    assert "data-views" not in plain.read("2026/11/b/index.html")
