"""One view a visitor, article and 30 minutes, without knowing who the visitor is.

A visitor is a hash of address and user agent with a salt that is drawn anew for each day of the log and never
written for longer than it is needed: a file beside the store holds the salt of today and the hashes of the last 30
minutes, so that two imports in a row count nobody twice.  Where the log ends earlier, nothing is kept.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import msgspec

WINDOW = 30 * 60
FILE = ".site-builder/visitors"


class Recent(msgspec.Struct, frozen=True):
    """What is kept between two imports: of one day, the salt, and (visitor, article, second) of its last views."""

    day: int
    salt: bytes
    views: tuple[tuple[int, str, int], ...]


class Visitors:
    """Counts views; lives for one import."""

    def __init__(self, zone: tzinfo, recent: Recent | None = None) -> None:
        """``zone`` is the one of the site, whose days count."""
        self._zone = zone
        self._salts: dict[int, bytes] = {}
        self._counted: dict[tuple[int, str], list[int]] = {}
        if recent:
            self._salts[recent.day] = recent.salt
            for visitor, article, second in recent.views:
                self._counted.setdefault((visitor, article), []).append(second)
        self._day = (0, 0, 0)

    def day_of(self, second: int) -> int:
        """The ordinal day on which ``second`` (Unix time) lies."""
        start, end, day = self._day
        if not start <= second < end:
            # Quarters of an hour: every zone changes its day at the end of one.
            start = second - second % 900
            day = datetime.fromtimestamp(start, UTC).astimezone(self._zone).toordinal()
            self._day = (start, start + 900, day)
        return day

    def is_new(self, client: str, agent: str, article: str, second: int) -> bool:
        """Whether this is a view: the visitor's first of the article within 30 minutes before and after."""
        day = self.day_of(second)
        salt = self._salts.get(day)
        if salt is None:
            salt = self._salts[day] = secrets.token_bytes(16)
        name = f"{client}\0{agent}".encode(errors="replace")
        visitor = int.from_bytes(hashlib.blake2b(name, digest_size=8, key=salt).digest(), "big")
        counted = self._counted.setdefault((visitor, article), [])
        if any(abs(second - earlier) < WINDOW for earlier in counted):
            return False
        counted.append(second)
        return True

    def forget_before(self, second: int) -> None:
        """Forget visitors whose last view lies more than 30 minutes before ``second``."""
        self._counted = {
            key: counted for key, counted in self._counted.items() if max(counted, default=0) > second - WINDOW
        }

    def recent(self, now: int) -> Recent | None:
        """What the next import needs to know at ``now`` (Unix time); None for nothing."""
        day = self.day_of(now)
        if day not in self._salts:
            return None
        views = tuple(
            (visitor, article, second)
            for (visitor, article), counted in sorted(self._counted.items())
            for second in counted
            if now - WINDOW < second <= now and self.day_of(second) == day
        )
        return Recent(day, self._salts[day], views) if views else None


def read_recent(site_dir: Path, now: int, zone: tzinfo) -> Recent | None:
    """What the last import kept; None where it is of another day, the salt being thrown away then."""
    path = site_dir / FILE
    try:
        recent = msgspec.msgpack.decode(path.read_bytes(), type=Recent)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError:
        recent = None
    if recent is None or recent.day != Visitors(zone).day_of(now):
        path.unlink(missing_ok=True)
        return None
    return recent


def write_recent(site_dir: Path, recent: Recent | None) -> None:
    """Keep ``recent``, readable for the owner only; None removes what was kept."""
    path = site_dir / FILE
    if recent is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.msgpack.encode(recent))
    fresh.replace(path)
