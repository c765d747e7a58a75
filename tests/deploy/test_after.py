"""After a deploy: purge commands and hooks, and the look at the live address."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from urllib.parse import unquote

import pytest

from site_builder.deploy import after
from tests.deploy.hook import Asked, hook
from tests.deploy.outputs import Desk, paper


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(after, "TRIES", 1)
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
    assert desk.deploy().warnings == ("the purge command ended with code 1: ",)
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
    assert json.loads(asked.body) == {"release": report.release, "urls": ["https://www.example.com/"]}


def test_a_hook_that_fails_is_told(desk: Desk, tmp_path: Path):
    with hook(lambda _: (500, b"")) as server:
        desk.configure(f"path: {tmp_path}/www, purge_hook: '{server.address}/'")
        desk.output(paper(1))
        assert desk.deploy().warnings == ("the purge hook failed: HTTP Error 500: Internal Server Error",)


def test_a_sample_is_read_where_readers_read(desk: Desk, tmp_path: Path):
    with hook(lambda asked: served(tmp_path / "www", asked)) as server:
        desk.configure(f"path: {tmp_path}/www, url: '{server.address}', check: 4")
        desk.output(paper(1) | {"标签/index.html": b"odd", "404.html": b"none"})
        report = desk.deploy()
        assert (report.checked, report.warnings) == (4, ())
        assert len(server.asked) == 4


def test_a_page_that_is_not_the_deployed_one_is_told(desk: Desk, tmp_path: Path):
    with hook(lambda asked: (200, b"stale") if asked.path == "/" else (503, b"")) as server:
        desk.configure(f"path: {tmp_path}/www, url: '{server.address}', check: 100")
        desk.output(paper(1))
        report = desk.deploy()
    assert report.outcome == "deployed"
    assert f"{server.address}/ does not show what was deployed" in report.warnings
    assert f"{server.address}/rss.xml answers 503" in report.warnings


def test_nobody_at_the_address_is_told(desk: Desk, tmp_path: Path):
    desk.configure(f"path: {tmp_path}/www, url: 'http://127.0.0.1:9', check: 1")
    desk.output(paper(1))
    assert "cannot be read" in desk.deploy().warnings[0]
