"""What is known of a site's sources while it is being previewed.

In: paths that changed on the disk.  Out: :class:`Known`: the last good state of every file, and what is
wrong with the files that are not good now.  A value is never changed, only replaced.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Collection
from pathlib import Path

import msgspec

from site_builder.articles import Rules, parse_source
from site_builder.config import SiteConfig, parse_config
from site_builder.errors import Problem, SiteError
from site_builder.model import Article, Parsed
from site_builder.sources.scan import MARKDOWN, SiteFiles, read_config_text, read_source, require_content, scan

CONFIG = "site.yaml"
SCAN = ""

# Of so many changed files each is looked at by itself.
FEW = 20
# So many changed sources are read at once; more are left waiting, to be read in the background.
AT_MOST = 1_500

NO_FILES = SiteFiles(articles=(), copied=(), templates={}, assets={}, stamps={})


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """``parsed`` are the last good records by path, ``faults`` the problems of what is not good now, by file.

    ``config_text`` is the configuration's file.  ``waiting`` are the sources that have not been read yet, ``sizes``
    the images' sizes found so far.
    """

    config: SiteConfig = SiteConfig()
    config_text: str = ""
    files: SiteFiles = NO_FILES
    parsed: dict[str, Parsed] = {}
    faults: dict[str, tuple[Problem, ...]] = {}
    waiting: frozenset[str] = frozenset()
    sizes: dict[str, tuple[int, int]] = {}

    @property
    def problems(self) -> list[Problem]:
        """All that is wrong with the sources, by place."""
        return sorted(problem for found in self.faults.values() for problem in found)


class Change(msgspec.Struct, frozen=True):
    """What is different now: articles that were ``replaced`` (old, new), or more than that (``whole``).

    Of an article that came the old one is None, of one that is gone the new one.
    """

    known: Known
    whole: bool
    replaced: tuple[tuple[Article | None, Article | None], ...] = ()


def first_look(site_dir: Path) -> Known:
    """The configuration and which files there are; no article is read yet."""
    known = _scanned(_configured(Known(), site_dir), site_dir)
    return msgspec.structs.replace(known, waiting=frozenset(known.files.articles))


def newest(known: Known, count: int) -> list[str]:
    """The ``count`` sources to read first: documents, then articles from the last path on: paths begin with dates."""
    documents = [path for path in known.files.articles if path.startswith("content/pages/")]
    articles = [path for path in reversed(known.files.articles) if not path.startswith("content/pages/")]
    return [*documents, *articles][:count]


def after(known: Known, site_dir: Path, changed: Collection[str]) -> Change:
    """What is known after the files ``changed`` (paths relative to the site) were written, made or removed."""
    if all(path in known.parsed and is_own_file(site_dir, path) for path in changed):
        return _reread(known, site_dir, changed)
    if not known.waiting and SCAN not in known.faults and len(changed) <= FEW:
        changed = {path for path in changed if not _is_nothing(known, site_dir, path)}
        if all(_is_plain(known, site_dir, path) for path in changed):
            return _with_sources(known, site_dir, changed)
    before = known
    if CONFIG in changed:
        known = _configured(known, site_dir)
    known = _without_sizes(_scanned(known, site_dir), changed)
    present = frozenset(known.files.articles)
    parsed = known.parsed
    if not present.issuperset(parsed):
        parsed = {path: record for path, record in parsed.items() if path in present}
    faults = {path: found for path, found in known.faults.items() if path in present or path in (CONFIG, SCAN)}
    waiting = known.waiting & present
    unread = present.difference(parsed, faults, waiting) | present.intersection(changed) | _below(present, changed)
    if Rules.of(known.config) != Rules.of(before.config):
        waiting, unread = present, frozenset()
    if len(unread) > AT_MOST:
        waiting, unread = waiting | unread, frozenset()
    if SCAN in faults:
        # That is told; what is gone with a folder is not told file by file.
        unread = frozenset(path for path in unread if os.path.lexists(site_dir / path))
    known = msgspec.structs.replace(known, parsed=parsed, faults=faults, waiting=waiting)
    known = read(known, site_dir, sorted(unread))
    whole = (known.config_text, known.files, known.sizes, known.waiting, known.parsed) != (
        before.config_text,
        before.files,
        before.sizes,
        before.waiting,
        before.parsed,
    )
    return Change(known, whole)


def is_own_file(site_dir: Path, path: str) -> bool:
    """Whether ``path`` is a file that lies in the folder of the site that it begins with, no link leading elsewhere."""
    file = (site_dir / path).resolve()
    return file.is_relative_to((site_dir / path.partition("/")[0]).resolve()) and file.is_file()


def _below(present: frozenset[str], changed: Collection[str]) -> frozenset[str]:
    """The sources in folders that were changed as a whole: renamed, put in the place of others."""
    folders = tuple(path + "/" for path in changed if path not in present)
    return frozenset(path for path in present if path.startswith(folders)) if folders else frozenset()


def _is_nothing(known: Known, site_dir: Path, path: str) -> bool:
    """Whether ``path`` is not there and never was: what some editors write and remove while they save."""
    below = path + "/"
    return (
        path.startswith("content/")
        and not os.path.lexists(site_dir / path)
        and not any(name == path or name.startswith(below) for name in known.files.articles)
        and not any(file.source == path or file.source.startswith(below) for file in known.files.copied)
    )


def _is_plain(known: Known, site_dir: Path, path: str) -> bool:
    """Whether ``path`` is, or was, a source of its own: no folder, no link, none that is left out."""
    if not (path.startswith("content/") and path.lower().endswith(MARKDOWN) and path.isprintable()):
        return False
    file = site_dir / path
    if not os.path.lexists(file):
        return path in known.files.articles
    is_hidden = any(part.startswith(".") for part in path.split("/")) or path.endswith("~")
    return not is_hidden and file.is_file() and file.resolve() == site_dir.resolve() / path


def _with_sources(known: Known, site_dir: Path, paths: Collection[str]) -> Change:
    """As :func:`after`, where ``paths`` are plain sources that came, went or changed: no folder is looked through."""
    there = {path for path in paths if (site_dir / path).is_file()}
    gone = set(paths) - there
    articles = list(known.files.articles)
    for path in sorted(paths):
        place = bisect_left(articles, path)
        is_known = place < len(articles) and articles[place] == path
        if path in there and not is_known:
            articles.insert(place, path)
        elif path in gone and is_known:
            del articles[place]
    left = known
    if len(articles) != len(known.files.articles) or gone:
        left = msgspec.structs.replace(
            known,
            files=msgspec.structs.replace(known.files, articles=tuple(articles)),
            parsed={path: record for path, record in known.parsed.items() if path not in gone},
            faults={path: found for path, found in known.faults.items() if path not in gone},
        )
    return _compared(known, read(left, site_dir, sorted(there)), paths)


def _reread(before: Known, site_dir: Path, paths: Collection[str]) -> Change:
    """As :func:`after`, where nothing but the text of known sources is new: no folder is looked through."""
    return _compared(before, read(before, site_dir, sorted(paths)), paths)


def _compared(before: Known, known: Known, paths: Collection[str]) -> Change:
    replaced = []
    for path in sorted(paths):
        old, new = before.parsed.get(path), known.parsed.get(path)
        if old == new:
            continue
        if any(record is not None and record.article is None for record in (old, new)):
            return Change(known, whole=True)
        replaced.append((old.article if old else None, new.article if new else None))
    return Change(known, whole=False, replaced=tuple(replaced))


def read(known: Known, site_dir: Path, paths: Collection[str]) -> Known:
    """``known`` with the sources ``paths`` read and parsed."""
    rules = Rules.of(known.config)
    folder = str(site_dir)
    records = {}
    for path in paths:
        try:
            records[path] = parse_source(read_source(folder, path), rules)
        except SiteError as error:
            records[path] = Parsed(problems=error.problems)
    return with_records(known, records)


def with_records(known: Known, records: dict[str, Parsed]) -> Known:
    """``known`` with what parsing has given: good records replace older ones, faulty ones leave them."""
    faults = {path: found for path, found in known.faults.items() if path not in records}
    faults |= {path: record.problems for path, record in records.items() if record.problems}
    good = {path: record for path, record in records.items() if not record.problems}
    parsed = known.parsed
    if any(parsed.get(path) != record for path, record in good.items()):
        parsed = {**parsed, **good}
    return msgspec.structs.replace(known, parsed=parsed, faults=faults, waiting=known.waiting.difference(records))


def _configured(known: Known, site_dir: Path) -> Known:
    faults = {path: found for path, found in known.faults.items() if path != CONFIG}
    config, text = known.config, known.config_text
    try:
        text = read_config_text(site_dir)
        config = parse_config(text)
    except SiteError as error:
        faults[CONFIG] = error.problems
    return msgspec.structs.replace(known, config=config, config_text=text, faults=faults)


def _scanned(known: Known, site_dir: Path) -> Known:
    faults = {path: found for path, found in known.faults.items() if path != SCAN}
    files = known.files
    try:
        require_content(site_dir)
        # Without the times of files: another time is no other site.
        files = scan(site_dir, with_stamps=False)
    except SiteError as error:
        faults[SCAN] = error.problems
    return msgspec.structs.replace(known, files=files if files != known.files else known.files, faults=faults)


def _without_sizes(known: Known, changed: Collection[str]) -> Known:
    """Images may have another size now."""
    named = {"/" + path.partition("/")[2] for path in changed}
    if not named.intersection(known.sizes):
        return known
    kept = {src: size for src, size in known.sizes.items() if src not in named}
    return msgspec.structs.replace(known, sizes=kept)
