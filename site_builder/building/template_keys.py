"""Template keys: the digest of all that a page is made from beside its context.

In: the templates, the shared values, the configuration.  Out: for each template the parts of its key by name, so
that a build can say which of them changed.  Jinja is loaded only where a template changed since the last build.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from site_builder.building.engine import plugins, zone_rules
from site_builder.building.keys import Canon, digest
from site_builder.catalog.urls import Addresses
from site_builder.config import SiteConfig
from site_builder.pages.contexts import CONTEXTS
from site_builder.rendering.templates import Templates
from site_builder.rendering.uses import Uses
from site_builder.sources.scan import SiteFiles

ENGINE, BODY = "engine", "markdown"
# The templates whose pages have a body.
WITH_BODY = ("article.html", "document.html")
# The shared values that hold cards, and so counts of articles that the page's context does not name.
WITH_CARDS = frozenset(("blocks", "latest", "most_read"))
# More parts of a key than these are only counted.
MOST_NAMED = 2
# Filters that take the names of filters as values: what they call cannot be told from the template.
_CALLING = frozenset(("map",))
Setting = TypeVar("Setting")
_ENCODE = msgspec.msgpack.Encoder(order="deterministic").encode


class UsesEntry(msgspec.Struct, frozen=True, array_like=True):
    """What all templates use, as found out for those whose texts have the digest ``texts``."""

    path: str
    texts: bytes
    uses: dict[str, Uses]


def texts_digest(files: SiteFiles, shared: Mapping[str, object], engine: bytes) -> bytes:
    """The digest of what :class:`Uses` are found out from."""
    parts = [part.encode() for name in sorted(files.templates) for part in (name, *files.templates[name])]
    return digest(engine, *(name.encode() for name in sorted(shared)), *parts)


def uses_of(
    known: UsesEntry | None,
    files: SiteFiles,
    shared: Mapping[str, object],
    engine: bytes,
    load: Callable[[], Templates],
) -> UsesEntry:
    """What the templates use: ``known`` where that still holds; else the templates are loaded.

    Raises :class:`SiteError` for templates that do not compile.
    """
    texts = texts_digest(files, shared, engine)
    if known is not None and known.texts == texts:
        return known
    return UsesEntry("all", texts, load().uses())


def template_keys(
    uses: Mapping[str, Uses],
    files: SiteFiles,
    shared: Mapping[str, object],
    config: SiteConfig,
    site: Addresses,
    engine: bytes,
) -> dict[str, dict[str, bytes]]:
    """The parts of each template's key; :data:`WITH_BODY` are those that show a body."""
    canon = Canon()
    values = {
        name: canon.digest(shared[name]) for name in sorted({name for use in uses.values() for name in use.shared})
    }
    zone = config.site.timezone.encode() + zone_rules(config.site.timezone)
    settings = {
        "timestamp": digest(zone, config.site.timestamp_format.encode()),
        "date": digest(zone, config.site.date_format.encode()),
        "iso": digest(zone),
        "rfc822": digest(zone),
        "absolute": digest(_ENCODE(site)),
        "asset": digest(_ENCODE(site)),
    }
    body = digest(_ENCODE(config.markdown), plugins(config.markdown.extensions), _ENCODE(site))
    keys: dict[str, dict[str, bytes]] = {}
    for name, use in uses.items():
        parts = {ENGINE: engine}
        if name in WITH_BODY:
            parts[BODY] = body
        for member in use.closure:
            parts[f"templates/{member}"] = digest(*(text.encode() for text in files.templates[member]))
        parts.update((value, values[value]) for value in shared_of(use))
        parts.update((f"|{filtered}", setting) for filtered, setting in settings_of(use, settings))
        assets = sorted(files.assets) if use.all_assets else [asset for asset in use.assets if asset in files.assets]
        for asset in assets:
            parts[f"static/{asset}"] = files.assets[asset].encode()
        keys[name] = parts
    return keys


def shared_of(use: Uses) -> list[str]:
    """The shared values that the template sees."""
    context = CONTEXTS.get(use.path)
    shadowed = context.__struct_fields__ if context else ()
    # A field of the context hides the shared value of its name, but not from imported templates.
    return [value for value in use.shared if value not in shadowed or value in use.apart]


def settings_of(use: Uses, settings: Mapping[str, Setting]) -> list[tuple[str, Setting]]:
    """Those of ``settings``, by the filter that goes by them, that the template may come upon."""
    calls_any = not _CALLING.isdisjoint(use.filters)
    return [(filtered, setting) for filtered, setting in settings.items() if calls_any or filtered in use.filters]


def key_of(parts: Mapping[str, bytes]) -> bytes:
    """One digest of the parts."""
    return digest(*(part for name in sorted(parts) for part in (name.encode(), parts[name])))


def difference(old: Mapping[str, bytes] | None, new: Mapping[str, bytes]) -> str:
    """Which parts of a template's key changed, as people name them."""
    if old is None:
        return "new template"
    changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    rest = len(changed) - MOST_NAMED
    return ", ".join(_named(name) for name in changed[:MOST_NAMED]) + (f", {rest} more" if rest > 0 else "")


def _named(part: str) -> str:
    if part == ENGINE:
        return "builder's version"
    if part == BODY:
        return "Markdown settings"
    if part.startswith("|"):
        return f"settings of {part[1:]}"
    return part
