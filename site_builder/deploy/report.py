"""What a deploy did or would do: the value that the command prints and that programs read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from site_builder.deploy.plan import Group, Operation, Plan, group_of
from site_builder.deploy.release import Entry
from site_builder.deploy.wanted import address

Outcome = Literal["deployed", "nothing to do", "would deploy"]


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """Paths of one group.  ``headers`` changed in what the host says of them only; ``again`` were in doubt."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class PhaseCount(msgspec.Struct, frozen=True, kw_only=True):
    """Files and bytes of a phase, before compression."""

    name: str
    files: int
    bytes: int


class DeployReport(msgspec.Struct, kw_only=True):
    """Facts of one deploy; ``purge`` are the addresses whose answer changed, ``bytes`` what is sent, uncompressed.

    ``in_place`` are unfingerprinted files whose bytes changed under a name that old pages use too.
    A file that stands compressed beside another is named and counted only where that one stays as it is.
    ``refusals`` is why a guard would refuse what a dry run shows.
    ``checked`` pages were found at the live address as they were deployed.
    """

    target: str
    outcome: Outcome
    release: str
    base: str
    restores: str
    groups: dict[Group, Changes]
    phases: tuple[PhaseCount, ...]
    bytes: int
    unchanged: int
    arrived_before: int
    purge: tuple[str, ...]
    in_place: tuple[str, ...]
    requests: int = 0
    seconds: float = 0.0
    checked: int = 0
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()


class EndedEarly(msgspec.Struct, frozen=True, kw_only=True):
    """The report of a deploy that was refused (nothing was changed) or that stopped part-way."""

    outcome: Literal["refused", "stopped"]
    reasons: tuple[str, ...]


def make_report(target: str, outcome: Outcome, plan: Plan, site_url: str, arrived: Iterable[str]) -> DeployReport:
    """The report of a plan; paths in ``arrived`` had been sent by the deploy that is resumed."""
    operations = list(plan.operations)
    before = {entry.path for entry in plan.base.files} if plan.base else set[str]()
    sent_before = frozenset(arrived)
    earlier = [Operation(entry, "again") for entry in plan.release.files if entry.path in sent_before]
    origins = {entry.path: entry.origin for entry in plan.base.live().values() if entry.source} if plan.base else {}
    changed = {
        operation.entry.origin
        for operation in [*operations, *earlier]
        if not (operation.entry.kind == "asset" and operation.action == "add")
    } | {origins.get(path, path) for path in plan.dropped}
    sent = {operation.entry.path for operation in operations}
    files = [operation for operation in operations if operation.entry.source not in sent]
    gone = {entry.path for entry in plan.removed}
    return DeployReport(
        target=target,
        outcome=outcome,
        release=plan.release.info.id,
        base=plan.base.info.id if plan.base else "",
        restores=plan.release.info.restores,
        groups=_groups(files, [entry for entry in (*plan.removed, *plan.left) if entry.source not in gone]),
        phases=tuple(
            PhaseCount(
                name=phase.name,
                files=sum(operation.entry.source not in sent for operation in phase.operations),
                bytes=sum(operation.entry.size for operation in phase.operations if operation.entry.source not in sent),
            )
            for phase in plan.phases
        ),
        bytes=sum(operation.entry.size for operation in files),
        unchanged=sum(not entry.source for entry in plan.release.files) - _plain(files) - _plain(earlier),
        arrived_before=_plain(earlier),
        purge=tuple(site_url.rstrip("/") + quoted(address(path)) for path in sorted(changed)),
        in_place=tuple(
            operation.entry.path
            for operation in files
            if operation.entry.kind == "file" and operation.action == "change" and operation.entry.path in before
        ),
    )


def quoted(path: str) -> str:
    """A path percent-encoded (RFC 3986 §3.3)."""
    from urllib.parse import quote

    return quote(path, safe="/~!$&'()*+,;=:@-._")


def _plain(operations: Iterable[Operation]) -> int:
    return sum(not operation.entry.source for operation in operations)


def _groups(operations: list[Operation], removed: list[Entry]) -> dict[Group, Changes]:
    names: tuple[Group, ...] = ("assets", "pages", "listings", "front")
    groups: dict[Group, Changes] = {}
    for name in names:
        paths: dict[str, list[str]] = {"add": [], "change": [], "headers": [], "again": []}
        for operation in operations:
            if group_of(operation.entry.kind) == name:
                paths[operation.action].append(operation.entry.path)
        gone = tuple(entry.path for entry in removed if group_of(entry.kind) == name)
        groups[name] = Changes(
            added=tuple(sorted(paths["add"])),
            changed=tuple(sorted(paths["change"])),
            headers=tuple(sorted(paths["headers"])),
            again=tuple(sorted(paths["again"])),
            removed=gone,
        )
    return groups
