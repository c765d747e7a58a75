"""Pictures load late, tables scroll in their own boxes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.config import Markdown
from site_builder.rendering.markdown import make_converter
from site_builder.rendering.markdown.media import with_lazy_images, with_named_boxes, with_tables
from tests.rendering.markdown.dom import elements, shape, tree_of
from tests.support.markup import parse_html

TABLE = "| City | Stores | |\n|:-----|-------:|:-:|\n| Milan | 3 | x |\n"
ENGINES = ("markdown", "comrak")


def convert(source: str, engine: str, lang: str = "", **settings) -> str:
    return make_converter(Markdown(engine=engine, **settings), "www.example.com").convert(source, lang).html


@pytest.mark.parametrize("engine", ENGINES)
def test_images_are_lazy(engine: str):
    (image,) = elements(convert('![A "coat"](/a.jpg "T")', engine), "img")
    assert image.attrib == {"src": "/a.jpg", "alt": 'A "coat"', "title": "T", "loading": "lazy", "decoding": "async"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("raw_html", ["trusted", "sanitized"])
def test_what_an_author_says_of_an_image_stays(engine: str, raw_html: str):
    html = convert("<p><img src=/a.jpg loading=eager><IMG SRC='/b.jpg'/></p>\n", engine, raw_html=raw_html)
    images = elements(html, "img")
    assert [image.get("loading") for image in images] == ["eager", "lazy"]
    assert [image.get("decoding") for image in images] == ["async", "async"]


def test_other_words_are_no_hints():
    (image,) = elements(with_lazy_images('<img alt="loading" data-loading="x" src="decoding=sync">'), "img")
    assert image.get("loading") == "lazy"
    assert image.get("decoding") == "async"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("raw_html", ["trusted", "sanitized", "escaped"])
def test_tables_scroll_and_align_by_style(engine: str, raw_html: str):
    html = convert(f"{TABLE}\n\ntext\n\n{TABLE}", engine, raw_html=raw_html)
    body = parse_html(html, fragment=True)
    boxes = body.xpath("div[@class='table-scroll'][@role='region'][@tabindex='0'][table]")
    assert [box.get("aria-label") for box in boxes] == ["Table", "Table 2"]
    cells = body.xpath("(//table)[1]//*[self::th or self::td]")
    styles = [cell.get("style", "").replace(";", "").replace(" ", "") for cell in cells]
    assert styles == ["text-align:left", "text-align:right", "text-align:center"] * 2
    assert not body.xpath("//*[@align]")


def test_the_box_has_a_name_in_the_articles_language():
    assert 'aria-label="表格"' in convert(TABLE, "comrak", "zh-Hans")
    assert 'aria-label="Tableau"' in convert(TABLE, "markdown", "FR")


@pytest.mark.parametrize("engine", ENGINES)
def test_sanitizing_keeps_alignment(engine: str):
    html = convert(f"{TABLE}\n<b>raw</b>\n", engine)
    cells = elements(html, "td")
    assert [cell.get("style", "").replace(";", "").replace(" ", "") for cell in cells][:2] == [
        "text-align:left",
        "text-align:right",
    ]
    assert len(elements(html, "div")) == 1


@pytest.mark.parametrize("lang, names", [("en-GB", ["to do", "done"]), ("zh-Hans", ["未完成", "已完成"])])
def test_boxes_of_tasks_have_names(lang: str, names: list[str]):
    html = convert("- [ ] a\n- [x] b\n", "comrak", lang=lang)
    assert [box.get("aria-label") for box in elements(html, "input")] == names


def test_other_boxes_are_left_to_their_author():
    html = '<label><input type=checkbox> a</label><input class="task-list-item-checkbox" aria-label="x">'
    assert with_named_boxes(html, "en") == html


@pytest.mark.parametrize(
    "html, boxes",
    [
        ("<table><tr><td><table><tr><td>x</td></tr></table></td></tr></table><table></table>", 2),
        ("<table><tr><td>never closed", 0),
        ("</table>text", 0),
        ("<TABLE class=x><tr><td>x</TABLE >", 1),
        ("<tablet>x</tablet>", 0),
    ],
)
def test_tables_as_authors_write_them(html: str, boxes: int):
    wrapped = with_tables(html, "")
    assert wrapped.count('<div class="table-scroll"') == boxes == wrapped.count("</div>")


@given(st.lists(st.sampled_from(["<table>", "</table>", "<td>", "<p>", "text"]), max_size=10))
def test_boxes_change_nothing_else(parts: list[str]):
    wrapped = with_tables("".join(parts), "")
    without = wrapped.replace("</div>", "")
    for box in elements(wrapped, "div"):
        assert [child.tag for child in box].count("table") >= 1
    while '<div class="table-scroll"' in without:
        start = without.index('<div class="table-scroll"')
        without = without[:start] + without[without.index(">", start) + 1 :]
    assert shape(without) == shape("".join(parts))
    assert tree_of(wrapped) is not None
