"""Servers for the tests of deploys, started once a test process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.weed import room, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.deploy.weed import S3


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """A real S3 server; its credentials are in the environment."""
    with (
        room(tmp_path_factory.mktemp("weed")) as folder,
        serving(folder) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in server.environment.items():
            patch.setenv(name, value)
        yield server
