"""Pages on request: the WSGI application that livereload's server is given.

In: a request.  Out: the page as a build writes it, with the preview's own element; redirects; ``404.html``.
Files that are copied are not answered here (see ``server``): they may be large and asked for in parts; but for those
in HTML, which are pages to whoever looks at them.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable
from html import escape
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec

from site_builder.catalog.urls import NOT_FOUND
from site_builder.errors import Problem
from site_builder.hosting import content_type
from site_builder.pages.planned import Planned
from site_builder.preview.inject import with_script
from site_builder.preview.places import Redirect
from site_builder.preview.preview import Preview, is_in_place
from site_builder.preview.wanted import Wanted, cookie_of, wanted
from site_builder.sources.scan import CopiedFile

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
HTML = "text/html; charset=utf-8"


class Answer(msgspec.Struct, frozen=True):
    """A response: ``headers`` beside those that every answer has."""

    status: HTTPStatus
    body: bytes
    type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()


def application(preview: Preview) -> Callable[[dict[str, Any], StartResponse], Iterable[bytes]]:
    """The WSGI application (PEP 3333) of a preview."""

    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        try:
            answer = _respond(preview, environ)
        except Exception:  # noqa: BLE001  (a bug must not end the server: it is shown, and the next page may be fine)
            traceback.print_exc(file=sys.stderr)
            text = "The preview failed; its terminal shows how. This is a defect of site-builder, not of the site."
            answer = Answer(HTTPStatus.INTERNAL_SERVER_ERROR, _message(preview, "The preview failed", text))
        headers = [
            ("Content-Type", answer.type),
            ("Content-Length", str(len(answer.body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            *answer.headers,
        ]
        start_response(f"{answer.status.value} {answer.status.phrase}", headers)
        return [] if method == "HEAD" else [answer.body]

    return app


def _respond(preview: Preview, environ: dict[str, Any]) -> Answer:
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        text = "This address can only be read."
        body = _message(preview, "Not allowed", text)
        return Answer(HTTPStatus.METHOD_NOT_ALLOWED, body, headers=(("Allow", "GET, HEAD"),))
    try:
        request = request_of(preview, environ["PATH_INFO"].encode("latin-1"), environ)
    except ValueError as error:
        text = f"at: {error}. Expected like 2026-11-23, 2026-11-23T10:00 or with a zone."
        return Answer(HTTPStatus.BAD_REQUEST, _message(preview, "No such instant", text))
    answer = answer_to(preview, request)
    # Another site's page may name an address here; it does not choose what the desk sees.
    if request.chosen is not None and environ.get("HTTP_SEC_FETCH_SITE") != "cross-site":
        cookie = ("Set-Cookie", cookie_of(request.chosen, preview.usual))
        return msgspec.structs.replace(answer, headers=(*answer.headers, cookie))
    return answer


def request_of(preview: Preview, path: bytes, environ: dict[str, Any]) -> Wanted:
    """What is asked for.  Raises :class:`ValueError` where ``at`` is no instant."""
    query, cookies = environ.get("QUERY_STRING", ""), environ.get("HTTP_COOKIE", "")
    return wanted(path, query, cookies, preview.usual, preview.known.config.site.timezone)


def answer_to(preview: Preview, request: Wanted) -> Answer:
    """The answer for a page, a redirect, or nothing at that place."""
    preview.catch_up()
    place = preview.place(request.mode, request.path)
    if isinstance(place, Redirect):
        url = place.url + (f"?{request.query}" if request.query else "")
        return Answer(HTTPStatus.MOVED_PERMANENTLY, b"", headers=(("Location", url),))
    if isinstance(place, Planned):
        return _page(preview, request, place, HTTPStatus.OK)
    if isinstance(place, CopiedFile) and (data := _bytes_of(place)) is not None:
        return Answer(HTTPStatus.OK, with_script(data, preview.version), content_type(place.path))
    if preview.known.waiting:
        done = len(preview.known.parsed)
        text = f"This page may be among the pieces that have not been read yet; {done:,} have. It opens by itself."
        headers = (("Retry-After", "2"),)
        return Answer(HTTPStatus.SERVICE_UNAVAILABLE, _message(preview, "Still reading", text), headers=headers)
    missing = preview.view(request.mode).pages.get(NOT_FOUND)
    if missing is None:
        return Answer(HTTPStatus.NOT_FOUND, _message(preview, "Not found", "There is no page here."))
    return _page(preview, request, missing, HTTPStatus.NOT_FOUND)


def is_page(file: CopiedFile) -> bool:
    """Whether a copied file is a page: it is answered here, and loaded again when something changes."""
    return content_type(file.path) == HTML


def _bytes_of(file: CopiedFile) -> bytes | None:
    if not is_in_place(file):
        return None
    try:
        return Path(file.location).read_bytes()
    except OSError:
        return None


def _page(preview: Preview, request: Wanted, planned: Planned, status: HTTPStatus) -> Answer:
    # Read before the page is made: what changes meanwhile makes the page an old one, never a new one.
    version = preview.version
    shown = preview.page(request.mode, planned)
    if shown.problems and preview.catch_up(planned.source):
        return answer_to(preview, request)
    kind = content_type(planned.path)
    if shown.data is None:
        body = _problems(preview, shown.problems)
        return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, body)
    body = with_script(shown.data, version) if kind == HTML else shown.data
    return Answer(status, body, kind)


def _problems(preview: Preview, problems: Iterable[Problem]) -> bytes:
    """A page that cannot be shown and never was good: the problems as plain text, for where no script runs."""
    items = "".join(f"<li>{escape(str(problem))}</li>" for problem in problems)
    return _document(preview, "This page cannot be rendered", f"<ul>{items}</ul>")


def _message(preview: Preview, title: str, text: str) -> bytes:
    return _document(preview, title, f"<p>{escape(text)}</p>")


def _document(preview: Preview, title: str, content: str) -> bytes:
    page = (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        "<style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 12vh auto; padding: 0 1.5rem }"
        " li { overflow-wrap: anywhere }</style>\n"
        f"</head>\n<body>\n<h1>{title}</h1>\n{content}\n</body>\n</html>\n"
    )
    return with_script(page.encode(), preview.version)
