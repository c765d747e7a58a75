"""``site-builder deploy``."""

from __future__ import annotations

import contextlib
import shlex
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from site_builder.cli.console import ending_by_signals, plural, site_option, telling_problems

if TYPE_CHECKING:
    from site_builder.deploy.report import DeployReport, EndedEarly
    from site_builder.deploy.stops import Refused

PREVIOUS = "previous"
SHOWN = 20


@click.command("deploy")
@site_option
@click.argument("target", required=False, default="", metavar="[TARGET]")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Default: public.")
@click.option("--dry-run", is_flag=True, help="Print what would change, and change nothing.")
@click.option("--resume", is_flag=True, help="Go on with a deploy that stopped: send only the rest.")
@click.option(
    "--rollback",
    is_flag=False,
    flag_value=PREVIOUS,
    metavar="[RELEASE]",
    help="Bring back the previous release, or that one, from what the target holds.",
)
@click.option("--force", is_flag=True, help="Read again what the target holds, every file.")
@click.option("--yes", is_flag=True, help="Go on where a guard would refuse.")
@click.option("--list", "listing", is_flag=True, help="Show the releases on the target.")
@click.option(
    "--json",
    "report_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="REPORT",
    help="Write what the deploy did to this file.",
)
@telling_problems
def command(
    site_dir: Path,
    target: str,
    output: Path | None,
    dry_run: bool,
    resume: bool,
    rollback: str | None,
    force: bool,
    yes: bool,
    listing: bool,
    report_path: Path | None,
) -> None:
    """Send the built site to TARGET (of deploy.targets): only what changed, in an order readers never notice.

    Exit codes: 0 done or nothing to do, 1 the site is at fault (or the live check failed), 2 wrong usage,
    3 stopped (the command that goes on is printed), 4 refused by a guard.
    """
    from site_builder.deploy.deploying import Options, deploy, releases
    from site_builder.deploy.secret import hidden
    from site_builder.deploy.stops import Refused, Stopped

    options = Options(
        output=output,
        dry_run=dry_run,
        resume=resume,
        rollback="" if rollback == PREVIOUS else rollback,
        force=force,
    )
    try:
        if listing:
            print_releases(*releases(site_dir, target))
            return
        with ending_by_signals(as_ctrl_c=True), progress() as tell:
            report = deploy(site_dir, target, options, insist=insists(yes), progress=tell)
    except Refused as refused:
        for reason in refused.reasons:
            click.secho(f"refused: {hidden(reason)}", fg="red", err=True)
        end_early(report_path, "refused", refused.reasons)
        if refused.may_insist:
            click.echo("To go on all the same: --yes", err=True)
        sys.exit(4)
    except Stopped as stopped:
        click.secho(f"stopped: {hidden(str(stopped))}", fg="red", err=True)
        end_early(report_path, "stopped", (str(stopped),))
        click.echo(how_to_go_on(site_dir, target, output), err=True)
        sys.exit(3)
    except KeyboardInterrupt:
        end_early(report_path, "stopped", ("interrupted",))
        click.echo(f"\nstopped. {how_to_go_on(site_dir, target, output)}", err=True)
        sys.exit(3)
    if report_path:
        write_report(report, report_path)
    print_report(report)
    if report.warnings:
        sys.exit(1)


def how_to_go_on(site_dir: Path, target: str, output: Path | None) -> str:
    """What readers see after a deploy that stopped, and the command that goes on from there."""
    from site_builder.deploy.deploying import to_resume

    words = to_resume(site_dir, target)
    if not words:
        return "Nothing was changed."
    places = [
        *(["--site", str(site_dir)] if site_dir != Path() else []),
        *(["--output", str(output)] if output else []),
    ]
    return f"Readers see whole pages. To send the rest: {shlex.join(['site-builder', 'deploy', *words, *places])}"


def insists(yes: bool) -> Callable[[Refused], bool]:
    """Whether to go on in spite of a guard: told by ``--yes``, or asked for on a terminal."""

    def ask(refused: Refused) -> bool:
        if yes:
            return True
        if not sys.stdin.isatty():
            return False
        for reason in refused.reasons:
            click.secho(reason, fg="yellow", err=True)
        try:
            return click.confirm("Deploy all the same?", default=False, err=True)
        except click.Abort:
            # Ctrl-C, or the end of the input: that is no yes.
            click.echo(err=True)
            return False

    return ask


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal; a plain line for each phase elsewhere."""
    if not sys.stderr.isatty():

        def tell_plainly(phase: str, done: int, total: int) -> None:
            if done == total:
                click.echo(f"{phase}: {total:,} sent", err=True)

        yield tell_plainly
        return

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description:>12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with contextlib.ExitStack() as stack:
        bar = Bar(*columns, console=Console(stderr=True), transient=True)
        stack.callback(bar.stop)
        tasks: dict[str, TaskID] = {}

        def tell(phase: str, done: int, total: int) -> None:
            # Not before: a bar would take a guard's question for text of its own.
            bar.start()
            if phase not in tasks:
                tasks[phase] = bar.add_task(phase, total=total)
            bar.update(tasks[phase], completed=done)

        yield tell


def end_early(path: Path | None, outcome: Literal["refused", "stopped"], reasons: tuple[str, ...]) -> None:
    """Write the report of a deploy that did not get to its end."""
    from site_builder.deploy.report import EndedEarly
    from site_builder.deploy.secret import hidden

    if path:
        write_report(EndedEarly(outcome=outcome, reasons=tuple(map(hidden, reasons))), path)


def write_report(report: DeployReport | EndedEarly, path: Path) -> None:
    """The report as JSON."""
    import msgspec

    from site_builder.errors import Problem, SiteError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    except OSError as error:
        raise SiteError([Problem(str(path), message=f"cannot be written: {error.strerror}")]) from None


def print_report(report: DeployReport) -> None:
    """The deploy in short; a dry run with paths and the addresses to purge."""
    planned = report.outcome == "would deploy"
    if report.outcome == "nothing to do" or (planned and not any(map(len, _paths(report)))):
        click.echo(f"{report.target}: nothing to do, {report.base or 'nothing'} is live")
    else:
        _print_groups(report, names=planned)
        done = ("to bring back", "brought back") if report.restores else ("to send", "sent")
        before = f", {plural(report.arrived_before, 'file')} sent before" if report.arrived_before else ""
        click.echo(
            f"{plural(report.bytes, 'byte')} {done[not planned]}, {plural(report.unchanged, 'file')} unchanged{before}"
        )
        for path in report.in_place[:SHOWN]:
            click.echo(f"  changes under its old name, which pages in readers' caches use too: {path}")
    if planned and report.purge:
        click.echo("addresses whose answer changes:")
        for address in report.purge[:SHOWN]:
            click.echo(f"  {address}")
        if len(report.purge) > SHOWN:
            click.echo(f"  … and {len(report.purge) - SHOWN:,} more (--json has all)")
    for reason in report.refusals:
        click.secho(f"would be refused without --yes: {reason}", fg="yellow")
    if report.outcome == "deployed":
        what = f"{report.restores} is back as {report.release}" if report.restores else f"{report.release} is live"
        click.echo(f"{report.target}: {what} ({report.seconds:.1f} s)")
        if report.checked:
            click.echo(f"{plural(report.checked, 'page')} looked at where readers read, as deployed")
    for warning in report.warnings:
        click.secho(f"warning: {warning}", fg="yellow", err=True)


def _paths(report: DeployReport) -> Iterator[tuple[str, ...]]:
    for changes in report.groups.values():
        yield from (changes.added, changes.changed, changes.headers, changes.again, changes.removed)


def _print_groups(report: DeployReport, *, names: bool) -> None:
    for group, changes in report.groups.items():
        parts = {
            "added": changes.added,
            "changed": changes.changed,
            "headers only": changes.headers,
            "in doubt": changes.again,
            "removed": changes.removed,
        }
        found = {word: paths for word, paths in parts.items() if paths}
        if not found:
            continue
        click.echo(f"{group}: " + ", ".join(f"{len(paths):,} {word}" for word, paths in found.items()))
        for word, paths in found.items() if names else ():
            for path in paths[:SHOWN]:
                click.echo(f"  {word}: {path}")
            if len(paths) > SHOWN:
                click.echo(f"  … and {len(paths) - SHOWN:,} more {word} (--json has all)")


def print_releases(name: str, state: object) -> None:
    """The releases on the target, newest first."""
    from site_builder.deploy.release import State

    assert isinstance(state, State)
    if not state.releases:
        click.echo(f"{name}: nothing was deployed yet")
    for position, info in enumerate(state.releases):
        when = datetime.fromtimestamp(info.deployed, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        note = f", brings back {info.restores}" if info.restores else ""
        live = "live  " if position == 0 else "      "
        click.echo(f"{live}{info.id}  deployed {when}, built as of {info.instant}, {info.files:,} files{note}")
    for info in state.pending:
        click.echo(f"      {info.id}  begun and not finished")
