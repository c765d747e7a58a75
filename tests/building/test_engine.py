"""What a page's key knows of the code that makes it: extensions of Markdown, and what these need."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from pathlib import Path

import pytest

from site_builder.building import engine
from site_builder.building.engine import plugins


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Writes a file into a folder from which Python imports."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(path: str, text: str) -> None:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)

    write("house_style.py", "from house_words import (\n    WORDS,\n)\n")
    write("house_words.py", "import os, house.rules as rules\nWORDS = rules.read()\n")
    write("house/__init__.py", "")
    write("house/rules.py", "from . import __name__ as name\n")
    write("house/words.txt", "silk")
    write("other_style.py", "import house_style\n")
    return write


@pytest.mark.parametrize("path", ["house_style.py", "house_words.py", "house/rules.py", "house/words.txt"])
def test_what_a_plugin_is_made_of_is_known(write: Callable[[str, str], None], path: str) -> None:
    before = plugins(["tables", "house_style"])
    assert plugins(["tables", "house_style"]) == before
    write(path, "# another\nimport house_words, house.rules\n")
    assert plugins(["tables", "house_style"]) != before


def test_what_a_plugin_does_not_import_is_nothing_to_it(write: Callable[[str, str], None]) -> None:
    before = plugins(["house_style"])
    write("other_style.py", "# another\n")
    assert plugins(["house_style"]) == before


def test_a_plugin_that_needs_what_is_not_installed_is_another_when_it_is(write: Callable[[str, str], None]) -> None:
    write("house_style.py", "try:\n    import house_extra\nexcept ImportError:\n    pass\n")
    before = plugins(["house_style"])
    write("house_extra.py", "")
    assert plugins(["house_style"]) != before


def test_highlighted_code_follows_the_version_of_what_highlights_it(monkeypatch: pytest.MonkeyPatch) -> None:
    names = (["codehilite"], ["markdown.extensions.codehilite"], ["tables"])
    before = [plugins(found) for found in names]
    read = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0" if name == "pygments" else read(name))
    after = [plugins(found) for found in names]
    assert [one != two for one, two in zip(before, after, strict=True)] == [True, True, False]


@pytest.mark.parametrize("library", ["unidecode", "text-unidecode"])
def test_addresses_follow_the_library_that_writes_other_alphabets(
    monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    made = engine.engines.__wrapped__
    before = made()
    read = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0" if name == library else read(name))
    after = made()
    assert before.reading != after.reading
    assert before.page != after.page
