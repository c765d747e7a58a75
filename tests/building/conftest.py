"""What several tests of builds begin with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.building.small_site import AT, small_site
from tests.support.site import SiteDir


@pytest.fixture
def made(site: Callable[..., SiteDir]) -> SiteDir:
    """A site that was built."""
    made = site(small_site())
    made.build(AT)
    return made
