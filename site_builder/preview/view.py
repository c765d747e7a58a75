"""All pages of a site at one instant, ready to be rendered one by one.

In: what is known of the sources, an instant.  Out: :class:`View`.  A view that differs from another only
in what one article's own page and card show is made from it, equal to one made anew.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from site_builder.building.snapshot import bytes_of, renderer_of, template_values, templates_of
from site_builder.catalog.catalog import Catalog
from site_builder.catalog.due import NEWS, due
from site_builder.catalog.making import make_catalog
from site_builder.catalog.most_read import ranking_of
from site_builder.catalog.renewing import with_piece
from site_builder.catalog.visible import is_visible
from site_builder.errors import Problem, SiteError
from site_builder.model import Article, Parsed, StoredViews
from site_builder.pages.plan import collisions, plan
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


def with_article(view: View, known: Known, old: Article, new: Article) -> View | None:
    """``view`` after ``old`` became ``new``, equal to one made anew; None where more than that piece moves.

    At 100,000 pieces that is the difference between some tenths of a second and some seconds.
    """
    instant = view.catalog.instant
    # Messages name lines; files of hidden pieces are hidden, and images have sizes; a correction may lie ahead.
    if view.problems or old.files != new.files or old.image != new.image:
        return None
    if any(piece.updated is not None and piece.updated > instant for piece in (old, new)):
        return None
    others = [
        name for name in Article.__struct_fields__ if name not in OWN and getattr(old, name) != getattr(new, name)
    ]
    # Counts of files that are gone go to pieces with their address or headline.
    if view.stored.paths() and (others or old.title != new.title):
        return None
    was, will_be = (is_visible(piece, instant, view.drafts) for piece in (old, new))
    if was != will_be and not _names_no_hidden(view.catalog, old, will_be):
        return None
    until = view.until
    if {"timestamp", "expires", "draft"}.intersection(others):
        until = next_instant(known, instant, view.drafts)
    view = msgspec.structs.replace(view, parsed=known.parsed, until=until)
    if not was and not will_be:
        return view
    catalog = with_piece(view.catalog, old if was else None, new if will_be else None)
    if catalog is None:
        return None
    renderer = view.renderer
    if renderer is not None and (others or (old.title, old.excerpt) != (new.title, new.excerpt)):
        renderer = _revalued(renderer, view.files, view.catalog, catalog)
    view = msgspec.structs.replace(view, catalog=catalog, renderer=renderer)
    # Redirect pages show the title.
    return _replanned(view) if others or (old.aliases and old.title != new.title) else view


def _names_no_hidden(catalog: Catalog, piece: Article, will_be: bool) -> bool:
    """Whether the files that are hidden stay the same when the piece appears (``will_be``) or goes."""
    files = {*piece.files, *([piece.image.src] if piece.image else [])}
    return catalog.hidden_files.isdisjoint(files) if will_be else not files


def _replanned(view: View) -> View:
    planned = plan(view.catalog)
    pages = {page.permalink: page for page in planned}
    problems = list(view.catalog.problems)
    # Where every address is what it was, none of them stands in another's way now.
    if len(pages) < len(planned) or pages.keys() != view.pages.keys():
        copied = ((file.path, file.source) for file in view.copied.values())
        problems += collisions([*((page.path, page.source) for page in planned), *copied])
    return msgspec.structs.replace(view, plan=planned, pages=pages, problems=tuple(sorted(set(problems))))
