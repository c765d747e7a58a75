"""Pages that are what they were, told by what a build knows of the last one: nothing of them is made.

In: the plan, the entries of the last build, what has changed in the archive and in its counts.  Out: the pages that
have to be looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from site_builder.building.records import Counts, PageEntry, named, short, shorts
from site_builder.building.snapshot import Snapshot
from site_builder.building.template_keys import WITH_CARDS, difference, key_of
from site_builder.pages.planned import Planned

_ARTICLE = b"article"
_ENCODE = msgspec.msgpack.Encoder().encode


class Known(NamedTuple):
    """What a build knows before it makes pages.

    ``pages`` are the entries that are true; ``lost`` says why another file has none.  ``templates`` are the keys of
    today's templates, ``changes`` says how they differ from the last build's.  ``same_counts``: no article of both has
    another count than in the last build; only those of ``recounted`` (in short form) have one, None: any may.
    ``build`` is this build's number.  Before the article of the index ``unchanged`` all stand where they stood, and
    only those of ``changed`` (indices; ``changed_urls`` in short form) look another way; ``same_before``: no count
    changed either.  ``calm`` are the templates that show no articles but their context's.
    """

    pages: Mapping[str, PageEntry]
    lost: Mapping[str, str]
    templates: Mapping[str, bytes]
    changes: Mapping[str, str]
    counts: Counts
    same_counts: bool
    recounted: frozenset[bytes] | None
    build: int
    unchanged: int
    changed: frozenset[int]
    changed_urls: frozenset[bytes]
    same_before: bool
    calm: frozenset[str]

    def is_settled(self, page: Planned, entry: PageEntry | None) -> bool:
        """Whether the page's context is the one of ``entry``, by what it promises of itself."""
        return (
            entry is not None
            and 0 <= page.newest < self.unchanged
            and entry.plan == plan_of(page)
            and entry.template_key == self.templates.get(page.template)
            and not (self.changed and self._shows_changed(page, entry))
        )

    def shows_same_counts(self, entry: PageEntry) -> bool:
        """Whether the counts that stand in the file of ``entry`` are today's."""
        if self.same_counts or not entry.slots:
            return True
        if self.recounted is not None and self.recounted.isdisjoint(named(entry)):
            return True
        return self.counts.shown(entry) == entry.shown

    def _shows_changed(self, page: Planned, entry: PageEntry) -> bool:
        if page.shows is None:
            return page.newest in self.changed or not self.changed_urls.isdisjoint(shorts(entry.shows))
        members, start, stop = page.shows
        return not self.changed.isdisjoint(members[start:stop])


def plan_of(page: Planned) -> bytes:
    """What a page's context is made with, as bytes; empty where it promises nothing.

    That of an article is made with its index, which a piece taken out of the archive moves: which article it is, is
    told by what stands unchanged up to it.
    """
    if page.newest < 0:
        return b""
    return _ARTICLE if page.shows is None else _ENCODE(page.arguments)


def known_of(
    pages: Mapping[str, PageEntry],
    lost: Mapping[str, str],
    old: Mapping[str, Mapping[str, bytes]],
    new: Mapping[str, Mapping[str, bytes]],
    counts: Counts,
    *,
    same_counts: bool,
    recounted: Sequence[str] | None,
    build: int,
    unchanged: int,
    changed: Sequence[tuple[int, str]],
    same_before: bool,
) -> Known:
    """What is known, from the parts of the templates' keys in the last build (``old``) and in this one (``new``).

    ``changed`` are indices and URLs of articles, ``recounted`` URLs.
    """
    changes = {name: difference(old.get(name), parts) for name, parts in new.items() if old.get(name) != parts}
    templates = {name: key_of(parts) for name, parts in new.items()}
    calm = frozenset(name for name, parts in new.items() if WITH_CARDS.isdisjoint(parts))
    indices = frozenset(index for index, _ in changed)
    addresses = frozenset(short(url) for _, url in changed)
    return Known(
        pages,
        lost,
        templates,
        changes,
        counts,
        same_counts,
        None if recounted is None else frozenset(map(short, recounted)),
        build,
        unchanged,
        indices,
        addresses,
        same_before,
        calm,
    )


def told_apart(site: Snapshot, known: Known) -> tuple[list[Planned], list[str]]:
    """The pages that have to be looked at, and the kinds of those that are what they were."""
    pages, entries = site.pages, map(known.pages.get, site.paths)
    if not known.unchanged:
        return pages, []
    others: list[Planned] = []
    reused: list[str] = []
    is_settled, calm = known.is_settled, known.calm
    if known.same_counts or known.recounted is not None:
        # Without another count there is no need to look which of them a page shows.
        shows_none_of = None if known.same_counts else (known.recounted or frozenset[bytes]()).isdisjoint
        for page, entry in zip(pages, entries, strict=True):
            if entry is not None and is_settled(page, entry) and (shows_none_of is None or shows_none_of(named(entry))):
                reused.append(page.kind)
            else:
                others.append(page)
    elif known.same_before:
        for page, entry in zip(pages, entries, strict=True):
            if page.template in calm and is_settled(page, entry):
                reused.append(page.kind)
            else:
                others.append(page)
    else:
        others = pages
    return others, reused
