"""``site-builder watch``."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

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
    from site_builder.errors import Problem, SiteError
    from site_builder.sources.scan import read_config_text
    from site_builder.sources.view_store import STORE

    config = parse_config(read_config_text(site_dir))
    lock = filelock.FileLock(site_dir / ".site-builder" / "watch.lock", thread_local=False)
    try:
        (site_dir / ".site-builder").mkdir(exist_ok=True)
        lock.acquire(timeout=0)
    except filelock.Timeout:
        hint = "End that one first"
        raise SiteError([Problem(str(site_dir), message="is being watched by another process", hint=hint)]) from None
    try:
        with Files(site_dir, (config.views.store or STORE,)) as files:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: files.stop())
            turn = Turn(site_dir, output or site_dir / "public", target, jobs)
            cycles(turn.take, files.wait, time.time, time.monotonic)
    finally:
        lock.release()
    click.echo("stopped")


class Turn:
    """One build after the other, and a deploy after those that changed the output."""

    def __init__(self, site_dir: Path, output: Path, target: str | None, jobs: int | None) -> None:
        self._site_dir = site_dir
        self._output = output
        self._target = target
        self._jobs = jobs
        self._undeployed = True

    def take(self, why: str) -> float | None:
        """Build, deploy where there is something new; when the next build is due (Unix time)."""
        from site_builder.building.recipe import build
        from site_builder.check.plan import next_instant
        from site_builder.errors import SiteError

        try:
            report = build(self._site_dir, output=self._output, jobs=self._jobs)
            kinds = [*report.pages.values(), report.files]
            changed = sum(kind.written + kind.removed for kind in kinds)
            say(f"{why}: {plural(changed, 'file')} changed in {report.seconds:.2f} s")
            self._undeployed = self._undeployed or bool(changed)
            due = next_instant(self._site_dir, self._output, datetime.fromisoformat(report.instant))
        except SiteError as error:
            say(f"{why}: not built, the last output stays")
            print_problems(error.problems, f"{plural(len(error.problems), 'problem')}:", "red")
            return time.time() + RETRY_SECONDS
        if self._target is not None and self._undeployed:
            self._undeployed = not self._tried(lambda: deploy(self._site_dir, self._target or "", self._output))
            if self._undeployed:
                return min(time.time() + RETRY_SECONDS, due.timestamp() if due else float("inf"))
        if due is not None:
            say(f"next: {due.isoformat()}")
        return due.timestamp() if due else None

    def _tried(self, step: Callable[[], None]) -> bool:
        from site_builder.deploy.secret import hidden
        from site_builder.deploy.stops import Refused, Stopped
        from site_builder.errors import SiteError

        try:
            step()
        except (SiteError, Refused, Stopped) as error:
            say(f"not deployed: {hidden(str(error))}")
            return False
        return True


def deploy(site_dir: Path, target: str, output: Path) -> None:
    """Send the output to ``target``; guards that would refuse do."""
    from site_builder.deploy.deploying import Options
    from site_builder.deploy.deploying import deploy as send

    send(site_dir, target, Options(output=output, resume=True), insist=lambda _refused: False)
    say(f"deployed to {target}")


def say(text: str) -> None:
    """A line with the time of day."""
    click.echo(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {text}")
