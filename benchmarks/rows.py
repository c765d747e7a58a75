"""What is claimed of the builder's speed: each row has a target and a function that measures it once.

A row's value is a ratio wherever one can be had: two steps one right after the other share the machine's mood,
and their ratio says more than the seconds of either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from previewing import Previewed
from workbench import Step, Workbench

GROWTH = 3
FEW = 10_000


@dataclass(frozen=True)
class Sample:
    """One measurement of a row: its value, and the steps that it comes from by name.

    ``by_processors`` is a ratio of processor times: it means less, but a busy machine hardly changes it.
    """

    value: float
    steps: dict[str, Step] = field(default_factory=dict)
    by_processors: float | None = None


@dataclass(frozen=True)
class Row:
    """A claim: the value that ``measure(workbench, articles, turn)`` gives is at most ``target``, in ``unit``.

    ``once``: the value hardly differs from one turn to the next, the first is enough.  ``of_many`` is the target for
    more than 10,000 articles where that is another one.
    """

    name: str
    claim: str
    target: float
    unit: str
    measure: Callable[[Workbench, int, int], Sample]
    once: bool = False
    of_many: float | None = None

    def of(self, articles: int) -> Row:
        """The row with the target for so many articles."""
        return replace(self, target=self.of_many) if self.of_many is not None and articles > FEW else self


def ratio(turn: int, below: tuple[str, Callable[[], Step]], above: tuple[str, Callable[[], Step]]) -> Sample:
    """Measure two steps one after the other; each goes first in every other turn, so that no order is favored."""
    steps = {name: measure() for name, measure in ((below, above) if turn % 2 == 0 else (above, below))}
    dividend, divisor = steps[above[0]].run, steps[below[0]].run
    return Sample(dividend.seconds / divisor.seconds, steps, dividend.cpu / divisor.cpu)


def comrak_against_copy(bench: Workbench, articles: int, turn: int) -> Sample:
    return ratio(
        turn,
        ("cp -r", lambda: bench.copy(articles, "comrak")),
        ("build, comrak", lambda: bench.cold_build(articles, "comrak")),
    )


def markdown_against_bare(bench: Workbench, articles: int, turn: int) -> Sample:
    return ratio(
        turn,
        ("bare Python-Markdown", lambda: bench.bare_markdown(articles)),
        ("build, Python-Markdown", lambda: bench.cold_build(articles, "markdown")),
    )


def growth(bench: Workbench, articles: int, turn: int) -> Sample:
    return ratio(
        turn,
        ("build, comrak", lambda: bench.cold_build(articles, "comrak")),
        (f"build, comrak, {GROWTH * articles:,}", lambda: bench.cold_build(GROWTH * articles, "comrak")),
    )


def memory(engine: str) -> Callable[[Workbench, int, int], Sample]:
    return lambda bench, articles, _turn: Sample(bench.memory_of_build(articles, engine) / 1e6)


def refresh(bench: Workbench, articles: int, _turn: int) -> Sample:
    step, pages = bench.refresh(articles, "comrak")
    return Sample(step.run.seconds * 100_000 / pages, {"views refresh": step}, step.run.cpu * 100_000 / pages)


def preview(value: Callable[[Previewed], float], *, warm: bool = True) -> Callable[[Workbench, int, int], Sample]:
    return lambda bench, articles, turn: Sample(value(bench.preview(articles, turn, warm=warm)))


def in_chromium(kind: str, what: str) -> Row:
    return Row(
        f"preview-{kind}",
        f"preview: {what}, until Chromium shows it",
        150,
        "ms",
        preview(lambda found: found.browser[kind] * 1000),
        of_many=500,
    )


ROWS = (
    Row("copy", "cold build with comrak ÷ `cp -r` of the output", 2.5, "×", comrak_against_copy),
    Row("bare", "cold build with Python-Markdown ÷ bare Python-Markdown", 1.35, "×", markdown_against_bare),
    Row("memory", "peak memory of all processes, comrak", 400, "MB", memory("comrak"), once=True),
    Row("memory-markdown", "peak memory of all processes, Python-Markdown", 400, "MB", memory("markdown"), once=True),
    Row("preview-cold", "preview: first page, nothing built", 15, "s", preview(lambda it: it.first_page, warm=False)),
    Row("preview", "preview: first page after the command, after a build", 1.5, "s", preview(lambda it: it.first_page)),
    Row(
        "preview-save",
        "preview: a saved body, heard of and fetched",
        150,
        "ms",
        preview(lambda it: it.save * 1000),
        of_many=500,
    ),
    in_chromium("body", "a saved body"),
    in_chromium("renamed", "the same by an editor that puts another file in its place"),
    in_chromium("headline", "another headline"),
    in_chromium("draft", "a draft switched on or off"),
    in_chromium("new", "a new file"),
    in_chromium("date", "another date"),
    in_chromium("tag", "a tag that no piece has"),
    Row(
        "preview-memory",
        "preview: memory with everything read",
        600,
        "MB",
        preview(lambda it: it.memory / 1e6),
        once=True,
    ),
    Row("growth", f"cold build of {GROWTH} times as many articles ÷ cold build", 3.3, "×", growth),
    Row("refresh", "new counts in a finished output, one for ten pages, per 100,000 pages", 3, "s", refresh, once=True),
)
