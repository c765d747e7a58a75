"""The site under preview: what is known of it, its views, and what was last good of its pages.

In: paths that changed, requests for pages.  Out: pages, and news for the browsers that show some.
Everything happens in one thread, the server's; nothing is written.
"""

from __future__ import annotations

import gc
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from site_builder.articles import Rules
from site_builder.building.memory import long_lived_objects
from site_builder.catalog.urls import HOME, addresses
from site_builder.errors import Problem, SiteError
from site_builder.model import Parsed
from site_builder.pages.planned import Planned
from site_builder.preview.known import CONFIG, Change, Known, after, first_look, is_own_file, newest, read, with_records
from site_builder.preview.places import Place, locate
from site_builder.preview.view import View, make_view, with_article
from site_builder.preview.wanted import Mode
from site_builder.sources.scan import CopiedFile
from site_builder.sources.view_store import STORE

# So many pieces are read before the first page is served; the rest follows meanwhile.
AT_ONCE = 1_500
# At 100,000 pieces a view takes 100 MB.
VIEWS = 2
# Bytes of pages kept for the time that they cannot be rendered.
LAST_GOOD = 32_000_000
# A batch with more articles than these is worth a whole new view.
ONE_BY_ONE = 20

Kind = Literal["nothing", "problems", "styles", "reload"]


class News(msgspec.Struct, frozen=True):
    """What browsers are to do: nothing, show other ``problems``, fetch the style sheet ``path`` again, reload."""

    kind: Kind
    path: str = "*"


class Shown(msgspec.Struct, frozen=True):
    """A page as it can be shown: None for ``data`` where it never was good; ``problems`` of rendering it now."""

    data: bytes | None
    problems: tuple[Problem, ...] = ()


class Preview:
    """One site's preview.  ``usual`` is the mode of requests that choose none; ``clock`` gives aware instants.

    ``notes`` are what the desk should know of the preview itself.

    ``tell`` is called with news that come up while a request is answered.
    """

    def __init__(self, site_dir: Path, usual: Mode, clock: Callable[[], datetime], at_once: int = AT_ONCE) -> None:
        self.site_dir = site_dir
        self.usual = usual
        self.known = Known()
        self.retired: dict[str, str] = {}
        self.notes: tuple[str, ...] = ()
        self.tell: Callable[[News], None] = lambda _news: None
        self._clock = clock
        self._at_once = at_once
        self._run = secrets.token_hex(4)
        self._count = 0
        self._touched: set[str] = set()
        self._views: OrderedDict[Mode, View] = OrderedDict()
        self._outdated: dict[Mode, View] = {}
        self._last_good: OrderedDict[tuple[Mode, str], bytes] = OrderedDict()
        self._last_good_size = 0
        self._watched: dict[str, tuple[int, int]] = {}

    @property
    def version(self) -> str:
        """Names the state of the site: another one after whatever may change what a browser shows."""
        return f"{self._run}-{self._count}"

    @property
    def home(self) -> str:
        """The address of the home page, root-relative."""
        return addresses(self.known.config).url(HOME)

    def instant(self, mode: Mode) -> datetime:
        """The instant that a mode shows."""
        return mode.at or self._clock()

    def has(self, path: str) -> bool:
        """Whether a file of the site was there when it was last looked at."""
        known = self.known
        if path in known.parsed or path in known.faults or path in known.waiting or path in self._watched:
            return True
        return any(file.source == path for file in known.files.copied)

    def begin(self) -> None:
        """Read what is needed for a first page."""
        self.known = first_look(self.site_dir)
        self._look_at_settings()
        self.known = read(self.known, self.site_dir, newest(self.known, self._at_once))
        self._renew()

    # ------------------------------------------------------------ what changes

    def change(self, changed: Collection[str]) -> News:
        """Take in that the files ``changed`` are not what they were; paths relative to the site."""
        # What is made now lives long and has no cycles: it is put where nobody looks for garbage, behind what is young.
        gc.collect(1)
        with long_lived_objects():
            news = self._change(changed)
            gc.freeze()
        return news

    def _change(self, changed: Collection[str]) -> News:
        # What is measured meanwhile may be what was there before.
        self._touched |= {"/" + path.partition("/")[2] for path in changed if self.known.waiting}
        before = self.known
        self._look_at_settings()
        change = after(before, self.site_dir, changed)
        self.known = change.known
        if not before.waiting and len(self.known.waiting) <= self._at_once:
            # New rules for all sources, and few enough of them.
            self.known = read(self.known, self.site_dir, sorted(self.known.waiting))
        self._retire(before)
        # The bytes of a file may have changed, or of the store of views, where no list of files has.
        others = {*(file.source for file in self.known.files.copied), self._store()}
        if not others.isdisjoint(changed):
            change = msgspec.structs.replace(change, whole=True)
        self._update(change)
        return self._announced(before, change, changed)

    def add(self, records: dict[str, Parsed], rules: Rules, sizes: dict[str, tuple[int, int]]) -> None:
        """Records of sources that were waiting, parsed elsewhere; what has been read since then stays."""
        if rules != Rules.of(self.known.config):
            return
        late = {path: record for path, record in records.items() if path in self.known.waiting}
        known = with_records(self.known, late)
        sizes = {src: size for src, size in sizes.items() if src not in self._touched}
        self.known = msgspec.structs.replace(known, sizes={**sizes, **known.sizes}) if sizes else known

    def finish(self) -> News:
        """All sources have been read."""
        self._renew()
        self._touched.clear()
        # What was made until here lives long: looking for garbage in it is wasted time.
        gc.collect()
        gc.freeze()
        return self._next(News("reload"))

    def pass_time(self) -> News:
        """Take in that time has gone on: pieces may have appeared or expired."""
        due = [mode for mode, view in self._views.items() if self._is_past(mode, view)]
        for mode in due:
            self._outdated[mode] = self._views.pop(mode)
        return self._next(News("reload")) if due else News("nothing")

    def catch_up(self, source: str = "") -> bool:
        """Take in changes of templates, configuration and ``source`` that have not been heard of yet.

        True where there were any; browsers are told.
        """
        changed = [path for path, stamp in self._watched.items() if _stamp(self.site_dir / path) != stamp]
        if source in self.known.parsed:
            changed.append(source)
        news = self.change(changed) if changed else News("nothing")
        if news.kind != "nothing":
            self.tell(news)
        return news.kind != "nothing"

    def _announced(self, before: Known, change: Change, changed: Collection[str]) -> News:
        if not change.whole and not change.replaced:
            return self._next(News("problems")) if self.known.faults != before.faults else News("nothing")
        copied = [file for file in before.files.copied if file.kind != "asset"]
        styles = {file.source: file for file in copied if file.source.endswith(".css")}
        if all(path in styles for path in changed):
            # Under the name that open pages know it by; with several at once all are fetched again.
            names = {before.files.assets.get(styles[path].path) or "/" + styles[path].path for path in changed}
            return self._next(News("styles", names.pop() if len(names) == 1 else "/*.css"))
        return self._next(News("reload"))

    def _next(self, news: News) -> News:
        self._count += 1
        return news

    def _update(self, change: Change) -> None:
        if change.whole or len(change.replaced) > ONE_BY_ONE:
            self._renew()
            return
        for mode in list(self._views):
            view: View | None = self._views[mode]
            for old, new in change.replaced:
                view = with_article(view, self.known, old, new) if view is not None else None
            if view is None:
                self._outdated[mode] = self._views.pop(mode)
            else:
                self._views[mode] = view

    def _renew(self) -> None:
        self._outdated.update(self._views)
        self._views.clear()

    def _retire(self, before: Known) -> None:
        for name, address in before.files.assets.items():
            if self.known.files.assets.get(name) != address:
                self.retired[address[1:]] = name

    def _look_at_settings(self) -> None:
        """Notes how the few files that every page depends on look now."""
        names = {path for path, _ in self.known.files.templates.values()}
        settings = (*sorted(names), CONFIG, self._store())
        self._watched = {path: _settled_stamp(self.site_dir / path) for path in settings}

    def _store(self) -> str:
        return self.known.config.views.store or STORE

    # ------------------------------------------------------------ what is shown

    def view(self, mode: Mode) -> View:
        """The site in a mode, up to date with what is known."""
        view = self._views.get(mode)
        if view is None or self._is_past(mode, view):
            last = view or self._outdated.pop(mode, None)
            self._outdated = {key: kept for key, kept in self._outdated.items() if key == self.usual}
            self._views.pop(mode, None)
            while len(self._views) >= VIEWS:
                self._views.popitem(last=False)
            with long_lived_objects():
                view = make_view(self.site_dir, self.known, self.instant(mode), drafts=mode.drafts, last=last)
            self.known = msgspec.structs.replace(self.known, sizes=view.sizes)
            self._views[mode] = view
        self._views.move_to_end(mode)
        return view

    def _is_past(self, mode: Mode, view: View) -> bool:
        return mode.at is None and view.until is not None and view.until <= self._clock()

    def place(self, mode: Mode, path: str) -> Place | None:
        """What stands at a decoded path; sources that have the name of a page are read now if they were waiting."""
        found = locate(self.view(mode), path, self.retired)
        if found is None and self.known.waiting:
            name = path.strip("/").rpartition("/")[2]
            likely = [source for source in self.known.waiting if name and f"/{name}" in source]
            if likely:
                self.known = read(self.known, self.site_dir, sorted(likely)[:AT_ONCE])
                self._renew()
                found = locate(self.view(mode), path, self.retired)
        return found

    def page(self, mode: Mode, planned: Planned) -> Shown:
        """A page rendered now; where that fails, as it was when it last could be."""
        key = (mode, planned.permalink)
        try:
            data = self.view(mode).page_bytes(planned, self.instant(mode))
        except SiteError as error:
            # A source that cannot be read has told why.
            problems = self.known.faults.get(planned.source) or error.problems
            return Shown(self._last_good.get(key), problems)
        self._keep(key, data)
        return Shown(data)

    def problems(self, mode: Mode) -> list[Problem]:
        """What a build would stop for, as far as it can be told without rendering every page."""
        return sorted({*self.known.problems, *self.view(mode).problems})

    def _keep(self, key: tuple[Mode, str], data: bytes) -> None:
        old = self._last_good.pop(key, b"")
        self._last_good[key] = data
        self._last_good_size += len(data) - len(old)
        while self._last_good_size > LAST_GOOD and len(self._last_good) > 1:
            self._last_good_size -= len(self._last_good.popitem(last=False)[1])


def is_in_place(file: CopiedFile) -> bool:
    """Whether a file lies where it was found: no link has been put in its place or its folder's since."""
    return is_own_file(Path(file.location[: len(file.location) - len(file.source)]), file.source)


# Disks tell time in ticks: two writes within one look the same.
_TICK = 50_000_000


def _settled_stamp(path: Path) -> tuple[int, int]:
    """The stamp by which a later change is told; for a file just written one that no file has."""
    stamp = _stamp(path)
    return stamp if time.time_ns() - stamp[0] > _TICK else (-1, -1)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
