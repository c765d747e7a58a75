"""Lines of access logs in text form to hits: Common and Combined, CloudFront, S3.

Sources: Apache HTTP Server, mod_log_config, "Common Log Format" and "Combined Log Format"; Amazon CloudFront,
"Standard log file fields" (W3C extended log file format); Amazon S3, "Server access log format".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import unquote, urlsplit

from site_builder.views.hits import Hit, UnreadableLineError

Parser = Callable[[str], Hit | None]
"""A line's hit; None for a line that tells of none (a comment).  Raises :class:`UnreadableLineError`."""

MONTHS = {name: 1 + number for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())}

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_TIME = r"\[(\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4})\]"
# A virtual host before the client is Apache's "vhost_combined".
_COMBINED = re.compile(
    rf"((?:[^\s:]+:\d{{1,5}} )?)(\S+) \S+ [^\[]{{1,256}}{_TIME} {_QUOTED} (\d{{3}}) \S+(?: {_QUOTED} {_QUOTED})?",
    re.ASCII,
).match
_S3 = re.compile(
    rf"\S+ \S+ {_TIME} (\S+) (\S+) (\S+) (\S+) (\S+) (?:{_QUOTED}|-) (\d{{3}}|-) \S+ \S+ \S+ \S+ \S+ (?:{_QUOTED}|-)"
    rf" (?:{_QUOTED}|-)",
    re.ASCII,
).match
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))")


def combined(line: str) -> Hit | None:
    """A line of the Common or the Combined Log Format."""
    found = _COMBINED(line)
    if found is None:
        raise UnreadableLineError
    host, client, when, request, status, _, agent = found.groups()
    method, path = split_request(unescaped(request))
    identity = host + line[found.end(2) :]
    return Hit(clf_second(when), method, path, int(status), client, unescaped(agent or ""), identity)


def s3(line: str) -> Hit | None:
    """A line of an S3 server access log; only requests for objects are hits of a site."""
    found = _S3(line)
    if found is None:
        raise UnreadableLineError
    when, client, _, request_id, operation, key, _, status, _, agent = found.groups()
    parts = operation.split(".")
    if len(parts) != 3 or parts[2] != "OBJECT" or status == "-":
        return None
    identity = line[: found.start(2)] + request_id + line[found.end(3) :]
    path = "/" + unquote(unquote(key))
    return Hit(clf_second(when), parts[1], path, int(status), client, unescaped(agent or ""), identity)


def cloudfront() -> Parser:
    """A parser of CloudFront's standard logs; it learns the order of fields from the ``#Fields`` line."""
    places: dict[str, int] = {}

    def parse(line: str) -> Hit | None:
        if line.startswith("#"):
            if line.startswith("#Fields:"):
                places.clear()
                places.update({name: number for number, name in enumerate(line.removeprefix("#Fields:").split())})
            return None
        values = line.split("\t")
        if not places or len(values) != len(places):
            raise UnreadableLineError
        return w3c_hit({name: values[place] for name, place in places.items()})

    return parse


def w3c_hit(values: dict[str, str]) -> Hit:
    """A hit from CloudFront's fields by name, tab-separated or JSON."""
    try:
        when = datetime.fromisoformat(f"{values['date']}T{values['time']}+00:00")
        client, path, status = values["c-ip"], values["cs-uri-stem"], int(values["sc-status"])
        method = values["cs-method"]
    except (KeyError, ValueError) as error:
        raise UnreadableLineError from error
    # The user agent is percent-encoded, and what was in it before once more.
    agent = unquote(unquote(values.get("cs(User-Agent)", "")))
    rest = [value for name, value in sorted(values.items()) if name not in ("c-ip", "x-forwarded-for")]
    media_type = values.get("sc-content-type", "-")
    return Hit(
        int(when.timestamp()),
        method,
        path,
        status,
        client,
        "" if agent == "-" else agent,
        "\t".join(rest),
        "" if media_type == "-" else unquote(media_type),
    )


def split_request(request: str) -> tuple[str, str]:
    """Method and path, without query, of a request line (RFC 9112 §3); also in absolute form."""
    parts = request.split(" ")
    if len(parts) not in (2, 3):
        raise UnreadableLineError
    return parts[0], path_of(parts[1])


def path_of(target: str) -> str:
    """The path of a request target, percent-encoded as it came."""
    if not target.startswith("/"):
        try:
            target = urlsplit(target).path or "/"
        except ValueError as error:
            raise UnreadableLineError from error
    return target.partition("?")[0].partition("#")[0]


def unescaped(text: str) -> str:
    r"""What servers wrote as ``\"``, ``\\`` and ``\xE6``; bytes are UTF-8."""
    if "\\" not in text:
        return text
    raw = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)
    return raw.encode("latin-1", "replace").decode("utf-8", "replace")


def clf_second(text: str) -> int:
    """Unix time of ``10/Oct/2000:13:55:36 -0700``."""
    return _clf_minute(text[:17], text[21:]) + int(text[18:20])


@functools.lru_cache(4096)
def _clf_minute(minute: str, zone: str) -> int:
    try:
        offset = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:]))
        when = datetime(
            int(minute[7:11]),
            MONTHS[minute[3:6]],
            int(minute[:2]),
            int(minute[12:14]),
            int(minute[15:17]),
            tzinfo=timezone(offset),
        )
        return int(when.astimezone(UTC).timestamp())
    except (KeyError, ValueError, OverflowError) as error:
        raise UnreadableLineError from error
