"""A TCP proxy that cuts its connections after so many bytes, and takes new ones again or not."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class TcpProxy:
    """``passed`` counts bytes in both directions since the last :meth:`heal` or :meth:`cut_after`."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.passed = 0
        self._limit: int | None = None
        self._for_good = False
        self._broken = False
        self._open: list[socket.socket] = []
        self._all: list[socket.socket] = []
        self._lock = threading.Lock()

    def heal(self) -> None:
        with self._lock:
            self.passed, self._limit, self._broken = 0, None, False

    def cut_after(self, size: int, *, for_good: bool) -> None:
        """Reset all connections once ``size`` bytes have passed; ``for_good``: and all new ones."""
        with self._lock:
            self.passed, self._limit, self._for_good, self._broken = 0, size, for_good, False

    def serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self._broken:
                _reset(client)
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.upstream), timeout=10)
            except OSError:
                _reset(client)
                continue
            server.settimeout(None)
            self._open += [client, server]
            self._all += [client, server]
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._relay, args=(one, other), daemon=True).start()

    def _relay(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 14):
                with self._lock:
                    left = None if self._limit is None else self._limit - self.passed
                    self.passed += len(data)
                if left is not None and len(data) >= left:
                    target.sendall(data[: max(0, left)])
                    self._cut()
                    return
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
            # The other direction may go on; the sockets are closed when the proxy ends.

    def close(self) -> None:
        # close() alone would leave accept() waiting.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        for connection in (self.listener, *self._all):
            _reset(connection)

    def _cut(self) -> None:
        with self._lock:
            self._limit = None
            self._broken = self._for_good
            connections, self._open = self._open, []
        for connection in connections:
            _reset(connection)


def _reset(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # A lingering time of zero makes close() send RST; the shutdown wakes a thread that reads.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)
    connection.close()


@contextlib.contextmanager
def proxied(upstream: int) -> Iterator[TcpProxy]:
    """A proxy before the port ``upstream`` while the block runs."""
    proxy = TcpProxy(upstream)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join(5)
