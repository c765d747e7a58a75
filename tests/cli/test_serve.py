"""``site-builder serve`` as it is started and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.cli.running import run, run_program
from tests.support.preview import PATIENCE, serving
from tests.support.sample import REPOSITORY


@pytest.fixture
def taken():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        found.listen()
        yield found.getsockname()[1]


def test_a_taken_port_is_told_and_nothing_is_served(made, taken):
    # In a process of its own: tornado leaves a socket that could not be bound to the garbage collector.
    result = run_program("serve", "--port", taken, cwd=made.path)
    assert result.returncode == 1
    assert f"{taken} cannot be used" in result.stderr
    assert "--port auto" in result.stderr


def test_auto_takes_the_next_free_port(made):
    first = socket.socket()
    try:
        first.bind(("127.0.0.1", 8000))
        first.listen()
    except OSError:
        pass  # somebody else has it: as good
    command = [sys.executable, "-m", "site_builder", "serve", "--site", str(made.path), "--port", "auto"]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        said = process.stdout.readline()
        assert "Preview at http://127.0.0.1:80" in said
        assert "Preview at http://127.0.0.1:8000/" not in said
    finally:
        first.close()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)


@pytest.mark.parametrize("port", ["0", "65536", "x", "-1", "８０００", ""])
def test_what_is_no_port_is_wrong_usage(made, port: str):
    result = run("serve", "--site", made.path, "--port", port)
    assert result.exit_code == 2
    assert "is no port" in result.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com"])
def test_other_machines_are_let_in_only_when_that_is_meant(made, host: str):
    result = run("serve", "--site", made.path, "--host", host)
    assert result.exit_code == 2
    assert "add --lan" in result.stderr


def test_a_host_that_is_not_this_machine(made):
    result = run("serve", "--site", made.path, "--host", "no-such-name.invalid", "--lan")
    assert result.exit_code == 1
    assert "no name or address of this machine" in result.stderr


def test_lan_tells_what_it_means(made):
    with serving(made.path, "--lan") as served:
        said = served.log.read_text(encoding="utf-8")
        assert "Everybody in this network can read all of it: drafts" in said
        assert served.ask("/", headers={"Host": f"{socket.gethostname()}:{served.port}"}).status == 200
        assert served.ask("/", headers={"Host": "evil.example"}).status == 421


def test_open_opens_the_site_in_a_browser(made, tmp_path):
    # What desktops open an address with (xdg-open(1)); it writes down what it was asked for.
    browser = tmp_path / "bin" / "xdg-open"
    browser.parent.mkdir()
    browser.write_text(
        f'#!/bin/sh\nprintf %s "$1" > {tmp_path}/opened.part && mv {tmp_path}/opened.part {tmp_path}/opened\n'
    )
    browser.chmod(0o755)
    made.write("site.yaml", "site: {url: 'https://paper.example/base'}\n")
    environment = {"PATH": f"{browser.parent}{os.pathsep}{os.environ['PATH']}"}
    with serving(made.path, "--open", environment=environment) as served:
        end = time.monotonic() + PATIENCE
        while not (tmp_path / "opened").exists():
            assert time.monotonic() < end
            time.sleep(0.02)
        opened = (tmp_path / "opened").read_text()
        assert opened == f"{served.origin}/base/"
        assert served.ask("/base/").status == 200


def test_open_on_a_machine_without_a_browser_only_serves(made):
    with serving(made.path, "--open", environment={"PATH": "", "BROWSER": "", "DISPLAY": ""}) as served:
        assert served.ask("/").status == 200


def test_ctrl_c_ends_it_without_a_traceback(made):
    with serving(made.path) as served:
        served.ask("/")
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(PATIENCE) == 0
        assert served.log.read_text(encoding="utf-8").endswith("\nstopped\n")


def test_ctrl_c_does_not_wait_for_what_is_at_work(made):
    endless = "{% for a in range(99999) %}" * 4 + "{% endfor %}" * 4
    made.write("templates/home.html", endless)
    with serving(made.path) as served, socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.5)
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(PATIENCE) == 0
        assert served.log.read_text(encoding="utf-8").endswith("\nstopped\n")
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""


@pytest.mark.parametrize(
    "path, text, told",
    [
        ("site.yaml", "site: [", "site.yaml:"),
        ("content/p1.md", "---\ntitel: x\n---\n", "content/p1.md:2:1: unknown key 'titel'. Did you mean 'title'?"),
        ("templates/home.html", "{% if %}", "templates/home.html:1:1:"),
        ("static/link.css", None, "static/link.css: is a link to a file that does not exist"),
    ],
)
def test_it_starts_whatever_the_files_hold_and_mends_itself(made, path: str, text: str | None, told: str):
    file = made.path / path
    before = file.read_bytes() if file.exists() else None
    file.parent.mkdir(exist_ok=True)
    if text is None:
        file.symlink_to("nowhere")
    else:
        file.write_text(text, encoding="utf-8")
    with serving(made.path) as served:
        problems = served.state()["problems"]
        shown = [f"{p['path']}:{p['line']}:{p['column']}: {p['message']}. {p['hint']}" for p in problems]
        plain = [f"{p['path']}: {p['message']}" for p in problems]
        assert any(line.startswith(told) for line in (*shown, *plain)), (shown, plain)
        if before is None:
            file.unlink()
        else:
            file.write_bytes(before)
        end = time.monotonic() + PATIENCE
        while served.state()["problems"]:
            assert time.monotonic() < end
            time.sleep(0.02)
        assert served.ask("/").status == 200
