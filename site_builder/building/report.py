"""What a build did: the value that the command prints and that programs read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from site_builder.building.memory import own_memory
from site_builder.errors import Problem

if TYPE_CHECKING:
    from site_builder.building.copies import Copies
    from site_builder.building.output import Output
    from site_builder.building.produce import Made
    from site_builder.building.publish import Published
    from site_builder.building.snapshot import Snapshot
    from site_builder.building.state import State
    from site_builder.building.stopwatch import Stopwatch

# Kinds of files that are no pages: copied, with a fingerprint in the name or without; "" where nobody knows.
FILES = ("file", "asset", "")


class KindReport(msgspec.Struct):
    """Files of one kind.

    Each page was ``rendered``, ``spliced`` (new counts put into the file) or ``reused``; for copied files
    ``rendered`` counts those that were copied.  ``written`` are those whose bytes changed, ``removed`` those
    that the site no longer has.  ``why`` counts the rendered ones by reason.
    """

    rendered: int = 0
    spliced: int = 0
    reused: int = 0
    written: int = 0
    removed: int = 0
    why: dict[str, int] = {}

    @property
    def total(self) -> int:
        """How many files of the kind the site has."""
        return self.rendered + self.spliced + self.reused


class BuildReport(msgspec.Struct, kw_only=True):
    """Facts of one build: times in seconds, memory in bytes (all processes together), ``instant`` in UTC, ISO 8601.

    ``pages`` by kind; ``files`` are those that are copied as they are.
    """

    output: str
    instant: str
    articles: int
    documents: int
    hidden: int
    pages: dict[str, KindReport]
    files: KindReport
    stages: dict[str, float]
    seconds: float
    peak_memory: int
    jobs: int
    warnings: tuple[Problem, ...] = ()

    @property
    def rendered(self) -> int:
        """Pages rendered."""
        return sum(kind.rendered for kind in self.pages.values())

    @property
    def written(self) -> int:
        """Files written, copied ones too."""
        return sum(kind.written for kind in self.pages.values()) + self.files.written

    @property
    def removed(self) -> int:
        """Files removed, copied ones too."""
        return sum(kind.removed for kind in self.pages.values()) + self.files.removed


class Done(NamedTuple):
    """What a build did: the snapshot, what was made and copied and published, and the memory it took in bytes.

    ``others`` are warnings of files that no build is known to have written, where an output may have been put back.
    """

    site: Snapshot
    made: Made
    copies: Copies
    published: Published
    memory: int
    others: tuple[Problem, ...] = ()


def report_of(
    state: State, target: Output, instant: datetime, clock: Stopwatch, jobs: int, done: Done | None = None
) -> BuildReport:
    """The report of a build; without ``done`` of one that had nothing to do."""
    pages: dict[str, KindReport] = {}
    files = KindReport()

    def of(kind: str) -> KindReport:
        return files if kind in FILES else pages.setdefault(kind, KindReport())

    if done is None:
        for entry in state.pages.values():
            of(entry.kind).reused += 1
    else:
        copies = done.copies
        for (kind, what), count in sorted(done.made.done.items()):
            setattr(of(kind), what, count)
        for (kind, reason), count in sorted(done.made.why.items()):
            of(kind).why[reason] = count
        files.rendered, files.reused, files.why = len(copies.entries), copies.reused, dict(sorted(copies.why.items()))
        for entry in done.published.written:
            of(entry.kind).written += 1
        for entry in done.published.removed:
            of(entry.kind).removed += 1
    articles, documents, hidden = state.build.counts
    return BuildReport(
        output=str(target.folder),
        instant=instant.isoformat(),
        articles=articles,
        documents=documents,
        hidden=hidden,
        pages=dict(sorted(pages.items())),
        files=files,
        stages=clock.stages,
        seconds=clock.total(),
        peak_memory=done.memory if done else own_memory(),
        jobs=jobs,
        warnings=(*((state.warning,) if state.warning else ()), *state.build.warnings, *(done.others if done else ())),
    )
