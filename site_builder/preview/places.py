"""Which page or file an address names, as a static host decides it.

In: a view, a decoded path.  Out: a page, a file, a redirect, or nothing.  The disk is not asked: what is no
key of the view's tables does not exist, whatever the path looks like.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from site_builder.pages.planned import Planned
from site_builder.preview.view import View
from site_builder.sources.scan import CopiedFile

INDEX = "index.html"


class Redirect(msgspec.Struct, frozen=True):
    """Where the page is: ``url`` is root-relative."""

    url: str


Place = Planned | CopiedFile | Redirect


def locate(view: View, path: str, retired: Mapping[str, str]) -> Place | None:
    """What stands at ``path``; ``retired`` are earlier fingerprinted names of files of ``static/`` by output path."""
    addresses = view.catalog.addresses
    if not path.startswith(addresses.base + "/"):
        # A site below a path: its home is where people look first.
        return Redirect(addresses.url("/")) if path and path in ("/", addresses.base) else None
    permalink = path[len(addresses.base) :]
    found = _exact(view, permalink, retired)
    if found is None and not permalink.endswith("/") and _exact(view, permalink + "/", retired) is not None:
        return Redirect(addresses.url(permalink + "/"))
    return found


def _exact(view: View, permalink: str, retired: Mapping[str, str]) -> Planned | CopiedFile | None:
    page = view.pages.get(permalink)
    if page is None and permalink.endswith("/" + INDEX):
        page = view.pages.get(permalink.removesuffix(INDEX))
    if page is not None:
        return page
    name = permalink[1:] + (INDEX if permalink.endswith("/") else "")
    return view.copied.get(name) or view.copied.get(retired.get(name, ""))
