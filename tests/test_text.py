"""Names and languages."""

from __future__ import annotations

import pytest

from site_builder.text import direction_of, language_of


@pytest.mark.parametrize(
    "tag, direction, language",
    [
        ("en", "ltr", "en"),
        ("en-GB", "ltr", "en"),
        ("AR", "rtl", "ar"),
        ("ar-AE", "rtl", "ar"),
        ("ar-Latn", "ltr", "ar"),
        ("he", "rtl", "he"),
        ("fa-AF", "rtl", "fa"),
        ("uz-Arab-AF", "rtl", "uz"),
        ("zh-Hant-HK", "ltr", "zh"),
        ("X-House", "ltr", "x-house"),
    ],
)
def test_a_tag_tells_its_language_and_which_way_that_runs(tag: str, direction: str, language: str) -> None:
    assert direction_of(tag) == direction
    assert language_of(tag) == language
