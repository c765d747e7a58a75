"""Lines of access logs in JSON to hits: nginx (``log_format … escape=json``), Caddy, CloudFront's JSON.

nginx has no fixed names: the usual ones are known, after the names of its variables.  Caddy's are those of its
structured access log (``http.log.access``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from site_builder.views.hits import Hit, UnreadableLineError
from site_builder.views.log_formats import clf_second, path_of, split_request, w3c_hit

CLIENT = ("remote_addr", "remote_ip", "client_ip", "clientip", "client", "ip", "realip_remote_addr")
TIME = ("time_iso8601", "time_local", "msec", "@timestamp", "timestamp", "time", "ts", "datetime", "date")
METHOD = ("request_method", "method", "verb")
TARGET = ("request_uri", "uri", "path", "url", "document_uri")
AGENT = ("http_user_agent", "user_agent", "useragent", "agent", "ua")
MEDIA_TYPE = ("sent_http_content_type", "content_type", "upstream_http_content_type")
PURPOSE = ("sec_purpose", "purpose", "x_purpose", "x_moz")

_ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}")
# Milliseconds where a number is too large for seconds: nobody logs from the year 5138 on.
_LARGEST_SECOND = 100_000_000_000


def json_log(line: str) -> Hit | None:
    """A line of nginx, Caddy or CloudFront, each a JSON object."""
    try:
        values = msgspec.json.decode(line.encode())
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise UnreadableLineError from error
    if not isinstance(values, dict):
        raise UnreadableLineError
    if isinstance(values.get("request"), dict):
        return _caddy(values, line)
    if "cs-uri-stem" in values:
        return w3c_hit({name: str(value) for name, value in values.items()})
    return _nginx(values, line)


def is_caddy(values: dict[str, Any]) -> bool:
    """Whether a decoded line is Caddy's."""
    return isinstance(values.get("request"), dict)


def _caddy(values: dict[str, Any], line: str) -> Hit | None:
    request: dict[str, Any] = values["request"]
    headers, answer = _headers(request.get("headers")), _headers(values.get("resp_headers"))
    if "status" not in values:
        return None  # another of Caddy's messages
    second = _second(values.get("ts"))
    return Hit(
        second,
        _text(request, ("method",)),
        path_of(_text(request, ("uri",))),
        _status(values),
        _text(request, ("client_ip", "remote_ip", "remote_addr")),
        headers.get("user-agent", ""),
        _identity(second, line),
        answer.get("content-type", ""),
        _is_prefetch(headers.get(name.replace("_", "-"), "") for name in PURPOSE),
    )


def _headers(values: object) -> dict[str, str]:
    """Headers by name in lower case; Caddy gives a list of values for each."""
    if not isinstance(values, dict):
        return {}
    return {
        str(name).lower(): ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in values.items()
    }


def _nginx(values: dict[str, Any], line: str) -> Hit | None:
    names = {str(name).lower(): value for name, value in values.items()}
    request = names.get("request")
    if isinstance(request, str) and " " in request:
        method, path = split_request(request)
    else:
        method, path = _text(names, METHOD), path_of(_text(names, TARGET))
    second = _second(next((names[name] for name in TIME if name in names), None))
    return Hit(
        second,
        method,
        path,
        _status(names),
        _text(names, CLIENT),
        _text(names, AGENT, required=False),
        _identity(second, line),
        _text(names, MEDIA_TYPE, required=False),
        _is_prefetch(str(names.get(name, names.get(f"http_{name}", ""))) for name in PURPOSE),
    )


def _text(values: dict[str, Any], names: Iterable[str], *, required: bool = True) -> str:
    for name in names:
        if isinstance(values.get(name), str) and (values[name] not in ("", "-") or not required):
            found: str = values[name]
            return "" if found == "-" else found
    if required:
        raise UnreadableLineError
    return ""


def _status(values: dict[str, Any]) -> int:
    try:
        return int(values["status"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UnreadableLineError from error


def _second(value: object) -> int:
    try:
        if isinstance(value, str) and not re.fullmatch(r"\d{1,14}(\.\d{1,9})?", value, re.ASCII):
            return clf_second(value) if "/" in value else int(_aware(value).timestamp())
        if not isinstance(value, str | int | float):
            raise UnreadableLineError
        number = float(value)
        return int(number / 1000 if number >= _LARGEST_SECOND else number)
    except (ValueError, OverflowError) as error:
        raise UnreadableLineError from error


def _aware(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _is_prefetch(purposes: Iterable[str]) -> bool:
    return any("prefetch" in purpose.lower() or "preview" in purpose.lower() for purpose in purposes)


def _identity(second: int, line: str) -> str:
    # What looks like an address goes, wherever a header holds it; so do some times of day, hence the second.
    return f"{second} {_ADDRESS.sub('', line)}"
