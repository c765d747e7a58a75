"""What was found while reading one file: problems, warnings and the places of values that are checked later."""

from __future__ import annotations

from typing import Any

from site_builder.articles.rules import Rules
from site_builder.errors import Problem
from site_builder.model import Place
from site_builder.yaml_reader import Node, describe


class Findings:
    """Collects, so that all faults of a file are told together; lives as long as one file is read."""

    __slots__ = ("meant", "path", "places", "problems", "rules", "warnings")

    def __init__(self, path: str, rules: Rules) -> None:
        self.path = path
        self.rules = rules
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.places: list[Place] = []
        # The keys that unknown ones stand for: that they are missing need not be told too.
        self.meant: set[str] = set()

    def fail(self, node: Node, message: str, hint: str = "") -> None:
        """Notes a problem at ``node``; returns None, which stands for "no value"."""
        self.problems.append(Problem(self.path, node.line, node.column, message, hint))

    def expect(self, key: str, node: Node, expected: str, hint: str = "") -> Any:
        """Notes that the value of ``key`` is of a wrong type or form."""
        self.fail(node, f"{key}: found {describe(node)}, expected {expected}", hint)

    def warn(self, node: Node, message: str, hint: str = "") -> None:
        """Notes something that the build can live with and the editor should know."""
        self.warnings.append(Problem(self.path, node.line, node.column, message, hint))

    def place(self, key: str, node: Node) -> None:
        """Remembers where the value of ``key``, or one of its values, stands."""
        self.places.append(Place(key, node.line, node.column))
