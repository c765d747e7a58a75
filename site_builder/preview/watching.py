"""Hears of changed files: ``watchfiles`` in the place of livereload's own watcher, which polls.

In: a site's folder.  Out: sets of paths relative to it, handed over in the server's loop: a single save at
once, a burst (a branch switch, a sync) as one set when it is over.  Where the system does not let all folders be
watched, they are looked at again and again instead (``polling``).
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from livereload.watcher import Watcher
from tornado.ioloop import IOLoop
from watchfiles import Change, watch

from site_builder.preview.polling import changes_by_looking

FOLDERS = ("content", "static", "templates")
CONFIG = "site.yaml"

# Other systems watch a folder with all that is in it.  Linux does not, and the library would look at each file to find
# the folders, and hold up the rest of the program meanwhile: a second at 100,000 files.
ONE_FOR_ALL = sys.platform != "linux"
# Milliseconds after which a watching thread looks whether it is to end.
WAKING = 50
# Milliseconds without a further event that end a set of changes.
STEP = 5
# Files that come or go may be the first of many; one that is written in its place, or put there, is a save.
SOON = 0.01
# Nobody saves twice within so many seconds: what comes is a burst, though it began like a save.
HASTE = 0.12
# More files than an editor saves in one go are a burst: it is over after so many seconds of quiet …
FEW = 4
QUIET = 0.25
# … and git has left; but what hangs does not hold the preview up for longer than this.
LONGEST = 10.0

Take = Callable[[set[str]], None]
IsKnown = Callable[[str], bool]

# What watchfiles raises where the system's limits are reached: of folders, and of programs that watch any.
NO_WATCH = (OSError, RuntimeError)

NOT_WATCHED = (
    "The system lets no more folders be watched ({reason}): files are looked at again and again instead, and changes"
    " show later. Raise the limits: sudo sysctl fs.inotify.max_user_watches=1048576 fs.inotify.max_user_instances=1024"
)


class FilesWatcher(Watcher):  # type: ignore[misc]  # livereload ships no types
    """Calls ``take`` in the loop that is current at :meth:`start`, and ``warn`` where files cannot be watched.

    ``is_known`` tells whether a file was there before.
    """

    def __init__(self, site_dir: Path, take: Take, is_known: IsKnown, warn: Callable[[str], None]) -> None:
        super().__init__()
        self._site_dir = site_dir.resolve()
        self._take = take
        self._is_known = is_known
        self._warn = warn
        self._is_watched = True
        self._doubtful: set[tuple[Change, str]] = set()
        self._stop = threading.Event()
        self._folders_changed = threading.Event()
        self._pending: set[str] = set()
        self._since = 0.0
        self._heard = 0.0
        self._timer: object = None
        self._lock_files = [lock for parent in (self._site_dir, *self._site_dir.parents) for lock in lock_files(parent)]
        # livereload watches the working folder where nothing is named.
        self._tasks: dict[str, dict[str, object]] = {str(self._site_dir): {}}

    def start(self, callback: Callable[[], None]) -> bool:  # noqa: ARG002  (livereload polls with it)
        """Begin to watch.  True: livereload shall not poll."""
        self._loop = IOLoop.current()
        for target in (self._watch_folders, self._watch_top):
            threading.Thread(target=target, daemon=True, name=target.__name__).start()
        return True

    def stop(self) -> None:
        """End the threads."""
        self._stop.set()
        self._folders_changed.set()

    def _watch_folders(self) -> None:
        """The three folders with all that is in them; anew when one of them appears or goes."""
        while not self._stop.is_set():
            self._folders_changed.clear()
            there = [self._site_dir / name for name in FOLDERS if (self._site_dir / name).is_dir()]
            if not there:
                self._folders_changed.wait()
                continue
            try:
                if self._is_watched:
                    self._watch(there)
                else:
                    for changes in changes_by_looking(there, self._folders_changed, self._is_source):
                        self._hear(changes | self._doubtful)
                        self._doubtful = set()
            except FileNotFoundError:
                continue  # gone since it was looked at
            except NO_WATCH as error:
                self._give_up(error)

    def _watch(self, folders: list[Path]) -> None:
        hearing = self._changes_in(folders)
        changes = next(hearing, None)
        while changes is not None:
            self._hear(changes)
            new = {change for change in changes if change[0] == Change.added and Path(change[1]).is_dir()}
            if not new or ONE_FOR_ALL:
                changes = next(hearing, None)
                continue
            # What is in them is heard of from now on; what was put there before is looked for.
            self._doubtful = new
            later = self._changes_in(folders)
            changes = next(later, None)
            self._hear(new)
            self._doubtful = set()
            if changes is not None:
                changes |= next(hearing, set())
            hearing.close()
            hearing = later

    def _changes_in(self, folders: list[Path]) -> Generator[set[tuple[Change, str]], None, None]:
        """What changes in ``folders``, from the first item on; often nothing, none when the watching is to end."""
        watched = folders if ONE_FOR_ALL else [below for folder in folders for below in folders_of(folder)]
        return watch(
            *watched,
            watch_filter=self._is_source,
            step=STEP,
            rust_timeout=WAKING,
            yield_on_timeout=True,
            recursive=ONE_FOR_ALL,
            stop_event=self._folders_changed,
        )

    def _watch_top(self) -> None:
        """The site's own folder, without what is in its folders: the configuration, and folders that come and go."""
        try:
            for changes in watch(self._site_dir, watch_filter=None, recursive=False, step=STEP, stop_event=self._stop):
                self._hear_top(changes)
        except NO_WATCH as error:
            self._give_up(error)
            top = [self._site_dir / name for name in (*FOLDERS, CONFIG)]
            for changes in changes_by_looking(top, self._stop, lambda _change, _path: False):
                self._hear_top(changes)

    def _hear_top(self, changes: Iterable[tuple[Change, str]]) -> None:
        found = {(change, path) for change, path in changes if self._relative(path) in (*FOLDERS, CONFIG)}
        if any(change != Change.modified and self._relative(path) in FOLDERS for change, path in found):
            self._folders_changed.set()
        self._hear(item for item in found if item[0] != Change.modified or self._relative(item[1]) == CONFIG)

    def _give_up(self, error: Exception) -> None:
        if self._is_watched:
            self._is_watched = False
            # Also what the other thread watches may have gone unheard.
            self._folders_changed.set()
            self._loop.add_callback(self._warn, NOT_WATCHED.format(reason=str(error).partition(" about ")[0]))

    def _is_source(self, change: Change, path: str) -> bool:
        # Of the path below the site alone: the site itself may lie in a hidden folder.
        return is_source(change, self._relative(path))

    def _relative(self, path: str) -> str:
        return Path(path).relative_to(self._site_dir).as_posix()

    def _hear(self, changes: Iterable[tuple[Change, str]]) -> None:
        heard = list(changes)
        paths = {self._relative(path) for _, path in heard}
        if paths:
            moved = {self._relative(path) for change, path in heard if change != Change.modified}
            self._loop.add_callback(self._gather, paths, moved)

    def _is_save(self, moved: Iterable[str]) -> bool:
        """Whether of files that came or went none is another than before: many editors write a new file and give it the
        name of the old one.
        """
        return all(self._is_known(path) == os.path.lexists(self._site_dir / path) for path in moved)

    def _gather(self, paths: set[str], moved: set[str]) -> None:
        """In the loop: hand over at once, or wait until it is quiet.  ``moved`` came or went."""
        now = self._loop.time()
        before, self._heard = self._heard, now
        if not self._pending:
            self._since = now
        self._pending |= paths
        if self._timer is not None:
            self._loop.remove_timeout(self._timer)
            self._timer = None
        if len(self._pending) >= FEW or self._git_is_at_work():
            wait = QUIET
        elif now - before < HASTE:
            wait = HASTE
        elif self._pending == paths and self._is_save(moved):
            self._hand_over()
            return
        else:
            wait = SOON
        # What never ends is not waited for.
        wait = min(wait, max(0.0, self._since + LONGEST - now))
        self._timer = self._loop.call_later(wait, self._hand_over_burst)

    def _hand_over_burst(self) -> None:
        self._timer = None
        if self._git_is_at_work() and self._loop.time() - self._since < LONGEST:
            self._timer = self._loop.call_later(QUIET, self._hand_over_burst)
        else:
            self._hand_over()

    def _hand_over(self) -> None:
        paths, self._pending = self._pending, set()
        self._take(paths)

    def _git_is_at_work(self) -> bool:
        return any(map(os.path.lexists, self._lock_files))


def folders_of(folder: Path) -> Iterator[Path]:
    """``folder`` and those in it that may hold sources."""
    waiting = [str(folder)]
    while waiting:
        above = waiting.pop()
        yield Path(above)
        with suppress(OSError):  # gone meanwhile, or not to be read: the scan of the site tells of that
            waiting += [
                entry.path
                for entry in os.scandir(above)
                if entry.is_dir(follow_symlinks=False) and is_source(Change.added, entry.name)
            ]


def lock_files(folder: Path) -> list[Path]:
    """The files that are there while git, or Mercurial, changes the files of a working tree at ``folder``."""
    git = folder / ".git"
    try:
        # Of a further working tree, and of a submodule, it is a file (gitrepository-layout(5)).
        text = git.read_text(encoding="utf-8") if git.is_file() else ""
    except (OSError, UnicodeDecodeError):
        text = ""
    if text.startswith("gitdir:"):
        git = folder / text.removeprefix("gitdir:").strip()
    return [git / "index.lock", folder / ".hg" / "wlock"]


def is_source(change: Change, path: str) -> bool:  # noqa: ARG001  (what watchfiles calls it with)
    """Whether a file, by its path below the site, may be one of the site's: not hidden, no editor's spare copy."""
    parts = Path(path).parts
    return not any((part.startswith(".") and part != ".well-known") for part in parts) and not path.endswith("~")
