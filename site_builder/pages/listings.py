"""Listings: categories, tags, authors, sources, years, months; the index pages that name them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from site_builder.catalog import urls
from site_builder.catalog.catalog import Catalog
from site_builder.catalog.paging import Slice, newest_first, slices
from site_builder.catalog.taxonomy import Taxon
from site_builder.model import Term
from site_builder.pages.contexts import FeedLink, IndexContext, Listing, ListingContext
from site_builder.pages.planned import Planned
from site_builder.pages.site import ATOM, RSS, cards, index_kinds, index_term, page_info

KINDS = ("category", "tag", "author", "source")


def taxa_of(catalog: Catalog, kind: str) -> dict[str, Taxon]:
    """All taxa of a kind, by folded name."""
    by_kind = {
        "category": catalog.categories,
        "tag": catalog.tags,
        "author": catalog.authors,
        "source": catalog.sources,
    }
    return by_kind[kind]


def taxon_source(catalog: Catalog, taxon: Taxon) -> str:
    """What a taxon's pages come from, for messages: its name and the first article that brings it."""
    return f"{taxon.kind} '{taxon.name}' (first in {catalog.paths[taxon.members[0]]})"


def plan_listings(catalog: Catalog) -> Iterator[Planned]:
    """All pages of all listings but home's."""
    per_page = catalog.config.listings.per_page
    for kind in KINDS:
        for folded, taxon in taxa_of(catalog, kind).items():
            source = taxon_source(catalog, taxon)
            fed = has_feeds(catalog, taxon)
            for part in slices(len(taxon.members), per_page):
                place = urls.numbered(taxon.permalink, part.number)
                arguments = (kind, folded, part, fed)
                # A category's landing page shows what is most read, which any piece may change.
                promised = -1 if kind == "category" and not part.number else newest(taxon.members, part)
                shows = (taxon.members, part.start, part.stop)
                yield Planned(kind, place, "listing.html", source, taxon_context, arguments, promised, shows)
    for year, members in catalog.years.items():
        for part in slices(len(members), per_page):
            place = urls.numbered(urls.year(year), part.number)
            promised, shows = newest(members, part), (members, part.start, part.stop)
            name = f"year {year}"
            yield Planned("year", place, "listing.html", name, year_context, (year, part), promised, shows)
    for (year, month), members in catalog.months.items():
        for part in slices(len(members), per_page):
            place = urls.numbered(urls.month(year, month), part.number)
            promised, shows = newest(members, part), (members, part.start, part.stop)
            name = f"month {year}/{month:02}"
            yield Planned("month", place, "listing.html", name, month_context, (year, month, part), promised, shows)
    for kind in index_kinds(catalog):
        yield Planned("index", urls.index(kind), "index.html", f"index of {kind}s", index_context, (kind,))


def newest(members: Sequence[int], part: Slice) -> int:
    """The newest article that a page of a list depends on; where the page ends is among its arguments."""
    return members[part.stop - 1]


def has_feeds(catalog: Catalog, taxon: Taxon) -> bool:
    """Whether there are feeds of the taxon: categories and tags with enough pieces have some."""
    return taxon.kind in ("category", "tag") and len(taxon.members) >= catalog.config.feeds.minimum


def listing(
    catalog: Catalog,
    kind: str,
    permalink: str,
    title: str,
    members: Sequence[int],
    part: Slice,
    *,
    description: str = "",
    children: tuple[Term, ...] = (),
) -> Listing:
    """One page of a list."""
    address = catalog.addresses.url

    def neighbour(number: int | None) -> str:
        return "" if number is None else address(urls.numbered(permalink, number))

    return Listing(
        kind=kind,
        title=title,
        description=description,
        number=part.number,
        cards=cards(catalog, newest_first(members, part)),
        newer_url=neighbour(part.newer),
        older_url=neighbour(part.older),
        landing_url=address(permalink),
        children=children if not part.number else (),
    )


def feed_links(catalog: Catalog, taxon: Taxon) -> tuple[FeedLink, ...]:
    """The feeds of a taxon that has some."""
    address = catalog.addresses.url
    return (
        FeedLink(taxon.name, RSS, address(urls.feed(taxon.permalink, "rss.xml"))),
        FeedLink(taxon.name, ATOM, address(urls.feed(taxon.permalink, "atom.xml"))),
    )


def taxon_context(catalog: Catalog, kind: str, folded: str, part: Slice, fed: bool) -> ListingContext:
    """A page of a category, tag, author or source; ``fed``: it has feeds."""
    taxon = taxa_of(catalog, kind)[folded]
    shown = listing(catalog, kind, taxon.permalink, taxon.name, taxon.members, part, description=taxon.description)
    most_read: list[int] = []
    if kind == "category" and not part.number:
        most_read = catalog.most_read(taxon.members, catalog.config.listings.most_read)
    return ListingContext(
        page=page_info(
            catalog,
            kind,
            urls.numbered(taxon.permalink, part.number),
            _numbered_title(taxon.name, part),
            taxon.description,
            parents=_parents(catalog, kind),
            feeds=feed_links(catalog, taxon) if fed else (),
        ),
        listing=shown,
        most_read=cards(catalog, most_read),
    )


def year_context(catalog: Catalog, year: int, part: Slice) -> ListingContext:
    """A page of a year's archive; the landing page names its months."""
    months = sorted((month for of_year, month in catalog.months if of_year == year), reverse=True)
    children = tuple(_month_term(catalog, year, month) for month in months)
    return _archive(catalog, "year", urls.year(year), str(year), catalog.years[year], part, children=children)


def month_context(catalog: Catalog, year: int, month: int, part: Slice) -> ListingContext:
    """A page of a month's archive."""
    title = f"{year}/{month:02}"
    parents = (Term(str(year), catalog.addresses.url(urls.year(year))),)
    members = catalog.months[year, month]
    return _archive(catalog, "month", urls.month(year, month), title, members, part, parents=parents)


def _archive(
    catalog: Catalog,
    kind: str,
    permalink: str,
    title: str,
    members: list[int],
    part: Slice,
    *,
    parents: tuple[Term, ...] = (),
    children: tuple[Term, ...] = (),
) -> ListingContext:
    info = page_info(
        catalog,
        kind,
        urls.numbered(permalink, part.number),
        _numbered_title(title, part),
        "",
        parents=(*_parents(catalog, "year"), *parents),
    )
    return ListingContext(info, listing(catalog, kind, permalink, title, members, part, children=children))


def index_context(catalog: Catalog, kind: str) -> IndexContext:
    """All taxa of a kind, or all years.  Without counts, which would change with every piece published."""
    if kind == "year":
        years = sorted(catalog.years, reverse=True)
        terms = tuple(Term(str(year), catalog.addresses.url(urls.year(year))) for year in years)
    else:
        taxa: Mapping[str, Taxon] = taxa_of(catalog, kind)
        terms = tuple(taxa[folded].term for folded in sorted(taxa))
    title = index_term(catalog, kind).name
    return IndexContext(page_info(catalog, "index", urls.index(kind), title, ""), title, terms)


def _parents(catalog: Catalog, kind: str) -> tuple[Term, ...]:
    if kind == "category":
        return ()
    return (index_term(catalog, kind),)


def _month_term(catalog: Catalog, year: int, month: int) -> Term:
    return Term(f"{year}/{month:02}", catalog.addresses.url(urls.month(year, month)))


def _numbered_title(title: str, part: Slice) -> str:
    return f"{title} ({part.number})" if part.number else title
