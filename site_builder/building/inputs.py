"""The files of a site, read only where they may have changed.

In: what a scan found, what the last build knew.  Out: an :class:`InputEntry` for each file of ``content/`` and
``static/``: its digest, and for Markdown what it was parsed to.  The bytes that are parsed are the bytes hashed.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from itertools import compress
from operator import is_not
from typing import Any

import msgspec

from site_builder.articles import Rules, parse_source
from site_builder.building.engine import measured_by
from site_builder.building.keys import DIGEST_SIZE
from site_builder.building.memory import own_memory
from site_builder.building.workers import run
from site_builder.errors import Problem, SiteError
from site_builder.model import Article, Outlined, Parsed
from site_builder.sources.images import image_size
from site_builder.sources.scan import CopiedFile, SiteFiles, Stamp, file_digest, last_touched, read_source

Progress = Callable[[str, int, int], None]
"""Called with the stage's name, how many of its items are done, and how many there are."""

# Ticks of disks' clocks: FAT counts two seconds, others far less.
TICK = 2_000_000_000

_ENCODE = msgspec.msgpack.Encoder().encode
# What the order of articles, their addresses, lists and pins are made of; with the rules, taxa and configuration.
_TRAITS = (
    "path",
    "timestamp",
    "category",
    "tags",
    "authors",
    "source",
    "source_url",
    "lang",
    "slug",
    "permalink",
    "related",
    "next",
)
TRAITS_SIZE = 8
_DECODE = msgspec.msgpack.Decoder(Parsed).decode
_OUTLINE = msgspec.msgpack.Decoder(Outlined).decode
_NOTHING = msgspec.Raw(b"\xc0")


class InputEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is known of a file: ``digest`` of its bytes; ``parsed`` is a :class:`Parsed` as MessagePack, or None.

    ``settled``: the file was older than the build that read it, so that an equal stamp proves equal bytes.
    ``rules``: the digest of what it was parsed by.  ``identity``: the digests of all that decides where the article
    stands and in which lists (:data:`TRAITS_SIZE` bytes), and of all that pages can show of it beside its count of
    views.  ``image``: width, height, what is wrong with the image, and :func:`measured_by`; None where nobody asked.
    """

    path: str
    stamp: Stamp
    digest: bytes
    settled: bool
    rules: bytes = b""
    parsed: msgspec.Raw = _NOTHING
    identity: bytes = b""
    image: tuple[int, int, str, bytes] | None = None


class Ahead:
    """What the entries of the last build hold, taken out of them while there was time; :meth:`take` gives it once."""

    def __init__(self, known: Mapping[str, InputEntry]) -> None:
        self._known = known
        self._outlined: dict[str, Outlined] = {}
        self._held: list[Outlined] = []

    def __reduce__(self) -> tuple[type[Ahead], tuple[dict[str, InputEntry]]]:
        """Another process has no use for it."""
        return Ahead, ({},)

    def use_the_time(self) -> None:
        """Take out what most builds will need."""
        with suppress(msgspec.DecodeError):  # of another version: what it holds will be read anew
            self._outlined = {
                path: _OUTLINE(entry.parsed) for path, entry in self._known.items() if entry.rules or not entry.digest
            }

    def take(self, entries: Mapping[str, InputEntry], paths: Sequence[str]) -> list[Outlined]:
        """What ``entries`` hold for the Markdown files ``paths``."""
        outlined, known = self._outlined, self._known
        self._outlined, self._known = {}, {}
        if not outlined:
            return [_OUTLINE(entries[path].parsed) for path in paths]
        found: list[Any] = list(map(outlined.get, paths))
        others = map(is_not, map(known.get, paths), map(entries.get, paths))
        for index in compress(range(len(paths)), others):
            found[index] = _OUTLINE(entries[paths[index]].parsed)
        # A build that knows most of the site is soon over: to take all this apart now would be a twentieth of it.
        self._held = found
        return found


class Inputs(msgspec.Struct):
    """All files by path; ``changed`` are the paths whose entries came, went or differ from the last build's."""

    entries: dict[str, InputEntry]
    changed: set[str]
    memory: int = 0
    ahead: Ahead = msgspec.field(default_factory=lambda: Ahead({}))

    def outlined(self, paths: Sequence[str]) -> list[Outlined]:
        """What the Markdown files ``paths`` hold, of articles the outline."""
        return self.ahead.take(self.entries, paths)

    def parsed(self, paths: Sequence[str]) -> list[Parsed]:
        """What the Markdown files ``paths`` hold."""
        return [_DECODE(self.entries[path].parsed) for path in paths]

    def article(self, path: str) -> Article:
        """The article at ``path``."""
        article = _DECODE(self.entries[path].parsed).article
        assert article is not None
        return article

    def size_of(self, file: CopiedFile) -> tuple[int, int]:
        """Width and height of an image, measured once.  Raises :class:`ValueError`."""
        entry = self.entries[file.source]
        image = entry.image
        if image is None or image[3] != measured_by():
            try:
                image = (*image_size(file), "", measured_by())
            except ValueError as error:
                image = (0, 0, str(error), measured_by())
            entry = msgspec.structs.replace(entry, image=image)
            self.entries[file.source] = entry
            self.changed.add(file.source)
        width, height, problem, _ = image
        if problem:
            raise ValueError(problem)
        return width, height


def read_inputs(
    site_dir: str,
    files: SiteFiles,
    known: Mapping[str, InputEntry],
    start: int,
    rules: Rules,
    rules_digest: bytes,
    jobs: int,
    progress: Progress,
    ahead: Ahead,
) -> Inputs:
    """The entries of all ``files``: those of ``known`` that still hold, the others read now.

    ``start`` is this build's beginning by the disk's own clock (ns).  Raises :class:`SiteError` for files to
    be copied that cannot be read; faults of Markdown files are in what they parse to.
    """
    entries: dict[str, InputEntry] = {}
    changed = set(known).difference(files.stamps)
    unsure: list[str] = []
    for path in files.articles:
        entry = known.get(path)
        if entry is not None and entry.stamp == files.stamps[path] and entry.settled and entry.rules == rules_digest:
            entries[path] = entry
        else:
            unsure.append(path)
    memory = 0
    if unsure:
        memory = _read_articles(
            site_dir, files, unsure, entries, known, changed, start, rules, rules_digest, jobs, progress
        )
    problems: list[Problem] = []
    for file in files.copied:
        if file.source not in entries:
            try:
                _read_copied(file, files.stamps[file.source], entries, known, changed, start)
            except SiteError as error:
                problems += error.problems
    if problems:
        raise SiteError(problems)
    return Inputs(entries, changed, memory, ahead)


def _read_articles(
    site_dir: str,
    files: SiteFiles,
    unsure: list[str],
    entries: dict[str, InputEntry],
    known: Mapping[str, InputEntry],
    changed: set[str],
    start: int,
    rules: Rules,
    rules_digest: bytes,
    jobs: int,
    progress: Progress,
) -> int:
    """Read and where needed parse ``unsure``; the most memory that all processes took together."""
    read = functools.partial(_read_some, unsure, site_dir, files, known, start, rules, rules_digest, os.getpid())
    decode = msgspec.msgpack.Decoder(list[InputEntry]).decode
    done = memory = 0
    for chunk, (data, used) in run(read, len(unsure), jobs):
        for entry in decode(data):
            entries[entry.path] = entry
            if entry != known.get(entry.path):
                changed.add(entry.path)
        if used:
            memory = max(memory, used * jobs + own_memory())
        done += len(chunk)
        progress("parse", done, len(unsure))
    return memory


def _read_some(
    unsure: Sequence[str],
    site_dir: str,
    files: SiteFiles,
    known: Mapping[str, InputEntry],
    start: int,
    rules: Rules,
    rules_digest: bytes,
    parent: int,
    chunk: range,
) -> tuple[bytes, int]:
    """The entries of a chunk of ``unsure`` as MessagePack; with the last one the memory that this process takes."""
    found = [_read_article(site_dir, unsure[index], files, known, start, rules, rules_digest) for index in chunk]
    return _ENCODE(found), own_memory() if chunk.stop == len(unsure) and os.getpid() != parent else 0


def _read_article(
    site_dir: str,
    path: str,
    files: SiteFiles,
    known: Mapping[str, InputEntry],
    start: int,
    rules: Rules,
    rules_digest: bytes,
) -> InputEntry:
    stamp = files.stamps[path]
    settled = _is_settled(stamp, start)
    try:
        source = read_source(site_dir, path)
    except SiteError as error:
        # Unreadable today: nothing that could be trusted tomorrow.
        return InputEntry(path, stamp, b"", False, b"", msgspec.Raw(_ENCODE(Parsed(problems=error.problems))))
    digest = blake2b(source.data, digest_size=DIGEST_SIZE).digest()
    entry = known.get(path)
    if entry is not None and entry.digest == digest and entry.rules == rules_digest:
        return msgspec.structs.replace(entry, stamp=stamp, settled=settled)
    parsed = parse_source(source, rules)
    return InputEntry(path, stamp, digest, settled, rules_digest, msgspec.Raw(_ENCODE(parsed)), _identity(parsed))


def _identity(parsed: Parsed) -> bytes:
    article = parsed.article
    if article is None:
        return b""
    traits = [getattr(article, name) for name in _TRAITS]
    shown = msgspec.structs.replace(article, views=0, body_start=0, links=(), places=())
    return (
        blake2b(_ENCODE(traits), digest_size=TRAITS_SIZE).digest()
        + blake2b(_ENCODE(shown), digest_size=DIGEST_SIZE).digest()
    )


def _read_copied(
    file: CopiedFile,
    stamp: Stamp,
    entries: dict[str, InputEntry],
    known: Mapping[str, InputEntry],
    changed: set[str],
    start: int,
) -> None:
    path = file.source
    entry = known.get(path)
    if entry is not None and entry.stamp == stamp and entry.settled:
        entries[path] = entry
        return
    digest = file_digest(file)
    if entry is not None and entry.digest == digest:
        entries[path] = msgspec.structs.replace(entry, stamp=stamp, settled=_is_settled(stamp, start))
    else:
        entries[path] = InputEntry(path, stamp, digest, _is_settled(stamp, start))
    changed.add(path)


def _is_settled(stamp: Stamp, start: int) -> bool:
    return last_touched(stamp) < start - TICK
