"""Measures speed and memory against the targets: ``make bench``, or ``python benchmarks/bench.py --help``.

In: nothing but this repository; content is generated below ``benchmarks/made/``.  Out: a table, and with
``--write`` a Markdown file.  The exit code is 0 also where a target is missed: a benchmark is no test.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from incremental import HEADING
from machine import facts
from results import document, table
from rows import ROWS, Row, Sample
from workbench import HERE, Workbench, say


def main() -> None:
    options = parse_arguments()
    if sys.platform != "linux":
        sys.exit("the benchmarks need Linux: they read /proc and run cp")
    chosen = [row.of(options.articles) for row in ROWS if row.name in (options.only or [row.name])]
    options.work.mkdir(parents=True, exist_ok=True)
    bench = Workbench(options.work.resolve(), options.jobs, options.seed)
    where = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "command": command_line(options),
        **facts(options.work),
    }
    measured: dict[Row, list[Sample]] = {row: [] for row in chosen}
    # All rows once, then all again: what else the machine does meanwhile meets every row.
    try:
        for turn in range(options.runs):
            say(f"run {turn + 1} of {options.runs}")
            for row, samples in measured.items():
                if turn == 0 or not row.once:
                    samples.append(row.measure(bench, options.articles, turn))
        show(measured)
        if options.write:
            options.write.write_text(document(measured, where) + incremental_part(options.write), encoding="utf-8")
    finally:
        # Last: removing some hundred thousand files takes longer than writing them.
        bench.close()


def incremental_part(file: Path) -> str:
    """What ``incremental.py`` wrote into ``file``: it stays."""
    kept = file.read_text(encoding="utf-8").partition(HEADING)[2] if file.exists() else ""
    return f"\n{HEADING}{kept}" if kept else ""


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure speed and memory against the targets.")
    parser.add_argument("--articles", type=int, default=10_000, metavar="N", help="default: 10000")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="times each row is measured (default: 3)")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes of each build (default: 2)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the generated content (default: 1)")
    parser.add_argument(
        "--only", action="append", choices=[row.name for row in ROWS], help="just this row; may be given several times"
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the results here, as Markdown")
    parser.add_argument("--work", type=Path, default=HERE / "made", metavar="DIR", help="default: benchmarks/made")
    options = parser.parse_args()
    if min(options.articles, options.runs, options.jobs) < 1:
        parser.error("--articles, --runs and --jobs must be 1 or more")
    return options


def command_line(options: argparse.Namespace) -> str:
    """The command that measures the same; without folders, which are nobody's business."""
    given = {"articles": options.articles, "runs": options.runs, "jobs": options.jobs, "seed": options.seed}
    arguments = [f"--{name} {value}" for name, value in given.items()]
    arguments += [f"--only {name}" for name in options.only or []]
    return f'`make bench ARGS="{" ".join(arguments)}"`'


def show(measured: dict[Row, list[Sample]]) -> None:
    from rich.console import Console

    # Wide enough for a claim in a line where the output is no terminal.
    Console(highlight=False, width=max(Console().width, 140)).print(table(measured))


if __name__ == "__main__":
    main()
