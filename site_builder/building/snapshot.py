"""A site at one instant: everything that is known before the first page is rendered.

In: a site's folder, an instant.  Out: :class:`Snapshot`; any page of it can be rendered on its own.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from site_builder.articles import Rules, body_text
from site_builder.building.stages import Progress, bytes_of, parse_all
from site_builder.building.stopwatch import Stopwatch
from site_builder.building.workers import available_jobs
from site_builder.catalog.catalog import Catalog, ImageSizes, make_catalog
from site_builder.catalog.most_read import ranking_of
from site_builder.catalog.urls import Addresses, addresses
from site_builder.config import SiteConfig, parse_config
from site_builder.errors import Problem, SiteError
from site_builder.model import Article, BodyRef, Document, Parsed
from site_builder.pages.plan import collisions, plan
from site_builder.pages.planned import Planned
from site_builder.pages.site import shared_values, site_info
from site_builder.references import Own
from site_builder.rendering.filters import make_filters
from site_builder.rendering.markdown import make_converter
from site_builder.rendering.renderer import Renderer
from site_builder.rendering.templates import Templates, TemplateSource
from site_builder.sources.images import image_sizes
from site_builder.sources.scan import CopiedFile, SiteFiles, read_body, read_config_text, scan
from site_builder.sources.shown import shown_files
from site_builder.sources.view_store import read_views


class Snapshot(msgspec.Struct, frozen=True):
    """``parsed`` are all sources, the hidden ones too; ``pages`` and ``copied`` are the whole output.

    ``memory`` are the bytes that the processes which parsed took together.
    """

    config: SiteConfig
    files: SiteFiles
    parsed: list[Parsed]
    catalog: Catalog
    pages: list[Planned]
    copied: list[CopiedFile]
    renderer: Renderer
    memory: int = 0

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is doubtful in the sources."""
        return tuple(sorted(warning for item in self.parsed for warning in item.warnings))


def take_snapshot(
    site_dir: Path,
    instant: datetime,
    *,
    drafts: bool = False,
    strict: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
    clock: Stopwatch | None = None,
) -> Snapshot:
    """The site in ``site_dir`` as of ``instant``.  Raises :class:`SiteError` with every problem found.

    The options are those of :func:`site_builder.build`; ``clock`` measures the stages.
    """
    tell = progress or (lambda _stage, _done, _total: None)
    clock = clock or Stopwatch()
    with clock.stage("scan"):
        config_text = read_config_text(site_dir)
        config = parse_config(config_text)
        files = scan(site_dir)
    with clock.stage("parse"):
        parsed, memory = parse_all(str(site_dir), files.articles, Rules.of(config), jobs or available_jobs(), tell)
    with clock.stage("plan"):
        catalog = catalog_of(parsed, files, config, instant, drafts=drafts, strict=strict)
        pages = plan(catalog)
        copied = shown_files(files, catalog.hidden_files, Own.of(config.site.url), (config_text, config.site.logo))
        check_plan(catalog, [*((page.path, page.source) for page in pages), *((c.path, c.source) for c in copied)])
        renderer = renderer_of(site_dir, files, catalog)
    return Snapshot(config, files, parsed, catalog, pages, copied, renderer, memory)


def page_bytes(snapshot: Snapshot, planned: Planned) -> bytes:
    """The file of one page of the snapshot, as a build writes it.  Raises :class:`SiteError`."""
    return bytes_of(planned, snapshot.catalog, snapshot.renderer)


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
    stored = read_views(files.folder, config.views.store, ranking_of(config, instant).first)
    return make_catalog(articles, documents, config, instant, drafts=drafts, images=sizes, stored=stored)


def check_plan(catalog: Catalog, outputs: list[tuple[str, str]]) -> None:
    """Raises :class:`SiteError` for pins that lead nowhere and outputs that share a path."""
    problems: list[Problem] = [*catalog.problems, *collisions(outputs)]
    if problems:
        raise SiteError(problems)


def fingerprinted(assets: dict[str, str], site: Addresses) -> tuple[str, ...]:
    """The URLs of files whose name holds a fingerprint; ``assets`` are permalinks by name in ``static/``."""
    return tuple(site.url(permalink) for name, permalink in sorted(assets.items()) if permalink != "/" + name)


def renderer_of(site_dir: Path, files: SiteFiles, catalog: Catalog) -> Renderer:
    """The renderer of the site's templates."""
    config = catalog.config
    site = addresses(config)
    templates = Templates(
        {name: TemplateSource(path, text) for name, (path, text) in files.templates.items()},
        make_filters(config, site, files.assets),
        {
            "site": site_info(config),
            "labels": config.labels,
            "fingerprinted": fingerprinted(files.assets, site),
            **shared_values(catalog),
        },
    )
    folder = str(site_dir)

    def read(reference: BodyRef) -> str:
        return body_text(read_body(folder, reference), reference.start)

    sloppy = config.markdown.raw_html == "trusted"
    return Renderer(templates, make_converter(config.markdown, site.host), read, site.base, sloppy=sloppy)
