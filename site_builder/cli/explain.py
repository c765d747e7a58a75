"""``site-builder explain PAGE``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from site_builder.cli.console import site_option, telling_problems


@click.command("explain")
@site_option
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Default: public.")
@click.argument("page")
@telling_problems
def command(site_dir: Path, output: Path | None, page: str) -> None:
    """Tell what a page is made from, and why the last build rendered it or not.

    PAGE is an address (/2019/06/kapok/), a file of the output, or a content file.
    """
    from site_builder.building.explain import explain
    from site_builder.building.lock import only_one
    from site_builder.building.snapshot import read_sources, snapshot_of
    from site_builder.building.state import opened
    from site_builder.sources.scan import require_content

    require_content(site_dir)
    folder = output or site_dir / "public"
    with (
        only_one(site_dir, wait=True, tell=lambda text: click.echo(text, err=True)) as start,
        opened(site_dir, folder) as state,
    ):
        sources = read_sources(site_dir, state.inputs, start)
        last = state.build
        instant = datetime.fromtimestamp(last.instant, UTC) if last.number else datetime.now(UTC)
        site = snapshot_of(sources, instant.replace(microsecond=0), drafts=last.drafts)
        found = explain(site, state, page)
    for name, value in (
        ("file", f"{folder.name}/{found.path}"),
        ("kind", found.kind),
        ("source", found.source),
        ("template", found.template),
        ("made with", ", ".join(name for name in found.closure if name != found.template)),
        ("state", found.last),
    ):
        if value:
            click.echo(f"{click.style(f'{name:>9}', bold=True)}  {value}")
    if found.shown_on:
        click.secho(f"\nshown on {len(found.shown_on):,} listings and feeds:", bold=True)
        for place in found.shown_on:
            click.echo(f"  {place}")
    click.secho("\ninputs of its key:", bold=True)
    for line in found.inputs:
        click.echo(f"  {line}")
