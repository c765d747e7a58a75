"""The front door of a build: what it is asked for, the lock, and the looks that other processes begin.

In: a site's folder and an instant.  Out: a report; the files are in the output folder.  :mod:`.recipe` is what is done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from site_builder.building.ahead import look_ahead
from site_builder.building.lock import Tell, only_one
from site_builder.building.memory import long_lived_objects
from site_builder.building.output import refuse_sources
from site_builder.building.workers import available_jobs
from site_builder.sources.scan import require_content

if TYPE_CHECKING:
    from site_builder.building.inputs import Progress
    from site_builder.building.report import BuildReport
    from site_builder.building.snapshot import Sources


class Options(NamedTuple):
    """What a build was asked for, beside the sources: see :func:`build`."""

    instant: datetime
    drafts: bool
    strict: bool
    jobs: int


def build(
    site_dir: Path | str = ".",
    *,
    output: Path | str | None = None,
    at: datetime | None = None,
    drafts: bool = False,
    jobs: int | None = None,
    strict: bool = False,
    wait: bool = True,
    verify_sample: float = 0,
    progress: Progress | None = None,
    tell: Tell | None = None,
    hold: list[object] | None = None,
    check: Callable[[Sources], None] = lambda _: None,
) -> BuildReport:
    """Build the site in ``site_dir`` into ``output`` (default ``public`` in it) as of the instant ``at`` (default now).

    ``drafts`` shows drafts as if published; ``strict`` makes warnings errors; ``jobs`` is the number of
    processes (default: one a core); ``wait`` False gives up where another build of the site is running;
    ``verify_sample`` is the share of reused pages, 0 to 1, that are rendered again to compare them;
    ``tell`` is called with a sentence where there is something to wait for.  What the build knows of the site is put
    into ``hold``: who ends next need not wait until it is taken apart.  ``check`` is called with what was read, before
    anything is written: what it raises ends the build.  Raises :class:`SiteError` with
    every problem found, the output then being what it was before, and :class:`ValueError` for an instant
    without a zone.
    """
    if at is not None and at.tzinfo is None:
        raise ValueError(f"at: {at} has no zone: it would be another instant on another machine")
    folder = Path(site_dir)
    public = Path(output) if output else folder / "public"
    require_content(folder)
    refuse_sources(folder, public)
    instant = (at or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    options = Options(instant, drafts=drafts, strict=strict, jobs=jobs or available_jobs())
    with (
        long_lived_objects(),
        only_one(folder, wait=wait, tell=tell or (lambda _text: None)) as start,
        look_ahead(folder, public, options.jobs) as looks,
    ):
        from site_builder.building.recipe import build_looked_at  # loaded while others look

        return build_looked_at(
            folder,
            public,
            options,
            looks,
            start,
            verify_sample=verify_sample,
            say=progress or (lambda _stage, _done, _total: None),
            hold=[] if hold is None else hold,
            check=check,
        )
