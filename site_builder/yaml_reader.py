"""YAML text to nodes that know their place.

In: the text of ``site.yaml`` or of a front matter.  Out: a tree of :class:`Scalar`, :class:`Sequence`
and :class:`Mapping`.  Scalars stay text: what a value means is decided by the key that it stands
under, so ``category: NO`` is a name and ``title: 2019`` a headline.

The text is hostile until parsed: anchors, aliases and tags are refused (alias bombs, objects),
nesting and size are bounded, a key given twice is an error that names both lines.
"""

from __future__ import annotations

from typing import Any

import msgspec
import yaml

from site_builder.errors import Problem, SiteError

try:
    from yaml import cyaml

    _Parser: Any = cyaml.CParser  # type: ignore[attr-defined]
except ImportError:  # a PyYAML without libyaml: slower, same events
    _Parser = yaml.SafeLoader

MAX_DEPTH = 20
MAX_CHARACTERS = 256 * 1024


class Scalar(msgspec.Struct, frozen=True):
    """Text as written.  ``plain`` tells unquoted text, which alone can mean null, a number or a truth value."""

    text: str
    plain: bool
    line: int
    column: int


class Sequence(msgspec.Struct, frozen=True):
    """A list."""

    items: tuple[Node, ...]
    line: int
    column: int


class Mapping(msgspec.Struct, frozen=True):
    """Keys with values, in the order of the text; keys are unique."""

    pairs: tuple[tuple[Scalar, Node], ...]
    line: int
    column: int


Node = Scalar | Sequence | Mapping

NULLS = frozenset(("", "~", "null", "Null", "NULL"))


def is_null(node: Node) -> bool:
    """Whether the value was left empty (``key:``) or is YAML's null."""
    return type(node) is Scalar and node.plain and node.text in NULLS


def describe(node: Node) -> str:
    """What was found, in the words of an error message."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Mapping):
        return "a mapping (key: value)"
    if is_null(node):
        return "nothing"
    return quoted(node.text)


def quoted(text: str) -> str:
    """``text`` in quotes for a message: at most 60 characters, none that a terminal would obey."""
    shown = text if len(text) <= 60 else text[:59] + "…"
    if not shown.isprintable():
        shown = "".join(
            character if character.isprintable() else character.encode("unicode_escape").decode() for character in shown
        )
    return f"'{shown}'"


def read_mapping(text: str, path: str, first_line: int = 1) -> Mapping:
    """The mapping that ``text`` holds (empty for an empty text); ``first_line`` is the line of its first line.

    Raises :class:`SiteError` with the place of what is wrong.  YAML 1.1, as libyaml reads it.
    """
    mapping, problems = read_nodes(text, path, first_line)
    if problems:
        raise SiteError(problems)
    return mapping


def twice(path: str, first: Scalar, again: Scalar) -> Problem:
    """The problem of a key that is given twice."""
    return Problem(
        path,
        again.line,
        again.column,
        f"key {quoted(again.text)} is given twice, first in line {first.line}",
        "Keep one of them",
    )


def read_nodes(text: str, path: str, first_line: int = 1) -> tuple[Mapping, list[Problem]]:
    """As :func:`read_mapping`, but keys given twice are returned as problems, to be told together with others.

    Such a key stands twice in the mapping too.
    """

    def fail(line: int, column: int, message: str, hint: str = "") -> SiteError:
        return SiteError([Problem(path, line, column, message, hint)])

    if len(text) > MAX_CHARACTERS:
        raise fail(first_line, 1, f"{len(text):,} characters of YAML; at most {MAX_CHARACTERS:,} are read")

    # Open collections: their opening place, kind, collected children, and for mappings the pending key.
    stack: list[list[Any]] = []
    root: Node | None = None
    documents = 0
    problems: list[Problem] = []
    try:
        parser = _Parser(text)
        while True:
            event: Any = parser.get_event()
            kind = type(event)
            mark = event.start_mark
            if kind is yaml.ScalarEvent:
                line, column = mark.line + first_line, mark.column + 1
                if event.anchor is not None or event.tag is not None:
                    raise fail(line, column, *_ANCHOR_OR_TAG)
                node: Node = Scalar(event.value, event.style is None or event.style == "", line, column)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                line, column = mark.line + first_line, mark.column + 1
                if event.anchor is not None or event.tag is not None:
                    raise fail(line, column, *_ANCHOR_OR_TAG)
                if len(stack) >= MAX_DEPTH:
                    raise fail(line, column, f"nested more than {MAX_DEPTH} levels deep")
                stack.append([kind is yaml.MappingStartEvent, line, column, [], None, {}])
                continue
            elif kind is yaml.MappingEndEvent:
                _, line, column, children, _, _ = stack.pop()
                node = Mapping(tuple(children), line, column)
            elif kind is yaml.SequenceEndEvent:
                _, line, column, children, _, _ = stack.pop()
                node = Sequence(tuple(children), line, column)
            elif kind is yaml.AliasEvent:
                raise fail(mark.line + first_line, mark.column + 1, *_ANCHOR_OR_TAG)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise fail(mark.line + first_line, mark.column + 1, "a second YAML document starts here")
                continue
            elif kind is yaml.StreamEndEvent:
                break
            else:
                continue

            if not stack:
                root = node
                continue
            top = stack[-1]
            if not top[0]:
                top[3].append(node)
            elif top[4] is None:
                if not isinstance(node, Scalar):
                    raise fail(node.line, node.column, f"{describe(node)} where a key is expected")
                first = top[5].setdefault(node.text, node)
                if first is not node:
                    problems.append(twice(path, first, node))
                top[4] = node
            else:
                top[3].append((top[4], node))
                top[4] = None
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        if error.problem == "found unexpected end of stream" and error.context_mark:
            at = error.context_mark  # a quote never closed: where it opens, not where the text ends
        line, column = (at.line + first_line, at.column + 1) if at else (first_line, 1)
        message = " ".join(part for part in (error.context, error.problem) if part)
        hint = _yaml_hint(text, line - first_line, error.problem or "")
        raise fail(line, column, f"not valid YAML: {message}", hint) from None
    except yaml.reader.ReaderError as error:
        # libyaml counts the position in bytes of UTF-8 and gives the character as a number.
        before = text.encode()[: error.position].decode(errors="ignore")
        line = before.count("\n") + first_line
        column = len(before) - (before.rfind("\n") + 1) + 1
        raise fail(
            line, column, f"a character that YAML does not allow: U+{_code_point(error.character):04X}"
        ) from None
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + first_line
        column = error.start - text.rfind("\n", 0, error.start)
        raise fail(line, column, f"a character that YAML does not allow: U+{ord(text[error.start]):04X}") from None
    except yaml.YAMLError as error:
        raise fail(first_line, 1, f"not valid YAML: {error}") from None

    if root is None or is_null(root):
        return Mapping((), first_line, 1), problems
    if not isinstance(root, Mapping):
        hint = "A colon needs a space after it" if isinstance(root, Scalar) and ":" in root.text else ""
        raise fail(root.line, root.column, f"{describe(root)} where 'key: value' lines are expected", hint)
    return root, problems


def _code_point(character: int | str | bytes) -> int:
    return character if isinstance(character, int) else ord(character)


_ANCHOR_OR_TAG = ("YAML anchors (&), aliases (*) and tags (!) are not read", "Put the text in quotes if it is meant")


def _yaml_hint(text: str, index: int, problem: str) -> str:
    if "escape" in problem:
        return "In double quotes a backslash starts an escape: write two of them, or use single quotes"
    lines = text.split("\n")
    line = lines[index] if 0 <= index < len(lines) else ""
    key, colon, value = line.partition(": ")
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "Indent with spaces, not tabs"
    if colon and ": " in value and value[:1] not in "\"'":
        return f'A colon inside a value needs quotes: {key.strip()}: "…: …"'
    if colon and value[:1] in "\"'":
        return "A quoted value must end with the same quote; double a quote that is meant"
    if colon and value[:1] in "@`%&*!|>[{":
        return "Put the value in quotes"
    return ""
