"""``site-builder deploy``: what it prints, and its exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from site_builder.deploy.stops import Stopped
from tests.cli.running import build, run
from tests.site.pieces import piece
from tests.support.site import SiteDir


@pytest.fixture
def portal(made: SiteDir, tmp_path: Path) -> SiteDir:
    made.write(
        "site.yaml",
        "site: {url: https://www.example.com}\ndeploy:\n  targets:\n    live: {path: ../www}\n"
        "    other: {path: ../other}\n  default: live\n",
    )
    return made


def deploy(portal: SiteDir, *arguments: object) -> tuple[int, str]:
    result = run("deploy", "--site", portal.path, *arguments)
    return result.exit_code, result.output


def test_a_deploy_from_build_to_rollback(portal: SiteDir, tmp_path: Path):
    assert deploy(portal)[0] == 4
    build(portal)
    code, text = deploy(portal)
    assert (code, "is live" in text) == (0, True)
    assert (tmp_path / "www" / "current" / "2026" / "11" / "p3" / "index.html").is_file()
    assert deploy(portal)[1].startswith("live: nothing to do")
    first = (tmp_path / "www" / "current" / "index.html").read_bytes()

    portal.write("content/new.md", piece("Fresh piece", timestamp="2026-11-21"))
    build(portal)
    code, text = deploy(portal, "--dry-run")
    assert code == 0
    assert "added: 2026/11/new/index.html" in text
    assert "https://www.example.com/2026/11/new/" in text
    report = tmp_path / "report.json"
    assert deploy(portal, "--json", report)[0] == 0
    told = json.loads(report.read_text())
    assert told["outcome"] == "deployed"
    assert told["groups"]["pages"]["added"] == ["2026/11/new/index.html"]
    assert (tmp_path / "www" / "current" / "index.html").read_bytes() != first

    code, text = deploy(portal, "--rollback", "live")
    assert (code, "is back as" in text) == (0, True)
    assert " bytes brought back, " in text
    assert (tmp_path / "www" / "current" / "index.html").read_bytes() == first
    code, text = deploy(portal, "--list")
    assert (code, text.count("\n")) == (0, 3)
    assert text.startswith("live  ")
    assert "brings back" in text
    assert deploy(portal, "other", "--list") == (0, "other: nothing was deployed yet\n")


def test_guards_say_what_to_do(portal: SiteDir):
    build(portal)
    deploy(portal)
    for number in range(5):
        portal.remove(f"content/p{number}.md")
    build(portal)
    code, text = deploy(portal, "--dry-run")
    assert (code, text.count("would be refused without --yes: ")) == (0, 1)
    assert "live pages would vanish" in text
    code, text = deploy(portal, "--json", portal.path / "report.json")
    told = json.loads((portal.path / "report.json").read_text())
    assert told["outcome"] == "refused"
    assert "live pages would vanish" in told["reasons"][0]
    assert code == 4
    assert "live pages would vanish, more than 20 %" in text
    assert "--yes" in text
    assert deploy(portal, "--yes")[0] == 0


def test_the_question_of_a_guard_is_readable_on_a_terminal(portal: SiteDir):
    pty = pytest.importorskip("pty")
    build(portal)
    deploy(portal)
    for number in range(5):
        portal.remove(f"content/p{number}.md")
    build(portal)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "site_builder", "deploy", "--site", str(portal.path)]
    environment = os.environ | {"TERM": "xterm"}
    program = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    os.write(ours, b"y\n")
    told = b""
    with contextlib.suppress(OSError):
        # Linux raises where the other end is closed.
        while data := os.read(ours, 4096):
            told += data
    assert program.wait(60) == 0
    os.close(ours)
    assert b"Deploy all the same? [y/N]: " in told
    assert b"is live" in told


def test_ctrl_c_at_the_question_is_no_yes(portal: SiteDir, monkeypatch: pytest.MonkeyPatch):
    build(portal)
    deploy(portal)
    for number in range(5):
        portal.remove(f"content/p{number}.md")
    build(portal)
    # The end of the input is told as Ctrl-C is.
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True)
    code, text = deploy(portal)
    assert (code, "Deploy all the same? [y/N]" in text, "refused:" in text) == (4, True, True)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("name, ctrl_c", [("SIGINT", True), ("SIGTERM", True), ("SIGTERM", False), ("SIGHUP", True)])
def test_a_signal_ends_a_deploy_as_ctrl_c_does(portal: SiteDir, tmp_path: Path, name: str, *, ctrl_c: bool):
    """Also where Ctrl-C is ignored, as by jobs in a shell's background."""
    portal.write("site.yaml", "deploy:\n  targets:\n    live: {ssh: 'desk@127.0.0.1:/www', retries: 0}\n")
    build(portal)
    waiting = tmp_path / "ssh"
    waiting.write_text(f"#!/bin/sh\ncase \"$*\" in *'-O exit'*) exit 0;; esac\ntouch {tmp_path}/asked\nexec sleep 60\n")
    waiting.chmod(0o755)
    start = "import signal, runpy, sys; signal.signal(signal.SIGTERM, signal.SIG_DFL); "
    start += "signal.signal(signal.SIGHUP, signal.SIG_DFL); "
    start += f"signal.signal(signal.SIGINT, signal.{'default_int_handler' if ctrl_c else 'SIG_IGN'})"
    words = ["site-builder", "deploy", "--site", str(portal.path), "--json", str(tmp_path / "report")]
    program_text = f"{start}; sys.argv = {words!r}; runpy.run_module('site_builder', run_name='__main__')"
    command = [sys.executable, "-c", program_text]
    environment = os.environ | {"SITE_BUILDER_SSH": str(waiting), "TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    program = subprocess.Popen(command, stderr=subprocess.PIPE, env=environment)
    end = time.monotonic() + 60
    while not (tmp_path / "asked").exists() and time.monotonic() < end:
        time.sleep(0.05)
    program.send_signal(getattr(signal, name))
    told = program.communicate(timeout=60)[1]
    assert (program.returncode, told.decode().strip()) == (3, "stopped. Nothing was changed.")
    assert json.loads((tmp_path / "report").read_text()) == {"outcome": "stopped", "reasons": ["interrupted"]}
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_disk_of_ones_own_that_is_full_is_told(portal: SiteDir, monkeypatch: pytest.MonkeyPatch):
    build(portal)
    # What a full disk answers, on a system that has this device.
    full = portal.path / ".site-builder" / "deploy" / "live" / "journal.new"
    if not Path("/dev/full").exists():
        pytest.skip("this system has no device that is full")
    full.parent.mkdir(parents=True)
    full.symlink_to("/dev/full")
    code, text = deploy(portal)
    assert code == 3
    assert f"{full.parent} cannot be written: No space left on device" in text
    assert text.endswith("Nothing was changed.\n")


def test_an_unknown_target_and_a_wrong_setting_are_told(portal: SiteDir):
    code, text = deploy(portal, "life")
    assert (code, "Did you mean 'live'?" in text) == (1, True)
    portal.write("site.yaml", "deploy:\n  targets:\n    live: {path: a, ssh: 'b@c:/d'}\n    x: {}\n  default: y\n")
    code, text = deploy(portal)
    assert code == 1
    assert "found path and ssh of path, ssh, s3, gs, az, git. Expected exactly one" in text
    assert "deploy.targets.x: found none" in text
    assert "there is no target 'y'" in text


@pytest.mark.parametrize(
    "target, told",
    [
        ("git: 'https://user:pa55word@github.com/a/b'", "holds credentials"),
        ("git: 'https://ghp_abcdef@github.com/a/b'", "holds credentials"),
        ("path: x, purge_hook: 'https://a:pa55word@example.com/'", "holds credentials"),
        ("path: x, purge_token: pa55word-itself", "is no name of an environment variable"),
        ("ssh: 'host'", "is no folder on a server"),
        ("ssh: '-oProxyCommand=x:/a'", "is no folder on a server"),
        ("s3: 'a/../b'", "is no bucket"),
        ("s3: a, compress: [gzip, brotli]", "an object has one encoding"),
        ("git: a, branch: '-x'", "is no name of a branch"),
        ("path: x, keep_releases: 0", "Expected 1 to 1,000"),
        ('path: x, purge_command: "sh -c \'x"', "Is a quotation mark not closed?"),
        ("path: x, purge_command: ' '", "is no command"),
        ("path: x, url: 'ftp://x'", "is no http(s) address"),
    ],
)
def test_settings_that_cannot_work_are_told(portal: SiteDir, target: str, told: str):
    portal.write("site.yaml", f"deploy:\n  targets:\n    live: {{{target}}}\n")
    code, text = deploy(portal)
    assert code == 1
    assert told in text
    assert "pa55word" not in text
    assert "ghp_" not in text


def test_a_deploy_that_stops_tells_what_readers_see_and_how_to_go_on(portal: SiteDir, tmp_path: Path):
    build(portal)
    www = tmp_path / "www"
    www.write_text("a file")
    code, text = deploy(portal)
    assert (code, text.splitlines()[-1]) == (3, "Nothing was changed.")
    assert deploy(portal, "--list")[1].endswith("Nothing was changed.\n")
    os.unlink(www)
    www.mkdir()
    (www / "releases").write_text("a file")
    code, text = deploy(portal)
    told = f"Readers see whole pages. To send the rest: site-builder deploy live --resume --site {portal.path}"
    assert (code, text.splitlines()[-1]) == (3, told)
    os.unlink(www / "releases")
    code, text = deploy(portal, "--resume")
    assert code == 0
    assert "bytes sent, 0 files unchanged" in text


def test_what_was_sent_before_is_told(portal: SiteDir, tmp_path: Path):
    build(portal)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("site_builder.deploy.host_here.HostHere.activate", full)
        assert deploy(portal)[0] == 3
    count = len(portal.files())
    code, text = deploy(portal, "--resume")
    assert code == 0
    assert f"0 bytes sent, 0 files unchanged, {count} files sent before" in text


def test_a_rollback_that_stops_is_resumed_as_one(portal: SiteDir, tmp_path: Path):
    build(portal)
    deploy(portal)
    home = tmp_path / "www" / "current" / "index.html"
    first = home.read_bytes()
    portal.write("content/new.md", piece("Fresh piece", timestamp="2026-11-21"))
    build(portal)
    deploy(portal)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("site_builder.deploy.host_here.HostHere.activate", full)
        code, text = deploy(portal, "--rollback")
    words = shlex.split(text.splitlines()[-1].partition("site-builder deploy ")[2])
    assert (code, words[:2], words[3]) == (3, ["live", "--rollback"], "--resume")
    assert run("deploy", *words).exit_code == 0
    assert home.read_bytes() == first


def full(*_: object) -> None:
    raise Stopped("No space left on device")


def test_pages_that_cannot_be_looked_at_are_not_said_to_be_fine(portal: SiteDir):
    target = "{path: ../www, url: 'http://127.0.0.1:9', check: 2, check_seconds: 0}"
    portal.write("site.yaml", f"deploy:\n  targets:\n    live: {target}\n")
    build(portal)
    code, text = deploy(portal)
    assert code == 1
    assert "looked at" not in text
    assert "cannot be read: Connection refused" in text
