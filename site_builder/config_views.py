"""``views`` of ``site.yaml``: where reader counts are kept, how they are shown, what "most read" means."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Literal

import msgspec

Display = Literal["exact", "rounded"]
Window = Literal["24h", "7d", "all"]

LONGEST_HALF_LIFE = 365


class Views(msgspec.Struct, frozen=True, kw_only=True):
    """``views``: ``store`` is a CSV file of the site ('' for ``.site-builder/``); ``half_life`` in days, 0 for none."""

    store: str = ""
    display: Display = "exact"
    live: bool = False
    window: Window = "all"
    half_life: int = 0


def faults(views: Views) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the values: (key, message, hint)."""
    if not 0 <= views.half_life <= LONGEST_HALF_LIFE:
        expected = f"Expected 0 (no decay) to {LONGEST_HALF_LIFE} days"
        yield "half_life", f"{views.half_life} is out of range", expected
    if views.store and not _is_csv_of_the_site(views.store):
        yield "store", f"'{views.store}' is no CSV file of this site", "Expected like data/views.csv"


def _is_csv_of_the_site(path: str) -> bool:
    # What lies in these folders is published, or removed by the next build.
    folder = path.partition("/")[0]
    return (
        path.endswith(".csv")
        and posixpath.normpath(path) == path
        and not path.startswith(("/", "../"))
        and "\\" not in path
        and ":" not in path
        and folder not in ("content", "static", "templates", "public")
    )
