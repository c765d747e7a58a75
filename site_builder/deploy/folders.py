"""Targets with a folder a release and a link that names the live one: ``path:`` and ``ssh:``.

```
ROOT/current -> releases/ID      what the web server serves
ROOT/releases/ID/…               files that did not change are hard links to those of the release before
ROOT/.site-builder/              state, records of the releases
```

A release is made as ``releases/ID.part``.  The link is what is true: where it names a release that the state still
calls pending, the deploy was killed between the two, and the release is live.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import msgspec

from site_builder.config_deploy import Encoding
from site_builder.deploy.local import LocalSite
from site_builder.deploy.plan import Phase, Plan
from site_builder.deploy.release import (
    Entry,
    Release,
    State,
    decode_release,
    decode_state,
    encode_state,
)
from site_builder.deploy.stops import Absent, Moved, Refused
from site_builder.deploy.target import GoOn, Note
from site_builder.deploy.wanted import Manner

STATE = ".site-builder/state"


class Host(Protocol):
    """What a machine that holds release folders can do; names are relative to the target's folder."""

    requests: int

    def read(self, name: str) -> bytes | None: ...  # noqa: D102  (told in HostHere)
    def write(self, name: str, data: bytes) -> None: ...  # noqa: D102
    def swap(self, name: str, data: bytes, before: bytes | None) -> bool: ...  # noqa: D102
    def current(self) -> str: ...  # noqa: D102
    def put(self, folder: str, entries: Iterable[Entry], source: LocalSite, base: str, note: Note) -> None: ...  # noqa: D102
    def link(self, before: str, folder: str, paths: Iterable[str]) -> None: ...  # noqa: D102
    def activate(self, folder: str, name: str) -> None: ...  # noqa: D102
    def names(self) -> list[str]: ...  # noqa: D102
    def remove(self, names: Iterable[str]) -> None: ...  # noqa: D102
    def digests(self, folder: str, paths: Iterable[str]) -> dict[str, bytes]: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class Folders:
    """See :class:`site_builder.deploy.target.Target`."""

    in_place = False

    def __init__(self, host: Host, compress: tuple[Encoding, ...]) -> None:
        self._host = host
        self.manner = Manner(beside=compress)
        self._seen: dict[str, bytes] = {}

    @property
    def requests(self) -> int:
        """Commands run on the server."""
        return self._host.requests

    def load(self) -> tuple[State, str]:
        """The state; the link has the last word."""
        data = self._host.read(STATE)
        live = self._host.current()
        if data is None:
            return State(), ""
        state = decode_state(data)
        self._seen = {state.write: data}
        for info in state.pending:
            if info.id == live:
                releases = (info, *state.releases)
                adopted = msgspec.structs.replace(state, releases=releases, pending=(), swept=False)
                return adopted, state.write
        return state, state.write

    def store(self, state: State, tag: str) -> str:
        """Compare and swap, under a lock on the host."""
        data = encode_state(state)
        if not self._host.swap(STATE, data, self._seen[tag] if tag else None):
            raise Moved
        self._seen = {state.write: data}
        return state.write

    def release(self, name: str) -> Release:
        """The record of a release."""
        data = self._host.read(_record(name))
        if data is None:
            raise Absent(f"the target has no record of its release {name}")
        return decode_release(data)

    def survey(self, base: Release, state: State) -> Release:
        """Every file is read.  Those that stand compressed beside another are taken as wrong: they are made anew."""
        del state
        plain = [entry for entry in base.live().values() if not entry.encoding]
        found = self._host.digests(f"releases/{base.info.id}", [entry.path for entry in plain])
        files = tuple(
            msgspec.structs.replace(entry, digest=found[entry.path])
            for entry in base.files
            if entry.path in found and not entry.encoding
        )
        kept = tuple(item for item in base.kept if found.get(item.entry.path) == item.entry.digest)
        return msgspec.structs.replace(base, files=files, kept=kept)

    def prepare(self, plan: Plan, record: bytes) -> None:
        """Write the release's record."""
        self._host.write(_record(plan.release.info.id), record)

    def send(self, phase: Phase, plan: Plan, source: LocalSite | None, note: Note, go_on: GoOn) -> None:
        """Files into the folder that is being made."""
        del go_on  # Nobody sees them before the switch, which asks for itself.
        info = plan.release.info
        entries = [operation.entry for operation in phase.operations]
        if source is None:
            self._host.link(f"releases/{info.restores}", _part(info.id), [entry.path for entry in entries])
            for entry in entries:
                note(entry)
        else:
            base = f"releases/{plan.base.info.id}" if plan.base else ""
            self._host.put(_part(info.id), entries, source, base, note)

    def switch(self, plan: Plan) -> None:
        """Link the files that did not change; then one rename is the switch."""
        name = plan.release.info.id
        if plan.base:
            before = plan.base.live()
            same = [path for path, entry in plan.release.live().items() if before.get(path) == entry]
            self._host.link(f"releases/{plan.base.info.id}", _part(name), same)
        self._host.activate(_part(name), name)

    def sweep(self, waste: Iterable[str], state: State) -> None:
        """Every release that the state does not name goes: what waste says, and what unfinished deploys left."""
        del waste
        stay = {info.id for info in state.releases}
        gone = [name for name in self._host.names() if name.rpartition("/")[2] not in stay]
        if gone:
            self._host.remove(gone)

    def close(self) -> None:
        """End connections."""
        self._host.close()


def not_a_link(place: str) -> Refused:
    """``current`` is there, and no deploy made it."""
    return Refused([f"{place} is no link that a deploy made: readers would go on seeing it. Move it away first"])


def _part(name: str) -> str:
    return f"releases/{name}.part"


def _record(name: str) -> str:
    return f".site-builder/releases/{name}"
