"""``site-builder why PATH``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from site_builder.cli.console import Instant, in_site_zone, site_option, telling_problems
from site_builder.errors import Problem, SiteError, did_you_mean
from site_builder.references import Own, site_paths

WIDTH_IN_PIPES = 1_000


@click.command("why")
@site_option
@click.argument("path")
@click.option("--at", type=Instant(), help="As of this instant (default: now).")
@click.option("--drafts", is_flag=True, help="Show drafts as if published.")
@telling_problems
def command(site_dir: Path, path: str, at: datetime | None, drafts: bool) -> None:
    """Tell why an article's related list is as it is.

    For each item of the list it prints the terms of its score.

    PATH is a content file (content/2019/kapok.md) or an address (/2019/06/kapok/).
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from site_builder.building.snapshot import load_catalog
    from site_builder.catalog.related import terms

    catalog = load_catalog(site_dir, in_site_zone(at, site_dir) or datetime.now(UTC), drafts=drafts)
    paths = list(catalog.paths)
    index = find(path, paths, catalog.permalinks, Own.of(catalog.config.site.url))
    article = catalog.articles[index]
    shown = catalog.related(index)
    pins = catalog.pins[index].related if index in catalog.pins else ()
    postings = catalog.postings[catalog.langs[index]]
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


def find(wanted: str, paths: list[str], permalinks: Sequence[str], own: Own) -> int:
    """The index of the article that ``wanted`` names: a file, with or without its ending, or an address, also in full.

    Raises :class:`SiteError` where there is none.
    """
    name = wanted.removeprefix("./")
    address = next(site_paths(name.rstrip("/"), "", own), "") if "://" in name else name.rstrip("/")
    for index, (path, permalink) in enumerate(zip(paths, permalinks, strict=True)):
        file = path.removeprefix("content/")
        if name in (path, file, path.rpartition(".")[0], file.rpartition(".")[0]) or address == permalink.rstrip("/"):
            return index
    hint = did_you_mean(name, paths) if len(paths) < 5_000 else ""
    if not hint.startswith("Did"):
        hint = "Expected a content path such as content/2019/kapok.md, or an address such as /2019/06/kapok/"
    raise SiteError([Problem(wanted, message="no article that readers can see is there", hint=hint)])
