"""Most read: windows, decay in whole numbers, ties."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.catalog.making import make_catalog
from site_builder.catalog.most_read import UNIT_BITS, ranking, score, terms, weight
from site_builder.config import parse_config
from site_builder.model import StoredViews
from tests.support.articles import LATER, article

TODAY = LATER.toordinal()


def titles(config: str, stored: StoredViews, *pieces, count: int = 9) -> list[str]:
    found = make_catalog(pieces, [], parse_config(config), LATER, stored=stored)
    return [found.articles[index].title for index in found.most_read(range(len(pieces)), count)]


@given(st.integers(0, 400), st.integers(1, 365))
def test_a_weight_is_the_exact_power_cut_to_its_unit(age: int, half_life: int):
    found = weight(age, half_life)
    # (found / 2^20) ^ half_life <= 2^-age < ((found + 1) / 2^20) ^ half_life, in whole numbers.
    exact = 2 ** (UNIT_BITS * half_life - age) if age <= UNIT_BITS * half_life else 0
    assert found**half_life <= exact < (found + 1) ** half_life or (exact == 0 and found == 0)


@given(st.integers(1, 60), st.integers(0, 600))
def test_a_weight_halves_with_each_half_life_and_is_none_before_the_window(half_life: int, age: int):
    assert weight(0, half_life) == 1 << UNIT_BITS
    assert abs(weight(age, half_life) - 2 * weight(age + half_life, half_life)) <= 2
    by = ranking("all", half_life, 800_000)
    assert weight(800_000 - by.first + half_life, half_life) <= 1


days = st.dictionaries(st.integers(TODAY - 12, TODAY + 2), st.integers(0, 10**6), max_size=6)


@given(days, st.integers(0, 10**6), st.integers(TODAY - 12, TODAY), st.sampled_from(["24h", "7d", "all"]))
def test_a_score_is_the_sum_of_its_days_in_the_window(counts, seed, published, window):
    by = ranking(window, 0, TODAY)
    reach = {"24h": 1, "7d": 6, "all": 10**6}[window]
    expected = sum(views for day, views in counts.items() if 0 <= TODAY - day <= reach)
    expected += seed if TODAY - published <= reach else 0
    assert score(seed, published, counts, by) == expected
    found = terms(seed, published, counts, by)
    assert [term.day for term in found] == sorted((term.day for term in found), reverse=True)
    decayed = score(seed, published, counts, ranking(window, 3, TODAY))
    assert Fraction(decayed, 1 << UNIT_BITS) <= expected


@pytest.mark.parametrize(
    "config, expected",
    [
        ("", ["old", "new", "fresh"]),
        ("views: {window: all}", ["old", "new", "fresh"]),
        ("views: {window: 7d}", ["new", "fresh", "old"]),
        ("views: {window: 24h}", ["fresh", "new", "old"]),
        ("views: {half_life: 1}", ["fresh", "new", "old"]),
        ("views: {half_life: 300}", ["old", "new", "fresh"]),
    ],
)
def test_windows_and_decay_change_the_order(config: str, expected: list[str]):
    pieces = [article("old", 1, views=5), article("new", 2), article("fresh", 3)]
    stored = StoredViews(
        totals={"content/old.md": 100, "content/new.md": 60, "content/fresh.md": 20},
        days={
            "content/old.md": {TODAY - 30: 100},
            "content/new.md": {TODAY - 5: 60},
            "content/fresh.md": {TODAY: 20},
        },
    )
    assert titles(config, stored, *pieces) == expected


def test_views_of_the_front_matter_count_as_of_the_day_of_publication():
    today = (LATER - article("x").timestamp) // timedelta(minutes=1)
    pieces = [article("archive", 0, views=900), article("week", today - 3 * 24 * 60, views=9)]
    assert titles("views: {window: 7d}", StoredViews(), *pieces) == ["week", "archive"]
    assert titles("", StoredViews(), *pieces) == ["archive", "week"]


def test_equal_scores_go_to_the_newer_piece():
    assert titles("", StoredViews(), article("a", 1), article("b", 2), article("c", 2)) == ["c", "b", "a"]
