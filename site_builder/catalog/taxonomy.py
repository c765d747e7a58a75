"""Names that articles carry, to taxa: one for each category, tag, author and source.

In: the visible articles, oldest first.  Out: taxa with their members; twins are one taxon, shown in
the spelling that the configuration names, else the one first published.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from site_builder.catalog import urls
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


def taxonomy(
    kind: str,
    names: Sequence[Iterable[str]],
    configured: Sequence[Spelling],
    addresses: urls.Addresses,
) -> tuple[dict[str, Taxon], dict[str, str]]:
    """Taxa by folded name, in the configuration's order, then in the order first published; and folds by spelling.

    ``names`` holds the names of each article, oldest first.  Configured names without an article have
    no taxon.  Where two names have one slug the later published gets a number, so that an address once
    published stays.
    """
    folds: dict[str, str] = {}
    members: dict[str, list[int]] = {}
    first_spelling: dict[str, str] = {}
    for index, carried in enumerate(names):
        for name in carried:
            folded = folds.get(name)
            if folded is None:
                folded = folds[name] = fold(name)
                if folded not in members:
                    members[folded] = []
                    first_spelling[folded] = name
            found = members[folded]
            if not found or found[-1] != index:
                found.append(index)

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
