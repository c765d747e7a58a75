"""Related reading: the fast computation against its own definition, and the promises made of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from site_builder.catalog.catalog import Catalog
from site_builder.catalog.related import WINDOW, nearness, rarity, terms
from site_builder.model import Article
from tests.support.articles import article, catalog

DAY = 24 * 60


def spoken(piece: Article) -> str:
    """The language of a piece: British English is English."""
    return {"en-GB": "en"}.get(piece.lang, piece.lang)


def by_definition(found: Catalog, own: int) -> list[int]:
    """The list as the definition says, candidate by candidate."""
    piece = found.articles[own]
    allowed = [
        index
        for index, other in enumerate(found.articles)
        if other.timestamp <= piece.timestamp and spoken(other) == spoken(piece)
    ]
    candidates: set[int] = set()
    for tag in found.traits.tags[own]:
        candidates.update([index for index in allowed if tag in found.traits.tags[index]][-WINDOW:])
    count = found.config.related.count
    candidates.update(
        [index for index in allowed if found.traits.category[index] == found.traits.category[own]][-count - 1 :]
    )
    candidates.update(allowed[-count - 1 :])
    candidates.discard(own)
    postings = found.postings[spoken(piece)]
    ranked = sorted(
        candidates, key=lambda other: (terms(own, other, postings, found.traits).score, other), reverse=True
    )
    return ranked[:count]


pieces = st.lists(
    st.tuples(
        st.integers(0, 400 * DAY),
        st.sampled_from(["News", "Runway", "Retail"]),
        st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=3, unique=True),
        st.sampled_from(["en", "en", "en-GB", "zh"]),
    ),
    max_size=40,
)


def articles_of(drawn: list[tuple[int, str, list[str], str]]) -> list[Article]:
    return [
        article(f"p{number}", minutes, category=category, tags=tuple(tags), lang=lang)
        for number, (minutes, category, tags, lang) in enumerate(drawn)
    ]


@given(pieces)
def test_lists_are_what_the_definition_says(drawn: list[tuple[int, str, list[str], str]]) -> None:
    found = catalog(*articles_of(drawn))
    for index in range(len(found.articles)):
        assert found.related(index) == by_definition(found, index)


def test_windows_cut_common_tags_as_the_definition_says() -> None:
    many = [article(f"common{n:03}", n * DAY, tags=("common",), category=f"c{n % 9}") for n in range(3 * WINDOW)]
    rare = [article(f"rare{n}", n * DAY + 1, tags=("rare", "common"), category="Other") for n in (0, 5, 100)]
    found = catalog(*many, *rare, article("own", 999 * DAY, tags=("common", "rare"), category="Own"))
    own = len(found.articles) - 1
    assert found.related(own) == by_definition(found, own)
    best = [found.articles[index].slug for index in found.related(own)[:3]]
    assert best == ["rare100", "rare5", "rare0"], "a shared rare tag counts however old the piece is"


@given(pieces, st.integers(0, 400 * DAY))
def test_publishing_changes_no_list_of_older_pieces(drawn: list[tuple[int, str, list[str], str]], cut: int) -> None:
    everything = articles_of(drawn)
    before = catalog(*(piece for piece in everything if piece.timestamp <= article("cut", cut).timestamp))
    after = catalog(*everything)
    names = [piece.path for piece in after.articles]
    for index, piece in enumerate(before.articles):
        expected = [before.articles[other].path for other in before.related(index)]
        assert [names[other] for other in after.related(names.index(piece.path))] == expected


@given(pieces)
def test_lists_are_full_and_never_show_the_piece_or_another_language(
    drawn: list[tuple[int, str, list[str], str]],
) -> None:
    found = catalog(*articles_of(drawn))
    for index, piece in enumerate(found.articles):
        shown = found.related(index)
        eligible = [
            other
            for other, candidate in enumerate(found.articles)
            if other != index and spoken(candidate) == spoken(piece) and candidate.timestamp <= piece.timestamp
        ]
        assert len(shown) == len(set(shown)) == min(5, len(eligible))
        assert set(shown) <= set(eligible)


def test_a_language_is_the_same_in_all_its_regions_and_scripts() -> None:
    tags = ("en", "zh-Hans", "EN-gb", "zh-Hant-HK", "x-house", "x-other", "en-US")
    found = catalog(*(article(f"p{n}", n, lang=lang) for n, lang in enumerate(tags)))
    shown = [[found.articles[other].lang for other in found.related(index)] for index in range(len(tags))]
    assert shown == [[], [], ["en"], ["zh-Hans"], [], [], ["EN-gb", "en"]]


def test_newer_pieces_are_candidates_where_the_site_wants_them() -> None:
    found = catalog(
        article("old", 0), article("new", 5), article("newest", 9), config="related: {count: 2, newer: true}"
    )
    assert [found.articles[index].slug for index in found.related(0)] == ["newest", "new"]


def test_pins_come_first_in_their_order() -> None:
    found = catalog(
        *(article(f"p{n}", n) for n in range(8)),
        article("own", 100, related=("content/p1.md", "p0"), next="content/p3.md"),
    )
    own = len(found.articles) - 1
    assert [found.articles[index].slug for index in found.related(own)] == ["p1", "p0", "p7", "p6", "p5"]
    assert found.next(own, found.related(own)) == 3


def test_next_is_the_newest_older_piece_of_the_category_not_in_the_list() -> None:
    found = catalog(
        *(article(f"n{n}", n) for n in range(8)),
        *(article(f"r{n}", 20 + n, category="Runway") for n in range(2)),
        article("own", 100),
    )
    own = len(found.articles) - 1
    shown = found.related(own)
    assert [found.articles[index].slug for index in shown] == ["n7", "n6", "n5", "n4", "n3"]
    following = found.next(own, shown)
    assert following is not None
    assert found.articles[following].slug == "n2"
    assert found.next(0, found.related(0)) is None, "the oldest piece has nothing older"


def test_next_falls_back_to_the_site() -> None:
    found = catalog(
        article("a", 0, category="Beauty"),
        article("b", 1, category="Beauty"),
        article("own", 2),
        config="related: {count: 1}",
    )
    following = found.next(2, found.related(2))
    assert following is not None
    assert found.articles[following].slug == "a"


def test_next_is_another_language_only_where_its_own_has_none_left() -> None:
    found = catalog(
        article("en-beauty", 0, category="Beauty"),
        article("en-news", 1),
        article("en-late", 2, category="Beauty"),
        article("zh-first", 3, lang="zh"),
        article("zh-news", 4, lang="zh", category="Beauty"),
        config="related: {count: 0}",
    )
    slugs = [piece.slug for piece in found.articles]

    def following(slug: str, shown: tuple[int, ...] = ()) -> str | None:
        index = found.next(slugs.index(slug), shown)
        return None if index is None else slugs[index]

    assert following("zh-news") == "zh-first", "its own language before its category"
    assert following("zh-first") == "en-news", "alone in its language: its category first"
    assert following("zh-first", (slugs.index("en-news"),)) == "en-late", "then any piece"
    assert following("en-beauty") is None


@given(pieces)
def test_only_the_oldest_piece_has_no_next_unless_all_older_ones_are_in_its_list(
    drawn: list[tuple[int, str, list[str], str]],
) -> None:
    found = catalog(*articles_of(drawn))
    for own in range(len(found.articles)):
        shown = found.related(own)
        following = found.next(own, shown)
        older = set(range(own)) - set(shown)
        assert (following in older) if older else following is None


def test_rarity_and_nearness_step_in_powers_of_two() -> None:
    assert [rarity(1024, carriers) for carriers in (1024, 512, 511, 256, 1)] == [1, 2, 2, 3, 11]
    day = 86_400
    assert [nearness(days * day) for days in (0, 1, 2, 3, 4, 127, 128, 5000)] == [8, 7, 6, 6, 5, 1, 0, 0]
