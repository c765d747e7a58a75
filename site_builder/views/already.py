"""Which lines were imported before: the same log again, its rotated or compressed copy, or one that has grown.

The hits of a log are cut into blocks where their content says so (about every 512 lines), and each block's digest is
remembered, also that of the last one, which a log that grows will continue.  So what is remembered is about 16 bytes
for 512 lines.  Digests are made of lines without the client's address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from site_builder.views.hits import Hit

CUT = 512
LARGEST_BLOCK = 8 * CUT
# Ends of earlier imports that are tried as beginnings, in one block.
MOST_BEGINNINGS = 16


class Blocks:
    """Tells new hits from known ones; lives for one import.  ``fresh`` are the digests to remember."""

    def __init__(self, known: AbstractSet[str]) -> None:
        self._known = known
        self.fresh: set[str] = set()

    def new_hits(self, hits: Iterator[Hit]) -> Iterator[tuple[Hit, bool]]:
        """The hits of one log, in order, each with whether it is new."""
        block: list[Hit] = []
        # Digests of the hits from a beginning on: that of the block, and the ends of what is known.
        chains: dict[int, bytes] = {0: b""}
        known: list[bool] = []
        for hit in hits:
            own = _digest(hit.identity.encode(errors="replace"))
            block.append(hit)
            known.append(False)
            reached = False
            for start, chain in chains.items():
                chains[start] = _digest(chain + own)
                if self._is_known(chains[start]):
                    known[start:] = [True] * (len(block) - start)
                    reached = True
            # The hit alone decides, not what stands before it: logs that are joined are cut at the same places.
            if int.from_bytes(own[:2], "big") % CUT == 0 or len(block) == LARGEST_BLOCK:
                yield from self._end(block, known, chains)
                block, chains, known = [], {0: b""}, []
            elif reached and len(chains) < MOST_BEGINNINGS:
                chains[len(block)] = b""
        yield from self._end(block, known, chains)

    def _is_known(self, chain: bytes) -> bool:
        name = chain.hex()
        return name in self._known or name in self.fresh

    def _end(self, block: list[Hit], known: list[bool], chains: dict[int, bytes]) -> Iterator[tuple[Hit, bool]]:
        if not all(known):
            self.fresh.update(chain.hex() for chain in chains.values() if chain)
        for hit, is_known in zip(block, known, strict=True):
            yield hit, not is_known


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
