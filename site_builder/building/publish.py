"""From staged files to the output: forget, move, remove, record, in this order (invariant M)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from site_builder.building.copies import Copies
from site_builder.building.manifest import Manifest, ManifestFile, manifest_path, put_in_place, write_fresh
from site_builder.building.output import Output, in_the_way
from site_builder.building.present import FEWEST_BESIDE, Present, stamp_at
from site_builder.building.produce import Made
from site_builder.building.records import PageEntry
from site_builder.building.snapshot import Snapshot
from site_builder.building.state import State
from site_builder.building.workers import beside
from site_builder.errors import Problem, SiteError


class Published(NamedTuple):
    """``pages`` are the entries of the whole output; ``written`` and ``removed`` those of files that changed.

    ``end_manifest`` must be called when that is recorded; it raises :class:`SiteError`.
    """

    pages: dict[str, PageEntry]
    written: list[PageEntry]
    removed: list[PageEntry]
    end_manifest: Callable[[], None]


def begin_manifest(
    state: State, pages: Mapping[str, PageEntry], instant: datetime, jobs: int, *, has_changed: bool
) -> Callable[[], None]:
    """Begin to write the manifest, where it is another or there is none; what is given back puts it in its place.

    Raises :class:`SiteError`, as that does.
    """
    site_dir, output = state.site_dir, state.output
    if not has_changed and manifest_path(site_dir, output).exists():
        return lambda: None

    def write() -> str:
        paths = sorted(pages)
        files = [
            ManifestFile(path, entry.sha256.hex(), entry.size, entry.kind)
            for path, entry in zip(paths, map(pages.__getitem__, paths), strict=True)
        ]
        try:
            write_fresh(site_dir, output, Manifest(instant=instant.isoformat(), files=tuple(files)))
        except OSError as error:
            return error.strerror or str(error)
        return ""

    waiting = beside(write) if jobs > 1 and len(pages) >= FEWEST_BESIDE else write

    def end() -> None:
        fault = waiting()
        if fault is None:
            fault = write()
        try:
            if not fault:
                put_in_place(site_dir, output)
        except OSError as error:
            fault = error.strerror or str(error)
        if fault:
            place = manifest_path(site_dir, output)
            raise SiteError([Problem(str(place), message=f"cannot be written: {fault}")])

    return end


def publish(
    site: Snapshot,
    state: State,
    here: Present,
    made: Made,
    copies: Copies,
    target: Output,
    instant: datetime,
    jobs: int,
) -> Published:
    """Bring the staged files into the output and remove what the site no longer has.

    Raises :class:`SiteError`, where files of others are in the way before anything is moved.
    """
    fresh = {**made.entries, **copies.entries}
    staged = [*made.staged, *copies.entries]
    pages: dict[str, PageEntry] = {}
    for path in (*site.paths, *(file.path for file in site.copied)):
        entry = fresh.get(path)
        pages[path] = entry if entry is not None else here.pages[path]
    if state.is_unknown:
        staged = _without_equal(staged, pages, target)
    outdated = [path for path in state.owned if path not in pages]
    end_manifest = begin_manifest(state, pages, instant, jobs, has_changed=bool(staged or outdated))
    if staged or outdated:
        state.forget([*staged, *outdated])
        stamps = target.publish(staged, outdated, state.owned)
        for path, stamp in stamps.items():
            pages[path] = msgspec.structs.replace(pages[path], stamp=stamp)
    known = state.pages
    return Published(
        pages,
        [pages[path] for path in staged],
        [known.get(path, PageEntry(path, "")) for path in outdated],
        end_manifest,
    )


def _without_equal(staged: Iterable[str], pages: dict[str, PageEntry], target: Output) -> list[str]:
    """``staged`` less the files that the output holds already: taken over, since no build of it is on record.

    Raises :class:`SiteError` where it holds others.
    """
    foreign = target.foreign(staged, frozenset())
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
