"""The engine as a digest: the code and the libraries that turn sources into pages.

In: this installation and the configuration's names of plugins.  Out: digests; equal ones give equal bytes.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import platform
import sys
import unicodedata
import zoneinfo
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from site_builder import __version__
from site_builder.building.keys import digest

# What stands in no page: these may change without any page being another.
_BESIDE_PAGES = frozenset(("cli", "preview", "deploy", "views", "check", "starter"))
_AFTER_READING = frozenset(("building", "rendering", "pages", "catalog"))
# It says what of an article is remembered.
_READING = "building/inputs.py"
_LIBRARIES = ("jinja2", "markupsafe", "markdown", "pyyaml", "msgspec", "nh3", "python-slugify", "pillow", "comrak")
_FOR_READING = ("pyyaml", "msgspec", "python-slugify")


class Engines(NamedTuple):
    """Digests: ``reading`` of what turns a source into a parsed article, ``page`` of what turns that into pages."""

    reading: bytes
    page: bytes


@functools.cache
def engines() -> Engines:
    """The digests of this process's code: what it has loaded does not change while it runs."""
    versions = {name: _version(name) for name in _LIBRARIES}
    system = (__version__, platform.python_implementation(), sys.version, unicodedata.unidata_version)
    common = [text.encode() for text in system]
    package = Path(__file__).resolve().parent.parent
    code: list[tuple[bool, list[bytes]]] = []
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package)
        part = inside.parts[0].removesuffix(".py")
        if part not in _BESIDE_PAGES:
            reads = part not in _AFTER_READING or inside.as_posix() == _READING
            code.append((reads, [inside.as_posix().encode(), path.read_bytes()]))
    read = [text for reads, texts in code if reads for text in texts]
    return Engines(
        digest(*common, *(versions[name] for name in _FOR_READING), *read),
        digest(*common, *versions.values(), *(text for _, texts in code for text in texts)),
    )


@functools.cache
def measured_by() -> bytes:
    """The digest of what tells an image's size, in short form."""
    return digest(engines().reading, _version("pillow"))[:8]


def _version(library: str) -> bytes:
    try:
        return f"{library} {importlib.metadata.version(library)}".encode()
    except importlib.metadata.PackageNotFoundError:
        return f"{library} is not installed".encode()


def zone_rules(name: str) -> bytes:
    """The digest of a time zone's rules, which change with the system's or the ``tzdata`` package's release."""
    for folder in zoneinfo.TZPATH:
        path = Path(folder, name)
        if path.is_file():
            return digest(path.read_bytes())
    try:
        return digest(resources.files("tzdata.zoneinfo").joinpath(name).read_bytes())
    except (ModuleNotFoundError, OSError):
        return digest(b"")


def plugins(names: Iterable[str]) -> bytes:
    """The digest of Markdown extensions' code that is no part of Python-Markdown, by module or entry point."""
    own = [name for name in sorted(names) if not _is_built_in(name)]
    if not own:
        return b""
    parts: list[bytes] = []
    entries = {entry.name: entry.value for entry in importlib.metadata.entry_points(group="markdown.extensions")}
    for name in own:
        parts += (name.encode(), *_module_code(entries.get(name, name).partition(":")[0]))
    return digest(*parts)


def _is_built_in(name: str) -> bool:
    """Whether an extension comes with Python-Markdown, whose version is part of the engine."""
    short = name.removeprefix("markdown.extensions.")
    found = importlib.util.find_spec("markdown")
    folders = found.submodule_search_locations if found else None
    return short.isidentifier() and any(Path(folder, "extensions", f"{short}.py").is_file() for folder in folders or ())


def _module_code(module: str) -> list[bytes]:
    """The Python files of the distribution's top package that holds ``module``, or of the module alone."""
    try:
        found = importlib.util.find_spec(module.partition(".")[0])
    except (ImportError, ValueError):
        return []
    if found is None:
        return []
    parts: list[bytes] = []
    for folder in found.submodule_search_locations or ():
        for path in sorted(Path(folder).rglob("*.py")):
            parts += (path.relative_to(folder).as_posix().encode(), path.read_bytes())
    if not found.submodule_search_locations and found.origin and Path(found.origin).is_file():
        parts.append(Path(found.origin).read_bytes())
    return parts
