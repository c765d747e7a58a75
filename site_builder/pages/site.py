"""What all pages have in common: the site's own facts, and values computed once a build.

Out: ``site`` for every template, and the shared values by name for the templates that name them.
"""

from __future__ import annotations

from collections.abc import Iterable

from site_builder.catalog import urls
from site_builder.catalog.catalog import Catalog
from site_builder.config import Block, SiteConfig
from site_builder.model import Card, Term
from site_builder.pages.contexts import Blocks, FeedLink, PageInfo, Rail, SiteInfo
from site_builder.text import fold

RSS, ATOM, JSON_FEED = "application/rss+xml", "application/atom+xml", "application/feed+json"


def site_info(config: SiteConfig) -> SiteInfo:
    """``site``, as every template sees it."""
    site = config.site
    addresses = urls.addresses(config)
    return SiteInfo(
        title=site.title,
        tagline=site.tagline,
        description=site.description,
        url=addresses.root,
        base_path=addresses.base,
        home=addresses.url(urls.HOME),
        language=site.language,
        publisher=site.publisher or site.title,
        logo=addresses.url(site.logo) if site.logo.startswith("/") else site.logo,
        copyright=site.copyright,
        feeds=(
            FeedLink(site.title, RSS, addresses.url(urls.feed(urls.HOME, "rss.xml"))),
            FeedLink(site.title, ATOM, addresses.url(urls.feed(urls.HOME, "atom.xml"))),
            FeedLink(site.title, JSON_FEED, addresses.url(urls.feed(urls.HOME, "feed.json"))),
        ),
        extra=site.extra,
        most_read_url=addresses.url(urls.MOST_READ) if config.listings.most_read else "",
        most_read_fragment=addresses.url(urls.MOST_READ_FRAGMENT),
        live_views=addresses.url(urls.VIEWS) if config.views.live else "",
        views_display=config.views.display,
    )


def page_info(
    catalog: Catalog,
    kind: str,
    permalink: str,
    title: str,
    description: str,
    *,
    parents: tuple[Term, ...] = (),
    feeds: tuple[FeedLink, ...] = (),
    robots: str = "max-image-preview:large",
    lang: str = "",
) -> PageInfo:
    """The head of a page that is no article: its own canonical address, breadcrumb below home."""
    url = catalog.addresses.url(permalink)
    return PageInfo(
        kind=kind,
        url=url,
        canonical=catalog.addresses.absolute(url),
        title=title,
        description=description or catalog.config.site.description,
        lang=lang or catalog.config.site.language,
        robots=robots,
        breadcrumb=(home_term(catalog), *parents),
        feeds=feeds,
    )


def home_term(catalog: Catalog) -> Term:
    """The first crumb."""
    return Term(catalog.config.labels.home, catalog.addresses.url(urls.HOME))


def cards(catalog: Catalog, indices: Iterable[int]) -> tuple[Card, ...]:
    """Cards of articles."""
    return tuple(map(catalog.cards.__getitem__, indices))


def shared_values(catalog: Catalog) -> dict[str, object]:
    """The values that a template gets when its closure names them; each is computed once."""
    settings = catalog.config.listings
    return {
        "navigation": tuple(taxon.term for taxon in catalog.categories.values()),
        "documents": tuple(
            Term(document.title, catalog.addresses.url(document_permalink(catalog, index)))
            for index, document in enumerate(catalog.documents)
        ),
        "indexes": tuple(index_term(catalog, kind) for kind in index_kinds(catalog)),
        "blocks": blocks(catalog, frozenset()),
        "latest": cards(catalog, catalog.newest(settings.per_page)),
        "most_read": cards(catalog, catalog.most_read(range(len(catalog.paths)), settings.most_read)),
    }


def index_term(catalog: Catalog, kind: str) -> Term:
    """The page that names all tags, authors, sources or years."""
    labels = catalog.config.labels
    names = {"tag": labels.tags, "author": labels.authors, "source": labels.sources, "year": labels.archive}
    return Term(names[kind], catalog.addresses.url(urls.index(kind)))


def index_kinds(catalog: Catalog) -> tuple[str, ...]:
    """The kinds of which the site has an index: those that any article has, and years."""
    found = {"tag": catalog.tags, "author": catalog.authors, "source": catalog.sources}
    return (*(kind for kind, taxa in found.items() if taxa), "year")


def document_permalink(catalog: Catalog, index: int) -> str:
    """The permalink of a document."""
    document = catalog.documents[index]
    return document.permalink or catalog.addresses.listing("document", document.slug)


def blocks(catalog: Catalog, without: frozenset[int]) -> Blocks:
    """The named blocks of ``site.yaml``, the pieces ``without`` left out."""
    configured = sorted(catalog.config.blocks.items())
    return Blocks(tuple(_block(catalog, name, block, without) for name, block in configured))


def _block(catalog: Catalog, name: str, block: Block, without: frozenset[int]) -> Rail:
    wanted = [
        (found, folded)
        for found, folded in (
            (catalog.categories, fold(block.category)),
            (catalog.tags, fold(block.tag)),
            (catalog.authors, fold(block.author)),
            (catalog.sources, fold(block.source)),
        )
        if folded
    ]
    taxa = [found.get(folded) for found, folded in wanted]
    members: list[int] | range = range(len(catalog.paths))
    for taxon in taxa:
        members = sorted(set(members).intersection(taxon.members)) if taxon else []
    if block.order == "most_read":
        chosen = catalog.most_read((index for index in members if index not in without), block.limit)
    else:
        chosen = []
        for index in reversed(members):
            if len(chosen) == block.limit:
                break
            if index not in without:
                chosen.append(index)
    only = taxa[0] if len(taxa) == 1 else None
    title = block.title or (only.name if only else name.replace("_", " "))
    return Rail(name, title, only.term.url if only else "", cards(catalog, chosen))
