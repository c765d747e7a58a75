"""The order of the steps of a deploy and of a rollback.  Read :func:`deploy` first.

In: a site's folder and the name of a target.  Out: the target changed, and a report; or an exception that says how it
ended: ``SiteError`` (the site is at fault), ``Refused`` (nothing was changed), ``Stopped`` (resumable).
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from site_builder.building.memory import long_lived_objects
from site_builder.config import SiteConfig, parse_config
from site_builder.config_deploy import Target as Settings
from site_builder.deploy.after import after
from site_builder.deploy.guards import lock_in_the_way, refusals
from site_builder.deploy.journal import Interrupted, Journal
from site_builder.deploy.local import LocalSite, finished
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
from site_builder.deploy.report import DeployReport, make_report
from site_builder.deploy.stops import Absent, Moved, Refused, Stopped, Unfit
from site_builder.deploy.target import Target
from site_builder.deploy.targets import open_target
from site_builder.deploy.wanted import wanted
from site_builder.errors import Problem, SiteError, did_you_mean
from site_builder.sources.scan import read_config_text

Progress = Callable[[str, int, int], None]
"""Called with the phase's name, how many of its files are done, and how many there are."""

Insist = Callable[[Refused], bool]
"""Asked whether to go on in spite of a guard."""


# How often a lock is renewed before it would lapse.
RENEWALS = 3


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says.  ``rollback``: None for a deploy, '' for the previous release, or a release's id."""

    output: Path | None = None
    dry_run: bool = False
    resume: bool = False
    rollback: str | None = None
    force: bool = False


def deploy(
    site_dir: Path | str,
    name: str = "",
    options: Options = Options(),  # noqa: B008  (frozen)
    *,
    insist: Insist = lambda _: False,
    progress: Progress = lambda _phase, _done, _all: None,
) -> DeployReport:
    """Deploy the finished build to the target ``name`` (default: ``deploy.default``), or roll it back.

    Raises :class:`SiteError`, :class:`Refused` (asked ``insist`` before, where that may help), :class:`Stopped`.
    """
    with long_lived_objects():
        return _deploy(Path(site_dir), name, options, insist, progress)


def _deploy(folder: Path, name: str, options: Options, insist: Insist, progress: Progress) -> DeployReport:
    config = parse_config(read_config_text(folder))
    if not name and options.rollback in config.deploy.targets:
        # "--rollback live": the name of a target, taken for that of a release.
        name, options = str(options.rollback), msgspec.structs.replace(options, rollback="")
    name, settings = chosen(config, name)
    started = time.perf_counter()
    journal = Journal(folder, name)
    with journal.claimed(), opened(settings, config, folder, journal.folder) as target:
        work = Work(target, journal, settings, progress)
        live = work.look(force=options.force)
        if options.rollback is None:
            output = options.output or folder / "public"
            manifest = finished(folder, output)
            source: LocalSite | None = LocalSite(output)
            entries, headers = wanted(manifest, target.manner)
            info = work.new_release(live, entries, manifest.instant)
        else:
            source = None
            old = work.to_restore(live.state, options.rollback)
            entries, headers = old.files, old.headers
            info = work.new_release(live, entries, old.info.instant, restores=old.info.restores or old.info.id)
        plan, found = work.plan(live, info, entries, headers, resume=options.resume)
        arrived = found.arrived if found else {}
        report = make_report(name, "would deploy", plan, config.site.url, arrived)
        if options.dry_run:
            report.requests, report.seconds = target.requests, time.perf_counter() - started
            return report
        if options.rollback is None:
            ask(refusals(plan, journal.last(), settings.vanish_percent), insist)
        if plan.empty and not live.begun:
            work.tidy(live)
            report.outcome = "nothing to do"
        else:
            work.carry_out(plan, live, source, found)
            report.outcome = "deployed"
        report.requests = target.requests
        if report.outcome == "deployed":
            report.checked, report.warnings = after(settings, plan, report)
    report.seconds = time.perf_counter() - started
    return report


def releases(site_dir: Path | str, name: str = "") -> tuple[str, State]:
    """The name of the target and its state: ``--list``."""
    folder = Path(site_dir)
    config = parse_config(read_config_text(folder))
    name, settings = chosen(config, name)
    with opened(settings, config, folder, Journal(folder, name).folder) as target:
        return name, target.load()[0]


def chosen(config: SiteConfig, name: str) -> tuple[str, Settings]:
    """The target that ``name`` means; without one the default, or the only one.  Raises :class:`SiteError`."""
    targets = config.deploy.targets
    if not targets:
        hint = "Name one: deploy: {targets: {live: {path: /srv/www}}}"
        raise SiteError([Problem("site.yaml", message="no target to deploy to", hint=hint)])
    name = name or config.deploy.default or (next(iter(targets)) if len(targets) == 1 else "")
    if not name:
        raise SiteError([Problem("site.yaml", message="several targets", hint=f"Name one of: {', '.join(targets)}")])
    if name not in targets:
        raise SiteError([Problem("site.yaml", message=f"no target '{name}'", hint=did_you_mean(name, targets))])
    return name, targets[name]


@contextmanager
def opened(settings: Settings, config: SiteConfig, site_dir: Path, work: Path) -> Iterator[Target]:
    """The target while it is used."""
    work.mkdir(parents=True, exist_ok=True)
    target = open_target(settings, config.deploy, site_dir, work)
    try:
        yield target
    except Unreadable as error:
        raise Refused([str(error)]) from None
    finally:
        target.close()


def overtaken() -> Refused:
    """Another deploy changed the target's state meanwhile."""
    return Refused(["another deploy to this target was faster. Look at it with --list, then deploy again"])


def ask(reasons: Iterator[str], insist: Insist) -> None:
    """Raises :class:`Refused` with the reasons, if there are any and nobody insists."""
    refused = Refused(reasons, may_insist=True)
    if refused.reasons and not insist(refused):
        raise refused


class Work:
    """One deploy to one target: holds the lock's token and the tag of the state as it was last written."""

    def __init__(self, target: Target, journal: Journal, settings: Settings, progress: Progress) -> None:
        self._target = target
        self._journal = journal
        self._settings = settings
        self._progress = progress
        self._token = secrets.token_hex(8)
        self._tag = ""
        self._state = State()

    def look(self, *, force: bool) -> Live:
        """What is live.  Raises :class:`Refused` where somebody else deploys now."""
        state, self._tag = self._target.load()
        if before := self._journal.interrupted():
            self._token = before.token
        if reason := lock_in_the_way(state, self._token, int(time.time())):
            raise Refused([reason])
        release = self._release(state.current.id) if state.current else None
        if force and release:
            release = self._target.survey(release, state)
            if release.waste:
                state = msgspec.structs.replace(state, swept=False)
        begun, abandoned = [], []
        if self._target.in_place:
            begun = [self._target.release(info.id) for info in state.pending]
            for info in state.preparing:
                with suppress(Absent):
                    abandoned.append(self._target.release(info.id))
        return Live(state=state, release=release, begun=tuple(begun), abandoned=tuple(abandoned))

    def _release(self, name: str) -> Release:
        data = self._journal.cached(name)
        if data is not None:
            with suppress(Unreadable):
                return decode_release(data)
        return self._target.release(name)

    def to_restore(self, state: State, wish: str) -> Release:
        """The release that a rollback brings back.  Raises :class:`Refused` where the target does not hold it."""
        infos = {info.id: info for info in state.releases}
        if not wish:
            # What a rollback restored counts as the release that it restored: the next rollback goes further back.
            here = state.releases[0].restores or state.releases[0].id if state.releases else ""
            older = [info for info in state.releases if here in infos and info.number < infos[here].number]
            if not older:
                raise Refused(["there is no release before the live one on the target"])
            wish = older[0].id
        if wish not in infos:
            raise Refused([f"the target holds no release {wish}. site-builder deploy --list shows those it has"])
        return self._target.release(wish)

    @staticmethod
    def new_release(live: Live, entries: tuple[Entry, ...], instant: str, restores: str = "") -> ReleaseInfo:
        """The name of a new release: its instant, and a random word."""
        now = time.time()
        numbers = [info.number for info in (*live.state.releases, *live.state.pending)]
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
        found = self._journal.interrupted() if resume else None
        pending = live.state.pending
        if found and not (pending and pending[-1].id == found.info.id):
            found = None
        if found and found.site == site:
            info = found.info
        elif found and not self._target.in_place:
            found = None
        arrived = found.arrived if found else {}
        now = int(time.time())
        grace = Grace(self._settings.keep_releases, self._settings.keep_hours * 3600, now, info.number)
        live = msgspec.structs.replace(live, arrived=arrived)
        made = make_plan(info, entries, headers, live, grace, blobs=self._target.in_place)
        return made, Interrupted(info=info, token=self._token, site=site, arrived=arrived)

    def carry_out(self, plan: Plan, live: Live, source: LocalSite | None, found: Interrupted | None) -> None:
        """The steps; each is on record before the next begins."""
        assert found
        info = plan.release.info
        self._state = live.state
        self._journal.begin(found)
        aside = tuple(item for item in live.state.preparing if item.id != info.id)
        self._store(lock=self._lock(), preparing=(*aside, info))
        record = encode_release(plan.release)
        self._target.prepare(plan, record)
        others = () if not self._target.in_place else tuple(item for item in live.state.pending if item.id != info.id)
        self._store(pending=(*others, info), preparing=aside)
        phases = plan.phases
        if phases and not self._target.in_place:
            # Nobody sees them before the switch: in what order they come makes no difference.
            phases = (Phase("files", tuple(plan.operations)),)
        try:
            for phase in phases:
                self._send(phase, plan, source)
        except Unfit:
            # The target answers: nobody else has to wait until the lock lapses.
            self._store(lock=None)
            raise
        try:
            self._target.switch(plan)
        except Moved:
            raise overtaken() from None
        done = {"releases": (info, *plan.history), "pending": (), "preparing": ()}
        waste = plan.release.waste or not self._target.in_place
        self._store(**done, swept=not waste, lock=self._lock() if waste else None)
        self._journal.cache(info.id, record)
        self._journal.remember(info.id)
        if waste:
            self._target.sweep(plan.release.waste, self._state)
            self._store(swept=True, lock=None)
        self._journal.finish()

    def tidy(self, live: Live) -> None:
        """Nothing to send; but the last deploy may have been killed before it had swept."""
        self._state = live.state
        unfinished = (*live.state.pending, *live.state.preparing)
        if live.release and (unfinished or not live.state.swept):
            self._store(lock=self._lock())
            left = [f"release {info.id}" for info in unfinished]
            made = {name for release in live.abandoned for name in release.blobs} - live.release.blobs.keys()
            left += [f"blob {name}" for name in sorted(made)]
            self._target.sweep([*left, *(live.release.waste if not live.state.swept else ())], self._state)
            self._store(pending=(), preparing=(), swept=True, lock=None)
        elif live.state.lock:
            self._store(lock=None)
        if live.release:
            self._journal.remember(live.release.info.id)
            self._journal.finish()

    def _send(self, phase: Phase, plan: Plan, source: LocalSite | None) -> None:
        total, done = len(phase.operations), 0
        renew = time.monotonic() + self._settings.lock_minutes * 60 / RENEWALS
        self._progress(phase.name, 0, total)

        def note(entry: Entry) -> None:
            nonlocal done, renew
            self._journal.note(entry)
            done += 1
            self._progress(phase.name, done, total)
            if time.monotonic() > renew:
                self._store(lock=self._lock())
                renew = time.monotonic() + self._settings.lock_minutes * 60 / RENEWALS

        self._target.send(phase, plan, source, note)

    def _lock(self) -> Lock | None:
        owner = f"{os.environ.get('USER') or os.environ.get('USERNAME') or 'somebody'}@{socket.gethostname()}"
        return Lock(owner, self._token, int(time.time()) + self._settings.lock_minutes * 60)

    def _store(self, **changes: object) -> None:
        fresh = msgspec.structs.replace(self._state, **changes, write=secrets.token_hex(8))
        try:
            self._tag = self._target.store(fresh, self._tag)
        except Moved:
            raise overtaken() from None
        self._state = fresh


__all__ = ["DeployReport", "Options", "Refused", "SiteError", "Stopped", "deploy", "releases"]
