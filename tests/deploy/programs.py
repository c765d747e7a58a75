"""``site-builder deploy`` as a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.support.sample import REPOSITORY

if TYPE_CHECKING:
    from tests.deploy.outputs import Desk


def start(desk: Desk, *arguments: str, quiet: bool = True, **environment: str) -> subprocess.Popen[str]:
    """The program, started in the desk's folder."""
    stream = subprocess.DEVNULL if quiet else subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-m", "site_builder", "deploy", *arguments],
        cwd=desk.path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
        stdout=stream,
        stderr=stream,
        text=True,
    )
