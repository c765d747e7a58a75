"""Commands as tests run them: in this process, or as a program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from site_builder.cli import main
from tests.support.sample import REPOSITORY
from tests.support.site import SiteDir

AT = "2026-11-22T00:00:00+00:00"


def run(*arguments: object) -> Result:
    """A command in this process; whatever is no exit is a bug and comes up here."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def run_program(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "site_builder", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120)


def build(made: SiteDir, *arguments: object) -> Result:
    return run("build", "--site", made.path, "--at", AT, "--jobs", "1", *arguments)
