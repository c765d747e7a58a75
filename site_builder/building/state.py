"""What builds of a site remember: the cache, opened for one output, and who may use it.

In: a site's folder and an output.  Out: :class:`State`.  One process at a time has it; a cache that is missing,
damaged or of another format is begun anew, which a warning tells.

Invariant M: every entry of ``pages`` that is true tells the truth of the file on disk.  Before a file changes, its
entry is forgotten, and that is saved; what it has become is recorded after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import compress
from operator import is_not
from pathlib import Path

import msgspec

from site_builder.building.inputs import InputEntry, Inputs
from site_builder.building.manifest import STATE, forget_manifest, output_name, owned_files
from site_builder.building.records import BuildEntry, PageEntry
from site_builder.building.store import CACHE, Damaged, Store
from site_builder.building.template_keys import UsesEntry
from site_builder.errors import Problem, SiteError

_Tables = dict[str, tuple[Mapping[str, msgspec.Struct], Iterable[str]]]


def pages_table(site_dir: Path, output: Path) -> str:
    """The table of the entries of ``output``."""
    return f"pages:{output_name(site_dir, output)}"


class State:
    """The cache for one output.  ``owned`` are the files that builds wrote there, with or without a true entry.

    ``warning`` tells that the cache had to be begun anew.  ``is_unknown``: no build of this output is on record.
    """

    def __init__(self, site_dir: Path, output: Path) -> None:
        """Opens the cache.  Raises :class:`SiteError` where the disk does not allow it."""
        self.site_dir = site_dir
        self.output = output
        self.name = output_name(site_dir, output)
        self.warning: Problem | None = None
        self._path = site_dir / STATE / CACHE
        self._is_anew = False
        was_there = self._path.exists()
        try:
            self._read()
        except Damaged as damage:
            self._warn(f"cannot be used: {damage}")
            self._begin_anew()
        # After a build that was broken off, the cache may know of a part of the output only.
        recorded = owned_files(site_dir, output) if not self.build.number else frozenset[str]()
        if recorded and not was_there:
            self._warn("is missing")
        self.owned = recorded | self.pages.keys()
        self.is_unknown = not self.build.number and not recorded

    def _read(self) -> None:
        self._store = store = Store(self._path)
        try:
            self.inputs = store.load("inputs", InputEntry)
            self.pages = store.load(self._pages, PageEntry)
            self.build = store.load("builds", BuildEntry).get(self.name, BuildEntry(self.name))
            self.uses = store.load("uses", UsesEntry).get("all")
            for path in store.journaled(self._pages):
                entry = self.pages.get(path)
                self.pages[path] = PageEntry(path, entry.kind if entry else "")
        except BaseException:
            store.close()
            raise

    @property
    def _pages(self) -> str:
        return pages_table(self.site_dir, self.output)

    def _warn(self, what: str) -> None:
        message = f"the build cache {what}; everything is built anew"
        self.warning = Problem(f"{STATE}/{CACHE}", message=message)

    def _begin_anew(self) -> None:
        try:
            self._remove_files()
            self._read()
        except (OSError, Damaged) as error:
            raise SiteError([Problem(f"{STATE}/{CACHE}", message=f"cannot be made: {error}")]) from None

    def forget(self, paths: Iterable[str]) -> None:
        """Forget the entries of files that are about to change; saved when this returns."""
        changing = list(paths)
        try:
            self._store.forget(self._pages, changing)
        except Damaged as damage:
            self._make_again(damage)
            self._store.forget(self._pages, changing)
        forget_manifest(self.site_dir, self.output)

    def save(
        self,
        inputs: Inputs,
        pages: dict[str, PageEntry],
        build: BuildEntry,
        uses: UsesEntry | None,
    ) -> None:
        """Record a finished build."""
        before = self.pages
        changed = list(compress(pages, map(is_not, pages.values(), map(before.get, pages))))
        changed += before.keys() - pages.keys()
        builds = {**self._builds(), self.name: build}
        tables: _Tables = {
            "inputs": (inputs.entries, inputs.changed),
            self._pages: (pages, changed),
            "builds": (builds, [self.name] if builds[self.name] != self.build else []),
        }
        if uses is not None and uses is not self.uses:
            tables["uses"] = ({"all": uses}, ["all"])
        self._save(tables)
        self.inputs, self.pages, self.build, self.uses = inputs.entries, pages, build, uses

    def save_inputs(self, inputs: Inputs) -> None:
        """Keep what was read, whatever becomes of the build: it is as true as if it had succeeded."""
        self._save({"inputs": (inputs.entries, inputs.changed)})
        inputs.changed.clear()
        self.inputs = inputs.entries

    def _save(self, tables: _Tables) -> None:
        try:
            if not self._is_anew:
                self._store.save(tables)
                return
        except Damaged as damage:
            self._make_again(damage)
        self._store.save({name: (records, list(records)) for name, (records, _) in tables.items()})

    def _builds(self) -> dict[str, BuildEntry]:
        try:
            return self._store.load("builds", BuildEntry)
        except Damaged as damage:
            self._make_again(damage)
            return {}

    def _make_again(self, damage: Damaged) -> None:
        """A cache in place of one that broke while it was in use; what is saved from now on is saved whole."""
        self._warn(f"was damaged meanwhile: {damage}")
        try:
            self.remove()
            self._store = Store(self._path)
        except (OSError, Damaged) as error:
            raise SiteError([Problem(f"{STATE}/{CACHE}", message=f"cannot be made: {error}")]) from None
        self._is_anew = True

    @property
    def is_anew(self) -> bool:
        """Whether the cache broke while it was in use, and lacks what was not saved since."""
        return self._is_anew

    @property
    def cache(self) -> Path:
        """The cache's file."""
        return self._path

    def add_bodies(self, bodies: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep rendered bodies by their keys."""
        with suppress(Damaged):  # they are converted again then
            self._store.add_bodies(bodies)

    def keep_bodies(self, wanted: set[bytes]) -> None:
        """Forget the rendered bodies whose keys are not ``wanted``."""
        with suppress(Damaged):
            self._store.keep_bodies(wanted)

    def clear(self) -> bool:
        """Forget the output, whose files are gone; whether no other output is on record."""
        builds = self._builds()
        builds.pop(self.name, None)
        self._save({self._pages: ({}, list(self.pages)), "builds": (builds, [self.name])})
        return not builds

    def remove(self) -> None:
        """Remove the cache itself.  Raises :class:`OSError`."""
        self._store.close()
        self._remove_files()

    def _remove_files(self) -> None:
        for ending in ("", "-wal", "-shm"):
            Path(f"{self._path}{ending}").unlink(missing_ok=True)

    def close(self) -> None:
        """Close the cache."""
        self._store.close()


@contextmanager
def opened(site_dir: Path, output: Path) -> Iterator[State]:
    """The cache for ``output``, closed at the end."""
    state = State(site_dir, output)
    try:
        yield state
    finally:
        state.close()
