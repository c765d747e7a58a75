"""The site for commands that build nothing: what the last build has read is not read again.

In: a site's folder, an output whose builds are on record.  Out: its sources as they are now, or its catalog.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from site_builder.building.lock import Tell, only_one
from site_builder.building.snapshot import Sources, catalog_of, read_sources
from site_builder.building.state import opened
from site_builder.catalog.catalog import Catalog


def known_sources(site_dir: Path, output: Path, *, jobs: int | None = None, tell: Tell = lambda _text: None) -> Sources:
    """The site's files.  Waits for a build that runs.  Raises :class:`SiteError`."""
    with only_one(site_dir, wait=True, tell=tell), opened(site_dir, output) as state:
        return read_sources(site_dir, state.inputs, 0, jobs=jobs)


def known_catalog(site_dir: Path, at: datetime) -> Catalog:
    """The catalog as of ``at``.  Raises :class:`SiteError`."""
    sources = known_sources(site_dir, site_dir / "public")
    outlined = sources.inputs.outlined(sources.files.articles)
    return catalog_of(outlined, sources, at, drafts=False, strict=False)
