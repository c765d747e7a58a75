"""Both engines on the same bodies."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given

from site_builder.config import Markdown
from site_builder.errors import SiteError
from site_builder.rendering.markdown import Body, ConversionError, Converter, make_converter
from site_builder.rendering.markdown.comrak_engine import ComrakEngine
from tests.rendering.markdown.dom import elements, shape, text_of
from tests.rendering.markdown.samples import ARTICLES, ATTACKS, BODIES
from tests.support.markup import parse_html

ENGINES = ("markdown", "comrak")
each_engine = pytest.mark.parametrize("engine", ENGINES)


def converter(engine: str, **settings) -> Converter:
    return make_converter(Markdown(engine=engine, **settings), "www.example.com")


@each_engine
@pytest.mark.parametrize("source", ["", " \n\t\n", "<!--more-->", "\n<!-- MORE -->\n"])
def test_an_empty_body_is_empty(engine: str, source: str):
    assert converter(engine).convert(source) == Body("", ())


@each_engine
@pytest.mark.parametrize(
    "name",
    [
        name
        for name in ARTICLES
        if name not in {"unclosed", "duplicate ids", "entities", "control characters", "sneaky ends", "nested links"}
    ],
)
def test_the_html_needs_no_repair(engine: str, name: str):
    parse_html(converter(engine).convert(ARTICLES[name]).html, fragment=True, where=name)


@each_engine
@pytest.mark.parametrize(
    "reference, text",
    [
        ("&#0;", "\ufffd"),
        ("&#xD800;", "\ufffd"),
        ("&#x110000;", "\ufffd"),
        ("&#" + "9" * 7 + ";", "\ufffd"),
        ("&#233;", "é"),
        ("&#x1F600;", "😀"),
        ("&#38;amp;", "&amp;"),
    ],
)
def test_references_to_no_character_are_no_fault_of_the_page(engine: str, reference: str, text: str):
    html = converter(engine).convert(f"a {reference} b").html
    parse_html(html, fragment=True, where=reference)
    assert text_of(html) == f"a {text} b"


def test_a_reference_of_any_length_is_read():
    html = converter("markdown").convert("a &#" + "9" * 5_000 + "; &#128; &#1; b").html
    parse_html(html, fragment=True)
    assert text_of(html).split() == ["a", "\ufffd", "€", "b"]


# What both engines read alike: everything but their own extensions and corner cases.
ALIKE = ("plain", "chinese", "headings", "lists", "quotes", "escapes", "images", "shortcodes", "code", "long")


@pytest.mark.parametrize("name", ALIKE)
def test_both_engines_say_the_same(name: str):
    texts = [text_of(converter(engine).convert(ARTICLES[name]).html) for engine in ENGINES]
    if name == "quotes":
        texts = ["".join(text.split()) for text in texts]
    assert texts[0] == texts[1]


@each_engine
def test_every_promised_syntax_works(engine: str):
    made = converter(engine)
    promised = {
        "table": "a | b\n--|--\n1 | 2\n",
        "sup": "a[^1]\n\n[^1]: x\n",
        "pre": "```\nx\n```\n",
        "dl": "Term\n\n: Definition\n",
        "ul": "- a\n",
        "blockquote": "> a\n",
        "hr": "***\n",
    }
    if engine == "comrak":
        promised |= {"del": "~~a~~", "input": "- [ ] a\n", "a": "see https://other.test/"}
    else:
        promised |= {"abbr": "*[x]: y\n\nx"}
    for tag, source in promised.items():
        assert elements(made.convert(source).html, tag), tag


def test_emphasis_next_to_chinese_punctuation():
    html = converter("comrak").convert("集团**“诺维克”**在上海，**重要。**然后").html
    assert [element.tag for element in elements(html)] == ["p", "strong", "strong"]


@each_engine
def test_templates_and_shortcodes_are_text(engine: str):
    text = "{{ title }} and {% include x %} and {{< figure >}} and [gallery ids='1']"
    assert text_of(converter(engine).convert(text).html) == text
    assert text_of(converter(engine).convert("{{ 7*7 }} {# c #}").html) == "{{ 7*7 }} {# c #}"


@each_engine
@pytest.mark.parametrize("raw_html", ["trusted", "sanitized", "escaped"])
def test_the_more_mark_goes_but_not_from_code(engine: str, raw_html: str):
    source = "Lead.\n\n<!--more-->\n\nRest <!-- More --> here.\n\n`<!--more-->`\n\n```\n<!--more-->\n```\n"
    html = converter(engine, raw_html=raw_html).convert(source).html
    assert text_of(html) == "Lead. Rest here. <!--more--> <!--more-->"
    assert [element.tag for element in elements(html)] == ["p", "p", "p", "code", "pre", "code"]
    assert "<!--" not in html


@each_engine
@pytest.mark.parametrize("raw_html", ["trusted", "sanitized", "escaped"])
def test_nothing_is_kept_from_body_to_body(engine: str, raw_html: str):
    settings = {"raw_html": raw_html, "extension_configs": {"footnotes": {"UNIQUE_IDS": True}}}
    shared = converter(engine, **settings)
    sources = [*ARTICLES.values(), *ATTACKS]
    forwards = [shared.convert(source) for source in sources]
    backwards = [shared.convert(source) for source in reversed(sources)]
    assert forwards == backwards[::-1]
    assert [converter(engine, **settings).convert(source) for source in sources[:40:4]] == forwards[:40:4]


@each_engine
@pytest.mark.fuzz
@given(source=BODIES)
def test_random_bodies_give_a_body_or_an_error_that_says_why(engine: str, source: str):
    for raw_html in ("trusted", "sanitized", "escaped"):
        try:
            body = converter(engine, raw_html=raw_html).convert(source)
        except ConversionError as error:
            message = str(error)
        else:
            assert body.html == body.html.strip()
            continue
        assert message.startswith("Python-Markdown failed: ")


@pytest.mark.fuzz
@given(BODIES)
def test_looking_for_bare_addresses_is_left_out_only_where_there_are_none(source: str):
    engine = ComrakEngine(Markdown(engine="comrak", raw_html="trusted"))
    always = engine._render(source, engine._autolink, None, engine._options)
    assert shape(engine.convert(source)) == shape(always)


@pytest.mark.parametrize(
    "source", [*ARTICLES.values(), *ATTACKS, "a WWW.x.test", "(www.x.test)", "ftp://a.test x@y.test"]
)
def test_looking_for_bare_addresses_changes_nothing_else(source: str):
    for raw_html in ("trusted", "escaped"):
        engine = ComrakEngine(Markdown(engine="comrak", raw_html=raw_html))
        always = engine._render(source, engine._autolink, None, engine._options)
        assert engine.convert(source) == always


def test_a_reference_to_a_forbidden_character_gives_none():
    assert text_of(converter("comrak").convert("a&#2;b&#x1f;c&#65;").html) == "abcA"


def test_an_engine_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "comrak", None)
    with pytest.raises(SiteError) as caught:
        converter("comrak")
    (problem,) = caught.value.problems
    assert problem.path == "site.yaml"
    assert "pip install 'site-builder[comrak]'" in problem.hint
