"""Whose are the stored views?  From the store's content paths to the articles that exist now.

Counts are kept by content path.  A piece keeps them when its address changes (its file is still there), and when
its file is renamed: the piece that now has one of the old one's addresses, as permalink or alias, or that alone
has its mark (instant of publication and headline), takes them over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

from site_builder.catalog.urls import alias_permalink
from site_builder.model import Outline, StoredViews


def mark(article: Outline) -> str:
    """What a renamed file keeps: a digest of when the piece was published and of its headline."""
    text = f"{article.timestamp.isoformat()}\0{article.title}"
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def place_key(permalink: str) -> str:
    """The form in which addresses of one page are equal: without ``index.html`` and final slash."""
    return permalink.removesuffix("index.html").rstrip("/") or "/"


def addresses_of(article: Outline, permalink: str) -> list[str]:
    """The keys of all addresses at which readers find the piece."""
    return [place_key(permalink), *(place_key(alias_permalink(alias)) for alias in article.aliases)]


def inheritances(
    stored: StoredViews, articles: Sequence[Outline], permalinks: Sequence[str], existing: Collection[str]
) -> dict[str, list[str]]:
    """For articles that took the place of others the stored paths of these, whose files are gone.

    ``existing`` are the paths of all articles, hidden ones too: their views are nobody else's.
    """
    found: dict[str, list[str]] = {}
    for earlier, path in sorted(heirs(stored, articles, permalinks, existing).items()):
        found.setdefault(path, []).append(earlier)
    return found


def heirs(
    stored: StoredViews, articles: Sequence[Outline], permalinks: Sequence[str], existing: Collection[str]
) -> dict[str, str]:
    """For each stored content path whose file is gone the path of the article that took its place."""
    gone = stored.paths() - set(existing)
    if not gone:
        return {}
    by_address: dict[str, str] = {}
    for article, permalink in zip(articles, permalinks, strict=True):
        for address in addresses_of(article, permalink):
            by_address.setdefault(address, article.path)
    found: dict[str, str] = {}
    for address, path in sorted(stored.addresses.items()):
        if path in gone and address in by_address:
            found.setdefault(path, by_address[address])
    lost = {path for path in gone if path not in found}
    found |= _by_mark(stored.marks, articles, lost)
    return found


def _by_mark(marks: Mapping[str, str], articles: Sequence[Outline], lost: set[str]) -> dict[str, str]:
    wanted: dict[str, list[str]] = {}
    for path in sorted(lost & marks.keys()):
        wanted.setdefault(marks[path], []).append(path)
    if not wanted:
        return {}
    owners: dict[str, list[str]] = {}
    for article in articles:
        if (own := mark(article)) in wanted:
            owners.setdefault(own, []).append(article.path)
    # Two pieces with one mark: guessing would give one of them the other's readers.
    return {
        paths[0]: owners[found][0]
        for found, paths in wanted.items()
        if len(paths) == 1 and len(owners.get(found, ())) == 1
    }


def total_of(path: str, stored: StoredViews, inherited: Mapping[str, Sequence[str]]) -> int:
    """All imported views of the article at ``path``; ``inherited`` names the gone paths that it took over."""
    total = stored.totals.get(path, 0)
    for earlier in inherited.get(path, ()):
        total += stored.totals.get(earlier, 0)
    return total


def days_of(path: str, stored: StoredViews, inherited: Mapping[str, Sequence[str]]) -> Mapping[int, int]:
    """The imported views of the article at ``path`` by ordinal day, as far back as the store was read."""
    earlier = inherited.get(path, ())
    if not earlier:
        return stored.days.get(path, {})
    days: dict[int, int] = {}
    for source in (path, *earlier):
        for day, views in stored.days.get(source, {}).items():
            days[day] = days.get(day, 0) + views
    return days
