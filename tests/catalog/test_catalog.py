"""The catalog: one clock, one order, one name for twins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from site_builder.model import Image
from tests.support.articles import LATER, START, article, catalog


def test_only_what_readers_may_see_at_the_instant_is_in_it() -> None:
    now = START + timedelta(minutes=10)
    found = catalog(
        article("past", 9),
        article("exactly-now", 10),
        article("future", 11),
        article("draft", 1, draft=True),
        article("expired", 1, expires=now),
        article("expires-later", 1, expires=now + timedelta(seconds=1)),
        at=now,
    )
    assert [piece.slug for piece in found.articles] == ["expires-later", "past", "exactly-now"]


def test_drafts_are_shown_on_request_but_the_future_stays_hidden() -> None:
    pieces = [article("draft", 1, draft=True), article("future-draft", 11, draft=True)]
    found = catalog(*pieces, at=START + timedelta(minutes=10), drafts=True)
    assert [piece.slug for piece in found.articles] == ["draft"]


def test_order_is_timestamp_then_path() -> None:
    found = catalog(article("b", 1), article("c", 1), article("a", 1), article("z", 0))
    assert [piece.slug for piece in found.articles] == ["z", "a", "b", "c"]


def test_twins_are_one_tag_in_the_spelling_first_published() -> None:
    found = catalog(article("1", 2, tags=("lv",)), article("2", 1, tags=("LV",)), article("3", 3, tags=("ＬＶ", "x")))
    assert [taxon.name for taxon in found.tags.values()] == ["LV", "x"]
    assert len(found.tags["lv"].members) == 3
    assert {card.tag.name for card in found.cards if card.tag} == {"LV"}


def test_the_configuration_names_the_spelling() -> None:
    found = catalog(article("1", 1, tags=("lv",)), config="tag_names: [Lv]")
    assert [taxon.name for taxon in found.tags.values()] == ["Lv"]


def test_names_with_one_slug_get_addresses_of_their_own_and_the_older_keeps_its() -> None:
    found = catalog(article("1", 1, tags=("C++",)), article("2", 2, tags=("C",)), article("3", 3, tags=("C#",)))
    assert [(taxon.name, taxon.slug) for taxon in found.tags.values()] == [("C++", "c"), ("C", "c-2"), ("C#", "c-3")]


def test_categories_stand_in_the_papers_order() -> None:
    found = catalog(
        article("1", 1, category="Retail"),
        article("2", 2, category="Runway"),
        config="categories: [Runway, Beauty, {name: Retail, slug: shops, description: Shops.}]",
    )
    assert [(taxon.name, taxon.slug) for taxon in found.categories.values()] == [
        ("Runway", "runway"),
        ("Retail", "shops"),
    ]


@pytest.mark.parametrize("pin", ["content/a.markdown", "a.markdown", "content/a", "a", "/2026/01/a/", "/2026/01/a"])
@pytest.mark.parametrize("ending", [".markdown", ".Markdown"])
def test_a_pin_names_a_file_with_or_without_its_ending(pin: str, ending: str) -> None:
    pin = pin.replace(".markdown", ending)
    found = catalog(article("a", 0, path=f"content/a{ending}"), article("own", 1, next=pin))
    assert (found.problems, found.pins[1].next) == ((), 0)


def test_of_two_files_that_differ_in_the_ending_a_pin_names_the_one_it_says() -> None:
    twins = [article("x", 0, path="content/a.markdown", slug="x"), article("y", 1, path="content/a.md", slug="y")]
    found = catalog(*twins, article("own", 2, related=("content/a.markdown", "a.md")))
    assert (found.problems, found.pins[2].related) == ((), (0, 1))


@pytest.mark.parametrize("name", ["related", "next"])
def test_a_pin_that_names_no_visible_article_is_a_problem(name: str) -> None:
    pin = ("content/hiden.md",) if name == "related" else "content/hiden.md"
    found = catalog(article("hidden", 0, draft=True), article("own", 1, **{name: pin}))
    (problem,) = found.problems
    assert problem.path == "content/own.md"
    assert "'content/hiden.md' names no article that readers can see" in problem.message


def test_images_of_hidden_pieces_alone_are_hidden() -> None:
    def image(name: str) -> Image:
        return Image(f"/images/{name}.jpg", "alt")

    found = catalog(
        article("shown", 1, image=image("both")),
        article("d1", 1, image=image("both"), draft=True),
        article("d2", 1, image=image("secret"), draft=True),
    )
    assert found.hidden_files == {"/images/secret.jpg"}


def test_years_and_months_follow_the_sites_time_zone() -> None:
    new_year = article("a", -60)
    assert list(catalog(new_year).months) == [(2025, 12)]
    assert list(catalog(new_year, config="site: {timezone: Asia/Shanghai}").months) == [(2026, 1)]


def test_most_read_breaks_ties_by_newness() -> None:
    found = catalog(article("a", 1, views=5), article("b", 2, views=9), article("c", 3, views=5), at=LATER)
    assert found.most_read(range(3), 2) == [1, 2]
