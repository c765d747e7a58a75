"""The recipe of a build.  Read :func:`build` first: it is the whole program in one screen.

In: a site's folder and an instant.  Out: its files in the output folder, and a report.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from site_builder.building.ahead import look_ahead
from site_builder.building.bodies import kept_bodies, wanted_keys
from site_builder.building.copies import copy_files
from site_builder.building.engine import engines
from site_builder.building.inputs import Ahead, Progress
from site_builder.building.manifest_writer import ManifestWriter
from site_builder.building.memory import long_lived_objects, own_memory
from site_builder.building.output import Output, in_the_way, refuse_sources
from site_builder.building.past import changed_before, past_of, recounted, same_counts_before, unchanged_before
from site_builder.building.present import present
from site_builder.building.produce import make_pages
from site_builder.building.publish import publish
from site_builder.building.records import Counts
from site_builder.building.report import BuildReport, Done, report_of
from site_builder.building.settled import known_of
from site_builder.building.snapshot import Snapshot, Sources, read_sources, snapshot_of
from site_builder.building.state import State, Tell, only_one, opened
from site_builder.building.stopwatch import Stopwatch
from site_builder.building.template_keys import template_keys, uses_of
from site_builder.building.unchanged import Keys, entry_of, keys_of, nothing_to_do, views_key
from site_builder.building.workers import available_jobs
from site_builder.catalog.urls import addresses
from site_builder.errors import SiteError
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
    verify_sample: float = 0,
    progress: Progress | None = None,
    tell: Tell | None = None,
    hold: list[object] | None = None,
    check: Callable[[Sources], None] = lambda _: None,
) -> BuildReport:
    """Build the site in ``site_dir`` into ``output`` (default ``public`` in it) as of the instant ``at`` (default now).

    ``drafts`` shows drafts as if published; ``strict`` makes warnings errors; ``jobs`` is the number of
    processes (default: one a core); ``wait`` False gives up where another build of the site is running;
    ``verify_sample`` is the share of reused pages, 0 to 1, that are rendered again to compare them;
    ``tell`` is called with a sentence where there is something to wait for.  What the build knows of the site is put
    into ``hold``: who ends next need not wait until it is taken apart.  ``check`` is called with what was read, before
    anything is written: what it raises ends the build.  Raises :class:`SiteError` with
    every problem found, the output then being what it was before, and :class:`ValueError` for an instant
    without a zone.
    """
    if at is not None and at.tzinfo is None:
        raise ValueError(f"at: {at} has no zone: it would be another instant on another machine")
    folder = Path(site_dir)
    public = Path(output) if output else folder / "public"
    require_content(folder)
    refuse_sources(folder, public)
    instant = (at or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    options = Options(instant, drafts=drafts, strict=strict, jobs=jobs or available_jobs())
    say = progress or (lambda _stage, _done, _total: None)
    clock = Stopwatch()

    with (
        long_lived_objects(),
        only_one(folder, wait=wait, tell=tell or (lambda _text: None)) as start,
        look_ahead(folder, public, options.jobs) as looks,
    ):
        target = Output(public)
        with opened(folder, target.folder) as state:
            if hold is not None:
                hold.append(state)
            ahead = Ahead(state.inputs)
            if looks.is_beside:
                ahead.use_the_time()
            sources = read_sources(
                folder,
                state.inputs,
                start,
                jobs=options.jobs,
                progress=say,
                clock=clock,
                find=looks.files,
                ahead=ahead,
            )
            untouched = functools.cache(functools.partial(looks.untouched, state.pages))
            if hold is not None:
                hold.append(sources)
            check(sources)
            state.save_inputs(sources.inputs)
            with clock.stage("plan"):
                keys = keys_of(sources, engines().page, drafts=drafts)
                if not strict and not verify_sample and nothing_to_do(state, keys.site, instant, untouched):
                    return report_of(state, target, instant, clock, options.jobs)
            done = make_site(sources, state, target, options, keys, say, clock, untouched)
            if hold is not None:
                hold.append(done)
            if verify_sample:
                with clock.stage("verify"):
                    refuse_differences(done, state, verify_sample)
            return report_of(state, target, instant, clock, options.jobs, done)


class Options(NamedTuple):
    """What a build was asked for, beside the sources: see :func:`build`."""

    instant: datetime
    drafts: bool
    strict: bool
    jobs: int


def make_site(
    sources: Sources,
    state: State,
    target: Output,
    options: Options,
    keys: Keys,
    say: Progress,
    clock: Stopwatch,
    untouched: Callable[[], bool] = lambda: False,
) -> Done:
    """Bring the output from what ``state`` knows of it to what ``sources`` say.  Raises :class:`SiteError`."""
    with clock.stage("plan"):
        page_engine = engines().page
        kept = kept_bodies(state.cache, sources, page_engine)
        site = snapshot_of(sources, options.instant, drafts=options.drafts, strict=options.strict, kept=kept)
        here = present(str(target.folder), state.pages, untouched())
        refuse_foreign(state, target, site)
        uses = uses_of(state.uses, site.files, site.shared, page_engine, lambda: site.templates)
        templates = template_keys(uses.uses, site.files, site.shared, site.config, addresses(site.config), page_engine)
        views = views_key(site.catalog)
        past = past_of(site, page_engine)
        unchanged = unchanged_before(state.build.past, past)
        addressed = list(site.catalog.views)
        other_counts = recounted(state.build.past, past)
        known = known_of(
            here.pages,
            here.lost,
            state.build.template_keys,
            templates,
            Counts(site.catalog.views, site.config.views.display),
            same_counts=views == state.build.views or other_counts == [],
            recounted=None if other_counts is None else [addressed[index] for index in other_counts],
            build=state.build.number + 1,
            unchanged=unchanged,
            changed=[(index, addressed[index]) for index in changed_before(state.build.past, past, unchanged)],
            same_before=same_counts_before(state.build.past, past, unchanged),
        )
    with target.staged():
        with clock.stage("render"):
            try:
                made = make_pages(site, known, target, options.jobs, say, kept, state.add_bodies)
            finally:
                if kept is not None:
                    kept.close()
            copies = copy_files(site, known, target)
        with (
            clock.stage("write"),
            ManifestWriter(state.site_dir, state.output, options.instant, options.jobs) as manifest,
        ):
            published = publish(site, state, here, made, copies, target, manifest, options.jobs)
            build_entry = entry_of(state, keys, options.instant, site, views, past, templates, drafts=options.drafts)
            state.save(sources.inputs, published.pages, build_entry, uses)
            manifest.end()
            if kept is not None and made.staged:
                state.keep_bodies(wanted_keys(kept, site))
    memory = max(own_memory(), sources.inputs.memory, made.memory)
    return Done(site, made, copies, published, memory)


def refuse_differences(done: Done, state: State, share: float) -> None:
    """Raises :class:`SiteError` where a sample of the reused pages is not what a clean build would write."""
    from site_builder.building.verify import verify_sample

    changed = {entry.path for entry in done.published.written}
    reused = [path for path in done.published.pages if path not in changed and path not in done.made.entries]
    differences = verify_sample(done.site, state, share, reused)
    if differences:
        raise SiteError([found.problem(state.output.name) for found in differences])


def refuse_foreign(state: State, target: Output, site: Snapshot) -> None:
    """Raises :class:`SiteError` for files of others where files of the site have to stand."""
    if state.is_unknown:
        return  # told when the bytes are known: what is equal is taken over
    paths = [*site.paths, *(file.path for file in site.copied)]
    foreign = target.foreign(paths, state.owned)
    if foreign:
        raise in_the_way(target.folder, foreign.values(), is_unknown=False)
