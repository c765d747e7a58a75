"""What is rendered after an edit, and why: counted, not only compared."""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder import BuildReport, SiteError
from site_builder.building import engine, keys, past, recipe, workers
from site_builder.building.inputs import Ahead, InputEntry
from site_builder.catalog.catalog import Catalog
from site_builder.model import BodyRef, Card, Outlined
from site_builder.pages import articles, sitemaps
from site_builder.pages.contexts import ArticleContext
from tests.building.small_site import AT, NAV, article, small_site
from tests.support.site import SiteDir

AT_THE_END = "2026-11-30T12:00:00+00:00"


def settle(made: SiteDir) -> None:
    """Make all sources older than any build, as they are a few seconds later."""
    for path in made.path.rglob("*"):
        if path.is_file() and made.out not in path.parents and ".site-builder" not in path.parts:
            os.utime(path, (1_700_000_000, 1_700_000_000))


def rendered(report: BuildReport) -> dict[str, int]:
    return {kind: counts.rendered for kind, counts in report.pages.items() if counts.rendered}


def pages(report: BuildReport) -> int:
    return sum(counts.total for counts in report.pages.values())


def same_as_clean(made: SiteDir, tmp_path: Path, at: str = AT) -> bool:
    clean = SiteDir(made.path, tmp_path / "clean")
    clean.build(at)
    return clean.files() == made.files()


def test_nothing_changed_renders_and_writes_nothing(made: SiteDir) -> None:
    again = made.build(AT)
    assert (again.rendered, again.written, again.removed) == (0, 0, 0)
    assert pages(again) == sum(counts.reused for counts in again.pages.values())
    assert (again.articles, again.documents, again.hidden) == (6, 1, 0)


def test_touched_sources_are_read_and_nothing_else(made: SiteDir) -> None:
    settle(made)
    again = made.build(AT)
    assert (again.rendered, again.written) == (0, 0)


def test_a_body_reaches_its_own_page_alone(made: SiteDir) -> None:
    keys = {"category": "Beauty", "tags": "[silk]", "views": 3, "summary": "S"}
    made.write("content/a3.md", article("Piece 3", 4, **keys, body="A."))
    made.build(AT)
    made.write("content/a3.md", article("Piece 3", 4, **keys, body="B."))
    report = made.build(AT)
    assert rendered(report) == {"article": 1}
    assert report.pages["article"].why == {"what it shows": 1}


def test_a_headline_reaches_exactly_the_pages_that_show_it(made: SiteDir, tmp_path: Path) -> None:
    before = made.files()
    text = (made.path / "content/a3.md").read_text()
    made.write("content/a3.md", text.replace("Piece 3", "A better headline"))
    report = made.build(AT)
    after = made.files()
    changed = {path for path in after if after[path] != before[path]}
    assert changed == {path for path, data in before.items() if b"Piece 3" in data}
    assert report.written == len(changed)
    assert same_as_clean(made, tmp_path)


def test_counts_are_spliced_and_nothing_is_rendered(
    made: SiteDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, views in ((0, 0), (2, 1), (5, 12_345)):  # the most read stay the most read
        file = f"content/a{number}.md"
        made.write(file, (made.path / file).read_text().replace(f"views: {number}", f"views: {views}"))
    from site_builder.rendering import templates
    from site_builder.rendering.markdown import converter

    for owner, name in ((templates.Templates, "__init__"), (converter.Converter, "convert")):
        monkeypatch.setattr(owner, name, lambda *_: pytest.fail("a template or Markdown was loaded"))
    report = made.build(AT)
    assert report.rendered == 0
    assert sum(counts.spliced for counts in report.pages.values()) == report.written > 3
    monkeypatch.undo()
    assert same_as_clean(made, tmp_path)


def views_of(made: SiteDir, number: int, views: int) -> None:
    file = f"content/a{number}.md"
    made.write(file, re.sub(r"(?m)^views: .*$", f"views: {views}", (made.path / file).read_text()))


def test_counts_of_the_same_length_are_written_where_they_lie(made: SiteDir, tmp_path: Path) -> None:
    page = made.out / "2026/11/a2/index.html"
    home = made.out / "index.html"
    before = {path: path.stat().st_ino for path in (page, home)}
    views_of(made, 2, 3)
    made.build(AT)
    assert {path: path.stat().st_ino for path in before} == before
    assert same_as_clean(made, tmp_path)
    views_of(made, 2, 33)
    made.build(AT)
    assert page.stat().st_ino != before[page]
    assert same_as_clean(made, tmp_path)


def test_a_page_that_has_another_name_elsewhere_is_replaced(made: SiteDir, tmp_path: Path) -> None:
    page = made.out / "2026/11/a2/index.html"
    elsewhere = tmp_path / "release.html"
    elsewhere.hardlink_to(page)
    old = page.read_bytes()
    views_of(made, 2, 3)
    made.build(AT)
    assert elsewhere.read_bytes() == old != page.read_bytes()
    assert same_as_clean(made, tmp_path)


def test_a_page_that_is_changed_while_its_counts_are_made_is_left_alone(
    made: SiteDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = made.out / "2026/11/a2/index.html"
    views_of(made, 2, 3)
    made_pages = recipe.make_pages

    def make_and_change(*args: Any, **kwargs: Any) -> Any:
        made = made_pages(*args, **kwargs)
        page.write_text("<p>by hand")
        return made

    monkeypatch.setattr(recipe, "make_pages", make_and_change)
    with pytest.raises(SiteError, match=r"2026/11/a2/index\.html: was changed while the site was being built"):
        made.build(AT, jobs=1)
    assert page.read_text() == "<p>by hand"
    monkeypatch.undo()
    made.build(AT)
    assert same_as_clean(made, tmp_path)


def edited(path: str, old: str, new: str) -> Callable[[SiteDir], None]:
    def edit(made: SiteDir) -> None:
        text = (made.path / path).read_text()
        assert old in text
        made.write(path, text.replace(old, new))

    return edit


LISTS = {"home", "latest", "category", "tag", "year", "month"}


@pytest.mark.parametrize(
    "edit, kinds",
    [
        (edited("templates/article.html", "<h1>", "<h1 class=x>"), {"article"}),
        (edited("templates/card.html", "<p>", "<p class=x>"), {"article", *LISTS}),
        (edited("templates/nav.html", "<nav>", "<nav class=x>"), {"article", *LISTS}),
        (edited("templates/robots.txt", "join", "join"), set()),
        (edited("templates/robots.txt", "{{", "# {{"), {"robots"}),
        (edited("static/own.css", "red", "blue"), {"article", *LISTS}),
        (edited("site.yaml", "title: Paper", "title: Paper, timestamp_format: '%Y'"), {"article", *LISTS}),
        (edited("site.yaml", "title: Paper", "title: Paper, date_format: '%Y'"), {"article"}),
        (edited("site.yaml", "feeds", "markdown: {raw_html: escaped}\nfeeds"), {"article", "document"}),
        (edited("site.yaml", "feeds", "labels: {related: More}\nfeeds"), {"article"}),
        (edited("site.yaml", "feeds", "labels: {}\nfeeds"), set()),
        (edited("content/pages/about.md", "About", "About us"), {"document"}),
    ],
)
def test_an_input_that_changes_alone_renders_what_it_can_reach(
    made: SiteDir, tmp_path: Path, edit: Callable[[SiteDir], None], kinds: set[str]
) -> None:
    edit(made)
    report = made.build(AT)
    assert set(rendered(report)) == kinds
    assert all(report.pages[kind].rendered == report.pages[kind].total for kind in kinds)
    assert same_as_clean(made, tmp_path)


def test_a_file_that_no_template_names_renders_nothing(made: SiteDir, tmp_path: Path) -> None:
    """The sample's article template has ``article.tags|map(attribute="name")``, which calls no filter."""
    made.write("static/new.txt", "new")
    report = made.build(AT)
    assert (rendered(report), report.written) == ({}, 1)
    assert same_as_clean(made, tmp_path)


@pytest.mark.parametrize(
    "mapped", ['map("asset")', "map(*named)", "map(named[0])", 'batch(1)|map("map", "asset")|map("join")']
)
def test_a_file_that_a_mapped_filter_may_name_renders_its_page(made: SiteDir, tmp_path: Path, mapped: str) -> None:
    made.write("templates/robots.txt", '{% set named = ["asset"] %}{{ ["own.css"]|' + mapped + "|join }}")
    made.build(AT)
    made.write("static/own.css", "p { color: blue }\n")
    assert "robots" in rendered(made.build(AT))
    assert same_as_clean(made, tmp_path)


def test_another_engine_renders_everything(made: SiteDir, monkeypatch: pytest.MonkeyPatch) -> None:
    other = engine.Engines(b"other", b"other")
    for module in ("recipe", "remembered"):
        monkeypatch.setattr(f"site_builder.building.{module}.engines", lambda: other)
    report = made.build(AT)
    assert report.rendered == pages(report)
    assert report.written == 0, "the same bytes are not written again"
    assert {why for counts in report.pages.values() for why in counts.why} == {"builder's version"}


@pytest.mark.parametrize("field", ["title", "excerpt", "category", "tag", "timestamp", "url", "image", "lang"])
def test_mutants_that_forget_a_field_of_a_card_are_caught(field: str) -> None:
    card = Card(**CARD_VALUES)
    other = msgspec.structs.replace(card, **{field: OTHER_VALUES[field]})
    assert keys.Canon().digest(card) != keys.Canon().digest(other)


CARD_VALUES = dict(zip(Card.__struct_fields__, ("t", "/u/", None, None, None, "e", None, "en"), strict=True))
OTHER_VALUES = dict.fromkeys(CARD_VALUES, "other")


MUTANTS = {
    "excerpt": ("Text.", "Other."),
    "title": ("Piece 3", "Other"),
    "tag": ("[silk]", "[wool]"),
    "category": ("Beauty", "Retail"),
    "timestamp": ("10:00:00", "09:00:00"),
    "digest": ("Text.", "*Text.*"),
}


@pytest.mark.parametrize("field", sorted(MUTANTS))
def test_a_key_that_forgets_a_field_is_caught_by_the_law(
    made: SiteDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    """The law can fail: a walk that leaves out one field builds another site than a clean build."""
    form = keys.Canon.form

    def forgetful(self: keys.Canon, value: object) -> object:
        if isinstance(value, BodyRef) and field == "digest":
            return b""
        names = getattr(value, "__struct_fields__", ())
        if field not in names:
            return form(self, value)
        return [type(value).__name__, *(form(self, getattr(value, name)) for name in names if name != field)]

    monkeypatch.setattr(keys.Canon, "form", forgetful)
    edited("site.yaml", "Paper", "Journal")(made)
    made.build(AT)
    edited("content/a3.md", *MUTANTS[field])(made)
    made.build(AT)
    monkeypatch.undo()
    assert not same_as_clean(made, tmp_path)


@pytest.mark.parametrize("value", [[1], {1}, {"a": 1}, 1.5, b"bytes", object(), str, (1, [2])])
def test_what_is_no_closed_value_has_no_key(value: object) -> None:
    with pytest.raises(TypeError):
        keys.Canon().digest(value)


def test_forms_of_different_values_differ() -> None:
    values = [(), ("",), ("", ""), (("",),), 0, False, None, "", "0", (0,), (False,), ("PlainContext", 0)]
    digests = [keys.Canon().digest(value) for value in values]
    assert len(set(digests)) == len(values)


def test_where_a_body_stands_is_no_input_but_its_folder_is() -> None:
    digest = keys.Canon().digest
    assert digest(BodyRef("content/a/x.md", 10, b"d")) == digest(BodyRef("content/a/y.md", 99, b"d"))
    assert digest(BodyRef("content/a/x.md", 10, b"d")) != digest(BodyRef("content/b/x.md", 10, b"d"))
    assert digest(BodyRef("content/a/x.md", 10, b"d")) != digest(BodyRef("content/a/x.md", 10, b"e"))


def test_all_faults_leave_the_last_output_and_the_next_build_is_right(made: SiteDir, tmp_path: Path) -> None:
    before = made.files()
    made.write("content/a1.md", "---\ncatgory: x\n---\n")
    made.write("content/a2.md", article("New", 3))
    with pytest.raises(SiteError):
        made.build(AT)
    assert made.files() == before
    made.write("content/a1.md", article("Mended", 2))
    made.build(AT)
    assert same_as_clean(made, tmp_path)


def test_unpublished_pieces_go_with_their_folders(made: SiteDir) -> None:
    made.remove("content/a3.md")
    report = made.build(AT)
    assert report.pages["article"].removed == 1
    assert not (made.out / "2026/11/a3").exists()


def test_the_clock_alone_changes_what_it_has_to(made: SiteDir, tmp_path: Path) -> None:
    made.write("content/later.md", article("Later", 10, timestamp="2026-11-10 12:00:01"))
    assert made.build(AT).hidden == 1
    report = made.build("2026-11-10T12:00:01+00:00")
    assert report.pages["article"].why["new"] == 1
    assert same_as_clean(made, tmp_path, "2026-11-10T12:00:01+00:00")
    back = made.build(AT)
    assert back.pages["article"].removed == 1
    assert same_as_clean(made, tmp_path)


def test_templates_that_name_a_shared_value_follow_it(made: SiteDir, tmp_path: Path) -> None:
    made.write("templates/nav.html", NAV + "{{ latest[0].title }}")
    made.build(AT)
    made.write("content/new.md", article("The newest", 9))
    report = made.build(AT)
    assert report.pages["article"].rendered == 7
    assert same_as_clean(made, tmp_path)


def test_a_body_is_converted_once_whatever_becomes_of_templates(
    made: SiteDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from site_builder.rendering.markdown import converter

    edited("templates/article.html", "<h1>", "<h1 class=x>")(made)
    convert = converter.Converter.convert
    monkeypatch.setattr(converter.Converter, "convert", lambda *_: pytest.fail("a body was converted again"))
    assert rendered(made.build(AT)) == {"article": 6}
    converted = []
    monkeypatch.setattr(
        converter.Converter, "convert", lambda self, body, lang: converted.append(body) or convert(self, body, lang)
    )
    edited("content/a3.md", "Text.", "Other.")(made)
    made.build(AT)
    assert converted == ["Other.\n"]
    assert same_as_clean(made, tmp_path)


def test_bodies_of_pieces_that_are_gone_are_not_kept(made: SiteDir) -> None:
    import sqlite3
    from contextlib import closing

    def kept() -> int:
        with closing(sqlite3.connect(made.path / ".site-builder" / "cache.sqlite")) as database:
            return int(database.execute("SELECT count(*) FROM bodies").fetchone()[0])

    made.write("content/a1.md", article("Piece 1", 2, body="Its own words."))
    made.build(AT)
    before = kept()
    made.remove("content/a1.md")
    made.build(AT)
    assert kept() == before - 1


@pytest.mark.parametrize("engine", ["markdown", "comrak"])
def test_where_there_is_no_fork_the_bytes_are_the_same(
    site: Callable[..., SiteDir], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    made = site(small_site())
    config = (made.path / "site.yaml").read_text(encoding="utf-8") if (made.path / "site.yaml").exists() else ""
    made.write("site.yaml", f"{config}\nmarkdown: {{engine: {engine}}}\n")
    made.build(AT, jobs=2)
    before = made.files()
    monkeypatch.setattr(workers, "_can_fork", lambda: False)
    monkeypatch.setattr(workers, "FEWEST_FOR_SPAWN", 1)
    anew = SiteDir(made.path, tmp_path / "anew")
    anew.build(AT, jobs=2)
    assert anew.files() == before
    made.write("content/another.md", article("Another", 5))
    anew.build(AT, jobs=2)
    assert same_as_clean(anew, tmp_path)


def test_what_is_taken_out_of_the_archive_costs_one_look_at_what_is_newer(
    site: Callable[..., SiteDir], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[int] = set()
    original = articles.article_context

    def counted(catalog: Catalog, index: int) -> ArticleContext:
        asked.add(index)
        return original(catalog, index)

    monkeypatch.setattr(articles, "article_context", counted)
    made = site(small_site(24))
    made.build(AT_THE_END)
    made.remove("content/a2.md")
    asked.clear()
    assert rendered(made.build(AT_THE_END))["article"] < 12, "most pages are as they were"
    assert asked == set(range(2, 23))
    asked.clear()
    made.write("content/new.md", article("New", 26))
    made.build(AT_THE_END)
    assert asked == {23}
    assert same_as_clean(made, tmp_path, AT_THE_END)


def test_another_way_to_show_counts_reaches_every_page(site: Callable[..., SiteDir], tmp_path: Path) -> None:
    """Also those of templates that name nothing of the site but a count."""
    files = small_site()
    files["templates/fragments/most_read.html"] = "{% for card in most_read %}{{ card|views }} {% endfor %}"
    files["content/a0.md"] = article("Read by many", 1, views=123_456)
    made = site(files)
    made.build(AT)
    config = (made.path / "site.yaml").read_text(encoding="utf-8")
    made.write("site.yaml", config + "\nviews: {display: rounded}\n")
    made.build(AT)
    assert same_as_clean(made, tmp_path)


def test_a_piece_that_is_syndicated_now_leaves_its_full_sitemap(
    site: Callable[..., SiteDir], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemaps, "SHARD", 2)
    files = small_site()
    files["site.yaml"] += "\nsyndication: {default: canonical}\n"
    files["content/a1.md"] = article("Piece 1", 2, category="Beauty", source="S")
    made = site(files)
    made.build(AT)
    made.write("content/a1.md", article("Piece 1", 2, category="Beauty", source="S", source_url="https://s.example/1"))
    made.build(AT)
    assert same_as_clean(made, tmp_path)


def test_what_another_version_remembers_is_read_anew() -> None:
    sound = InputEntry("content/b.md", b"", b"", settled=True, rules=b"ours", parsed=msgspec.Raw(b"\x90"))
    lacking = msgspec.Raw(msgspec.msgpack.encode([["content/a.md"]]))
    broken = msgspec.structs.replace(sound, path="content/a.md", rules=b"others", parsed=lacking)
    ahead = Ahead({"content/a.md": broken, "content/b.md": sound})
    ahead.use_the_time()
    assert ahead.take({"content/b.md": sound}, ["content/b.md"]) == [Outlined()]


ROWS = st.lists(st.sampled_from([b"aaaaaaaa", b"bbbbbbbb", b"cccccccc", b"dddddddd"]), unique=True, max_size=4)


@given(ROWS, ROWS, st.lists(st.integers(0, 2), min_size=8, max_size=8))
def test_who_has_another_count_is_known_or_said_not_to_be(
    old: list[bytes], new: list[bytes], counts: list[int]
) -> None:
    """The pieces of both by their traits, each with a count then and now."""

    def past_of(names: list[bytes], views: dict[bytes, int]) -> past.Past:
        numbers = array("q", [views[name] for name in names]).tobytes()
        seconds = array("q", [name[0] for name in names]).tobytes()
        return past.Past(traits=b"".join(names), seconds=seconds, counts=numbers)

    names = sorted({*old, *new})
    before, after = dict(zip(names, counts, strict=False)), dict(zip(names, counts[4:], strict=False))
    found = past.recounted(past_of(old, before), past_of(new, after))
    if found is not None:
        assert found == [index for index, name in enumerate(new) if name in old and before[name] != after[name]]
    if new == old[:1] + old[2:] or old == new[:1] + new[2:]:
        assert found is not None
