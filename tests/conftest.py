"""Fixtures for all tests; what they are made of is in tests/support."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.support.sample import build_sample
from tests.support.server import serve
from tests.support.site import SiteDir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from playwright.sync_api import Browser

# Tests share two cores: a slow example is no fault of the code.
_CALM = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}
# The same examples in every run: whether a change lands is no matter of luck.  `make fuzz` takes new ones.
settings.register_profile("suite", derandomize=True, database=None, **_CALM)
settings.register_profile("fuzz", max_examples=2_000, print_blob=True, **_CALM)
settings.load_profile("suite")


@pytest.fixture
def site(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], SiteDir]:
    """Makes a site from its files and nothing else: ``site({"content/a.md": "---\\ntitle: …"})``."""

    def make(files: Mapping[str, str | bytes]) -> SiteDir:
        made = SiteDir(tmp_path / "site", tmp_path / "site" / "public")
        made.path.mkdir(exist_ok=True)
        for path, text in files.items():
            made.write(path, text)
        return made

    return make


@pytest.fixture(scope="session")
def sample_public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of the repository's sample site, built once at :data:`tests.support.site.INSTANT`."""
    folder = tmp_path_factory.getbasetemp()
    # The folder of one of several test processes lies in one that they share.
    return build_sample(folder.parent if folder.name.startswith("popen-") else folder)


@pytest.fixture(scope="session")
def served_site(sample_public: Path) -> Iterator[str]:
    """The origin at which :func:`sample_public` is served on loopback."""
    with serve(sample_public) as origin:
        yield origin


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window.

    Not longer than a module: while it lives, Playwright's event loop counts as running, and tests of other modules
    could start none of their own.
    """
    from tests.support.browser import launch

    with launch() as started:
        yield started
