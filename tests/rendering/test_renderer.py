"""Pages rendered together are the pages rendered one by one."""

from __future__ import annotations

import msgspec
import pytest

from site_builder.config import Markdown
from site_builder.errors import Problem, SiteError
from site_builder.model import BodyRef, Page, Record, Rendered
from site_builder.rendering.markdown import make_converter
from site_builder.rendering.renderer import Renderer
from site_builder.rendering.templates import Templates, TemplateSource


class Info(msgspec.Struct, frozen=True):
    lang: str = "en"


class Context(msgspec.Struct, frozen=True):
    page: Info
    title: str
    body: BodyRef


class Plain(msgspec.Struct, frozen=True):
    title: str


class Free(msgspec.Struct, frozen=True):
    free: Record


def read(reference: BodyRef) -> str:
    if "gone" in reference.path:
        raise SiteError([Problem(reference.path, message="cannot be read")])
    return f"*{reference.path}*"


def renderer() -> Renderer:
    sources = {
        "a.html": "{{ title }}: {{ body.html }}",
        "b.html": "{{ title }}",
        "endless.html": "{% include 'endless.html' %}",
    }
    named = {name: TemplateSource(f"templates/{name}", text) for name, text in sources.items()}
    return Renderer(Templates(named, {}, {}), make_converter(Markdown(engine="markdown"), ""), read)


def article(name: str, title: str = "T") -> Page:
    return Page("article", name, "a.html", Context(Info(), title, BodyRef(f"content/{name}.md", 0, b"")), name)


def test_each_page_of_many_gives_what_it_gives_alone() -> None:
    pages = [
        article("one"),
        article("gone"),
        Page("plain", "p", "b.html", Plain("<")),
        Page("faulty", "f", "a.html", Plain("no body")),
        Page("endless", "e", "endless.html", Plain("")),
        article("two", "Last"),
    ]
    many = renderer().render_many(pages)
    for page, found in zip(pages, many, strict=True):
        try:
            alone: Rendered | SiteError = renderer().render(page)
        except SiteError as error:
            alone = error
        assert getattr(found, "problems", found) == getattr(alone, "problems", alone)
    texts = [found.data.decode() if isinstance(found, Rendered) else found.problems[0].message for found in many]
    assert texts == [
        "T: <p><em>content/one.md</em></p>",
        "cannot be read",
        "&lt;",
        "'body' is undefined (while rendering /f)",
        "includes or calls itself without end (while rendering /e)",
        "Last: <p><em>content/two.md</em></p>",
    ]


_RENDERING = "(while rendering /a)"


@pytest.mark.parametrize(
    "asked, says",
    [
        ("kiker", f"there is no 'kiker' in this 'extra' {_RENDERING}. Did you mean 'kicker'?"),
        ("x", f"there is no 'x' in this 'extra' {_RENDERING}. Not every 'extra' has it: ask first, with \"'x' in …\""),
    ],
)
def test_a_free_key_that_a_piece_has_not_is_told_by_the_keys_that_it_has(asked: str, says: str) -> None:
    templates = Templates({"a.html": TemplateSource("templates/a.html", "{{ free." + asked + " }}")}, {}, {})
    made = Renderer(templates, make_converter(Markdown(engine="markdown"), ""), read)
    with pytest.raises(SiteError) as caught:
        made.render(Page("plain", "a", "a.html", Free(Record((("kicker", "x"),)))))
    assert str(caught.value) == f"templates/a.html:1:1: {says}"


def test_a_list_that_no_memory_holds_is_told_at_its_line() -> None:
    text = "\n{{ range(2 * 10**18)|list }}"
    made = Renderer(
        Templates({"a.html": TemplateSource("templates/a.html", text)}, {}, {}), make_converter(Markdown(), ""), read
    )
    with pytest.raises(SiteError, match=r"templates/a\.html:2:1: takes more memory than there is \(while rendering /a"):
        made.render(Page("plain", "a", "a.html", Plain("T")))


def test_what_to_do_about_a_body_that_takes_too_long_is_told() -> None:
    templates = Templates({"a.html": TemplateSource("templates/a.html", "{{ body.html }}")}, {}, {})
    made = Renderer(templates, make_converter(Markdown(time_limit=1), ""), lambda _: "[" * 60_000 + "](")
    with pytest.raises(SiteError) as caught:
        made.render(article("endless"))
    (problem,) = caught.value.problems
    assert problem.message == "Markdown took longer than 1 s"
    assert "markdown.time_limit" in problem.hint
