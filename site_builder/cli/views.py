"""``site-builder views``: reader counts in, rankings out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from site_builder.cli.console import plural, site_option, telling_problems

UNMATCHED = 10
# Kept in step with site_builder.views.detect.FORMATS by a test: importing that is slow for --help.
FORMATS = tuple(
    "auto common combined nginx caddy cloudfront s3 ga4 plausible matomo goatcounter umami".split(),
)


@click.group("views")
def command() -> None:
    """Reader counts: import them, put them into the output, print what is most read."""


@command.command("import")
@site_option
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--format", "form", type=click.Choice(FORMATS), default="auto", help="Default: as the file tells.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day of an export that names none.")
@telling_problems
def import_command(site_dir: Path, files: tuple[str, ...], form: str, day: datetime | None) -> None:
    """Count the views in access logs and in exports of counting programs.

    FILE is plain, gzip or zstd; - reads standard input. What was imported before changes nothing. No address of a
    reader is stored.
    """
    from site_builder.views.importing import import_views

    report = import_views(site_dir, files, form=form, day=day.date() if day else None)
    kept = f"{plural(report.kept, 'view')} of {plural(report.articles, 'article')}"
    click.echo(f"{plural(report.lines, 'line')} read, {kept} kept")
    for reason, count in sorted(report.dropped.items(), key=lambda item: (-item[1], item[0])):
        click.echo(f"  {count:>12,}  {reason}")
    if report.unmatched:
        click.echo("no article is at:")
        for path, count in report.unmatched[:UNMATCHED]:
            click.echo(f"  {count:>12,}  {printable(path)}")


def printable(path: str) -> str:
    """``path`` as one line of text: whoever asked for it chose its characters, and a terminal obeys some."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in path)
