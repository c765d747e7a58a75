"""One preview of the sample site for the tests that change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.preview import AT_INSTANT, Served, sample_site, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def sample_preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample site, served as of the instant at which ``sample_public`` was built."""
    with serving(sample_site(tmp_path_factory.mktemp("preview")), *AT_INSTANT) as served:
        yield served
