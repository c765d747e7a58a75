"""What is due, in the forms that people and machines keep appointments in.

In: changes, the site's zone, the command that builds.  Out: text.  Sources: RFC 5545 (iCalendar), crontab(5),
systemd.time(7) and systemd.timer(5), GitHub Actions' workflow syntax (``on.schedule``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from site_builder.check.plan import Change, Happening

# RFC 5545 §3.1: content lines are at most 75 octets.
LINE_OCTETS = 75
MOST_NAMED = 3


def why(change: Change) -> str:
    """The reasons of a change in one line."""
    told = [_told(happening) for happening in change.happenings[:MOST_NAMED]]
    if len(change.happenings) > MOST_NAMED:
        told.append(f"and {len(change.happenings) - MOST_NAMED} more")
    return "; ".join(told)


def _told(happening: Happening) -> str:
    return f"{happening.what}: {happening.title}" if happening.title else happening.what


def as_json(changes: Sequence[Change]) -> str:
    """A list of records ``instant`` (UTC, ISO 8601), ``files`` (null where not counted), ``happenings``."""
    return msgspec.json.format(msgspec.json.encode(changes)).decode()


def as_ics(changes: Sequence[Change], host: str, written: datetime) -> str:
    """An iCalendar with an event for each change; ``written`` is the plan's own instant."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//site-builder//plan//{host}", "CALSCALE:GREGORIAN"]
    for change in changes:
        files = "" if change.files is None else f" ({change.files:,} {'file' if change.files == 1 else 'files'})"
        details = "\n".join(f"{_told(happening)} {happening.path}".strip() for happening in change.happenings)
        uid = hashlib.blake2b(change.instant.isoformat().encode(), digest_size=8).hexdigest()
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}@{host}",
            f"DTSTAMP:{_utc(written)}",
            f"DTSTART:{_utc(change.instant)}",
            f"SUMMARY:{_ics_text(why(change) + files)}",
            f"DESCRIPTION:{_ics_text(details)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _ics_text(text: str) -> str:
    # RFC 5545 §3.3.11
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    start = ""
    while len((start + line).encode()) > LINE_OCTETS:
        end = LINE_OCTETS - len(start)
        while len((start + line[:end]).encode()) > LINE_OCTETS:
            end -= 1
        yield start + line[:end]
        line, start = line[end:], " "
    yield start + line


def _minutes(changes: Sequence[Change]) -> dict[datetime, list[Change]]:
    """Changes by the minute at which a scheduler of whole minutes finds them done."""
    found: dict[datetime, list[Change]] = {}
    for change in changes:
        minute = change.instant.astimezone(UTC).replace(second=0, microsecond=0)
        if minute < change.instant:
            minute += timedelta(minutes=1)
        found.setdefault(minute, []).append(change)
    return found


def as_cron(changes: Sequence[Change], command: str) -> str:
    """A crontab in this machine's time, to the minute; it has no years: it is to be written anew before one is over.

    Not in UTC: Debian's cron knows no ``CRON_TZ``, and those that know it read this machine's time without it.
    """
    lines = ["# In the time of the machine that wrote it."]
    escaped = command.replace("%", "\\%")  # crontab(5): a percent sign ends the command
    for minute, due in _minutes(changes).items():
        lines += [f"# {why(change)}" for change in due]
        local = minute.astimezone()
        lines.append(f"{local.minute} {local.hour} {local.day} {local.month} * {escaped}")
    return "\n".join(lines) + "\n"


def as_systemd(changes: Sequence[Change], command: str) -> str:
    """A timer and its service, to be written into two files."""
    times = []
    for change in changes:
        times += [f"# {why(change)}", f"OnCalendar={change.instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"]
    escaped = command.replace("%", "%%")  # systemd.unit(5): specifiers
    return "\n".join(
        [
            "# site-builder.timer",
            "[Unit]",
            "Description=Builds the site when something is due",
            "[Timer]",
            *times,
            "AccuracySec=1s",
            "Persistent=true",
            "[Install]",
            "WantedBy=timers.target",
            "",
            "# site-builder.service",
            "[Unit]",
            "Description=Builds the site",
            "[Service]",
            "Type=oneshot",
            f"ExecStart={escaped}",
            "",
        ]
    )


def as_github(changes: Sequence[Change]) -> str:
    """The ``on`` part of a GitHub Actions workflow, in UTC, to the minute."""
    lines = ["on:", "  workflow_dispatch:"]
    if changes:
        lines.append("  schedule:")
    for minute, due in _minutes(changes).items():
        lines += [f"    # {why(change)}" for change in due]
        lines.append(f'    - cron: "{minute.minute} {minute.hour} {minute.day} {minute.month} *"')
    return "\n".join(lines) + "\n"


def as_text(changes: Sequence[Change], zone: tzinfo) -> str:
    """A table for people, in the site's zone."""
    lines = []
    for change in changes:
        local = change.instant.astimezone(zone)
        files = "" if change.files is None else f"{change.files:>6,} {'file ' if change.files == 1 else 'files'}"
        lines.append(f"{local:%Y-%m-%d %H:%M:%S}  {files}  {why(change)}".rstrip())
    return "".join(line + "\n" for line in lines)
