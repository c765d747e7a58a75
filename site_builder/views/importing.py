"""Importing: logs and exports in, counts by article and day into the store; the front door of this folder.

Nothing is stored before every file has been read to its end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from site_builder.building.known import known_catalog
from site_builder.errors import Problem, SiteError
from site_builder.sources.view_store import read_views
from site_builder.views.already import Blocks
from site_builder.views.detect import Log, open_import
from site_builder.views.exports import Row
from site_builder.views.filters import is_robot, reason_to_drop
from site_builder.views.hits import Hit, UnreadableLineError
from site_builder.views.matching import NoArticle, Places, current_addresses, marks_of, places_of
from site_builder.views.store import Changes, known_blocks, locked, write_changes
from site_builder.views.visitors import Visitors, read_recent, write_recent

ALREADY, AGAIN, ROBOT, UNREADABLE = "imported before", "same reader within 30 minutes", "robots", "unreadable"
# A clock that is wrong by more than this tells no day.
DAY = 86_400
# More distinct paths than this come from somebody who makes them up.
MOST_UNMATCHED = 50_000


class ImportReport(msgspec.Struct):
    """What an import did: lines (rows of exports) read, views kept, lines dropped by reason, paths that led nowhere."""

    lines: int = 0
    kept: int = 0
    dropped: dict[str, int] = {}
    articles: int = 0
    unmatched: list[tuple[str, int]] = []


class _Tally:
    """Counts of one import."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.lines = 0
        self.dropped: Counter[str] = Counter()
        self.unmatched: Counter[str] = Counter()
        self.added: Counter[tuple[str, int]] = Counter()
        self.set: Counter[tuple[str, int, str]] = Counter()

    def note_unmatched(self, path: str, count: int = 1) -> None:
        self.unmatched[path[:200]] += count
        if len(self.unmatched) > MOST_UNMATCHED:
            self.unmatched = Counter(dict(self.unmatched.most_common(MOST_UNMATCHED // 2)))


def import_views(
    site_dir: Path | str,
    files: Sequence[str],
    *,
    form: str = "auto",
    day: date | None = None,
    now: datetime | None = None,
) -> ImportReport:
    """Import ``files`` (``-`` for standard input) into the store of the site; what was imported before changes nothing.

    ``form`` is a name of :data:`site_builder.views.detect.FORMATS`; ``day`` the one of exports that name none; ``now``
    the instant of the import (default: the clock's).  Raises :class:`SiteError`, nothing being stored then.
    """
    folder = Path(site_dir)
    instant = now or datetime.now(UTC)
    catalog = known_catalog(folder, instant)
    store = catalog.config.views.store
    zone = ZoneInfo(catalog.config.site.timezone)
    with locked(folder):
        tally = _Tally(places_of(catalog, read_views(folder, store, 0)))
        blocks = Blocks(known_blocks(folder, store))
        second = int(instant.timestamp())
        visitors = Visitors(zone, read_recent(folder, second, zone))
        opened = sorted((open_import(name, form, day) for name in files), key=lambda found: found.first_second)
        for found in opened:
            with found:
                if isinstance(found, Log):
                    visitors.forget_before(found.first_second)
                    _count_hits(found, blocks, visitors, tally, second + DAY)
                else:
                    _count_rows(found.rows(), found.origin, tally)
        changes = Changes(
            added=dict(tally.added),
            set=dict(tally.set),
            addresses=current_addresses(catalog),
            marks=marks_of(catalog),
            blocks=frozenset(blocks.fresh),
        )
        write_changes(folder, store, changes)
        try:
            write_recent(folder, visitors.recent(second))
        except OSError as error:
            raise SiteError([Problem(str(error.filename), message=f"cannot be written: {error.strerror}")]) from None
    return ImportReport(
        lines=tally.lines,
        kept=sum(tally.added.values()) + sum(tally.set.values()),
        dropped=dict(sorted(tally.dropped.items())),
        articles=len({key[0] for key in (*tally.added, *tally.set)}),
        unmatched=sorted(tally.unmatched.items(), key=lambda item: (-item[1], item[0])),
    )


def _hits(log: Log, tally: _Tally, latest: int) -> Iterator[Hit]:
    """The hits of a log; lines that are none are counted."""
    for line in log.lines():
        tally.lines += 1
        if line is None:
            tally.dropped["too long"] += 1
            continue
        try:
            hit = log.parse(line.decode("utf-8", "replace"))
        except UnreadableLineError:
            tally.dropped[UNREADABLE] += 1
            continue
        if hit is None:
            tally.dropped["no request of a reader"] += 1
        elif not 0 <= hit.second <= latest:
            tally.dropped["in the future"] += 1
        else:
            yield hit


def _count_hits(log: Log, blocks: Blocks, visitors: Visitors, tally: _Tally, latest: int) -> None:
    for hit, is_new in blocks.new_hits(_hits(log, tally, latest)):
        if not is_new:
            tally.dropped[ALREADY] += 1
        elif reason := reason_to_drop(hit):
            tally.dropped[reason] += 1
        else:
            article = tally.places.find(hit.path)
            if article is NoArticle.NO_HTML:
                tally.dropped[article.value] += 1
            elif is_robot(hit.agent):
                tally.dropped[ROBOT] += 1
            elif isinstance(article, NoArticle):
                tally.dropped[article.value] += 1
                if article is NoArticle.UNKNOWN:
                    tally.note_unmatched(hit.path)
            elif not visitors.is_new(hit.client, hit.agent, article, hit.second):
                tally.dropped[AGAIN] += 1
            else:
                tally.added[article, visitors.day_of(hit.second)] += 1


def _count_rows(rows: Iterator[Row], origin: str, tally: _Tally) -> None:
    found: Counter[tuple[str, int, str]] = Counter()
    for row in rows:
        tally.lines += 1
        article = tally.places.find_url(row.url)
        if isinstance(article, NoArticle):
            tally.dropped[article.value] += 1
            if article is NoArticle.UNKNOWN:
                tally.note_unmatched(row.url, row.views)
        else:
            found[article, row.day, origin] += row.views
    # Two exports that overlap tell the same views twice.
    tally.set |= found
