"""Nodes to records: every annotation, and what is told where the node does not fit."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.decode import decode, free_value, whole_number
from site_builder.errors import Problem
from site_builder.model import Items, Record
from site_builder.yaml_reader import read_mapping


class Inner(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    size: int = 1


class Outer(msgspec.Struct, frozen=True, kw_only=True):
    text: str = "default"
    number: int = 0
    truth: bool = False
    choice: Literal["a", "b"] = "a"
    names: tuple[str, ...] = ()
    inner: Inner | None = None
    inners: tuple[Inner, ...] = ()
    table: dict[str, Inner] = {}
    either: dict[str, str | bool | int] = {}
    extra: Record = Record()


def decoded(text: str) -> tuple[Outer, list[Problem]]:
    problems: list[Problem] = []
    return decode(read_mapping(text, "x.yaml"), Outer, "x.yaml", problems), problems


def test_every_kind_of_value():
    value, problems = decoded(
        "text: 12\nnumber: '1_000'\ntruth: on\nchoice: b\nnames: [a, 2, 'null']\n"
        "inners: [one, {name: two, size: 2}]\ntable: {k: {name: three}}\n"
        "either: {a: x, b: true, c: 3, d: '3'}\nextra: {a: [1, {b: ~}]}\n"
    )
    assert problems == []
    assert value == Outer(
        text="12",
        number=1000,
        truth=True,
        choice="b",
        names=("a", "2", "null"),
        inners=(Inner(name="one"), Inner(name="two", size=2)),
        table={"k": Inner(name="three")},
        either={"a": "x", "b": True, "c": 3, "d": "3"},
        extra=Record((("a", Items((1, Record((("b", None),))))),)),
    )


def test_an_empty_value_is_the_default():
    assert decoded("text:\nnumber: ~\nnames:\nextra: null\n") == (Outer(), [])


@pytest.mark.parametrize(
    "text, column, message, hint",
    [
        ("text: [a]", 7, "found a list, expected text", ""),
        ("number: 1.5", 9, "found '1.5', expected a whole number", ""),
        ("number: -+5", 9, "found '-+5', expected a whole number", ""),
        ("truth: maybe", 8, "found 'maybe', expected true or false", ""),
        ("choice: c", 9, "found 'c', expected one of a, b", ""),
        ("names: a", 8, "found 'a', expected a list", ""),
        ("names: [a, ~]", 12, "found nothing, expected text", ""),
        ("names: [[a]]", 9, "found a list, expected text", ""),
        ("inners: [{nam: x}]", 11, "unknown key 'nam'", "Did you mean 'name'?"),
        ("table: [a]", 8, "found a list, expected a mapping", ""),
        ("table: {k: {size: 2}}", 12, "'name' is missing", ""),
        ("either: {a: [x]}", 13, "found a list, expected text, a number, true or false", ""),
        ("extra: a", 8, "found 'a', expected a mapping", ""),
        ("txet: a", 1, "unknown key 'txet'", "Did you mean 'text'?"),
    ],
)
def test_what_does_not_fit_is_told(text, column, message, hint):
    _, problems = decoded(text)
    assert ("x.yaml", 1, column) in [(problem.path, problem.line, problem.column) for problem in problems]
    problem = next(problem for problem in problems if problem.column == column)
    assert message in problem.message
    assert hint in problem.hint


def test_faulty_parts_are_left_out_and_the_rest_is_kept():
    value, problems = decoded(
        "text: [a]\nnumber: 2\nnames: [a, [b]]\ninners: [{nam: x}, two]\ntable: {k: [], l: {name: m, size: x}}\n"
    )
    assert value == Outer(number=2, names=("a",), inners=(Inner(name="two"),), table={"l": Inner(name="m")})
    assert [problem.line for problem in problems] == [1, 3, 4, 4, 5, 5]


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_whole_numbers(number):
    assert whole_number(str(number)) == number
    assert whole_number(f"{number:_}") == number
    assert free_value(read_mapping(f"a: {number}", "x").pairs[0][1]) == number


@pytest.mark.parametrize(
    "text", ["", "-", "+", "_", "_1", "1_", "1__0", "--1", "+-1", "1.0", "1e3", "0x1", "１", "²", "1" * 19]
)
def test_no_whole_numbers(text):
    assert whole_number(text) is None


@pytest.mark.parametrize(
    "written, value",
    [
        ("007", "007"),
        ("+1", "+1"),
        ("1_0", "1_0"),
        ("1.50", "1.50"),
        ("true", True),
        ("yes", "yes"),
        ("'1'", "1"),
        ("~", None),
    ],
)
def test_free_values_change_no_text_that_may_be_a_code(written, value):
    assert free_value(read_mapping(f"a: {written}", "x").pairs[0][1]) == value
