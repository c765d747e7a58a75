"""From staged files to the output: forget, fill, move, remove, record, in this order (invariant M)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from site_builder.building.copies import Copies
from site_builder.building.filling import Waiting, fill_all
from site_builder.building.manifest_writer import ManifestWriter
from site_builder.building.output import Output, in_the_way
from site_builder.building.present import Present, stamp_at
from site_builder.building.produce import Made
from site_builder.building.records import PageEntry
from site_builder.building.snapshot import Snapshot
from site_builder.building.state import State
from site_builder.errors import Problem, SiteError


class Published(NamedTuple):
    """``pages`` are the entries of the whole output; ``written`` and ``removed`` those of files that changed."""

    pages: dict[str, PageEntry]
    written: list[PageEntry]
    removed: list[PageEntry]


def publish(
    site: Snapshot,
    state: State,
    here: Present,
    made: Made,
    copies: Copies,
    target: Output,
    manifest: ManifestWriter,
    jobs: int,
    displaced: Collection[str] = (),
) -> Published:
    """Bring the staged files and the new counts into the output and remove what the site no longer has.

    ``displaced`` are files of ours that others took the place of.  ``manifest`` is begun.  Raises :class:`SiteError`,
    where files of others are in the way before anything is moved.
    """
    fresh = {**made.entries, **copies.entries}
    staged = [*made.staged, *copies.entries]
    pages = {**here.pages, **fresh}
    wanted = {*site.paths, *(file.path for file in site.copied)}
    for path in pages.keys() - wanted:
        del pages[path]
    if len(pages) < len(wanted):
        raise KeyError(min(wanted - pages.keys()))
    if state.is_unknown:
        staged = _without_equal(staged, pages, target, state.owned)
    outdated = state.owned - wanted
    gone = outdated.difference(displaced)
    filled = [entry.path for entry, _ in made.waiting]
    if staged or outdated or filled:
        state.forget([*staged, *outdated, *filled])
    if filled:
        pages.update(_fill(made.waiting, target, jobs))
    has_changed = bool(staged or outdated or filled)
    manifest.begin(pages, has_changed=has_changed or manifest.tells_more_than(state.build))
    if staged or outdated:
        stamps = target.publish(staged, gone, state.owned, here.pages)
        for path, stamp in stamps.items():
            pages[path] = msgspec.structs.replace(pages[path], stamp=stamp)
    known = state.pages
    return Published(
        pages,
        [pages[path] for path in (*staged, *filled)],
        [known.get(path, PageEntry(path, "")) for path in gone],
    )


def _fill(waiting: Sequence[Waiting], target: Output, jobs: int) -> dict[str, PageEntry]:
    """The entries of the files that got new counts.  Raises :class:`SiteError` where one was changed meanwhile."""
    filled = fill_all(waiting, target, jobs)
    if filled.altered:
        message, hint = "was changed while the site was being built", "Build again"
        raise SiteError(
            [Problem(f"{target.folder.name}/{path}", message=message, hint=hint) for path in filled.altered]
        )
    return {entry.path: entry for entry in filled.entries}


def _without_equal(
    staged: Iterable[str], pages: dict[str, PageEntry], target: Output, owned: Collection[str]
) -> list[str]:
    """``staged`` less the files that the output holds already: taken over, since no build of it is on record.

    Raises :class:`SiteError` where it holds others.
    """
    foreign = target.foreign(staged, owned)
    wrong = []
    for path, other in foreign.items():
        if other == path and _equal(target.folder / path, Path(target.staged_at(path))):
            pages[path] = msgspec.structs.replace(pages[path], stamp=stamp_at(str(target.folder), path))
        else:
            wrong.append(other)
    if wrong:
        raise in_the_way(target.folder, wrong, is_unknown=True)
    return [path for path in staged if path not in foreign]


def _equal(first: Path, second: Path) -> bool:
    try:
        return first.stat().st_size == second.stat().st_size and first.read_bytes() == second.read_bytes()
    except OSError:
        return False
