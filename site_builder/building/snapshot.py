"""A site at one instant: everything that is known before the first page is rendered.

In: a site's folder, an instant, what the last build knew of the files.  Out: :class:`Snapshot`; any page of it can
be rendered on its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, overload
from urllib.parse import unquote, urlsplit

from site_builder.articles import Rules, body_text, place_of
from site_builder.building.inputs import Ahead, InputEntry, Inputs, Progress, read_inputs
from site_builder.building.remembered import rules_key
from site_builder.building.stopwatch import Stopwatch
from site_builder.building.workers import available_jobs
from site_builder.catalog.catalog import Catalog
from site_builder.catalog.due import next_due
from site_builder.catalog.making import make_catalog
from site_builder.catalog.most_read import ranking_of
from site_builder.catalog.pins import without_pins_to
from site_builder.catalog.urls import Addresses, addresses
from site_builder.config import SiteConfig, parse_config, place_in, placed
from site_builder.errors import Problem, SiteError
from site_builder.model import Article, BodyRef, Document, Outline, Outlined, Parsed
from site_builder.pages.plan import collisions, plan
from site_builder.pages.planned import Planned
from site_builder.pages.site import shared_values, site_info
from site_builder.references import Own
from site_builder.rendering.filters import make_filters
from site_builder.rendering.markdown import make_converter
from site_builder.rendering.renderer import Bodies, Renderer
from site_builder.rendering.slots import splice
from site_builder.rendering.templates import Templates, TemplateSource
from site_builder.sources.images import image_sizes
from site_builder.sources.scan import CopiedFile, SiteFiles, read_body, read_config_text, scan
from site_builder.sources.shown import shown_files
from site_builder.sources.view_store import read_views

# Beside the fields of a snapshot, with what is computed from them: in this process only.
_SOUND = "templates are sound"


@dataclass(frozen=True)
class Sources:
    """The site's files as they are now, read and parsed, whatever the instant."""

    folder: Path
    config: SiteConfig
    config_text: str
    files: SiteFiles
    inputs: Inputs


@dataclass(frozen=True)
class Snapshot:
    """``parsed`` are all sources, the hidden ones too; ``pages`` and ``copied`` are the whole output.

    ``kept`` are bodies that were rendered before.
    """

    sources: Sources
    catalog: Catalog
    pages: list[Planned]
    copied: list[CopiedFile]
    warnings: tuple[Problem, ...]
    hidden: int
    until: datetime | None
    kept: Bodies | None = None

    def __getstate__(self) -> dict[str, object]:
        """The fields alone: what is computed from them is computed anew in another process."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @cached_property
    def paths(self) -> list[str]:
        """The output path of each page."""
        return [page.path for page in self.pages]

    @property
    def config(self) -> SiteConfig:
        """The site's configuration."""
        return self.sources.config

    @property
    def files(self) -> SiteFiles:
        """The site's files."""
        return self.sources.files

    @property
    def parsed(self) -> list[Parsed]:
        """All sources, the hidden ones too; read anew each time, since together they are large."""
        return self.sources.inputs.parsed(self.sources.files.articles)

    @cached_property
    def shared(self) -> dict[str, object]:
        """The values that templates name beside their context."""
        return template_values(self.files, self.catalog)

    @cached_property
    def templates(self) -> Templates:
        """The compiled templates.  Raises :class:`SiteError` for those that do not compile."""
        return templates_of(self.files, self.config, self.shared, known_sound=_SOUND in vars(self))

    def trust_templates(self) -> None:
        """Spare a check of the templates that they have passed; to be called before they are used."""
        vars(self)[_SOUND] = True

    @cached_property
    def renderer(self) -> Renderer:
        """The renderer of the site's templates and bodies.  Raises :class:`SiteError`."""
        try:
            return renderer_of(self.sources.folder, self.config, self.templates, self.kept)
        except SiteError as error:
            raise SiteError(placed(error.problems, "site.yaml", self.sources.config_text)) from None


def template_values(files: SiteFiles, catalog: Catalog) -> dict[str, object]:
    """The values that templates name beside their context."""
    return {
        "site": site_info(catalog.config),
        "labels": catalog.config.labels,
        "fingerprinted": fingerprinted(files.assets, catalog.addresses),
        **shared_values(catalog),
    }


def templates_of(
    files: SiteFiles, config: SiteConfig, values: Mapping[str, object], *, known_sound: bool = False
) -> Templates:
    """The compiled templates.  Raises :class:`SiteError` for those that do not compile, if not ``known_sound``."""
    return Templates(
        {name: TemplateSource(path, text) for name, (path, text) in files.templates.items()},
        make_filters(config, addresses(config), files.assets),
        values,
        known_sound=known_sound,
    )


def renderer_of(site_dir: Path, config: SiteConfig, templates: Templates, kept: Bodies | None = None) -> Renderer:
    """The renderer of templates and bodies, of which ``kept`` holds some.  Raises :class:`SiteError`."""
    site = addresses(config)
    folder = str(site_dir)

    def read(reference: BodyRef) -> str:
        return body_text(read_body(folder, reference), reference.start)

    def place(reference: BodyRef) -> tuple[int, int]:
        return place_of(read_body(folder, reference)[: reference.start].decode("utf-8", "replace"))

    sloppy = config.markdown.raw_html == "trusted"
    converter = make_converter(config.markdown, site.host)
    return Renderer(templates, converter, read, site.base, sloppy=sloppy, kept=kept, place_of=place)


def read_sources(
    site_dir: Path,
    known: Mapping[str, InputEntry],
    start: int,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
    clock: Stopwatch | None = None,
    find: Callable[[], SiteFiles] | None = None,
    ahead: Ahead | None = None,
) -> Sources:
    """The files of the site in ``site_dir``; those that ``known`` still holds for are not read.

    ``start`` is the disk's clock at the beginning, in ns; 0: no file is taken for settled.  ``find`` is a scan that
    was begun before (:func:`look_ahead`), ``ahead`` what was made of ``known`` meanwhile.  Raises
    :class:`SiteError`; faults of articles are in what they parse to.
    """
    tell = progress or (lambda _stage, _done, _total: None)
    clock = clock or Stopwatch()
    with clock.stage("scan"):
        config_text = read_config_text(site_dir)
        config = parse_config(config_text)
        files = find() if find else scan(site_dir)
    with clock.stage("parse"):
        rules = Rules.of(config)
        key = rules_key(config, rules)
        inputs = read_inputs(
            str(site_dir), files, known, start, rules, key, jobs or available_jobs(), tell, ahead or Ahead(known)
        )
    return Sources(site_dir, config, config_text, files, inputs)


def snapshot_of(
    sources: Sources, instant: datetime, *, drafts: bool = False, strict: bool = False, kept: Bodies | None = None
) -> Snapshot:
    """The site as of ``instant``.  Raises :class:`SiteError` with every problem found."""
    outlined = sources.inputs.outlined(sources.files.articles)
    articles, documents = pieces_of(outlined)
    try:
        catalog = _catalog(outlined, articles, documents, sources, instant, drafts=drafts, strict=strict)
    except SiteError as error:
        beside = _problems_beside(error.problems, articles, documents, sources, instant, drafts=drafts)
        raise SiteError([*error.problems, *beside]) from None
    config = sources.config
    until = next_due(articles, documents, config, instant, drafts=drafts)
    hidden = len(outlined) - len(catalog.paths) - len(catalog.documents)
    warnings = tuple(sorted([*catalog.warnings, *(warning for item in outlined for warning in item.warnings)]))
    # From here on an article is read anew where it is wanted: in a large archive that spares much memory.
    del outlined, articles, documents
    pages = plan(catalog)
    copied = _copied(catalog, sources)
    site = Snapshot(sources, catalog, pages, copied, warnings, hidden, until, kept)
    problems = [*_plan_problems(catalog, sources, site.paths, pages, copied), *(catalog.warnings if strict else ())]
    if problems:
        raise SiteError([*problems, *_problems_of_rendering(sources, catalog)])
    return site


def _problems_beside(
    problems: Iterable[Problem],
    articles: Iterable[Outline],
    documents: Iterable[Document],
    sources: Sources,
    instant: datetime,
    *,
    drafts: bool,
) -> list[Problem]:
    """What is wrong beside ``problems``, of pieces and files that these do not name: one run shall tell all."""
    faulty = {problem.path for problem in problems}
    catalog = make_catalog(
        (without_pins_to(article, faulty) for article in articles if article.path not in faulty),
        (document for document in documents if document.path not in faulty),
        sources.config,
        instant,
        drafts=drafts,
        again=sources.inputs.article,
    )

    pages = plan(catalog)
    paths = [page.path for page in pages]
    plan_problems = _plan_problems(catalog, sources, paths, pages, _copied(catalog, sources))
    return [*plan_problems, *_problems_of_rendering(sources, catalog)]


def _problems_of_rendering(sources: Sources, catalog: Catalog) -> list[Problem]:
    """Templates that do not compile, extensions of Markdown that cannot be used."""
    problems: list[Problem] = []
    try:
        templates_of(sources.files, sources.config, template_values(sources.files, catalog))
    except SiteError as error:
        problems += error.problems
    try:
        make_converter(sources.config.markdown, catalog.addresses.host)
    except SiteError as error:
        problems += placed(error.problems, "site.yaml", sources.config_text)
    return problems


def _copied(catalog: Catalog, sources: Sources) -> list[CopiedFile]:
    config = sources.config
    texts = (sources.config_text, config.site.logo)
    return shown_files(sources.files, catalog.hidden_files, Own.of(config.site.url), texts)


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
    """The site in ``site_dir`` as of ``instant``, every file read.  Raises :class:`SiteError` with every problem found.

    The options are those of :func:`site_builder.build`; ``clock`` measures the stages.
    """
    clock = clock or Stopwatch()
    sources = read_sources(site_dir, {}, 0, jobs=jobs, progress=progress, clock=clock)
    with clock.stage("plan"):
        site = snapshot_of(sources, instant, drafts=drafts, strict=strict)
        _ = site.renderer
    return site


def page_bytes(snapshot: Snapshot, planned: Planned) -> bytes:
    """The file of one page of the snapshot, as a build writes it.  Raises :class:`SiteError`."""
    return bytes_of(planned, snapshot.catalog, snapshot.renderer)


def bytes_of(planned: Planned, catalog: Catalog, renderer: Renderer) -> bytes:
    """The file of one page, as a build writes it.  Raises :class:`SiteError`."""
    rendered = renderer.render(planned.page(catalog))
    try:
        return splice(rendered, catalog.views, catalog.config.views.display)
    except KeyError as error:
        raise SiteError([unknown_slot(str(error.args[0]), planned)]) from None


def unknown_slot(url: str, planned: Planned) -> Problem:
    """The problem of a template that asks for the count of what is no article."""
    message = f"views: '{url}' is the address of no article (while rendering /{planned.path})"
    return Problem(f"templates/{planned.template}", message=message, hint="The filter takes a card, or 'article'")


def load_catalog(site_dir: Path, at: datetime, *, drafts: bool = False, jobs: int | None = None) -> Catalog:
    """The catalog of the site as of ``at``, nothing rendered.  Raises :class:`SiteError`."""
    sources = read_sources(site_dir, {}, 0, jobs=jobs)
    return catalog_of(sources.inputs.outlined(sources.files.articles), sources, at, drafts=drafts, strict=False)


def catalog_of(outlined: list[Outlined], sources: Sources, instant: datetime, *, drafts: bool, strict: bool) -> Catalog:
    """The catalog of what was parsed.  Raises :class:`SiteError` with the problems of all files together."""
    return _catalog(outlined, *pieces_of(outlined), sources, instant, drafts=drafts, strict=strict)


def _catalog(
    outlined: list[Outlined],
    articles: list[Outline],
    documents: list[Document],
    sources: Sources,
    instant: datetime,
    *,
    drafts: bool,
    strict: bool,
) -> Catalog:
    config, files = sources.config, sources.files
    sizes, problems = image_sizes(articles, {file.path: file for file in files.copied}, sources.inputs.size_of)
    problems += [problem for item in outlined for problem in item.problems]
    if strict:
        problems += [warning for item in outlined for warning in item.warnings]
    if problems:
        raise SiteError(problems)
    stored = read_views(files.folder, config.views.store, ranking_of(config, instant).first)
    return make_catalog(
        articles,
        documents,
        config,
        instant,
        drafts=drafts,
        images=sizes,
        stored=stored,
        again=sources.inputs.article,
    )


@overload
def pieces_of(parsed: Iterable[Parsed]) -> tuple[list[Article], list[Document]]: ...
@overload
def pieces_of(parsed: Iterable[Outlined]) -> tuple[list[Outline], list[Document]]: ...
def pieces_of(parsed: Iterable[Parsed] | Iterable[Outlined]) -> tuple[list[Any], list[Document]]:
    """The articles and the documents of what was parsed."""
    items: list[Any] = list(parsed)
    return [item.article for item in items if item.article], [item.document for item in items if item.document]


def _plan_problems(
    catalog: Catalog, sources: Sources, paths: list[str], pages: list[Planned], copied: list[CopiedFile]
) -> list[Problem]:
    """Pins that lead nowhere, outputs that share a path, a logo that is not there; ``paths`` are those of ``pages``."""
    planned = zip(paths, [page.source for page in pages], strict=True)
    problems = [*catalog.problems, *collisions([*planned, *((file.path, file.source) for file in copied)])]
    logo = sources.config.site.logo
    path = unquote(urlsplit(logo).path)[1:]
    if logo.startswith("/") and not any(file.path == path for file in copied):
        line, column = place_in(sources.config_text, "site.logo")
        message = f"site.logo: there is no file '{path}' in content/ or static/"
        problems.append(Problem("site.yaml", line, column, message))
    return problems


def fingerprinted(assets: dict[str, str], site: Addresses) -> tuple[str, ...]:
    """The URLs of files whose name holds a fingerprint; ``assets`` are permalinks by name in ``static/``."""
    return tuple(site.url(permalink) for name, permalink in sorted(assets.items()) if permalink != "/" + name)
