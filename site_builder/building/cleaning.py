"""Removing what builds wrote: a site's folder and an output in, the number of removed files out."""

from __future__ import annotations

from pathlib import Path

from site_builder.building.lock import only_one
from site_builder.building.manifest import STATE, remove_manifest
from site_builder.building.output import Output, cannot_write
from site_builder.building.state import opened
from site_builder.errors import SiteError


def clean(site_dir: Path, folder: Path) -> int:
    """Remove every file that builds wrote into ``folder``; files of others stay.

    Raises :class:`SiteError` where that is not allowed, or a build is running.
    """
    if not (site_dir / STATE).is_dir():
        return 0
    with only_one(site_dir, wait=False, tell=lambda _text: None), opened(site_dir, folder) as state:
        state.forget(state.owned)
        removed = Output(folder).clean(state.owned)
        is_last = state.clear()
        try:
            remove_manifest(site_dir, folder)
            if is_last:
                state.remove()
        except OSError as error:
            raise SiteError([cannot_write(site_dir / STATE, error)]) from None
    return removed
