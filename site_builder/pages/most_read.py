"""What is most read: its page, the fragment that article pages load, and the files of live view counts."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.catalog import urls
from site_builder.catalog.catalog import Catalog
from site_builder.pages.contexts import Counted, FragmentContext, MostReadContext, Rail, ViewsContext
from site_builder.pages.planned import Planned
from site_builder.pages.site import cards, page_info


def plan_most_read(catalog: Catalog) -> Iterator[Planned]:
    """The page of the most read pieces, and the fragment."""
    if catalog.config.listings.most_read:
        source = "most read"
        yield Planned("ranking", urls.MOST_READ, "most_read.html", source, most_read_context)
        yield Planned("fragment", urls.MOST_READ_FRAGMENT, "fragments/most_read.html", source, fragment_context)


def most_read_context(catalog: Catalog) -> MostReadContext:
    """The most read pieces of the site and of each category."""
    title = catalog.config.labels.most_read
    count = catalog.config.listings.most_read
    return MostReadContext(
        page=page_info(catalog, "ranking", urls.MOST_READ, title, ""),
        title=title,
        most_read=cards(catalog, catalog.most_read(range(len(catalog.paths)), count)),
        rails=tuple(
            Rail(taxon.slug, taxon.name, taxon.term.url, cards(catalog, catalog.most_read(taxon.members, count)))
            for taxon in catalog.categories.values()
        ),
    )


def fragment_context(catalog: Catalog) -> FragmentContext:
    """The most read pieces of the site; search engines have the page."""
    info = page_info(catalog, "fragment", urls.MOST_READ, catalog.config.labels.most_read, "", robots="noindex")
    count = catalog.config.listings.most_read
    return FragmentContext(info, cards(catalog, catalog.most_read(range(len(catalog.paths)), count)))


def plan_views(catalog: Catalog) -> Iterator[Planned]:
    """The files of live counts: every article's in one of them, by its URL."""
    if not catalog.config.views.live:
        return
    shards: list[list[str]] = [[] for _ in range(urls.VIEWS_SHARDS)]
    for url in catalog.views:
        shards[urls.views_shard_of(url)].append(url)
    for number, found in enumerate(shards):
        place = urls.views_shard(number)
        yield Planned("views", place, "views/shard.json", "views.live", views_context, (tuple(sorted(found)),))


def views_context(_catalog: Catalog, found: tuple[str, ...]) -> ViewsContext:
    """One file of counts."""
    return ViewsContext(tuple(map(Counted, found)))
