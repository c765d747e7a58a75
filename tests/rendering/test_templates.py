"""Templates: closures are complete, mistakes name their line, nothing in them knows the time or chance."""

from __future__ import annotations

import gc
import weakref

import msgspec
import pytest

from site_builder.errors import SiteError
from site_builder.rendering.templates import Templates, TemplateSource


def templates(**sources: str) -> Templates:
    named = {
        name.replace("__", "/") + ".html": TemplateSource(f"templates/{name}.html", text)
        for name, text in sources.items()
    }
    return Templates(named, {}, {"site": "S", "navigation": "N", "latest": "L"})


def problem_of(**sources: str) -> str:
    with pytest.raises(SiteError) as caught:
        templates(**sources)
    (problem,) = caught.value.problems
    return str(problem)


def test_the_closure_is_the_template_and_all_it_uses() -> None:
    found = templates(
        base="{% block body %}{% endblock %}{{ navigation }}",
        card="{% macro card() %}{{ latest }}{% endmacro %}",
        part="{{ site }}",
        page='{% extends "base.html" %}{% from "card.html" import card %}'
        '{% block body %}{% include "part.html" %}{% endblock %}',
        other="x",
    )
    assert found.uses()["page.html"].closure == ("base.html", "card.html", "page.html", "part.html")
    assert found.uses()["page.html"].shared == ("latest", "navigation", "site")
    assert found.uses()["other.html"].shared == ()


def test_computed_template_names_are_refused() -> None:
    assert "must be named by a text in quotes" in problem_of(page='{% include "a" ~ "b" %}')
    assert "must be named by a text in quotes" in problem_of(page="{% extends site %}")


def test_a_missing_template_is_named_with_the_nearest() -> None:
    message = problem_of(page='\n{% include "bass.html" %}', base="")
    assert message == "templates/page.html:2:1: no template 'bass.html'. Did you mean 'base.html'?"


def test_a_syntax_error_names_its_line_and_filter() -> None:
    assert problem_of(page="a\n{% if %}").startswith("templates/page.html:2:1: ")
    assert "Did you mean 'upper'?" in problem_of(page="{{ 'a'|uper }}")


def test_all_faulty_templates_are_reported_together() -> None:
    with pytest.raises(SiteError) as caught:
        templates(a="{% if %}", b="{{ 'a'|nope_nope }}", c="fine")
    assert {problem.path for problem in caught.value.problems} == {"templates/a.html", "templates/b.html"}


@pytest.mark.parametrize("text", ["{{ lipsum() }}", "{{ now() }}", "{{ time }}", "{{ nothing }}"])
def test_what_no_template_may_have_is_undefined(text: str) -> None:
    import jinja2

    with pytest.raises(jinja2.UndefinedError):
        templates(page=text).get("page.html").render()


def test_chance_is_no_filter() -> None:
    assert "No filter named 'random'" in problem_of(page="{{ [1, 2]|random }}")


class Context(msgspec.Struct, frozen=True):
    title: str


def test_everything_is_escaped_once() -> None:
    found = templates(page="{{ title }}")
    assert found.get("page.html").render({"title": "A & <b>"}) == "A &amp; &lt;b&gt;"


def test_a_program_that_builds_again_and_again_keeps_no_templates() -> None:
    found = templates(part="{% macro m() %}x{% endmacro %}", page='{% from "part.html" import m %}{{ m() }}{{ body }}')
    for fields in ((), ("body",), None):
        found.get("page.html", fields)
    other = found.with_values({"site": "T"})
    other.get("page.html", ("body",))
    gone = [weakref.ref(found), weakref.ref(other)]
    del found, other
    gc.collect()
    assert [reference() for reference in gone] == [None, None]
