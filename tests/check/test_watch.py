"""Watching: the rule with clocks of the test's own, and the program with real files."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.check.watching import LONGEST_WAIT, cycles
from tests.cli.running import run
from tests.site.pieces import make_site, piece
from tests.support.limits import limited
from tests.support.sample import REPOSITORY


@dataclass
class World:
    """A world in which time passes only while somebody waits."""

    dues: list[float]
    events: list[tuple[float, str, float]]  # after so many seconds: "file", or "jump"/"sleep" by so many
    wall: float = 1_000_000.0
    steady: float = 0.0
    end: float = 500.0
    log: list[tuple[float, str]] = field(default_factory=list)

    def cycle(self, why: str) -> float | None:
        self.log.append((self.wall, why))
        return min((due for due in self.dues if due > self.wall), default=None)

    def wait(self, seconds: float) -> bool | None:
        assert 0 <= seconds <= LONGEST_WAIT
        if self.steady >= self.end:
            return None
        until = self.steady + seconds
        if self.events and self.events[0][0] <= until:
            at, what, by = self.events.pop(0)
            passed = max(0.0, at - self.steady)
            self.steady += passed
            self.wall += passed + (by if what != "file" else 0)
            if what == "file":
                return True
            # Whatever the clock does, the wait goes on for as long as it was asked to.
            self.wall += until - self.steady
            self.steady = until
            return False
        self.wall += seconds
        self.steady = until
        return False


def watched(world: World) -> list[tuple[float, str]]:
    cycles(world.cycle, world.wait, lambda: world.wall, lambda: world.steady)
    return world.log


offsets = st.lists(st.integers(1, 400).map(float), max_size=5)


@given(offsets, offsets)
def test_a_build_runs_when_it_is_due_or_a_file_changed_and_at_no_other_time(dues, files):
    world = World(sorted(1_000_000 + due for due in dues), [(at, "file", 0) for at in sorted(files)])
    log = watched(world)
    assert log[0] == (1_000_000, "started")
    assert {at for at, why in log if why == "due"} <= {1_000_000 + due for due in dues}
    assert len([why for _, why in log if why == "files changed"]) == len(files)
    # Nothing that was due waits for longer than a change that came at the same instant.
    for due in dues:
        assert any(at == 1_000_000 + due for at, _ in log)
    assert len(log) <= 1 + len(dues) + len(files)


@given(offsets, st.integers(1, 300), st.sampled_from([-5_000.0, -3.0, 3.0, 90.0, 100_000.0]))
def test_a_set_clock_and_a_sleeping_machine_are_noticed(dues, at, by):
    world = World([1_000_000 + due for due in dues], [(float(at), "jump", by)])
    log = watched(world)
    noticed = [when for when, why in log if why == "the clock was set" or (why == "due" and by > 0)]
    before = [when for when, _ in log if when <= 1_000_000 + at]
    after = [when for when, _ in log[len(before) :]] if by > 0 else [when for when, _ in log]
    assert noticed or any(when >= 1_000_000 + at + by for when in after)
    # Within one wait of the jump, what it made due is built.
    missed = [due for due in world.dues if 1_000_000 + at <= due <= 1_000_000 + at + by]
    if missed:
        first = min(when for when, _ in log if when >= max(missed))
        assert first <= 1_000_000 + at + by + 2 * LONGEST_WAIT


def started(made, *options: str, within: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "site_builder", "watch", "--site", str(made.path), "--jobs", "1", *options]
    return subprocess.Popen(
        [*within, *command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def line_with(process: subprocess.Popen[str], text: str) -> str:
    """The next line that holds ``text``; the test's time limit ends a wait in vain."""
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return line
    raise AssertionError(f"ended without '{text}':\n" + "".join(lines))


@pytest.mark.slow
def test_the_program_builds_what_changes_and_what_comes_due(site):
    soon = datetime.now(UTC) + timedelta(seconds=15)
    files = {
        "site.yaml": "site: {timezone: Asia/Shanghai}\n",
        "content/a.md": piece("Lace", timestamp="2026-01-01 10:00:00"),
        "content/soon.md": piece("Silk", timestamp=soon.strftime("%Y-%m-%dT%H:%M:%S+00:00"), permalink="/soon/"),
    }
    made = site(files)
    process = started(made)
    try:
        told = soon.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M:%S")
        assert line_with(process, "next: ").endswith(f" next: {told}, publish: Silk\n")
        assert "Lace" in made.read("2026/01/a/index.html")
        assert not (made.out / "soon/index.html").exists()
        again = run("watch", "--site", made.path)
        assert again.exit_code == 1
        assert "is being watched by another process" in again.stderr
        made.write("content/a.md", piece("Tulle", timestamp="2026-01-01 10:00:00"))
        line_with(process, "files changed: ")
        assert "Tulle" in made.read("2026/01/a/index.html")
        made.write("content/a.md", "---\ntitle: 1\n---\n")
        line_with(process, "not built, the last output stays")
        assert "Tulle" in made.read("2026/01/a/index.html")
        made.write("content/a.md", piece("Voile", timestamp="2026-01-01 10:00:00"))
        line_with(process, "files changed: ")
        if not (made.out / "soon/index.html").exists():
            line_with(process, "due: ")
        assert time.time() >= soon.timestamp() - 1
        assert "Silk" in made.read("soon/index.html")
        process.send_signal(signal.SIGTERM)
        line_with(process, "stopped")
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def test_a_target_that_there_is_not_is_told_at_once(site):
    made = site({"site.yaml": "deploy: {targets: {live: {path: ../www}}}\n"})
    found = run("watch", "--site", made.path, "--deploy", "life")
    assert found.exit_code == 1
    assert "no target 'life'. Did you mean 'live'?" in found.stderr


@pytest.mark.slow
@pytest.mark.parametrize("setting, value", [("max_inotify_watches", 3), ("max_inotify_instances", 0)])
def test_where_folders_cannot_be_watched_they_are_looked_at(site, setting, value, monkeypatch):
    pieces = {f"content/{n}/a.md": piece(f"Lace {n}", timestamp="2026-01-01 10:00:00", slug=f"a{n}") for n in range(5)}
    made = site(pieces)
    process = started(made, within=limited(setting, value))
    try:
        line_with(process, "no more folders be watched")
        made.write("content/4/a.md", piece("Tulle", timestamp="2026-01-01 10:00:00", slug="a4"))
        line_with(process, "files changed: ")
        assert "Tulle" in made.read("2026/01/a4/index.html")
        made.write("content/new/b.md", piece("Voile", timestamp="2026-01-01 10:00:00", slug="b"))
        line_with(process, "files changed: ")
        assert "Voile" in made.read("2026/01/b/index.html")
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


@pytest.mark.slow
def test_folders_that_come_and_go_are_noticed(tmp_path):
    made = make_site(tmp_path / ".hidden", {"content/a.md": piece("Lace", timestamp="2026-01-01 10:00:00")})
    process = started(made)
    try:
        line_with(process, "started: ")
        made.write("static/robot.txt", "one")
        line_with(process, "files changed: ")
        shutil.rmtree(made.path / "static")
        line_with(process, "files changed: ")
        assert not (made.out / "robot.txt").exists()
        made.write("content/a.md", piece("Tulle", timestamp="2026-01-01 10:00:00"))
        line_with(process, "files changed: ")
        assert "Tulle" in made.read("2026/01/a/index.html")
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


@pytest.mark.slow
def test_what_was_built_is_deployed(site, tmp_path):
    config = "site: {url: 'https://example.com'}\ndeploy: {targets: {live: {path: ../www}}}\n"
    made = site({"site.yaml": config, "content/a.md": piece("Lace", timestamp="2026-01-01 10:00:00")})
    process = started(made, "--deploy", "live")
    try:
        line_with(process, "deployed to live")
        made.write("content/a.md", piece("Tulle", timestamp="2026-01-01 10:00:00"))
        line_with(process, "deployed to live")
        pages = [path.read_text() for path in (tmp_path / "www").rglob("2026/01/a/index.html")]
        assert any("Tulle" in page for page in pages)
        # What changes nothing is not deployed.
        made.write("content/b.md", piece("Draft", draft=True))
        assert "0 files changed" in line_with(process, "files changed: ")
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=60)[0]
        assert "deployed" not in rest
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
