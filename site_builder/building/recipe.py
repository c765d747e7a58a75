"""The recipe of a build.  Read :func:`build` first: it is the whole program in one screen.

In: a site's folder and an instant.  Out: its files in the output folder, and a report.
"""

from __future__ import annotations

import contextlib
import gc
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from site_builder.articles import Rules, body_text
from site_builder.building.memory import own_memory
from site_builder.building.output import Output, refuse_sources
from site_builder.building.report import BuildReport, KindReport
from site_builder.building.stages import Progress, parse_all, render_all
from site_builder.building.workers import available_jobs
from site_builder.catalog.catalog import Catalog, ImageSizes, make_catalog
from site_builder.catalog.urls import addresses
from site_builder.config import SiteConfig, parse_config
from site_builder.errors import Problem, SiteError
from site_builder.model import Article, BodyRef, Document, Parsed
from site_builder.pages.plan import collisions, plan
from site_builder.pages.site import shared_values, site_info
from site_builder.rendering.filters import make_filters
from site_builder.rendering.markdown import make_converter
from site_builder.rendering.renderer import Renderer
from site_builder.rendering.templates import Templates, TemplateSource
from site_builder.sources.images import image_sizes
from site_builder.sources.scan import CopiedFile, SiteFiles, read_body, read_config_text, scan


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
        with clock.stage("scan"):
            config = parse_config(read_config_text(folder))
            files = scan(folder)
        with clock.stage("parse"):
            parsed, parse_memory = parse_all(str(folder), files.articles, Rules.of(config), processes, tell)
        with clock.stage("plan"):
            catalog = catalog_of(parsed, files, config, instant, drafts=drafts, strict=strict)
            pages = plan(catalog)
            copied = shown_files(files, catalog)
            check_plan(catalog, [*((page.path, page.source) for page in pages), *((c.path, c.source) for c in copied)])
            renderer = renderer_of(folder, files, catalog)
        with discarding(target):
            with clock.stage("render"):
                rendered = render_all(catalog, pages, renderer, target, processes, tell)
            with clock.stage("write"):
                new_files = stage_copies(copied, target)
                removed = target.publish(
                    [*(pages[index].path for index in rendered.written), *new_files],
                    [*(page.path for page in pages), *(file.path for file in copied)],
                )
        memory = own_memory() + max(parse_memory, rendered.memory)

    all_pages = Counter(page.kind for page in pages)
    written = Counter(pages[index].kind for index in rendered.written)
    return BuildReport(
        output=str(target.folder),
        instant=instant.isoformat(),
        articles=len(catalog.articles),
        documents=len(catalog.documents),
        hidden=len(parsed) - len(catalog.articles) - len(catalog.documents),
        pages={kind: KindReport(count, written[kind]) for kind, count in all_pages.items()},
        files=len(copied),
        files_written=len(new_files),
        removed=removed,
        stages=clock.stages,
        seconds=clock.total(),
        peak_memory=memory,
        jobs=processes,
        warnings=tuple(sorted(warning for item in parsed for warning in item.warnings)),
    )


def load_catalog(site_dir: Path, at: datetime, *, drafts: bool = False, jobs: int | None = None) -> Catalog:
    """The catalog of the site as of ``at``, nothing rendered.  Raises :class:`SiteError`."""
    config = parse_config(read_config_text(site_dir))
    files = scan(site_dir)
    parsed, _ = parse_all(str(site_dir), files.articles, Rules.of(config), jobs or available_jobs(), lambda *_: None)
    return catalog_of(parsed, files, config, at, drafts=drafts, strict=False)


def catalog_of(
    parsed: list[Parsed], files: SiteFiles, config: SiteConfig, instant: datetime, *, drafts: bool, strict: bool
) -> Catalog:
    """The catalog of what was parsed.  Raises :class:`SiteError` with the problems of all files together."""
    articles: list[Article] = [item.article for item in parsed if item.article]
    documents: list[Document] = [item.document for item in parsed if item.document]
    sizes: ImageSizes
    sizes, problems = image_sizes(articles, {file.path: file for file in files.copied})
    problems += [problem for item in parsed for problem in item.problems]
    if strict:
        problems += [warning for item in parsed for warning in item.warnings]
    if problems:
        raise SiteError(problems)
    return make_catalog(articles, documents, config, instant, drafts=drafts, images=sizes)


def shown_files(files: SiteFiles, catalog: Catalog) -> list[CopiedFile]:
    """The files to copy: a file of ``content/`` that only hidden pieces name is as hidden as they are."""
    hidden = catalog.hidden_files
    return [file for file in files.copied if "/" + file.path not in hidden or not file.source.startswith("content/")]


def check_plan(catalog: Catalog, outputs: list[tuple[str, str]]) -> None:
    """Raises :class:`SiteError` for pins that lead nowhere and outputs that share a path."""
    problems: list[Problem] = [*catalog.problems, *collisions(outputs)]
    if problems:
        raise SiteError(problems)


def renderer_of(site_dir: Path, files: SiteFiles, catalog: Catalog) -> Renderer:
    """The renderer of the site's templates."""
    config = catalog.config
    site = addresses(config)
    templates = Templates(
        {name: TemplateSource(path, text) for name, (path, text) in files.templates.items()},
        make_filters(config, site, files.assets),
        {"site": site_info(config), "labels": config.labels, **shared_values(catalog)},
    )
    folder = str(site_dir)

    def read(reference: BodyRef) -> str:
        return body_text(read_body(folder, reference), reference.start)

    return Renderer(templates, make_converter(config.markdown, site.host), read, site.base)


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


class Stopwatch:
    """Seconds of each stage."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._start = time.perf_counter()

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure a stage."""
        start = time.perf_counter()
        yield
        self.stages[name] = time.perf_counter() - start

    def total(self) -> float:
        """Seconds since the stopwatch was made."""
        return time.perf_counter() - self._start
