"""What is due: every instant at which the output changes by itself, why, and how many files.

In: the site's sources, an instant, a horizon.  Out: :class:`Change`, one an instant, in order.  Between two of them a
build changes nothing, which ``tests/check/test_plan.py`` holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from site_builder.building.snapshot import Snapshot, Sources, page_bytes, read_sources, snapshot_of
from site_builder.building.state import only_one, opened
from site_builder.catalog.due import NEWS, Due, due, next_due
from site_builder.pages.planned import Planned

RANK = "rank anew"
# Kinds of pages that an event can touch; any for those that are not named.
TOUCHED = {NEWS: {"sitemap"}, "update": {"article", "document", "feed", "sitemap"}}


class Happening(msgspec.Struct, frozen=True):
    """``what`` happens to the piece at ``path`` ('' for the whole site), whose headline is ``title``."""

    what: str
    path: str
    title: str


class Change(msgspec.Struct, frozen=True):
    """At ``instant`` (UTC, whole seconds) ``files`` files of the output change; None where they were not counted."""

    instant: datetime
    happenings: tuple[Happening, ...]
    files: int | None


def sources_of(site_dir: Path, output: Path, *, jobs: int | None = None) -> Sources:
    """The site's files; what the last build into ``output`` has read is not read again.  Raises :class:`SiteError`."""
    with only_one(site_dir, wait=True, tell=lambda _text: None), opened(site_dir, output) as state:
        return read_sources(site_dir, state.inputs, 0, jobs=jobs)


def next_instant(site_dir: Path, output: Path, after: datetime) -> datetime | None:
    """The first instant after ``after`` at which the output may change by itself; None for never."""
    sources = sources_of(site_dir, output)
    parsed = sources.inputs.parsed(sources.files.articles)
    articles = [item.article for item in parsed if item.article]
    documents = [item.document for item in parsed if item.document]
    return next_due(articles, documents, sources.config, after)


def plan_changes(
    sources: Sources, start: datetime, horizon: timedelta, *, drafts: bool = False, count: bool = True
) -> Iterator[Change]:
    """What is due after ``start``, up to ``horizon`` later.

    ``count`` tells how many files change; without, an instant is given also where it turns out to change none.
    """
    before: Snapshot | None = None
    titles = _titles(sources)
    for instant, events in sorted(_by_instant(sources, start, start + horizon, drafts).items()):
        happenings = tuple(Happening(event.what, event.path, titles.get(event.path, "")) for event in events)
        if not count:
            yield Change(instant, happenings, None)
            continue
        if before is None:
            before = snapshot_of(sources, start, drafts=drafts)
        after = snapshot_of(sources, instant, drafts=drafts)
        files = len(changed_files(before, after, _kinds(events)))
        before = after
        if files:
            yield Change(instant, happenings, files)


def _by_instant(sources: Sources, start: datetime, end: datetime, drafts: bool) -> dict[datetime, list[Due]]:
    found: dict[datetime, list[Due]] = {}
    parsed = sources.inputs.parsed(sources.files.articles)
    articles = [item.article for item in parsed if item.article]
    documents = [item.document for item in parsed if item.document]
    for event in sorted(due(articles, documents, sources.config, start, drafts=drafts)):
        if event.what != RANK and event.instant <= end:
            found.setdefault(event.instant, []).append(event)
    # Of rankings only the next change is told.
    instant = start
    while True:
        nights = [event for event in due((), (), sources.config, instant) if event.what == RANK]
        if not nights or nights[0].instant > end:
            return found
        instant = nights[0].instant
        found.setdefault(instant, []).append(nights[0])


def _titles(sources: Sources) -> dict[str, str]:
    pieces = (item.article or item.document for item in sources.inputs.parsed(sources.files.articles))
    return {piece.path: piece.title for piece in pieces if piece}


def _kinds(events: list[Due]) -> frozenset[str] | None:
    """The kinds of pages that ``events`` can touch, None for all."""
    kinds: set[str] = set()
    for event in events:
        if event.what not in TOUCHED:
            return None
        kinds |= TOUCHED[event.what]
    return frozenset(kinds)


def changed_files(before: Snapshot, after: Snapshot, kinds: frozenset[str] | None = None) -> set[str]:
    """The output files that differ between two instants of a site; only pages of ``kinds`` are looked at."""
    old, new = _pages(before, kinds), _pages(after, kinds)
    changed = old.keys() ^ new.keys()
    changed |= {file.path for file in before.copied} ^ {file.path for file in after.copied}
    differing = {name for name, value in after.shared.items() if before.shared[name] != value}
    if differing:
        uses = before.templates.uses()
        touched = {name for name, used in uses.items() if differing & set(used.shared)}
    else:
        touched = set()
        # Templates are linked with the shared values: the same values need no other templates.
        after.__dict__["renderer"] = before.renderer
    for path in old.keys() & new.keys():
        first, second = old[path].page(before.catalog), new[path].page(after.catalog)
        if first == second and second.template not in touched:
            continue
        if page_bytes(before, old[path]) != page_bytes(after, new[path]):
            changed.add(path)
    return changed


def _pages(site: Snapshot, kinds: frozenset[str] | None) -> Mapping[str, Planned]:
    return {page.path: page for page in site.pages if kinds is None or page.kind in kinds}
