"""What builds leave for programs that only read."""

from __future__ import annotations

import time

import pytest

from site_builder.articles import Rules
from site_builder.building import engine
from site_builder.building.inputs import TICK
from site_builder.building.remembered import parsed_of, remembered, rules_key, size_of
from site_builder.config import parse_config
from site_builder.preview.known import first_look, newest, read
from tests.support.sample import REPOSITORY

PIECE = "---\ntitle: {0}\ncategory: News\ntimestamp: 2026-01-01\nimage: /ties.jpg\nimage_alt: Ties\n---\n\nText {0}.\n"
PATHS = ["content/a.md", "content/b.md"]


@pytest.fixture
def built(site):
    made = site(
        {
            "content/a.md": PIECE.format("A"),
            "content/b.md": PIECE.format("B"),
            "content/ties.jpg": (REPOSITORY / "content/images/ties.jpg").read_bytes(),
        }
    )
    # A file that was written just before the build read it may have been written again at the same instant.
    time.sleep(TICK / 1e9 + 0.1)
    made.build()
    return made


def found(made, config: str = "") -> dict:
    parsed = parse_config(config)
    return dict(parsed_of(made.path, remembered(made.path), rules_key(parsed, Rules.of(parsed)), PATHS))


def test_it_is_what_reading_gives(built):
    known = first_look(built.path)
    assert found(built) == read(known, built.path, newest(known, 10)).parsed
    assert size_of(built.path, remembered(built.path)["content/ties.jpg"]) == (1600, 1067)


def test_a_changed_file_is_not_remembered(built):
    built.write("content/a.md", PIECE.format("C"))
    built.write("content/ties.jpg", b"no image")
    assert found(built).keys() == {"content/b.md"}
    assert size_of(built.path, remembered(built.path)["content/ties.jpg"]) is None
    built.remove("content/b.md")
    assert found(built) == {}


def test_other_rules_give_other_records(built):
    assert found(built, "site:\n  timezone: Asia/Shanghai\n") == {}


def test_a_missing_or_damaged_cache_remembers_nothing(built, tmp_path):
    assert remembered(tmp_path) == {}
    cache = built.path / ".site-builder" / "cache.sqlite"
    for damage in (b"no database", b"", bytes(4096)):
        cache.write_bytes(damage)
        for extra in cache.parent.glob("cache.sqlite-*"):
            extra.unlink()
        assert remembered(built.path) == {}


def test_another_version_of_what_measures_images_measures_them_anew(built, monkeypatch) -> None:
    assert 'width="7"' not in built.read("2026/01/a/index.html")
    other = engine.Engines(engine.engines().reading, b"another version")
    monkeypatch.setattr("site_builder.building.recipe.engines", lambda: other)
    monkeypatch.setattr("site_builder.building.inputs.measured_by", lambda: b"another")
    monkeypatch.setattr("site_builder.building.inputs.image_size", lambda _file: (7, 9))
    built.build()
    assert 'width="7"' in built.read("2026/01/a/index.html")
