"""``site-builder build``."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from site_builder.cli.console import Instant, Share, in_site_zone, plural, print_problems, site_option, telling_problems

if TYPE_CHECKING:
    from site_builder.building.inputs import Progress
    from site_builder.building.report import BuildReport, KindReport


LABELS = {"parse": "reading", "render": "rendering"}


@contextlib.contextmanager
def ending() -> Iterator[None]:
    """For what the process does last: its objects live to the end, so nobody looks for cycles in them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


@click.command("build")
@site_option
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The folder to build into (default: public).",
)
@click.option("--at", type=Instant(), help="Build as of this instant (default: now; without a zone, the site's).")
@click.option("--drafts", is_flag=True, help="Show drafts as if published.")
@click.option(
    "--json",
    "report_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="REPORT",
    help="Write what the build did to this file.",
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes (default: one a core).")
@click.option("--strict", is_flag=True, help="Warnings are errors.")
@click.option(
    "--verify-sample",
    type=Share(),
    default="0",
    metavar="SHARE",
    help="Render this share of the reused pages again, such as 1%, and compare them.",
)
@click.option("--no-wait", is_flag=True, help="Stop where another build of this site is running.")
@telling_problems
def command(
    site_dir: Path,
    output: Path | None,
    at: datetime | None,
    drafts: bool,
    report_path: Path | None,
    jobs: int | None,
    strict: bool,
    verify_sample: float,
    no_wait: bool,
) -> None:
    """Build the site into a folder of static files.

    A faulty article or template never gives half a site: the last good output stays.
    """
    with ending(), progress() as tell:
        from site_builder.building.door import build

        report = build(
            site_dir,
            output=output,
            at=in_site_zone(at, site_dir),
            drafts=drafts,
            jobs=jobs,
            strict=strict,
            wait=not no_wait,
            verify_sample=verify_sample,
            tell=lambda text: click.echo(text, err=True),
            progress=tell,
            hold=click.get_current_context().find_root().obj,
        )
    if report_path:
        write_report(report, report_path)
    print_table(report)
    if report.warnings:
        print_problems(report.warnings, f"{plural(len(report.warnings), 'warning')}:", "yellow")


@contextlib.contextmanager
def progress() -> Iterator[Progress]:
    """A bar on a terminal; a plain line for each stage elsewhere."""
    if not sys.stderr.isatty():
        finished: set[str] = set()

        def tell_plainly(stage: str, done: int, total: int) -> None:
            if done == total and stage not in finished:
                finished.add(stage)
                click.echo(f"{LABELS[stage]}: {total:,} done", err=True)

        yield tell_plainly
        return

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {stage: bar.add_task(label, total=None, visible=False) for stage, label in LABELS.items()}

        def tell(stage: str, done: int, total: int) -> None:
            bar.update(tasks[stage], completed=done, total=total, visible=True)

        yield tell


def write_report(report: BuildReport, path: Path) -> None:
    """The report as JSON."""
    import msgspec

    from site_builder.errors import Problem, SiteError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    except OSError as error:
        raise SiteError([Problem(str(path), message=f"cannot be written: {error.strerror}")]) from None


COLUMNS = {
    "rendered": "rendered",
    "new counts": "spliced",
    "reused": "reused",
    "written": "written",
    "removed": "removed",
}
"""What the table shows of each kind of page: the heading, and the field of the report."""

MOST_REASONS = 2


def reasons(counts: KindReport) -> str:
    """Why pages were rendered, the most frequent reason first."""
    found = sorted(counts.why.items(), key=lambda reason: (-reason[1], reason[0]))
    text = "; ".join(f"{reason} ({count:,})" if len(found) > 1 else reason for reason, count in found[:MOST_REASONS])
    return text + (f"; {len(found) - MOST_REASONS} more" if len(found) > MOST_REASONS else "")


def print_table(report: BuildReport) -> None:
    """The build in short: pages by kind, time by stage, memory."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False)
    kinds = {**report.pages, "files copied": report.files}
    # A column that says nothing is left out.
    columns = [name for name in COLUMNS if name != "new counts" or any(kind.spliced for kind in kinds.values())]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("pages", no_wrap=True)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("why")
    for kind, counts in kinds.items():
        numbers = [f"{getattr(counts, COLUMNS[name]):,}" for name in columns]
        table.add_row(kind, *numbers, reasons(counts), end_section=kind == "files copied")
    sums = [f"{sum(getattr(counts, COLUMNS[name]) for counts in kinds.values()):,}" for name in columns]
    table.add_row("all", *sums, "", style="bold")
    console.print(table)
    stages = ", ".join(f"{name} {seconds:.2f}" for name, seconds in report.stages.items())
    shown = [plural(report.articles, "article")]
    if report.documents:
        shown.append(plural(report.documents, "document"))
    if report.hidden:
        shown.append(f"{report.hidden:,} hidden (drafts, future, expired)")
    if report.removed:
        shown.append(f"{plural(report.removed, 'outdated file')} removed")
    console.print(", ".join(shown), soft_wrap=True)
    console.print(
        f"{report.seconds:.2f} s ({stages}), {'1 process' if report.jobs == 1 else f'{report.jobs} processes'},"
        f" {report.peak_memory / 1e6:,.0f} MB at most",
        soft_wrap=True,
    )
    console.print(Text.assemble("Built ", (report.output, "bold"), f" as of {report.instant}"), soft_wrap=True)
