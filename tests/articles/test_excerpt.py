"""Excerpts: what stays of Markdown, and where it is cut."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from site_builder.articles.columns import columns_of, fitting, width
from site_builder.articles.excerpt import HEAD, MAX_WIDTH, cut, excerpt
from site_builder.articles.plain import plain_blocks, plain_text
from tests.articles.reading import article, source


@pytest.mark.parametrize(
    "markdown, text",
    [
        ("plain", "plain"),
        ("*a* **b** ***c*** _d_ __e__ ~~f~~", "a b c d e f"),
        ("snake_case_name and 5 * 3 and a*b*c", "snake_case_name and 5 * 3 and abc"),
        ("**粗体**文字", "粗体文字"),
        ('[a *b*](http://x/(y) "t") [c][d] [e][] [f]', "a b c e [f]"),
        ("![alt](a.jpg) x ![alt][ref]{: .c} y [![i](a.jpg)](b) z", "x y z"),
        ("a[^1] b[^note]", "a b"),
        ("`a *b* <c>` ``d`` `e", "a *b* <c> d `e"),
        ("a <b>b</b><br>c <span class='x'>d</span><img src=x>e", "a b c d e"),
        ("<https://example.com/> <mailto:a@b.c>", "https://example.com/ a@b.c"),
        ("1 < 2 > 1 & 3", "1 < 2 > 1 & 3"),
        ("&lt;script&gt; &amp;amp; &copy; &#26102;", "<script> &amp; © 时"),
        (r"\*a\* \[b\](c) \\ 1\. \z", r"*a* [b](c) \ 1. \z"),
        ("text {: .lead } {#id} {.class} {x}", "text {x}"),
        ("a\\\nb  \nc", "a b c"),
        ("中文\n中文，\n“x”\nabc\n中", "中文中文， “x” abc 中"),
        ("{{ x }} {% y %} ${z}", "{{ x }} {% y %} ${z}"),
        ("&#7;a&#0;b", "a\ufffdb"),
        ("a\xa0b\u3000c  d", "a\xa0b\u3000c d"),
    ],
)
def test_marks_of_markdown_are_removed(markdown, text):
    assert plain_text(markdown) == text


@pytest.mark.parametrize(
    "markdown, blocks",
    [
        ("# H\ntext\n## H ##\nmore", ["text", "more"]),
        ("Head\n===\n\ntext\n\nHead\n---\nmore", ["text", "more"]),
        ("---\n\n***\n\n_ _ _\n\ntext", ["text"]),
        ("a\nb\n\nc", ["a b", "c"]),
        ("- a\n- b\n  c\n\n* d\n+ e\n1. f\n2) g", ["a", "b c", "d", "e", "f", "g"]),
        ("- [ ] a\n- [x] b", ["a", "b"]),
        ("- - a\n-\n- b", ["a", "b"]),
        ("She was born in\n1986. She", ["She was born in 1986. She"]),
        ("> a\n> b\n>\n> # H\n> - c", ["a b", "c"]),
        ("> [!NOTE]\n> a", ["a"]),
        ("```py\na\n```\nb\n\n~~~\n```\n~~~\nc", ["b", "c"]),
        ("```` \n```\na\n````\nb", ["b"]),
        ("```\nnever closed\n\na", []),
        ("```inline``` text", ["inline text"]),
        ("    code\n\ntext\n    still text", ["text still text"]),
        ("- a\n\n    more of a\n\nb\n\n    code", ["a", "more of a", "b"]),
        ("| a | b |\n|---|:-:|\n| 1 | 2 |\n\ntext", ["text"]),
        ("a | b\n--|--\n1 | 2\n\nText | x", ["Text | x"]),
        ("*[LV]: Louis\n[^1]: note\n    more\n[ref]: http://x\n\ntext", ["text"]),
        ("Term\n: Meaning", ["Term", "Meaning"]),
        ("<!-- a\n\nb --> c <!-- d --> e", ["c e"]),
        ("<script>\nalert(1)\n\n</script>text<style>x</style>", ["text"]),
        ("<p>a</p>\n<h2>H</h2>\n\n<figure><img><figcaption>c</figcaption></figure>\n\nb", ["a", "b"]),
        ("{{< youtube x >}}\n\n{% include y %}\n\n::: note\ntext\n:::", ["text"]),
        ("[TOC]\n\n{: .lead}\ntext", ["text"]),
        ("#hashtag first", ["#hashtag first"]),
        ("- " * 11 + "deep", ["- deep"]),
        ("![](a.jpg)\n\n**\n\ntext", ["**", "text"]),
        ("", []),
    ],
)
def test_blocks_of_text(markdown, blocks):
    assert list(plain_blocks(markdown)) == blocks


LONG = "The brand opens a shop in Chengdu on Friday morning, its third in the country since 2012. "


def test_a_short_body_is_its_own_excerpt():
    assert excerpt("One. Two.\n\nThree", more=False) == "One. Two. Three"
    assert article(source("\n\n")).excerpt == ""
    assert article(source("![](a.jpg)\n")).excerpt == ""


def test_the_text_before_the_mark_is_the_excerpt():
    for mark in ("<!--more-->", "<!-- more -->", "<!-- MORE -->"):
        assert excerpt(f"# H\n\n{LONG * 3}\n\nLast{mark} word\n\nRest", more=True) == (LONG * 3).strip() + " Last"
    assert excerpt("![A shop](a.jpg)\n\n<!--more-->\n\nText", more=False) == "Text"


def test_a_summary_is_the_excerpt():
    read = article(source(LONG * 9, summary="A *deck*"))
    assert (read.summary, read.excerpt) == ("A *deck*", "A *deck*")


def test_a_long_text_is_cut_at_a_sentence():
    assert excerpt(LONG * 3, more=False) == LONG.strip() + " …"
    assert excerpt("“" + LONG.strip() + "” " + LONG * 2, more=False) == "“" + LONG.strip() + "” …"
    sentence = "该品牌周五在成都开设第三家门店，这是自二〇一二年以来在中国的最大门店，占地两千平方米。"
    assert excerpt(sentence * 5, more=False) == sentence + "…"


@pytest.mark.parametrize(
    "name",
    ["St. John", "J. Crew", "Dr. Martens", "No. 5", "U.S. brands", "L.K. Bennett", "vs. Zara", "e.g. silk", "3.5 m"],
)
def test_a_dot_of_an_abbreviation_ends_no_sentence(name):
    text = f"{'word ' * 15}and {name} {'word ' * 40}"
    assert excerpt(text, more=False).endswith("word…")


def test_a_long_sentence_is_cut_at_a_word():
    cut_text = excerpt("word, " * 100, more=False)
    assert cut_text == ("word, " * 28).rstrip(", ") + "…"
    assert width(cut_text) <= MAX_WIDTH


def test_chinese_is_cut_between_characters_and_not_in_a_latin_word():
    for lead in range(70, 86):
        kept = excerpt("时" * lead + "Vuitton" + "尚" * 90, more=False)
        assert width(kept) <= MAX_WIDTH
        assert "Vuitton" in kept or not re.search("[A-Za-z]", kept)
    kept = excerpt("时" * 83 + "（尚）。" * 20, more=False)
    assert kept[-2] != "（"


def test_more_of_the_body_shows_as_ellipsis():
    assert excerpt("Short start of a body", more=True) == "Short start of a body…"
    assert excerpt("", more=True) == ""


@pytest.mark.parametrize("lead", range(3))
def test_the_start_of_a_long_body_is_whole_characters(lead):
    # The only text stands across the place up to which a body is read.
    image = "x" * lead + "![](" + "x" * (HEAD - 40) + ".jpg) "
    read = article(source(image + "时尚" * 40))
    assert "\ufffd" not in read.excerpt
    assert read.excerpt.endswith("时…") or read.excerpt.endswith("尚…")


def test_an_endless_word_is_cut_where_it_must_be():
    kept = excerpt("https://example.com/" + "x" * 1000, more=False)
    assert width(kept) == MAX_WIDTH - 1
    assert excerpt("Read https://example.com/" + "x" * 1000, more=False) == "Read…"


def test_width_is_that_of_the_unicode_annex():
    assert width("abc") == 3
    assert width("中ｗ한あ") == 8
    assert width("e\u0301\u200d") == 1
    assert width("“é” – €") == 7


def test_the_blocks_of_one_width_hold_no_other():
    for code in (*range(9, 0xD800), *range(0xE000, 0x20000)):
        assert width(chr(code)) == columns_of(chr(code)), hex(code)


NARROW_AND_WIDE = st.text(st.characters(codec="utf-8") | st.sampled_from("ab é—“时尚，。カ한ｗ１€"), max_size=60)


@given(NARROW_AND_WIDE, st.integers(0, 40))
@example("a" * 9 + "时" * 9, 5)
@example("时" * 9, 5)
def test_quick_ways_to_the_width_agree_with_the_sum_of_characters(text, columns):
    assert width(text) == sum(map(columns_of, text))
    count = fitting(text, columns)
    assert sum(map(columns_of, text[:count])) <= columns
    # Marks after the last character that fits may or may not be counted in.
    base = next((character for character in text[count:] if columns_of(character)), "")
    assert not base or sum(map(columns_of, text[:count] + base)) > columns


@given(
    st.integers(0, 30),
    st.sampled_from(
        ["*mark* ", "[link](x) ", "e\u0301\u0301 ", "**e\u0301\u0301\u0301** ", "时尚`x`", "&nbsp;*a*", "*a*\u2028 \t "]
    ),
)
def test_reading_no_more_of_a_block_than_is_needed_changes_nothing(lead, piece):
    body = "lead " * lead + piece * 400
    assert excerpt(body, more=False) == cut(plain_text(body))


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
SAMPLES = st.sampled_from(["时尚品牌", "中LV国", "word.", "句。", "“q”", "don't", "e\u0301"])
# Repeated, since an excerpt is cut only where there is enough text.
MIXED = st.lists(WORDS | SAMPLES, min_size=1, max_size=15).map(lambda words: " ".join(words * 40))


@given(MIXED)
def test_a_cut_text_fits_starts_the_text_and_breaks_no_word(text):
    assume(width(text) > MAX_WIDTH)
    kept = cut(text)
    assert width(kept) <= MAX_WIDTH
    assert kept.endswith("…")
    start = kept[:-1].rstrip(" ")
    assert text.startswith(start)
    rest = text[len(start) :]
    if start and rest and width(text.split(" ")[0]) < MAX_WIDTH - 2:
        assert not (_is_letter(start[-1]) and _is_letter(rest[0]))


def _is_letter(character: str) -> bool:
    """A letter of a script with spaces between words: as a test may know it, by name."""
    wide = unicodedata.name(character, "").startswith(("CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "KANGXI"))
    return character.isalnum() and not wide


MARKUP = st.lists(
    st.sampled_from(
        ["[", "]", "(", ")", "!", "*", "_", "`", "~", "<", ">", "<!--", "-->", "<b>", "</b>", "<script>", "\n", "\n\n",
         "    ", "- ", "1. ", "# ", "> ", "|", "---", "```", "{:", "}", "\\", "&amp;", "a", "b c", "中",
         "\t", "<!--more-->", "$", "=="]
    ),
    max_size=60,
).map("".join)  # fmt: skip


@given(MARKUP | st.text(max_size=300))
def test_any_markdown_has_an_excerpt_of_one_line(markdown):
    text = excerpt(markdown, more=False)
    assert "\n" not in text
    assert text == text.strip()
    if "more" not in markdown:
        assert width(text) <= MAX_WIDTH


@pytest.mark.parametrize(
    "piece",
    ["[", "![", "[a](", "![a](", "*", "*a", "_a", "`", "`a``", "<", "<a ", "<!--", "<script", "<script>",
     "{:", "[[a]", "\\", "&",
     "~~", ">", "- ", "1. ", "|", "|-\n", "# ", "[^", "{{", "[a]:", ":::", "(", ".", "。", "e\u0301", "中", "```\n",
     "<div\n", "](", "](/", "= ", "=/", "<=  "],
)  # fmt: skip
def test_hostile_bodies_cost_no_more_than_their_start(piece, seconds):
    body = piece * (300_000 // len(piece))
    assert seconds(lambda: article(source(body))) < 1


@pytest.fixture
def seconds():
    import time

    def measure(work):
        start = time.process_time()
        work()
        return time.process_time() - start

    return measure
