"""Deploys as people run them: two at once, and credentials that stay where they are."""

from __future__ import annotations

import base64
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from site_builder.deploy.secret import hidden
from site_builder.deploy.store_errors import explained
from tests.deploy.outputs import Desk, paper, tree
from tests.deploy.programs import start
from tests.deploy.proxy import proxied
from tests.deploy.weed import SECRET_KEY, objects

if TYPE_CHECKING:
    from tests.deploy.weed import S3

TOKEN = "tok-93b1-for-the-purge-hook"


def test_of_two_programs_at_once_one_wins(s3: S3, tmp_path: Path):
    place = f"two-{os.getpid()}"
    together = threading.Barrier(2, timeout=60)
    desks = [Desk(tmp_path / "a"), Desk(tmp_path / "b")]
    with proxied(s3.endpoint) as proxy:
        # Both have read the state before either goes on.
        proxy.before = lambda number: together.wait() and None if number <= 2 else None
        for edition, desk in enumerate(desks, 1):
            desk.configure(f"s3: site/{place}, endpoint: '{proxy.address}'")
            desk.output(paper(edition))
        programs = [start(desk) for desk in desks]
        codes = [program.wait(60) for program in programs]
    assert sorted(codes) == [0, 4]
    assert objects(s3.store(place)) == paper(1 + codes.index(0))


@pytest.mark.parametrize("wrong", [False, True])
def test_credentials_are_nowhere(s3: S3, tmp_path: Path, wrong: bool):
    desk = Desk(tmp_path / "site")
    place = f"secret-{os.getpid()}-{wrong}"
    desk.configure(
        f"s3: site/{place}, endpoint: '{s3.endpoint}', retries: 0, "
        "purge_hook: 'http://127.0.0.1:9/', purge_token: PURGE_TOKEN, url: 'http://127.0.0.1:9', check: 1"
    )
    desk.output(paper(1))
    key = "another-secret-that-is-wrong" if wrong else SECRET_KEY
    seen = [""]
    program = start(
        desk, "--json", "report.json", quiet=False, AWS_SECRET_ACCESS_KEY=key, PURGE_TOKEN=TOKEN, RUST_LOG="debug"
    )
    while program.poll() is None:
        seen[0] += command_lines()
        time.sleep(0.02)
    out, err = program.communicate()
    assert program.returncode == (3 if wrong else 1)
    kept = {path: data for path, data in tree(desk.path).items() if not path.startswith("public/")}
    texts = [out, err, *seen, *(data.decode(errors="replace") for data in kept.values())]
    texts += [data.decode(errors="replace") for data in objects(s3.store(place), ".site-builder").values()]
    for secret in (key, TOKEN):
        forms = (secret, base64.b64encode(secret.encode()).decode(), secret.encode().hex())
        assert not [text for text in texts if any(form in text for form in forms)]
    assert "site_builder deploy" in seen[0]
    assert wrong or "report.json" in kept


def command_lines() -> str:
    """What the process list shows of every process."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return "\n".join(found)


def test_messages_lose_what_looks_like_a_credential(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MY_API_TOKEN", "abcdefgh12345")
    monkeypatch.setenv("PATH_OF_NOTHING", "visible-value")
    monkeypatch.setenv("SOME_KEY", "short")
    text = "fatal: https://user:pw@host/x with abcdefgh12345, visible-value and short"
    assert hidden(text) == "fatal: https://[hidden]@host/x with [hidden], visible-value and short"


def test_a_signature_in_an_address_is_not_told():
    told = "Error performing PUT https://paper.blob.core.windows.net/$web/a?sv=2026&sig=abc%2Fdef%3D in 5ms - odd"
    assert explained(told, "a", "az", "$web") == (
        "az:$web, a: Error performing PUT https://paper.blob.core.windows.net/$web/a - odd"
    )
