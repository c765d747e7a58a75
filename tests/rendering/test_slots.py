"""Slots: what is cut out and spliced in again is the text with its counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.rendering.slots import cut, rounded, slot, splice

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
urls = st.sampled_from(["/a/", "/b/", "/2026/01/%E6%97%B6/"])


@given(st.lists(st.one_of(texts, urls.map(lambda url: (url,))), max_size=12), st.integers(0, 10**9))
def test_splicing_gives_the_text_with_counts(parts: list[str | tuple[str]], count: int) -> None:
    views = {url: count + number for number, url in enumerate(["/a/", "/b/", "/2026/01/%E6%97%B6/"])}
    marked = "".join(part if isinstance(part, str) else slot(part[0]).mark for part in parts)
    expected = "".join(part if isinstance(part, str) else str(views[part[0]]) for part in parts)
    rendered = cut(marked)
    assert splice(rendered, views, "exact") == expected.encode()
    assert b"\0" not in rendered.data


def test_a_slot_of_an_unknown_article_is_an_error() -> None:
    with pytest.raises(KeyError):
        splice(cut(slot("/gone/").mark), {"/a/": 1}, "exact")


@pytest.mark.parametrize(
    "lang, count, text",
    [
        ("en", 999, "999"),
        ("en", 1_000, "1k"),
        ("en", 12_399, "12.3k"),
        ("en", 999_999, "999k"),
        ("en", 1_000_000, "1M"),
        ("zh-Hans", 9_999, "9999"),
        ("zh-Hans", 12_999, "1.2万"),
        ("zh-Hant-TW", 12_999, "1.2萬"),
        ("zh-TW", 340_000_000, "3.4億"),
        ("zh", 1_234_567, "123万"),
        ("ja", 20_000, "2万"),
        ("fr", 20_000, "20k"),
    ],
)
def test_rounded_counts_speak_the_pages_language(lang: str, count: int, text: str) -> None:
    page = cut(f"<b>{slot('/a/').mark}</b>{slot('/a/', exact=True).mark}", lang)
    assert splice(page, {"/a/": count}, "rounded") == f"<b>{text}</b>{count}".encode()
    assert splice(page, {"/a/": count}, "exact") == f"<b>{count}</b>{count}".encode()


@given(st.integers(0, 10**13), st.integers(0, 10**13), st.sampled_from(["", "万", "萬"]))
def test_a_rounded_count_is_never_more_than_the_count(one: int, other: int, unit: str) -> None:
    low, high = sorted((one, other))
    worth = {"k": 10**3, "M": 10**6, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}

    def value(text: str) -> float:
        return float(text[:-1]) * worth[text[-1]] if text[-1] in worth else float(text)

    assert value(rounded(low, unit)) <= low
    assert value(rounded(low, unit)) <= value(rounded(high, unit))
