"""The front matter of a new piece: every key is there, empty ones are as if they were not, each can be filled in."""

from __future__ import annotations

import pytest

from site_builder.articles.beginning import KEYS, beginning
from site_builder.articles.keys import ARTICLE_KEYS
from tests.articles.reading import article, parse

START = {"title": '"Kapok"', "category": '"Retail"', "timestamp": "2026-11-01 10:00:00"}

# A value for each key, with those keys that it needs.
FILLED: dict[str, dict[str, str]] = {
    "title": {"title": '"Ramie"'},
    "category": {"category": "Beauty"},
    "timestamp": {"timestamp": "2026-11-02"},
    "tags": {"tags": "[store opening, Norrvik]"},
    "author": {"author": '"Lin Wei"'},
    "authors": {"authors": "[Lin Wei, Ann Lee]"},
    "summary": {"summary": '"The largest: so far"'},
    "image": {"image": '"/images/name.jpg"', "image_alt": '"A shop"'},
    "image_alt": {"image": '"/images/name.jpg"', "image_alt": '"A shop"'},
    "image_credit": {"image": '"/images/name.jpg"', "image_alt": '"A shop"', "image_credit": '"Ann Lee"'},
    "source": {"source": '"Yarn Wire"'},
    "source_url": {"source_url": '"https://yarn.example/1"'},
    "updated": {"updated": "2026-11-03 09:00:00"},
    "expires": {"expires": "2027-11-03"},
    "views": {"views": "12"},
    "slug": {"slug": '"ramie"'},
    "permalink": {"permalink": '"/special/name/"'},
    "aliases": {"aliases": "[/old/name/]"},
    "related": {"related": "[content/2026/11/ramie.md]"},
    "next": {"next": '"/2026/11/ramie/"'},
    "lang": {"lang": '"zh-Hans"'},
    "extra": {"extra": "{kicker: Exclusive}"},
    "draft": {"draft": "true"},
}


def test_no_key_of_the_model_is_forgotten() -> None:
    assert [key for key, _, _ in KEYS] == list(dict.fromkeys(key for key, _, _ in KEYS))
    assert {key for key, _, _ in KEYS} == ARTICLE_KEYS.keys() == FILLED.keys()


def test_what_is_left_empty_is_as_if_it_were_not_there() -> None:
    short = "---\n" + "".join(f"{key}: {value}\n" for key, value in START.items()) + "---\n\n"
    found, expected = article(beginning(START)), article(short)
    for field in (field for field in expected.__struct_fields__ if field not in ("body_start", "places")):
        assert getattr(found, field) == getattr(expected, field), field


@pytest.mark.parametrize("key", sorted(FILLED))
def test_each_key_can_be_filled_in(key: str) -> None:
    parsed = parse(beginning(START | FILLED[key]))
    assert not parsed.problems
    assert not parsed.warnings
    assert parsed.article != article(beginning(START)), "the value is read"
