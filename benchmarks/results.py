"""Samples to tables: one for the terminal, and the text of ``RESULTS.md``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING

from measure import Run
from rows import Row, Sample

if TYPE_CHECKING:
    from rich.table import Table

Measured = Mapping[Row, Sequence[Sample]]

LEGEND = """Seconds by the clock; in parentheses processor seconds of the step, and those that the rest of the machine
used meanwhile (the kernel's own writing included)."""
# Beyond these a step was measured together with something else, and its row has no verdict.
STEADY = 1.5
"""The slowest run of a step may take so many times as long as the fastest."""
ALONE = 0.2
"""So many processor seconds the rest of the machine may use in each second of a step."""

HEAD = ("row", "claim", "target", "median", "spread", "verdict", "by processor time")


def verdicts(measured: Measured) -> Iterator[tuple[str, ...]]:
    """A line of cells a row: its median against its target."""
    for row, samples in measured.items():
        values = [sample.value for sample in samples]
        middle = median(values)
        spread = f"{figure(min(values))} – {figure(max(values))}" if len(values) > 1 else "one run"
        verdict = "unsteady" if unsteady(samples) else "ok" if middle <= row.target else "OVER"
        target, found = f"≤ {row.target:g} {row.unit}", f"{figure(middle)} {row.unit}"
        ratios = [sample.by_processors for sample in samples if sample.by_processors is not None]
        by_processors = f"{figure(median(ratios))} {row.unit}" if ratios else ""
        yield row.name, row.claim, target, found, spread, verdict, by_processors


def unsteady(samples: Sequence[Sample]) -> bool:
    """Whether the steps behind a row differ so much from run to run, or had so much company, that it says nothing."""
    runs: dict[str, list[Run]] = {}
    for sample in samples:
        for name, step in sample.steps.items():
            runs.setdefault(name, []).append(step.run)
    return any(
        max(run.seconds for run in same) > STEADY * min(run.seconds for run in same)
        or any(run.others > ALONE * run.seconds for run in same)
        for same in runs.values()
    )


def table(measured: Measured) -> Table:
    """The verdicts for a terminal."""
    from rich import box
    from rich.table import Table

    made = Table(*HEAD, box=box.SIMPLE_HEAD, pad_edge=False)
    for cells in verdicts(measured):
        made.add_row(*cells, style={"OVER": "red", "unsteady": "yellow"}.get(cells[5], ""))
    return made


def document(measured: Measured, facts: Mapping[str, str]) -> str:
    """``RESULTS.md``: verdicts, where the time goes, every single figure, and the machine."""
    parts = [
        "# Results of the benchmarks",
        "Written by `make bench`; `README.md` beside this file tells how it is measured.",
        markdown_table(HEAD, verdicts(measured)),
        "## Where the time goes",
        "Medians of the stages that the builds report, in seconds.",
        *stage_tables(measured),
        "## All runs",
        LEGEND,
        *run_tables(measured),
        "## Where",
        markdown_table(("", ""), facts.items()),
    ]
    return "\n\n".join(parts) + "\n"


def stage_tables(measured: Measured) -> Iterator[str]:
    """One table a stage set: a line for each kind of build."""
    builds: dict[str, list[Mapping[str, float]]] = {}
    for samples in measured.values():
        for sample in samples:
            for name, step in sample.steps.items():
                if step.stages:
                    builds.setdefault(name, []).append(step.stages)
    if not builds:
        return
    stages = list(dict.fromkeys(stage for reports in builds.values() for report in reports for stage in report))
    yield markdown_table(
        ("", *stages),
        (
            (name, *(figure(median(report.get(stage, 0.0) for report in reports)) for stage in stages))
            for name, reports in builds.items()
        ),
    )


def run_tables(measured: Measured) -> Iterator[str]:
    for row, samples in measured.items():
        names = sorted({name for sample in samples for name in sample.steps})
        yield f"### {row.name}: {row.claim}"
        yield markdown_table(
            ("run", *names, row.unit),
            (
                (str(turn), *(steps_cell(sample, name) for name in names), figure(sample.value))
                for turn, sample in enumerate(samples, start=1)
            ),
        )


def steps_cell(sample: Sample, name: str) -> str:
    run = sample.steps[name].run
    return f"{run.seconds:.2f} ({run.cpu:.2f}; {run.others:.2f})"


def markdown_table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def figure(value: float) -> str:
    return f"{value:.2f}" if value < 100 else f"{value:,.0f}"
