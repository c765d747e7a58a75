"""What a template uses: the part of the inputs that can change what it renders beside its context.

In: the trees of all templates.  Out: :class:`Uses` for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jinja2
import jinja2.meta
import msgspec

_IMPORTS = (jinja2.nodes.Import, jinja2.nodes.FromImport)
_REFERENCES = (jinja2.nodes.Include, *_IMPORTS)


class Uses(msgspec.Struct, frozen=True, array_like=True):
    """What the template ``path`` uses, by itself and through others: all names sorted.

    ``closure`` holds it and all that it extends, includes and imports; ``shared`` the shared values that these
    name, ``filters`` the filters.  ``apart`` are the shared values that are named without the page's context in
    sight, in imported templates: there no field of the context hides them.  ``assets`` are the files of
    ``static/`` that are named; ``all_assets`` tells that a name is computed, so that it may be any.
    """

    path: str
    closure: tuple[str, ...]
    shared: tuple[str, ...]
    apart: tuple[str, ...]
    filters: tuple[str, ...]
    assets: tuple[str, ...]
    all_assets: bool


def uses(trees: Mapping[str, jinja2.nodes.Template], shared: frozenset[str]) -> Iterator[Uses]:
    """What each of ``trees`` uses; ``shared`` are the names of all shared values."""
    # A local variable that has the name of a shared value counts too: a key that knows too much is slow, never wrong.
    names = {name: {node.name for node in tree.find_all(jinja2.nodes.Name)} & shared for name, tree in trees.items()}
    filters = {name: {node.name for node in tree.find_all(jinja2.nodes.Filter)} for name, tree in trees.items()}
    assets = {name: list(_assets(tree)) for name, tree in trees.items()}
    for name in sorted(trees):
        closure = _closure((name,), trees)
        apart = _closure(_imported(closure, trees), trees)
        named = {asset for member in closure for asset in assets[member]}
        yield Uses(
            path=name,
            closure=closure,
            shared=tuple(sorted(set().union(*(names[member] for member in closure)))),
            apart=tuple(sorted(set().union(*(names[member] for member in apart)))),
            filters=tuple(sorted(set().union(*(filters[member] for member in closure)))),
            assets=tuple(sorted(asset for asset in named if asset is not None)),
            all_assets=None in named,
        )


def _imported(closure: Iterable[str], trees: Mapping[str, jinja2.nodes.Template]) -> list[str]:
    """The templates that see no context: what is imported, and what is included without it."""
    nodes: list[Any] = [node for name in closure for node in trees[name].find_all(_REFERENCES)]
    without = [node for node in nodes if isinstance(node, _IMPORTS) or not node.with_context]
    return [node.template.value for node in without if isinstance(node.template, jinja2.nodes.Const)]


def _closure(names: Iterable[str], trees: Mapping[str, jinja2.nodes.Template]) -> tuple[str, ...]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += filter(None, jinja2.meta.find_referenced_templates(trees[current]))
    return tuple(sorted(found))


def _assets(tree: jinja2.nodes.Template) -> Iterator[str | None]:
    """The files that ``asset`` is asked for; None for a name that is computed."""
    for node in tree.find_all(jinja2.nodes.Filter):
        if node.name == "asset":
            named = node.node
            yield named.value if isinstance(named, jinja2.nodes.Const) and isinstance(named.value, str) else None
        elif node.name == "map" and _may_call_asset(node):
            yield None


def _may_call_asset(node: jinja2.nodes.Filter) -> bool:
    """Whether ``map`` may be given the filter ``asset``: ``names | map("asset")``, or a filter named by a value."""
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        return True
    # map(attribute="name") calls no filter; map("map", "asset") calls another by name.
    return any(not isinstance(given, jinja2.nodes.Const) or given.value == "asset" for given in node.args)
