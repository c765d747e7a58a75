"""What the preview must not do, whoever asks."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from site_builder.preview.guard import host_of, is_known, is_loopback, is_own_origin
from tests.site.naughty import big_list
from tests.support.preview import AT_INSTANT, PATIENCE, Served, finished, hang_up, serving

SECRET = "a file outside of the site"
PIECE = "---\ntitle: Kapok\ncategory: Retail\ntimestamp: 2026-11-01 10:00\n---\n\nText.\n"


class TestHosts:
    @pytest.mark.parametrize(
        "host",
        [
            "localhost",
            "localhost:8000",
            "LOCALHOST:1",
            "a.localhost",
            "127.0.0.1",
            "[::1]:80",
            "192.168.1.5:8000",
            "desk",
        ],
    )
    def test_this_machine(self, host: str):
        assert is_known(host, frozenset({"desk"}))

    @pytest.mark.parametrize(
        "host",
        [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil.example:8000",
            "a@localhost",
            "localhost:x",
            "localhost:99999",
            "[::1",
            "localhost/x",
            "local host",
            "localhost#",
            "2130706433.example",
            "desk2",
        ],
    )
    def test_others(self, host: str):
        assert not is_known(host, frozenset({"desk"}))

    @given(st.text(max_size=30))
    def test_any_header_is_judged(self, header: str):
        assert isinstance(host_of(header), str)
        is_own_origin(header, header)

    def test_loopback(self):
        assert [is_loopback(host) for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost")] == [True] * 4
        assert [is_loopback(host) for host in ("0.0.0.0", "::", "192.168.1.1", "example.com", "")] == [False] * 5

    @pytest.mark.parametrize("path", ["/", "/images/ties.jpg", "/livereload.js", "/.preview/state?path=/", "/nope"])
    def test_a_rebound_name_gets_nothing(self, sample_preview: Served, path: str):
        answer = sample_preview.ask(path, headers={"Host": f"evil.example:{sample_preview.port}"})
        assert answer.status == 421
        assert answer.headers["content-type"].startswith("text/plain")
        assert len(answer.body) < 200


class TestTheSocket:
    def connect(self, served: Served, headers: dict[str, str]) -> int:
        async def attempt() -> int:
            url = f"ws://127.0.0.1:{served.port}/livereload"
            try:
                await hang_up(await websocket_connect(HTTPRequest(url, headers=headers)))
            except HTTPClientError as error:
                return error.code
            return 101

        return finished(attempt())

    def test_only_the_previews_own_pages_may_listen(self, sample_preview: Served):
        own = f"127.0.0.1:{sample_preview.port}"
        assert self.connect(sample_preview, {"Origin": f"http://{own}"}) == 101
        for origin in ("http://evil.example", "null", "http://127.0.0.1", f"http://{own}.evil.example", "file://"):
            assert self.connect(sample_preview, {"Origin": origin}) == 403
        assert self.connect(sample_preview, {"Origin": "http://evil.example", "Host": "evil.example"}) == 421

    def test_nonsense_closes_it_and_the_server_goes_on(self, sample_preview: Served):
        async def speak(message: str | bytes) -> object:
            found = await websocket_connect(f"ws://127.0.0.1:{sample_preview.port}/livereload")
            await found.write_message(message, binary=isinstance(message, bytes))
            heard = await asyncio.wait_for(found.read_message(), PATIENCE)
            if heard is None:
                found.close()
            else:
                await hang_up(found)
            return heard

        for message in ("", "x", "[]", "1", "null", '{"a": 1}', "\0", b"\xff\xfe"):
            assert finished(speak(message)) is None
        assert json.loads(str(finished(speak('{"command": "hello"}'))))["command"] == "hello"


TRAVERSALS = [
    "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/%2e%2e%2fsecret.txt", "/..%5csecret.txt",
    "/css/../../secret.txt", "/css/%2e%2e/%2e%2e/secret.txt", "/%252e%252e/secret.txt", "//secret.txt", "/./secret.txt",
    "/{path}", "//{path}", "/%2f{path}", "/file://{path}", "/css/site.css/../../secret.txt", "/secret.txt%00.css",
    "/%00", "/%", "/%zz", "/%ff%fe", "/%c0%ae%c0%ae/secret.txt", "/..;/secret.txt", "/site.yaml", "/.git/config",
    "/.site-builder/output.json", "/content/kapok.md", "/kapok.md", "/templates/home.html", "/layout/base.html",
    "/link.txt", "/folder/secret.txt", "/.preview/../secret.txt", "/.preview/client.js/..", "/.preview/", "/.preview",
    "/" + "a/" * 2_000, "/" + "%2e%2e%2f" * 500, "/?" + "x" * 5_000, "/?at=%00", "/?drafts=%ff", "/a b", "/\u00e9",
]  # fmt: skip


@pytest.fixture
def guarded(site, tmp_path: Path):
    (tmp_path / "secret.txt").write_text(SECRET, encoding="utf-8")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text(SECRET, encoding="utf-8")
    made = site({"content/kapok.md": PIECE, "content/plain.txt": "plain", "static/folder/secret.txt": "fine"})
    with serving(made.path, *AT_INSTANT) as served:
        yield served


def raw(served: Served, path: bytes) -> bytes:
    """The answer to a request line that no client library would send."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as connection:
        connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def test_no_address_leads_out_of_the_site(guarded: Served, tmp_path: Path):
    outside = quote(str(tmp_path / "secret.txt"))
    for path in TRAVERSALS:
        answer = raw(guarded, path.replace("{path}", outside).encode())
        assert SECRET.encode() not in answer, path
        status = int(answer.split(b" ", 2)[1]) if answer else 400
        assert status < 500, path
        assert status in (301, 400, 404) or path.startswith(("/?", "/folder/")), (path, status)


def test_a_link_put_in_the_place_of_a_file_is_not_followed(guarded: Served, tmp_path: Path):
    file = guarded.site / "content/plain.txt"
    assert guarded.ask("/plain.txt").text == "plain"
    file.unlink()
    file.symlink_to(tmp_path / "secret.txt")
    for _ in range(20):
        answer = guarded.ask("/plain.txt")
        assert SECRET not in answer.text
        assert answer.status in (200, 404)


def test_a_link_put_in_the_place_of_a_folder_is_not_followed(guarded: Served, tmp_path: Path):
    assert guarded.ask("/folder/secret.txt").text == "fine"
    os.rename(guarded.site / "static/folder", tmp_path / "moved")
    os.symlink(tmp_path / "outside", guarded.site / "static/folder")
    for _ in range(20):
        assert SECRET not in guarded.ask("/folder/secret.txt").text


def test_a_link_put_in_the_place_of_a_source_tells_nothing(guarded: Served, tmp_path: Path):
    file = guarded.site / "content/kapok.md"
    file.unlink()
    file.symlink_to(tmp_path / "secret.txt")
    for _ in range(20):
        guarded.ask("/2026/11/kapok/")
        assert SECRET not in json.dumps(guarded.state("/2026/11/kapok/"))


def test_naughty_strings_are_answered(sample_preview: Served):
    for text in big_list():
        answer = sample_preview.ask("/" + quote(text, safe=""))
        assert answer.status in (200, 301, 404), text
        assert sample_preview.ask("/?" + quote(text, safe="")).status == 200
        assert sample_preview.ask(f"/.preview/state?path={quote(quote(text, safe=''))}").status == 200


def test_slashes_do_not_lead_to_other_hosts(sample_preview: Served):
    for path in ("//evil.example", "//evil.example/", "/\\evil.example", "//tags", "///tags", "/%2ftags", "/%5ctags"):
        answer = sample_preview.ask(path)
        assert (path, answer.status) == (path, 404)


segments = st.one_of(
    st.sampled_from("css site.css images ties.jpg tags about 2026 11 .. . %2e%2e %2f %00 %ff .git .preview".split()),
    st.text(max_size=8).map(lambda text: quote(text, safe="")),
    st.binary(max_size=6).map(quote),
)
paths = st.lists(segments, max_size=6).map(lambda parts: "/" + "/".join(parts))
queries = st.one_of(st.just(""), st.text(max_size=12).map(lambda text: "?" + quote(text, safe="=&")))


@pytest.mark.fuzz
@given(path=paths, query=queries, method=st.sampled_from(["GET", "HEAD", "POST"]))
def test_no_path_is_a_fault_of_the_server(sample_preview: Served, path: str, query: str, method: str):
    answer = sample_preview.ask(path + query, method, {"Content-Length": "0"} if method == "POST" else {})
    assert answer.status in (200, 301, 400, 404, 405)
    if answer.status == 301:
        assert answer.headers["location"].startswith("/")
        assert not answer.headers["location"].startswith("//")
