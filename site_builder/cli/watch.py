"""``site-builder watch``."""

from __future__ import annotations

import signal
import time
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from site_builder.cli.console import plural, print_problems, site_option, telling_problems

# After a failure: the disk may have room again, the target may answer again.
RETRY_SECONDS = 60.0


@click.command("watch")
@site_option
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Default: public.")
@click.option("--deploy", "target", metavar="TARGET", help="Deploy to this target after each build that changed it.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes (default: one a core).")
@telling_problems
def command(site_dir: Path, output: Path | None, target: str | None, jobs: int | None) -> None:
    """Build whenever something is due or a file changes, until stopped (Ctrl-C, SIGTERM).

    Sleeps in between. A faulty piece is told of, and the last good output stays until it is mended.
    """
    import filelock

    from site_builder.check.watching import Files, cycles
    from site_builder.config import parse_config
    from site_builder.deploy.deploying import chosen
    from site_builder.errors import Problem, SiteError
    from site_builder.sources.scan import read_config_text, require_content
    from site_builder.sources.view_store import STORE

    config = parse_config(read_config_text(site_dir))
    if target is not None:
        target, _ = chosen(config, target)
    require_content(site_dir)
    lock = filelock.FileLock(site_dir / ".site-builder" / "watch.lock", thread_local=False)
    try:
        (site_dir / ".site-builder").mkdir(exist_ok=True)
        lock.acquire(timeout=0)
    except filelock.Timeout:
        hint = "End that one first"
        raise SiteError([Problem(str(site_dir), message="is being watched by another process", hint=hint)]) from None
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise SiteError([Problem(".site-builder", message=message)]) from None
    try:
        with Files(site_dir, (config.views.store or STORE,), click.echo) as files:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: files.stop())
            zone = ZoneInfo(config.site.timezone)
            turn = Turn(site_dir, output or site_dir / "public", target, jobs, zone)
            cycles(turn.take, files.wait, time.time, time.monotonic)
    finally:
        lock.release()
    click.echo("stopped")


class Turn:
    """One build after the other, and a deploy after those that changed the output."""

    def __init__(self, site_dir: Path, output: Path, target: str | None, jobs: int | None, zone: tzinfo) -> None:
        """``zone`` is the one in which instants are told."""
        self._site_dir = site_dir
        self._output = output
        self._target = target
        self._jobs = jobs
        self._zone = zone
        self._undeployed = True

    def take(self, why: str) -> float | None:
        """Build, deploy where there is something new; when the next build is due (Unix time)."""
        from site_builder.building.door import build
        from site_builder.check.calendars import why as reasons
        from site_builder.check.plan import next_change
        from site_builder.errors import SiteError

        try:
            report = build(self._site_dir, output=self._output, jobs=self._jobs)
            kinds = [*report.pages.values(), report.files]
            changed = sum(kind.written + kind.removed for kind in kinds)
            self._say(f"{why}: {plural(changed, 'file')} changed in {report.seconds:.2f} s")
            self._undeployed = self._undeployed or bool(changed)
            change = next_change(self._site_dir, self._output, datetime.fromisoformat(report.instant))
        except SiteError as error:
            self._say(f"{why}: not built, the last output stays")
            print_problems(error.problems, f"{plural(len(error.problems), 'problem')}:", "red")
            return time.time() + RETRY_SECONDS
        due = change.instant.timestamp() if change else None
        if self._target is not None and self._undeployed:
            self._undeployed = not self._deployed(self._target)
            if self._undeployed:
                return min(time.time() + RETRY_SECONDS, float("inf") if due is None else due)
        if change:
            self._say(f"next: {change.instant.astimezone(self._zone):%Y-%m-%d %H:%M:%S}, {reasons(change)}")
        return due

    def _deployed(self, target: str) -> bool:
        """Send the output to ``target``; guards that would refuse do."""
        from site_builder.deploy.deploying import Options, deploy
        from site_builder.deploy.secret import hidden
        from site_builder.deploy.stops import Refused, Stopped
        from site_builder.errors import SiteError

        try:
            report = deploy(self._site_dir, target, Options(output=self._output, resume=True))
        except (SiteError, Refused, Stopped) as error:
            self._say(f"not deployed: {hidden(str(error))}")
            return False
        self._say(f"deployed to {target}" + ("" if report.outcome == "deployed" else f": {report.outcome}"))
        for warning in report.warnings:
            click.secho(f"  warning: {hidden(warning)}", fg="yellow", err=True)
        return True

    def _say(self, text: str) -> None:
        """A line with the time of day, in the site's zone."""
        click.echo(f"{datetime.now(self._zone):%Y-%m-%d %H:%M:%S} {text}")
