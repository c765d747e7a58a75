"""One template out of many: what a page's template extends, includes and imports, put in its place.

In: parsed templates by name.  Out: a tree without ``extends``, ``include`` and ``block``, which runs as one
function, and where each of its lines stood.  Names whose values are the same on all pages are constants in it,
so that Jinja makes plain text of what depends on nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

SomeNode = TypeVar("SomeNode", bound=nodes.Node)

Module = Callable[[str], object]
"""Gives the module of an imported template by its name."""

# Where these bind names, a block inside would not see them; put in its place, it would.
_SCOPES = (nodes.For, nodes.With, nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.AssignBlock)
_BINDINGS = (nodes.Assign, nodes.AssignBlock, nodes.Import, nodes.FromImport)


# Jinja gives these to a part only where what is around it happens to use them.
_FROM_AROUND = frozenset(("loop", "caller", "varargs", "kwargs"))


class Linked(NamedTuple):
    """``tree`` has the lines of several templates one behind the other: those of ``name`` follow line ``start``."""

    tree: nodes.Template
    origins: tuple[tuple[int, str], ...]


class _CannotLinkError(Exception):
    """The template uses what only Jinja's own way of rendering gives: ``self``, ``super``, scopes of blocks."""


def link(
    name: str,
    fields: Collection[str],
    trees: Mapping[str, nodes.Template],
    lines: Mapping[str, int],
    constants: Mapping[str, Any],
    module: Module,
) -> Linked | None:
    """The template ``name`` with all it is made of, or None where Jinja must put it together itself.

    ``fields`` are the names that pages give it, ``constants`` the values of names that are the same on all pages.
    ``lines`` are the lengths of the templates.
    """
    linker = _Linker(trees, lines, module)
    try:
        body = linker.page(name)
    except _CannotLinkError:
        return None
    tree = nodes.Template(body, lineno=1, environment=trees[name].environment)
    # Jinja lets what is included before see the page's own value: in one function the name is not set yet.
    if not assigned(tree).isdisjoint({*fields, *constants}):
        return None
    free = {name: value for name, value in constants.items() if name not in fields}
    for bound in bindings(tree):
        free.pop(bound, None)
    replace(tree, free)
    return Linked(tree, tuple(linker.origins))


class _Linker(NodeTransformer):
    def __init__(self, trees: Mapping[str, nodes.Template], lines: Mapping[str, int], module: Module) -> None:
        self.origins: list[tuple[int, str]] = []
        self._trees = trees
        self._lines = lines
        self._module = module
        self._length = 0
        self._open: list[str] = []
        self._blocks: dict[str, list[nodes.Block]] = {}
        self._scopes = 0

    def page(self, name: str) -> list[nodes.Node]:
        """The statements of a template and of those that it extends, in the order in which they run."""
        body: list[nodes.Node] = []
        parent: str | None = name
        while parent:
            tree = self._copy(parent)
            if any(found.name in ("self", "super") for found in tree.find_all(nodes.Name)):
                raise _CannotLinkError
            for block in tree.find_all(nodes.Block):
                self._blocks.setdefault(block.name, []).append(block)
            extends = list(tree.find_all(nodes.Extends))
            if not extends:
                body += tree.body
                parent = None
            elif len(extends) == 1 and extends[0] in tree.body:
                body += _before_its_parent(tree.body)
                parent = extends[0].template.value  # type: ignore[attr-defined]
            else:
                raise _CannotLinkError
        return self._linked(body)

    def _copy(self, name: str) -> nodes.Template:
        """The tree of ``name``, its lines behind all others; it may not stand within itself."""
        if name in self._open:
            raise _CannotLinkError
        self._open.append(name)
        start, self._length = self._length, self._length + self._lines[name]
        self.origins.append((start, name))
        return copied(self._trees[name], start)

    def _linked(self, body: Iterable[nodes.Node]) -> list[nodes.Node]:
        """``body`` linked, the macros that it imports in their place."""
        tree = nodes.Template([self.visit(node) for node in body])
        bound = bindings(tree)
        macros: dict[str, Any] = {}
        rest = []
        for node in tree.body:
            found = self._macros(node, bound) if isinstance(node, nodes.FromImport) else None
            if found is None:
                rest.append(node)
            else:
                macros |= found
        tree.body = rest
        replace(tree, macros)
        return tree.body

    def _macros(self, node: nodes.FromImport, bound: Counter[str]) -> dict[str, Any] | None:
        """What ``node`` imports by name; None where that cannot be told before the page is rendered."""
        if node.with_context:
            return None
        module = self._module(node.template.value)  # type: ignore[attr-defined]
        pairs = [(name, name) if isinstance(name, str) else name for name in node.names]
        if any(bound[alias] > 1 or not hasattr(module, name) for name, alias in pairs):
            return None
        return {alias: getattr(module, name) for name, alias in pairs}

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802
        """An included template, in a scope of its own: what it sets does not leave it."""
        if not node.with_context:
            raise _CannotLinkError
        tree = self._copy(node.template.value)  # type: ignore[attr-defined]
        if any(tree.find_all((nodes.Extends, nodes.Block))) or not _own_names(tree).isdisjoint(_FROM_AROUND):
            raise _CannotLinkError
        body = self._linked(tree.body)
        self._open.pop()
        return nodes.Scope(body, lineno=node.lineno, environment=node.environment)

    def visit_Block(self, node: nodes.Block) -> nodes.Node:  # noqa: N802
        """A block: the version of the template nearest to the page."""
        versions = self._blocks[node.name]
        if (self._scopes and not node.scoped) or (node.required and len(versions) == 1):
            raise _CannotLinkError
        binds = any(versions[0].find_all(_BINDINGS))
        self._scopes += binds
        body = [self.visit(child) for child in versions[0].body]
        self._scopes -= binds
        return nodes.Scope(body, lineno=node.lineno, environment=node.environment)

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        """Any other node."""
        is_scope = isinstance(node, _SCOPES)
        self._scopes += is_scope
        node = super().generic_visit(node, *args, **kwargs)
        self._scopes -= is_scope
        return node


def _before_its_parent(body: list[nodes.Node]) -> list[nodes.Node]:
    """What a template that extends another does before that: it sets and imports names, its text counts for nothing."""
    found: list[nodes.Node] = []
    extended = False
    for node in body:
        if isinstance(node, _BINDINGS) or (isinstance(node, nodes.Output) and not extended):
            found.append(node)
        elif isinstance(node, nodes.Extends):
            extended = True
        elif not isinstance(node, (nodes.Block, nodes.Output)):
            raise _CannotLinkError
    return found


def _own_names(node: nodes.Node) -> set[str]:
    """The names below ``node``, those in loops left out: ``loop`` is another one there."""
    found = {node.name} if isinstance(node, nodes.Name) else set()
    for child in node.iter_child_nodes():
        if not isinstance(child, nodes.For):
            found |= _own_names(child)
    return found


def copied(node: SomeNode, lines: int) -> SomeNode:
    """A copy of the tree below ``node``, ``lines`` further down."""
    values = [
        copied(value, lines)
        if isinstance(value, nodes.Node)
        else [copied(item, lines) if isinstance(item, nodes.Node) else item for item in value]
        if isinstance(value, list)
        else value
        for _, value in node.iter_fields()
    ]
    return type(node)(*values, lineno=(node.lineno or 0) + lines, environment=node.environment)


def assigned(tree: nodes.Node) -> set[str]:
    """The names that ``set`` gives a value."""
    statements = tree.find_all((nodes.Assign, nodes.AssignBlock))
    targets = (statement.target for statement in statements)  # type: ignore[attr-defined]
    return {name.name for target in targets for name in (target, *target.find_all(nodes.Name)) if hasattr(name, "name")}


def bindings(tree: nodes.Node) -> Counter[str]:
    """How often each name is given a value."""
    found: Counter[str] = Counter()
    for node in tree.find_all((nodes.Name, nodes.Macro, nodes.Import, nodes.FromImport)):
        if isinstance(node, nodes.FromImport):
            found.update(name if isinstance(name, str) else name[1] for name in node.names)
        elif isinstance(node, nodes.Import):
            found[node.target] += 1
        elif isinstance(node, nodes.Macro) or node.ctx != "load":  # type: ignore[attr-defined]
            found[node.name] += 1  # type: ignore[attr-defined]
    return found


class _Constants(NodeTransformer):
    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802
        if node.ctx != "load" or node.name not in self._values:
            return node
        return nodes.Const(self._values[node.name], lineno=node.lineno, environment=node.environment)


def replace(tree: nodes.Node, values: Mapping[str, Any]) -> None:
    """Put constants in the place of the names of ``values``."""
    if values:
        _Constants(values).visit(tree)
