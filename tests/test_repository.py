"""What must not stand in any file of the repository: where it was made."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.sample import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

# In two halves each, or this file would be the first to be found.
FOLDERS = ["/wo" + "rk/", "/tm" + "p/v/", "/root" + "/"]
HOSTS = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "deb." + "debian.org",
    "yarn" + "pkg.com",
]
# A folder counts at the start of a path only.
FORBIDDEN = re.compile(
    "|".join([rf"(?<![\w.*-]){re.escape(name)}" for name in FOLDERS] + list(map(re.escape, HOSTS))).encode()
)
LARGEST = 5_000_000


def own_files() -> list[Path]:
    """The repository's files, tracked or about to be; in a copy without git all but hidden folders and outputs."""
    if (REPOSITORY / ".git").exists() and shutil.which("git"):
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=REPOSITORY,
            capture_output=True,
            check=True,
        )
        files = [REPOSITORY / os.fsdecode(name) for name in listing.stdout.split(b"\0") if name]
    else:
        outputs = {"node_modules", "public", "screenshots", "dist", "build", "made", "__pycache__"}
        files = [
            file
            for file in REPOSITORY.rglob("*")
            if not any(part in outputs or part.startswith(".") for part in file.relative_to(REPOSITORY).parts)
        ]
    return [file for file in files if file.is_file()]


def test_no_file_names_a_machine_or_a_package_registry():
    files = own_files()
    found = {file.relative_to(REPOSITORY): FORBIDDEN.findall(file.read_bytes()) for file in files}
    assert {file: words for file, words in found.items() if words} == {}
    assert REPOSITORY / "tests" / "test_repository.py" in files


@pytest.mark.parametrize("text, count", [("see %s", 1), ("'%sa.txt'", 1), ("https://x%s", 0), ("benchmarks%s", 0)])
def test_a_planted_folder_is_found(text: str, count: int):
    assert len(FORBIDDEN.findall((text % FOLDERS[0]).encode())) == count


@pytest.mark.parametrize("host", HOSTS)
def test_a_planted_host_is_found(host: str):
    assert FORBIDDEN.findall(f"https://{host}/simple".encode())


def test_every_file_is_small_enough_for_git():
    assert [file for file in own_files() if file.stat().st_size > LARGEST] == []
