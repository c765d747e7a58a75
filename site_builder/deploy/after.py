"""After a deploy: caches are told which addresses changed, and a sample is read from where readers read.

In: the plan and its report.  Out: how many pages were found as deployed, and sentences about what was not.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shlex
import subprocess
import time
import urllib.error
import urllib.request
import zlib
from concurrent.futures import ThreadPoolExecutor

import msgspec

from site_builder.config_deploy import Target as Settings
from site_builder.deploy.plan import Plan, group_of
from site_builder.deploy.release import Entry
from site_builder.deploy.report import DeployReport, quoted
from site_builder.deploy.wanted import address

SECONDS = 30
LONGEST_PAUSE = 15.0
# Pages that are looked at together: a reader's browser opens as many connections.
AT_ONCE = 6
# What CDNs answer to programs that do not say who they are is often not the page.
AGENT = "site-builder"


def purged(settings: Settings, report: DeployReport) -> list[str]:
    """Tell caches which addresses changed; what went wrong."""
    faults = []
    if report.purge and settings.purge_command:
        faults += purge_by_command(settings.purge_command, report.purge)
    if report.purge and settings.purge_hook:
        faults += purge_by_hook(settings, report)
    if faults:
        faults.append(
            f"caches were not told of {len(report.purge):,} changed addresses; the next deploy from here does"
        )
    return faults


def checked(settings: Settings, plan: Plan) -> tuple[int, list[str]]:
    """Look at a sample of pages where readers read; how many are as deployed, and what is wrong with the others."""
    pages = sample(plan, settings.check) if settings.url else []
    end = time.monotonic() + settings.check_seconds
    with ThreadPoolExecutor(AT_ONCE) as pool:
        faults = [fault for fault in pool.map(lambda entry: fault_of(settings.url, entry, end), pages) if fault]
    return len(pages) - len(faults), faults


def purge_by_command(command: str, addresses: tuple[str, ...]) -> list[str]:
    """Run the command, no shell, the addresses on its standard input, one a line."""
    text = "".join(address + "\n" for address in addresses)
    try:
        done = subprocess.run(  # noqa: S603  (the site's own setting)
            shlex.split(command),
            input=text,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS * 4,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return [f"the purge command did not run: {error}"]
    if done.returncode:
        return [f"the purge command ended with code {done.returncode}: {done.stderr.strip()[-500:]}"]
    return []


def purge_by_hook(settings: Settings, report: DeployReport) -> list[str]:
    """POST ``{"release": …, "urls": […]}``; the token named by ``purge_token`` goes along as a bearer (RFC 6750)."""
    body = msgspec.json.encode({"release": report.release, "urls": report.purge})
    headers = {"Content-Type": "application/json", "User-Agent": AGENT}
    if settings.purge_token:
        token = os.environ.get(settings.purge_token, "")
        if not token:
            return [f"the purge hook was not called: the environment has no {settings.purge_token}"]
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(settings.purge_hook, body, headers, method="POST")  # noqa: S310  (checked)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310
            return []
    except (OSError, ValueError) as error:
        return [f"the purge hook failed: {_cause(error)}"]


def sample(plan: Plan, count: int) -> list[Entry]:
    """Up to ``count`` pages that were sent, spread over all of them."""
    pages = [
        operation.entry
        for operation in plan.operations
        if group_of(operation.entry.kind) != "assets" and not operation.entry.source
    ]
    step = max(1, len(pages) // count) if count else 1
    return pages[::step][:count]


def fault_of(url: str, entry: Entry, end: float) -> str:
    """What is wrong with the page at its live address when the monotonic clock says ``end``, '' for nothing."""
    place = url.rstrip("/") + quoted(address(entry.path))
    pause = 1.0
    while fault := _look(place, entry):
        left = end - time.monotonic()
        if left <= 0:
            break
        time.sleep(min(pause, left))
        pause = min(pause * 2, LONGEST_PAUSE)
    return fault


def _look(place: str, entry: Entry) -> str:
    headers = {"Cache-Control": "no-cache", "User-Agent": AGENT, "Accept-Encoding": "gzip"}
    request = urllib.request.Request(place, headers=headers)  # noqa: S310  (checked)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            data = answer.read()
            coding = answer.headers.get("Content-Encoding", "")
        if coding == "gzip":
            data = gzip.decompress(data)
        elif coding == "br":
            import brotli

            data = brotli.decompress(data)
    except urllib.error.HTTPError as error:
        # 404.html is meant to be served with this status.
        if error.code == 404 and entry.kind == "404":
            return ""
        return f"{place} answers {error.code}"
    except (OSError, ValueError, EOFError, zlib.error) as error:
        return f"{place} cannot be read: {_cause(error)}"
    if hashlib.sha256(data).digest() != entry.digest:
        return f"{place} does not show what was deployed"
    return ""


def _cause(error: Exception) -> str:
    """What happened, in the system's words."""
    if isinstance(error, urllib.error.URLError) and not isinstance(error, urllib.error.HTTPError):
        reason = error.reason
        return (isinstance(reason, OSError) and reason.strerror) or str(reason)
    return str(error)
