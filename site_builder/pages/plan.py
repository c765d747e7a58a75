"""All pages of a site: the front door of this folder.

In: a catalog.  Out: every page of the output; :func:`collisions` tells where two have one path.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from site_builder.catalog.catalog import Catalog
from site_builder.catalog.urls import output_path
from site_builder.errors import Problem
from site_builder.pages.articles import plan_articles
from site_builder.pages.documents import plan_documents
from site_builder.pages.feeds import plan_feeds
from site_builder.pages.home import plan_home
from site_builder.pages.hosts import plan_host_files
from site_builder.pages.listings import plan_listings
from site_builder.pages.most_read import plan_most_read, plan_views
from site_builder.pages.planned import Planned
from site_builder.pages.sitemaps import plan_sitemaps


def plan(catalog: Catalog, first: Sequence[Planned] = (), start: int = 0) -> list[Planned]:
    """Every page of the site at ``catalog``'s instant; ``first`` are those of the articles before ``start``."""
    return [
        *first,
        *plan_articles(catalog, start),
        *plan_documents(catalog),
        *plan_home(catalog),
        *plan_listings(catalog),
        *plan_most_read(catalog),
        *plan_views(catalog),
        *plan_feeds(catalog),
        *plan_sitemaps(catalog),
        *plan_host_files(catalog),
    ]


def collisions(outputs: Iterable[tuple[str, str]]) -> list[Problem]:
    """A problem for each pair of outputs that cannot stand beside each other.

    Paths that differ in case or composition only are one file on many disks, so they collide too.
    """
    outputs = list(outputs)
    if _are_apart([path for path, _ in outputs]):
        return []
    owners: dict[str, tuple[str, str]] = {}
    folders: dict[str, str] = {}
    problems = []
    for path, source in outputs:
        same = _same(path)
        if same in owners:
            problems.append(_problem(path, source, owners[same][1]))
        owners[same] = (path, source)
        folder = same.rpartition("/")[0]
        while folder and folder not in folders:
            folders[folder] = source
            folder = folder.rpartition("/")[0]
    for folder in sorted(folders.keys() & owners.keys()):
        path, source = owners[folder]
        problems.append(_problem(path, source, folders[folder], "which needs it as a folder"))
    return problems


def stand_in_the_way(new: Iterable[str], pages: Collection[str], files: Iterable[str]) -> bool:
    """Whether of ``pages`` (permalinks, no two the same) one of the ``new`` ones may collide with another or a file.

    ``files`` are output paths.  In doubt, yes; :func:`collisions` tells what it is.
    """
    new = list(new)
    if not new:
        return False
    taken = {_same(page) for page in pages}
    if len(taken) < len(pages):
        return True
    paths = {_same("/" + output_path(page)) for page in new}
    folders: set[str] = set()
    level = {path.rpartition("/")[0] for path in paths}
    while level := level - {""}:
        folders |= level
        level = {folder.rpartition("/")[0] for folder in level} - folders
    files = {_same("/" + file) for file in files}
    twins = any(
        path in taken and path.removesuffix("index.html") in taken for path in paths if path.endswith("/index.html")
    )
    below = tuple(path + "/" for path in paths)
    return (
        twins
        or not files.isdisjoint(paths)
        or not (taken | files).isdisjoint(folders)
        or any(page.startswith(below) for page in taken)
        or any(file.startswith(below) for file in files)
    )


def _same(path: str) -> str:
    """Equal for paths that are one file on some disks."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()


_BROUGHT = re.compile(r"(.*) \(first in (content/.*)\)", re.DOTALL).fullmatch


def _are_apart(paths: list[str]) -> bool:
    """Whether a look at all paths together says that none collide: most sites have nothing to tell."""
    whole = "\n".join(paths)
    if not whole.isascii():
        return False
    whole = whole.lower()
    lowered = whole.split("\n")
    page = "/index.html"
    # A folder that is called as most files are would need a closer look.
    if not len(set(lowered)) == len(lowered) == len(paths) or "index.html/" in whole:
        return False
    files = {path for path in lowered if not path.endswith(page)}
    # Most names of files have one of a few endings, and mostly no folder is called like that.
    names = {path.rpartition("/")[2] for path in files}
    if not any(ending + "/" in whole for ending in {name[max(name.rfind("."), 0) :] for name in names}):
        return True
    # What stands in a folder of its own, "a/b/index.html", needs a/b and a; the rest what is before its name.
    if not files.isdisjoint([path[: -len(page)] for path in lowered if path.endswith(page)]):
        return False
    folders = {path.rsplit("/", 2)[0] if path.endswith(page) else path.rpartition("/")[0] for path in lowered}
    while folders := folders - {""}:
        if not files.isdisjoint(folders):
            return False
        folders = {folder.rpartition("/")[0] for folder in folders}
    return True


def _problem(path: str, source: str, other: str, why: str = "") -> Problem:
    if source == other and source.startswith("content/"):
        message = f"one of its aliases is '/{path}', which it has already: its own address, or another alias"
        return Problem(source, message=message, hint="Take the alias out")
    # The place is the file that an editor can change: a piece's own before that of a name that it brings.
    if _rank(other) < _rank(source):
        source, other, why = other, source, why.replace("which needs", "and this needs")
    brought = _BROUGHT(source)
    name, file = brought.groups() if brought else ("", source)
    return Problem(
        file,
        message=(f"{name}: " if name else "")
        + f"its output '/{path}' is also that of {other}"
        + (f", {why}" if why else ""),
        hint="Rename it, or give it another address in site.yaml (categories or urls)"
        if name
        else "Give one of them another slug or permalink",
    )


def _rank(source: str) -> int:
    if source.startswith("content/"):
        return 0
    return 1 if _BROUGHT(source) else 2
