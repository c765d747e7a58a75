"""Shortcuts give what doing everything anew gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from site_builder.building.snapshot import template_values
from site_builder.model import Article, Parsed, Place, Record
from site_builder.preview.known import Known, after, first_look, newest, read
from site_builder.preview.view import View, at, make_view, with_article
from tests.support.articles import START, article

NOW = START + timedelta(minutes=50)
NOWHERE = Path("/nonexistent")

texts = st.sampled_from(["", "A", "B", "Jacquard", "木棉"])
minutes = st.integers(0, 100)
moments = minutes.map(lambda count: START + timedelta(minutes=count))
names = st.sampled_from("abcdefgh")
fields = st.fixed_dictionaries(
    {"title": texts.filter(bool), "excerpt": texts, "category": st.sampled_from(["News", "Retail"])},
    optional={
        "digest": st.binary(max_size=3),
        "body_start": st.integers(0, 99),
        "words": st.integers(0, 999),
        "views": st.integers(0, 9),
        "summary": texts,
        "extra": st.just(Record((("a", 1),))),
        "places": st.just((Place("slug", 3, 1),)),
        "updated": moments,
        "expires": moments,
        "draft": st.booleans(),
        "tags": st.lists(texts.filter(bool), max_size=2, unique=True).map(tuple),
        "authors": st.lists(texts.filter(bool), max_size=1).map(tuple),
        "source": texts,
        "source_url": st.sampled_from(["", "https://wire.example/1"]),
        "aliases": st.sampled_from([(), ("/old/",)]),
        "related": st.sampled_from([(), ("a",)]),
        "files": st.sampled_from([(), ("/a.jpg",), ("/a.jpg", "/b.jpg")]),
        "timestamp": moments,
        "lang": st.sampled_from(["en", "zh"]),
        "links": st.lists(names.map(lambda name: Place(f"/{name}.md", 3, 1)), max_size=2, unique=True).map(tuple),
        "permalink": st.sampled_from(["", "", "/x/", "/y/"]),
    },
)
pieces = st.dictionaries(names, st.tuples(minutes, fields), min_size=1, max_size=6)


def known_of(articles: dict[str, Article]) -> Known:
    return Known(parsed={path: Parsed(article=piece) for path, piece in articles.items()})


def compared(view: View) -> tuple[Any, ...]:
    assert view.renderer is not None
    seen = view.renderer._templates._environment.globals
    values = {name: seen[name] for name in template_values(view.files, view.catalog)}
    return (view.catalog, view.plan, view.pages, view.copied, view.problems, view.until, view.parsed, values)


def view_of(known: Known, instant: datetime = NOW, *, drafts: bool = False, last: View | None = None) -> View:
    return make_view(NOWHERE, known, instant, drafts=drafts, last=last)


@pytest.mark.fuzz
@given(data=st.data(), corpus=pieces, drafts=st.booleans())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_an_article_put_in_the_place_of_another_gives_the_view_made_anew(data, corpus, drafts):
    articles = {f"content/{name}.md": article(name, when, **values) for name, (when, values) in corpus.items()}
    path = data.draw(st.sampled_from(sorted(articles)))
    change = data.draw(st.sampled_from(["another", "another", "came", "gone"]))
    if change != "another":
        fewer = {name: piece for name, piece in articles.items() if name != path}
        steps = [(fewer, articles, None, articles[path]), (articles, fewer, articles[path], None)]
        first, then, old, new = steps[change == "gone"]
        shortcut = with_article(view_of(known_of(first), drafts=drafts), known_of(then), old, new)
        if shortcut is not None:
            assert compared(shortcut) == compared(view_of(known_of(then), drafts=drafts))
        return
    changes = data.draw(fields)
    if data.draw(st.booleans()):
        # Mostly few fields: else the shortcut would hardly ever be taken.
        kept = data.draw(st.sets(st.sampled_from(sorted(changes)), max_size=2))
        changes = {name: value for name, value in changes.items() if name in kept}
    new = msgspec.structs.replace(articles[path], **changes)
    before, after_it = known_of(articles), known_of({**articles, path: new})
    shortcut = with_article(view_of(before, drafts=drafts), after_it, articles[path], new)
    if shortcut is not None:
        assert compared(shortcut) == compared(view_of(after_it, drafts=drafts))


@pytest.mark.parametrize("minute", [0, 15, 25, 45], ids=["oldest", "older", "middle", "newest"])
def test_the_shortcut_is_taken_for_pieces_that_come_go_and_move(minute: int):
    names = {"tags": ("A",), "authors": ("C",), "source": "S", "files": ("/a.jpg",)}
    others = {f"content/{n}.md": article(f"{n}", n * 10, **names) for n in range(5)}
    piece = article("x", minute, **names)
    later = msgspec.structs.replace(piece, timestamp=START + timedelta(minutes=32))
    sets = [others, {**others, piece.path: piece}, {**others, piece.path: later}]
    for first, old in zip(sets, (None, piece, later), strict=True):
        for then, new in zip(sets, (None, piece, later), strict=True):
            if old is new:
                continue
            found = with_article(view_of(known_of(first)), known_of(then), old, new)
            assert found is not None
            assert compared(found) == compared(view_of(known_of(then)))


def test_the_shortcut_is_taken_for_what_a_piece_alone_shows():
    old = article("a", 1, title="A", excerpt="a")
    known = known_of({old.path: old, "content/b.md": article("b", 2)})
    view = view_of(known)
    for changes in ({"digest": b"x", "words": 9}, {"title": "B"}, {"excerpt": "b"}, {"summary": "s"}):
        new = msgspec.structs.replace(old, **changes)
        assert with_article(view, known_of({**dict.fromkeys(known.parsed), old.path: new}), old, new) is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"tags": ("A", "B")},
        {"tags": ()},
        {"category": "Retail"},
        {"authors": ("C",)},
        {"slug": "other"},
        {"views": 9},
        {"draft": True},
        {"expires": START},
        {"aliases": ("/old/",)},
        {"related": ("a",)},
    ],
)
def test_the_shortcut_is_taken_for_the_newest_piece_and_gives_the_same(changes: dict[str, Any]):
    old = article("b", 2, tags=("A",))
    articles = {"content/a.md": article("a", 1, tags=("A",)), old.path: old}
    new = msgspec.structs.replace(old, **changes)
    before, after_it = known_of(articles), known_of({**articles, old.path: new})
    for first, then, one, other in ((before, after_it, old, new), (after_it, before, new, old)):
        found = with_article(view_of(first), then, one, other)
        assert found is not None
        assert compared(found) == compared(view_of(then))


@pytest.mark.fuzz
@given(corpus=pieces, drafts=st.booleans(), first=moments, later=st.integers(0, 60))
def test_a_view_holds_until_the_next_piece_appears_expires_or_is_corrected(corpus, drafts, first, later):
    articles = {f"content/{name}.md": article(name, when, **values) for name, (when, values) in corpus.items()}
    known = known_of(articles)
    view = view_of(known, first, drafts=drafts)
    second = first + timedelta(minutes=later)
    anew = view_of(known, second, drafts=drafts)
    if view.until is None or second < view.until:
        assert at(view.catalog, second) == anew.catalog
    assert compared(view_of(known, second, drafts=drafts, last=view)) == compared(anew)


def test_most_read_by_days_holds_until_midnight_in_the_sites_zone(site):
    made = site(
        {
            "site.yaml": "site:\n  timezone: Asia/Shanghai\nviews:\n  window: 7d\n",
            "content/a.md": "---\ntitle: A\ncategory: News\ntimestamp: 2026-11-01\nviews: 5\n---\n",
        }
    )
    known = first_look(made.path)
    known = read(known, made.path, newest(known, 10))
    view = make_view(made.path, known, datetime(2026, 11, 2, 3, tzinfo=UTC), drafts=False, last=None)
    assert view.until == datetime(2026, 11, 2, 16, tzinfo=UTC)


# ---------------------------------------------------------------- what is known

PIECE = "---\ntitle: {0}\ncategory: News\ntimestamp: 2026-01-0{1}\n---\n\nText {0}.\n"
FILES = {
    "content/a.md": [PIECE.format("A", 1), PIECE.format("AA", 1), "---\ntitle: broken\n---\n", None],
    "content/b/b.md": [PIECE.format("B", 2), PIECE.format("B", 3), None],
    "content/pages/about.md": ["---\ntitle: About\n---\n", "---\ntitel: About\n---\n", None],
    # What some editors write and remove while they save.
    "content/4913": [None],
    "content/c.jpg": [b"\xff\xd8", None],
    "static/x.css": ["a{}", "b{}", None],
    "templates/x.html": ["x", "y", None],
    "site.yaml": ["site:\n  title: T\n", "site:\n  timezone: Europe/Paris\n", "sit: 1\n", None],
}


@pytest.mark.fuzz
@given(
    steps=st.lists(
        st.lists(st.sampled_from([(path, state) for path, states in FILES.items() for state in states]), max_size=3),
        min_size=1,
        max_size=5,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_taking_changes_in_gives_what_reading_everything_gives(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("known")
    (folder / "content").mkdir()
    known = first_look(folder)
    for step in steps:
        for path, state in step:
            _put(folder / path, state)
        known = after(known, folder, {path for path, _ in step}).known
        known = read(known, folder, sorted(known.waiting))
        fresh = first_look(folder)
        fresh = read(fresh, folder, newest(fresh, 100))
        assert known.faults == fresh.faults
        assert known.files == fresh.files
        assert known.config_text == fresh.config_text
        sound = {path: record for path, record in known.parsed.items() if path not in known.faults}
        if "site.yaml" not in known.faults:
            assert known.config == fresh.config
            assert sound == fresh.parsed


def _put(file: Path, state: str | bytes | None) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if state is None:
        file.unlink(missing_ok=True)
    else:
        file.write_bytes(state if isinstance(state, bytes) else state.encode())


def test_a_broken_source_keeps_its_last_good_record(site):
    made = site({"content/a.md": PIECE.format("A", 1)})
    known = first_look(made.path)
    known = read(known, made.path, newest(known, 10))
    good = known.parsed["content/a.md"]
    made.write("content/a.md", "---\ntitle: A\n---\n")
    change = after(known, made.path, {"content/a.md"})
    assert change.known.parsed == {"content/a.md": good}
    assert [problem.message for problem in change.known.problems] == ["'category' is missing", "'timestamp' is missing"]
    assert not change.whole
    assert change.replaced == ()


def test_a_folder_put_in_the_place_of_another_is_read(site):
    made = site({"content/n/a.md": PIECE.format("A", 1), "new/a.md": PIECE.format("AA", 1)})
    known = first_look(made.path)
    known = read(known, made.path, newest(known, 10))
    (made.path / "content/n").rename(made.path / "old")
    (made.path / "new").rename(made.path / "content/n")
    found = after(known, made.path, {"content/n"}).known.parsed["content/n/a.md"].article
    assert found is not None
    assert found.title == "AA"
