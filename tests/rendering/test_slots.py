"""Slots: what is cut out and spliced in again is the text with its counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.rendering.slots import cut, slot, splice

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
urls = st.sampled_from(["/a/", "/b/", "/2026/01/%E6%97%B6/"])


@given(st.lists(st.one_of(texts, urls.map(lambda url: (url,))), max_size=12), st.integers(0, 10**9))
def test_splicing_gives_the_text_with_counts(parts: list[str | tuple[str]], count: int) -> None:
    views = {url: count + number for number, url in enumerate(["/a/", "/b/", "/2026/01/%E6%97%B6/"])}
    marked = "".join(part if isinstance(part, str) else slot(part[0]) for part in parts)
    expected = "".join(part if isinstance(part, str) else str(views[part[0]]) for part in parts)
    rendered = cut(marked)
    assert splice(rendered, views) == expected.encode()
    assert b"\0" not in rendered.data


def test_a_slot_of_an_unknown_article_is_an_error() -> None:
    with pytest.raises(KeyError):
        splice(cut(slot("/gone/")), {"/a/": 1})
