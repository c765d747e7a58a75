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
_TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"


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
    if len(text) > MAX_CHARACTERS:
        message = f"{len(text):,} characters of YAML; at most {MAX_CHARACTERS:,} are read"
        raise SiteError([Problem(path, first_line, 1, message)])
    problems: list[Problem] = []
    try:
        root = _tree(_Parser(text), path, first_line, problems)
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise SiteError([_syntax_problem(error, text, path, first_line)]) from None
    if root is None or is_null(root):
        return Mapping((), first_line, 1), problems
    if not isinstance(root, Mapping):
        hint = "A colon needs a space after it" if isinstance(root, Scalar) and ":" in root.text else ""
        message = f"{describe(root)} where 'key: value' lines are expected"
        raise SiteError([Problem(path, root.line, root.column, message, hint)])
    return root, problems


class _Open:
    """A collection whose end has not come yet."""

    __slots__ = ("column", "is_mapping", "items", "key", "keys", "line")

    def __init__(self, is_mapping: bool, line: int, column: int) -> None:
        self.is_mapping = is_mapping
        self.line = line
        self.column = column
        self.items: list[Any] = []
        self.key: Scalar | None = None
        self.keys: dict[str, Scalar] = {}

    def closed(self) -> Node:
        if self.is_mapping:
            return Mapping(tuple(self.items), self.line, self.column)
        return Sequence(tuple(self.items), self.line, self.column)


def _tree(parser: Any, path: str, first_line: int, problems: list[Problem]) -> Node | None:
    """The node that the parser's events build; None for no event but those of the stream."""
    stack: list[_Open] = []
    root: Node | None = None
    next_event = parser.get_event
    while True:
        event = next_event()
        kind = type(event)
        if kind is yaml.ScalarEvent:
            mark = event.start_mark
            if event.anchor is not None or event.tag is not None:
                raise _refused(event, path, first_line)
            node: Node = Scalar(event.value, not event.style, mark.line + first_line, mark.column + 1)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            if event.anchor is not None or event.tag is not None or len(stack) >= MAX_DEPTH:
                raise _refused(event, path, first_line)
            mark = event.start_mark
            stack.append(_Open(kind is yaml.MappingStartEvent, mark.line + first_line, mark.column + 1))
            continue
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            node = stack.pop().closed()
        elif kind is yaml.StreamEndEvent:
            return root
        elif kind is yaml.AliasEvent or (kind is yaml.DocumentStartEvent and root is not None):
            raise _refused(event, path, first_line)
        else:
            continue

        if not stack:
            root = node
            continue
        top = stack[-1]
        if not top.is_mapping:
            top.items.append(node)
        elif top.key is not None:
            top.items.append((top.key, node))
            top.key = None
        elif isinstance(node, Scalar):
            top.key = node
            first = top.keys.setdefault(node.text, node)
            if first is not node:
                problems.append(twice(path, first, node))
        else:
            message = f"{describe(node)} where a key is expected"
            raise SiteError([Problem(path, node.line, node.column, message, "Put a value that starts so in quotes")])


def _refused(event: Any, path: str, first_line: int) -> SiteError:
    """The error for what is YAML but not read here."""
    mark = event.start_mark
    hint = ""
    if type(event) is yaml.DocumentStartEvent:
        message = "a second YAML document starts here"
    elif type(event) is yaml.AliasEvent or event.anchor is not None or event.tag is not None:
        message = "YAML anchors (&), aliases (*) and tags (!) are not read"
        hint = "Put the text in quotes if it is meant"
    else:
        message = _TOO_DEEP
    return SiteError([Problem(path, mark.line + first_line, mark.column + 1, message, hint)])


def _syntax_problem(error: Exception, text: str, path: str, first_line: int) -> Problem:
    if isinstance(error, UnicodeEncodeError):
        return _character_problem(text[: error.start], ord(text[error.start]), path, first_line)
    if isinstance(error, yaml.reader.ReaderError):
        # libyaml counts the position in bytes of UTF-8 and gives the character as a number.
        before = text.encode()[: error.position].decode(errors="ignore")
        return _character_problem(before, _code_point(error.character), path, first_line)
    if not isinstance(error, yaml.MarkedYAMLError):
        return Problem(path, first_line, 1, f"not valid YAML: {error}")
    at = error.problem_mark or error.context_mark
    if "maximum nesting depth" in (error.problem or ""):
        # libyaml reads ahead of the events it gives, and has a limit of its own (1,000).
        line, column = (at.line, at.column + 1) if at else (0, 1)
        return Problem(path, line + first_line, column, _TOO_DEEP)
    if error.problem == "found unexpected end of stream" and error.context_mark:
        at = error.context_mark  # a quote never closed: where it opens, not where the text ends
    line, column = (at.line, at.column + 1) if at else (0, 1)
    message = " ".join(part for part in (error.context, error.problem) if part)
    hint = _yaml_hint(text, line, error.problem or "")
    return Problem(path, line + first_line, column, f"not valid YAML: {message}", hint)


def _character_problem(before: str, character: int, path: str, first_line: int) -> Problem:
    message = f"a character that YAML does not allow: U+{character:04X}"
    return Problem(path, before.count("\n") + first_line, len(before) - before.rfind("\n"), message)


def _code_point(character: int | str | bytes) -> int:
    return character if isinstance(character, int) else ord(character)


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
