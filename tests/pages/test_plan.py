"""The plan: every output has a path of its own."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from site_builder.catalog.urls import output_path
from site_builder.pages.plan import collisions, plan, stand_in_the_way
from site_builder.pages.sitemaps import news_language
from tests.support.articles import article, catalog


def test_two_pieces_with_one_address_are_named_both() -> None:
    found = catalog(article("a", 0, slug="same"), article("b", 1, slug="same"))
    (problem,) = collisions((page.path, page.source) for page in plan(found))
    assert problem.path == "content/b.md"
    assert "'/2026/01/same/index.html' is also that of content/a.md" in problem.message


def test_a_category_in_the_way_of_a_page_is_told_at_the_first_article_that_brings_it() -> None:
    found = catalog(article("b", 1, category="Tags", tags=("LV",)), article("a", 0, category="TAGS"))
    (problem,) = collisions((page.path, page.source) for page in plan(found))
    assert problem.path == "content/a.md"
    assert problem.message == "category 'TAGS': its output '/tags/index.html' is also that of index of tags"
    assert "site.yaml" in problem.hint


def test_paths_that_are_one_file_on_some_disks_collide() -> None:
    assert collisions([("a/Index.html", "x"), ("A/index.html", "y")])
    assert collisions([("e\u0301/index.html", "x"), ("\u00e9/index.html", "y")])


def test_a_file_where_a_folder_is_needed_collides() -> None:
    (problem,) = collisions([("a.html", "x"), ("a.html/b/index.html", "y")])
    assert problem.path == "x"
    assert "needs it as a folder" in problem.message


@given(st.lists(st.sampled_from(["a", "b", "c/d", "c/e", "f/g/h"]), unique=True))
def test_different_paths_do_not_collide(paths: list[str]) -> None:
    assert not collisions((path + "/index.html", path) for path in paths)


def test_aliases_are_pages_and_collide_like_any_other() -> None:
    found = catalog(article("a", 0, aliases=("/old/", "/brief")), article("b", 1, permalink="/brief/"))
    pages = plan(found)
    assert {page.path for page in pages if page.kind == "redirect"} == {"old/index.html", "brief/index.html"}
    (problem,) = collisions((page.path, page.source) for page in pages)
    assert {problem.path} == {"content/a.md"}


def test_an_alias_that_is_the_pieces_own_address_is_told_as_what_it_is() -> None:
    found = catalog(article("a", 0, slug="a", aliases=("/2026/01/a/",)))
    (problem,) = collisions((page.path, page.source) for page in plan(found))
    assert (problem.path, problem.hint) == ("content/a.md", "Take the alias out")
    assert "its own address" in problem.message


def test_languages_of_the_news_sitemap_are_those_that_google_knows() -> None:
    asked = ["en", "en-GB", "zh", "zh-Hans", "zh-Hant-HK", "zh-TW"]
    assert [news_language(lang) for lang in asked] == ["en", "en", "zh-cn", "zh-cn", "zh-tw", "zh-tw"]


PARTS = st.lists(st.sampled_from(["a", "b", "a.xml", "B", "index.html"]), min_size=1, max_size=4)


@given(st.lists(PARTS.map("/".join), unique=True, max_size=6))
def test_paths_collide_where_two_are_one_or_one_is_the_folder_of_another(paths: list[str]) -> None:
    lowered = [path.lower() for path in paths]
    wrong = len(set(lowered)) < len(lowered) or any(
        other.startswith(path + "/") for path in lowered for other in lowered
    )
    assert bool(collisions((path, "content/x.md") for path in paths)) == wrong


PLACES = st.sampled_from(
    ["/x/", "/X/", "/x/index.html", "/x.html", "/x.html/y/", "/x/y/", "/y/", "/é/", "/É/", "/x/y.xml"]
)
FILES = st.sampled_from(["x", "x/index.html", "x/y", "a.txt", "y/index.html/z", "é/index.html"])


@given(st.sets(PLACES, max_size=4), st.sets(PLACES, max_size=3), st.sets(FILES, max_size=2))
def test_only_what_is_new_is_looked_at(old: set[str], new: set[str], files: set[str]) -> None:
    def found(pages: set[str]) -> bool:
        return bool(
            collisions([*((output_path(page), page) for page in sorted(pages)), *((file, file) for file in files)])
        )

    assume(not found(old))
    pages = old | new
    if found(pages):
        assert stand_in_the_way(new - old, pages, files)
    elif len({page.lower() for page in pages}) == len(pages):
        assert not stand_in_the_way(new - old, pages, files)
