"""An HTTP proxy in front of a real server that does what networks and servers do on bad days."""

from __future__ import annotations

import contextlib
import http.client
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Fault = Literal["reset", "head only", "lost answer", "timeout", "500", "503", "429", "slow", "truncated"]
FAULTS: tuple[Fault, ...] = ("reset", "head only", "lost answer", "timeout", "500", "503", "429", "slow", "truncated")


A_PIECE = 8192
A_MOMENT = 0.1


class Proxy:
    """``requests`` counts; from number ``start`` on, ``times`` requests meet ``fault``.

    ``before`` and ``after`` are called with a request's number before it is passed on, and after the server has
    carried it out, before the client hears of it.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream).netloc
        self.address = ""
        self.requests = 0
        self.log: list[str] = []
        self.fault: Fault | None = None
        self.start = self.times = 0
        self.hang = 3.0
        # Bytes a second that go up, for all connections together; 0 for no limit.
        self.rate = 0
        self.before: Callable[[int], None] = lambda _: None
        self.after: Callable[[int], None] = lambda _: None
        # What the server is sent in place of a request's body.
        self.spoil: Callable[[bytes], bytes] = lambda body: body
        # The name that the client is told of what the server holds.
        self.retag: Callable[[str, str], str] = lambda _, tag: tag
        self._lock = threading.Lock()
        self._line = threading.Lock()

    def number(self, line: str) -> int:
        with self._lock:
            self.requests += 1
            self.log.append(line)
            return self.requests

    def carry(self, size: int) -> None:
        """Take the time that ``size`` bytes need, in small pieces, so that those who send at once share the line."""
        for _ in range(0, size if self.rate else 0, A_PIECE):
            with self._line:
                time.sleep(A_PIECE / (self.rate or A_PIECE))

    def fault_of(self, number: int) -> Fault | None:
        return self.fault if self.start <= number < self.start + self.times else None

    def break_from(self, start: int, fault: Fault, times: int = 1_000_000) -> None:
        """Count anew; requests from ``start`` on meet ``fault``."""
        with self._lock:
            self.requests, self.log = 0, []
            self.fault, self.start, self.times = fault, start, times

    def heal(self) -> None:
        """Count anew, and pass everything on."""
        with self._lock:
            self.requests, self.log, self.fault, self.rate = 0, [], None, 0
            self.before = self.after = lambda _: None
            self.spoil = lambda body: body
            self.retag = lambda _, tag: tag


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def handle_any(self) -> None:
        proxy = self.proxy
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        number = proxy.number(f"{self.command} {self.path}")
        proxy.carry(len(body))
        proxy.before(number)
        body = proxy.spoil(body)
        fault = proxy.fault_of(number)
        if fault == "reset":
            self._reset()
        elif fault == "head only":
            self._send_head()
            self._reset()
        elif fault == "timeout":
            time.sleep(proxy.hang)
            self._reset()
        elif fault in {"500", "503", "429"}:
            self._answer(int(fault), [("Retry-After", "1")] if fault != "500" else [], b"")
        else:
            if len(body) != int(self.headers.get("Content-Length") or 0):
                self.headers.replace_header("Content-Length", str(len(body)))
            status, headers, data = self._ask(body)
            proxy.after(number)
            if fault == "lost answer":
                self._reset()
            elif fault == "truncated":
                self._answer(status, headers, data, cut=True)
            else:
                self._answer(status, headers, data, slow=fault == "slow")

    def __getattr__(self, name: str) -> Callable[[], None]:
        # do_GET and the other names that the server looks for.
        if name.startswith("do_"):
            return self.handle_any
        raise AttributeError(name)

    def _send_head(self) -> None:
        """What a server sees of a client that was killed, or whose line broke, when it had begun to send."""
        connection = self._request()
        connection.endheaders()
        time.sleep(A_MOMENT)
        connection.close()

    def _request(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(self.proxy.upstream, timeout=60)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in {"connection", "transfer-encoding"}:
                connection.putheader(name, value)
        return connection

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = self._request()
        try:
            connection.endheaders(body)
            answer = connection.getresponse()
            kept = {"connection", "transfer-encoding", "content-length", "date", "server"}
            headers = [
                (name, self.proxy.retag(self.path, value) if name.lower() == "etag" else value)
                for name, value in answer.getheaders()
                if name.lower() not in kept
            ]
            self._length = answer.getheader("Content-Length")
            return answer.status, headers, answer.read()
        finally:
            connection.close()

    def _answer(
        self, status: int, headers: list[tuple[str, str]], data: bytes, *, slow: bool = False, cut: bool = False
    ) -> None:
        length = self._length if self.command == "HEAD" and status == 200 else str(len(data) + (100 if cut else 0))
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if status not in {204, 304}:
            self.send_header("Content-Length", length or "0")
        if slow:
            time.sleep(0.05)
        self.end_headers()
        if self.command != "HEAD":
            for start in range(0, len(data), 2000 if slow else max(1, len(data))):
                self.wfile.write(data[start : start + (2000 if slow else len(data))])
                if slow:
                    self.wfile.flush()
                    time.sleep(0.02)
        if cut:
            self._reset()

    def _reset(self) -> None:
        self.wfile.flush()
        # A lingering time of zero makes close() send RST.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Tests look at what the deploy says."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that are killed drop their connections."""


@contextlib.contextmanager
def proxied(upstream: str) -> Iterator[Proxy]:
    """A proxy before ``upstream`` while the block runs."""
    proxy = Proxy(upstream)
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": proxy}))
    proxy.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
