"""Caches and outputs that this user may not write, though he may write beside them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.building.small_site import AT, article, small_site
from tests.support.sample import REPOSITORY
from tests.support.site import SiteDir

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0

pytestmark = pytest.mark.skipif(
    os.name == "nt" or (ROOT and not shutil.which("setpriv")), reason="root may write everything"
)


@pytest.fixture
def made(site: Callable[..., SiteDir]) -> SiteDir:
    """A site that was built."""
    made = site(small_site())
    made.build(AT, output=made.path / "public")
    return SiteDir(made.path, made.path / "public")


def build(made: SiteDir, *options: object) -> subprocess.CompletedProcess[str]:
    """A build by one who is bound by permissions."""
    less = "-dac_override,-dac_read_search"
    bound = ["setpriv", f"--bounding-set={less}", f"--inh-caps={less}"] if ROOT else []
    command = [
        *bound,
        sys.executable,
        "-m",
        "site_builder",
        "build",
        "--site",
        str(made.path),
        "--at",
        AT,
        *map(str, options),
    ]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_cache_that_may_not_be_written_is_made_anew(made: SiteDir, tmp_path: Path) -> None:
    """As after a build by root, or from an archive of files that are read-only."""
    for path in (made.path / ".site-builder").glob("cache.sqlite*"):
        path.chmod(0o444)
    made.write("content/a1.md", article("Another", 2))
    built = build(made)
    assert built.returncode == 0, built.stderr
    assert "everything is built anew" in built.stderr
    clean = SiteDir(made.path, tmp_path / "clean")
    clean.build(AT)
    assert made.files() == clean.files()
    assert made.build(AT).written == 0


def test_a_cache_that_may_not_be_read_is_told_with_the_remedy(made: SiteDir) -> None:
    (made.path / ".site-builder/cache.sqlite").chmod(0)
    assert (
        "cache.sqlite: the build cache cannot be used: unable to open database file. Unless the disk"
        in build(made).stderr
    )


def test_a_folder_that_may_not_be_written_is_named(made: SiteDir) -> None:
    folder = made.out / "2026/11/a1"
    folder.chmod(0o555)
    made.write("content/a1.md", article("Another", 2))
    built = build(made)
    folder.chmod(0o755)
    assert built.returncode == 1
    assert f"{folder}/index.html: cannot be written: Permission denied" in built.stderr


def test_an_output_beside_which_nothing_may_be_made_is_written(made: SiteDir, tmp_path: Path) -> None:
    """As a folder of one's own in a server's ``/srv``."""
    out = SiteDir(made.path, tmp_path / "srv" / "mine")
    out.out.mkdir(parents=True)
    out.out.parent.chmod(0o555)
    for title in ("One", "Another"):
        made.write("content/a1.md", article(title, 2))
        built = build(made, "--output", out.out)
        assert built.returncode == 0, built.stderr
        made.build(AT, output=tmp_path / title)
        assert out.files() == SiteDir(made.path, tmp_path / title).files()
    out.out.parent.chmod(0o755)
