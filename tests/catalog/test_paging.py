"""Paging: publishing one piece changes O(1) pages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from site_builder.catalog.paging import newest_first, slices

lengths = st.integers(0, 500)
sizes = st.integers(1, 40)


@given(lengths, sizes)
def test_every_piece_is_on_exactly_one_page(length: int, per_page: int) -> None:
    shown = [index for page in slices(length, per_page) for index in newest_first(range(length), page)]
    assert sorted(shown) == list(range(length))


@given(lengths, sizes)
def test_the_landing_page_shows_n_to_2n_minus_1_and_the_others_n(length: int, per_page: int) -> None:
    landing, *numbered = slices(length, per_page)
    size = landing.stop - landing.start
    assert size == length if length < per_page else per_page <= size < 2 * per_page
    assert landing.stop == length
    assert all(page.stop - page.start == per_page for page in numbered)


@given(lengths, sizes)
def test_publishing_one_piece_changes_the_landing_page_and_at_most_two_more(length: int, per_page: int) -> None:
    before = {page.number: page for page in slices(length, per_page)}
    after = {page.number: page for page in slices(length + 1, per_page)}
    changed = [number for number in after if before.get(number) != after[number]]
    assert len(changed) <= 3
    assert before.keys() <= after.keys()


@given(lengths, sizes)
def test_older_and_newer_lead_through_all_pages(length: int, per_page: int) -> None:
    pages = {page.number: page for page in slices(length, per_page)}
    walked = [0]
    while (older := pages[walked[-1]].older) is not None:
        assert pages[older].newer == walked[-1]
        walked.append(older)
    assert sorted(walked) == sorted(pages)
