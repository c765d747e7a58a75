"""What is most read, with the terms of each score."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from site_builder.building.known import known_catalog
from site_builder.catalog.catalog import Catalog
from site_builder.catalog.counts import days_of
from site_builder.catalog.most_read import Term, ranking, terms
from site_builder.catalog.taxonomy import Taxon
from site_builder.errors import Problem, SiteError, did_you_mean
from site_builder.sources.view_store import read_views
from site_builder.text import fold


class Ranked(msgspec.Struct, frozen=True):
    """A piece of a ranking: ``terms`` newest day first, whose points add up to ``score``."""

    title: str
    path: str
    score: int
    terms: tuple[Term, ...]


class Top(msgspec.Struct, frozen=True):
    """A ranking: ``name`` of what it is of ('' for the site); ``unit`` is what one view of today is worth."""

    name: str
    window: str
    half_life: int
    unit: int
    pieces: tuple[Ranked, ...]


def top(
    site_dir: Path,
    at: datetime,
    *,
    category: str = "",
    tag: str = "",
    window: str = "",
    half_life: int | None = None,
    count: int = 10,
) -> Top:
    """The ``count`` most read pieces at ``at``, of the category and tag where given; else as ``views`` is configured.

    Raises :class:`SiteError` for a name that no visible piece carries.
    """
    catalog = known_catalog(site_dir, at)
    settings = catalog.config.views
    reach = window or settings.window
    life = settings.half_life if half_life is None else half_life
    by = ranking(reach, life, at.astimezone(catalog.zone).toordinal())
    stored = read_views(site_dir, settings.store, max(by.first, 1))
    taxa = [
        found
        for found in (_taxon("category", category, catalog.categories), _taxon("tag", tag, catalog.tags))
        if found is not None
    ]
    found = []
    for index in _members(catalog, taxa):
        article = catalog.articles[index]
        days = days_of(article.path, stored, catalog.inherited)
        own = tuple(terms(article.views, catalog.local[index].toordinal(), days, by))
        found.append((sum(term.points for term in own), index, own))
    best = heapq.nlargest(count, found, key=lambda item: item[:2])
    return Top(
        name=", ".join(taxon.name for taxon in taxa),
        window=reach,
        half_life=life,
        unit=by.unit,
        pieces=tuple(
            Ranked(catalog.articles[index].title, catalog.articles[index].path, score, own)
            for score, index, own in best
        ),
    )


def _taxon(kind: str, name: str, taxa: dict[str, Taxon]) -> Taxon | None:
    if not name:
        return None
    found = taxa.get(fold(name))
    if found is None:
        hint = did_you_mean(name, [taxon.name for taxon in taxa.values()]) if len(taxa) < 5_000 else ""
        raise SiteError([Problem(f"--{kind}", message=f"no visible piece has the {kind} '{name}'", hint=hint)])
    return found


def _members(catalog: Catalog, taxa: Sequence[Taxon]) -> list[int]:
    members = set(range(len(catalog.paths)))
    for taxon in taxa:
        members &= set(taxon.members)
    return sorted(members)
