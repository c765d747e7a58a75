"""Measures builds that follow a build: ``make bench-incremental``, or ``python benchmarks/incremental.py --help``.

In: nothing but this repository.  Out: a table of what a cold build and each kind of change costs, against the targets,
and with ``--write`` a part of ``RESULTS.md``.  The exit code is 0 also where a target is missed.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from machine import facts
from measure import Run, peak_memory, timed
from workbench import BUILT_AT, HERE, Workbench, environment, say, shown

HEADING = "# Incremental builds"
NEW_PIECE = """---
title: A piece that was not there before
category: Retail
timestamp: 2026-11-20 23:30:00
tags: [silk]
---
Text of the piece.
"""


@dataclass(frozen=True)
class Change:
    """``edit`` changes the site's files; the build after it may take ``seconds`` and write ``files`` (0: any)."""

    name: str
    seconds: float
    edit: Callable[[Path], None]
    files: int = 0
    rendered: int | None = None


@dataclass(frozen=True)
class Result:
    """What the builds after a change took, each after the same change, and the report of the last one."""

    name: str
    target: str
    runs: tuple[Run, ...]
    report: dict[str, Any]


def nothing(_site: Path) -> None:
    """No change."""


def publish(site: Path) -> None:
    """A new piece, newer than all others."""
    (site / "content" / "2026" / "11" / "a-new-piece.md").write_text(NEW_PIECE, encoding="utf-8")


def correct_a_headline(site: Path) -> None:
    """Another title of a piece in the middle of the archive."""
    pieces = sorted((site / "content").rglob("*.md"))
    replaced(pieces[len(pieces) // 2], r"^title: .*$", "title: A headline that was corrected")


def chosen(site: Path, share: float, *, recent: bool) -> list[Path]:
    """A ``share`` of all pieces: the newest, or any."""
    pieces = sorted((site / "content").rglob("*.md"), key=lambda path: path.parts[-3:], reverse=True)
    number = round(len(pieces) * share)
    return pieces[:number] if recent else Random(1).sample(pieces, number)


def count_readers(share: float, *, recent: bool) -> Callable[[Path], None]:
    """Other counts for a ``share`` of all pieces: the newest, or any."""

    def edit(site: Path) -> None:
        for path in chosen(site, share, recent=recent):
            # One more each: a new ranking would also render the pages that show it.
            replaced(path, r"^views: (\d+)$", lambda found: f"views: {int(found[1]) + 1}")

    return edit


def edit_a_template(site: Path) -> None:
    """Another article template: every article page is rendered again."""
    folder = site / "templates"
    folder.mkdir(exist_ok=True)
    text = (HERE.parent / "templates" / "article.html").read_text(encoding="utf-8")
    (folder / "article.html").write_text(text.replace("<h1", '<h1 data-edited=""', 1), encoding="utf-8")


def replaced(path: Path, pattern: str, by: Any) -> None:
    """Write ``path`` with the first match of ``pattern`` replaced."""
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(pattern, by, text, count=1, flags=re.MULTILINE), encoding="utf-8")


CHANGES = (
    Change("nothing changed", 2.5, nothing, rendered=0),
    Change("one piece published", 3.5, publish, files=25),
    Change("one headline corrected", 3.5, correct_a_headline),
    Change("views of the newest tenth changed", 5, count_readers(0.1, recent=True), rendered=0),
    Change("views of any tenth changed", 5, count_readers(0.1, recent=False), rendered=0),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure builds that follow a build.")
    parser.add_argument("--articles", type=int, default=100_000, metavar="N", help="default: 100000")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="default: 2")
    parser.add_argument(
        "--runs", type=int, default=3, metavar="N", help="of each change; the median counts; default: 3"
    )
    parser.add_argument("--template", action="store_true", help="also the edit of a template")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the results into this file, as Markdown")
    parser.add_argument("--work", type=Path, default=HERE / "made", metavar="DIR", help="default: benchmarks/made")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    bench = Workbench(options.work.resolve(), options.jobs, 1)
    try:
        results = measured(bench, options)
    finally:
        bench.close()
    text = table(results, options.articles)
    print(text)
    if options.write:
        kept = options.write.read_text(encoding="utf-8").partition(HEADING)[0] if options.write.exists() else ""
        flags = f"--jobs {options.jobs} --runs {options.runs}{' --template' if options.template else ''}"
        command = f'`make bench-incremental ARGS="--articles {options.articles} {flags}"`'
        where = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "command": command, **facts(options.work)}
        rows = "".join(f"| {name} | {value} |\n" for name, value in where.items())
        options.write.write_text(f"{kept.rstrip()}\n\n{text}\n|  |  |\n| --- | --- |\n{rows}", encoding="utf-8")


def measured(bench: Workbench, options: argparse.Namespace) -> list[Result]:
    """A cold build, then a build after each change; the site is put back after each."""
    original, output = bench.prepared(options.articles, "comrak")
    site = bench.folder / f"edited-{options.articles}"
    if not site.exists():
        say("copying the site, which the changes edit")
        shutil.copytree(original, site)
    shutil.rmtree(site / ".site-builder", ignore_errors=True)
    report = bench.folder / "report.json"
    base = [sys.executable, "-m", "site_builder", "build", "--jobs", str(options.jobs), "--at", BUILT_AT]
    command = [*base, "--output", str(output), "--json", str(report)]

    def build(name: str) -> Run:
        run = timed(command, site, environment())
        say(f"{name}: {shown(run)}")
        return run

    for path in (site / "content").rglob("*.md"):  # from the cold disk
        path.read_bytes()
    results = [Result("cold", "≤ 60 s", (build("cold"),), json.loads(report.read_bytes()))]
    peak = peak_memory([*base, "--output", str(bench.fresh("output"))], site, environment())
    say(f"peak memory of a cold build: {peak / 1e6:.0f} MB")
    results[0].report["peak"] = peak
    timed(command, site, environment())  # now all sources are older than a build
    changes = [*CHANGES]
    if options.template:
        changes.append(Change("the article template edited", 0, edit_a_template))
    for change in changes:
        before = {path: path.read_bytes() for path in touched(site, change)}
        runs: list[Run] = []
        for _ in range(options.runs):
            change.edit(site)
            runs.append(build(change.name))
            told = json.loads(report.read_bytes())
            put_back(site, before)
            timed(command, site, environment())
            timed(command, site, environment())
        results.append(Result(change.name, f"≤ {change.seconds:g} s" if change.seconds else "–", tuple(runs), told))
    return results + [refreshed(bench, site, output, options.jobs, recent=recent) for recent in (True, False)]


def refreshed(bench: Workbench, site: Path, output: Path, jobs: int, *, recent: bool) -> Result:
    """New counts by ``views refresh``: one more view for a tenth of all pieces, the newest or any."""
    name = f"views of {'the newest' if recent else 'any'} tenth refreshed"
    counts = bench.folder / "counts.csv"
    pieces = chosen(site, 0.1, recent=recent)
    rows = [f"2026-11-20,/{path.parts[-3]}/{path.parts[-2]}/{path.stem}/,1\n" for path in pieces]
    counts.write_text("date,page,pageviews\n" + "".join(rows), encoding="utf-8")
    views = [sys.executable, "-m", "site_builder", "views"]
    timed([*views, "import", str(counts)], site, environment())
    before = digests(site)
    run = timed([*views, "refresh", "--output", str(output), "--jobs", str(jobs)], site, environment())
    say(f"{name}: {shown(run)}")
    written = len(digests(site) - before)
    kind = {"rendered": 0, "spliced": written, "written": written, "removed": 0}
    return Result(
        name,
        "≤ 3 s" if recent else "–",
        (run,),
        {"pages": {"all": kind}, "files": dict.fromkeys(kind, 0), "stages": {}},
    )


def digests(site: Path) -> set[tuple[str, str]]:
    """The files of the newest output that is on record, each with its digest."""
    manifests = [path for path in (site / ".site-builder" / "manifests").iterdir() if path.suffix == ".json"]
    newest = max(manifests, key=lambda path: path.stat().st_mtime_ns)
    return {(file["path"], file["sha256"]) for file in json.loads(newest.read_bytes())["files"]}


def touched(site: Path, change: Change) -> list[Path]:
    """The files that a change may edit."""
    return [] if change.edit is nothing else sorted((site / "content").rglob("*.md"))


def put_back(site: Path, before: dict[Path, bytes]) -> None:
    """The site as it was."""
    for path, data in before.items():
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)
    (site / "content" / "2026" / "11" / "a-new-piece.md").unlink(missing_ok=True)
    shutil.rmtree(site / "templates", ignore_errors=True)


def table(results: list[Result], articles: int) -> str:
    """The results as Markdown."""
    lines = [
        HEADING,
        "",
        f"{articles:,} articles, comrak. Seconds by the clock, start of Python included, the median of all runs",
        "and their spread; in parentheses processor seconds of the step, and those that the rest of the machine used",
        "meanwhile.",
        "",
        "| after | target | found | rendered | new counts | written | removed | where the time goes |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for result in results:
        kinds = [*result.report["pages"].values(), result.report["files"]]
        counts = [sum(kind[name] for kind in kinds) for name in ("rendered", "spliced", "written", "removed")]
        stages = ", ".join(f"{name} {seconds:.2f}" for name, seconds in result.report["stages"].items())
        runs = sorted(result.runs, key=lambda run: run.seconds)
        run = runs[len(runs) // 2]
        spread = f", {runs[0].seconds:.2f} – {runs[-1].seconds:.2f}" if len(runs) > 1 else ""
        found = f"{run.seconds:.2f} s{spread} ({run.cpu:.2f}; {run.others:.2f})"
        cells = [result.name, result.target, found, *(f"{count:,}" for count in counts), stages]
        lines.append(f"| {' | '.join(cells)} |")
    if "peak" in results[0].report:
        lines += ["", f"Peak memory of a cold build, all processes together: {results[0].report['peak'] / 1e6:.0f} MB."]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
