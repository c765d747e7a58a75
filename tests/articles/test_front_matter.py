"""Fences and formats: where front matter ends, and that its format makes no difference."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.articles import body_text, split_front_matter
from site_builder.articles.fences import MAX_FRONT_MATTER
from site_builder.errors import SiteError
from site_builder.model import Image, Record
from tests.articles.reading import PATH, article, only_problem, parse, problems, source

YAML = "---\ntitle: A\ncategory: B\ntimestamp: 2019-06-12\n---\n"
BODY = "First.\n\n---\n\nSecond {{ x }} {% include 'y' %} {{< z >}} ${w}\n"


@pytest.mark.parametrize(
    "before",
    ["", "\ufeff", "\n", "\n \t\n\n", "\ufeff\n\n", "\ufeff\ufeff"],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("fence", ["---", "---  \t"])
@pytest.mark.parametrize("body", ["", BODY, "\n\n", "no line end", "---\nnot: front matter\n---\n"])
def test_what_occurs_in_archives_just_works(before, ends, fence, body):
    written = (before + YAML.replace("---", fence) + body).replace("\n", ends)
    read = article(written)
    assert (read.title, read.category) == ("A", "B")
    assert read.timestamp == datetime(2019, 6, 11, 16, tzinfo=UTC)
    assert body_text(written.encode(), read.body_start) == body


@pytest.mark.parametrize("end", ["---", "...", "---\n", "---\r\n", "--- "])
def test_a_file_may_end_with_its_front_matter(end):
    read = article(f"---\ntitle: A\ncategory: B\ntimestamp: 2019-06-12\n{end}")
    assert (read.excerpt, read.words) == ("", 0)
    assert read.body_start == len(f"---\ntitle: A\ncategory: B\ntimestamp: 2019-06-12\n{end}")


def test_problems_have_the_lines_of_the_file():
    for ends in ("\n", "\r\n", "\r"):
        problem = only_problem(("\ufeff\n\n" + source(views="-1")).replace("\n", ends))
        assert (problem.line, problem.column) == (7, 8)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "\ufeff",
        "\n\n",
        "# Title\n\nText",
        "{{ x }}",
        "{% x %}",
        "----\ntitle: A\n----\n",
        "-- -\n",
        " ---\na: b\n---",
    ],
)
def test_a_file_without_front_matter_is_told_what_to_write(data):
    problem = only_problem(data)
    assert (problem.line, problem.column) == (1, 1)
    assert problem.message.startswith("no front matter")
    assert "'---'" in problem.hint
    assert "title" in problem.hint


@pytest.mark.parametrize("fence", ["---", "+++"])
@pytest.mark.parametrize("rest", ["", "\n", "\ntitle: A\n\nText\n", "\r\ntitle: A", "\n ---\n", "\n----\n"])
def test_front_matter_that_does_not_end_names_the_line_where_it_starts(fence, rest):
    problem = only_problem(f"\n\n{fence}{rest}")
    assert (problem.line, problem.column) == (3, 1)
    assert problem.message == f"the front matter that starts with '{fence}' in line 3 does not end"
    assert fence in problem.hint


def test_empty_front_matter_lacks_what_is_required():
    for data in ("---\n---\n", "---\n\n---\n", "+++\n+++\n", "{}\nBody", "---\n# nothing\n---\n"):
        assert {problem.message for problem in problems(data)} == {
            "'title' is missing",
            "'category' is missing",
            "'timestamp' is missing",
        }


def test_too_long_front_matter_is_told():
    for data in (
        f"---\ntitle: {'x' * MAX_FRONT_MATTER}\n---\n",
        f"+++\ntitle = '{'x' * MAX_FRONT_MATTER}'\n+++\n",
        '{"title": "' + "x" * MAX_FRONT_MATTER + '"}\n',
    ):
        problem = only_problem(data)
        assert (problem.line, problem.column) == (1, 1)
        assert "longer than 64 KiB" in problem.message


def test_a_body_over_ten_megabytes_is_told():
    assert article(source("x" * 10_000_000)).words == 1
    problem = only_problem(source("x" * 10_000_001))
    assert (problem.line, problem.column) == (6, 1)
    assert "10,000,001 bytes; at most 10,000,000" in problem.message


# ---------------------------------------------------------------- formats

FULL = {
    "yaml": """---
title: "Kapok: a story"
category: Retail
timestamp: 2019-06-12T10:01:00+08:00
views: 12
tags: [LV, Dior]
image: a.jpg
image_alt: A shop
draft: false
extra: {n: 1, text: "1", deep: {list: [1, two]}}
---
Body.
""",
    "toml": """+++
title = "Kapok: a story"
category = 'Retail'
timestamp = 2019-06-12T10:01:00+08:00
views = 12
tags = ["LV", "Dior"]
image = "a.jpg"
image_alt = '''
A shop'''
draft = false
[extra]
n = 1
text = "1"
[extra.deep]
list = [1, "two"]
+++
Body.
""",
    "json": """{
  "title": "Kapok: a story",
  "category": "Retail",
  "timestamp": "2019-06-12T10:01:00+08:00",
  "views": 12, "tags": ["LV", "Dior"],
  "image": "a.jpg", "image_alt": "A shop", "image_credit": null,
  "draft": false,
  "extra": {"n": 1, "text": "1", "deep": {"list": [1, "two"]}}
}
Body.
""",
}


@pytest.mark.parametrize("kind", FULL)
def test_the_format_makes_no_difference(kind):
    front = split_front_matter(FULL[kind].encode())
    assert front.kind == kind
    read = article(FULL[kind])
    assert read.image == Image("/2019/a.jpg", "A shop")
    assert isinstance(read.extra, Record)
    expected = article(FULL["yaml"])
    assert (
        msgspec.structs.replace(read, digest=expected.digest, body_start=expected.body_start, places=expected.places)
        == expected
    )
    assert body_text(FULL[kind].encode(), read.body_start) == "Body.\n"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("kind", FULL)
def test_line_ends_make_no_difference(kind, ends):
    written = FULL[kind].replace("\n", ends)
    assert article(written).title == "Kapok: a story"
    assert body_text(written.encode(), article(written).body_start) == "Body.\n"


WRONG_FORMATS = [
    ("+++\ntitle = A\n+++\n", 2, 9, "not valid TOML"),
    ("+++\ntitle = 'A'\ntitle = 'B'\n+++\n", 3, None, "not valid TOML"),
    ("+++\ntitle = 'A\n+++\n", 2, None, "not valid TOML"),
    ("+++\na = [1,\n+++\n", None, None, "not valid TOML"),
    ("+++\na = " + "[" * 5000 + "\n+++\n", 2, 1, "nested more than"),
    ("+++\na = " + "[" * 30 + "]" * 30 + "\n+++\n", 2, 5, "nested more than"),
    ("+++\n" + "a." * 20_000 + "a = 1\n+++\n", 2, 1, "more than 500 dots"),
    ("+++\na = 1" + "0" * 5000 + "\n+++\n", 2, 1, "not valid TOML"),
    ('{"title": "A",}\n', 1, None, "not valid JSON"),
    ('{"title": A}\n', 1, 11, "not valid JSON"),
    ('\n{\n"title": "A"\n"b": 1}', 4, 1, "not valid JSON"),
    ('{"title": "A"', 1, None, "not valid JSON"),
    ('{"title": NaN}', 1, 1, "not valid JSON"),
    ('{"a": ' + "[" * 60_000, 1, 1, "nested more than"),
    ('{"a": ' + "[" * 30 + "]" * 30 + "}", 1, 7, "nested more than"),
    ("+++\n" + "".join(f"k{n} = 1\n" for n in range(201)) + "+++\n", 2, 1, "201 keys; at most 200"),
    ("{" + ",".join(f'"k{n}": 1' for n in range(201)) + "}", 1, 1, "201 keys; at most 200"),
    ("---\ntitle: A: B\n---\n", 2, 9, "not valid YAML"),
    ("---\njust text\n---\n", 2, 1, "where 'key: value' lines are expected"),
    ("---\n- a\n- b\n---\n", 2, 1, "a list where"),
    ("---\ntitle: &a b\n---\n", 2, 8, "anchors"),
    ("---\ntitle: !!python/object/apply:os.system [x]\n---\n", 2, 8, "tags"),
    ("---\na: &a [x]\nb: *a\n---\n", 2, 4, "anchors"),
]


@pytest.mark.parametrize("data, line, column, message", WRONG_FORMATS, ids=lambda value: str(value)[:20])
def test_a_broken_format_is_told_with_its_place(data, line, column, message):
    problem = only_problem(data)
    assert message in problem.message
    assert line in (None, problem.line)
    assert column in (None, problem.column)


def test_json_keys_given_twice_are_told_all_of_them():
    data = '{"title": "A", "category": "B",\n"timestamp": "2019-06-12",\n"title": "C",\n"extra": {"a": 1, "a": 2}}'
    assert [(problem.line, problem.column, problem.message) for problem in problems(data)] == [
        (3, 1, "key 'title' is given twice, first in line 1"),
        (4, 10, "key 'a' is given twice, first in line 4"),
    ]


@pytest.mark.parametrize("kind", ["toml", "json"])
def test_toml_and_json_values_have_the_places_of_their_keys(kind):
    text = FULL[kind].replace("12", "-1", 1) if kind == "toml" else FULL[kind]
    text = text.replace("= 12\n", "= -1\n").replace(": 12,", ": -1,").replace("2019-06--1", "2019-06-12")
    text = text.replace("draft", "darft")
    found = {problem.message.split(":")[0]: problem for problem in problems(text)}
    views, unknown = found["views"], found["unknown key 'darft'"]
    lines = text.split("\n")
    assert lines[views.line - 1][views.column - 1 :].startswith("-1")
    assert lines[unknown.line - 1][unknown.column - 1 :].lstrip('"').startswith("darft")


def test_huge_numbers_of_toml_are_no_traceback():
    assert "views" in only_problem(FULL["toml"].replace("= 12\n", "= 0x" + "f" * 9000 + "\n")).message
    assert article(FULL["toml"].replace("n = 1\n", "n = 0x" + "f" * 9000 + "\n")).extra.n.startswith("0xfff")


def test_the_split_can_be_used_alone():
    front = split_front_matter("---\na: b\n---\nBödy".encode(), "x.md")
    assert (front.kind, front.text, front.first_line, front.body_start) == ("yaml", "a: b\n", 2, 13)
    with pytest.raises(SiteError, match=r"x.md:2:4: byte 0xFF is no UTF-8"):
        split_front_matter(b"---\na: \xff\n---\n", "x.md")


@given(st.binary(max_size=200))
def test_a_split_gives_a_place_in_the_file_or_a_problem(data):
    for before in (b"", b"---\n", b"+++\n", b"{", b"---\na: b\n---", b"+++\na=1\n+++\r\n", b'{"a": 1}'):
        try:
            front = split_front_matter(before + data, PATH)
        except SiteError:
            continue
        assert 0 < front.body_start <= len(before + data)
        assert front.first_line >= 1


def test_control_characters_in_front_matter_are_left_out_with_a_warning():
    parsed = parse(source("", title="A\x0bB\u2028C\x85D", views="7"))
    assert parsed.article is not None
    assert (parsed.article.title, parsed.article.views) == ("AB CD", 7)
    (warning,) = parsed.warnings
    assert (warning.line, warning.column) == (2, 9)
    assert warning.message == "2 control characters in the front matter are left out"
