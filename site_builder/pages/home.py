"""The home page and the older pages of the latest list."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.catalog import urls
from site_builder.catalog.catalog import Catalog
from site_builder.catalog.paging import Slice, newest_first, slices
from site_builder.catalog.taxonomy import Taxon
from site_builder.pages.contexts import HomeContext, ListingContext, PageInfo, Rail
from site_builder.pages.listings import listing
from site_builder.pages.planned import Planned
from site_builder.pages.site import blocks, cards, home_term, page_info, site_info


def plan_home(catalog: Catalog) -> Iterator[Planned]:
    """The home page, which is the landing page of the list of all pieces, and the numbered pages of that list."""
    members = range(len(catalog.paths))
    for part in slices(len(members), catalog.config.listings.per_page):
        place = urls.numbered(urls.HOME, part.number)
        if part.number:
            newest, shows = part.stop - 1, (members, part.start, part.stop)
            yield Planned("latest", place, "listing.html", "latest", latest_context, (part,), newest, shows)
        else:
            yield Planned("home", place, "home.html", "home", home_context, (part,))


def latest_context(catalog: Catalog, part: Slice) -> ListingContext:
    """A numbered page of the list of all pieces."""
    title = catalog.config.labels.latest
    members = range(len(catalog.paths))
    info = page_info(catalog, "latest", urls.numbered(urls.HOME, part.number), f"{title} ({part.number})", "")
    return ListingContext(info, listing(catalog, "latest", urls.HOME, title, members, part))


def home_context(catalog: Catalog, part: Slice) -> HomeContext:
    """The home page: hero, rails of the sections, latest list, most read."""
    settings = catalog.config.listings
    hero = tuple(catalog.newest(settings.hero))
    shown = frozenset(hero)
    members = [index for index in range(part.start, part.stop) if index not in shown]
    below = Slice(0, 0, len(members), part.newer, part.older)
    site = catalog.config.site
    return HomeContext(
        page=PageInfo(
            kind="home",
            url=catalog.addresses.url(urls.HOME),
            canonical=catalog.addresses.absolute(catalog.addresses.url(urls.HOME)),
            title=site.title,
            description=site.description or site.tagline,
            lang=site.language,
            breadcrumb=(home_term(catalog),),
            feeds=site_info(catalog.config).feeds,
        ),
        hero=cards(catalog, hero),
        rails=tuple(
            rail for taxon in catalog.categories.values() if (rail := _rail(catalog, taxon, shown, settings.rail)).cards
        ),
        blocks=blocks(catalog, shown),
        listing=listing(catalog, "latest", urls.HOME, catalog.config.labels.latest, members, below),
        most_read=cards(catalog, catalog.most_read(range(len(catalog.paths)), settings.most_read)),
    )


def _rail(catalog: Catalog, taxon: Taxon, without: frozenset[int], limit: int) -> Rail:
    newest = newest_first(
        taxon.members, Slice(0, max(0, len(taxon.members) - limit - len(without)), len(taxon.members), None, None)
    )
    chosen = [index for index in newest if index not in without][:limit]
    return Rail(taxon.slug, taxon.name, taxon.term.url, cards(catalog, chosen))
