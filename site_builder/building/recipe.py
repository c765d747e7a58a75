"""The recipe of a build.  Read :func:`build_looked_at` first, then :func:`make_site`: they are the whole program.

In: a site's folder and an instant.  Out: its files in the output folder, and a report.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path

from site_builder.building.ahead import Looks
from site_builder.building.bodies import kept_bodies, wanted_keys
from site_builder.building.copies import copy_files
from site_builder.building.door import Options
from site_builder.building.engine import engines
from site_builder.building.inputs import Ahead, Progress
from site_builder.building.manifest_writer import ManifestWriter
from site_builder.building.memory import own_memory
from site_builder.building.output import Output, in_the_way
from site_builder.building.past import changed_before, past_of, recounted, same_counts_before, unchanged_before
from site_builder.building.present import present, strangers
from site_builder.building.produce import make_pages
from site_builder.building.publish import publish
from site_builder.building.records import Counts
from site_builder.building.report import BuildReport, Done, report_of
from site_builder.building.settled import known_of
from site_builder.building.snapshot import Snapshot, Sources, read_sources, snapshot_of
from site_builder.building.state import State, opened
from site_builder.building.stopwatch import Stopwatch
from site_builder.building.template_keys import template_keys, uses_of
from site_builder.building.unchanged import Keys, entry_of, keys_of, nothing_to_do, views_key
from site_builder.catalog.urls import addresses
from site_builder.errors import SiteError


def build_looked_at(
    site_dir: Path,
    output: Path,
    options: Options,
    looks: Looks,
    start: int,
    *,
    verify_sample: float,
    say: Progress,
    hold: list[object],
    check: Callable[[Sources], None],
) -> BuildReport:
    """Build the site; the caller holds its lock since ``start``, the rest is as in :func:`site_builder.build`."""
    clock = Stopwatch()
    target = Output(output)
    instant = options.instant
    with opened(site_dir, output) as state:
        hold.append(state)
        ahead = Ahead(state.inputs)
        if looks.is_beside:
            ahead.use_the_time()
        sources = read_sources(
            site_dir,
            state.inputs,
            start,
            jobs=options.jobs,
            progress=say,
            clock=clock,
            find=looks.files,
            ahead=ahead,
        )
        untouched = functools.cache(functools.partial(looks.untouched, state.pages))
        hold.append(sources)
        check(sources)
        state.save_inputs(sources.inputs)
        with clock.stage("plan"):
            keys = keys_of(sources, engines().page, drafts=options.drafts)
            look_closer = options.strict or verify_sample or state.is_anew
            if not look_closer and nothing_to_do(state, keys, instant, untouched):
                return report_of(state, target, instant, clock, options.jobs)
        done = make_site(sources, state, target, options, keys, say, clock, untouched)
        hold.append(done)
        if verify_sample:
            with clock.stage("verify"):
                refuse_differences(done, state, verify_sample)
        return report_of(state, target, instant, clock, options.jobs, done)


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
        displaced = refuse_foreign(state, target, site, here.lost)
        uses = uses_of(state.uses, site.files, site.shared, page_engine, lambda: site.templates)
        if uses is state.uses:
            site.trust_templates()
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
            ManifestWriter(state.site_dir, state.output, options.instant, drafts=options.drafts) as manifest,
        ):
            published = publish(site, state, here, made, copies, target, manifest, options.jobs, displaced)
            build_entry = entry_of(state, keys, options.instant, site, views, past, templates, drafts=options.drafts)
            state.save(sources.inputs, published.pages, build_entry, uses)
            manifest.end()
            if kept is not None and made.staged:
                state.keep_bodies(wanted_keys(kept, site))
    memory = max(own_memory(), sources.inputs.memory, made.memory)
    others = strangers(target.folder, published.pages.keys()) if target.exists and here.is_another else ()
    return Done(site, made, copies, published, memory, others)


def refuse_differences(done: Done, state: State, share: float) -> None:
    """Raises :class:`SiteError` where a sample of the reused pages is not what a clean build would write."""
    from site_builder.building.verify import verify_sample

    reused = [path for path in done.published.pages if path not in done.made.entries]
    differences = verify_sample(done.site, state, share, reused)
    if differences:
        raise SiteError([found.problem(state.output.name) for found in differences])


def refuse_foreign(state: State, target: Output, site: Snapshot, lost: Iterable[str]) -> frozenset[str]:
    """Raises :class:`SiteError` for files of others where files of the site have to stand.

    Those of ``lost``, files of ours that are not as they were left, which others keep us from and nobody needs.
    """
    if state.is_unknown:
        return frozenset()  # told when the bytes are known: what is equal is taken over
    paths = [*site.paths, *(file.path for file in site.copied)]
    displaced = target.displaced(lost, state.owned)
    wanted = {path: displaced[path] for path in displaced.keys() & set(paths)} if displaced else {}
    foreign = target.foreign(paths, state.owned) | wanted
    if foreign:
        raise in_the_way(target.folder, foreign.values(), is_unknown=False)
    return frozenset(displaced)
