"""The layout rule of ARCHITECTURE.md: who may import whom, who touches the world, how large a file may be."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support.sample import REPOSITORY

PACKAGE = REPOSITORY / "site_builder"

# A later row may import an earlier one, never the other way round; names in one row do not know each other.
ROWS = (
    ("errors",),
    ("model",),
    ("text", "patterns", "references"),
    ("yaml_reader",),
    ("decode",),
    ("config_views", "config_deploy", "config_markdown"),
    ("config", "hosting"),
    ("sources",),
    ("articles",),
    ("catalog",),
    ("pages",),
    ("rendering",),
    ("building",),
    ("preview", "deploy", "views", "check"),
    ("cli",),
)
ROW_OF = {name: number for number, row in enumerate(ROWS) for name in row}
# These compute from values that they are given: same values, same result, on any machine, at any time.
PURE = {
    "errors",
    "model",
    "text",
    "patterns",
    "references",
    "yaml_reader",
    "decode",
    "config_views",
    "config_deploy",
    "config_markdown",
    "config",
    "hosting",
    "articles",
    "catalog",
    "pages",
    "rendering",
}
WORLDLY_MODULES = {"io", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket", "subprocess", "time"}
WORLDLY_NAMES = {"open", "print", "input"}
CLOCKS = {"now", "today", "utcnow"}
MOST_LINES = 400


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part_of(file: Path) -> str:
    """The row's name that a file of the package belongs to; '' for the package's own two front doors."""
    name = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if name in ("__init__", "__main__") else name


def imported_parts(tree: ast.AST) -> set[str]:
    """The rows' names that a module imports, at its top or inside a function."""
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the module in full"
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {module.split(".")[1] for module in modules if module.startswith("site_builder.")}


def wrong_imports(part: str, source: str) -> list[str]:
    parts = imported_parts(ast.parse(source)) & ROW_OF.keys()
    return sorted(other for other in parts if other != part and ROW_OF[other] >= ROW_OF[part])


def worldly_uses(source: str) -> list[str]:
    """Each way in which a module reaches for the disk, the clock or chance."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in WORLDLY_MODULES]
        elif isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] in WORLDLY_MODULES:
            found.append(str(node.module))
        elif isinstance(node, ast.Name) and node.id in WORLDLY_NAMES:
            found.append(node.id)
        elif isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            found.append(node.attr)
    return found


def test_every_part_of_the_package_has_its_row():
    assert {part_of(file) for file in sources()} - {""} <= ROW_OF.keys()
    assert len(sources()) > 40


@pytest.mark.parametrize("file", sources(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_file_keeps_the_layout_rule(file: Path):
    source = file.read_text(encoding="utf-8")
    part = part_of(file)
    assert len(source.splitlines()) <= MOST_LINES
    if part:
        assert wrong_imports(part, source) == []
    if part in PURE:
        assert worldly_uses(source) == []


@pytest.mark.parametrize(
    "part, source, wrong",
    [
        ("pages", "from site_builder.catalog import urls", []),
        ("pages", "from site_builder.rendering.slots import slot", ["rendering"]),
        ("catalog", "def f():\n    from site_builder.building import recipe", ["building"]),
        ("errors", "import site_builder.model", ["model"]),
        ("catalog", "from site_builder import config, cli", ["cli"]),
        ("preview", "from site_builder.deploy.git import push", ["deploy"]),
        ("check", "from site_builder.building.recipe import build", []),
    ],
)
def test_a_planted_import_is_judged(part: str, source: str, wrong: list[str]):
    assert wrong_imports(part, source) == wrong


@pytest.mark.parametrize(
    "source, found",
    [
        ("from datetime import datetime\ndef f(at: datetime) -> int:\n    return at.year", []),
        ("datetime.now()", ["now"]),
        ("date.today()", ["today"]),
        ("import os.path", ["os.path"]),
        ("from time import monotonic", ["time"]),
        ("def f():\n    import random", ["random"]),
        ("with open('a') as file: pass", ["open"]),
        ("read = open", ["open"]),
    ],
)
def test_a_planted_use_of_the_world_is_found(source: str, found: list[str]):
    assert worldly_uses(source) == found
