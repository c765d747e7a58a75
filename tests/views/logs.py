"""Requests, and how each kind of server writes them into its log."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from backports import zstd

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@dataclass(frozen=True)
class Request:
    second: int
    path: str
    client: str = "203.0.113.7"
    agent: str = FIREFOX
    method: str = "GET"
    status: int = 200
    number: int = 0  # tells requests apart as servers' request ids and byte counts do


def clf(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


def common(request: Request) -> str:
    return (
        f"{request.client} - - [{clf(request.second)}]"
        f' "{request.method} {request.path} HTTP/1.1" {request.status} {request.number}'
    )


def combined(request: Request) -> str:
    return f'{common(request)} "-" "{request.agent}"'


def nginx(request: Request) -> str:
    return json.dumps(
        {
            "time_iso8601": datetime.fromtimestamp(request.second, UTC).isoformat(),
            "remote_addr": request.client,
            "request": f"{request.method} {request.path} HTTP/2.0",
            "status": str(request.status),
            "http_user_agent": request.agent,
            "request_id": str(request.number),
        }
    )


def caddy(request: Request) -> str:
    return json.dumps(
        {
            "level": "info",
            "ts": request.second + 0.25,
            "logger": "http.log.access.log0",
            "msg": "handled request",
            "request": {
                "remote_ip": request.client,
                "remote_port": str(request.number),
                "client_ip": request.client,
                "proto": "HTTP/2.0",
                "method": request.method,
                "host": "example.com",
                "uri": request.path,
                "headers": {"User-Agent": [request.agent], "X-Forwarded-For": [request.client]},
            },
            "status": request.status,
            "resp_headers": {"Content-Type": ["text/html; charset=utf-8"]},
        }
    )


CLOUDFRONT_HEAD = [
    "#Version: 1.0",
    (
        "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer)"
        " cs(User-Agent) cs-uri-query x-edge-request-id sc-content-type"
    ),
]


def cloudfront(request: Request) -> str:
    when = datetime.fromtimestamp(request.second, UTC)
    path, _, query = request.path.partition("?")
    return "\t".join(
        [
            when.strftime("%Y-%m-%d"),
            when.strftime("%H:%M:%S"),
            "FRA60-P1",
            "2390",
            request.client,
            request.method,
            "d111111abcdef8.cloudfront.net",
            path,
            str(request.status),
            "-",
            quote(request.agent, safe="/"),
            query or "-",
            f"id{request.number}==",
            "text/html",
        ]
    )


def s3(request: Request) -> str:
    key = request.path.partition("?")[0].lstrip("/")
    key += "index.html" if not key or key.endswith("/") else ""
    return (
        f"79a59df9 bucket [{clf(request.second)}] {request.client} - ID{request.number}"
        f' WEBSITE.{request.method}.OBJECT {quote(key)} "{request.method} {request.path} HTTP/1.1" {request.status}'
        f' - 2390 2390 12 11 "-" "{request.agent}" - hostid= - - - bucket.example - -'
    )


WRITERS: dict[str, Callable[[Request], str]] = {
    "combined": combined,
    "nginx": nginx,
    "caddy": caddy,
    "cloudfront": cloudfront,
    "s3": s3,
}
PACKERS: dict[str, Callable[[bytes], bytes]] = {"plain": bytes, "gzip": gzip.compress, "zstd": zstd.compress}


def log(requests: Iterable[Request], form: str = "combined", pack: str = "plain") -> bytes:
    head = CLOUDFRONT_HEAD if form == "cloudfront" else []
    text = "".join(line + "\n" for line in [*head, *map(WRITERS[form], requests)])
    return PACKERS[pack](text.encode())
