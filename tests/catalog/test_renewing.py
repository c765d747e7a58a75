"""A catalog with one piece more, less or another is the one made anew."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.catalog import retaxing
from site_builder.catalog.catalog import Catalog
from site_builder.catalog.renewing import with_piece
from site_builder.model import Article
from tests.support.articles import article, catalog

# Twins, names with one slug, names whose slug is another's with a number, a number of its own.
NAMES = ["Silk", "silk", "C", "C+", "C-2", "C 2", "C+ 2", "Spring 2026", "Spring", "丝", "Ä", "A"]
CONFIGS = ["", "tag_names: [silk, Ä]", "categories: [{name: Silk, slug: c}, Spring, {name: A, slug: spring-2026}]"]

names = st.sampled_from(NAMES)
fields = st.fixed_dictionaries(
    {
        "tags": st.lists(names, max_size=3, unique=True).map(tuple),
        "category": names,
        "authors": st.lists(names, max_size=2, unique=True).map(tuple),
        "source": st.sampled_from(["", *NAMES]),
        "lang": st.sampled_from(["en", "en-GB", "zh-Hans"]),
    }
)
archives = st.lists(st.tuples(st.integers(0, 9), fields), min_size=1, max_size=7)


def compared(found: Catalog) -> tuple[Any, ...]:
    return (found, [list(taxa) for taxa in (found.categories, found.tags, found.authors, found.sources)])


@pytest.mark.fuzz
@given(archive=archives, place=st.integers(0, 6), other=st.none() | st.tuples(st.integers(0, 9), fields),
       config=st.sampled_from(CONFIGS))  # fmt: skip
def test_a_piece_put_into_a_catalog_gives_the_catalog_made_anew(archive, place, other, config):
    pieces = [article(f"p{number}", when, **values) for number, (when, values) in enumerate(archive)]
    one = pieces[place % len(pieces)]
    rest = [piece for piece in pieces if piece is not one]
    then = article(one.slug, other[0], **other[1]) if other else None
    states: list[Article | None] = [None, one, then]
    for old in states:
        for new in states:
            if old is new:
                continue
            before = catalog(*rest, *([old] if old else []), config=config)
            found = with_piece(before, old, new)
            if found is not None:
                assert compared(found) == compared(catalog(*rest, *([new] if new else []), config=config))


@pytest.mark.parametrize("minutes", [0, 5, 25], ids=["oldest", "middle", "newest"])
@pytest.mark.parametrize("field", ["tags", "authors"])
def test_no_archive_is_looked_through_for_a_name_that_comes_or_goes(
    monkeypatch: pytest.MonkeyPatch, field: str, minutes: int
):
    def looked_through(_articles: list[Article]) -> None:
        raise AssertionError("all articles were looked through")

    others = [article(f"p{number}", number * 10, **{field: ("Silk", f"Spring {number}")}) for number in range(3)]
    piece = article("new", minutes, **{field: ("Unheard of", "Silk")})
    without, with_it = catalog(*others), catalog(*others, piece)
    monkeypatch.setattr(retaxing, "columns_of", looked_through)
    came, gone = with_piece(without, None, piece), with_piece(with_it, piece, None)
    assert came is not None
    assert gone is not None
    assert (compared(came), compared(gone)) == (compared(with_it), compared(without))


@pytest.mark.parametrize(
    "piece, others, config",
    [
        ("Silk", ["silk"], ""),
        ("C", ["Silk", "C+"], ""),
        ("C", ["C-2", "C+"], ""),
        ("C-2", ["C", "C+"], ""),
        ("Spring 2026", ["Spring", "Spring 2026"], ""),
        ("Silk", ["silk"], "tag_names: [silk]"),
        ("A-2", ["A+", "A-2"], "categories: [{name: News, slug: a}]"),
    ],
)
@pytest.mark.parametrize("minutes", [-1, 99], ids=["oldest", "newest"])
@pytest.mark.parametrize("field", ["tags", "category"])
def test_names_that_depend_on_each_other(field: str, minutes: int, piece: str, others: list[str], config: str):
    def carrying(name: str) -> dict[str, Any]:
        return {field: (name,) if field == "tags" else name}

    rest = [article(f"p{number}", number, **carrying(name)) for number, name in enumerate(others)]
    one = article("one", minutes, **carrying(piece))
    for old, new in ((None, one), (one, None)):
        found = with_piece(catalog(*rest, *([old] if old else []), config=config), old, new)
        if found is not None:
            assert compared(found) == compared(catalog(*rest, *([new] if new else []), config=config))
