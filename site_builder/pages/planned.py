"""A planned page: what will be rendered, cheap to hold by the million; its context is made where it is rendered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from site_builder.catalog.catalog import Catalog
from site_builder.catalog.urls import output_path
from site_builder.model import Page


class Planned(msgspec.Struct, frozen=True, gc=False):
    """``make(catalog, *arguments)`` gives the template and the context.

    ``permalink`` is the page's address; ``source`` the content file or the setting that it comes from.

    ``newest`` is a promise: beside ``arguments``, the configuration, and the names and addresses of taxa, the
    context depends on no article that was published after the one of that index.  -1 promises nothing.

    ``shows`` are the articles that such a page shows: a list, and where it begins and ends there.  None: an article,
    and what it looks back on.
    """

    kind: str
    permalink: str
    template: str
    source: str
    make: Callable[..., msgspec.Struct]
    arguments: tuple[Any, ...] = ()
    newest: int = -1
    shows: tuple[Sequence[int], int, int] | None = None

    @property
    def path(self) -> str:
        """The file in the output folder."""
        return output_path(self.permalink)

    def page(self, catalog: Catalog) -> Page:
        """The page with its context."""
        return Page(self.kind, self.path, self.template, self.make(catalog, *self.arguments), self.source)
