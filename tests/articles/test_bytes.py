"""Bytes of a file: encodings, characters that no page may hold, words."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from site_builder.articles.characters import DISALLOWED, body_text, encoding_problem, has_disallowed
from site_builder.articles.words import count_words
from tests.articles.reading import PATH, article, only_problem, parse, source

CHINESE = "时尚品牌周一表示，将在上海开设三十家新店。\n"


@pytest.mark.parametrize(
    "encoding, hint",
    [
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16"),
    ],
)
def test_another_encoding_of_chinese_is_told(encoding, hint):
    problem = only_problem(source(CHINESE * 5, title="时尚").encode(encoding))
    assert "is no UTF-8 text" in problem.message
    assert hint in problem.hint
    assert "save it as UTF-8" in problem.hint


def test_the_first_wrong_byte_has_its_place():
    data = source("One\n\nCafé here", title="A").encode()
    problem = only_problem(data.replace("é".encode(), b"\xe9"))
    assert (problem.line, problem.column) == (8, 4)
    assert problem.message == "byte 0xE9 is no UTF-8 text"
    assert "Windows-1252" in problem.hint


def test_one_broken_character_among_sound_ones_is_told_as_that():
    data = source(CHINESE * 3).encode() + b"\xe6\x97"
    assert "retype this character" in only_problem(data).hint


@given(st.binary(max_size=300))
def test_a_problem_of_encoding_is_where_decoding_stops(data):
    problem = encoding_problem(data, PATH)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        assert problem is not None
        before = data[: error.start].decode().removeprefix("\ufeff")
        lines = re.split("\r\n|\r|\n", before)
        # A CR whose LF would be the wrong byte cannot be: LF is UTF-8.
        assert (problem.line, problem.column) == (len(lines), len(lines[-1]) + 1)
    else:
        assert problem is None


TROUBLE = st.text(
    st.characters(codec="utf-8")
    | st.sampled_from(
        "\0\x07\x0b\x0c\x1b\x7f\x80\x85\x9f\xa0©\u4fbe\u4fff\ufdcf\ufdd0\ufdef\ufdf0\ufffd\ufffe\uffff，ￜ"
    )
    | st.sampled_from("\U0001fffe\U0001f600\U0010ffff\U0001ffbf\t\n\r")
)


@given(TROUBLE)
@example("\ufdef")
@example("\U0010ffff")
@example("\U0003fffe")
@example("\U0004dffe")
def test_the_look_at_bytes_finds_what_the_pattern_finds(text):
    assert has_disallowed(text.encode()) == bool(DISALLOWED.search(text))


def test_every_character_is_judged_as_xml_and_html_do():
    for code in (
        *range(0x3000),
        *range(0xD7F0, 0xD800),
        *range(0xE000, 0x10000),
        *range(0x1FF00, 0x20010),
        0x10FFFE,
        0x10FFFF,
    ):
        control = code < 32 or 0x7F <= code <= 0x9F
        noncharacter = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
        expected = (control and chr(code) not in "\t\n\r") or noncharacter
        assert has_disallowed(chr(code).encode()) == expected, hex(code)


@given(st.binary(max_size=40), TROUBLE)
def test_body_text_is_what_a_page_may_hold(before, text):
    body = body_text(before + text.encode(), len(before)) if before else body_text(text.encode(), 0)
    assert "\r" not in body
    assert not DISALLOWED.search(body)
    assert body == DISALLOWED.sub("", re.sub("\r\n|\r", "\n", text).replace("\ufeff", ""))


def test_control_characters_in_a_body_are_a_warning_with_the_place_of_the_first():
    parsed = parse(source("One\r\ntwo \x1b[31m\x07", views="1"))
    assert parsed.article is not None
    assert parsed.article.excerpt == "One two [31m"
    (warning,) = parsed.warnings
    assert (warning.line, warning.column) == (8, 5)
    assert warning.message == "2 control characters in the body are left out, the first is U+001B"


@pytest.mark.parametrize(
    "text, count",
    [
        ("", 0),
        ("one", 1),
        ("One two\nthree", 3),
        ("don't don’t long-read 3.5 2,000 **bold** naïve Straße", 8),
        ("时尚品牌，LV母公司。", 8),
        ("カタカナ ひらがな", 8),
        ("한국 패션", 2),
        ("«Привет», мир!", 2),
        ("— … “ ” ！ ？", 0),
        ("👗 dress", 1),
    ],
)
def test_words(text, count):
    assert count_words(text.encode()) == count


@given(st.text(st.sampled_from("abzé é时尚,。 .-\n'“”LVя1|()、")))
def test_words_are_runs_of_letters_and_ideographs_one_by_one(text):
    joined = re.sub(r"[-'.,“”]", "", text)
    assert count_words(text.encode()) == len(re.findall(r"[时尚]|[a-zA-Zéя1]+", joined))


def test_the_digest_is_that_of_the_body_alone():
    first, second = source("a"), source("b")
    assert article(first).digest == article(first).digest
    assert article(first).digest != article(second).digest
    assert article(first).digest == article(source("a", views="1")).digest
    assert len(article(first).digest) == 16
