"""Names that articles carry, to taxa: one for each category, tag, author and source.

In: the visible articles, oldest first.  Out: taxa with their members; twins are one taxon, shown in
the spelling that the configuration names, else the one first published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from site_builder.catalog import urls
from site_builder.catalog.visible import Columns
from site_builder.config import SiteConfig, SyndicationPolicy
from site_builder.model import Term
from site_builder.text import fold, slug_of


class Taxon(msgspec.Struct, frozen=True, kw_only=True):
    """A category, tag, author or source: ``members`` are indices of its articles, oldest first."""

    kind: str
    name: str
    slug: str
    permalink: str
    term: Term
    members: list[int]
    description: str = ""


class Spelling(msgspec.Struct, frozen=True):
    """A name as the configuration wants it shown; ``slug`` '' for a computed one."""

    name: str
    slug: str = ""
    description: str = ""


KINDS = ("category", "tag", "author", "source")


def taxonomies(
    articles: Columns, config: SiteConfig, addresses: urls.Addresses, kinds: Collection[str] = KINDS
) -> tuple[dict[str, dict[str, Taxon]], dict[str, dict[str, str]]]:
    """The taxa of visible articles, oldest first, and the folds of their names, both by kind."""
    taxa, folds = {}, {}
    # One number stands in many lists.
    indices = list(range(len(articles.path)))
    for kind in kinds:
        several = {"tag": articles.tags, "author": articles.authors}.get(kind)
        if several is None:
            alone = articles.category if kind == "category" else articles.source
            carriers = _carriers_of_one(alone, indices)
        else:
            carriers = _carriers(several, indices)
        taxa[kind], folds[kind] = taxonomy(kind, carriers, spellings_of(config, kind), addresses)
    return taxa, folds


def spellings_of(config: SiteConfig, kind: str) -> list[Spelling]:
    """The names of a kind that the configuration gives, in its order."""
    if kind == "category":
        return [Spelling(entry.name, entry.slug, entry.description) for entry in config.categories]
    return list(map(Spelling, config.tag_names)) if kind == "tag" else []


def _carriers_of_one(names: Iterable[str], indices: Iterable[int]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for index, name in zip(indices, names, strict=True):
        found[name].append(index)
    found.pop("", None)
    return found


def _carriers(names: Iterable[Iterable[str]], indices: Iterable[int]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for index, carried in zip(indices, names, strict=True):
        for name in carried:
            found[name].append(index)
    return found


def policies_of(articles: Columns, folds: Mapping[str, str], config: SiteConfig) -> list[SyndicationPolicy]:
    """How search engines are told of each article: only pieces with a ``source_url`` are syndicated.

    ``folds`` are those of sources' names: twins are one source here too.
    """
    default = config.syndication.default
    configured = {fold(name): policy for name, policy in config.syndication.sources.items()}
    of_sources = {name: configured.get(folded, default) for name, folded in folds.items()} if configured else {}
    return [
        of_sources.get(source, default) if url else "none"
        for url, source in zip(articles.source_url, articles.source, strict=True)
    ]


def taxonomy(
    kind: str,
    carriers: Mapping[str, list[int]],
    configured: Sequence[Spelling],
    addresses: urls.Addresses,
) -> tuple[dict[str, Taxon], dict[str, str]]:
    """Taxa by folded name, in the configuration's order, then in the order first published; and folds by spelling.

    ``carriers`` holds the indices of the articles that carry each name, in the order first published.  Configured
    names without an article have no taxon.  Where two names have one slug the later published gets a number, so that
    an address once published stays.
    """
    folds = {name: fold(name) for name in carriers}
    members: dict[str, list[int]] = {}
    first_spelling: dict[str, str] = {}
    for name, folded in folds.items():
        found = members.get(folded)
        first_spelling.setdefault(folded, name)
        members[folded] = carriers[name] if found is None else sorted({*found, *carriers[name]})

    wanted = {fold(spelling.name): spelling for spelling in configured}
    order = [folded for folded in wanted if folded in members]
    order += [folded for folded in members if folded not in wanted]
    taxa: dict[str, Taxon] = {}
    # Configured slugs are reserved, whether their taxon has articles yet or not.
    taken = {spelling.slug for spelling in configured if spelling.slug}
    for folded in order:
        spelling = wanted.get(folded) or Spelling(first_spelling[folded])
        slug = spelling.slug or _free(slug_of(spelling.name), taken)
        taken.add(slug)
        permalink = addresses.listing(kind, slug)
        taxa[folded] = Taxon(
            kind=kind,
            name=spelling.name,
            slug=slug,
            permalink=permalink,
            term=Term(spelling.name, addresses.url(permalink)),
            members=members[folded],
            description=spelling.description,
        )
    return taxa, folds


def _free(slug: str, taken: set[str]) -> str:
    if slug not in taken:
        return slug
    number = 2
    while f"{slug}-{number}" in taken:
        number += 1
    return f"{slug}-{number}"
