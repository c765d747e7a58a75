"""``deploy`` of ``site.yaml``: where deploys go, and what hosts are told.

Credentials have no place here: they come from the environment or from the provider's own configuration.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from typing import Literal
from urllib.parse import urlsplit

import msgspec

Report = Callable[..., None]
Encoding = Literal["gzip", "brotli"]

KINDS = ("path", "ssh", "s3", "gs", "az", "git")


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One of ``deploy.targets``.  Exactly one of ``path ssh s3 gs az git`` says what it is and where."""

    path: str = ""
    ssh: str = ""
    s3: str = ""
    gs: str = ""
    az: str = ""
    git: str = ""
    url: str = ""
    port: int = 22
    endpoint: str = ""
    region: str = ""
    lock: bool = True
    branch: str = "gh-pages"
    cname: str = ""
    history: int = 0
    compress: tuple[Encoding, ...] = ()
    concurrency: int = 32
    timeout: int = 30
    retries: int = 6
    keep_releases: int = 5
    keep_hours: int = 24
    vanish_percent: int = 20
    drafts: bool = False
    lock_minutes: int = 10
    check: int = 5
    check_seconds: int = 5
    purge_command: str = ""
    purge_hook: str = ""
    purge_token: str = ""

    @property
    def kind(self) -> str:
        """Which of the six it is."""
        return next(kind for kind in KINDS if getattr(self, kind))

    @property
    def place(self) -> str:
        """Where it is, in the words of its kind."""
        place: str = getattr(self, self.kind)
        return place


class HeaderRule(msgspec.Struct, frozen=True, kw_only=True):
    """One of ``deploy.headers``: what is told of the files that ``match``; a later rule wins."""

    match: str
    cache_control: str = ""
    content_type: str = ""


class Deploy(msgspec.Struct, frozen=True, kw_only=True):
    """``deploy``."""

    default: str = ""
    host_files: bool = False
    headers: tuple[HeaderRule, ...] = ()
    security_headers: dict[str, str] = {}
    targets: dict[str, Target] = {}


LIMITS = {
    "port": (1, 65535),
    "history": (0, 1_000_000),
    "concurrency": (1, 256),
    "timeout": (1, 600),
    "retries": (0, 20),
    "keep_releases": (1, 1000),
    "keep_hours": (0, 8760),
    "vanish_percent": (0, 100),
    "lock_minutes": (1, 1440),
    "check": (0, 1000),
    "check_seconds": (0, 3600),
}

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}").fullmatch
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+").fullmatch
# A word that ssh and rsync take for an option, or a shell for more than a word, is no place.
_SSH = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9\[][A-Za-z0-9.:\]-]*?:(/[^\x00-\x1f]*)").fullmatch
_BRANCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*").fullmatch
_BUCKET = re.compile(r"(?:\$web|\$root|[A-Za-z0-9][A-Za-z0-9._-]*)(?:/[^\x00-\x1f]+)?").fullmatch


def check_deploy(deploy: Deploy, report: Report) -> None:
    """Report what the types of single values cannot tell."""
    if deploy.default and deploy.default not in deploy.targets:
        report("deploy.default", f"there is no target '{deploy.default}'")
    for rule in deploy.headers:
        if any("\n" in text for text in (rule.match, rule.cache_control, rule.content_type)):
            report("deploy.headers", "a header is one line")
    for name, value in deploy.security_headers.items():
        if not _HEADER(name) or "\n" in value:
            report(f"deploy.security_headers.{name}", "is no header", "Expected like X-Frame-Options: DENY")
    for name, target in deploy.targets.items():
        for key, message, hint in _faults(name, target):
            report(f"deploy.targets.{name}" + (f".{key}" if key else ""), message, hint)


def _faults(name: str, target: Target) -> Iterator[tuple[str, str, str]]:
    if not _NAME(name):
        yield "", f"'{name}' is no name of a target", "Expected letters, digits, - and _"
    kinds = [kind for kind in KINDS if getattr(target, kind)]
    if len(kinds) != 1:
        found = "none" if not kinds else " and ".join(kinds)
        yield "", f"found {found} of {', '.join(KINDS)}", "Expected exactly one"
        return
    kind, place = target.kind, target.place
    if _has_credentials(place) or _has_credentials(target.endpoint) or _has_credentials(target.purge_hook):
        yield kind, "holds credentials", "They come from the environment or the provider's own configuration"
    elif kind == "ssh" and not _SSH(place):
        yield kind, f"'{place}' is no folder on a server", "Expected like deploy@www.example.com:/srv/www"
    elif kind in {"s3", "gs", "az"} and (not _BUCKET(place) or ".." in place or "//" in place):
        yield kind, f"'{place}' is no bucket", "Expected like my-bucket or my-bucket/folder"
    elif kind == "git" and place.startswith("-"):
        yield kind, f"'{place}' is no repository", "Expected like git@github.com:paper/site.git"
    if kind == "git" and (not _BRANCH(target.branch) or ".." in target.branch):
        yield "branch", f"'{target.branch}' is no name of a branch", ""
    for key, (low, high) in LIMITS.items():
        if not low <= getattr(target, key) <= high:
            yield key, f"{getattr(target, key)} is out of range", f"Expected {low} to {high:,}"
    if kind in {"s3", "gs", "az"} and len(target.compress) > 1:
        yield "compress", "an object has one encoding", "Name gzip or brotli"
    if kind == "git" and target.compress:
        yield "compress", "hosts of a git branch compress by themselves", "Leave it out"
    for key in ("url", "endpoint", "purge_hook"):
        value = getattr(target, key)
        if value and urlsplit(value).scheme not in {"http", "https"}:
            yield key, f"'{value}' is no http(s) address", ""
    if target.purge_command and not _words(target.purge_command):
        yield "purge_command", f"'{target.purge_command}' is no command", "Is a quotation mark not closed?"
    if target.purge_token and not _VARIABLE(target.purge_token):
        # Not shown: what is no name of a variable may be the secret itself.
        yield "purge_token", "is no name of an environment variable", "Expected the name of the one with the token"


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _has_credentials(place: str) -> bool:
    return re.search(r"^https?://[^/]*@|://[^/@]*:[^/@]*@", place) is not None
