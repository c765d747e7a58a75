"""How many bytes are under way at a time, so that on a slow line each request ends before it times out.

Requests that run at once share the line.  Thirty-two photographs on one of 5 Mbit/s take a minute each, and none
arrives within half a minute, however often they are sent again; one after the other they all do.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

# 2 Mbit/s: on a line slower than this, a large file needs a longer timeout.
SLOWEST = 250_000


class InFlight:
    """Room for ``most`` bytes; lives for one run of an event loop.  A file that is larger goes alone."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._freed = asyncio.Event()

    @contextlib.asynccontextmanager
    async def room(self, size: int) -> AsyncIterator[None]:
        """Wait until there is room for ``size`` bytes, and take it while the block runs."""
        wanted = min(size, self._most)
        while self._taken + wanted > self._most:
            self._freed.clear()
            await self._freed.wait()
        self._taken += wanted
        try:
            yield
        finally:
            self._taken -= wanted
            self._freed.set()
