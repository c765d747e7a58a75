"""Proof of a build: the whole site, or a sample of it, is rendered again from nothing and compared with the output.

In: a site and an output.  Out: every difference, with the page's inputs; the cache entries of differing files are
forgotten, so that the next build writes them anew.
"""

from __future__ import annotations

import dataclasses
import math
import random
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from site_builder.building.door import Options
from site_builder.building.engine import engines
from site_builder.building.explain import inputs_of
from site_builder.building.inputs import Progress
from site_builder.building.lock import Tell, only_one
from site_builder.building.output import Output
from site_builder.building.present import files_in
from site_builder.building.recipe import make_site
from site_builder.building.records import PageEntry
from site_builder.building.snapshot import Snapshot, page_bytes, read_sources
from site_builder.building.state import State, opened
from site_builder.building.stopwatch import Stopwatch
from site_builder.building.unchanged import keys_of
from site_builder.building.workers import available_jobs
from site_builder.errors import Problem, SiteError
from site_builder.sources.scan import require_content


class Difference(msgspec.Struct, frozen=True, order=True):
    """A file that is not what a clean build writes.

    ``what`` is ``missing``, ``left over`` or ``other bytes``; then ``line`` is the first that differs (0: none
    can be told), ``expected`` what stands there in a clean build, ``found`` what stands there in the output.
    ``inputs`` are those of the page's key, a line each.
    """

    path: str
    what: str
    line: int = 0
    expected: str = ""
    found: str = ""
    inputs: tuple[str, ...] = ()

    def problem(self, folder: str) -> Problem:
        """The difference as a problem for people."""
        if self.what != "other bytes":
            return Problem(f"{folder}/{self.path}", message=f"is {self.what}, compared with a clean build")
        message = f"is not what a clean build writes: expected {self.expected!r}, found {self.found!r}"
        return Problem(f"{folder}/{self.path}", self.line, 1, message)


class Verified(msgspec.Struct, frozen=True):
    """``files`` were compared; ``differences`` are those that were found.

    ``others`` are files of the output that no build is known to have written, such as those of an older output that
    was put back: a clean build has none of them, and no build touches them.
    """

    files: int
    instant: str
    differences: tuple[Difference, ...]
    others: tuple[str, ...] = ()


def verify(
    site_dir: Path | str = ".",
    *,
    output: Path | str | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    tell: Tell | None = None,
) -> Verified:
    """Build the site anew in a temporary folder, as of the last build's instant, and compare all files.

    Raises :class:`SiteError` where there is no finished build to compare, or its sources have changed since.
    """
    folder = Path(site_dir)
    require_content(folder)
    target = Output(Path(output) if output else folder / "public")
    processes = jobs or available_jobs()
    say = progress or (lambda _stage, _done, _total: None)
    with (
        only_one(folder, wait=True, tell=tell or (lambda _text: None)),
        opened(folder, target.folder) as state,
        tempfile.TemporaryDirectory(prefix="site-builder-") as temporary,
    ):
        last = state.build
        if not last.number:
            problem = Problem(str(target.folder), message="holds no finished build", hint="Run: site-builder build")
            raise SiteError([problem])
        sources = read_sources(folder, {}, 0, jobs=processes, progress=say)
        keys = keys_of(sources, engines().page, drafts=last.drafts)
        if keys.site != last.site_key:
            message = "the sources, or the builder, changed since the last build: there is nothing to compare"
            raise SiteError([Problem(str(folder), message=message, hint="Run: site-builder build")])
        if keys.store != last.store:
            message = "the counts of views changed since the last build: there is nothing to compare"
            raise SiteError([Problem(str(folder), message=message, hint="Run: site-builder build")])
        instant = datetime.fromtimestamp(last.instant, UTC)
        aside = Path(temporary)
        clean = Output(aside / "public")
        options = Options(instant, drafts=last.drafts, strict=False, jobs=processes)
        with opened(aside, clean.folder) as empty:
            done = make_site(sources, empty, clean, options, keys, say, Stopwatch())
            expected = empty.pages
        differences = compared(expected, state.owned, clean.folder, target.folder, done.site)
        if differences:
            state.forget([difference.path for difference in differences])
        others = tuple(sorted(files_in(target.folder) - expected.keys() - state.owned))
    return Verified(len(expected), instant.isoformat(), tuple(differences), others)


def compared(
    expected: Mapping[str, PageEntry], owned: Iterable[str], clean: Path, output: Path, site: Snapshot
) -> list[Difference]:
    """The differences of ``output`` from the ``clean`` build, by path."""
    differences = [Difference(path, "left over") for path in owned if path not in expected and (output / path).exists()]
    pages = {page.path: page for page in site.pages}
    for path, entry in expected.items():
        try:
            found = (output / path).read_bytes()
        except OSError:
            differences.append(Difference(path, "missing"))
            continue
        if sha256(found).digest() != entry.sha256:
            page = pages.get(path)
            inputs = tuple(inputs_of(page, site)) if page else ()
            differences.append(difference(path, (clean / path).read_bytes(), found, inputs))
    return sorted(differences)


def difference(path: str, expected: bytes, found: bytes, inputs: tuple[str, ...] = ()) -> Difference:
    """Where two files differ first."""
    ours, theirs = expected.split(b"\n"), found.split(b"\n")
    number = next(
        (n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs))
    )

    def line(lines: list[bytes]) -> str:
        return lines[number][:200].decode("utf-8", "replace") if number < len(lines) else ""

    return Difference(path, "other bytes", number + 1, line(ours), line(theirs), inputs)


def verify_sample(site: Snapshot, state: State, share: float, reused: Iterable[str]) -> list[Difference]:
    """Render a random ``share`` (0 to 1) of the ``reused`` pages again and compare them with the output."""
    # Bodies are converted anew too: what is kept of them is part of what is tried.
    site = dataclasses.replace(site, kept=None)
    candidates = sorted(reused)
    count = min(len(candidates), math.ceil(len(candidates) * share))
    chosen = set(random.SystemRandom().sample(candidates, count))
    differences = []
    for page in site.pages:
        if page.path not in chosen:
            continue
        expected = page_bytes(site, page)
        try:
            found = (state.output / page.path).read_bytes()
        except OSError:
            differences.append(Difference(page.path, "missing"))
            continue
        if expected != found:
            differences.append(difference(page.path, expected, found, tuple(inputs_of(page, site))))
    if differences:
        state.forget([found.path for found in differences])
    return sorted(differences)
