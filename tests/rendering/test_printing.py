"""What templates may print: never a thing that has no text of its own, by whatever way it is made text."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
import pytest

from site_builder.config_views import Display
from site_builder.errors import SiteError
from site_builder.model import Items, Page, Record, Term
from site_builder.rendering.filters import as_json
from site_builder.rendering.renderer import Renderer
from site_builder.rendering.slots import cut, slot, splice
from site_builder.rendering.templates import Templates, TemplateSource

MACROS = "{% macro card() %}c{% endmacro %}"


class Context(msgspec.Struct, frozen=True):
    title: str = "A & B"
    nothing: None = None
    number: int = 3
    when: datetime = datetime(2026, 1, 2, tzinfo=UTC)
    names: tuple[str, ...] = ("a", "b")
    term: Term = Term("Retail", "/retail/")
    extra: Record = Record((("names", Items(("x",))),))


def render(text: str, display: Display = "exact") -> str:
    filters = {"views": lambda term: slot(term.url), "json": as_json}
    sources = {"page.html": text, "macros.html": MACROS}
    named = {name: TemplateSource(f"templates/{name}", source) for name, source in sources.items()}
    renderer = Renderer(Templates(named, filters, {}), None, lambda _: "")  # type: ignore[arg-type]
    return splice(
        renderer.render(Page("p", "p/index.html", "page.html", Context())), {"/retail/": 1234}, display
    ).decode()


UNPRINTABLE = [
    "title.title",
    "title['title']",
    "title|attr('title')",
    "names",
    "names|map('upper')",
    "term",
    "extra",
    "extra.names",
    "range",
    "'x'.title",
    "macros.card",
]


@pytest.mark.parametrize("value", UNPRINTABLE)
@pytest.mark.parametrize(
    "way",
    [
        "{{ %s }}",
        "{{ %s ~ '' }}",
        "{{ '' ~ (%s) }}",
        "{{ (%s)|string }}",
        "{{ (%s)|e }}",
        "{{ (%s)|upper }}",
        "{{ [%s]|join }}",
        "{{ [%s]|join(', ') }}",
        "{{ '%%s'|format(%s) }}",
        "{{ '%%s' %% (%s,) }}",
        "{{ '%%(a)s' %% {'a': %s} }}",
        "{{ 'a'|replace('a', %s) }}",
        "{% autoescape false %}{{ %s }}{% endautoescape %}",
        "{% autoescape false %}{{ %s ~ '' }}{% endautoescape %}",
        "{% set text %}{{ %s }}{% endset %}{{ text }}",
    ],
)
def test_what_has_no_text_of_its_own_is_refused_at_its_line(value: str, way: str) -> None:
    with pytest.raises(SiteError) as caught:
        render('{% import "macros.html" as macros %}\n' + way.replace("%s", value, 1).replace("%%", "%"))
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("templates/page.html", 2)
    assert "0x" not in problem.message


def test_the_message_says_what_to_write() -> None:
    with pytest.raises(SiteError, match=r"only what it gives: title\(\) \(while rendering /p/index.html\)"):
        render("{{ title.title }}")
    with pytest.raises(SiteError, match=r"a Term cannot be printed: print one of its values \(name, url\)"):
        render("{{ term }}")
    with pytest.raises(SiteError, match="loop over it, or use the filter join"):
        render("{{ names }}")


@pytest.mark.parametrize(
    "text", ["{{ '{}'.format(title.title) }}", "{{ title.__hash__() }}", "{{ title['__class__'] }}"]
)
def test_ways_around_are_refused_when_compiled(text: str) -> None:
    with pytest.raises(SiteError, match=r"templates/page\.html:1:1: "):
        render(text)


def test_what_has_a_text_is_printed() -> None:
    shown = "{{ title.title() }}|{{ nothing }}|{{ number }}|{{ number % 2 }}|{{ 1.5 }}|{{ true }}|{{ when }}"
    assert render(shown) == "A &amp; B|None|3|1|1.5|True|2026-01-02 00:00:00+00:00"
    made = "{{ names|join(', ') }}|{{ [term]|join(attribute='name') }}|{{ title ~ number }}"
    assert render(made + "|{{ '%s %d' % (title, number) }}") == "a, b|Retail|A &amp; B3|A &amp; B 3"
    assert render("{% autoescape false %}{{ title }}{{ title ~ 1 }}{% endautoescape %}") == "A & BA & B1"
    assert render('{% from "macros.html" import card %}{{ card() }}{{ card() ~ "<" }}') == "cc&lt;"


def test_a_view_count_is_a_number_wherever_it_is_printed() -> None:
    assert render("{{ term|views }} {{ term|views ~ '!' }} {{ [term|views]|join }}") == "1234 1234! 1234"
    assert json.loads(render("{{ term|views|json }}", "rounded")) == 1234
    assert render("{{ term|views }}", "rounded") == "1.2k"
    assert render("{% autoescape false %}{{ term|views }}{% endautoescape %}") == "1234"


@pytest.mark.parametrize(
    "text",
    [
        "{% if term|views > 5 %}{% endif %}",
        "{% if term|views == 5 %}{% endif %}",
        "{% if term|views %}{% endif %}",
        "{{ term|views|int }}",
        "{{ term|views|upper }}",
        "{{ term|views|length }}",
        "{{ (term|views) + 1 }}",
        "{{ '%s' % (term|views) }}",
        "{{ (term|views ~ '!')|upper }}",
        "{% filter upper %}{{ term|views }}{% endfilter %}",
        "{{ [term|views]|json }}",
    ],
)
def test_a_view_count_can_only_be_printed(text: str) -> None:
    with pytest.raises(SiteError, match=r"only be printed|has no JSON"):
        render(text)


def test_a_count_that_was_cut_in_two_is_told() -> None:
    with pytest.raises(SiteError, match=r"templates/page\.html:1:1: a template cut a view count in two"):
        render("{{ (term|views ~ '')[:3] }}")


def test_counts_change_no_other_byte() -> None:
    assert cut(slot("/a/").mark).slots == ((0, "/a/"),)
