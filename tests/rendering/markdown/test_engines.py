"""Both engines on the same articles; an extension is used only where it matters, and never missed."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings

from site_builder.config import Markdown
from site_builder.errors import SiteError
from site_builder.rendering.markdown import ConversionError, Converter, make_converter
from site_builder.rendering.markdown.links import LinkPolicy
from site_builder.rendering.markdown.python_markdown import PythonMarkdown
from tests.support.markdown import ORDINARY, RICH, bodies
from tests.support.markup import parse_html, text_of, texts

ALL = ("tables", "footnotes", "fenced_code", "attr_list", "def_list", "abbr", "toc")
ENGINES = ["markdown", "comrak"]


def converter(**settings_: object) -> Converter:
    return make_converter(Markdown(**settings_), "paper.example")  # type: ignore[arg-type]


@settings(max_examples=300)
@given(bodies)
def test_an_extension_left_out_changes_nothing(body: str) -> None:
    gated, ungated = (
        Converter(PythonMarkdown(Markdown(extensions=ALL), gated=gated), None, LinkPolicy("paper.example", ()), 0)
        for gated in (True, False)
    )
    assert gated.convert(body) == ungated.convert(body)


@pytest.mark.parametrize("body", [ORDINARY, RICH, ORDINARY + RICH])
def test_gates_open_for_what_newsrooms_write(body: str) -> None:
    if "[TOC]" not in body:
        without_toc = Markdown(extensions=ALL[:-1])
        assert PythonMarkdown(without_toc).convert(body) == PythonMarkdown(without_toc, gated=False).convert(body)


@given(bodies)
def test_conversions_leave_no_trace(body: str) -> None:
    fresh, used = converter(), converter()
    used.convert(RICH)
    used.convert(body)
    assert used.convert(body) == fresh.convert(body)


@pytest.mark.parametrize("engine", ENGINES)
def test_ordinary_articles_come_out_the_same_from_both(engine: str) -> None:
    tree = parse_html(converter(engine=engine).convert(ORDINARY).html, fragment=True)
    assert texts(tree, ".//h2") == ["What it means"]
    assert texts(tree, ".//ul/li") == ["Rents rise", "Staff: 12 per shop (on average)"]
    assert texts(tree, ".//ol/li") == ["First", "Second"]
    assert texts(tree, ".//strong") == ["30 new stores"]
    assert texts(tree, ".//blockquote") in (['"A quotation," she said.'],)
    assert tree.xpath("string(.//a[@href='https://example.org/people']/@rel)") == "noopener"
    assert tree.xpath("count(.//a[@href='/2026/06/report/'][@rel])") == 0
    assert tree.xpath("string(.//img/@loading)") == "lazy"


@pytest.mark.parametrize("engine", ENGINES)
def test_the_syntax_of_long_reads(engine: str) -> None:
    body = converter(engine=engine).convert(RICH)
    tree = parse_html(body.html, fragment=True)
    assert texts(tree, ".//h1") == [], "the page's title is its only h1"
    assert [heading.text for heading in body.toc] == ["A headline in the body"]
    assert texts(tree, ".//div[@role='region']/table//th") == ["Quarter", "Sales"]
    assert "text-align: right" in tree.xpath("string(.//td[2]/@style)").replace(":right", ": right")
    assert 'print("<b>")' in text_of(tree.find(".//pre"))
    assert texts(tree, ".//dt") == ["Selvedge"]
    assert texts(tree, ".//figcaption") == ["By hand"]
    assert len(tree.xpath(".//*[@id and contains(@id, 'fn')]")) >= 2
    assert "{{ shortcode }} {% tag %}" in text_of(tree), "nothing is executed"


def test_chinese_emphasis_beside_punctuation() -> None:
    body = converter(engine="comrak").convert("这是**“重点”**的文字。")
    assert texts(parse_html(body.html, fragment=True), ".//strong") == ["“重点”"]


@pytest.mark.parametrize("engine", ENGINES)
def test_headings_have_the_same_unique_ids(engine: str) -> None:
    body = converter(engine=engine).convert("## Shops & *rents*\n\n## 时尚\n\n### Shops & rents\n\n## !!!\n\n#### Deep")
    assert [(heading.level, heading.id, heading.text) for heading in body.toc] == [
        (2, "shops-rents", "Shops & rents"),
        (2, "shi-shang", "时尚"),
        (3, "shops-rents-2", "Shops & rents"),
        (2, "section", "!!!"),
    ]
    tree = parse_html(body.html, fragment=True)
    assert len(set(texts(tree, ".//@id"))) == 5


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("body", ["", "  \n\n", "<!--more-->"])
def test_empty_bodies(engine: str, body: str) -> None:
    assert converter(engine=engine).convert(body).html.strip() == ""


@pytest.mark.parametrize("engine", ENGINES)
def test_the_more_mark_leaves_nothing(engine: str) -> None:
    html = converter(engine=engine, raw_html="trusted").convert("one\n\n<!--more-->\n\ntwo").html
    assert "more" not in html
    assert texts(parse_html(html, fragment=True), ".//p") == ["one", "two"]


@pytest.mark.parametrize("engine", ENGINES)
def test_sponsored_and_other_links(engine: str) -> None:
    make = converter(engine=engine, sponsored_domains=("shop.example",))
    source = (
        "[a](https://shop.example/x) [b](https://www.shop.example/) [c](https://notshop.example/)"
        " [d](https://paper.example/x) [e](//cdn.example/x)"
    )
    tree = parse_html(make.convert(source).html, fragment=True)
    rels = {text_of(link): link.get("rel") for link in tree.iterfind(".//a")}
    assert rels == {"a": "noopener sponsored", "b": "noopener sponsored", "c": "noopener", "d": None, "e": "noopener"}


def test_rel_tokens_are_kept() -> None:
    html = converter(raw_html="trusted").convert('<a href="https://a.example/" rel="nofollow noopener">x</a>').html
    assert 'rel="nofollow noopener"' in html


def test_pathological_bodies_end_in_time_with_a_word() -> None:
    slow = "[" * 4_000 + "a" + "](b)" * 4_000
    began = time.monotonic()
    with pytest.raises(ConversionError, match=r"longer than 1 s|nested too deeply"):
        converter(time_limit=1).convert(slow)
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("mark", ["> ", "- ", "* > ", "1. "])
def test_deep_nesting_is_no_traceback(mark: str) -> None:
    with contextlib.suppress(ConversionError):
        converter(time_limit=2).convert(mark * 3_000 + "deep")
    nested = "\n".join("    " * depth + "- x" for depth in range(400))
    with contextlib.suppress(ConversionError):
        converter(time_limit=2).convert(nested)


def test_a_misspelt_extension_is_named_with_the_nearest() -> None:
    with pytest.raises(SiteError, match="Did you mean 'footnotes'?"):
        converter(extensions=("footnote",))


def test_extension_options_reach_their_extension() -> None:
    make = converter(extensions=("toc",), extension_configs={"toc": {"permalink": True}})
    assert "headerlink" in make.convert("## A").html


def test_bundles_are_their_parts() -> None:
    assert PythonMarkdown(Markdown(extensions=("extra",))).convert(RICH) == PythonMarkdown(
        Markdown(extensions=(*ALL[:-1], "md_in_html"))
    ).convert(RICH)
