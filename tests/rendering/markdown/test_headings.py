"""Every heading has an address of its own, the same from both engines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.config import Markdown
from site_builder.model import Heading
from site_builder.rendering.markdown import Body, make_converter
from site_builder.rendering.markdown.headings import Ids, heading_id, with_headings
from site_builder.text import slug_of
from tests.rendering.markdown.dom import elements
from tests.rendering.markdown.samples import ARTICLES, BODIES

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
ENGINES = ("markdown", "comrak")


def convert(source: str, engine: str = "markdown", **settings) -> Body:
    return make_converter(Markdown(engine=engine, **settings), "www.example.com").convert(source)


def headings(html: str) -> list[tuple[str, str]]:
    return [(element.tag, element.get("id", "")) for element in elements(html) if element.tag in HEADINGS]


@pytest.mark.parametrize("engine", ENGINES)
def test_ids_are_slugs_and_unique(engine: str):
    source = (
        "## Sales & *stores*\n\n## 上海旗舰店\n\n## !!!\n\n## Sales stores\n\n## ¿?\n\n### `Code` [link](/x) 1,000\n"
    )
    body = convert(source, engine)
    assert headings(body.html) == [
        ("h2", "sales-stores"),
        ("h2", "shang-hai-qi-jian-dian"),
        ("h2", "section"),
        ("h2", "sales-stores-2"),
        ("h2", "section-2"),
        ("h3", "code-link-1000"),
    ]
    assert body.toc[0] == Heading(2, "sales-stores", "Sales & stores")
    assert body.toc[1].text == "上海旗舰店"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_body_with_h1_goes_one_level_down(engine: str):
    body = convert("# One\n\n## Two\n\n### Three\n\n###### Six\n", engine)
    assert headings(body.html) == [("h2", "one"), ("h3", "two"), ("h4", "three"), ("h6", "six")]
    assert [(heading.level, heading.id) for heading in body.toc] == [(2, "one"), (3, "two")]
    assert [tag for tag, _ in headings(convert("## Two\n\n### Three\n", engine).html)] == ["h2", "h3"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_footnotes_mark_is_no_part_of_the_heading(engine: str):
    (entry,) = convert("## Sales[^1]\n\n[^1]: Source\n", engine).toc
    assert entry == Heading(2, "sales", "Sales")


def test_ids_that_authors_give_stay_and_are_avoided():
    html = convert("## A\n\n## A {#b .c}\n\n## B\n\nText\n{: #a }\n").html
    assert headings(html) == [("h2", "a-2"), ("h2", "b"), ("h2", "b-2")]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("raw_html", ["trusted", "sanitized"])
def test_raw_headings_have_ids_too(engine: str, raw_html: str):
    body = convert("<h2 class=x>Raw <i>one</i></h2>\n\n## Raw one\n\n<H3>Big</H3>\n", engine, raw_html=raw_html)
    assert headings(body.html) == [("h2", "raw-one"), ("h2", "raw-one-2"), ("h3", "big")]
    assert [heading.text for heading in body.toc] == ["Raw one", "Raw one", "Big"]


def test_the_extension_adds_permalinks_and_a_table_of_contents():
    body = convert("[TOC]\n\n## A\n\n## A\n", extension_configs={"toc": {"permalink": "¶", "title": "Contents"}})
    assert headings(body.html) == [("h2", "a"), ("h2", "a-2")]
    links = [(link.get("class"), link.get("href")) for link in elements(body.html, "a")]
    assert links == [(None, "#a"), (None, "#a-2"), ("headerlink", "#a"), ("headerlink", "#a-2")]
    assert [heading.text for heading in body.toc] == ["A", "A"]


# CommonMark and Python-Markdown differ in what is a heading here.
OTHER_HEADINGS = {"breaks", "unclosed", "nested", "admonition", "line ends", "sneaky ends"}


@pytest.mark.parametrize(
    "name", [name for name in ARTICLES if "{" not in ARTICLES[name] and name not in OTHER_HEADINGS]
)
def test_both_engines_give_the_same_ids(name: str):
    by_engine = [headings(convert(ARTICLES[name].replace("[TOC]", ""), engine).html) for engine in ENGINES]
    assert by_engine[0] == by_engine[1]


@pytest.mark.fuzz
@given(BODIES)
def test_ids_of_random_bodies_are_unique_and_in_the_table_of_contents(source: str):
    for engine in ENGINES:
        if "{" in source or "<" in source or "[^" in source:
            continue
        body = convert(source, engine)
        ids = [element.get("id") for element in elements(body.html) if element.get("id")]
        assert len(set(ids)) == len(ids)
        found = headings(body.html)
        assert all(name and name.isascii() for _, name in found)
        assert "h1" not in [tag for tag, _ in found]
        assert {(f"h{heading.level}", heading.id) for heading in body.toc} <= set(found)


@given(st.text(st.characters(max_codepoint=0x2FF, exclude_categories=["Cs"]), max_size=60))
def test_the_quick_slug_is_the_slug(text: str):
    if any(map(str.isalnum, text)):
        slug = heading_id(text)
        assert slug == slug_of(text) or (slug == "section" and slug_of(text).startswith("x-"))


@given(
    st.lists(st.sampled_from(["a", "a-2", "a-3", "b", "a-2-2"]), max_size=12), st.sets(st.sampled_from(["a", "b-2"]))
)
def test_each_id_is_new(names: list[str], taken: set[str]):
    ids = Ids(taken)
    given_out = [ids.free(name) for name in names]
    assert len({*given_out, *taken}) == len(given_out) + len(taken)
    assert all(found == name or found.startswith(name + "-") for found, name in zip(given_out, names, strict=True))


def test_many_headings_of_one_name_cost_no_more_each():
    html, _ = with_headings("<h2>A</h2>" * 20_000)
    assert 'id="a-20000"' in html
