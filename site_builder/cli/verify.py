"""``site-builder verify``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from site_builder.cli.build import progress
from site_builder.cli.console import ending_by_signals, plural, print_problems, site_option, telling_problems
from site_builder.errors import Problem

# Differences whose inputs are printed: enough to find out why.
EXPLAINED = 3


@click.command("verify")
@site_option
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Default: public.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes (default: one a core).")
@telling_problems
def command(site_dir: Path, output: Path | None, jobs: int | None) -> None:
    """Prove the output: build everything anew elsewhere and compare every file.

    Differences are told with the page's inputs, and the next build writes these files anew. Exit code 1 then. Files
    that no build wrote are told too; they are no difference.
    """
    from site_builder.building.verify import verify

    with ending_by_signals(), progress() as tell:
        found = verify(site_dir, output=output, jobs=jobs, progress=tell, tell=lambda text: click.echo(text, err=True))
    folder = (output or site_dir / "public").name
    if found.others:
        problems = [
            Problem(f"{folder}/{path}", message="no build is known to have written it") for path in found.others
        ]
        print_problems(problems, f"{plural(len(problems), 'file')} of others, which stay:", "yellow")
    if not found.differences:
        click.echo(f"{plural(found.files, 'file')} are what a clean build writes as of {found.instant}")
        return
    print_problems(
        [difference.problem(folder) for difference in found.differences],
        f"{plural(len(found.differences), 'difference')} in {plural(found.files, 'file')}:",
        "red",
    )
    for difference in [difference for difference in found.differences if difference.inputs][:EXPLAINED]:
        click.secho(f"\ninputs of {difference.path}:", bold=True)
        for line in difference.inputs:
            click.echo(f"  {line}")
    click.echo("\nThese files are forgotten; the next build writes them anew.", err=True)
    sys.exit(1)
