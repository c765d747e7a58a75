"""What a build did: the value that the command prints and that programs read."""

from __future__ import annotations

import msgspec

from site_builder.errors import Problem


class KindReport(msgspec.Struct):
    """Pages of one kind: ``rendered`` in this build, and ``written`` because their bytes changed."""

    rendered: int = 0
    written: int = 0


class BuildReport(msgspec.Struct, kw_only=True):
    """Facts of one build: times in seconds, memory in bytes (all processes together), ``instant`` in UTC, ISO 8601."""

    output: str
    instant: str
    articles: int
    documents: int
    hidden: int
    pages: dict[str, KindReport]
    files: int
    files_written: int
    removed: int
    stages: dict[str, float]
    seconds: float
    peak_memory: int
    jobs: int
    warnings: tuple[Problem, ...] = ()
