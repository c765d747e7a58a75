"""Filters: JSON that is the value and no markup, instants in the site's zone, assets by their fingerprint."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.catalog.urls import addresses
from site_builder.config import parse_config
from site_builder.model import Items, Record
from site_builder.rendering.filters import as_json, make_filters

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_json_is_the_value_and_holds_no_markup(value: object) -> None:
    text = as_json(value)
    assert json.loads(text) == value
    assert not set(text) & set("<>&\u2028\u2029")


def test_free_values_are_the_json_that_they_are() -> None:
    value = Record((("a", Items((1, "x", None))), ("b", Record((("items", True),)))))
    assert json.loads(as_json(value)) == {"a": [1, "x", None], "b": {"items": True}}


def filters(config: str = "") -> dict[str, object]:
    settings = parse_config(config)
    return make_filters(settings, addresses(settings), {"css/site.css": "/css/site.1234.css"})  # type: ignore[return-value]


@pytest.mark.parametrize(
    "name, expected",
    [
        ("timestamp", "2019/6/13 1:01:02"),
        ("date", "2019/6/13"),
        ("iso", "2019-06-13T01:01:02+08:00"),
        ("rfc822", "Thu, 13 Jun 2019 01:01:02 +0800"),
    ],
)
def test_instants_are_shown_in_the_sites_zone(name: str, expected: str) -> None:
    write = filters("site: {timezone: Asia/Shanghai}")[name]
    assert write(datetime(2019, 6, 12, 17, 1, 2, tzinfo=UTC)) == expected  # type: ignore[operator]


def test_addresses_stand_below_the_sites_path() -> None:
    found = filters("site: {url: 'https://host.example/paper/'}")
    assert found["asset"]("css/site.css") == "/paper/css/site.1234.css"  # type: ignore[operator]
    assert found["absolute"]("/paper/a/") == "https://host.example/paper/a/"  # type: ignore[operator]
    with pytest.raises(ValueError, match="does not exist"):
        found["asset"]("css/nope.css")  # type: ignore[operator]
