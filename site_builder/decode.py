"""Nodes of a YAML text to frozen records, by the records' own annotations; every fault is collected."""

from __future__ import annotations

import functools
import re
import types
import typing
from typing import Any, Literal

import msgspec

from site_builder.errors import Problem, did_you_mean
from site_builder.model import Items, Record, Value
from site_builder.yaml_reader import Mapping, Node, Scalar, Sequence, describe, is_null, quoted

TRUE = frozenset(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"))
FALSE = frozenset(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"))

_FAILED: Any = object()

_WHOLE_NUMBER = re.compile(r"[-+]?[0-9](?:_?[0-9]){0,17}").fullmatch


def whole_number(text: str) -> int | None:
    """The whole number that ``text`` writes in decimal, ``_`` and a sign allowed; None where it is none.

    At most 18 digits: what fits in 64 bits.
    """
    return int(text) if _WHOLE_NUMBER(text) else None


def free_value(node: Node) -> Value:
    """A value under a free key (``extra``) as a closed value: text, whole number, truth value, None, Items, Record.

    A number with a fraction stays the text that was written: closed values have no floats.
    """
    if isinstance(node, Sequence):
        return Items(tuple(free_value(item) for item in node.items))
    if isinstance(node, Mapping):
        return Record(tuple((key.text, free_value(value)) for key, value in node.pairs))
    if not node.plain:
        return node.text
    if is_null(node):
        return None
    if node.text in ("true", "True"):
        return True
    if node.text in ("false", "False"):
        return False
    number = whole_number(node.text)
    # "007" and "+1" are codes, not counts: only what prints the same is a number.
    return number if number is not None and str(number) == node.text else node.text


@functools.cache
def _hints(record: type) -> dict[str, Any]:
    return typing.get_type_hints(record)


def decode(node: Node, expected: Any, path: str, problems: list[Problem]) -> Any:
    """``node`` as a value of the annotation ``expected``; faults are appended to ``problems``.

    A faulty part is left out (of a record: has its default), so that the rest can be checked further; the
    result is no value of ``expected`` only where nothing is left.
    """

    def fail(what: str, hint: str = "") -> Any:
        problems.append(Problem(path, node.line, node.column, f"found {describe(node)}, expected {what}", hint))
        return _FAILED

    origin = typing.get_origin(expected)
    if expected is str:
        return node.text if isinstance(node, Scalar) and not is_null(node) else fail("text")
    if expected is bool:
        if isinstance(node, Scalar) and node.text in TRUE | FALSE:
            return node.text in TRUE
        return fail("true or false")
    if expected is int:
        number = whole_number(node.text) if isinstance(node, Scalar) else None
        return number if number is not None else fail("a whole number")
    if expected is Record:
        return free_value(node) if isinstance(node, Mapping) else fail("a mapping (key: value)")
    if origin is Literal:
        valid = typing.get_args(expected)
        if isinstance(node, Scalar) and node.text in valid:
            return node.text
        return fail("one of " + ", ".join(valid), did_you_mean(node.text, valid) if isinstance(node, Scalar) else "")
    if origin is tuple:
        item = typing.get_args(expected)[0]
        if not isinstance(node, Sequence):
            return fail("a list")
        values = (decode(child, item, path, problems) for child in node.items)
        return tuple(value for value in values if value is not _FAILED)
    if origin is dict:
        item = typing.get_args(expected)[1]
        if not isinstance(node, Mapping):
            return fail("a mapping (key: value)")
        decoded = ((key.text, decode(value, item, path, problems)) for key, value in node.pairs)
        return {key: value for key, value in decoded if value is not _FAILED}
    if origin in (typing.Union, types.UnionType):  # of scalars only
        value = free_value(node)
        return value if isinstance(value, typing.get_args(expected)) else fail("text, a number, true or false")
    assert issubclass(expected, msgspec.Struct), expected
    if not isinstance(node, Mapping):
        # A category may be given by its name alone.
        if expected.__struct_fields__[0] == "name" and isinstance(node, Scalar) and not is_null(node):
            return expected(name=node.text)
        return fail("a mapping (key: value)")
    return _decode_record(node, expected, path, problems)


def _decode_record(node: Mapping, expected: type[msgspec.Struct], path: str, problems: list[Problem]) -> Any:
    hints = _hints(expected)
    values: dict[str, Any] = {}
    for key, value in node.pairs:
        if key.text not in hints:
            problems.append(
                Problem(path, key.line, key.column, f"unknown key {quoted(key.text)}", did_you_mean(key.text, hints))
            )
        elif not is_null(value):
            values[key.text] = decode(value, hints[key.text], path, problems)
    required = {field.name for field in msgspec.structs.fields(expected) if field.required}
    problems += [
        Problem(path, node.line, node.column, f"'{name}' is missing") for name in sorted(required - values.keys())
    ]
    sound = {name: value for name, value in values.items() if value is not _FAILED}
    return expected(**sound) if required <= sound.keys() else _FAILED
