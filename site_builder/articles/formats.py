"""Front matter in YAML, TOML and JSON to one kind of tree: that of :mod:`site_builder.yaml_reader`.

TOML and JSON readers tell no places: a key's line is found by looking for it, and a value inside another
has the place of the outermost key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from site_builder.errors import Problem, SiteError
from site_builder.yaml_reader import MAX_DEPTH, Mapping, Node, Scalar, Sequence, twice

MAX_DOTS = 500
MAX_KEYS = 200  # each is looked for in the text

Place = tuple[int, int]
Finder = Callable[[str], tuple[Place, Place]]


class _Plain(str):
    """Text that was written without quotes: a number, a truth value, a date."""


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with its keys in order, those given twice too."""


def read_toml(text: str, path: str, first_line: int) -> tuple[Mapping, list[Problem]]:
    """The mapping that TOML 1.0 ``text`` holds; no problems, since TOML itself refuses a key given twice.

    Raises :class:`SiteError` where it is no TOML.
    """
    import tomllib  # few sites need it

    # The reader takes quadratic time for a key of thousands of parts.
    for index, written in enumerate(text.split("\n")):
        if written.count(".") > MAX_DOTS:
            message = f"more than {MAX_DOTS} dots in a line of TOML"
            raise SiteError([Problem(path, first_line + index, 1, message, "Put a long text in several lines")])
    try:
        table = tomllib.loads(text, parse_float=_Plain)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", str(error))
        message = str(error)[: at.start()] if at else str(error)
        line, column = (int(at[1]), int(at[2])) if at and at[1] else (text.rstrip().count("\n") + 1, 1)
        raise SiteError([Problem(path, line + first_line - 1, column, f"not valid TOML: {message}")]) from None
    except ValueError as error:  # a number of thousands of digits
        raise SiteError([Problem(path, first_line, 1, f"not valid TOML: {error}")]) from None
    except RecursionError:
        raise SiteError([_too_deep(path, first_line)]) from None
    head = re.search(r"^[ \t]*\[", text, re.MULTILINE)
    top = text[: head.start()] if head else text

    def find(key: str) -> tuple[Place, Place]:
        name = re.escape(key)
        match = re.search(rf"^[ \t]*[\"']?{name}[\"']?[ \t]*[=.][ \t]*", top, re.MULTILINE) or re.search(
            rf"^[ \t]*\[{{1,2}}[ \t]*[\"']?{name}[\"']?[ \t]*[.\]]", text, re.MULTILINE
        )
        return _places(match, text, first_line)

    return _Tree(path).root(table.items(), find, first_line), []


def json_end(text: str, path: str, first_line: int) -> int:
    """The index at which the JSON value that ``text`` starts with ends."""
    return _json_value(text, path, first_line)[1]


def read_json(text: str, path: str, first_line: int) -> tuple[Mapping, list[Problem]]:
    """The mapping that the JSON object ``text`` (RFC 8259) holds, and a problem for each key given twice.

    Raises :class:`SiteError` where it is no JSON.
    """
    pairs, _ = _json_value(text, path, first_line)

    searched: dict[str, int] = {}

    def find(key: str) -> tuple[Place, Place]:
        match = re.compile(rf"{re.escape(_json_string(key))}\s*+:\s*+").search(text, searched.get(key, 0))
        searched[key] = match.end() if match else len(text)
        return _places(match, text, first_line)

    tree = _Tree(path)
    return tree.root(pairs, find, first_line), tree.problems


def _json_value(text: str, path: str, first_line: int) -> tuple[_Pairs, int]:
    import json  # few sites need it

    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is no JSON")

    decoder = json.JSONDecoder(
        object_pairs_hook=_Pairs, parse_int=_Plain, parse_float=_Plain, parse_constant=refuse, strict=False
    )
    try:
        value, end = decoder.raw_decode(text)
    except json.JSONDecodeError as error:
        line = error.lineno + first_line - 1
        raise SiteError([Problem(path, line, error.colno, f"not valid JSON: {error.msg}")]) from None
    except ValueError as error:
        raise SiteError([Problem(path, first_line, 1, f"not valid JSON: {error}")]) from None
    except RecursionError:
        raise SiteError([_too_deep(path, first_line)]) from None
    assert isinstance(value, _Pairs), "the fence is an opening brace"
    return value, end


def _json_string(key: str) -> str:
    import json

    return json.dumps(key, ensure_ascii=False)


def _places(match: re.Match[str] | None, text: str, first_line: int) -> tuple[Place, Place]:
    """The places of a key and of its value."""
    if match is None:
        return (first_line, 1), (first_line, 1)
    start = match.start() + len(match.group()) - len(match.group().lstrip(" \t"))
    line = text.count("\n", 0, start) + first_line
    column = start - text.rfind("\n", 0, start)
    value_line = text.count("\n", 0, match.end()) + first_line
    value_column = match.end() - text.rfind("\n", 0, match.end())
    return (line, column), (value_line, value_column)


class _Tree:
    """Makes nodes of a reader's values; ``problems`` holds the keys given twice."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def root(self, items: Collection[tuple[str, Any]], find: Finder, first_line: int) -> Mapping:
        if len(items) > MAX_KEYS:
            message = f"{len(items):,} keys; at most {MAX_KEYS} are read"
            raise SiteError([Problem(self.path, first_line, 1, message, "Put values of your own below 'extra'")])
        pairs = []
        for key, value in items:
            place, value_place = find(key)
            pairs.append((Scalar(key, True, *place), self.node(value, value_place, 1)))
        return self.mapping(pairs, (first_line, 1))

    def mapping(self, pairs: list[tuple[Scalar, Node]], place: Place) -> Mapping:
        seen: dict[str, Scalar] = {}
        for key, _ in pairs:
            if seen.setdefault(key.text, key) is not key:
                self.problems.append(twice(self.path, seen[key.text], key))
        return Mapping(tuple(pairs), *place)

    def node(self, value: Any, place: Place, depth: int) -> Node:
        """``value`` as a node, all of it at one place."""
        if depth >= MAX_DEPTH:
            raise SiteError([_too_deep(self.path, *place)])
        if isinstance(value, _Pairs | dict):
            items = value.items() if isinstance(value, dict) else value
            pairs = [(Scalar(key, True, *place), self.node(child, place, depth + 1)) for key, child in items]
            return self.mapping(pairs, place)
        if isinstance(value, list):
            return Sequence(tuple(self.node(child, place, depth + 1) for child in value), *place)
        if isinstance(value, str):
            return Scalar(str(value), isinstance(value, _Plain), *place)
        return Scalar(_written(value), True, *place)


def _written(value: Any) -> str:
    """A value that stands without quotes, in YAML's way of writing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) >= 10**18:
        return hex(value)  # thousands of decimal digits would be refused by str()
    return str(value)


def _too_deep(path: str, line: int, column: int = 1) -> Problem:
    return Problem(path, line, column, f"nested more than {MAX_DEPTH} levels deep")
