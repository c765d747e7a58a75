"""Publishing one piece touches O(1) pages; hidden pieces touch none."""

from __future__ import annotations

import random
import re

import msgspec

from site_builder.model import Article
from site_builder.pages.plan import plan
from tests.support.articles import START, article, catalog

CONFIG = "listings: {per_page: 10}\nfeeds: {minimum: 3}"


def contexts(articles: list[Article], **options: object) -> dict[str, msgspec.Struct]:
    found = catalog(*articles, config=CONFIG, **options)  # type: ignore[arg-type]
    return {page.path: page.page(found).context for page in plan(found)}


def archive(count: int) -> list[Article]:
    chance = random.Random(7)
    tags = [f"tag{n}" for n in range(20)]
    return [
        article(
            f"p{n}",
            n * 60,
            category=f"c{n % 4}",
            tags=tuple(chance.sample(tags, chance.randint(1, 4))),
            authors=(f"author {n % 5}",),
            source="Wire" if n % 3 == 0 else "",
            views=chance.randint(0, 99),
        )
        for n in range(count)
    ]


def test_publishing_one_piece_changes_few_pages_whatever_the_archive() -> None:
    for count in (60, 200, 209, 400):
        new = article("new", count * 60, category="c1", tags=("tag1", "tag2", "tag3"), authors=("author 1",))
        before, after = contexts(archive(count)), contexts([*archive(count), new])
        changed = [path for path in after if before.get(path) != after[path]]
        assert not [path for path in changed if re.search(r"/p\d+/", path)], "no other article's page"
        # Its page; home; landing pages of category, tags, author, year and month; their feeds; sitemaps.
        landing = [path for path in changed if "/page/" not in path and not path.startswith("page/")]
        assert len(landing) <= 22, (count, landing)
        # A landing page that fills up gives a numbered page and changes the one before it.
        assert len(changed) - len(landing) <= 2 * 8
        assert before.keys() <= after.keys()


def test_an_article_page_does_not_change_when_another_is_published() -> None:
    before, after = contexts(archive(100)), contexts(archive(130))
    articles = [f"2026/01/p{n}/index.html" for n in range(100)]
    assert all(before[path] == after[path] for path in articles)


def test_hidden_pieces_change_nothing() -> None:
    hidden = [
        article("draft", 10, draft=True, tags=("secret",), category="c0"),
        article("expired", 10, expires=START, tags=("secret",), category="c1"),
    ]
    assert contexts(archive(50)) == contexts([*archive(50), *hidden])


def test_view_counts_are_no_input_of_article_pages() -> None:
    more = [msgspec.structs.replace(piece, views=piece.views + 1) for piece in archive(50)]
    before, after = contexts(archive(50)), contexts(more)
    assert before == after, "all counts grew by one, so the order of most read is the same too"
