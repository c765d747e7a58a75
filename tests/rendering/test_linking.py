"""A template that was put together in one piece renders what Jinja renders from the parts."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import TemplateError

from site_builder.building.snapshot import take_snapshot
from site_builder.rendering.templates import Templates, TemplateSource
from tests.support.sample import REPOSITORY
from tests.support.site import INSTANT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.support.site import SiteDir

SHARED = {"site": "S", "latest": (1, 2)}


def templates(sources: dict[str, str]) -> Templates:
    named = {f"{name}.html": TemplateSource(f"templates/{name}.html", text) for name, text in sources.items()}
    return Templates(named, {}, SHARED)


def rendered(found: Templates, fields: tuple[str, ...] | None, values: dict[str, object]) -> str | tuple[object, ...]:
    """The text of the page, or where and with what it failed."""
    try:
        return found.get("page.html", fields).render(values)
    except (TemplateError, AttributeError, RecursionError) as error:
        # Without end is without end, wherever it is noticed.
        return (
            (type(error), str(error), found.line_of(error)) if not isinstance(error, RecursionError) else ("endless",)
        )


def is_linked(found: Templates, fields: tuple[str, ...]) -> bool:
    return found.get("page.html", fields) is not found.get("page.html")


BASE = "<{% block a %}base{% endblock %}>{% include 'part.html' %}"

SAME = {
    "page": {"page": "{{ x }} {{ site }} {% for n in latest %}{{ n }}{% endfor %}"},
    "inheritance": {
        "base": BASE,
        "part": "p{{ x }}",
        "page": "{% extends 'base.html' %}{% block a %}{{ x }}{% endblock %}",
    },
    "text beside extends": {"base": BASE, "part": "", "page": "before{% extends 'base.html' %}after{{ nothing }}"},
    "two layouts": {
        "base": BASE,
        "part": "p",
        "middle": "{% extends 'base.html' %}{% block a %}m{% block b %}{% endblock %}{% endblock %}",
        "page": "{% extends 'middle.html' %}{% block b %}{{ x }}{% endblock %}",
    },
    "set for the layout": {
        "base": "{{ y }}{% block a %}{{ y }}{% endblock %}{% include 'part.html' %}",
        "part": "{{ y }}",
        "page": "{% extends 'base.html' %}{% set y = x ~ site %}",
    },
    "set in a part stays there": {
        "part": "{% set y = 1 %}{{ y }}",
        "page": "{% include 'part.html' %}{{ y is defined }}",
    },
    "set in a block stays there": {
        "page": "{% block a %}{% set y = 1 %}{{ y }}{% endblock %}{{ y is defined }}"
        "{% block b %}{{ y is defined }}{% endblock %}"
    },
    "part in a loop": {
        "part": "{{ n }}{% for m in latest if m > n %}{{ loop.index }}{% endfor %}",
        "page": "{% for n in latest %}{% include 'part.html' %}{% else %}none{% endfor %}",
    },
    "macro": {
        "card": "{% macro card(x, site) %}{{ x }}{{ site }}{{ latest|length }}{% endmacro %}",
        "page": "{% from 'card.html' import card %}{{ card(x, 1) }}{{ card(x, site='<') }}",
    },
    "macro of a part": {
        "card": "{% macro card(n) %}{{ n }}{% endmacro %}",
        "part": "{% from 'card.html' import card as show %}{{ show(x) }}",
        "page": "{% include 'part.html' %}{{ show is defined }}",
    },
    "macro with a part": {
        "card": "{% macro card(n) %}{% include 'part.html' %}{% endmacro %}",
        "part": "{{ n }}{{ site }}{{ x is defined }}",
        "page": "{% from 'card.html' import card %}{{ card(2) }}",
    },
    "part in a set block": {
        "part": "{{ x }}",
        "page": "{% set y %}<{% include 'part.html' %}>{% endset %}{{ y }}{{ y }}",
    },
    "part in a filter": {"part": "ab", "page": "{% filter upper %}{% include 'part.html' %}{% endfilter %}"},
    "autoescape": {"page": "{% autoescape false %}{{ site ~ '<' }}{{ '<'|upper }}{% endautoescape %}{{ '<'|upper }}"},
    "with": {"part": "{{ y }}", "page": "{% with y = x %}{% include 'part.html' %}{% endwith %}{{ y is defined }}"},
    "a page's own name before the shared one": {"page": "{{ latest|length }}{% if latest %}no{% endif %}"},
}

NOT_LINKED = {
    "super": {"base": BASE, "part": "", "page": "{% extends 'base.html' %}{% block a %}{{ super() }}{% endblock %}"},
    "self": {"page": "{% block a %}a{% endblock %}{{ self.a() }}"},
    "block in a loop": {"page": "{% for n in [1] %}{% block a %}{{ n is defined }}{% endblock %}{% endfor %}"},
    "missing required block": {"base": "{% block a required %}{% endblock %}", "page": "{% extends 'base.html' %}"},
    "set after a part that reads it": {"part": "{{ x }}", "page": "{% include 'part.html' %}{% set x = 2 %}{{ x }}"},
    "set of a shared name": {"page": "{% block a %}{{ site }}{% endblock %}{% set site = 2 %}{{ site }}"},
    "inner block does not see the outer one's": {
        "page": "{% block a %}{% set y = 1 %}{% block b %}{{ y is defined }}{% endblock %}{% endblock %}"
    },
    "part that reads the loop around it": {
        "part": "{{ loop is defined }}",
        "page": "{% for n in latest %}{% include 'part.html' %}{% endfor %}",
    },
    "endless": {"page": "{% include 'part.html' %}", "part": "{% include 'page.html' %}"},
    "part without context": {"part": "{{ x is defined }}", "page": "{% include 'part.html' without context %}"},
    "extends in a condition": {"base": BASE, "part": "", "page": "{% if x %}{% extends 'base.html' %}{% endif %}"},
}


@pytest.mark.parametrize("name", SAME)
def test_what_is_linked_renders_the_same(name: str) -> None:
    found = templates(SAME[name])
    values: dict[str, object] = {"x": "<X>"}
    if "own name" in name:
        values["latest"] = ()
    fields = tuple(values)
    assert is_linked(found, fields)
    text = rendered(found, fields, values)
    assert isinstance(text, str)
    assert text == rendered(found, None, values)


@pytest.mark.parametrize("name", NOT_LINKED)
def test_what_would_not_render_the_same_is_left_to_jinja(name: str) -> None:
    found = templates(NOT_LINKED[name])
    values: dict[str, object] = {"x": "<X>"}
    assert not is_linked(found, ("x",))
    assert rendered(found, ("x",), values) == rendered(found, None, values)


class Piece(msgspec.Struct, frozen=True):
    title: str = "T"


@pytest.mark.parametrize(
    "faulty, line", [("page", 3), ("base", 2), ("base", 5), ("part", 1), ("part", 4), ("card", 2), ("module", 2)]
)
def test_an_error_is_told_at_its_line_of_its_file(faulty: str, line: int) -> None:
    sources = {
        "base": "1\n\n{% block a %}\n{% endblock %}\n\n{% include 'part.html' %}\n",
        "part": "\n\n\n\n",
        "card": "{% macro card(piece) %}\n\n{% endmacro %}\n",
        "module": "{% macro m() %}{% endmacro %}\n\n",
        "page": "{% extends 'base.html' %}{% from 'card.html' import card %}{% from 'module.html' import m %}\n"
        "{% block a %}\n\n{{ card(piece) }}{{ m() }}{% endblock %}\n",
    }
    lines = sources[faulty].split("\n")
    lines[line - 1] += "{{ site.nope }}" if faulty == "module" else "{{ (piece or site).nope }}"
    found = templates({**sources, faulty: "\n".join(lines)})
    values: dict[str, object] = {"piece": Piece()}
    fails = rendered(found, ("piece",), values)
    assert fails[2] == (f"templates/{faulty}.html", line)
    assert fails == rendered(found, None, values)
    assert faulty == "module" or is_linked(found, ("piece",))


# Small templates of everything that gives, hides and reads names.
_NAME = st.sampled_from(["x", "y", "site"])
_READ = _NAME.map("{{{{ {0}|default('-') }}}}".format)
_SET = st.builds("{{% set {} = {} ~ '.' %}}".format, _NAME, st.sampled_from(["1", "x", "site"]))


def _bodies(parts: list[str], blocks: list[str]) -> st.SearchStrategy[str]:
    leaves = [_READ, _READ, _SET, *(st.just("{% include '" + part + "' %}") for part in parts)]

    def inside(body: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.builds("{{% if {}|default('') %}}{}{{% endif %}}".format, _NAME, body),
            st.builds("{{% for {} in [1, 2] %}}{}{{% endfor %}}".format, _NAME, body),
            st.builds("{{% with {} = 'w' %}}{}{{% endwith %}}".format, _NAME, body),
            st.builds("{{% set {} %}}{}{{% endset %}}".format, _NAME, body),
            *(st.builds(f"{{{{% block {name} %}}}}{{}}{{{{% endblock %}}}}".format, body) for name in blocks),
        )

    return st.lists(st.recursive(st.one_of(leaves), inside, max_leaves=4), max_size=4).map("".join)


@pytest.mark.fuzz
@given(
    page=_bodies(["part.html", "other.html"], ["a", "b"]),
    base=_bodies(["part.html"], ["a", "b"]),
    part=_bodies(["other.html"], []),
    other=_bodies([], []),
    extends=st.booleans(),
)
@example(page="{% block a %}{% endblock %}", base="{% set y = 1 %}", part="", other="", extends=True)
def test_linked_is_unlinked(page: str, base: str, part: str, other: str, extends: bool) -> None:
    sources = {"base": base, "part": part, "other": other}
    sources["page"] = ("{% extends 'base.html' %}" if extends else "") + page
    if any(text.count("{% block a") > 1 or text.count("{% block b") > 1 for text in sources.values()):
        return
    found = templates(sources)
    values: dict[str, object] = {"x": "X"}
    assert rendered(found, ("x",), values) == rendered(found, None, values)


def test_every_page_of_the_default_theme_is_linked(site: Callable[[Mapping[str, str | bytes]], SiteDir]) -> None:
    folder = site({"content/a.md": "---\ntitle: A\ncategory: C\ntags: [T]\ntimestamp: 2026-11-01\n---\n## Text\n"}).path
    shutil.copytree(REPOSITORY / "templates", folder / "templates", dirs_exist_ok=True)
    snapshot = take_snapshot(folder, INSTANT)
    found = snapshot.renderer._templates
    pages = {page.template: page.page(snapshot.catalog).context.__struct_fields__ for page in snapshot.pages}
    assert {name for name, fields in pages.items() if found.get(name, fields) is found.get(name)} == set()
