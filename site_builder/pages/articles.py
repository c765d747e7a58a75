"""Article pages, and the redirect pages of their aliases."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.catalog import urls
from site_builder.catalog.catalog import Catalog, picture
from site_builder.catalog.links import links_of
from site_builder.model import Article, BodyRef
from site_builder.pages.contexts import ArticleContext, ArticleView, PageInfo, RedirectContext
from site_builder.pages.planned import Planned
from site_builder.pages.site import cards, home_term, page_info

# Characters count one by one in scripts without spaces: people read more of them a minute than words.
WORDS_A_MINUTE = 230
CHARACTERS_A_MINUTE = 400


def plan_articles(catalog: Catalog, start: int = 0) -> Iterator[Planned]:
    """One page an article, from that of the index ``start`` on, then one for each alias of any."""
    newer = catalog.config.related.newer
    pins, linking = catalog.pins, catalog.linking
    rows = zip(catalog.paths[start:], catalog.permalinks[start:], strict=True)
    for index, (path, permalink) in enumerate(rows, start):
        # Lists look back only; pins and links may name any piece.
        newest = -1 if newer or index in pins or index in linking else index
        yield Planned("article", permalink, "article.html", path, article_context, (index,), newest)
    for index, aliases in catalog.aliased.items():
        yield from plan_aliases(aliases, catalog.permalinks[index], catalog.articles[index].title, catalog.paths[index])


def plan_aliases(aliases: tuple[str, ...], permalink: str, title: str, source: str) -> Iterator[Planned]:
    """A redirect page for each alias of a page."""
    for alias in aliases:
        place = urls.alias_permalink(alias)
        yield Planned("redirect", place, "redirect.html", source, redirect_context, (permalink, title))


def redirect_context(catalog: Catalog, permalink: str, title: str) -> RedirectContext:
    """What ``redirect.html`` is given: its canonical address is the target's."""
    info = page_info(catalog, "redirect", permalink, title, "", robots="noindex")
    return RedirectContext(info, catalog.addresses.url(permalink))


def article_context(catalog: Catalog, index: int) -> ArticleContext:
    """What ``article.html`` is given."""
    article = catalog.articles[index]
    card = catalog.cards[index]
    related = catalog.related(index)
    following = catalog.next(index, related)
    source = catalog.taxa("source", (article.source,))[0] if article.source else None
    view = ArticleView(
        title=article.title,
        url=card.url,
        category=card.category,
        tags=tuple(taxon.term for taxon in catalog.taxa("tag", article.tags)),
        timestamp=article.timestamp,
        updated=article.updated,
        deck=article.summary,
        excerpt=article.excerpt,
        image=card.image,
        authors=tuple(taxon.term for taxon in catalog.taxa("author", article.authors)),
        source=source.term if source else None,
        source_url=article.source_url,
        words=article.words,
        minutes=reading_minutes(article),
        lang=article.lang,
        extra=article.extra,
    )
    return ArticleContext(
        page=_head(catalog, index),
        article=view,
        body=BodyRef(article.path, article.body_start, article.digest, links_of(article, catalog.links)),
        related=cards(catalog, related),
        next=catalog.cards[following] if following is not None else None,
    )


def _head(catalog: Catalog, index: int) -> PageInfo:
    article, card = catalog.articles[index], catalog.cards[index]
    policy = catalog.policies[index]
    own = catalog.addresses.absolute(card.url)
    return PageInfo(
        kind="article",
        url=card.url,
        canonical=article.source_url if policy == "canonical" else own,
        title=article.title,
        description=article.excerpt,
        lang=article.lang,
        robots="noindex" if policy == "noindex" else "max-image-preview:large",
        news_robots="noindex" if policy == "noindex-news" else "",
        image=picture(article.image, catalog.addresses, catalog.images) if article.image else None,
        breadcrumb=(home_term(catalog), card.category),
    )


def reading_minutes(article: Article) -> int:
    """Whole minutes, at least 1."""
    spaceless = article.lang.split("-")[0] in ("zh", "ja")
    return max(1, round(article.words / (CHARACTERS_A_MINUTE if spaceless else WORDS_A_MINUTE)))
