"""Taxa when one piece came or is gone: equal to those made anew.

In: a catalog, another with the articles as they are now, a piece.  Out: the latter with its taxa, or None where those
of other pieces have another name or address.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec

from site_builder.catalog.catalog import Catalog
from site_builder.catalog.shifting import put_in, taken_out
from site_builder.catalog.taxonomy import Spelling, Taxon, spellings_of, taxonomies, taxonomy
from site_builder.catalog.visible import columns_of
from site_builder.model import Article
from site_builder.text import fold

Names = Callable[[Article], tuple[str, ...]]
Taxa = dict[str, Taxon]
Folds = dict[str, str]

# The names that taxa are made of.
_NAMES: dict[str, Names] = {
    "category": lambda article: (article.category,),
    "tag": lambda article: article.tags,
    "author": lambda article: article.authors,
    "source": lambda article: (article.source,) if article.source else (),
}
_TAXA = {"category": "categories", "tag": "tags", "author": "authors", "source": "sources"}


def retaxed(changed: Catalog, before: Catalog, place: int, piece: Article, *, is_new: bool) -> Catalog | None:
    """``changed``, which has all articles, with their taxa: those of ``before``, where ``piece`` was not or, with
    ``is_new``, was not yet at ``place``.

    None where the taxa of other pieces have another name or address now.
    """
    found: dict[str, Any] = {}
    folds = dict(before.folds)
    anew = []
    for kind, field in _TAXA.items():
        moved = (_joined if is_new else _left)(kind, changed, before, place, piece)
        if moved is None:
            anew.append(kind)
        else:
            found[field], folds[kind] = moved
    if anew:
        taxa, fresh = taxonomies(columns_of(changed.articles), changed.config, changed.addresses, anew)
        folds |= fresh
        found |= {_TAXA[kind]: taxa[kind] for kind in anew}
        # Cards name them.
        if any(not _same_terms(getattr(before, name), found[name]) for name in ("categories", "tags")):
            return None
    return msgspec.structs.replace(changed, folds=folds, **found)


def _same_terms(before: Taxa, now: Taxa) -> bool:
    return all(
        (taxon.term, taxon.slug) == (now[folded].term, now[folded].slug)
        for folded, taxon in before.items()
        if folded in now
    )


def _joined(kind: str, changed: Catalog, before: Catalog, place: int, piece: Article) -> tuple[Taxa, Folds] | None:
    """The taxa with one member more, and the folds of their names; None where that is to be found out anew."""
    taxa: Taxa = getattr(before, _TAXA[kind])
    folds = before.folds[kind]
    own = {name: fold(name) for name in _NAMES[kind](piece)}
    folds = folds if own.keys() <= folds.keys() else folds | own
    joined = frozenset(own.values())
    moved = {
        folded: _with_members(taxon, put_in(taxon.members, place, there=folded in joined))
        for folded, taxon in taxa.items()
    }
    if all(folded in taxa and place > taxa[folded].members[0] for folded in joined):
        return moved, folds
    spellings = spellings_of(changed.config, kind)
    alone = {name: [place] for name, folded in own.items() if folded not in taxa}
    fresh, _ = taxonomy(kind, alone, spellings, changed.addresses)
    taken = {taxon.slug for taxon in taxa.values()}
    # Numbers that were given to equal slugs go by the order of the taxa.
    if any(taxon.slug in taken for taxon in fresh.values()):
        return None
    first = [taxa[folded] for folded in joined if folded in taxa and place <= taxa[folded].members[0]]
    if not all(_is_as_it_was(taxon, own, spellings, taken) for taxon in first):
        return None
    return _in_order(moved | fresh, spellings, changed.articles, _NAMES[kind], folds), folds


def _left(kind: str, changed: Catalog, before: Catalog, place: int, piece: Article) -> tuple[Taxa, Folds] | None:
    """As :func:`_joined`, with one member less."""
    taxa: Taxa = getattr(before, _TAXA[kind])
    folds = before.folds[kind]
    names = _NAMES[kind]
    own = {name: folds[name] for name in names(piece)}
    moved = {
        folded: _with_members(taxon, members)
        for folded, taxon in taxa.items()
        if (members := taken_out(taxon.members, place))
    }
    gone = {
        name
        for name, folded in own.items()
        if not _is_carried(name, taxa[folded].members, place, before.articles, names)
    }
    folds = {name: folded for name, folded in folds.items() if name not in gone} if gone else folds
    first = [folded for folded in dict.fromkeys(own.values()) if taxa[folded].members[0] == place]
    if not first:
        return moved, folds
    spellings = spellings_of(changed.config, kind)
    taken = {taxon.slug for taxon in taxa.values()}
    for folded in first:
        if folded in moved:
            carried = {name: folds[name] for name in names(changed.articles[moved[folded].members[0]])}
            if not _is_as_it_was(taxa[folded], carried, spellings, taken):
                return None
        elif not _is_alone(taxa[folded].slug, taken | _reserved(spellings)):
            return None
    return _in_order(moved, spellings, changed.articles, names, folds), folds


def _is_as_it_was(taxon: Taxon, carried: Folds, spellings: Sequence[Spelling], taken: set[str]) -> bool:
    """Whether a taxon keeps name and address when its first article, which has the names ``carried``, is another."""
    folded = fold(taxon.name)
    if any(fold(spelling.name) == folded for spelling in spellings):
        return True
    spelled = next(name for name, other in carried.items() if other == folded)
    return spelled == taxon.name and _is_alone(taxon.slug, taken | _reserved(spellings))


def _reserved(spellings: Sequence[Spelling]) -> set[str]:
    return {spelling.slug for spelling in spellings if spelling.slug}


def _is_alone(slug: str, taken: set[str]) -> bool:
    """Whether no other of the slugs ``taken`` has a number because of this one, nor this one because of another."""
    stem, _, number = slug.rpartition("-")
    if number.isdigit() and stem in taken:
        return False
    begin = slug + "-"
    return not any(other.startswith(begin) and other.removeprefix(begin).isdigit() for other in taken)


def _in_order(
    taxa: Taxa, spellings: Sequence[Spelling], articles: Sequence[Article], names: Names, folds: Folds
) -> Taxa:
    """``taxa`` in the order of :func:`~site_builder.catalog.taxonomy.taxonomy`."""
    wanted = dict.fromkeys(fold(spelling.name) for spelling in spellings)
    order = [folded for folded in wanted if folded in taxa]

    def published(folded: str) -> tuple[int, int]:
        first = taxa[folded].members[0]
        return first, [folds[name] for name in names(articles[first])].index(folded)

    order += sorted((folded for folded in taxa if folded not in wanted), key=published)
    return {folded: taxa[folded] for folded in order}


def _is_carried(
    name: str,
    members: list[int],
    place: int,
    articles: Sequence[Article],
    names: Callable[[Article], Collection[str]],
) -> bool:
    """Whether another of ``members`` has the name in just this spelling."""
    return any(index != place and name in names(articles[index]) for index in reversed(members))


def _with_members(taxon: Taxon, members: list[int]) -> Taxon:
    return taxon if members is taxon.members else msgspec.structs.replace(taxon, members=members)
