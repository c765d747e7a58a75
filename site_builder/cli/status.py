"""``site-builder status [TARGET]``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from site_builder.cli.console import Instant, in_site_zone, plural, site_option, telling_problems

if TYPE_CHECKING:
    from site_builder.deploy.release import Release

SHOWN = 20


@click.command("status")
@site_option
@click.argument("target", required=False, default="", metavar="[TARGET]")
@click.option("--at", type=Instant(), help="As of this instant (default: now).")
@telling_problems
def command(site_dir: Path, target: str, at: datetime | None) -> None:
    """Compare what readers of TARGET (of deploy.targets) should see now with what was deployed.

    Exit codes: 0 all pieces are where they should be, 1 the site is at fault, 3 the target could not be looked at,
    5 pieces are late.
    """
    from site_builder.building.known import known_sources
    from site_builder.building.snapshot import snapshot_of
    from site_builder.check.lateness import late, span
    from site_builder.deploy.secret import hidden
    from site_builder.deploy.stops import Refused, Stopped
    from site_builder.errors import Problem, SiteError

    now = (in_site_zone(at, site_dir) or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    try:
        name, release = live_release(site_dir, target)
    except (Refused, Stopped) as error:
        click.secho(f"cannot be looked at: {hidden(str(error))}", fg="red", err=True)
        sys.exit(3)
    if release is None:
        hint = f"Deploy first: site-builder deploy {name}"
        raise SiteError([Problem(name, message="nothing is live on this target", hint=hint)])
    sources = known_sources(site_dir, site_dir / "public")
    built = datetime.fromisoformat(release.info.instant)
    found = late(snapshot_of(sources, now), snapshot_of(sources, built), release.live())
    click.echo(f"{name}: release {release.info.id}, built as of {release.info.instant}")
    if not found:
        click.echo("all pieces are where they should be")
        return
    longest = span((now - found[0].since).total_seconds())
    click.secho(
        f"{plural(len(found), 'piece')} {'is' if len(found) == 1 else 'are'} late, by up to {longest}:", fg="red"
    )
    for item in found[:SHOWN]:
        click.echo(f"  {item.what}: {item.title} ({item.path}) by {span((now - item.since).total_seconds())}")
    if len(found) > SHOWN:
        click.echo(f"  … and {len(found) - SHOWN:,} more")
    sys.exit(5)


def live_release(site_dir: Path, target: str) -> tuple[str, Release | None]:
    """The target's name, and the release that is live on it; None where nothing was deployed yet."""
    from site_builder.config import parse_config
    from site_builder.deploy.deploying import chosen, opened
    from site_builder.deploy.journal import Journal
    from site_builder.sources.scan import read_config_text

    config = parse_config(read_config_text(site_dir))
    name, settings = chosen(config, target)
    with opened(settings, config, site_dir, Journal(site_dir, name).folder) as host:
        current = host.load()[0].current
        return name, host.release(current.id) if current else None
