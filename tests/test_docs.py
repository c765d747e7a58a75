"""The documentation names every command and every key of the configuration."""

from __future__ import annotations

import re
import typing
from typing import TYPE_CHECKING, Any

import click
import msgspec

from site_builder.cli import main
from site_builder.config import SiteConfig
from tests.support.sample import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE = re.compile(r"`+([^`]+)`+")


def documents() -> list[str]:
    return [file.read_text(encoding="utf-8") for file in [REPOSITORY / "README.md", *REPOSITORY.glob("docs/*.md")]]


def documented(text: str) -> set[str]:
    """What ``text`` has a heading or a table row for; a row's name also as ``section.name`` below a heading.

    ``blocks.NAME.title``, ``blocks.<name>.title`` and ``categories[].slug`` are ``blocks.title`` and
    ``categories.slug``: the names of blocks and places in lists are the user's.
    """
    names: set[str] = set()
    sections: list[str] = []
    fenced = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced:
            continue
        elif line.startswith("#"):
            sections = [_plain(name) for name in CODE.findall(line) or [line.lstrip("# ")]]
            names.update(sections)
        elif line.startswith("|"):
            for found in CODE.findall(line.split("|")[1]):
                name = _plain(found)
                names.add(name)
                names.update(f"{section}.{name}" for section in sections)
    return names


def _plain(name: str) -> str:
    name = re.sub(r"\[\]|\.<\w+>|\.NAME\b|\.\*|:$", "", name.strip())
    return re.sub(r"^site-builder (\w+).*", r"site-builder \1", name)


def config_keys(record: Any, prefix: str = "") -> Iterator[str]:
    """Every key that ``site.yaml`` may have: ``site.title``; keys of items and of named records without the name."""
    for field in msgspec.structs.fields(record):
        key = prefix + field.encode_name
        yield key
        for inner in [field.type, *typing.get_args(field.type)]:
            if isinstance(inner, type) and issubclass(inner, msgspec.Struct) and "config" in inner.__module__:
                yield from config_keys(inner, key + ".")


def commands(group: click.Group) -> list[str]:
    context = click.Context(group)
    return [name for name in group.list_commands(context) if not group.get_command(context, name).hidden]


def test_every_command_is_documented():
    names = set().union(*map(documented, documents()))
    assert len(commands(main)) >= 5
    assert [name for name in commands(main) if f"site-builder {name}" not in names] == []


def test_every_configuration_key_is_documented():
    names = set().union(*map(documented, documents()))
    keys = list(config_keys(SiteConfig))
    assert {"site.title", "categories.slug", "blocks.limit", "markdown.raw_html"} <= set(keys)
    assert [key for key in keys if key not in names] == []


def test_what_counts_as_documented():
    text = """
# Configuration
## `site`
| key | meaning |
|---|---|
| `title` | of the portal |
### `blocks.<name>.limit`
```yaml
# `feeds`
| `fenced` | no |
```
Also `prose` is no heading.
#### `site-builder new "Headline" [--category …]`
| `a`, `b` | two in a row; `c` is no key |
"""
    names = documented(text)
    assert {"site", "title", "site.title", "blocks.limit", "site-builder new", "a", "b"} <= names
    assert not {"feeds", "fenced", "prose", "c"} & names
