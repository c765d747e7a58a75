"""YAML to nodes with places; what is refused, and how it is told."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from site_builder.errors import Problem, SiteError
from site_builder.yaml_reader import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    Mapping,
    Node,
    Scalar,
    Sequence,
    describe,
    is_null,
    quoted,
    read_mapping,
    read_nodes,
)


def only_problem(text: str) -> Problem:
    with pytest.raises(SiteError) as raised:
        read_mapping(text, "site.yaml", 3)
    (problem,) = raised.value.problems
    return problem


def plain(node: Node) -> object:
    """A node as PyYAML's base loader gives it: all scalars are text."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.pairs}


def test_values_have_their_places():
    root = read_mapping("a: 1\nb:\n  - x\n  - {c: 'd'}\n", "site.yaml", 3)
    assert root == Mapping(
        (
            (Scalar("a", True, 3, 1), Scalar("1", True, 3, 4)),
            (
                Scalar("b", True, 4, 1),
                Sequence(
                    (
                        Scalar("x", True, 5, 5),
                        Mapping(((Scalar("c", True, 6, 6), Scalar("d", False, 6, 9)),), 6, 5),
                    ),
                    5,
                    3,
                ),
            ),
        ),
        3,
        1,
    )


# YAML 1.1 has more line breaks than others; its own writer does not keep them apart.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029"), max_size=20)
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=5), st.booleans())
def test_any_value_is_read_as_it_was_written(value, flow):
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow, sort_keys=False)
    if "&" not in text and "*" not in text:
        assert plain(read_mapping(text, "x")) == value


@given(st.text(st.characters(codec=None) | st.sampled_from(":-[]{}\"'\n #&*!|>%@`?,\t"), max_size=60))
def test_any_text_is_a_mapping_or_a_problem_with_its_place(text):
    try:
        root = read_mapping(text, "x", 5)
    except SiteError as error:
        for problem in error.problems:
            assert problem.line >= 5
            assert problem.column >= 1
            assert problem.message.isprintable()
    else:
        assert isinstance(root, Mapping)
        keys = [key.text for key, _ in root.pairs]
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "~", "---\n"])
def test_nothing_is_an_empty_mapping(text):
    assert read_mapping(text, "x", 7) == Mapping((), 7, 1)


@pytest.mark.parametrize(
    "text, line, column, message, hint",
    [
        ("a: 1\na: 2\n", 4, 1, "key 'a' is given twice, first in line 3", "Keep one"),
        ("x: {a: 1, a: 2}\n", 3, 11, "key 'a' is given twice", ""),
        ("a: &x 1\n", 3, 4, "anchors", "quotes"),
        ("a: *x\n", 3, 4, "anchors", "quotes"),
        ("a: !x 1\n", 3, 4, "anchors", "quotes"),
        ("a: !!python/object:os.system x\n", 3, 4, "anchors", ""),
        ("a: !!map {}\n", 3, 4, "anchors", ""),
        ("- a\n", 3, 1, "a list where 'key: value' lines", ""),
        ("a:1\n", 3, 1, "'a:1' where 'key: value' lines", "space after"),
        ("[a]: b\n", 3, 1, "a list where a key is expected", "quotes"),
        ("a: {{ x }}\n", 3, 5, "a mapping (key: value) where a key is expected", "quotes"),
        ("a: 1\n---\nb: 2\n", 4, 1, "a second YAML document", ""),
        ("a: b: c\n", 3, 5, "not valid YAML", 'a: "…: …"'),
        ("a:\n\tb: c\n", 4, 1, "not valid YAML", "not tabs"),
        ("a: 'It's'\n", 3, 8, "not valid YAML", "double a quote"),
        ('b: 1\na: "x\nc: d\n', 4, 4, "unexpected end of stream", ""),
        ('a: "\\q"\n', 3, 5, "unknown escape", "two of them"),
        ("a: @x\n", 3, 4, "not valid YAML", "in quotes"),
        ("a: [1\n", 4, 1, "not valid YAML", ""),
        ("a: é\x07\n", 3, 5, "U+0007", ""),
        ("a: 1\nb: \ud800\n", 4, 4, "U+D800", ""),
    ],
)
def test_what_is_wrong_is_told_with_place_and_remedy(text, line, column, message, hint):
    problem = only_problem(text)
    assert (problem.line, problem.column) == (line, column)
    assert message in problem.message
    assert hint in problem.hint


def test_all_keys_given_twice_are_told_and_can_be_told_with_others():
    text = "a: 1\nb: 1\na: 2\nb: 2\na: 3\n"
    with pytest.raises(SiteError) as raised:
        read_mapping(text, "x")
    assert [problem.line for problem in raised.value.problems] == [3, 4, 5]
    mapping, problems = read_nodes(text, "x")
    assert len(mapping.pairs) == 5
    assert tuple(problems) == raised.value.problems


def test_size_and_depth_are_bounded():
    assert "at most 262,144 are read" in only_problem("a: " + "x" * MAX_CHARACTERS).message
    assert "nested more than 20" in only_problem("a: " + "[" * 100_000).message
    assert "nested more than 20" in only_problem("a: " + "{a: " * 30).message
    deepest = MAX_DEPTH - 1
    assert read_mapping("a: " + "[" * deepest + "]" * deepest, "x").pairs
    assert "nested" in only_problem("a: " + "[" * (deepest + 1) + "]" * (deepest + 1)).message


def test_null_is_told_from_text():
    root = read_mapping("a:\nb: ~\nc: null\nd: ''\ne: 'null'\nf: [~]\n", "x")
    assert [is_null(value) for _, value in root.pairs] == [True, True, True, False, False, False]
    assert [describe(value) for _, value in root.pairs] == ["nothing"] * 3 + ["''", "'null'", "a list"]


@given(st.text(st.characters(codec=None), max_size=200))
def test_quoted_text_is_short_and_safe_on_a_terminal(text):
    shown = quoted(text)
    assert shown.isprintable()
    assert shown[0] == shown[-1] == "'"
    assert len(shown) <= 62 or not text.isprintable()
