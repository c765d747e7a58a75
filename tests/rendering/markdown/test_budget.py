"""No body can hold up a build."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any

import pytest

from site_builder.config import Markdown
from site_builder.rendering.markdown import ConversionError, ConversionTimeout, make_converter
from site_builder.rendering.markdown.budget import time_limit

PATHOLOGICAL = {
    "nested": "[" * 4_000 + "a" + "](b)" * 4_000,
    "brackets": "[" * 60_000 + "](",
    "tags": "<a " * 20_000,
    "references": "[a]: b\n\n" + "[" * 20_000,
    "code": "".join("`" * count + " a " for count in range(1, 700)),
    "images": "![" * 40_000,
    "emphasis": "*a _b " * 30_000,
    "links": "[a](b" * 30_000,
}


def convert(source: str, seconds: int = 1):
    return make_converter(Markdown(time_limit=seconds), "www.example.com").convert(source)


def failure(source: str, **settings: Any) -> str:
    """What an editor is told of a body; '' where it converts."""
    try:
        make_converter(Markdown(**{"time_limit": 1, **settings}), "www.example.com").convert(source)
    except ConversionError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_a_pathological_body_ends_in_time(name: str):
    start = time.monotonic()
    assert failure(PATHOLOGICAL[name]) in {"", "Markdown took longer than 1 s", "Markdown is nested too deeply"}
    assert time.monotonic() - start < 10


def test_a_body_that_takes_too_long_is_stopped():
    with pytest.raises(ConversionTimeout, match="longer than 1 s"):
        convert(PATHOLOGICAL["brackets"])


def test_the_converter_is_sound_after_a_timeout():
    made = make_converter(Markdown(time_limit=1), "www.example.com")
    source = "## A\n\n- a *b*\n\n> c[^1]\n\n[^1]: d\n"
    before = made.convert(source)
    with pytest.raises(ConversionTimeout):
        made.convert(source + PATHOLOGICAL["brackets"])
    assert made.convert(source) == before


@pytest.mark.parametrize("engine", ["markdown", "comrak"])
@pytest.mark.parametrize("source", ["> " * 3_000 + "x", "- " * 3_000 + "x", "<div>" * 5_000, "*a **b " * 3_000])
def test_deep_nesting_gives_a_body_or_says_so(engine: str, source: str):
    limit = "Markdown took longer than 20 s"
    assert failure(source, engine=engine, time_limit=20) in {"", limit, "Markdown is nested too deeply"}


# ---------------------------------------------------------------- the timer


def test_a_quick_block_leaves_no_timer():
    before = signal.getsignal(signal.SIGPROF)
    with time_limit(5):
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 4
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGPROF) is before


def test_only_the_time_that_a_body_takes_itself_counts():
    """On a busy machine it has to wait, and is no worse for that."""
    with time_limit(0.1):
        time.sleep(0.3)


def burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_an_outer_timer_goes_on():
    rung = []
    before = signal.signal(signal.SIGPROF, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_PROF, 50)
        with time_limit(5):
            burn(0.05)
        assert 48 < signal.getitimer(signal.ITIMER_PROF)[0] < 49.98
        with pytest.raises(ConversionTimeout), time_limit(0.1):
            while True:
                pass
        assert 48 < signal.getitimer(signal.ITIMER_PROF)[0] < 49.9
        assert not rung
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def test_a_swallowed_alarm_rings_again():
    rings = 0
    with pytest.raises(ConversionTimeout), time_limit(0.1):
        while True:
            try:
                while True:
                    pass
            except ConversionTimeout:
                rings += 1
                if rings == 2:
                    raise
    assert rings == 2


def test_in_other_threads_there_is_no_limit():
    found = []
    thread = threading.Thread(target=lambda: found.append(convert("*x*").html))
    thread.start()
    thread.join()
    assert found == ["<p><em>x</em></p>"]
