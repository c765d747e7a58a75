"""What requests ask for: paths, modes by address and cookie."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from site_builder.preview.wanted import Mode, cookie_of, instant_of, wanted

USUAL = Mode()
ZONE = "Asia/Shanghai"
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def ask(query: str = "", cookies: str = "", path: bytes = b"/a/", usual: Mode = USUAL):
    return wanted(path, query, cookies, usual, ZONE)


def test_the_usual_mode():
    found = ask("utm=1")
    assert (found.path, found.mode, found.chosen, found.query) == ("/a/", USUAL, None, "utm=1")


@pytest.mark.parametrize(
    "at",
    [
        "2026-11-23T12:00",
        "2026-11-23 12:00",
        "2026-11-23T12:00:00+08:00",
        "2026-11-23T12:00%2B08:00",
        "2026-11-23T04:00Z",
    ],
)
def test_an_instant_is_in_the_sites_zone_unless_it_says_otherwise(at: str):
    assert ask(f"at={at}").mode == Mode(at=NOON)


@pytest.mark.parametrize("at", ["tomorrow", "2026-13-01", "0001-01-01", "9999-12-31", "١"])
def test_what_is_no_instant_is_told(at: str):
    with pytest.raises(ValueError):
        ask(f"at={at}")


def test_a_choice_is_kept_by_the_cookie_and_the_rest_of_the_query_stays():
    chosen = ask("at=2026-11-23T12:00&drafts=1&q=x")
    assert chosen.query == "q=x"
    cookie = cookie_of(chosen.mode, USUAL).partition(";")[0]
    assert ask(cookies=cookie).mode == Mode(drafts=True, at=NOON)
    assert ask(cookies=cookie).chosen is None
    assert ask("drafts=0", cookies=cookie).mode == Mode(at=NOON)
    assert ask("at=now&drafts=0", cookies=cookie).mode == USUAL


def test_now_is_the_instant_that_the_command_was_given():
    usual = Mode(at=NOON)
    assert ask("at=now", usual=usual).mode == usual


def test_going_back_to_the_usual_mode_removes_the_cookie():
    assert "Max-Age=0" in cookie_of(USUAL, USUAL)
    assert "Max-Age" not in cookie_of(Mode(drafts=True), USUAL)


@pytest.mark.parametrize("cookies", ["", "a=b", "site-builder-preview=x", 'site-builder-preview="at=never"', "=;;\x01"])
def test_cookies_without_sense_change_nothing(cookies: str):
    assert ask(cookies=cookies).mode == USUAL


@pytest.mark.parametrize("path", [b"", b"a", b"\xff", b"/\xc3(", b"/a\x00b", b"\\a", b"/..\\x", b"http://x/"])
def test_what_can_be_no_path_is_none(path: bytes):
    assert ask(path=path).path == ""


def test_offsets_in_forms():
    assert instant_of("2026-11-23T12:00 08:00", "UTC") == NOON
