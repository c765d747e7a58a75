"""What a deploy refuses unless it is told: pure sentences over a plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from site_builder.deploy.plan import ASSETS, Plan
from site_builder.deploy.release import Entry, State


def refusals(plan: Plan, based_on: str, vanish_percent: int) -> Iterator[str]:
    """Why this plan should not be carried out without asking.

    ``based_on`` is the release that this site's folder saw last on the target, '' where it saw none.
    """
    if plan.base is None:
        return
    pages = sum(map(_is_page, plan.base.files))
    gone = sum(map(_is_page, plan.removed))
    if gone * 100 > pages * vanish_percent:
        yield f"{gone:,} of {pages:,} live pages would vanish, more than {vanish_percent} %"
    live, new = plan.base.info, plan.release.info
    if _instant(live.instant) > _instant(new.instant) and not live.restores:
        yield f"the live release {live.id} was built as of {live.instant}, this one as of {new.instant}: it is older"
    elif based_on not in {"", live.id}:
        yield f"the live release {live.id} is not {based_on}, the last one from here: another was deployed since"
    elif not live.number:
        yield f"the live release {live.id} was made by somebody's hand, by no deploy"


def _is_page(entry: Entry) -> bool:
    """What stands compressed beside a page is none of its own."""
    return entry.kind not in ASSETS and not entry.source


def lock_in_the_way(state: State, own_token: str, now: int) -> str:
    """Why the target is locked, '' where it is not.  ``own_token`` is that of this folder's last deploy."""
    lock = state.lock
    if lock is None or lock.until <= now or lock.token == own_token:
        return ""
    until = datetime.fromtimestamp(lock.until, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{lock.owner} is deploying to it; its lock lapses at {until}"


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
