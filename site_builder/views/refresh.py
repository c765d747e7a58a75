"""New counts into a finished output, by filling its slots; where a list gets another order, by a build as of then.

A build publishes whatever the sources hold.  Edits since the last one are nobody's to publish but the desk's: with
such, the lists keep their order until the next build, and only the counts are new.
"""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from site_builder.building.door import build
from site_builder.building.lock import Tell, only_one
from site_builder.building.memory import long_lived_objects
from site_builder.building.refresh import refresh_counts
from site_builder.building.snapshot import Sources
from site_builder.building.unchanged import sources_key
from site_builder.building.workers import available_jobs
from site_builder.errors import Problem, SiteError
from site_builder.sources.scan import require_content


class RefreshReport(msgspec.Struct, frozen=True):
    """``written`` files got new counts; ``rendered`` pages had to be rendered, since a ranking changed.

    ``waiting``: lists have another order now, which waits for the next build, as the sources have changed.
    """

    written: int
    rendered: int
    seconds: float
    waiting: bool = False


class _EditedError(Exception):
    """The sources are not those of the last build."""


def refresh(
    site_dir: Path | str = ".",
    *,
    output: Path | str | None = None,
    jobs: int | None = None,
    tell: Tell = lambda _text: None,
    hold: list[object] | None = None,
) -> RefreshReport:
    """Bring the counts of the store into ``output`` (default ``public``): it is then what a clean build would be.

    The site stays as of the last build's instant, and edits since are not published.  ``hold`` is as in
    :func:`site_builder.build`.  Raises :class:`SiteError` where there is no finished build, and where its counts
    cannot be known without them.
    """
    start = time.perf_counter()
    folder = Path(site_dir)
    require_content(folder)
    public = Path(output) if output else folder / "public"
    processes = jobs or available_jobs()
    with long_lived_objects(), only_one(folder, wait=True, tell=tell):
        done = refresh_counts(folder, public, processes, hold)
    if done.build_at is None:
        return RefreshReport(done.written, 0, time.perf_counter() - start)

    def check(sources: Sources) -> None:
        if sources_key(sources) != done.sources:
            raise _EditedError

    at, drafts = done.build_at, done.drafts
    try:
        report = build(folder, output=public, at=at, drafts=drafts, jobs=processes, tell=tell, hold=hold, check=check)
    except _EditedError:
        if not done.only_lists:
            message, hint = "was built from sources that have changed since", "Run: site-builder build"
            raise SiteError([Problem(str(public), message=message, hint=hint)]) from None
        with long_lived_objects(), only_one(folder, wait=True, tell=tell):
            done = refresh_counts(folder, public, processes, hold, lists=False)
        return RefreshReport(done.written, 0, time.perf_counter() - start, waiting=True)
    kinds = report.pages.values()
    return RefreshReport(
        sum(kind.written for kind in kinds), sum(kind.rendered for kind in kinds), time.perf_counter() - start
    )
