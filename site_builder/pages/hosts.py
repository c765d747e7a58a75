"""Files for hosts that publish a folder: ``_headers`` and ``_redirects`` (Netlify, Cloudflare Pages), on request.

The two hosts read the same syntax.  Where rules overlap, one of them joins the values of a header with a comma, so no
header is given to one path twice.
"""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.catalog import urls
from site_builder.catalog.catalog import Catalog
from site_builder.hosting import IMMUTABLE, security_headers
from site_builder.pages.contexts import HeadersContext, HostHeader, HostRedirect, RedirectsContext
from site_builder.pages.planned import Planned
from site_builder.pages.site import document_permalink


def plan_host_files(catalog: Catalog) -> Iterator[Planned]:
    """Both files where ``deploy.host_files`` asks for them, else none."""
    if catalog.config.deploy.host_files:
        source = "site.yaml"
        yield Planned("host", urls.HOST_HEADERS, "hosts/headers.txt", source, headers_context)
        yield Planned("host", urls.HOST_REDIRECTS, "hosts/redirects.txt", source, redirects_context)


def headers_context(catalog: Catalog) -> HeadersContext:
    """What is told of every page, and of files whose name holds a fingerprint; the hosts' defaults do for the rest."""
    configured = security_headers(catalog.config.deploy.security_headers)
    return HeadersContext(
        every=catalog.addresses.base + "/*",
        headers=tuple(HostHeader(name, value) for name, value in sorted(configured.items())),
        immutable=IMMUTABLE,
    )


def redirects_context(catalog: Catalog) -> RedirectsContext:
    """A permanent redirect for each alias."""
    pages = [(aliases, catalog.permalinks[index]) for index, aliases in catalog.aliased.items()]
    for index, document in enumerate(catalog.documents):
        pages.append((document.aliases, document_permalink(catalog, index)))
    url = catalog.addresses.url
    return RedirectsContext(
        tuple(
            HostRedirect(url(urls.alias_permalink(alias)), url(permalink))
            for aliases, permalink in pages
            for alias in aliases
        )
    )
