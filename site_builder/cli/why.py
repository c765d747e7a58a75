"""``site-builder why PATH``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from site_builder.cli.console import Instant, in_site_zone, site_option, telling_problems
from site_builder.errors import Problem, SiteError, did_you_mean

WIDTH_IN_PIPES = 1_000


@click.command("why")
@site_option
@click.argument("path")
@click.option("--at", type=Instant(), help="As of this instant (default: now).")
@click.option("--drafts", is_flag=True, help="Show drafts as if published.")
@telling_problems
def command(site_dir: Path, path: str, at: datetime | None, drafts: bool) -> None:
    """Tell for each item of an article's related list the terms of its score.

    PATH is a content file (content/2019/kapok.md) or an address (/2019/06/kapok/).
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from site_builder.building.snapshot import load_catalog
    from site_builder.catalog.related import terms

    catalog = load_catalog(site_dir, in_site_zone(at, site_dir) or datetime.now(UTC), drafts=drafts)
    index = find(path, [article.path for article in catalog.articles], catalog.permalinks)
    article = catalog.articles[index]
    shown = catalog.related(index)
    pins = catalog.pins[index].related if index in catalog.pins else ()
    postings = catalog.postings[article.lang]
    # In a pipe a row is one line, whatever its length; brackets in headlines are no markup.
    width = None if sys.stdout.isatty() else WIDTH_IN_PIPES
    console = Console(highlight=False, markup=False, emoji=False, width=width)
    console.print(article.title, style="bold", soft_wrap=True)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("score", "shared tags", "category", "nearness", "related reading"):
        table.add_column(name, justify="right" if name in ("score", "category", "nearness") else "left")
    for other in shown:
        found = terms(index, other, postings, catalog.traits, newer=catalog.config.related.newer)
        tags = ", ".join(f"{catalog.tags[tag].name} {points}" for tag, points in found.tags) or "–"
        score = "pinned" if other in pins else str(found.score)
        table.add_row(score, tags, str(found.category), str(found.nearness), catalog.articles[other].title)
    console.print(table)
    following = catalog.next(index, shown)
    if following is not None:
        console.print(f"Next: {catalog.articles[following].title}", soft_wrap=True)


def find(wanted: str, paths: list[str], permalinks: object) -> int:
    """The index of the article that ``wanted`` names.  Raises :class:`SiteError` where there is none."""
    assert isinstance(permalinks, list)
    name = wanted.removeprefix("./")
    for index, (path, permalink) in enumerate(zip(paths, permalinks, strict=True)):
        if name in (path, path.removeprefix("content/"), permalink, permalink.rstrip("/")):
            return index
    raise SiteError(
        [
            Problem(
                wanted,
                message="no article that readers can see is there",
                hint=did_you_mean(name, paths) if len(paths) < 5_000 else "",
            )
        ]
    )
