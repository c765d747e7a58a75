"""How a deploy ends early: refused by a guard, or stopped part-way.  A fault of the site is a ``SiteError``."""

from __future__ import annotations

from collections.abc import Iterable


class Refused(Exception):
    """A guard said no, and nothing was changed; ``reasons`` are sentences.  Exit code 4.

    ``may_insist`` is whether ``--yes`` would go on.
    """

    def __init__(self, reasons: Iterable[str], *, may_insist: bool = False) -> None:
        self.reasons = tuple(reasons)
        self.may_insist = may_insist
        super().__init__("; ".join(self.reasons))


class Stopped(Exception):
    """The target did not take it: what has arrived is on record, ``--resume`` sends the rest.  Exit code 3."""


class Unfit(Stopped):
    """A file of the output is not what the build wrote."""


class Absent(Stopped):
    """The target has no such record."""


class Moved(Exception):
    """The target's state is not the one that was read: another deploy was there meanwhile."""


class Damaged(Exception):
    """The target holds other bytes than were sent.  Sending them again may help."""
