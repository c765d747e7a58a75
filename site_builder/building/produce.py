"""From planned pages to staged files: only what has another key is rendered, only what has other bytes is staged.

In: the snapshot, what is known of the output.  Out: an entry for each page that is not as it was, and how many of
each kind were rendered, spliced, reused.  Runs in worker processes over chunks of indices.
"""

from __future__ import annotations

import functools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from operator import attrgetter
from typing import NamedTuple

import msgspec

from site_builder.building.bodies import KeptBodies
from site_builder.building.filling import Waiting, can_be_filled, spliced
from site_builder.building.inputs import Progress
from site_builder.building.keys import Canon
from site_builder.building.memory import own_memory
from site_builder.building.output import Output
from site_builder.building.records import Counts, PageEntry, packed, short, with_counts
from site_builder.building.settled import Known, plan_of, told_apart
from site_builder.building.snapshot import Snapshot, unknown_slot
from site_builder.building.workers import run
from site_builder.catalog.urls import output_path
from site_builder.errors import Problem, SiteError
from site_builder.model import Page, Rendered
from site_builder.pages.contexts import ArticleContext
from site_builder.pages.planned import Planned

# One broken template fails on every page: more of the same tells an editor nothing.
ENOUGH_PROBLEMS = 20

# Pages that are made step by step: enough to keep the processor's caches warm, few enough to be small.
TOGETHER = 32

RENDERED, SPLICED, REUSED = "rendered", "spliced", "reused"
_ENCODE = msgspec.msgpack.Encoder().encode


class Made(NamedTuple):
    """``entries`` are those of files that are not as they were known; ``staged`` the paths whose bytes changed.

    ``waiting`` are the files that stand, with the counts that are to be written into them.  ``done`` counts pages by
    (kind, what was done), ``why`` the reasons of rendering by (kind, reason).
    """

    entries: dict[str, PageEntry]
    staged: list[str]
    waiting: list[Waiting]
    done: Counter[tuple[str, str]]
    why: Counter[tuple[str, str]]
    memory: int


class _Chunk(msgspec.Struct, array_like=True):
    """What a worker did with a chunk of pages; ``staged`` are the places in ``entries`` of files with other bytes.

    ``waiting`` are paths of files to be filled, with the counts to show.
    """

    entries: list[PageEntry] = []
    staged: list[int] = []
    waiting: list[tuple[str, str]] = []
    done: dict[str, dict[str, int]] = {}
    problems: list[Problem] = []
    memory: int = 0
    bodies: list[tuple[bytes, bytes]] = []

    def count(self, kind: str, what: str) -> None:
        by_kind = self.done.setdefault(kind, {})
        by_kind[what] = by_kind.get(what, 0) + 1


class _Answer(_Chunk, array_like=True):
    """A chunk as the parent has it: its entries are taken up when the workers, and their memory, are gone."""

    entries: msgspec.Raw = msgspec.Raw(b"\x90")  # type: ignore[assignment]


def make_pages(
    site: Snapshot,
    known: Known,
    output: Output,
    jobs: int,
    progress: Progress,
    kept: KeptBodies | None = None,
    keep: Callable[[list[tuple[bytes, bytes]]], None] = lambda _bodies: None,
) -> Made:
    """Every page of ``site``: its entry, and its file in the staging folder where the bytes differ.

    ``keep`` is given the bodies that were converted, if the renderer has ``kept`` ones.  Raises :class:`SiteError` with
    what went wrong, each place in a template once.
    """
    made = Made({}, [], [], Counter(), Counter(), 0)
    planned, reused = told_apart(site, known)
    for kind, count in Counter(reused).items():
        made.done[kind, REUSED] = count
    # Oldest first, pages of all kinds: what stands side by side shows the same articles.
    planned = sorted(planned, key=attrgetter("newest"))
    if not known.pages or known.changes:
        _ = site.renderer  # made once here, not in each worker

    # One for each process: most cards and terms stand on pages of many chunks.
    make = functools.partial(_make_chunk, planned, site, known, output, Canon(), kept, os.getpid())
    decode = msgspec.msgpack.Decoder(_Answer).decode
    first_at: dict[tuple[str, int, str], Problem] = {}
    answers: list[tuple[bytes, list[int]]] = []
    finished = memory = 0
    for chunk, data in run(make, len(planned), jobs):
        result = decode(data)
        answers.append((bytes(result.entries), result.staged))
        made.waiting.extend([(known.pages[path], shown) for path, shown in result.waiting])
        if result.bodies:
            keep(result.bodies)
        for kind, by_kind in result.done.items():
            for what, count in by_kind.items():
                made.done[kind, what] += count
        _note(result.problems, first_at)
        if len(first_at) >= ENOUGH_PROBLEMS or len(result.problems) >= ENOUGH_PROBLEMS:
            break
        if result.memory:
            memory = max(memory, result.memory * jobs + own_memory())
        finished += len(chunk)
        progress("render", finished, len(planned))
    if first_at:
        raise SiteError(first_at.values())
    _take_up(answers, made, known.build)
    return made._replace(memory=memory)


def _make_chunk(
    planned: Sequence[Planned],
    site: Snapshot,
    known: Known,
    output: Output,
    canon: Canon,
    kept: KeptBodies | None,
    parent: int,
    chunk: range,
) -> bytes:
    """A chunk of ``planned``: a :class:`_Chunk` as MessagePack.  ``parent`` is the process that asks."""
    result = _Chunk()
    for start in range(chunk.start, chunk.stop, TOGETHER):
        _make_some(planned[start : min(start + TOGETHER, chunk.stop)], site, known, output, canon, result)
        if len(result.problems) >= ENOUGH_PROBLEMS:
            break
    if chunk.stop == len(planned) and os.getpid() != parent:
        result.memory = own_memory()
    if kept is not None:
        result.bodies = kept.take_fresh()
    return _ENCODE(result)


def _take_up(answers: list[tuple[bytes, list[int]]], made: Made, build: int) -> None:
    decode = msgspec.msgpack.Decoder(list[PageEntry]).decode
    for data, staged in answers:
        entries = decode(data)
        for entry in entries:
            made.entries[entry.path] = entry
            if entry.build == build:
                made.why[entry.kind, entry.why] += 1
        made.staged.extend([entries[place].path for place in staged])


def _note(problems: Iterable[Problem], first_at: dict[tuple[str, int, str], Problem]) -> None:
    """Keep the first page's problem for each place in a template and each fault there."""
    for problem in problems:
        where = (problem.path, problem.line, problem.message.partition(" (while rendering")[0])
        first_at[where] = min(problem, first_at.get(where, problem))


class _Unmade(NamedTuple):
    """A page that has to be rendered: ``fresh`` is its new entry as far as it is known, ``entry`` the old one."""

    planned: Planned
    page: Page
    entry: PageEntry | None
    fresh: PageEntry


def _make_some(
    planned: Sequence[Planned], site: Snapshot, known: Known, output: Output, canon: Canon, result: _Chunk
) -> None:
    """A few pages, step by step: that is faster than page by page (:meth:`Renderer.render_many`)."""
    unmade: list[_Unmade] = []
    for page in planned:
        try:
            found = _unmade(page, site, known, output, canon, result)
        except SiteError as error:
            result.problems.extend(error.problems)
        else:
            if found is not None:
                unmade.append(found)
    if not unmade:
        return
    files = []
    for wanted, rendered in zip(unmade, site.renderer.render_many([wanted.page for wanted in unmade]), strict=True):
        try:
            files.append((wanted, *_file(wanted, rendered, known)))
        except SiteError as error:
            result.problems.extend(error.problems)
    for wanted, fresh, data in files:
        same = wanted.entry is not None and wanted.entry.sha256 == fresh.sha256
        try:
            stamp = wanted.entry.stamp if same and wanted.entry else output.stage(fresh.path, data)
        except SiteError as error:
            result.problems.extend(error.problems)
            continue
        if not same:
            result.staged.append(len(result.entries))
        result.entries.append(msgspec.structs.replace(fresh, stamp=stamp))
        result.count(fresh.kind, RENDERED)


def _unmade(
    planned: Planned, site: Snapshot, known: Known, output: Output, canon: Canon, result: _Chunk
) -> _Unmade | None:
    """The page, where it has to be rendered."""
    path = output_path(planned.permalink)
    template_key = known.templates.get(planned.template, b"-")
    entry = known.pages.get(path)
    page = None
    if entry is not None and known.is_settled(planned, entry):
        context_key = entry.context_key
    else:
        page = planned.page(site.catalog)
        context_key = canon.digest(page.context)
    if entry is not None and entry.template_key == template_key and entry.context_key == context_key:
        if known.shows_same_counts(entry):
            result.count(planned.kind, REUSED)
            return None
        if _splice(entry, known, output, result):
            result.count(planned.kind, SPLICED)
            return None
        why = "file was altered"
    else:
        why = _reason(entry, path, planned, template_key, known)
    page = page or planned.page(site.catalog)
    plan, shows = plan_of(planned), _shows(page.context)
    fresh = PageEntry(path, planned.kind, template_key, context_key, plan=plan, shows=shows, why=why, build=known.build)
    return _Unmade(planned, page, entry, fresh)


def _shows(context: msgspec.Struct) -> bytes:
    """The articles that an article's page shows beside its own, in short form."""
    if not isinstance(context, ArticleContext):
        return b""
    following = (context.next,) if context.next else ()
    return b"".join([short(card.url) for card in (*context.related, *following)])


def _file(wanted: _Unmade, rendered: Rendered | SiteError, known: Known) -> tuple[PageEntry, bytes]:
    """The page's entry, all but its stamp, and its file.  Raises :class:`SiteError`."""
    if isinstance(rendered, SiteError):
        raise rendered
    slots, ways = packed(rendered)
    fresh = msgspec.structs.replace(wanted.fresh, slots=slots, ways=ways)
    shown = _shown(known.counts, wanted.planned, rendered.slots)
    data = with_counts(rendered.data, msgspec.structs.replace(fresh, shown="\n" * shown.count("\n")), shown)
    return msgspec.structs.replace(fresh, sha256=sha256(data).digest(), size=len(data), shown=shown), data


def _reason(entry: PageEntry | None, path: str, planned: Planned, template_key: bytes, known: Known) -> str:
    if entry is None:
        return known.lost.get(path, "new")
    if entry.template_key != template_key:
        return known.changes.get(planned.template) or "template"
    return "what it shows"


def _shown(counts: Counts, planned: Planned, slots: Sequence[tuple[int, str]]) -> str:
    try:
        return counts.texts(name for _, name in slots)
    except KeyError as error:
        raise SiteError([unknown_slot(str(error.args[0]), planned)]) from None


def _splice(entry: PageEntry, known: Known, output: Output, result: _Chunk) -> bool:
    """See to it that the file of ``entry`` gets today's counts; False where the file is not what the entry says."""
    shown = known.counts.shown(entry)
    if can_be_filled(entry, shown, output):
        result.waiting.append((entry.path, shown))
        return True
    fresh = spliced(entry, shown, output)
    if fresh is None:
        return False
    result.staged.append(len(result.entries))
    result.entries.append(fresh)
    return True
