"""After a deploy: purge commands and hooks, and the look at the live address."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path
from urllib.parse import unquote

import pytest

from site_builder.deploy.folders import Folders
from tests.deploy.hook import Asked, hook
from tests.deploy.outputs import Desk, paper


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path / "site")
    made.configure(f"path: {tmp_path}/www")
    return made


def served(www: Path, asked: Asked) -> tuple[int, bytes]:
    path = unquote(asked.path).lstrip("/")
    file = www / "current" / (path + "index.html" if not path or path.endswith("/") else path)
    return (200, file.read_bytes()) if file.is_file() else (404, b"")


def test_a_command_gets_the_changed_addresses_and_no_others(desk: Desk, tmp_path: Path):
    command = tmp_path / "purge.sh"
    command.write_text(f"#!/bin/sh\ncat > '{tmp_path}/purged'\n")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    desk.configure(f"path: {tmp_path}/www, purge_command: '{command} all'")
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(1) | {"index.html": b"new", "css/site.aaaaaaaaaa.css": b"fresh"})
    report = desk.deploy()
    assert report.warnings == ()
    assert (tmp_path / "purged").read_text() == "https://www.example.com/\n"


def test_the_addresses_are_those_where_readers_of_this_target_read(desk: Desk, tmp_path: Path):
    with hook(lambda asked: served(tmp_path / "www", asked)) as server:
        desk.configure(f"path: {tmp_path}/www, url: '{server.address}', purge_command: 'true'")
        desk.output(paper(1))
        desk.deploy()
        desk.output(paper(1) | {"index.html": b"new"})
        assert desk.deploy(dry_run=True).purge == (f"{server.address}/",)
        assert desk.deploy().purge == (f"{server.address}/",)


def test_a_command_that_fails_is_told(desk: Desk, tmp_path: Path):
    desk.configure(f"path: {tmp_path}/www, purge_command: 'false'")
    desk.output(paper(1))
    assert desk.deploy().warnings[0] == "the purge command ended with code 1: "
    desk.configure(f"path: {tmp_path}/www, purge_command: 'not-a-program-of-this-machine'")
    desk.output(paper(2))
    assert "did not run" in desk.deploy().warnings[0]


def test_a_hook_gets_them_with_its_token(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with hook(lambda _: (200, b"")) as server:
        desk.configure(f"path: {tmp_path}/www, purge_hook: '{server.address}/purge', purge_token: PURGE_TOKEN")
        desk.output(paper(1))
        desk.deploy(yes=True)
        assert server.asked == []
        monkeypatch.setenv("PURGE_TOKEN", "tok-of-the-environment")
        desk.output(paper(1) | {"index.html": b"new"})
        report = desk.deploy()
        assert report.warnings == ()
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.authorization) == ("POST", "/purge", "Bearer tok-of-the-environment")
    # Also those of the first deploy, which had no token to tell them with.
    assert json.loads(asked.body) == {"release": report.release, "urls": list(report.purge)}
    assert len(report.purge) == len(paper(1)) - 1


def test_a_hook_that_fails_is_told(desk: Desk, tmp_path: Path):
    with hook(lambda _: (500, b"")) as server:
        desk.configure(f"path: {tmp_path}/www, purge_hook: '{server.address}/'")
        desk.output(paper(1))
        assert desk.deploy().warnings[0] == "the purge hook failed: HTTP Error 500: Internal Server Error"


def test_a_sample_is_read_where_readers_read(desk: Desk, tmp_path: Path):
    with hook(lambda asked: served(tmp_path / "www", asked)) as server:
        desk.configure(f"path: {tmp_path}/www, url: '{server.address}', check: 4")
        desk.output(paper(1) | {"标签/index.html": b"odd", "404.html": b"none"})
        report = desk.deploy()
        assert (report.checked, report.warnings) == (4, ())
        assert len(server.asked) == 4


def test_a_page_that_is_not_the_deployed_one_is_told(desk: Desk, tmp_path: Path):
    with hook(lambda asked: (200, b"stale") if asked.path == "/" else (503, b"")) as server:
        desk.configure(f"path: {tmp_path}/www, url: '{server.address}', check: 100, check_seconds: 0")
        desk.output(paper(1))
        report = desk.deploy()
    assert report.outcome == "deployed"
    assert f"{server.address}/ does not show what was deployed" in report.warnings
    assert f"{server.address}/rss.xml answers 503" in report.warnings


def test_nobody_at_the_address_is_told(desk: Desk, tmp_path: Path):
    desk.configure(f"path: {tmp_path}/www, url: 'http://127.0.0.1:9', check: 1, check_seconds: 0")
    desk.output(paper(1))
    assert "cannot be read" in desk.deploy().warnings[0]


def test_pages_are_looked_at_together_until_the_host_has_published(desk: Desk, tmp_path: Path):
    """As GitHub Pages does, which takes its time after a push."""
    together = threading.Barrier(4)

    def answer(asked: Asked) -> tuple[int, bytes]:
        if sum(earlier.path == asked.path for earlier in server.asked) == 1:
            # Each of the four waits here for the others.
            together.wait(30)
            return 200, b"stale"
        return served(tmp_path / "www", asked)

    with hook(answer) as server:
        desk.configure(f"path: {tmp_path}/www, url: '{server.address}', check: 4, check_seconds: 60")
        desk.output(paper(1))
        report = desk.deploy()
    assert (report.checked, report.warnings) == (4, ())


def test_what_caches_were_not_told_of_is_told_with_the_next_deploy(desk: Desk, tmp_path: Path):
    command = tmp_path / "purge.sh"
    command.write_text(
        f"#!/bin/sh\n[ ! -e '{tmp_path}/broken' ] || {{ printf '\\351' >&2; exit 3; }}\ncat > '{tmp_path}/purged'\n"
    )
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    desk.configure(f"path: {tmp_path}/www, purge_command: '{command}'")
    desk.output(paper(1))
    desk.deploy()
    broken, purged = tmp_path / "broken", tmp_path / "purged"
    broken.touch()
    desk.output(paper(1) | {"index.html": b"new"})
    report = desk.deploy()
    assert report.outcome == "deployed"
    # What it says need not be UTF-8.
    assert report.warnings[0] == "the purge command ended with code 3: \ufffd"
    broken.unlink()
    assert desk.deploy(dry_run=True).purge == ("https://www.example.com/",)
    assert desk.deploy().outcome == "nothing to do"
    assert purged.read_text() == "https://www.example.com/\n"
    purged.unlink()
    assert desk.deploy().purge == ()
    assert not purged.exists()


def test_a_deploy_that_died_before_the_purge_leaves_it_to_the_next(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    desk.configure(f"path: {tmp_path}/www, purge_command: 'tee {tmp_path}/purged'")
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(1) | {"index.html": b"new"})

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Folders, "sweep", die)
        desk.deploy()
    (tmp_path / "purged").unlink()
    assert desk.deploy(resume=True).outcome == "nothing to do"
    assert (tmp_path / "purged").read_text() == "https://www.example.com/\n"
