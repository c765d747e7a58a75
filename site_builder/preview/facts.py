"""What the editor's bar and the overlay show of a page.

In: the preview, a mode, a path.  Out: records that become JSON for the client.
"""

from __future__ import annotations

from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from site_builder.catalog.catalog import Catalog
from site_builder.catalog.related import terms
from site_builder.errors import Problem, SiteError
from site_builder.model import Article
from site_builder.pages.articles import reading_minutes
from site_builder.pages.planned import Planned
from site_builder.preview.preview import Preview
from site_builder.preview.unseen import MINUTE, Unseen, unseen_at
from site_builder.preview.view import View
from site_builder.preview.wanted import Mode
from site_builder.sources.locate import starter_dir
from site_builder.sources.scan import CopiedFile

# Source lines that are shown before and after the one at fault.
AROUND = 2
LONGEST_LINE = 400
LARGEST_FILE = 10_000_000
MOST_PROBLEMS = 50


class Line(msgspec.Struct, frozen=True):
    """A line of a source; ``hit`` where the problem is."""

    number: int
    text: str
    hit: bool


class Fault(msgspec.Struct, frozen=True):
    """A problem with the lines around its place."""

    path: str
    line: int
    column: int
    message: str
    hint: str
    lines: tuple[Line, ...]


class Reason(msgspec.Struct, frozen=True):
    """Why a piece stands in the related list: ``points`` 0 for pinned ones."""

    title: str
    url: str
    points: int
    why: str


class Piece(msgspec.Struct, frozen=True):
    """An article: ``state`` is ``published``, ``draft``, ``future`` or ``expired``; ``missing`` names what it lacks."""

    title: str
    state: str
    words: int
    minutes: int
    missing: tuple[str, ...]
    related: tuple[Reason, ...]
    next: str


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All of it.  ``stale``: the page that asks shows an older state.  ``at`` '' for now, else in the site's zone."""

    version: str
    stale: bool
    problems: tuple[Fault, ...]
    more_problems: int
    warnings: tuple[str, ...]
    indexed: int
    total: int
    kind: str
    source: str
    drafts: bool
    at: str
    now: str
    zone: str
    hidden: int
    piece: Piece | None
    unseen: Unseen | None


def facts(preview: Preview, mode: Mode, path: str, version: str, *, is_near: bool) -> Facts:
    """What there is to tell about the page at ``path``; ``version`` is the one that the browser shows.

    ``is_near``: the browser runs on this machine, and may be told of a hidden piece that nobody asked to see.
    """
    view = preview.view(mode)
    place = preview.place(mode, path)
    planned = place if isinstance(place, Planned) else None
    problems = {*preview.problems(mode)}
    if planned is not None:
        problems |= {*preview.page(mode, planned).problems}
    ordered = sorted(problems)
    records = preview.known.parsed.values()
    zone = ZoneInfo(view.catalog.config.site.timezone)
    return Facts(
        version=preview.version,
        stale=version != preview.version,
        problems=tuple(_fault(preview.site_dir, problem) for problem in ordered[:MOST_PROBLEMS]),
        more_problems=max(0, len(ordered) - MOST_PROBLEMS),
        warnings=_warnings(preview, view, planned),
        indexed=len(records),
        total=len(records) + len(preview.known.waiting),
        kind=planned.kind if planned else "file" if isinstance(place, CopiedFile) else "",
        source=place.source if isinstance(place, Planned | CopiedFile) else "",
        drafts=mode.drafts,
        at=_local(mode.at, zone) if mode.at else "",
        now=_local(preview.instant(mode), zone),
        zone=view.catalog.config.site.timezone,
        hidden=len(records) - len(view.catalog.paths) - len(view.catalog.documents),
        piece=_piece(view, planned, preview.instant(Mode())) if planned and planned.kind == "article" else None,
        unseen=unseen_at(preview.known, view, path, preview.instant(mode)) if place is None and is_near else None,
    )


def _local(instant: datetime, zone: ZoneInfo) -> str:
    """As ``<input type="datetime-local">`` has it."""
    return instant.astimezone(zone).strftime(MINUTE)


def _warnings(preview: Preview, view: View, planned: Planned | None) -> tuple[str, ...]:
    record = preview.known.parsed.get(planned.source) if planned else None
    if planned is None or record is None:
        return preview.notes
    of_links = [warning for warning in view.catalog.warnings if warning.path == planned.source]
    return (*preview.notes, *map(str, sorted([*record.warnings, *of_links])))


def _piece(view: View, planned: Planned, now: datetime) -> Piece:
    catalog = view.catalog
    index: int = planned.arguments[0]
    article = catalog.articles[index]
    shown = catalog.related(index)
    following = catalog.next(index, shown)
    return Piece(
        title=article.title,
        state=_state(article, now),
        words=article.words,
        minutes=reading_minutes(article),
        missing=tuple(_missing(article)) + tuple(_without_alt(view, planned)),
        related=tuple(_reasons(catalog, index, shown)),
        next=catalog.articles[following].title if following is not None else "",
    )


def _state(article: Article, now: datetime) -> str:
    """How the piece stands for readers at this moment, whatever the preview's clock says."""
    if article.draft:
        return "draft"
    if article.timestamp > now:
        return "future"
    if article.expires is not None and article.expires <= now:
        return "expired"
    return "published"


def _missing(article: Article) -> list[str]:
    has = {
        "summary": bool(article.summary),
        "image": article.image is not None,
        "tags": bool(article.tags),
        "image_alt": article.image is None or bool(article.image.alt.strip()),
    }
    return [name for name, there in has.items() if not there]


class _Pictures(HTMLParser):
    """Counts the images without a text."""

    count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element."""
        self.count += tag == "img" and not (dict(attrs).get("alt") or "").strip()


def _without_alt(view: View, planned: Planned) -> list[str]:
    if view.renderer is None:
        return []
    pictures = _Pictures()
    try:
        pictures.feed(view.renderer.body(planned.page(view.catalog)).html)
    except SiteError:
        return []  # told as the problem of rendering the page
    return [f"alt of {pictures.count} image{'s' * (pictures.count > 1)} in the text"] if pictures.count else []


def _reasons(catalog: Catalog, index: int, shown: list[int]) -> list[Reason]:
    postings = catalog.postings[catalog.langs[index]]
    pinned = catalog.pins[index].related if index in catalog.pins else ()
    reasons = []
    for other in shown:
        card = catalog.cards[other]
        if other in pinned:
            reasons.append(Reason(card.title, card.url, 0, "pinned"))
            continue
        found = terms(index, other, postings, catalog.traits, newer=catalog.config.related.newer)
        parts = [f"{catalog.tags[tag].name} {points}" for tag, points in found.tags]
        parts += [f"category {found.category}"] if found.category else []
        parts += [f"nearness {found.nearness}"] if found.nearness else []
        reasons.append(Reason(card.title, card.url, found.score, " + ".join(parts)))
    return reasons


def _fault(site_dir: Path, problem: Problem) -> Fault:
    lines = _lines(site_dir, problem) if problem.line else ()
    return Fault(problem.path, problem.line, problem.column, problem.message, problem.hint, lines)


def _lines(site_dir: Path, problem: Problem) -> tuple[Line, ...]:
    """The source around the problem, as it is on the disk now; none where it cannot be read."""
    for root in (site_dir, starter_dir()):
        file = (root / problem.path).resolve()
        if file.is_file() and file.is_relative_to(root.resolve()) and file.stat().st_size <= LARGEST_FILE:
            text = (
                file.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
            )
            first = max(1, problem.line - AROUND)
            found = enumerate(text[first - 1 : problem.line + AROUND], first)
            return tuple(Line(number, line[:LONGEST_LINE], number == problem.line) for number, line in found)
    return ()
