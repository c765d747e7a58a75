"""Templates as functions: no state survives a page, and what is remembered is what would be rendered."""

from __future__ import annotations

import weakref

import jinja2
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from site_builder.errors import SiteError
from site_builder.model import Card, Record, Term
from site_builder.rendering.printing import fast_escape
from site_builder.rendering.purity import REMEMBERED, remembering
from site_builder.rendering.templates import Templates, TemplateSource
from tests.support.articles import LATER


def card(title: str) -> Card:
    return Card(title, "/", Term("News", "/news/"), None, LATER, "", None, "en")


def templates(**sources: str) -> Templates:
    named = {name + ".html": TemplateSource(f"templates/{name}.html", text) for name, text in sources.items()}
    return Templates(named, {}, {"site": "S"})


@pytest.mark.parametrize(
    "text",
    [
        "{% set seen = [] %}{{ seen.append(1) }}",
        "{{ {}.update(a=1) }}",
        "{{ [1]['pop']() }}",
        "{{ ([]|attr('append'))(1) }}",
    ],
)
def test_a_template_that_could_change_a_value_is_refused(text: str) -> None:
    with pytest.raises(SiteError, match=r"templates/page\.html:1:1: "):
        templates(page=text)


@pytest.mark.parametrize(
    "text",
    [
        "{{ when.now() }}",
        "{{ when.today() }}",
        "{{ when.fromtimestamp(0) }}",
        "{{ when.astimezone() }}",
        "{% set ask = when['utcnow'] %}{{ ask() }}",
        "{% set ask = when.now %}{{ ask() }}",
        "{{ (when if when else 0).date().today() }}",
        "{% set ask = when|attr('now') %}{{ ask() }}",
        "{% set ask = [piece]|map(attribute='timestamp.now')|first %}{{ ask() }}",
    ],
)
def test_no_template_can_ask_the_clock(text: str) -> None:
    found = templates(page=text)
    for template in (found.get("page.html"), found.get("page.html", ("when", "piece"))):
        with pytest.raises(jinja2.TemplateRuntimeError, match="asks the clock"):
            template.render(when=LATER, piece=card("T"))


def test_a_free_key_may_be_called_as_a_clock_is() -> None:
    text = "{{ extra.now }} {{ extra['today'] }} {{ [extra]|map(attribute='now')|first }} {{ when.year }}"
    values = {"extra": Record((("now", "a"), ("today", "b"))), "when": LATER}
    assert templates(page=text).get("page.html").render(values) == f"a b a {LATER.year}"


@pytest.mark.parametrize("name", ["namespace", "cycler", "joiner"])
def test_state_may_not_outlive_a_page(name: str) -> None:
    make = "{% set kept = " + name + "(1) %}" if name == "cycler" else "{% set kept = " + name + "() %}"
    assert templates(page=make + "x").get("page.html").render() == "x"
    with pytest.raises(SiteError, match="in a template that is imported"):
        templates(page='{% from "part.html" import kept %}', part=make)
    with pytest.raises(SiteError, match="in a template that is imported"):
        templates(page=make + "{% macro m() %}{% endmacro %}")


def test_a_missing_attribute_is_an_error_unless_the_template_asks() -> None:
    piece = card("T")
    ask = "{{ piece.nope is defined }} {{ piece.nope|default('-') }} {{ piece.title|default('-') }}"
    assert templates(page=ask).get("page.html").render(piece=piece) == "False - T"
    with pytest.raises(AttributeError, match="nope"):
        templates(page="{{ piece.nope }}").get("page.html").render(piece=piece)


def test_blocks_loops_and_modules_keep_their_attributes() -> None:
    found = templates(
        base="{% block title %}t{% endblock %}{{ self.title() }}",
        forms="{% macro field() %}f{% endmacro %}",
        page='{% extends "base.html" %}{% import "forms.html" as forms %}'
        "{% block title %}{% for x in [1, 2] %}{{ loop.index }}{% endfor %}{{ forms.field() }}"
        "{{ {'a': 1}.a }}{% endblock %}",
    )
    assert found.get("page.html").render() == "12f1" * 2


@given(st.text() | st.integers() | st.none() | st.text().map(Markup))
def test_escaping_is_markupsafes(value: object) -> None:
    assert str(fast_escape(value)) == str(escape(value))


def test_a_macro_is_rendered_once_for_the_same_piece_and_again_for_another() -> None:
    calls: list[object] = []

    def macro(piece: Card, level: int, *, wide: bool = False) -> str:
        calls.append(piece)
        return f"{piece.title} {level} {wide}"

    remembered = remembering(macro)
    a, b = card("a"), card("b")
    asked = [(a, 1), (b, 1), (a, 1), (a, 2), (a, True), (b, 1)]
    assert [remembered(*arguments) for arguments in asked] == [f"{p.title} {level} False" for p, level in asked]
    assert remembered(a, 1, wide=True) == "a 1 True"
    assert len(calls) == 5


def test_a_term_is_known_by_its_value() -> None:
    calls: list[object] = []
    remembered = remembering(lambda term, level: calls.append(term) or f"{term.name}{level}")
    asked = [(Term("a", "/a/"), 1), (Term("a", "/a/"), 1), (Term("a", "/b/"), 1), (Term("a", "/a/"), True)]
    assert [remembered(*arguments) for arguments in asked[:3]] == ["a1"] * 3
    assert remembered(*asked[3]) == "aTrue"
    assert len(calls) == 3


class Made(msgspec.Struct, frozen=True, weakref=True):
    title: str


def test_nothing_is_kept_for_what_is_made_for_one_page() -> None:
    remembered = remembering(lambda made, piece: f"{made.title} {piece.title}")
    made = Made("rail")
    assert remembered(made, card("a")) == "rail a"
    seen = weakref.ref(made)
    del made
    assert seen() is None


def test_what_could_change_is_never_remembered() -> None:
    remembered = remembering(str)
    items = [1]
    assert remembered(items) == "[1]"
    items.append(2)
    assert remembered(items) == "[1, 2]"


def test_the_memory_is_bounded_and_outlives_its_arguments_safely() -> None:
    remembered = remembering(lambda piece: piece.title)
    # Each record dies at once unless it is held: a new one may then have the same id.
    assert all(remembered(card(str(n))) == str(n) for n in range(REMEMBERED + 500))


def test_imported_macros_do_not_see_the_page_and_give_the_same_text_on_all() -> None:
    found = templates(
        card="{% macro card(piece) %}<b>{{ piece.title }}</b> {{ site }}{% endmacro %}",
        page='{% from "card.html" import card %}{{ card(piece) }}',
    )
    piece = card("A & B")
    page = found.get("page.html")
    assert page.render(piece=piece) == page.render(piece=piece) == "<b>A &amp; B</b> S"
    assert page.render(piece=card("C")) == "<b>C</b> S"
