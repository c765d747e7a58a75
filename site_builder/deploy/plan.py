"""What a deploy has to do, as a value: pure, so that a dry run, a deploy and a rollback cannot disagree.

In: the files wanted, what is live, what is uncertain.  Out: :class:`Plan`: operations with their reasons, in phases.

The order is such that a page that can be reached never names what is not there:

1. ``assets``: styles, scripts, images, downloads.  A fingerprinted one never changes; another may, under the name that
   old pages use too, and is sent first, so that no new page shows an old picture.
2. ``new pages``, then ``new listings``: nothing live links to them yet, and all they show is there.
3. ``pages``, then ``listings``: those that change.  They may link to new ones now, and no longer to withdrawn ones.
4. ``front``: the home page, feeds, sitemaps: what tells of the new pieces.
5. After them the pointer, then ``prune``: withdrawn pages at once, other files when no release in grace needs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Literal

import msgspec

from site_builder.deploy.release import UNKNOWN, Entry, HeaderSet, Kept, Last, Release, ReleaseInfo, State, by_path

Action = Literal["add", "change", "headers", "again"]
Group = Literal["assets", "pages", "listings", "front"]

ASSETS = frozenset(("asset", "file"))
LISTINGS = frozenset(
    ("category", "tag", "author", "source", "year", "month", "index", "latest", "ranking", "fragment", "views")
)
FRONT = frozenset(("home", "feed", "sitemap", "robots", "host"))

PHASES = ("assets", "new pages", "new listings", "pages", "listings", "front")
REASONS: dict[Action, str] = {
    "add": "is not on the target",
    "change": "has other bytes",
    "headers": "has other headers",
    "again": "may have been left half-way by a deploy that stopped",
}


class Operation(msgspec.Struct, frozen=True, order=True):
    """Put ``entry`` where readers find it.  ``action`` is why."""

    entry: Entry
    action: Action

    @property
    def reason(self) -> str:
        """Why, in words."""
        return REASONS[self.action]


class Phase(msgspec.Struct, frozen=True):
    """Operations that may be done in any order, all of them before the next phase."""

    name: str
    operations: tuple[Operation, ...]


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a target.

    ``release`` is the pointer's; ``begun`` are the pending releases of a target that is changed in place, whose
    paths are uncertain; ``abandoned`` those that were only prepared; ``arrived`` are paths of which the journal knows
    that they hold this entry now.
    """

    state: State
    release: Release | None = None
    begun: tuple[Release, ...] = ()
    abandoned: tuple[Release, ...] = ()
    arrived: Mapping[str, Entry] = {}


class Grace(msgspec.Struct, frozen=True):
    """Until when a release's bytes stay: among the newest ``releases``, or live within the last ``seconds``."""

    releases: int
    seconds: int
    now: int
    number: int

    def covers(self, last: Last) -> bool:
        """Whether what ``last`` referred to has to stay.  ``number`` counts the release that is being made."""
        return last.number > self.number - self.releases or self.now - last.replaced < self.seconds


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """``release`` is what the target will hold; ``preserve`` are live entries to copy before they are overwritten.

    ``removed`` are files of ``base`` that the site no longer has (some stay live for a while), ``left`` files that a
    deploy which was never finished may have brought, and that go.
    """

    release: Release
    base: Release | None
    phases: tuple[Phase, ...]
    preserve: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    left: tuple[Entry, ...]
    history: tuple[ReleaseInfo, ...]

    @property
    def operations(self) -> Iterator[Operation]:
        """All of them, in order."""
        return (operation for phase in self.phases for operation in phase.operations)

    @property
    def empty(self) -> bool:
        """Whether the target already is what is wanted."""
        return not self.phases and self.release.files == (self.base.files if self.base else ())

    @property
    def dropped(self) -> tuple[str, ...]:
        """Paths that readers could ask for, and that go."""
        return tuple(item.removeprefix("live ") for item in self.release.waste if item.startswith("live "))


def group_of(kind: str) -> Group:
    """The group of a kind of page or file; a kind that is not known here is a page."""
    if kind in ASSETS:
        return "assets"
    if kind in LISTINGS:
        return "listings"
    return "front" if kind in FRONT else "pages"


def make_plan(
    info: ReleaseInfo,
    wanted: Iterable[Entry],
    headers: Mapping[str, HeaderSet],
    live: Live,
    grace: Grace,
    *,
    blobs: bool,
) -> Plan:
    """The plan for ``wanted`` as the release ``info``.

    ``blobs``: the target is changed in place, so bytes that a rollback needs are copied before they are replaced.
    """
    desired = {entry.path: entry for entry in wanted}
    base = live.release
    before = {entry.path: entry for entry in base.files} if base else {}
    standing = base.live() if base else {}
    uncertain = _uncertain(standing, live.begun)
    operations = sorted(_differences(desired, standing, uncertain, live.arrived))
    removed = tuple(entry for path, entry in before.items() if path not in desired)
    replaced_now = Last(base.info.number, grace.now) if base else Last(0, 0)
    kept, dropped = _kept(base, removed, desired, replaced_now, grace)
    preserve: list[Entry] = []
    held: dict[str, Last] = {}
    waste = _waste(live, desired, kept, dropped, uncertain)
    if blobs:
        lasts = {item.entry.path: item.last for item in (base.kept if base else ())}
        staying = {item.entry for item in kept} | set(desired.values())
        needed = sorted(
            (entry for entry in standing.values() if entry not in staying and entry.digest != UNKNOWN), key=by_path
        )
        known = dict(base.blobs) if base else {}
        for entry in needed:
            # What a later release refers to is newer than what the map says of it.
            known[entry.stored] = max(lasts.get(entry.path, replaced_now), known.get(entry.stored, Last(0, 0)))
        held = {name: last for name, last in sorted(known.items()) if grace.covers(last)}
        # Paths of an unfinished deploy were copied when it began; what they hold now is not what was there.
        there = base.blobs if base else {}
        preserve = [
            entry
            for entry in needed
            if entry.stored in held and entry.stored not in there and entry.path not in uncertain
        ]
        made = {name for release in (*live.begun, *live.abandoned) for name in release.blobs}
        waste += [f"blob {name}" for name in there.keys() | made if name not in held]
        waste = [item for item in waste if item.removeprefix("blob ") not in held]
    history, forgotten = _history(live.state, info.id, grace)
    waste += [f"release {name}" for name in forgotten]
    used = {entry.headers for entry in [*desired.values(), *(item.entry for item in kept)]} - {""}
    known_headers = {**(base.headers if base else {}), **headers}
    release = Release(
        info=info,
        files=tuple(sorted(desired.values(), key=by_path)),
        kept=kept,
        headers={key: known_headers[key] for key in sorted(used)},
        blobs=held,
        waste=tuple(sorted(set(waste))),
    )
    return Plan(
        release=release,
        base=base,
        phases=tuple(_phases(operations)),
        preserve=tuple({entry.stored: entry for entry in preserve}.values()),
        removed=removed,
        left=_left(live.begun, {*before, *release.live()}),
        history=history,
    )


def _uncertain(standing: Mapping[str, Entry], begun: Iterable[Release]) -> frozenset[str]:
    """Paths that hold either the pointer's entry or that of a release which was begun and not finished."""
    return frozenset(entry.path for release in begun for entry in release.files if standing.get(entry.path) != entry)


def _left(begun: Iterable[Release], known: AbstractSet[str]) -> tuple[Entry, ...]:
    found = {entry.path: entry for release in begun for entry in release.files if entry.path not in known}
    return tuple(found[path] for path in sorted(found))


def _differences(
    desired: Mapping[str, Entry],
    standing: Mapping[str, Entry],
    uncertain: AbstractSet[str],
    arrived: Mapping[str, Entry],
) -> Iterator[Operation]:
    for path, entry in desired.items():
        there = arrived.get(path) or standing.get(path)
        if there == entry and (path not in uncertain or path in arrived):
            continue
        yield Operation(entry, _action(entry, standing.get(path)))


def _action(entry: Entry, before: Entry | None) -> Action:
    if before is None:
        return "add"
    if before == entry:
        return "again"
    return "headers" if before.digest == entry.digest and before.encoding == entry.encoding else "change"


def _phases(operations: Iterable[Operation]) -> Iterator[Phase]:
    found: dict[str, list[Operation]] = {name: [] for name in PHASES}
    for operation in operations:
        group = group_of(operation.entry.kind)
        fresh = operation.action == "add" and group in {"pages", "listings"}
        found[f"new {group}" if fresh else group].append(operation)
    for name, members in found.items():
        if members:
            yield Phase(name, tuple(members))


def _kept(
    base: Release | None, removed: Iterable[Entry], desired: Mapping[str, Entry], last: Last, grace: Grace
) -> tuple[tuple[Kept, ...], list[str]]:
    """Files that stay live although the site no longer has them, and live paths that go."""
    candidates = [kept for kept in (base.kept if base else ()) if kept.entry.path not in desired]
    dropped = []
    for entry in removed:
        if entry.kind in ASSETS:
            candidates.append(Kept(entry, last))
        else:
            dropped.append(entry.path)
    stay = tuple(sorted(kept for kept in candidates if grace.covers(kept.last)))
    dropped += [kept.entry.path for kept in candidates if not grace.covers(kept.last)]
    return stay, dropped


def _waste(
    live: Live, desired: Mapping[str, Entry], kept: Iterable[Kept], dropped: Iterable[str], uncertain: Iterable[str]
) -> list[str]:
    """What was live and shall not be; what an unfinished deploy or sweep left goes too."""
    staying = desired.keys() | {item.entry.path for item in kept}
    left = live.release.waste if live.release and not live.state.swept else ()
    waste = [f"live {path}" for path in [*dropped, *uncertain] if path not in staying]
    return waste + [item for item in left if not (item.startswith("live ") and item.removeprefix("live ") in staying)]


def _history(state: State, own: str, grace: Grace) -> tuple[tuple[ReleaseInfo, ...], list[str]]:
    """The releases that stay, newest first, the one that is being made left out; and the names of those that go."""
    unfinished = (*state.preparing, *state.pending)
    stay, forgotten = [], [info.id for info in unfinished if info.id != own]
    replaced = grace.now
    for info in state.releases:
        if grace.covers(Last(info.number, replaced)):
            stay.append(info)
        else:
            forgotten.append(info.id)
        replaced = info.deployed
    return tuple(stay), forgotten
