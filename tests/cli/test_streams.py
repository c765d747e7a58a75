"""Commands whose streams are closed, or can write few signs; builds whose parent is ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.building.small_site import article, small_site
from tests.cli.running import AT
from tests.support.sample import REPOSITORY
from tests.support.site import SiteDir

PROGRAM = (sys.executable, "-m", "site_builder")


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), **more}


@pytest.fixture
def made(site: Callable[..., SiteDir]) -> SiteDir:
    return site(small_site())


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell closes the streams")
@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_fault(made: SiteDir, closed: str) -> None:
    for command, rest in (("build", ["--at", AT]), ("why", ["content/a1.md"])):
        line = [*PROGRAM, command, "--site", str(made.path), *rest]
        ended = subprocess.run(
            ["sh", "-c", f'exec "$@" {closed}', "sh", *line],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ended.returncode, "Traceback" in ended.stderr) == (0, False), (command, ended.stderr)
    assert (made.path / "public/index.html").is_file()


def test_signs_that_the_stream_cannot_write_are_told_another_way(made: SiteDir) -> None:
    made.write("content/a1.md", article("Café – 秋冬", 2, tags="[silk]"))
    line = [*PROGRAM, "why", "--site", str(made.path), "content/a1.md"]
    ended = subprocess.run(
        line, env=environment(PYTHONIOENCODING="ascii"), capture_output=True, encoding="ascii", check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert r"Caf\xe9 \u2013 \u79cb\u51ac" in ended.stdout


@pytest.mark.skipif(os.name == "nt", reason="file names are Unicode there")
def test_file_names_are_utf8_in_any_locale(made: SiteDir) -> None:
    made.write("content/秋冬/日记.md", article("Café – 秋冬", 2, tags="[silk]"))
    made.write("content/é.md", article("Not – shown [x](秋冬/日记.md)", 3))
    site = str(made.path)
    other = environment(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    for output, variables in (("here", environment()), ("there", other)):
        line = [*PROGRAM, "build", "--site", site, "--at", AT, "--output", str(made.path / output)]
        ended = subprocess.run(line, env=variables, capture_output=True, encoding="utf-8", check=False)
        assert (ended.returncode, ended.stderr.count("é.md")) == (0, 0), ended.stderr
    assert files_of(made.path / "there") == files_of(made.path / "here")
    line = [*PROGRAM, "why", "--site", site, "content/秋冬/日记.md"]
    ended = subprocess.run(line, env=other, capture_output=True, encoding="ascii", check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert r"Caf\xe9 \u2013 \u79cb\u51ac" in ended.stdout


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


DIES = """
import os, signal, sys, time
from site_builder.building.workers import run
def task(chunk):
    time.sleep(0.01)
    return bytes(100)
for _ in run(task, 2000, 2):
    time.sleep(0.5)  # by now the workers wait for what comes next
    os.kill(os.getpid(), signal.SIGTERM)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs fork")
def test_workers_whose_parent_is_ended_say_nothing() -> None:
    ended = subprocess.run([sys.executable, "-c", DIES], env=environment(), capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (-signal.SIGTERM, "")


GOES_ON = """
import signal
from site_builder.building.workers import run
signal.signal(signal.SIGTERM, lambda *_: None)
for _ in run(lambda chunk: bytes(1_000_000), 2000, 2):
    break
print("went on")
"""


@pytest.mark.skipif(os.name == "nt", reason="needs fork")
def test_workers_end_also_where_their_parent_has_its_own_idea_of_sigterm() -> None:
    """As ``watch`` has, which builds again and again: a build that gives up must not wait for them for ever."""
    line = [sys.executable, "-c", GOES_ON]
    ended = subprocess.run(line, env=environment(), capture_output=True, text=True, check=False, timeout=60)
    assert (ended.stdout, ended.stderr) == ("went on\n", "")


@pytest.mark.skipif(os.name == "nt", reason="such names are not to be had there")
def test_a_name_that_would_steer_a_terminal_is_told_on_one_line(made: SiteDir) -> None:
    made.write("content/new\nline \x1b[2J.md", "")
    line = [*PROGRAM, "build", "--site", str(made.path)]
    ended = subprocess.run(line, env=environment(), capture_output=True, text=True, check=False)
    assert ended.stderr.splitlines()[1:] == [
        "  content/new?line ?[2J.md: the file's name holds characters that are no text. Rename it."
    ]


def test_a_file_that_may_not_be_read_is_no_matter_of_encoding(made: SiteDir) -> None:
    for name in ("templates/nav.html", "site.yaml"):
        path = made.path / name
        text = path.read_bytes()
        path.unlink()
        path.mkdir() if name == "site.yaml" else path.symlink_to("nav.html")
        line = [*PROGRAM, "build", "--site", str(made.path)]
        ended = subprocess.run(line, env=environment(), capture_output=True, text=True, check=False)
        assert ended.returncode == 1
        assert "UTF-8" not in ended.stderr, ended.stderr
        assert str(made.path) not in ended.stderr
        path.rmdir() if name == "site.yaml" else path.unlink()
        path.write_bytes(text)


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_an_output_that_is_a_link_to_itself_is_a_problem(made: SiteDir) -> None:
    os.symlink("public", made.path / "public")
    line = [*PROGRAM, "build", "--site", str(made.path)]
    ended = subprocess.run(line, env=environment(), capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "public: is a link that leads back to itself. Remove it." in ended.stderr
    assert Path(made.path / "public").is_symlink()
