"""New counts into a finished output, by filling its slots; where a list gets another order, by a build as of then."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from site_builder.building.memory import long_lived_objects
from site_builder.building.recipe import build
from site_builder.building.refresh import refresh_counts
from site_builder.building.state import Tell, only_one
from site_builder.building.workers import available_jobs


class RefreshReport(msgspec.Struct, frozen=True):
    """``written`` files got new counts; ``rendered`` pages had to be rendered, since a ranking changed."""

    written: int
    rendered: int
    seconds: float


def refresh(
    site_dir: Path | str = ".",
    *,
    output: Path | str | None = None,
    jobs: int | None = None,
    tell: Tell = lambda _text: None,
    hold: list[object] | None = None,
) -> RefreshReport:
    """Bring the counts of the store into ``output`` (default ``public``): it is then what a clean build would be.

    The site stays as of the last build's instant.  ``hold`` is as in :func:`site_builder.build`.  Raises
    :class:`SiteError` where there is no finished build.
    """
    start = time.perf_counter()
    folder = Path(site_dir)
    public = Path(output) if output else folder / "public"
    processes = jobs or available_jobs()
    with long_lived_objects(), only_one(folder, wait=True, tell=tell):
        done = refresh_counts(folder, public, processes, hold)
    if done.build_at is None:
        return RefreshReport(done.written, 0, time.perf_counter() - start)
    report = build(folder, output=public, at=done.build_at, drafts=done.drafts, jobs=processes, tell=tell, hold=hold)
    kinds = report.pages.values()
    return RefreshReport(
        sum(kind.written for kind in kinds), sum(kind.rendered for kind in kinds), time.perf_counter() - start
    )
