"""The law that makes Python-Markdown fast: leaving out what a body cannot need changes nothing."""

from __future__ import annotations

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.config import Markdown
from site_builder.rendering.markdown import ConversionError, make_converter
from site_builder.rendering.markdown.converter import Converter
from site_builder.rendering.markdown.gates import EXTENSIONS, HARMLESS, MARKS, marks_of
from site_builder.rendering.markdown.links import LinkPolicy
from site_builder.rendering.markdown.python_markdown import PythonMarkdown
from tests.rendering.markdown.dom import shape
from tests.rendering.markdown.samples import ARTICLES, ATTACKS, BODIES, MIXTURES, TAILS

WITHOUT_TOC = tuple(name for name in Markdown().extensions if name != "toc")
EVERY = (*Markdown().extensions, "admonition", "nl2br", "sane_lists", "wikilinks", "codehilite")


def html_of(engine: PythonMarkdown, source: str) -> str:
    try:
        return engine.convert(source)
    except ConversionError as error:
        return f"failed: {error}"


def pair(**settings) -> tuple[PythonMarkdown, PythonMarkdown]:
    made = Markdown(**settings)
    return PythonMarkdown(made), PythonMarkdown(made, gated=False)


DEFAULT = pair(extensions=WITHOUT_TOC)
ESCAPED = pair(extensions=WITHOUT_TOC, raw_html="escaped")
MANY = pair(extensions=(*(name for name in EVERY if name != "toc"), "md_in_html"))
BARE = pair(extensions=())


@pytest.mark.parametrize("source", [*ARTICLES.values(), *ATTACKS])
@pytest.mark.parametrize("engines", [DEFAULT, ESCAPED, MANY, BARE], ids=["default", "escaped", "many", "bare"])
def test_gates_change_nothing(engines, source: str):
    gated, everything = engines
    assert html_of(gated, source) == html_of(everything, source)


@pytest.mark.parametrize(
    "source",
    [
        "<hr>[a]&amp;: /u\n\n[a]",
        "<hr>[a]&amp;(/u)",
        "<hr>!<!-- -->[a](/u)",
        "<hr>  &amp;  text",
        "<??>e  &#1<p>",
        "\x0c<hr>*<!-- -->[A]: long\n\nA",
        "text [&amp;^1]\n\n <hr>[&amp;^1]: note",
        "[^1]\n\n[^1]: note\n    -\x85",
        "[^1]\n\n[^1]:\n    ***\u3000 \xa0",
    ],
)
@pytest.mark.parametrize("engines", [DEFAULT, MANY, BARE], ids=["default", "many", "bare"])
def test_what_raw_html_or_blanks_held_apart_is_read_together(engines, source: str):
    gated, everything = engines
    assert html_of(gated, source) == html_of(everything, source)


@pytest.mark.fuzz
@given(st.one_of(BODIES, MIXTURES, TAILS))
def test_gates_change_nothing_of_random_bodies(source: str):
    for gated, everything in (DEFAULT, ESCAPED, MANY, BARE):
        assert html_of(gated, source) == html_of(everything, source)


@pytest.mark.parametrize("source", ARTICLES.values())
def test_the_slow_definition_is_the_library(source: str):
    library = markdown.Markdown(extensions=list(WITHOUT_TOC), output_format="html")
    assert DEFAULT[1].convert(source) == library.convert(source)
    assert BARE[0].convert(source) == markdown.markdown(source, output_format="html")


def finished(engine: PythonMarkdown, source: str) -> object:
    try:
        body = Converter(engine, None, LinkPolicy("www.example.com", ()), 0).convert(source)
    except ConversionError as error:
        return str(error)
    return shape(body.html), body.toc


TOC = pair(extensions=Markdown().extensions)
ALWAYS = Markdown(extensions=(*WITHOUT_TOC, "toc"), extension_configs={"toc": {"permalink": False}})


@pytest.mark.fuzz
@given(BODIES)
def test_headings_have_the_same_ids_with_and_without_the_extension(source: str):
    if "<" not in source:  # raw headings get their ids after the engine's
        assert finished(TOC[0], source) == finished(TOC[1], source)


@pytest.mark.parametrize("name", ARTICLES)
def test_headings_of_articles_have_the_same_ids_with_and_without_the_extension(name: str):
    assert finished(TOC[0], ARTICLES[name]) == finished(TOC[1], ARTICLES[name])
    assert finished(PythonMarkdown(ALWAYS), ARTICLES[name]) == finished(TOC[1], ARTICLES[name])


def test_a_plain_article_uses_next_to_nothing():
    engine = PythonMarkdown(Markdown())
    engine.convert("Text with a [link](/a).\n\n- item\n")
    (variant,) = engine._variants.values()
    assert engine._engines.keys() == {()}
    assert [type(part).__name__ for part in variant.inline] == ["LinkInlineProcessor"]
    assert variant.preprocessors == []


@pytest.mark.parametrize("name", sorted([*EXTENSIONS, *HARMLESS]))
def test_every_known_extension_is_the_librarys(name: str):
    markdown.Markdown(extensions=[name])


def test_gates_are_needed(monkeypatch: pytest.MonkeyPatch):
    """A wrong gate is noticed: each extension with a gate changes some article, so a shut one would show."""
    shown = {
        name: [
            title
            for title, source in {**ARTICLES, "wiki": "[[Page]]", "in html": "<div markdown=1>*x*</div>"}.items()
            if markdown.markdown(source, extensions=[name]) != markdown.markdown(source)
        ]
        for name in EXTENSIONS
    }
    assert [name for name, titles in shown.items() if not titles] == []


def test_with_an_unknown_extension_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path):
    """It may write any syntax: here, a table into a body without one."""
    (tmp_path / "adds_a_table.py").write_text(
        "from markdown.extensions import Extension\n"
        "from markdown.preprocessors import Preprocessor\n"
        "class Add(Preprocessor):\n"
        "    def run(self, lines): return [*lines, '', 'a | b', '--|--', '1 | 2']\n"
        "class Adds(Extension):\n"
        "    def extendMarkdown(self, md): md.preprocessors.register(Add(md), 'add', 5)\n"
        "def makeExtension(**options): return Adds(**options)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    converter = make_converter(Markdown(extensions=("tables", "adds_a_table")), "www.example.com")
    assert "<td>" in converter.convert("Text").html


def test_marks_are_found_at_the_edges():
    assert marks_of("```") >= {"\n```", "`"}
    assert marks_of("text  ") >= {"  \n", " \n"}
    assert marks_of(": x") >= {"\n: "}
    assert marks_of("") == frozenset()
    assert len(MARKS) < 60
