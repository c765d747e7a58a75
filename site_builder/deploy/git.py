"""Targets that are a branch of a git repository: one commit a deploy, made without any work tree.

The branch is the record: a commit's message names the release, ``.site-builder/release`` in its tree is the release's
record, and the push, which succeeds only on the commit that this deploy is based on, is both lock and switch.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from site_builder.config_deploy import Target as Settings
from site_builder.deploy.local import LocalSite
from site_builder.deploy.plan import Phase, Plan
from site_builder.deploy.release import Entry, Release, ReleaseInfo, State, by_path, decode_release
from site_builder.deploy.stops import Absent, Moved, Stopped
from site_builder.deploy.target import GoOn, Note
from site_builder.deploy.wanted import Manner

RECORD = ".site-builder/release"
# The number of what no deploy made.
BY_HAND = 0
# What stands beside the site's own files.
EXTRA = (".nojekyll", "CNAME")
NAMES = {"release": "id", "number": "number", "instant": "instant", "restores": "restores"}
# How far back the branch is fetched, at least: what --list shows and rollbacks reach.
DEPTH = 100
FIRST_PAUSE = 0.5
REMOTE = "live"


class Git:
    """See :class:`site_builder.deploy.target.Target`."""

    in_place = False

    def __init__(self, settings: Settings, site_dir: Path, work: Path) -> None:
        self.manner = Manner()
        self.requests = 0
        self._settings = settings
        place = settings.git
        # A path is relative to the site; anything with a host is git's affair.
        self._url = place if ":" in place else str((site_dir / place).resolve())
        self._ref = f"refs/heads/{settings.branch}"
        self._repository = work / "git"
        self._head = ""
        self._commits: dict[str, str] = {}
        self._written: dict[str, str] = {}
        self._record = b""

    def load(self) -> tuple[State, str]:
        """The state that the branch's commits tell, with the newest commit as the tag."""
        if not (self._repository / "HEAD").exists():
            self._git("init", "--bare", "--quiet", str(self._repository), inside=False)
        # What is not fetched now comes when it is asked for, from here.
        settings = {"url": self._url, "promisor": "true", "partialclonefilter": "blob:none"}
        for key, value in settings.items():
            self._git("config", f"remote.{REMOTE}.{key}", value)
        listing = self._remote("ls-remote", self._url, self._ref).decode()
        self._head = listing.split("\t")[0] if listing else ""
        if not self._head:
            return State(), ""
        depth = max(DEPTH, self._settings.keep_releases, self._settings.history)
        # Commits and trees; a server that knows no filters sends the files too.
        options = ("--quiet", "--no-tags", "--filter=blob:none", f"--depth={depth}")
        self._remote("fetch", *options, REMOTE, f"+{self._ref}:refs/deploy/live")
        log = self._git("log", "--format=%H%x1f%ct%x1f%B%x1e", f"--max-count={depth}", "refs/deploy/live").decode()
        infos = [_info(*entry.strip().split("\x1f", 2)) for entry in log.split("\x1e") if entry.strip()]
        found = []
        newest = max(len(infos), *(info.number + position for position, (_, info) in enumerate(infos)))
        for position, (commit, info) in enumerate(infos):
            self._commits[info.id] = commit
            number = newest - position
            found.append(msgspec.structs.replace(info, number=number))
        return State(write=self._head, releases=tuple(found)), self._head

    def store(self, state: State, tag: str) -> str:
        """Nothing to write: the commit is the state."""
        del state
        return tag

    def release(self, name: str) -> Release:
        """The record in the commit; of a commit of somebody else what its tree holds."""
        if name not in self._commits:
            raise Absent(f"the branch has no release {name}")
        commit = self._commits[name]
        tree = self._tree(commit)
        if RECORD not in tree:
            info = ReleaseInfo(id=name, number=BY_HAND, instant="", deployed=0, files=len(tree), size=0)
            return Release(info=info, files=tuple(_of_somebody(path, blob) for path, blob in sorted(tree.items())))
        record = decode_release(self._git("cat-file", "blob", tree[RECORD]))
        return record if record.info.id == name else self._changed_by_hand(name, record, tree)

    def _changed_by_hand(self, name: str, record: Release, tree: dict[str, str]) -> Release:
        """What a commit that somebody made upon one of ours holds: its record tells of ours."""
        ours = self._commits.get(record.info.id)
        before = self._tree(ours) if ours else {}
        same = {path for path, blob in tree.items() if before.get(path) == blob}
        files = {entry.path: entry for entry in record.files if entry.path in same}
        kept = tuple(item for item in record.kept if item.entry.path in same)
        known = {*files, *(item.entry.path for item in kept), RECORD, *EXTRA}
        files |= {path: _of_somebody(path, blob) for path, blob in tree.items() if path not in known}
        info = msgspec.structs.replace(record.info, id=name, number=BY_HAND, restores="", files=len(files))
        return msgspec.structs.replace(record, info=info, files=tuple(sorted(files.values(), key=by_path)), kept=kept)

    def survey(self, base: Release, state: State) -> Release:
        """Every file of the newest commit is read."""
        del state
        tree = self._tree(self._head)
        live = base.live()
        paths = [path for path in live if path in tree]
        self._fetch_files({tree[path] for path in paths})
        data = self._git("cat-file", "--batch", data="".join(tree[path] + "\n" for path in paths).encode())
        sound, start = set(), 0
        for path in paths:
            end = data.index(b"\n", start)
            size = int(data[start:end].split()[2])
            body = data[end + 1 : end + 1 + size]
            start = end + size + 2
            if hashlib.sha256(body).digest() == live[path].digest:
                sound.add(path)
        return msgspec.structs.replace(
            base,
            files=tuple(entry for entry in base.files if entry.path in sound),
            kept=tuple(item for item in base.kept if item.entry.path in sound),
        )

    def prepare(self, plan: Plan, record: bytes) -> None:
        """The record goes into the commit."""
        del plan
        self._record = record

    def send(self, phase: Phase, plan: Plan, source: LocalSite | None, note: Note, go_on: GoOn) -> None:
        """Write blobs into the repository on this machine; they travel with the push, all or none."""
        del note, go_on
        entries = [operation.entry for operation in phase.operations]
        if source is None:
            tree = self._tree(self._commits[plan.release.info.restores])
            self._written |= {entry.path: tree[entry.path] for entry in entries}
            return
        for entry in entries:
            source.read(entry)  # Raises where it is not the build's.
        paths = "".join(f"{source.folder.resolve()}/{entry.origin}\n" for entry in entries)
        blobs = (
            self._git("hash-object", "-w", "--no-filters", "--stdin-paths", data=os.fsencode(paths)).decode().split()
        )
        self._written |= {entry.path: blob for entry, blob in zip(entries, blobs, strict=True)}

    def switch(self, plan: Plan) -> None:
        """The commit, and the push of it."""
        before = self._tree(self._head) if self._head else {}
        blobs = {path: self._written.get(path) or before[path] for path in plan.release.live()}
        extra = {RECORD: self._record, ".nojekyll": b""}
        if self._settings.cname:
            extra["CNAME"] = self._settings.cname.encode() + b"\n"
        for path, data in extra.items():
            blobs[path] = self._git("hash-object", "-w", "--stdin", data=data).decode().strip()
        with tempfile.TemporaryDirectory(prefix="sb-") as folder:
            index = {"GIT_INDEX_FILE": f"{folder}/index"}
            listing = b"".join(f"100644 {blob}\t{path}\0".encode() for path, blob in sorted(blobs.items()))
            self._git("update-index", "-z", "--index-info", data=listing, more=index)
            # Files that did not change need not be here.
            tree = self._git("write-tree", "--missing-ok", more=index).decode().strip()
        message = _message(plan.release.info)
        self._push(self._commit(tree, message, self._parent()))

    def sweep(self, waste: Iterable[str], state: State) -> None:
        """Nothing: what a commit does not hold is gone from the site."""

    def close(self) -> None:
        """Nothing to end."""

    def _parent(self) -> str:
        """The commit that the new one follows; where history is bounded, the last ones made anew without the others."""
        keep = self._settings.history
        if not self._head or not keep:
            return self._head
        log = self._git("log", "--format=%H", f"--max-count={keep}", self._head).decode().split()
        if len(log) < keep:
            return self._head
        parent = ""
        for commit in reversed(log[: keep - 1]):
            tree, when, message = self._git("log", "-1", "--format=%T%n%ct%n%B", commit).decode().split("\n", 2)
            parent = self._commit(tree, message.strip() + "\n", parent, when)
        return parent

    def _commit(self, tree: str, message: str, parent: str, when: str = "") -> str:
        who = {"GIT_AUTHOR_NAME": "site-builder", "GIT_AUTHOR_EMAIL": "site-builder@localhost"}
        who |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in who.items()}
        who = {name: os.environ.get(name, value) for name, value in who.items()}
        if when:
            who |= {"GIT_AUTHOR_DATE": f"{when} +0000", "GIT_COMMITTER_DATE": f"{when} +0000"}
        parents = ["-p", parent] if parent else []
        return self._git("commit-tree", tree, *parents, data=message.encode(), more=who).decode().strip()

    def _push(self, commit: str) -> None:
        lease = f"--force-with-lease={self._ref}:{self._head}"
        try:
            self._remote("push", "--quiet", "--porcelain", lease, self._url, f"{commit}:{self._ref}", tries=1)
        except Stopped:
            # The answer may have been lost, or the branch has moved on.
            now = self._remote("ls-remote", self._url, self._ref).decode().split("\t")[0]
            if now == commit:
                return
            if now != self._head:
                raise Moved from None
            self._remote("push", "--quiet", "--porcelain", lease, self._url, f"{commit}:{self._ref}")

    def _tree(self, commit: str) -> dict[str, str]:
        """Blobs by path."""
        listing = self._git("ls-tree", "-r", "-z", commit).decode()
        return {line.partition("\t")[2]: line.split()[2] for line in listing.split("\0") if line}

    def _fetch_files(self, blobs: set[str]) -> None:
        """Those of ``blobs`` that are not here, in one go: git by itself would ask for one after the other."""
        here = self._git("cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)").decode()
        missing = sorted(blobs - set(here.split()))
        if missing:
            wanted = "".join(blob + "\n" for blob in missing).encode()
            options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--filter=blob:none", "--stdin")
            self._remote("-c", "fetch.negotiationAlgorithm=noop", "fetch", *options, REMOTE, data=wanted)

    def _remote(self, *arguments: str, tries: int = 0, data: bytes = b"") -> bytes:
        """A command that speaks with the other side, after longer and longer pauses again."""
        pause = FIRST_PAUSE
        for left in range((tries or self._settings.retries + 1) - 1, -1, -1):
            self.requests += 1
            try:
                return self._git(*arguments, data=data)
            except Stopped as stopped:
                if not left or _FOR_GOOD(str(stopped)):
                    raise
            time.sleep(pause)
            pause *= 2
        raise AssertionError(arguments)

    def _git(
        self, *arguments: str, data: bytes = b"", more: dict[str, str] | None = None, inside: bool = True
    ) -> bytes:
        environment = {name: value for name, value in os.environ.items() if name not in _LOCAL}
        # Over http nothing else bounds how long a server may be silent.
        patience = {"GIT_HTTP_LOW_SPEED_LIMIT": "1", "GIT_HTTP_LOW_SPEED_TIME": str(self._settings.timeout)}
        environment |= {
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_DEFAULT_HASH": "sha1",
            "LC_ALL": "C",
            **patience,
            **(more or {}),
        }
        if inside:
            environment["GIT_DIR"] = str(self._repository)
        try:
            done = subprocess.run(  # noqa: S603
                ["git", *OWN, *arguments],  # noqa: S607
                input=data,
                capture_output=True,
                env=environment,
                check=False,
            )
        except OSError as error:
            raise Stopped(f"git cannot be run: {error.strerror}") from None
        if done.returncode:
            # What a push is refused for stands in what it prints.
            told = (done.stderr + b" " + (done.stdout if "push" in arguments else b"")).decode(errors="replace").split()
            raise Stopped(f"git {arguments[0]}: {' '.join(told)[-600:]}")
        return done.stdout


# The user's own hooks are for commits that people make; what signs a commit is not asked for.
OWN = ("-c", f"core.hooksPath={os.devnull}", "-c", "log.showSignature=false")

# What another try does not mend: no such repository, no way in, a branch that may not be pushed to.
_FOR_GOOD = re.compile(
    r"hook declined|does not appear to be a git repository|[Rr]epository (?:'[^']*' )?not found|Permission denied"
    r"|Host key verification|could not read (?:Username|Password)|Authentication failed"
).search

# A deploy may be run by a hook, whose repository is not ours.
_LOCAL = frozenset(("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"))


def _of_somebody(path: str, blob: str) -> Entry:
    """A file that is not known to be ours; git's digest differs from that of every file of a build."""
    return Entry(path, bytes.fromhex(blob), 0, "article" if path.endswith(".html") else "file")


def _message(info: ReleaseInfo) -> str:
    lines = [f"Release {info.id}", ""]
    lines += [f"{name.capitalize()}: {value}" for name, field in NAMES.items() if (value := getattr(info, field))]
    return "\n".join([*lines, f"Files: {info.files}", f"Size: {info.size}"]) + "\n"


def _info(commit: str, when: str, message: str) -> tuple[str, ReleaseInfo]:
    """A commit's release; one of somebody else is named by its hash."""
    told = {}
    for line in message.splitlines():
        name, colon, value = line.partition(": ")
        if colon:
            told[name.lower()] = value.strip()
    ours = "release" in told and "number" in told
    number = told.get("number", "")
    return commit, ReleaseInfo(
        id=told["release"] if ours else commit[:12],
        number=int(number) if ours and number.isdigit() else 0,
        instant=told.get("instant", "") if ours else "",
        deployed=int(when),
        files=int(told["files"]) if ours and told.get("files", "").isdigit() else 0,
        size=int(told["size"]) if ours and told.get("size", "").isdigit() else 0,
        restores=told.get("restores", "") if ours else "",
    )
