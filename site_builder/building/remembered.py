"""What builds remember of the sources, for programs that only read: the preview begins with it.

In: a site's folder and configuration.  Out: parsed sources and sizes of images that still hold.  A cache that is
missing, damaged or of another version remembers nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from site_builder.articles import Rules
from site_builder.building.engine import engines, measured_by, zone_rules
from site_builder.building.inputs import InputEntry
from site_builder.building.keys import digest
from site_builder.building.manifest import STATE
from site_builder.building.store import CACHE, Damaged, Store
from site_builder.config import SiteConfig
from site_builder.errors import SiteError
from site_builder.model import Parsed
from site_builder.sources.scan import stamp_of


def rules_key(config: SiteConfig, rules: Rules) -> bytes:
    """The digest of all that reading a source depends on beside its bytes."""
    settings = (config.site.timezone, rules.language, sorted(rules.categories.items()), rules.own)
    return digest(engines().reading, msgspec.msgpack.encode(settings), zone_rules(config.site.timezone))


def remembered(site_dir: Path) -> dict[str, InputEntry]:
    """The entries that the last build left, by path; whether they still hold is not looked at."""
    path = site_dir / STATE / CACHE
    if not path.exists():
        return {}
    try:
        store = Store(path)
    except (Damaged, SiteError):
        return {}
    try:
        return store.load("inputs", InputEntry)
    except (Damaged, SiteError):
        return {}
    finally:
        store.close()


def parsed_of(
    site_dir: Path, entries: dict[str, InputEntry], rules: bytes, paths: Iterable[str]
) -> Iterator[tuple[str, Parsed]]:
    """Those of ``paths`` whose file is the one that was parsed, by the rules with the digest ``rules``."""
    decode: Callable[[msgspec.Raw], Parsed] = msgspec.msgpack.Decoder(Parsed).decode
    for path in paths:
        entry = entries.get(path)
        if entry is not None and entry.rules == rules and _is_same(site_dir, entry):
            yield path, decode(entry.parsed)


def size_of(site_dir: Path, entry: InputEntry) -> tuple[int, int] | None:
    """The size of an image that a build measured; None where it did not, or the file is another one now."""
    if entry.image is None or not _is_same(site_dir, entry):
        return None
    width, height, problem, by = entry.image
    return (width, height) if not problem and by == measured_by() else None


def _is_same(site_dir: Path, entry: InputEntry) -> bool:
    try:
        return entry.settled and stamp_of(os.lstat(f"{site_dir}/{entry.path}")) == entry.stamp
    except OSError:
        return False
