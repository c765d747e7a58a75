"""What planned pages promise: a page that names its newest article is the same whatever is published after it."""

from __future__ import annotations

from array import array
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from site_builder.building.past import changed_before, recounted, unchanged_before
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
    traits = b"".join(bytes([name]) * 8 for name, _ in records)
    return Past(b"k", {"tag:a": b"1"}, traits, array("q", [second for _, second in records]).tobytes())


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
    assert unchanged_before(one, Past(b"other", one.taxa, one.traits, one.seconds)) == 0
    assert unchanged_before(one, Past(b"k", {"tag:a": b"2"}, one.traits, one.seconds)) == 0
    assert unchanged_before(one, Past(b"k", {"tag:a": b"1", "tag:b": b"9"}, one.traits, one.seconds)) == 2
    assert unchanged_before(one, Past(b"k", {}, one.traits, one.seconds)) == 2


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=40), st.integers(0, 40))
def test_what_looks_another_way_is_found_wherever_it_is(pairs: list[tuple[int, int]], index: int) -> None:
    old, new = (Past(b"k", {}, articles=b"".join(bytes([pair[side]]) * 16 for pair in pairs)) for side in (0, 1))
    found = [number for number, (before, now) in enumerate(pairs[:index]) if before != now]
    assert changed_before(old, new, index) == found
    # A correction that came, or was taken back.
    awaiting = msgspec.structs.replace(new, awaited=(0, 3))
    assert changed_before(old, awaiting, index) == sorted({*found, *(n for n in (0, 3) if n < index)})


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=20), st.integers(0, 3))
def test_other_counts_are_found_among_the_articles_of_both(pairs: list[tuple[int, int]], more: int) -> None:
    old, new = (
        Past(
            b"k",
            traits=bytes(8 * (len(pairs) + extra)),
            seconds=bytes(8 * (len(pairs) + extra)),
            counts=array("q", [*(pair[side] for pair in pairs), *range(extra)]).tobytes(),
        )
        for side, extra in ((0, 0), (1, more))
    )
    assert recounted(old, new) == [index for index, (before, now) in enumerate(pairs) if before != now]
    # Where another article stands in the way, nothing is said.
    if pairs:
        assert recounted(msgspec.structs.replace(old, traits=b"another!" + old.traits[8:]), new) is None


@given(PIECES, st.sets(st.integers(0, 30)))
def test_a_page_shows_no_article_but_those_that_it_names(
    pieces: list[tuple[int, dict[str, Any]]], other: set[int]
) -> None:
    pieces.sort(key=lambda piece: piece[0])
    old, new = (
        catalog(
            *[
                article(
                    f"p{n:02}", day, **keys, **({"title": "Another", "summary": "Another"} if n in corrected else {})
                )
                for n, (day, keys) in enumerate(pieces)
            ],
            config=CONFIG,
        )
        for corrected in (frozenset[int](), other)
    )
    kept = 0
    for page, before in zip(plan(new), plan(old), strict=True):
        if page.newest < 0:
            continue
        if page.shows is None:
            listed = new.related(page.newest)
            following = new.next(page.newest, listed)
            shown = {page.newest, *listed, *(() if following is None else (following,))}
        else:
            members, start, stop = page.shows
            shown = {*members[start:stop]}
        if shown.isdisjoint(other):
            kept += 1
            assert page.page(new) == before.page(old), page.permalink
    assert kept or not pieces or other
