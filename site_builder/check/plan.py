"""What is due: every instant at which the output changes by itself, why, and how many files.

In: the site's sources, an instant, a horizon.  Out: :class:`Change`, one an instant, in order.  Between two of them a
build changes nothing, which ``tests/check/test_plan.py`` holds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec

from site_builder.building.known import known_sources
from site_builder.building.past import changed_before, past_of, unchanged_before
from site_builder.building.records import Past
from site_builder.building.snapshot import Snapshot, Sources, page_bytes, pieces_of, snapshot_of
from site_builder.catalog.due import NEWS, Due, due
from site_builder.catalog.urls import NEWS_SITEMAP, output_path
from site_builder.model import BodyRef, Page
from site_builder.pages.planned import Planned
from site_builder.rendering.markdown import Body

Made = TypeVar("Made")

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


def next_change(site_dir: Path, output: Path, after: datetime) -> Change | None:
    """What happens at the first instant after ``after`` at which the output may change by itself; None for never."""
    sources = known_sources(site_dir, output)
    articles, documents = pieces_of(sources.inputs.outlined(sources.files.articles))
    events = list(due(articles, documents, sources.config, after))
    first = min((event.instant for event in events), default=None)
    if first is None:
        return None
    titles = _titles(sources)
    found = sorted(event for event in events if event.instant == first)
    return Change(first, tuple(Happening(event.what, event.path, titles.get(event.path, "")) for event in found), None)


def plan_changes(
    sources: Sources, start: datetime, horizon: timedelta, *, drafts: bool = False, count: bool = True
) -> Iterator[Change]:
    """What is due after ``start``, up to ``horizon`` later.

    ``count`` tells how many files change; without, an instant is given also where it turns out to change none.
    """
    before: Snapshot | None = None
    kept = _Converted()
    titles = _titles(sources)
    for instant, events in sorted(_by_instant(sources, start, start + horizon, drafts).items()):
        happenings = tuple(Happening(event.what, event.path, titles.get(event.path, "")) for event in events)
        if not count:
            yield Change(instant, happenings, None)
            continue
        if before is None:
            before = snapshot_of(sources, start, drafts=drafts, kept=kept)
        if all(event.what == NEWS for event in events):
            # The most frequent by far, and all that it changes is one file.
            after = _only_later(before, instant)
            files = len(changed_files(before, after, lambda page: page.permalink == NEWS_SITEMAP))
        else:
            after = snapshot_of(sources, instant, drafts=drafts, kept=kept)
            kinds = _kinds(events)
            files = len(changed_files(before, after, _of(kinds)))
        before = after
        if files:
            yield Change(instant, happenings, files)


def _by_instant(sources: Sources, start: datetime, end: datetime, drafts: bool) -> dict[datetime, list[Due]]:
    found: dict[datetime, list[Due]] = {}
    articles, documents = pieces_of(sources.inputs.outlined(sources.files.articles))
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
    pieces = (item.article or item.document for item in sources.inputs.outlined(sources.files.articles))
    return {piece.path: piece.title for piece in pieces if piece}


def _kinds(events: list[Due]) -> frozenset[str] | None:
    """The kinds of pages that ``events`` can touch, None for all."""
    kinds: set[str] = set()
    for event in events:
        if event.what not in TOUCHED:
            return None
        kinds |= TOUCHED[event.what]
    return frozenset(kinds)


def _only_later(site: Snapshot, instant: datetime) -> Snapshot:
    """The site at an instant at which it holds the same pieces, in the same state."""
    later = dataclasses.replace(site, catalog=msgspec.structs.replace(site.catalog, instant=instant))
    # What was made of the pieces is made already.
    later.__dict__.update({name: value for name, value in site.__dict__.items() if name not in later.__dict__})
    for name in ("contexts", "rendered"):
        later.__dict__[name] = {
            path: made for path, made in site.__dict__.get(name, {}).items() if path != output_path(NEWS_SITEMAP)
        }
    return later


def _of(kinds: frozenset[str] | None) -> Callable[[Planned], bool]:
    return lambda page: kinds is None or page.kind in kinds


def changed_files(before: Snapshot, after: Snapshot, touched_by: Callable[[Planned], bool]) -> set[str]:
    """The output files that differ between two instants of a site; only pages that are ``touched_by`` it are read."""
    old, new = _pages(before, touched_by), _pages(after, touched_by)
    changed = old.keys() ^ new.keys()
    changed |= {file.path for file in before.copied} ^ {file.path for file in after.copied}
    differing = {name for name, value in after.shared.items() if before.shared[name] != value}
    uses = _kept(before, "uses", lambda: before.templates.uses())  # noqa: PLW0108  (compiles them, once a plan)
    touched = {name for name, used in uses.items() if differing & set(used.shared)}
    # The templates are the same; only what they show differs.
    after.__dict__["uses"] = uses
    after.__dict__["renderer"] = before.renderer.with_values(after.shared) if differing else before.renderer
    old_past, new_past = _past(before), _past(after)
    same = unchanged_before(old_past, new_past)
    same = min(changed_before(old_past, new_past, same), default=same)
    doubtful = []
    for path, second in new.items():
        first = old.get(path)
        if first is None:
            continue
        # What looks back on pieces alone that are what they were is what it was.
        settled = 0 <= second.newest < same and first.arguments == second.arguments
        if settled and first.template == second.template and second.template not in touched:
            continue
        doubtful.append((first, second))
    seen = _contexts(before, (first for first, _ in doubtful))
    fresh = _contexts(after, (second for _, second in doubtful))
    for first, second in doubtful:
        if seen[first.path] == fresh[second.path] and second.template not in touched:
            continue
        if _rendered(before, first) != _rendered(after, second):
            changed.add(second.path)
    return changed


def _kept(site: Snapshot, name: str, make: Callable[[], Made]) -> Made:
    """What was made of a snapshot, which is compared with the one before and the next one."""
    found: Made = site.__dict__.setdefault(name, None) or make()
    site.__dict__[name] = found
    return found


def _past(site: Snapshot) -> Past:
    return _kept(site, "past", lambda: past_of(site, b""))


def _rendered(site: Snapshot, page: Planned) -> bytes:
    known: dict[str, bytes] = _kept(site, "rendered", dict)
    if page.path not in known:
        known[page.path] = page_bytes(site, page)
    return known[page.path]


def _contexts(site: Snapshot, pages: Iterable[Planned]) -> dict[str, Page]:
    """The pages with their contexts."""
    known: dict[str, Page] = _kept(site, "contexts", dict)
    for page in pages:
        if page.path not in known:
            known[page.path] = page.page(site.catalog)
    return known


def _pages(site: Snapshot, touched_by: Callable[[Planned], bool]) -> Mapping[str, Planned]:
    return {page.path: page for page in site.pages if touched_by(page)}


class _Converted:
    """Bodies that were converted for this plan: most are asked for at several of its instants."""

    def __init__(self) -> None:
        self._bodies: dict[tuple[bytes, str], Body] = {}

    def get(self, reference: BodyRef, lang: str) -> Body | None:
        """The body as HTML, None where it has to be converted."""
        return self._bodies.get((reference.digest, lang))

    def put(self, reference: BodyRef, lang: str, body: Body) -> None:
        """Keep a body that was converted."""
        self._bodies[reference.digest, lang] = body
