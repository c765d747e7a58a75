"""Patterns of instants and addresses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.patterns import article_pattern, is_language, listing_pattern, timestamp_pattern

INSTANT = datetime(2019, 6, 2, 9, 5, 7, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    "pattern, text",
    [
        ("%Y/%-m/%-d %-H:%M:%S", "2019/6/2 9:05:07"),
        ("%Y-%m-%dT%H:%M:%S%z", "2019-06-02T09:05:07+0800"),
        ("%d.%m.%Y, %-Hh%-M", "02.06.2019, 9h5"),
        ("{%Y} 100%% {x} %%Y", "{2019} 100% {x} %Y"),
        ("%Y年%-m月%-d日", "2019年6月2日"),
        ("", ""),
    ],
)
def test_timestamps(pattern, text):
    assert timestamp_pattern(pattern)(INSTANT) == text


@given(st.datetimes(min_value=datetime(1000, 1, 1, tzinfo=UTC).replace(tzinfo=None)), st.text("ab %{}:", max_size=5))
def test_padded_directives_are_those_of_strftime(instant, text):
    pattern = "%Y %m %d %H %M %S" + text.replace("%", "%%")
    assert timestamp_pattern(pattern)(instant) == instant.strftime(pattern)


@pytest.mark.parametrize("pattern", ["%B", "%A %d", "%", "%Y %", "%d%%%", "%-z", "%-%", "%-", "%\n", "%{"])
def test_other_directives_are_refused(pattern):
    with pytest.raises(ValueError, match="%"):
        timestamp_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["/{slug}/", "/{year}/{month}/{day}/{category}/{slug}.html", "/news-{slug}/", "/a/{slug}.html", "/~a/_b/{slug}/"],
)
def test_addresses(pattern):
    assert article_pattern(pattern) == pattern


@pytest.mark.parametrize(
    "pattern, message",
    [
        ("{slug}/", "start with"),
        ("/{slug}", "end with"),
        ("/{title}/{slug}/", "unknown field '{title}'"),
        ("/{year}/", "must hold {slug}"),
        ("/../{slug}/", "may hold"),
        ("/./{slug}/", "may hold"),
        ("//{slug}/", "may hold"),
        ("/{{slug}}/", "may hold"),
        ("/{slug/{slug}/", "may hold"),
        ("/é/{slug}/", "may hold"),
        ("/a b/{slug}/", "may hold"),
        ("/a?{slug}/", "may hold"),
        ("/{slug!r}/", "unknown field"),
        ("/{slug.__class__}/", "unknown field"),
    ],
)
def test_other_addresses_are_refused(pattern, message):
    with pytest.raises(ValueError) as raised:
        article_pattern(pattern)
    assert message in str(raised.value)


def test_listings_have_no_date():
    assert listing_pattern("/tags/{slug}/") == "/tags/{slug}/"
    with pytest.raises(ValueError, match="unknown field"):
        listing_pattern("/{year}/{slug}/")


def test_languages():
    assert all(map(is_language, ["en", "zh-Hans-CN", "x-own", "gsw", "de-CH-1996"]))
    assert not any(map(is_language, ["", "e", "en_US", "en-", "-en", "x", "en US", "en-abcdefghi", "é", "en\n"]))
