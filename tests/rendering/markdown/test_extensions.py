"""Extensions by name, as in MkDocs; a wrong one is a problem of site.yaml."""

from __future__ import annotations

import pytest

from site_builder.config import Markdown
from site_builder.errors import Problem, SiteError
from site_builder.rendering.markdown import ConversionError, make_converter
from tests.rendering.markdown.dom import elements, text_of


def problems(**settings) -> tuple[Problem, ...]:
    with pytest.raises(SiteError) as caught:
        make_converter(Markdown(**settings), "www.example.com")
    assert {problem.path for problem in caught.value.problems} == {"site.yaml"}
    return caught.value.problems


def test_all_wrong_extensions_are_told_with_the_nearest_right_one():
    first, second = problems(extensions=("tabels", "footnotes", "foot_notes"))
    assert (first.message, first.hint) == (
        "markdown.extensions: unknown extension 'foot_notes'",
        "Did you mean 'footnotes'?",
    )
    assert (second.message, second.hint) == (
        "markdown.extensions: unknown extension 'tabels'",
        "Did you mean 'tables'?",
    )


def test_a_wrong_option_is_told():
    (problem,) = problems(extension_configs={"toc": {"permalnk": True}})
    assert problem.message == "markdown.extension_configs.toc: unknown option 'permalnk'"
    assert problem.hint == "Did you mean 'permalink'?"
    (problem,) = problems(extension_configs={"toc": {"toc_depth": "deep"}})
    assert "'toc' cannot be used" in problem.message
    (problem,) = problems(extension_configs={"tabels": {"use_align_attribute": True}})
    assert "'tabels' is not among markdown.extensions" in problem.message
    (problem,) = problems(extension_configs={"toc": {"slugify": "x"}})
    assert "slugify" in problem.message


def test_a_module_that_is_no_extension_is_told():
    (problem,) = problems(extensions=("json",))
    assert "'json' cannot be used" in problem.message
    (problem,) = problems(extensions=("no.such.module",))
    assert "unknown extension 'no.such.module'" in problem.message


@pytest.mark.parametrize("name", ["tables", "markdown.extensions.tables", "markdown.extensions.tables:TableExtension"])
def test_an_extension_may_be_named_in_each_way(name: str):
    made = make_converter(Markdown(extensions=(name,)), "www.example.com")
    assert elements(made.convert("a | b\n--|--\n1 | 2\n").html, "table")


def test_a_bundle_is_its_parts():
    made = make_converter(Markdown(extensions=("extra",)), "www.example.com")
    source = "a[^1] LV\n\n[^1]: x\n\n*[LV]: y\n\n<div markdown>*em*</div>\n"
    assert {"sup", "abbr", "div", "em"} <= {element.tag for element in elements(made.convert(source).html)}


def test_options_reach_the_extension():
    settings = Markdown(
        extension_configs={"footnotes": {"BACKLINK_TEXT": "back"}, "markdown.extensions.toc": {"baselevel": 3}}
    )
    made = make_converter(settings, "www.example.com")
    assert "back" in text_of(made.convert("a[^1]\n\n[^1]: x\n").html)
    assert elements(made.convert("## A\n").html, "h4")


def test_an_extension_that_fails_on_a_body_is_that_bodys_problem(monkeypatch: pytest.MonkeyPatch, tmp_path):
    (tmp_path / "fails_on_bang.py").write_text(
        "from markdown.extensions import Extension\n"
        "from markdown.preprocessors import Preprocessor\n"
        "class Fail(Preprocessor):\n"
        "    def run(self, lines):\n"
        "        if 'bang' in lines: raise IndexError('out of range')\n"
        "        return lines\n"
        "class Fails(Extension):\n"
        "    def extendMarkdown(self, md): md.preprocessors.register(Fail(md), 'fail', 5)\n"
        "def makeExtension(**options): return Fails(**options)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    made = make_converter(Markdown(extensions=("fails_on_bang",)), "www.example.com")
    with pytest.raises(ConversionError, match="IndexError: out of range"):
        made.convert("bang")
    assert made.convert("fine").html == "<p>fine</p>"
