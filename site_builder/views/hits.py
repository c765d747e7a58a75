"""What a log says of one request, whatever the log's format.

Everything here is hostile until it has been matched: clients choose path, user agent and headers.
"""

from __future__ import annotations

from typing import NamedTuple


class Hit(NamedTuple):
    """One request.

    ``second`` is Unix time; ``path`` as it was asked for, percent-encoded, without query; ``client`` and ``agent``
    live in memory only; ``identity`` is what of the line tells it from other lines, without the client's address;
    ``media_type`` is '' where the log does not tell.
    """

    second: int
    method: str
    path: str
    status: int
    client: str
    agent: str
    identity: str
    media_type: str = ""
    prefetch: bool = False


class UnreadableLineError(ValueError):
    """A line that is none of its format."""
