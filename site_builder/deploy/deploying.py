"""The order of the steps of a deploy and of a rollback.  Read :func:`deploy` first.

In: a site's folder and the name of a target.  Out: the target changed, and a report; or an exception that says how it
ended: ``SiteError`` (the site is at fault), ``Refused`` (nothing was changed), ``Stopped`` (resumable).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from site_builder.building.memory import long_lived_objects
from site_builder.config import SiteConfig, parse_config
from site_builder.config_deploy import Target as Settings
from site_builder.deploy.after import checked, purged
from site_builder.deploy.guards import refusals, unpublished
from site_builder.deploy.journal import Journal
from site_builder.deploy.local import LocalSite, check_sizes, finished
from site_builder.deploy.release import (
    State,
    Unreadable,
)
from site_builder.deploy.report import DeployReport, make_report
from site_builder.deploy.secret import hidden
from site_builder.deploy.stops import Moved, Refused, Stopped
from site_builder.deploy.target import Target
from site_builder.deploy.targets import open_target
from site_builder.deploy.wanted import wanted
from site_builder.deploy.work import Progress, Work
from site_builder.errors import Problem, SiteError, did_you_mean
from site_builder.sources.scan import read_config_text

OVERTAKEN = "another deploy to this target was faster. Look at it with --list, then deploy again"
OVERTAKEN_SENDING = (
    "another deploy to this target was faster, and took it over while this one was sending: some files may be "
    "this one's. Look at it with --list, then deploy again with --force, which reads every file"
)

Insist = Callable[[Refused], bool]
"""Asked whether to go on in spite of a guard."""


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
        while True:
            try:
                report = _attempt(work, folder, config, name, options, insist)
                break
            except Moved:
                if not work.met_its_own_past():
                    raise Refused([OVERTAKEN_SENDING if work.is_sending else OVERTAKEN]) from None
    report.seconds = time.perf_counter() - started
    return report


def _attempt(work: Work, folder: Path, config: SiteConfig, name: str, options: Options, insist: Insist) -> DeployReport:
    target, settings = work.target, work.settings
    live = work.look(force=options.force)
    if options.rollback is None:
        output = options.output or folder / "public"
        manifest = finished(folder, output)
        unfit = tuple(unpublished(manifest, datetime.now(UTC)))
        source: LocalSite | None = LocalSite(output)
        entries, headers = wanted(manifest, target.manner)
        info = work.new_release(live, entries, manifest.instant)
    else:
        source, unfit = None, ()
        old = work.to_restore(live, options.rollback)
        entries, headers = old.files, old.headers
        info = work.new_release(live, entries, old.info.instant, restores=old.info.restores or old.info.id)
    plan, found = work.plan(live, info, entries, headers, resume=options.resume)
    if source is None and (lost := work.lost(plan, live)):
        what = f"{len(lost):,} of its files, as {lost[0]}" if len(lost) > 1 else lost[0]
        raise Refused([f"{info.restores} cannot be brought back: the target no longer holds {what}"])
    if source:
        check_sizes(source.folder, (operation.entry for operation in plan.operations))
    report = make_report(name, "would deploy", plan, settings.url or config.site.url, found.arrived if found else {})
    # What the grace no longer covers goes with the next release; who insists gets a release for that alone.
    nothing = plan.empty and not live.begun and not (options.force and plan.dropped)
    reasons = () if source is None or nothing else tuple(refusals(plan, work.based_on(), settings.vanish_percent))
    if not nothing and not settings.drafts:
        reasons = (*unfit, *reasons)
    if nothing:
        report.outcome, report.release, report.purge = "nothing to do", report.base, ()
    report.purge = tuple(sorted({*report.purge, *work.journal.owed()}))
    if options.dry_run:
        report.outcome = "would deploy"
        report.requests = target.requests
        report.refusals = reasons
        return report
    ask(reasons, insist)
    if settings.purge_command or settings.purge_hook:
        # Before anything changes: also whoever dies on the way has to tell.
        work.journal.owe(report.purge)
    if nothing:
        work.tidy(live)
    else:
        work.carry_out(plan, live, source, found)
        report.outcome = "deployed"
    report.requests = target.requests
    faults = purged(settings, report)
    if not faults:
        work.journal.owe(())
    report.checked, pages = checked(settings, plan) if report.outcome == "deployed" else (0, [])
    report.warnings = tuple(map(hidden, [*faults, *pages]))
    return report


def releases(site_dir: Path | str, name: str = "") -> tuple[str, State]:
    """The name of the target and its state: ``--list``."""
    folder = Path(site_dir)
    config = parse_config(read_config_text(folder))
    name, settings = chosen(config, name)
    with opened(settings, config, folder, Journal(folder, name).folder) as target:
        return name, target.load()[0]


def to_resume(site_dir: Path | str, name: str = "") -> tuple[str, ...]:
    """The arguments of ``deploy`` that go on with what was begun from here and not finished; () for nothing."""
    folder = Path(site_dir)
    name, _ = chosen(parse_config(read_config_text(folder)), name)
    journal = Journal(folder, name)
    found = journal.interrupted()
    if found is None or not journal.is_sending():
        return ()
    back = ("--rollback", found.info.restores) if found.info.restores else ()
    return (name, *back, "--resume")


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
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stopped(f"{work} cannot be written: {error.strerror or error}") from None
    target = open_target(settings, config.deploy, site_dir, work)
    try:
        yield target
    except Unreadable as error:
        raise Refused([str(error)]) from None
    finally:
        target.close()


def ask(reasons: Iterable[str], insist: Insist) -> None:
    """Raises :class:`Refused` with the reasons, if there are any and nobody insists."""
    refused = Refused(reasons, may_insist=True)
    if refused.reasons and not insist(refused):
        raise refused


__all__ = ["DeployReport", "Options", "Refused", "SiteError", "Stopped", "deploy", "releases", "to_resume"]
