"""``site-builder check``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from site_builder.cli.console import Instant, in_site_zone, plural, print_problems, site_option, telling_problems


@click.command("check")
@site_option
@click.option("--leaks", is_flag=True, required=True, help="Search the output for what belongs to hidden pieces.")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Default: public.")
@click.option("--at", type=Instant(), help="Hidden as of this instant (default: that of the build).")
@click.option("--drafts", is_flag=True, help="The output was built with --drafts.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes (default: one a core).")
@telling_problems
def command(
    site_dir: Path, leaks: bool, output: Path | None, at: datetime | None, drafts: bool, jobs: int | None
) -> None:
    """Check a finished output.

    --leaks goes through every file (HTML, XML, JSON, compressed ones too) for titles, addresses, images and eight words
    in a row of drafts, future and expired pieces. Exit code 1 where there are any.
    """
    from site_builder.building.manifest import read_manifest
    from site_builder.building.snapshot import take_snapshot
    from site_builder.building.workers import available_jobs
    from site_builder.check.leaks import find_leaks
    from site_builder.errors import Problem, SiteError

    assert leaks
    folder = output or site_dir / "public"
    if not folder.is_dir():
        raise SiteError(
            [Problem(str(folder), message="there is no output here", hint="Build first: site-builder build")]
        )
    manifest = read_manifest(site_dir, folder)
    built = datetime.fromisoformat(manifest.instant) if manifest else datetime.now(UTC)
    site = take_snapshot(site_dir, in_site_zone(at, site_dir) or built, drafts=drafts, jobs=jobs)
    problems = find_leaks(site, site_dir, folder, jobs or available_jobs())
    if problems:
        print_problems(problems, f"{plural(len(problems), 'leak')}:", "red")
        sys.exit(1)
    hidden = site.hidden
    click.echo(f"nothing of {plural(hidden, 'hidden piece')} is in {folder}")
