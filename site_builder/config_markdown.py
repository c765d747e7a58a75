"""``markdown`` of ``site.yaml``: what is read beside the plain form, and what its single values cannot tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from site_builder.errors import Problem
from site_builder.yaml_reader import Mapping, Node, Scalar, Sequence, is_null, quoted

_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?").fullmatch


def as_in_mkdocs(root: Mapping, path: str, problems: list[Problem]) -> Mapping:
    """``root`` with options written beside their extension (``- toc: {permalink: true}``) as ``extension_configs``."""
    settings = _value(root, "markdown")
    listed = _value(settings, "extensions")
    if not isinstance(settings, Mapping) or not isinstance(listed, Sequence):
        return root
    beside = [item.pairs[0] for item in listed.items if isinstance(item, Mapping) and len(item.pairs) == 1]
    if not beside:
        return root
    names = [item.pairs[0][0] if isinstance(item, Mapping) and len(item.pairs) == 1 else item for item in listed.items]
    options = [(name, value) for name, value in beside if not is_null(value)]
    configs = _value(settings, "extension_configs")
    if isinstance(configs, Mapping):
        given = {name.text for name, _ in configs.pairs}
        for name, _ in options:
            if name.text in given:
                message = f"options of '{name.text}' are given here and in extension_configs"
                problems.append(Problem(path, name.line, name.column, message, "Keep one of them"))
        options = [*configs.pairs, *(pair for pair in options if pair[0].text not in given)]
    elif configs is not None and not is_null(configs):
        return root  # a fault that is told when it is read
    line, column = listed.line, listed.column
    changed: dict[str, Node] = {
        "extensions": Sequence(tuple(names), line, column),
        "extension_configs": Mapping(tuple(options), line, column),
    }
    pairs = [pair for pair in settings.pairs if pair[0].text not in changed]
    pairs += [(Scalar(name, True, line, column), value) for name, value in changed.items()]
    replaced = Mapping(tuple(pairs), settings.line, settings.column)
    return msgspec.structs.replace(
        root, pairs=tuple((key, replaced if value is settings else value) for key, value in root.pairs)
    )


def hosts_faults(hosts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with a list of hosts: (message, hint).  One that is none would match no link, in silence."""
    for host in hosts:
        bare = host.strip().strip(".")
        if not _HOST(bare):
            near = re.sub(r"^\w*:?//|^\*\.|[/:?#].*$", "", bare)
            yield f"{quoted(host)} is no domain", f"Expected like '{near if _HOST(near) else 'shop.example'}'"


def _value(node: Node | None, name: str) -> Node | None:
    pairs = node.pairs if isinstance(node, Mapping) else ()
    return next((value for key, value in pairs if key.text == name), None)
