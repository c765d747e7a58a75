"""What planned pages promise: a page that names its newest article is the same whatever is published after it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from site_builder.building.past import unchanged_before
from site_builder.building.records import Past
from site_builder.pages.plan import plan
from tests.support.articles import article, catalog

CONFIG = "feeds: {minimum: 4}\nlistings: {per_page: 2}\nrelated: {count: 2}"
KEYS = st.fixed_dictionaries(
    {"category": st.sampled_from(("News", "Retail"))},
    optional={
        "tags": st.lists(st.sampled_from("abc"), max_size=3).map(tuple),
        "authors": st.sampled_from(((), ("A",), ("A", "B"))),
        "source": st.sampled_from(("", "S")),
        "lang": st.sampled_from(("en", "zh")),
    },
)
PIECES = st.lists(st.tuples(st.integers(0, 900), KEYS), min_size=1, max_size=14)


@given(PIECES, st.integers(0, 14))
def test_pages_keep_the_promise_of_their_newest_article(pieces: list[tuple[int, dict[str, Any]]], count: int) -> None:
    pieces.sort(key=lambda piece: piece[0])
    count = min(count, len(pieces))
    made = [article(f"p{n:02}", day, **keys) for n, (day, keys) in enumerate(pieces)]
    old, new = (catalog(*some, config=CONFIG) for some in (made[:count], made))
    # Pieces of one second see each other: the promise holds before the second of the first newer one.
    second = new.traits.second[count] if count < len(made) else None
    end = next((n for n, found in enumerate(new.traits.second[:count]) if found == second), count)
    before = {page.permalink: page for page in plan(old)}
    kept = 0
    for page in plan(new):
        other = before.get(page.permalink)
        if other and 0 <= page.newest < end and (page.kind, page.arguments) == (other.kind, other.arguments):
            kept += 1
            assert page.page(new) == other.page(old), page.permalink
    assert kept >= end, "every article before keeps its page"


RECORDS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 6)), max_size=12).map(
    lambda records: sorted(records, key=lambda record: record[1])
)


def past(records: list[tuple[int, int]]) -> Past:
    from site_builder.building.past import _RECORD

    return Past(
        b"k", {"tag:a": b"1"}, b"".join(_RECORD.pack(bytes([name]) * 16, second, 1) for name, second in records)
    )


@given(RECORDS, RECORDS)
def test_what_is_unchanged_is_common_and_older_than_every_difference(
    old: list[tuple[int, int]], new: list[tuple[int, int]]
) -> None:
    found = unchanged_before(past(old), past(new))
    assert old[:found] == new[:found]
    different = [*old[found:], *new[found:]]
    if old != new:
        assert all(record[1] < second for record in new[:found] for second in [min(item[1] for item in different)])
    else:
        assert found == len(new)


def test_another_configuration_or_name_of_a_taxon_leaves_nothing_unchanged() -> None:
    one = past([(0, 1), (1, 2)])
    assert unchanged_before(one, one) == 2
    assert unchanged_before(one, Past(b"other", one.taxa, one.articles)) == 0
    assert unchanged_before(one, Past(b"k", {"tag:a": b"2"}, one.articles)) == 0
    assert unchanged_before(one, Past(b"k", {"tag:a": b"1", "tag:b": b"9"}, one.articles)) == 2
    assert unchanged_before(one, Past(b"k", {}, one.articles)) == 2
