"""The recipe of a build.  Read :func:`build` first: it is the whole program in one screen.

In: a site's folder and an instant.  Out: its files in the output folder, and a report.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from site_builder.building.copies import copy_files
from site_builder.building.engine import engines
from site_builder.building.inputs import Progress
from site_builder.building.memory import own_memory
from site_builder.building.output import Output, in_the_way, refuse_sources
from site_builder.building.present import present
from site_builder.building.produce import known_of, make_pages
from site_builder.building.publish import publish
from site_builder.building.records import Counts
from site_builder.building.report import BuildReport, report_of
from site_builder.building.snapshot import Snapshot, read_sources, snapshot_of
from site_builder.building.state import State, Tell, only_one, opened
from site_builder.building.stopwatch import Stopwatch
from site_builder.building.template_keys import template_keys, uses_of
from site_builder.building.unchanged import entry_of, nothing_to_do, site_key, views_key
from site_builder.building.workers import available_jobs
from site_builder.catalog.urls import addresses
from site_builder.sources.scan import require_content


def build(
    site_dir: Path | str = ".",
    *,
    output: Path | str | None = None,
    at: datetime | None = None,
    drafts: bool = False,
    jobs: int | None = None,
    strict: bool = False,
    wait: bool = True,
    progress: Progress | None = None,
    tell: Tell | None = None,
) -> BuildReport:
    """Build the site in ``site_dir`` into ``output`` (default ``public`` in it) as of the instant ``at`` (default now).

    ``drafts`` shows drafts as if published; ``strict`` makes warnings errors; ``jobs`` is the number of
    processes (default: one a core); ``wait`` False gives up where another build of the site is running;
    ``tell`` is called with a sentence where there is something to wait for.  Raises :class:`SiteError` with
    every problem found, the output then being what it was before, and :class:`ValueError` for an instant
    without a zone.
    """
    if at is not None and at.tzinfo is None:
        raise ValueError(f"at: {at} has no zone: it would be another instant on another machine")
    folder = Path(site_dir)
    target = Output(Path(output) if output else folder / "public")
    require_content(folder)
    refuse_sources(folder, target.folder)
    instant = (at or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    processes = jobs or available_jobs()
    say = progress or (lambda _stage, _done, _total: None)
    clock = Stopwatch()

    with (
        long_lived_objects(),
        only_one(folder, wait=wait, tell=tell or (lambda _text: None)) as start,
        opened(folder, target.folder) as state,
    ):
        sources = read_sources(folder, state.inputs, start, jobs=processes, progress=say, clock=clock)
        state.save_inputs(sources.inputs)
        engine = engines().page
        key = site_key(sources, engine, drafts=drafts)
        with clock.stage("plan"):
            if not strict and nothing_to_do(state, key, instant):
                return report_of(state, target, instant, clock, processes)
            site = snapshot_of(sources, instant, drafts=drafts, strict=strict)
            here = present(str(target.folder), state.pages)
            refuse_foreign(state, target, site)
            uses = uses_of(state.uses, site.files, site.shared, engine, lambda: site.templates)
            templates = template_keys(uses.uses, site.files, site.shared, site.config, addresses(site.config), engine)
            counts = Counts(site.catalog.views, site.config.views.display)
            views = views_key(site)
            known = known_of(
                here.pages,
                here.lost,
                state.build.template_keys,
                templates,
                counts,
                same_counts=views == state.build.views,
                build=state.build.number + 1,
            )
        with target.staged():
            with clock.stage("render"):
                made = make_pages(site, known, target, processes, say)
                copies = copy_files(site, known, target)
            with clock.stage("write"):
                done = publish(site, state, here, made, copies, target)
                build_entry = entry_of(state, key, instant, site, views, templates, drafts=drafts)
                state.save(sources.inputs, done.pages, build_entry, uses)
                done.write_manifest(state, instant)
        memory = own_memory() + max(sources.inputs.memory, made.memory)
        return report_of(state, target, instant, clock, processes, made=made, copies=copies, done=done, memory=memory)


def refuse_foreign(state: State, target: Output, site: Snapshot) -> None:
    """Raises :class:`SiteError` for files of others where files of the site have to stand."""
    if state.is_unknown:
        return  # told when the bytes are known: what is equal is taken over
    paths = [*(page.path for page in site.pages), *(file.path for file in site.copied)]
    foreign = target.foreign(paths, state.owned)
    if foreign:
        raise in_the_way(target.folder, foreign.values(), is_unknown=False)


@contextlib.contextmanager
def long_lived_objects() -> Iterator[None]:
    """Garbage collection put off: a build's objects live to its end, and searching them for cycles is a tenth of it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
