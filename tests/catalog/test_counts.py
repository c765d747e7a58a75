"""Counts stay with their piece: through new addresses, and through renames of its file."""

from __future__ import annotations

from site_builder.catalog.counts import mark
from site_builder.catalog.making import make_catalog
from site_builder.config import parse_config
from site_builder.model import StoredViews
from tests.support.articles import LATER, article

OLD = "content/old.md"


def views(stored: StoredViews, *pieces) -> dict[str, int]:
    found = make_catalog(pieces, [], parse_config(""), LATER, stored=stored)
    return {item.title: found.views[card.url] for item, card in zip(found.articles, found.cards, strict=True)}


def test_imported_views_are_added_to_those_of_the_front_matter():
    stored = StoredViews(totals={"content/a.md": 7})
    assert views(stored, article("a", views=100), article("b", views=1)) == {"a": 107, "b": 1}


def test_a_new_address_keeps_the_counts():
    stored = StoredViews(totals={"content/a.md": 7}, addresses={"/2026/01/a": "content/a.md"})
    assert views(stored, article("a", slug="b")) == {"a": 7}


def test_a_renamed_file_with_the_same_address_keeps_the_counts():
    stored = StoredViews(totals={OLD: 7}, addresses={"/2026/01/kapok": OLD})
    assert views(stored, article("new", slug="kapok")) == {"new": 7}


def test_a_renamed_file_with_the_old_address_as_alias_keeps_the_counts():
    stored = StoredViews(totals={OLD: 7, "content/new.md": 2}, addresses={"/2026/01/kapok": OLD})
    assert views(stored, article("new", aliases=("/2026/01/kapok/",))) == {"new": 9}


def test_a_renamed_file_with_a_new_address_is_known_by_its_mark():
    piece = article("new", 3)
    stored = StoredViews(totals={OLD: 7}, addresses={"/2026/01/old": OLD}, marks={OLD: mark(piece)})
    assert views(stored, piece, article("other", 4)) == {"new": 7, "other": 0}


def test_two_pieces_with_one_mark_inherit_nothing():
    twins = [article("a", title="Same"), article("b", title="Same")]
    stored = StoredViews(totals={OLD: 7}, marks={OLD: mark(twins[0])})
    found = make_catalog(twins, [], parse_config(""), LATER, stored=stored)
    assert set(found.views.values()) == {0}


def test_an_address_taken_over_by_another_piece_takes_no_counts():
    stored = StoredViews(totals={OLD: 7}, addresses={"/2026/01/kapok": OLD})
    old = article("old", slug="elsewhere")
    assert views(stored, old, article("new", slug="kapok")) == {"old": 7, "new": 0}
    # Also where the first one is hidden for now.
    draft = article("old", slug="elsewhere", draft=True)
    assert views(stored, draft, article("new", slug="kapok")) == {"new": 0}


def test_days_are_inherited_too():
    today = LATER.toordinal()
    stored = StoredViews(
        totals={OLD: 7, "content/new.md": 2},
        days={OLD: {today: 3, today - 1: 4}, "content/new.md": {today: 2}},
        addresses={"/2026/01/kapok": OLD},
    )
    new = article("new", slug="kapok")
    found = make_catalog([new], [], parse_config("views: {window: 24h}"), LATER, stored=stored)
    assert list(found.scores) == [9]
