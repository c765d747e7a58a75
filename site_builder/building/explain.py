"""Why a page is as it is: the inputs of its key, why it was last rendered, and which pages show a piece.

In: a snapshot and what the last build recorded.  Out: lines for people.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from site_builder.building.engine import engine_name
from site_builder.building.keys import described
from site_builder.building.records import PageEntry
from site_builder.building.snapshot import Snapshot
from site_builder.building.state import State
from site_builder.building.template_keys import WITH_BODY, WITH_CARDS, settings_of, shared_of
from site_builder.catalog.urls import addresses, output_path
from site_builder.errors import Problem, SiteError, did_you_mean
from site_builder.pages.planned import Planned

# Kinds whose pages hold cards of articles: what people mean by lists and feeds.
NOT_LISTS = ("article", "redirect", "document")
_NEAREST_UP_TO = 5_000


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """``inputs`` are lines; ``last`` says what the last build did with the page, and why it was last rendered.

    ``shown_on`` are the addresses of listings and feeds that hold the piece, where the page is an article's.
    """

    path: str
    kind: str
    source: str
    template: str
    closure: tuple[str, ...]
    last: str
    inputs: tuple[str, ...]
    shown_on: tuple[str, ...] = ()


def explain(site: Snapshot, state: State, wanted: str) -> Explanation:
    """The explanation of the page that ``wanted`` names: an address, an output path or a content file.

    Raises :class:`SiteError` where no page is meant.
    """
    page = find(site, state, wanted)
    uses = site.templates.uses()
    entry = state.pages.get(page.path)
    shown_on: tuple[str, ...] = ()
    if page.kind == "article":
        url = addresses(site.config).url(page.permalink)
        # Whose templates show it in a list that is no part of a context, such as a block.
        beside = {
            name
            for name, use in uses.items()
            if any(_mentions(site.shared[value], url, site) for value in shared_of(use) if value in WITH_CARDS)
        }
        shown_on = tuple(
            other.permalink
            for other in site.pages
            if other.kind not in NOT_LISTS
            and (other.template in beside or _mentions(other.make(site.catalog, *other.arguments), url, site))
        )
    return Explanation(
        path=page.path,
        kind=page.kind,
        source=page.source,
        template=page.template,
        closure=uses[page.template].closure if page.template in uses else (),
        last=_last(entry, state),
        inputs=tuple(inputs_of(page, site)),
        shown_on=shown_on,
    )


def inputs_of(page: Planned, site: Snapshot) -> Iterator[str]:
    """Every input of the page's key, a line each: engine, templates, settings, its context, then shared values."""
    yield f"engine: {engine_name()}"
    use = site.templates.uses().get(page.template)
    if use is not None:
        yield f"templates: {', '.join(use.closure)}"
        if use.filters:
            yield f"filters: {', '.join(use.filters)}"
        if named := sorted(site.files.assets) if use.all_assets else use.assets:
            yield f"assets: {', '.join(site.files.assets.get(asset, asset) for asset in named)}"
        settings = site.config.site
        for name, setting in settings_of(
            use,
            {
                "timestamp": f"{settings.timestamp_format!r}, {settings.timezone}",
                "date": f"{settings.date_format!r}, {settings.timezone}",
                "iso": settings.timezone,
                "rfc822": settings.timezone,
                "absolute": settings.url,
                "asset": settings.url,
            },
        ):
            yield f"settings of {name}: {setting}"
        if page.template in WITH_BODY:
            yield f"Markdown settings: {msgspec.json.encode(site.config.markdown).decode()}"
    yield from described(page.make(site.catalog, *page.arguments))
    for name in shared_of(use) if use else ():
        yield from described(site.shared[name], name)


def _last(entry: PageEntry | None, state: State) -> str:
    if entry is None:
        return "no build has written it"
    if not entry.is_true:
        return "a build was broken off while it was being written"
    did = "rendered in the last build" if entry.build == state.build.number else "not rendered in the last build"
    return f"{did}; last rendered because of: {entry.why}"


def find(site: Snapshot, state: State, wanted: str) -> Planned:
    """The page that ``wanted`` names.  Raises :class:`SiteError`."""
    base = addresses(site.config).base
    path = unquote(urlsplit(wanted).path)
    names = {wanted, wanted.removeprefix("./")}
    if base and path.startswith(f"{base}/"):
        path = path.removeprefix(base)
    for place in (path, path + "/"):
        names.add(output_path(place))
    names.add(path.removeprefix("./").removeprefix(f"{Path(state.output).name}/"))
    for page in site.pages:
        if page.path in names or (page.source in names and page.kind in ("article", "document")):
            return page
    for name in sorted(names):
        if fault := _no_page(name, site):
            raise SiteError([Problem(wanted, message=fault)])
    known = [page.permalink for page in site.pages] if len(site.pages) <= _NEAREST_UP_TO else []
    hint = did_you_mean(wanted, known) if known else "Expected an address, a path in the output, or a content file"
    raise SiteError([Problem(wanted, message="names no page of this site", hint=hint)])


def _no_page(name: str, site: Snapshot) -> str:
    """Why ``name``, a content file or a copied one, stands for no page; '' where it is neither."""
    for file in site.copied:
        if name == file.path or (name == file.source and file.kind == "file"):
            return f"is no page: /{file.path} is copied as it is from {file.source}"
    if name not in site.sources.files.articles:
        return ""
    parsed = site.sources.inputs.parsed([name])[0]
    article, instant = parsed.article, site.catalog.instant
    if article is None or article.draft:
        return "has no page: it is a draft"
    if article.timestamp > instant:
        return f"has no page yet: it appears at {article.timestamp.isoformat()}"
    return "has no page: it has expired" if article.expires is not None and article.expires <= instant else ""


def _mentions(value: Any, url: str, site: Snapshot) -> bool:
    """Whether ``value`` holds a record that stands for the article at ``url``."""
    if isinstance(value, tuple):
        return any(_mentions(item, url, site) for item in value)
    if not isinstance(value, msgspec.Struct):
        return False
    fields = value.__struct_fields__
    if "url" in fields and value.url in (url, site.catalog.addresses.absolute(url)):  # type: ignore[attr-defined]
        return True
    return any(_mentions(getattr(value, field), url, site) for field in fields)
