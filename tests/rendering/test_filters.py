"""Filters: JSON that is the value and no markup, instants in the site's zone, assets by their fingerprint."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

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


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(["Asia/Shanghai", "Africa/Monrovia", "Europe/Amsterdam"]))
def test_instants_before_standard_time_are_written_with_offsets_of_whole_minutes(instant: datetime, zone: str) -> None:
    """RFC 3339 §5.6 and RFC 5322 §3.3: offsets are hours and minutes; the instant stays the same to the second."""
    try:
        instant.replace(microsecond=0).astimezone(ZoneInfo(zone))
    except OverflowError:
        return  # a timestamp that is an error
    instant = instant.replace(microsecond=0)
    found = filters(f"site: {{timezone: {zone}, timestamp_format: '%Y-%m-%dT%H:%M:%S%z'}}")
    written = found["iso"](instant)  # type: ignore[operator]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", written)
    assert datetime.fromisoformat(written) == instant
    assert re.fullmatch(r".* [+-]\d{4}", found["rfc822"](instant))  # type: ignore[operator]
    assert datetime.fromisoformat(found["timestamp"](instant)) == instant  # type: ignore[operator]


def test_wall_clocks_of_old_show_what_the_author_wrote() -> None:
    write = filters("site: {timezone: Asia/Shanghai}")["timestamp"]
    noon = datetime(1890, 5, 1, 12, 0, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert write(noon.astimezone(UTC)) == "1890/5/1 12:00:00"  # type: ignore[operator]


def test_links_say_what_they_are() -> None:
    rel = filters("site: {url: 'https://paper.example'}\nmarkdown: {sponsored_domains: [ads.example]}")["rel"]
    asked = ["/a/", "https://paper.example/a", "https://wire.example/a", "https://shop.ADS.example/a"]
    assert [rel(address) for address in asked] == ["", "", "noopener", "noopener sponsored"]  # type: ignore[operator]


def test_addresses_stand_below_the_sites_path() -> None:
    found = filters("site: {url: 'https://host.example/paper/'}")
    assert found["asset"]("css/site.css") == "/paper/css/site.1234.css"  # type: ignore[operator]
    assert found["absolute"]("/paper/a/") == "https://host.example/paper/a/"  # type: ignore[operator]
    with pytest.raises(ValueError, match="does not exist"):
        found["asset"]("css/nope.css")  # type: ignore[operator]
