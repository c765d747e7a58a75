"""All pages of a site at one instant, ready to be rendered one by one.

In: what is known of the sources, an instant.  Out: :class:`View`.  A view that differs from another only
in what one article's own page and card show is made from it, equal to one made anew.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import msgspec

from site_builder.building.snapshot import bytes_of, renderer_of, template_values, templates_of
from site_builder.catalog.catalog import Catalog
from site_builder.catalog.due import NEWS, due
from site_builder.catalog.making import make_catalog
from site_builder.catalog.most_read import ranking_of
from site_builder.catalog.renewing import place_of, with_piece
from site_builder.catalog.visible import is_visible
from site_builder.errors import Problem, SiteError
from site_builder.model import Article, Parsed, StoredViews
from site_builder.pages.plan import collisions, plan, stand_in_the_way
from site_builder.pages.planned import Planned
from site_builder.preview.known import Known
from site_builder.references import Own
from site_builder.rendering.renderer import Renderer
from site_builder.sources.images import image_sizes
from site_builder.sources.scan import CopiedFile, SiteFiles
from site_builder.sources.shown import shown_files
from site_builder.sources.view_store import read_views

# What of an article no other article, list, address or plan of pages depends on but through its card.
OWN = frozenset(("body_start", "digest", "excerpt", "extra", "places", "summary", "title", "updated", "words"))


class View(msgspec.Struct, frozen=True, kw_only=True):
    """``pages`` by permalink, ``copied`` by output path; ``problems`` are those that a build would stop for.

    ``until`` is the next instant at which a piece appears, expires or shows its correction.  ``renderer`` is
    the last one that could be made, None where there never was one; ``is_outdated`` tells that its templates are
    not those of ``files``.
    """

    catalog: Catalog
    drafts: bool
    files: SiteFiles
    plan: list[Planned]
    pages: dict[str, Planned]
    copied: dict[str, CopiedFile]
    renderer: Renderer | None
    is_outdated: bool
    problems: tuple[Problem, ...]
    until: datetime | None
    sizes: dict[str, tuple[int, int]]
    parsed: dict[str, Parsed]
    stored: StoredViews

    def page_bytes(self, planned: Planned, instant: datetime) -> bytes:
        """The file of a page as a build at ``instant`` (before ``until``) writes it.  Raises :class:`SiteError`."""
        if self.renderer is None:
            raise SiteError(self.problems)
        return bytes_of(planned, at(self.catalog, instant), self.renderer)


def at(catalog: Catalog, instant: datetime) -> Catalog:
    """``catalog`` at another instant, between which and its own no piece appears, expires or is corrected."""
    return msgspec.structs.replace(catalog, instant=instant)


def make_view(site_dir: Path, known: Known, instant: datetime, *, drafts: bool, last: View | None) -> View:
    """The view of all that is ``known``; ``last`` lends what still holds: the catalog, compiled templates."""
    config, files = known.config, known.files
    articles = [record.article for record in known.parsed.values() if record.article]
    unsized = [piece for piece in articles if piece.image and piece.image.src not in known.sizes]
    unsized = [piece for piece in unsized if piece.image and piece.image.src.startswith("/")]
    sizes, problems = image_sizes(unsized, {file.path: file for file in files.copied} if unsized else {})
    sizes = {**known.sizes, **sizes} if sizes else known.sizes
    stored = StoredViews()
    try:
        stored = read_views(site_dir, config.views.store, ranking_of(config, instant).first)
    except SiteError as error:
        problems += error.problems

    if last is not None and _holds(last, known, instant, drafts, stored) and sizes == last.catalog.images:
        catalog, planned = at(last.catalog, instant), last.plan
    else:
        documents = [record.document for record in known.parsed.values() if record.document]
        catalog = make_catalog(articles, documents, config, instant, drafts=drafts, images=sizes, stored=stored)
        planned = plan(catalog)
    copied = shown_files(files, catalog.hidden_files, Own.of(config.site.url), (known.config_text, config.site.logo))
    problems += catalog.problems
    problems += collisions([*((page.path, page.source) for page in planned), *((c.path, c.source) for c in copied)])
    is_outdated = False
    try:
        renderer: Renderer | None = _renderer(site_dir, known, catalog, last)
    except SiteError as error:
        problems += error.problems
        renderer, is_outdated = last.renderer if last else None, True
    return View(
        catalog=catalog,
        drafts=drafts,
        files=files,
        plan=planned,
        pages={page.permalink: page for page in planned},
        copied={file.path: file for file in copied},
        renderer=renderer,
        is_outdated=is_outdated,
        problems=tuple(sorted(set(problems))),
        until=next_instant(known, instant, drafts),
        parsed=known.parsed,
        stored=stored,
        # A size of 0 may tell of a file that is no image: it is looked at again.
        sizes={src: size for src, size in sizes.items() if size != (0, 0)},
    )


def _holds(last: View, known: Known, instant: datetime, drafts: bool, stored: StoredViews) -> bool:
    """Whether a new catalog would differ from ``last``'s in nothing but its instant."""
    return (
        last.parsed is known.parsed
        and last.catalog.config == known.config
        and last.drafts == drafts
        and last.stored == stored
        and last.catalog.instant <= instant
        and (last.until is None or instant < last.until)
    )


def _renderer(site_dir: Path, known: Known, catalog: Catalog, last: View | None) -> Renderer:
    reusable = (
        last is not None
        and last.renderer is not None
        and last.files.templates == known.files.templates
        and last.files.assets == known.files.assets
        and last.catalog.config == known.config
        and not last.is_outdated
    )
    if not reusable:
        values = template_values(known.files, catalog)
        return renderer_of(site_dir, known.config, templates_of(known.files, known.config, values)).with_values(values)
    assert last is not None
    assert last.renderer is not None
    return _revalued(last.renderer, known.files, last.catalog, catalog)


def _revalued(renderer: Renderer, files: SiteFiles, before: Catalog, catalog: Catalog) -> Renderer:
    """``renderer`` with the values of ``catalog``; itself where those are the same."""
    values = template_values(files, catalog)
    return renderer if values == template_values(files, before) else renderer.with_values(values)


def next_instant(known: Known, instant: datetime, drafts: bool) -> datetime | None:
    """The next instant at which more changes than the news sitemap, which is made for the instant it is asked for."""
    articles = (record.article for record in known.parsed.values() if record.article)
    documents = (record.document for record in known.parsed.values() if record.document)
    happens = due(articles, documents, known.config, instant, drafts=drafts)
    return min((found.instant for found in happens if found.what != NEWS), default=None)


def with_article(view: View, known: Known, old: Article | None, new: Article | None) -> View | None:
    """``view`` after ``old`` became ``new``, equal to one made anew; None where more than that piece moves.

    None for ``old`` is a piece that came, for ``new`` one that is gone.  At 100,000 pieces that is the difference
    between some tenths of a second and some seconds.
    """
    instant = view.catalog.instant
    pieces = [piece for piece in (old, new) if piece is not None]
    # Messages name lines; a correction may lie ahead.
    if view.problems or any(piece.updated is not None and piece.updated > instant for piece in pieces):
        return None
    others = _differing(old, new)
    # Counts of files that are gone go to pieces with their address or headline.
    if view.stored.paths() and ("path" in others or others - OWN or "title" in others):
        return None
    others -= OWN
    sizes = _with_sizes(view, known, new)
    if sizes is None:
        return None
    until = view.until
    if {"timestamp", "expires", "draft"}.intersection(others):
        until = next_instant(known, instant, view.drafts)
    was = old if old is not None and is_visible(old, instant, view.drafts) else None
    will_be = new if new is not None and is_visible(new, instant, view.drafts) else None
    hidden = (
        _hidden_files(view, known, pieces) if {"files", "image", "draft", "timestamp", "expires"} & others else None
    )
    catalog: Catalog | None = msgspec.structs.replace(view.catalog, images=sizes)
    if catalog is not None and (was or will_be):
        catalog = with_piece(catalog, was, will_be)
    if catalog is None:
        return None
    copied = view.copied
    if hidden is not None and hidden != catalog.hidden_files:
        if any(f"/{file.path}" in hidden ^ catalog.hidden_files for file in known.files.copied):
            shown = shown_files(
                known.files, hidden, Own.of(known.config.site.url), (known.config_text, known.config.site.logo)
            )
            copied = {file.path: file for file in shown}
        catalog = msgspec.structs.replace(catalog, hidden_files=hidden)
    renderer = view.renderer
    if renderer is not None and (was or will_be) and (others or _shows_other(old, new)):
        renderer = _revalued(renderer, view.files, view.catalog, catalog)
    made = msgspec.structs.replace(
        view,
        catalog=catalog,
        files=known.files,
        parsed=known.parsed,
        copied=copied,
        renderer=renderer,
        sizes={src: size for src, size in sizes.items() if size != (0, 0)},
        until=until,
    )
    # Redirect pages show the title.
    if (was or will_be) and (others or (old and old.aliases and _shows_other(old, new))):
        place = min(place_of(catalog, piece) for piece in pieces)
        return _replanned(made, view, place)
    return made if copied is view.copied else _replanned(made, view, 0)


def _differing(old: Article | None, new: Article | None) -> set[str]:
    """The fields that differ: all for a piece that came or is gone."""
    names = Article.__struct_fields__
    if old is None or new is None:
        return set(names)
    return {name for name in names if getattr(old, name) != getattr(new, name)}


def _shows_other(old: Article | None, new: Article | None) -> bool:
    """Whether cards of the piece show another headline or excerpt."""
    return old is None or new is None or (old.title, old.excerpt) != (new.title, new.excerpt)


def _with_sizes(view: View, known: Known, piece: Article | None) -> dict[str, tuple[int, int]] | None:
    """The sizes of all images with that of ``piece``; None where it has none."""
    sizes = dict(view.catalog.images)
    src = piece.image.src if piece is not None and piece.image else ""
    if piece is not None and src.startswith("/") and src not in sizes:
        found, problems = image_sizes([piece], {file.path: file for file in known.files.copied})
        if problems:
            return None
        sizes |= found
    return sizes


def _hidden_files(view: View, known: Known, pieces: Collection[Article]) -> frozenset[str]:
    """The files that are hidden when any of ``pieces`` came, went or names others now."""
    instant, drafts = view.catalog.instant, view.drafts
    wanted = {name for piece in pieces for name in _files_of(piece)}
    if not wanted:
        return view.catalog.hidden_files
    named: set[str] = set()
    seen: set[str] = set()
    for record in known.parsed.values():
        article, document = record.article, record.document
        if article is not None:
            found = wanted.intersection(_files_of(article))
            is_shown = bool(found) and is_visible(article, instant, drafts)
        elif document is not None:
            found = wanted.intersection(document.files)
            is_shown = drafts or not document.draft
        else:
            continue
        if found:
            (seen if is_shown else named).update(found)
    return (view.catalog.hidden_files - wanted) | (named - seen)


def _files_of(article: Article) -> tuple[str, ...]:
    return (*article.files, article.image.src) if article.image else article.files


def _replanned(view: View, before: View, place: int) -> View:
    """``view`` with the pages of its catalog; those of the articles before the index ``place`` are what they were."""
    if view.catalog.pins or before.catalog.pins:
        place = 0
    planned = plan(view.catalog, before.plan[:place], place)
    pages = {page.permalink: page for page in planned}
    problems = list(view.catalog.problems)
    # Before, no address stood in another's way: only what is new can.
    new = pages.keys() - before.pages.keys()
    if len(pages) < len(planned) or view.copied is not before.copied or stand_in_the_way(new, pages, view.copied):
        copied = ((file.path, file.source) for file in view.copied.values())
        problems += collisions([*((page.path, page.source) for page in planned), *copied])
    return msgspec.structs.replace(view, plan=planned, pages=pages, problems=tuple(sorted(set(problems))))
