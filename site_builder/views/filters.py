"""Which hits are a reader's look at a page."""

from __future__ import annotations

import functools

from site_builder.views.hits import Hit

HTML = ("text/html", "application/xhtml+xml")
# 304: the reader's browser had the page already, and showed it.
SHOWN = (200, 304)


@functools.lru_cache(50_000)
def is_robot(agent: str) -> bool:
    """Whether a user agent is a known robot's (the list of ``crawler-user-agents``); readers' browsers send one."""
    from crawleruseragents import is_crawler  # compiles 600 patterns when imported

    return agent in ("", "-") or is_crawler(agent)


def reason_to_drop(hit: Hit) -> str:
    """Why ``hit`` is no view, '' where it may be one."""
    if hit.method == "HEAD":
        return "HEAD"
    if hit.method != "GET":
        return "not GET"
    if hit.status not in SHOWN:
        return "status other than 200 and 304"
    if hit.prefetch:
        return "prefetched"
    # A 304 has no body, and so often no type.
    if hit.media_type and hit.status != 304 and not hit.media_type.lower().startswith(HTML):
        return "not HTML"
    return ""
