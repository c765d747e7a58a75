"""What a deploy refuses unless it is told: pure sentences over a plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta

from site_builder.building.manifest import Manifest
from site_builder.deploy.plan import ASSETS, Plan
from site_builder.deploy.release import Entry, State

# As far as the clocks of the machine that built and of the one that deploys may be apart.
APART = timedelta(minutes=5)


def unpublished(manifest: Manifest, now: datetime) -> Iterator[str]:
    """Why readers should not see this output, whatever is live: it shows what is not published."""
    if manifest.drafts:
        yield "this output shows drafts, it was built with --drafts. Run: site-builder build"
    if _instant(manifest.instant) > now + APART:
        yield f"this output shows what is not due yet, it was built as of {manifest.instant}. Run: site-builder build"


def refusals(plan: Plan, based_on: Collection[str], vanish_percent: int) -> Iterator[str]:
    """Why this plan should not be carried out without asking.

    ``based_on`` are the releases that this site's folder knows for its own or saw last on the target.
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
    elif based_on and live.id not in based_on:
        last = ", ".join(sorted(based_on))
        yield f"the live release {live.id} is not {last}, the last one from here: another was deployed since"
    elif not live.number:
        yield f"the live release {live.id} was made by somebody's hand, by no deploy"


def _is_page(entry: Entry) -> bool:
    """What stands compressed beside a page is none of its own."""
    return entry.kind not in ASSETS and not entry.source


def lock_in_the_way(state: State, own_tokens: Collection[str], now: int) -> str:
    """Why the target is locked, '' where it is not.  ``own_tokens`` are those of deploys from this folder."""
    lock = state.lock
    if lock is None or lock.until <= now or lock.token in own_tokens:
        return ""
    until = datetime.fromtimestamp(lock.until, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{lock.owner} is deploying to it; its lock lapses at {until}"


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
