"""``site-builder new "Headline"``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from site_builder.cli.console import site_option, telling_problems
from site_builder.errors import Problem, SiteError, did_you_mean


@click.command("new")
@site_option
@click.argument("headline")
@click.option("--category", default="", help="The section (default: the first that site.yaml lists).")
@click.option("--author", default="", help="The byline.")
@telling_problems
def command(site_dir: Path, headline: str, category: str, author: str) -> None:
    """Write a file for a new piece.

    Its front matter has every key, those that are optional empty; the path is printed.

    It starts as a draft: remove the line 'draft: true' to publish it.
    """
    from site_builder.articles.beginning import beginning, quoted
    from site_builder.articles.characters import DISALLOWED
    from site_builder.config import parse_config
    from site_builder.sources.scan import read_config_text, require_content
    from site_builder.text import fold, slug_of

    title, author, category = (DISALLOWED.sub("", " ".join(text.split())) for text in (headline, author, category))
    if not title:
        raise click.UsageError("the headline is empty")
    config_text = read_config_text(site_dir)
    if not config_text:
        require_content(site_dir)  # in a folder that is no site nobody would find the file again
    config = parse_config(config_text)
    names = {fold(entry.name): entry.name for entry in config.categories}
    if category and names and fold(category) not in names:
        raise SiteError(
            [
                Problem(
                    "--category",
                    message=f"'{category}' is no section of this paper",
                    hint=did_you_mean(category, names.values()),
                )
            ]
        )
    section = names.get(fold(category), category) or next(iter(names.values()), "News")
    now = datetime.now(UTC).astimezone(ZoneInfo(config.site.timezone))
    folder = site_dir / "content" / f"{now.year:04}" / f"{now.month:02}"
    path = folder / f"{slug_of(title)}.md"
    front_matter = beginning(
        {
            "title": quoted(title),
            "category": quoted(section),
            "timestamp": f"{now:%Y-%m-%d %H:%M:%S}",
            "author": quoted(author),
            "draft": "true",
        }
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(front_matter)
    except FileExistsError:
        click.secho(f"{path} exists already; nothing was changed", fg="red", err=True)
        sys.exit(1)
    except OSError as error:
        raise SiteError([Problem(str(path), message=f"cannot be written: {error.strerror}")]) from None
    click.echo(path)
