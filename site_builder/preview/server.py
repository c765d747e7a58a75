"""The preview's server: livereload's, with pages on request, files in parts, and a guard before both.

In: a preview, an address to listen at.  Out: a server that runs until it is interrupted.
"""

from __future__ import annotations

import gc
import json
import logging
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import livereload
import msgspec
from livereload.handlers import LiveReloadHandler, LiveReloadJSHandler
from tornado import httputil, web
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.netutil import bind_sockets
from tornado.wsgi import WSGIContainer

from site_builder.errors import Problem, SiteError
from site_builder.hosting import content_type
from site_builder.preview.answers import application, is_page, request_of
from site_builder.preview.background import Reader
from site_builder.preview.facts import facts
from site_builder.preview.guard import is_known, is_loopback, is_own_origin
from site_builder.preview.inject import CLIENT
from site_builder.preview.preview import News, Preview, is_in_place
from site_builder.preview.wanted import Mode
from site_builder.preview.watching import FilesWatcher
from site_builder.sources.scan import CopiedFile

STATE = "/.preview/state"
# What browsers are told to reload where only the overlay is to be drawn again; client.js knows it.
PROBLEMS = "/.preview/problems"
# Tried one after the other where the wanted port is taken.
PORTS = 100
SECOND = 1_000
# Seconds that a browser has to ask before the rest is read.
FIRST_PAGE = 0.5


class Live(LiveReloadHandler):  # type: ignore[misc]  # livereload ships no types
    """livereload's WebSocket, for pages of this server only."""

    def check_origin(self, origin: str) -> bool:
        """As in tornado."""
        return is_own_origin(origin, self.request.headers.get("Host", ""))

    def on_message(self, message: str | bytes) -> None:
        """A browser reports.  It hears of news from its first word on: what changes meanwhile is not lost."""
        try:
            command = json.loads(message)["command"]
        except (ValueError, TypeError, KeyError):
            self.close()
            return
        if command == "hello":
            LiveReloadHandler.waiters.add(self)
        super().on_message(message)


class Files(web.StaticFileHandler):
    """A copied file, whole or in parts (RFC 9110, section 14)."""

    def initialize(self, file: CopiedFile) -> None:  # type: ignore[override]
        """The file was found by the view; the address is not looked at again."""
        super().initialize(path=str(Path(file.location).parent))
        self._file = file

    async def get(self, path: str = "", include_body: bool = True) -> None:  # noqa: ARG002
        """GET; HEAD without the body."""
        await super().get(self._file.location, include_body)

    async def head(self, path: str = "") -> None:  # noqa: ARG002
        """HEAD."""
        await self.get(include_body=False)

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:  # noqa: ARG003
        """The file's own location."""
        return path

    def parse_url_path(self, url_path: str) -> str:
        """A location, not an address."""
        return url_path

    def validate_absolute_path(self, root: str, absolute_path: str) -> str:  # noqa: ARG002
        """Raises :class:`tornado.web.HTTPError` where a link has taken the file's place, or nothing is there now."""
        if not is_in_place(self._file):
            raise web.HTTPError(HTTPStatus.NOT_FOUND)
        return absolute_path

    def compute_etag(self) -> str:
        """Of the file as it is now; tornado's own is remembered for good."""
        found = Path(self._file.location).stat()
        return f'"{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}"'

    def get_content_type(self) -> str:
        """By the name."""
        return content_type(self._file.path)

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002
        """Ask each time whether the file is still the same."""
        self.set_header("Cache-Control", "no-cache")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")


class State(web.RequestHandler):
    """What the bar and the overlay show of a page, as JSON."""

    def initialize(self, preview: Preview) -> None:
        """The site."""
        self._preview = preview

    def get(self) -> None:
        """``?path=`` is the page's address, percent-encoded as in the browser; ``version`` the one it shows."""
        environ = {
            "QUERY_STRING": self.get_argument("query", ""),
            "HTTP_COOKIE": self.request.headers.get("Cookie", ""),
        }
        try:
            request = request_of(self._preview, unquote_to_bytes(self.get_argument("path", "/")), environ)
        except ValueError:
            raise web.HTTPError(HTTPStatus.BAD_REQUEST) from None
        is_near = is_loopback(self.request.remote_ip or "")
        found = facts(self._preview, request.mode, request.path, self.get_argument("version", ""), is_near=is_near)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.finish(msgspec.json.encode(found))


class Client(web.RequestHandler):
    """The script of the bar and the overlay."""

    def get(self) -> None:
        """From the package, read anew each time: it is small."""
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        folder = Path(__file__).parent / "client"
        css = json.dumps((folder / "bar.css").read_text(encoding="utf-8"))
        script = (folder / "client.js").read_text(encoding="utf-8")
        self.finish(f"(() => {{\nconst css = {css};\n{script}\n}})();\n")


class Refusal(web.RequestHandler):
    """The answer to a request that was not meant for this server."""

    def prepare(self) -> None:
        """All methods."""
        self.set_status(HTTPStatus.MISDIRECTED_REQUEST)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish("This preview answers by number and as localhost only. Other names: --host NAME --lan\n")


class Guarded(web.Application):
    """Looks at every request first, then finds out whether it asks for a file."""

    def __init__(self, handlers: list[Any], preview: Preview, names: frozenset[str]) -> None:
        super().__init__(handlers)
        self._preview = preview
        self._names = names

    def find_handler(self, request: httputil.HTTPServerRequest, **kwargs: Any) -> Any:
        """As in tornado."""
        if not is_known(request.headers.get("Host", ""), self._names):
            return self.get_handler_delegate(request, Refusal)
        if request.method in ("GET", "HEAD") and not request.path.startswith("/.preview/"):
            file = self._file(request)
            if file is not None:
                return self.get_handler_delegate(request, Files, {"file": file})
        return super().find_handler(request, **kwargs)

    def _file(self, request: httputil.HTTPServerRequest) -> CopiedFile | None:
        environ = {"QUERY_STRING": request.query, "HTTP_COOKIE": request.headers.get("Cookie", "")}
        try:
            wanted = request_of(self._preview, unquote_to_bytes(request.path), environ)
        except ValueError:
            return None
        found = self._preview.place(wanted.mode, wanted.path)
        return found if isinstance(found, CopiedFile) and not is_page(found) else None


class Server(livereload.Server):  # type: ignore[misc]  # livereload ships no types
    """livereload's server for one preview; ``sockets`` listen already, ``names`` are the hosts that it is called by.

    ``warn`` is told what the desk should know of the server itself.
    """

    def __init__(
        self, preview: Preview, sockets: list[socket.socket], names: frozenset[str], warn: Callable[[str], None]
    ) -> None:
        super().__init__(application(preview), FilesWatcher(preview.site_dir, self._take, preview.has, self._note))
        self._warn = warn
        self._preview = preview
        self._sockets = sockets
        self._names = names
        self._reader = Reader(preview, self._tell)
        preview.tell = self._tell

    def application(self, *_: Any, **__: Any) -> None:
        """As in livereload: what is served, and where."""
        LiveReloadHandler.watcher = self.watcher
        LiveReloadHandler.live_css = True
        handlers = [
            (r"/livereload", Live),
            (r"/livereload\.js", LiveReloadJSHandler),
            (CLIENT.replace(".", r"\."), Client),
            (STATE.replace(".", r"\."), State, {"preview": self._preview}),
            *self.get_web_handlers(b""),
        ]
        self._http = HTTPServer(Guarded(handlers, self._preview, self._names))
        self._http.add_sockets(self._sockets)

    def get_web_handlers(self, script: bytes) -> list[Any]:  # noqa: ARG002  (pages get the preview's own element)
        """Pages by livereload's WSGI hook."""
        return [(r".*", web.FallbackHandler, {"fallback": WSGIContainer(self.app)})]

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until interrupted; ``ready`` is called when the first request can be answered."""
        # Python looks for garbage each time that 700 objects are more; a page makes some thousand.
        gc.set_threshold(10_000, 20, 20)
        loop = IOLoop.current()
        loop.add_callback(ready)
        # The first page is asked for at once; two at work get in each other's way.
        loop.call_later(FIRST_PAGE, self._reader.start)
        PeriodicCallback(lambda: self._tell(self._preview.pass_time()), SECOND).start()
        self.serve(restart_delay=0, debug=False)

    def _setup_logging(self) -> None:
        """Only what goes wrong in the server itself is of interest: requests are the browser's business."""
        logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
        logging.getLogger("livereload").setLevel(logging.WARNING)

    def _note(self, text: str) -> None:
        self._preview.notes = (*self._preview.notes, text)
        self._warn(text)

    def _take(self, changed: set[str]) -> None:
        self._tell(self._preview.change(changed))
        self._reader.start()

    def _tell(self, news: News) -> None:
        if news.kind != "nothing":
            # Not by way of poll_tasks, which drops what comes within three seconds.
            LiveReloadHandler.reload_waiters(PROBLEMS if news.kind == "problems" else news.path)


def listen(host: str, port: int, *, any_free: bool) -> list[socket.socket]:
    """Sockets at ``port``, or with ``any_free`` at the first free one from there on.

    Raises :class:`SiteError` where the port is taken or the host is not this machine's.
    """
    for attempt in range(port, min(port + PORTS, 65_536) if any_free else port + 1):
        try:
            return bind_sockets(attempt, host)
        except socket.gaierror:
            raise SiteError([Problem("--host", message=f"'{host}' is no name or address of this machine")]) from None
        except OSError as error:
            taken = error
    hint = "Another preview may be running. Take another port, or the next free one with --port auto"
    raise SiteError([Problem("--port", message=f"{port} cannot be used: {taken.strerror}", hint=hint)])


def make_preview(site_dir: Path, usual: Mode) -> Preview:
    """A preview that goes by this machine's clock."""
    return Preview(site_dir, usual, lambda: datetime.now(UTC).replace(microsecond=0))
