"""``site-builder init DIR``."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import click

from site_builder.cli.console import telling_problems


@click.command("init")
@click.argument("directory", type=click.Path(path_type=Path), metavar="DIR")
@telling_problems
def command(directory: Path) -> None:
    """Start a portal in DIR.

    Its configuration, templates, styles and a sample of content are yours to change.
    """
    from site_builder.sources.locate import starter_dir

    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        click.secho(f"{directory} is not an empty folder", fg="red", err=True)
        click.echo("Nothing was changed. Name a new folder, or empty this one.", err=True)
        sys.exit(1)
    starter = starter_dir()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in ("content", "templates", "static"):
            shutil.copytree(starter / name, directory / name, dirs_exist_ok=True)
        shutil.copyfile(starter / "site.yaml", directory / "site.yaml")
        (directory / ".gitignore").write_text("/public/\n/.public.staging/\n/.site-builder/\n", encoding="utf-8")
    except OSError as error:
        click.secho(f"{error.filename}: cannot be written: {error.strerror}", fg="red", err=True)
        sys.exit(1)
    click.echo(f"A portal with sample content is in {directory}. Next:")
    click.echo(f"  cd {shlex.quote(str(directory))}")
    click.echo("  site-builder build")
    click.echo("Then put your paper's name into site.yaml and your pieces into content/.")
