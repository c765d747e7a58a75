"""What every kind of target can do: the few steps from which ``deploying.py`` makes a deploy or a rollback."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from site_builder.deploy.local import LocalSite
from site_builder.deploy.plan import Phase, Plan
from site_builder.deploy.release import Entry, Release, State
from site_builder.deploy.wanted import Manner

Note = Callable[[Entry], None]
"""Called for each entry as soon as the target holds it."""
GoOn = Callable[[], None]
"""Asked before readers are shown another file: raises :class:`Moved` where the target is no longer this deploy's."""


class Target(Protocol):
    """A place that releases are deployed to.  Every step may raise :class:`Stopped`; each may be repeated."""

    manner: Manner
    in_place: bool
    """Whether readers see each file as soon as it is sent (object stores), not all of them at the switch."""

    @property
    def requests(self) -> int:
        """Requests made so far."""

    def load(self) -> tuple[State, str]:
        """The state, and a tag for :meth:`store`; the empty state and '' where nothing was deployed yet."""

    def store(self, state: State, tag: str) -> str:
        """Replace the state if it still is what ``tag`` says; the new tag.  Raises :class:`Moved` where it is not."""

    def release(self, name: str) -> Release:
        """The record of a release."""

    def survey(self, base: Release, state: State) -> Release:
        """``base`` as the target really holds it, every file looked at; its ``waste`` is what nothing names."""

    def prepare(self, plan: Plan, record: bytes) -> None:
        """Copy what a rollback needs, and put the release's ``record``: nothing that readers see."""

    def send(self, phase: Phase, plan: Plan, source: LocalSite | None, note: Note, go_on: GoOn) -> None:
        """Carry out a phase; without ``source`` from what the target holds of ``plan.release.info.restores``."""

    def switch(self, plan: Plan) -> None:
        """Make the release the live one, where that is one step."""

    def sweep(self, waste: Iterable[str], state: State) -> None:
        """Remove what ``Release.waste`` names, and what deploys that were never finished left."""

    def close(self) -> None:
        """End connections."""
