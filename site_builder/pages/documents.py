"""Pages of ``content/pages/``, and the page for addresses that do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.catalog import urls
from site_builder.catalog.catalog import Catalog
from site_builder.catalog.links import links_of
from site_builder.model import BodyRef
from site_builder.pages.articles import plan_aliases
from site_builder.pages.contexts import DocumentContext, PlainContext
from site_builder.pages.planned import Planned
from site_builder.pages.site import document_permalink, page_info


def plan_documents(catalog: Catalog) -> Iterator[Planned]:
    """One page a document, its aliases, and ``404.html``."""
    for index, document in enumerate(catalog.documents):
        permalink = document_permalink(catalog, index)
        yield Planned("document", permalink, "document.html", document.path, document_context, (index, permalink))
        yield from plan_aliases(document.aliases, permalink, document.title, document.path)
    yield Planned("404", urls.NOT_FOUND, "404.html", "404", not_found_context)


def document_context(catalog: Catalog, index: int, permalink: str) -> DocumentContext:
    """What ``document.html`` is given."""
    document = catalog.documents[index]
    return DocumentContext(
        page=page_info(catalog, "document", permalink, document.title, document.excerpt, lang=document.lang),
        title=document.title,
        deck=document.summary,
        updated=document.updated,
        body=BodyRef(document.path, document.body_start, document.digest, links_of(document, catalog.links)),
        extra=document.extra,
    )


def not_found_context(catalog: Catalog) -> PlainContext:
    """What ``404.html`` is given."""
    title = catalog.config.labels.not_found
    return PlainContext(page_info(catalog, "404", urls.NOT_FOUND, title, "", robots="noindex"))
