"""The recipe of a build.  Read :func:`build` first: it is the whole program in one screen.

In: a site's folder and an instant.  Out: its files in the output folder, and a report.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from site_builder.building.manifest import Manifest, ManifestFile, forget_manifest, write_manifest
from site_builder.building.memory import own_memory
from site_builder.building.output import Output, refuse_sources
from site_builder.building.report import BuildReport, KindReport
from site_builder.building.snapshot import Snapshot, take_snapshot
from site_builder.building.stages import Progress, render_all
from site_builder.building.stopwatch import Stopwatch
from site_builder.building.workers import available_jobs
from site_builder.sources.scan import CopiedFile


def build(
    site_dir: Path | str = ".",
    *,
    output: Path | str | None = None,
    at: datetime | None = None,
    drafts: bool = False,
    jobs: int | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Build the site in ``site_dir`` into ``output`` (default ``public`` in it) as of the instant ``at`` (default now).

    ``drafts`` shows drafts as if published; ``strict`` makes warnings errors; ``jobs`` is the number of
    processes (default: one a core).  Raises :class:`SiteError` with every problem found, the output
    then being what it was before, and :class:`ValueError` for an instant without a zone.
    """
    if at is not None and at.tzinfo is None:
        raise ValueError(f"at: {at} has no zone: it would be another instant on another machine")
    folder = Path(site_dir)
    processes = jobs or available_jobs()
    tell = progress or (lambda _stage, _done, _total: None)
    instant = (at or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    clock = Stopwatch()
    target = Output(folder, Path(output) if output else folder / "public")
    refuse_sources(folder, target.folder)

    with long_lived_objects():
        site = take_snapshot(folder, instant, drafts=drafts, strict=strict, jobs=processes, progress=tell, clock=clock)
        with discarding(target):
            with clock.stage("render"):
                rendered = render_all(site.catalog, site.pages, site.renderer, target, processes, tell)
            with clock.stage("write"):
                new_files = stage_copies(site.copied, target)
                forget_manifest(folder, target.folder)
                removed = target.publish(
                    [*(site.pages[index].path for index in rendered.written), *new_files],
                    [*(page.path for page in site.pages), *(file.path for file in site.copied)],
                )
                write_manifest(folder, target.folder, manifest_of(site, target.folder, instant))
        memory = own_memory() + max(site.memory, rendered.memory)

    all_pages = Counter(page.kind for page in site.pages)
    written = Counter(site.pages[index].kind for index in rendered.written)
    return BuildReport(
        output=str(target.folder),
        instant=instant.isoformat(),
        articles=len(site.catalog.articles),
        documents=len(site.catalog.documents),
        hidden=len(site.parsed) - len(site.catalog.articles) - len(site.catalog.documents),
        pages={kind: KindReport(count, written[kind]) for kind, count in all_pages.items()},
        files=len(site.copied),
        files_written=len(new_files),
        removed=removed,
        stages=clock.stages,
        seconds=clock.total(),
        peak_memory=memory,
        jobs=processes,
        warnings=site.warnings,
    )


def manifest_of(site: Snapshot, output: Path, instant: datetime) -> Manifest:
    """The manifest of a finished output."""
    kinds = {page.path: page.kind for page in site.pages}
    files = []
    for path, kind in sorted({**{file.path: file.kind for file in site.copied}, **kinds}.items()):
        data = (output / path).read_bytes()
        files.append(ManifestFile(path, hashlib.sha256(data).hexdigest(), len(data), kind))
    return Manifest(instant=instant.isoformat(), files=tuple(files))


def stage_copies(copied: list[CopiedFile], output: Output) -> list[str]:
    """Stage the files whose bytes differ from the output's; their paths."""
    staged = []
    for file in copied:
        data = Path(file.location).read_bytes()
        if not output.unchanged(file.path, data):
            output.stage(file.path, data)
            staged.append(file.path)
    return staged


@contextlib.contextmanager
def discarding(output: Output) -> Iterator[None]:
    """A staging folder that is gone at the end, however the build ends."""
    output.prepare()
    try:
        yield
    finally:
        output.discard()


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
