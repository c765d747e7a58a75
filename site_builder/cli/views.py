"""``site-builder views``: reader counts in, rankings out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click

from site_builder.cli.console import Instant, in_site_zone, plural, site_option, telling_problems

UNMATCHED = 10
# Days of a score that are told one by one.
DAYS = 14
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


@command.command("refresh")
@site_option
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Default: public.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes (default: one a core).")
@telling_problems
def refresh_command(site_dir: Path, output: Path | None, jobs: int | None) -> None:
    """Put the imported counts into an output that is built already.

    No page is rendered but those with a list that has another order now; only files whose text changes are written.
    """
    from site_builder.views.refresh import refresh

    hold = click.get_current_context().find_root().obj
    report = refresh(site_dir, output=output, jobs=jobs, tell=lambda text: click.echo(text, err=True), hold=hold)
    rendered = f", {plural(report.rendered, 'page')} with another order rendered" if report.rendered else ""
    click.echo(f"{plural(report.written, 'file')} written{rendered}, {report.seconds:.2f} s")
    if report.waiting:
        waiting = "most read lists keep their order until the next build: the sources have changed since the last one"
        click.echo(waiting, err=True)


@command.command("top")
@site_option
@click.option("--category", default="", help="Only pieces of this category.")
@click.option("--tag", default="", help="Only pieces with this tag.")
@click.option("--window", type=click.Choice(["24h", "7d", "all"]), help="Default: views.window.")
@click.option("--half-life", type=click.IntRange(0, 365), help="Days, 0 for no decay (default: views.half_life).")
@click.option("--count", type=click.IntRange(1, 1000), default=10, help="Pieces to print (default: 10).")
@click.option("--at", type=Instant(), help="As of this instant (default: now).")
@telling_problems
def top_command(
    site_dir: Path,
    category: str,
    tag: str,
    window: str | None,
    half_life: int | None,
    count: int,
    at: datetime | None,
) -> None:
    """Print what is most read, with the terms of each score day by day."""
    from site_builder.views.top import top

    instant = in_site_zone(at, site_dir) or datetime.now(UTC)
    found = top(site_dir, instant, category=category, tag=tag, window=window or "", half_life=half_life, count=count)
    decay = f"half-life {plural(found.half_life, 'day')}" if found.half_life else "no decay"
    click.echo(f"{found.name or 'the site'}: window {found.window}, {decay}")
    for place, piece in enumerate(found.pieces, 1):
        click.echo(f"{place:>4}. {shown(piece.score, found.unit):>12}  {piece.title}  ({piece.path})")
        for term in piece.terms[:DAYS]:
            day = date.fromordinal(term.day).isoformat()
            weight = f" × {term.weight / found.unit:.4f}" if found.half_life else ""
            origin = "  (front matter)" if term.seed else ""
            click.echo(f"      {shown(term.points, found.unit):>12}  {day}: {term.views:,}{weight}{origin}")
        rest = piece.terms[DAYS:]
        if rest:
            points = shown(sum(term.points for term in rest), found.unit)
            click.echo(f"      {points:>12}  {plural(len(rest), 'earlier day')}: {sum(term.views for term in rest):,}")


def shown(points: int, unit: int) -> str:
    """Points in views of today."""
    return f"{points:,}" if unit == 1 else f"{points / unit:,.2f}"


def printable(path: str) -> str:
    """``path`` as one line of text: whoever asked for it chose its characters, and a terminal obeys some."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in path)
