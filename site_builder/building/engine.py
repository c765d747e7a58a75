"""The engine as a digest: the code and the libraries that turn sources into pages.

In: this installation and the configuration's names of plugins.  Out: digests; equal ones give equal bytes.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import platform
import re
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
# python-slugify writes other alphabets as Unidecode does where that is installed, else as text-unidecode.
_FOR_NAMES = ("python-slugify", "text-unidecode", "unidecode")
_LIBRARIES = ("jinja2", "markupsafe", "markdown", "pyyaml", "msgspec", "nh3", *_FOR_NAMES, "pillow", "comrak")
_FOR_READING = ("pyyaml", "msgspec", *_FOR_NAMES)
# Whose versions, or whose code, are part of the engine: a plugin may import them.
_OF_THE_ENGINE = frozenset(("site_builder", "jinja2", "markupsafe", "markdown", "yaml", "msgspec", "nh3", "PIL"))
_IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+(\w+)[\w.]*[ \t]+import\b|import[ \t]+([\w., \t]+))", re.MULTILINE)


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


def engine_name() -> str:
    """The engine as people name it: versions.  Its digest holds the code itself too."""
    libraries = [text.decode() for name in _LIBRARIES if (text := _known_version(name))]
    return ", ".join((f"site-builder {__version__}", f"Python {platform.python_version()}", *libraries))


@functools.cache
def measured_by() -> bytes:
    """The digest of what tells an image's size, in short form."""
    return digest(engines().reading, _version("pillow"))[:8]


def _version(library: str) -> bytes:
    return _known_version(library) or f"{library} is not installed".encode()


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
    """The digest of what Markdown extensions need that is no part of Python-Markdown, by module or entry point.

    Of extensions that come with it, that is what highlights code; of others their code and that of what they import.
    """
    parts: list[bytes] = []
    own: list[str] = []
    for name in sorted(names):
        if not _is_built_in(name):
            own.append(name)
        elif name.endswith("codehilite"):
            parts.append(_version("pygments"))
    if own:
        entries = {entry.name: entry.value for entry in importlib.metadata.entry_points(group="markdown.extensions")}
        seen: set[str] = set()
        for name in own:
            module = entries.get(name, name).partition(":")[0]
            parts += (name.encode(), *_module_code(module.partition(".")[0], seen))
    return digest(*parts) if parts else b""


def _is_built_in(name: str) -> bool:
    """Whether an extension comes with Python-Markdown, whose version is part of the engine."""
    short = name.removeprefix("markdown.extensions.")
    found = importlib.util.find_spec("markdown")
    folders = found.submodule_search_locations if found else None
    return short.isidentifier() and any(Path(folder, "extensions", f"{short}.py").is_file() for folder in folders or ())


def _module_code(top: str, seen: set[str]) -> list[bytes]:
    """The files of the package ``top``, or the module's one, and likewise of all that these import.

    Of what is imported and has a version, that is enough.  ``seen`` are the names that were looked at.
    """
    seen.add(top)
    try:
        found = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        found = None
    if found is None:
        return [f"{top} is not installed".encode()]
    files: list[tuple[str, Path]] = []
    for folder in found.submodule_search_locations or ():
        inside = [path for path in Path(folder).rglob("*") if path.suffix != ".pyc" and path.is_file()]
        files += [(path.relative_to(folder).as_posix(), path) for path in sorted(inside)]
    if not found.submodule_search_locations and found.origin and Path(found.origin).is_file():
        files.append((top, Path(found.origin)))
    parts: list[bytes] = []
    others: set[str] = set()
    for name, path in files:
        data = path.read_bytes()
        parts += (name.encode(), data)
        if path.suffix == ".py":
            others |= _imported(data)
    for other in sorted(others - _OF_THE_ENGINE - sys.stdlib_module_names - seen):
        if other not in seen:
            version = _known_version(other)
            parts += [version] if version else _module_code(other, seen)
    return parts


def _imported(code: bytes) -> set[str]:
    """The top packages and modules that Python code may import; one too many costs time only."""
    found: set[str] = set()
    for package, listed in _IMPORT.findall(code):
        names = [package] if package else [name.split()[0] for name in listed.split(b",") if name.strip()]
        found.update(name.partition(b".")[0].decode("ascii", "replace") for name in names)
    return {name for name in found if name.isidentifier()}


def _known_version(name: str) -> bytes:
    try:
        return f"{name} {importlib.metadata.version(name)}".encode()
    except importlib.metadata.PackageNotFoundError:
        return b""
