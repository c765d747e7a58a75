"""How much of a sweep runs: a fast, fixed part in ``make test``; all of it, at new points, in ``make fuzz``."""

from __future__ import annotations

import time

import pytest
from hypothesis import settings

# Fifty deploys that meet a fault each, some of which is time that goes by, on a machine that is busy.
SWEEP = pytest.mark.timeout(3600)


def thorough() -> bool:
    """Whether this is ``make fuzz``."""
    return settings().max_examples > 500


def points(few: int, many: int) -> int:
    """The number of points of a sweep."""
    return many if thorough() else few


def seed() -> int:
    """Where chance starts; printed, so that a failure can be seen again."""
    number = int(time.time()) if thorough() else 1
    # Shown where the test fails, so that it can be seen again.
    print(f"seed {number}")  # noqa: T201
    return number
