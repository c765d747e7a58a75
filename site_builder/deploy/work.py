"""One deploy to one target, in steps: look, plan, carry out; each step is on record before the next begins.

In: the target, this folder's journal, the target's settings.  Out: the target changed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import msgspec

from site_builder.config_deploy import Target as Settings
from site_builder.deploy.guards import lock_in_the_way
from site_builder.deploy.holder import is_dead, this_process
from site_builder.deploy.journal import Interrupted, Journal
from site_builder.deploy.local import LocalSite
from site_builder.deploy.plan import Grace, Live, Phase, Plan, make_plan
from site_builder.deploy.release import (
    Entry,
    HeaderSet,
    Lock,
    Release,
    ReleaseInfo,
    State,
    Unreadable,
    decode_release,
    encode_release,
)
from site_builder.deploy.stops import Absent, Refused, Unfit
from site_builder.deploy.target import Target

Progress = Callable[[str, int, int], None]
"""Called with the phase's name, how many of its files are done, and how many there are."""

# How often a lock is renewed before it would lapse.
RENEWALS = 3
# How often a deploy begins anew because of what its predecessor had left under way.
PATIENCE = 5


class Work:
    """One deploy to one target: holds the lock's token and the tag of the state as it was last written."""

    def __init__(self, target: Target, journal: Journal, settings: Settings, progress: Progress) -> None:
        self.target = target
        self.journal = journal
        self.settings = settings
        self._progress = progress
        self._token = secrets.token_hex(8)
        # Those of deploys from here that were not finished.  None is used again: a copy of this folder has them too.
        self._earlier: frozenset[str] = frozenset()
        self.is_sending = False
        # When the state was last written, by a clock that runs evenly and by that of the wall.
        self._stored_at = (0.0, 0.0)
        self._tag = ""
        self._state = State()
        # Releases that deploys from this folder began, and how often what these left under way may be met.
        self._begun: set[str] = set()
        self._patience = PATIENCE

    def look(self, *, force: bool) -> Live:
        """What is live.  Raises :class:`Refused` where somebody else deploys now."""
        state, self._tag = self.target.load()
        if before := self.journal.interrupted():
            self._earlier |= {before.token, before.replaces}
            self._begun.add(before.info.id)
        abandoned_lock = state.lock is not None and is_dead(state.lock.holder)
        if not abandoned_lock and (reason := lock_in_the_way(state, self._tokens(), int(time.time()))):
            raise Refused([reason])
        release = self._release(state.current.id) if state.current else None
        if force and release:
            release = self.target.survey(release, state)
            if release.waste:
                state = msgspec.structs.replace(state, swept=False)
        begun, abandoned = [], []
        if self.target.in_place:
            begun = [self.target.release(info.id) for info in state.pending]
            for info in state.preparing:
                with suppress(Absent):
                    abandoned.append(self.target.release(info.id))
        return Live(state=state, release=release, begun=tuple(begun), abandoned=tuple(abandoned))

    def based_on(self) -> frozenset[str]:
        """The releases that are no others' work: the last one from here, and one that was begun from here.

        The one that was begun may be live: a deploy can be killed after the pointer was moved.
        """
        last = self.journal.last()
        return frozenset((last, *self._begun)) if last else frozenset()

    def met_its_own_past(self) -> bool:
        """Whether the state was changed by what a deploy from here that was killed had left under way.

        A request, or a command on a server, may arrive when the deploy that sent it is dead and the next one has
        looked at the target.
        """
        self._patience -= 1
        state, _ = self.target.load()
        if state.lock:
            ours = state.lock.token in self._tokens()
        else:
            ours = state.current is not None and state.current.id in self._begun
        return ours and self._patience > 0

    def _tokens(self) -> frozenset[str]:
        return self._earlier | {self._token}

    def _release(self, name: str) -> Release:
        data = self.journal.cached(name)
        if data is not None:
            with suppress(Unreadable):
                return decode_release(data)
        return self.target.release(name)

    def to_restore(self, live: Live, wish: str) -> Release:
        """The release that a rollback brings back: ``wish``, or the last one before the live one that is another.

        Raises :class:`Refused` where the target does not hold it.
        """
        state = live.state
        infos = {info.id: info for info in state.releases}
        if not wish and live.begun:
            # What readers see is in doubt, and no release: the one that this began from is the one before it.
            wish = live.begun[-1].info.restores or (state.releases[0].id if state.releases else "")
        if not wish:
            # What a rollback restored counts as the release that it restored: the next rollback goes further back.
            here = state.releases[0].restores or state.releases[0].id if state.releases else ""
            older = [info for info in state.releases if here in infos and info.number < infos[here].number]
            shown = live.release.files if live.release else ()
            for info in older:
                # What was only repaired, or deployed again, is no way back.
                release = self.target.release(info.id)
                if release.files != shown:
                    return release
            which = "with other files than the live one" if older else "before the live one"
            raise Refused([f"there is no release {which} on the target"])
        if wish not in infos:
            raise Refused([f"the target holds no release {wish}. site-builder deploy --list shows those it has"])
        return self.target.release(wish)

    def lost(self, plan: Plan, live: Live) -> tuple[str, ...]:
        """Paths of a release to restore whose bytes the target no longer holds, by its own record.

        That is so where others had changed or removed them, which ``--force`` found.
        """
        if not self.target.in_place:
            return ()
        records = [*live.begun, *([plan.base] if plan.base else [])]
        held = {name for record in records for name in record.blobs} | {entry.stored for entry in plan.preserve}
        return tuple(operation.entry.path for operation in plan.operations if operation.entry.stored not in held)

    @staticmethod
    def new_release(live: Live, entries: tuple[Entry, ...], instant: str, restores: str = "") -> ReleaseInfo:
        """The name of a new release: its instant, and a random word."""
        now = time.time()
        # One that was begun and never live takes none: the grace counts releases that readers saw.
        numbers = [info.number for info in live.state.releases]
        return ReleaseInfo(
            id=datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M%S-") + secrets.token_hex(3),
            number=max(numbers, default=0) + 1,
            instant=instant,
            deployed=int(now),
            files=len(entries),
            size=sum(entry.size for entry in entries),
            restores=restores,
        )

    def plan(
        self,
        live: Live,
        info: ReleaseInfo,
        entries: tuple[Entry, ...],
        headers: dict[str, HeaderSet],
        *,
        resume: bool,
    ) -> tuple[Plan, Interrupted | None]:
        """The plan, and the deploy that it resumes."""
        site = hashlib.sha256(msgspec.msgpack.encode((info.restores, entries))).hexdigest()
        found = self.journal.interrupted() if resume else None
        pending = live.state.pending
        if found and not (pending and pending[-1].id == found.info.id):
            found = None
        if found and found.site == site:
            info = found.info
        elif found and not self.target.in_place:
            found = None
        arrived = found.arrived if found else {}
        now = int(time.time())
        grace = Grace(self.settings.keep_releases, self.settings.keep_hours * 3600, now, info.number)
        live = msgspec.structs.replace(live, arrived=arrived)
        made = make_plan(info, entries, headers, live, grace, blobs=self.target.in_place)
        lock = live.state.lock
        replaces = lock.token if lock and lock.token in self._tokens() else ""
        return made, Interrupted(info=info, token=self._token, replaces=replaces, site=site, arrived=arrived)

    def carry_out(self, plan: Plan, live: Live, source: LocalSite | None, found: Interrupted | None) -> None:
        """The steps; each is on record before the next begins."""
        assert found
        info = plan.release.info
        self._state = live.state
        self.journal.begin(found)
        aside = tuple(item for item in live.state.preparing if item.id != info.id)
        self._store(lock=self._lock(), preparing=(*aside, info))
        record = encode_release(plan.release)
        self.target.prepare(plan, record)
        others = () if not self.target.in_place else tuple(item for item in live.state.pending if item.id != info.id)
        self._store(pending=(*others, info), preparing=aside)
        phases = plan.phases
        if phases and not self.target.in_place:
            # Nobody sees them before the switch: in what order they come makes no difference.
            phases = (Phase("files", tuple(plan.operations)),)
        self.is_sending = bool(phases) and self.target.in_place
        self.journal.send()
        try:
            for phase in phases:
                self._send(phase, plan, source)
        except Unfit:
            # The target answers: nobody else has to wait until the lock lapses.
            self._store(lock=None)
            raise
        self.target.switch(plan)
        done = {"releases": (info, *plan.history), "pending": (), "preparing": ()}
        waste = plan.release.waste or not self.target.in_place
        self._store(**done, swept=not waste, lock=self._lock() if waste else None)
        self.journal.cache(info.id, record)
        self.journal.remember(info.id)
        if waste:
            self.target.sweep(plan.release.waste, self._state)
            self._store(swept=True, lock=None)
        self.journal.finish()

    def tidy(self, live: Live) -> None:
        """Nothing to send; but the last deploy may have been killed before it had swept."""
        self._state = live.state
        unfinished = (*live.state.pending, *live.state.preparing)
        if live.release and (unfinished or not live.state.swept):
            self._store(lock=self._lock())
            left = [f"release {info.id}" for info in unfinished]
            made = {name for release in live.abandoned for name in release.blobs} - live.release.blobs.keys()
            left += [f"blob {name}" for name in sorted(made)]
            self.target.sweep([*left, *(live.release.waste if not live.state.swept else ())], self._state)
            self._store(pending=(), preparing=(), swept=True, lock=None)
        elif live.state.lock:
            self._store(lock=None)
        if live.release:
            self.journal.remember(live.release.info.id)
            self.journal.finish()

    def _send(self, phase: Phase, plan: Plan, source: LocalSite | None) -> None:
        total, done = len(phase.operations), 0
        self._progress(phase.name, 0, total)

        def note(entry: Entry) -> None:
            nonlocal done
            self.journal.note(entry)
            done += 1
            self._progress(phase.name, done, total)
            self._keep_lock()

        self.target.send(phase, plan, source, note, self._keep_lock)

    def _keep_lock(self) -> None:
        """Renew the lock where it is time.  Raises :class:`Moved` where somebody else has taken it over meanwhile."""
        # The one clock is set right now and then, the other stands still while the machine sleeps.
        passed = max(time.monotonic() - self._stored_at[0], time.time() - self._stored_at[1])
        if passed > self.settings.lock_minutes * 60 / RENEWALS:
            self._store(lock=self._lock())

    def _lock(self) -> Lock | None:
        owner = f"{os.environ.get('USER') or os.environ.get('USERNAME') or 'somebody'}@{socket.gethostname()}"
        return Lock(owner, self._token, int(time.time()) + self.settings.lock_minutes * 60, this_process())

    def _store(self, **changes: object) -> None:
        fresh = msgspec.structs.replace(self._state, **changes, write=secrets.token_hex(8))
        self._stored_at = time.monotonic(), time.time()
        self._tag = self.target.store(fresh, self._tag)
        self._state = fresh
