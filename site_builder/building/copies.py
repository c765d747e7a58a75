"""Files that are copied as they are: staged where the output does not hold the same bytes."""

from __future__ import annotations

from typing import NamedTuple

from site_builder.building.output import Output
from site_builder.building.records import PageEntry
from site_builder.building.settled import Known
from site_builder.building.snapshot import Snapshot
from site_builder.sources.scan import size_in


class Copies(NamedTuple):
    """``entries`` are those of staged files, ``why`` counts them by reason, ``reused`` counts the others."""

    entries: dict[str, PageEntry]
    why: dict[str, int]
    reused: int


def copy_files(site: Snapshot, known: Known, output: Output) -> Copies:
    """Stage the files of ``site`` that the output does not hold yet.  Raises :class:`SiteError`."""
    entries: dict[str, PageEntry] = {}
    why: dict[str, int] = {}
    reused = 0
    for file in site.copied:
        source = site.sources.inputs.entries[file.source]
        entry = known.pages.get(file.path)
        if entry is not None and not entry.template_key and entry.context_key == source.digest:
            reused += 1
            continue
        reason = known.lost.get(file.path, "new") if entry is None else "its bytes"
        why[reason] = why.get(reason, 0) + 1
        stamp, digest = output.stage_copy(file, source.digest)
        entries[file.path] = PageEntry(
            file.path, file.kind, b"", source.digest, digest, size_in(stamp), stamp, why=reason, build=known.build
        )
    return Copies(entries, why, reused)
