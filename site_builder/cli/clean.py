"""``site-builder clean``."""

from __future__ import annotations

from pathlib import Path

import click

from site_builder.cli.console import plural, site_option, telling_problems


@click.command("clean")
@site_option
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The folder to build into (default: public).",
)
@telling_problems
def command(site_dir: Path, output: Path | None) -> None:
    """Remove what builds wrote, and nothing else.

    Files that others put into the output stay.
    """
    from site_builder.building.cleaning import clean

    folder = output or site_dir / "public"
    removed = clean(site_dir, folder)
    click.echo(f"{plural(removed, 'file')} removed from {folder}")
    if folder.exists() and any(folder.iterdir()):
        click.echo("what is left there was not written by this builder")
