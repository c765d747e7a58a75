"""``site-builder plan``."""

from __future__ import annotations

import re
import shlex
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from site_builder.cli.console import Instant, in_site_zone, plural, site_option, telling_problems

FORMATS = ("text", "json", "ics", "cron", "systemd", "github")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LONGEST = timedelta(days=366)

if TYPE_CHECKING:
    SpanType = click.ParamType[timedelta]
else:
    SpanType = click.ParamType  # older versions of click have no type arguments


class Span(SpanType):
    """A span of time: ``90m``, ``36h``, ``7d``, ``2w``."""

    name = "SPAN"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """As in click: fails where ``value`` is no span."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"(\d{1,6})([mhdw])", value, re.ASCII)
        if not found:
            self.fail(f"'{value}' is no span of time; expected like 90m, 36h, 7d or 2w", param, ctx)
        span = timedelta(**{UNITS[found[2]]: int(found[1])})
        if span > LONGEST:
            self.fail(f"'{value}' is longer than a year", param, ctx)
        return span


def this_program() -> tuple[str, ...]:
    """The words that start this program anywhere: cron and systemd look for programs in few places."""
    own = Path(sys.argv[0])
    if own.stem == "site-builder" and own.is_file():
        return (str(own.absolute()),)
    return (sys.executable, "-m", "site_builder")


@click.command("plan")
@site_option
@click.option("--horizon", type=Span(), default="7d", help="How far ahead: 90m, 36h, 7d, 2w (default: 7d).")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="Default: text.")
@click.option("--at", type=Instant(), help="From this instant on (default: now).")
@click.option("--drafts", is_flag=True, help="With drafts as if published.")
@click.option(
    "--files/--no-files", "count", default=None, help="Count the files that change (default: text, json, ics)."
)
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Default: public.")
@telling_problems
def command(
    site_dir: Path,
    horizon: timedelta,
    form: str,
    at: datetime | None,
    drafts: bool,
    count: bool | None,
    output: Path | None,
) -> None:
    """Tell every instant at which the output will change by itself, why, and how many files.

    A piece is published or expires, a correction comes due, a piece leaves the news sitemap, a day of "most read" ends.
    The other formats are schedules: cron, systemd and github run a build at these instants and at no other.
    """
    from urllib.parse import urlsplit
    from zoneinfo import ZoneInfo

    from site_builder.building.known import known_sources
    from site_builder.check import calendars
    from site_builder.check.plan import plan_changes

    start = (in_site_zone(at, site_dir) or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    sources = known_sources(site_dir, output or site_dir / "public")
    counted = form in ("text", "json", "ics") if count is None else count
    changes = list(plan_changes(sources, start, horizon, drafts=drafts, count=counted))
    build = shlex.join([*this_program(), "build", "--site", str(site_dir.resolve())])
    config = sources.config.site
    if form == "json":
        click.echo(calendars.as_json(changes))
    elif form == "ics":
        click.echo(calendars.as_ics(changes, urlsplit(config.url).hostname or "localhost", start), nl=False)
    elif form == "cron":
        click.echo(calendars.as_cron(changes, build), nl=False)
    elif form == "systemd":
        click.echo(calendars.as_systemd(changes, build), nl=False)
    elif form == "github":
        click.echo(calendars.as_github(changes), nl=False)
    else:
        click.echo(calendars.as_text(changes, ZoneInfo(config.timezone)), nl=False)
        until = (start + horizon).astimezone(ZoneInfo(config.timezone))
        click.echo(f"{plural(len(changes), 'change')} until {until:%Y-%m-%d %H:%M:%S} ({config.timezone})")
