"""Reads what the first page did not need, while pages are being served.

In: a preview with sources that wait.  Out: their records, handed over in the server's loop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from tornado.ioloop import IOLoop

from site_builder.articles import Rules, parse_source
from site_builder.errors import SiteError
from site_builder.model import Parsed
from site_builder.preview.preview import News, Preview
from site_builder.sources.scan import read_source

CHUNK = 500


class Reader:
    """At most one thread at a time; ``tell`` is told when everything has been read."""

    def __init__(self, preview: Preview, tell: Callable[[News], None]) -> None:
        self._preview = preview
        self._tell = tell
        self._busy = False

    def start(self) -> None:
        """Begin, where there is anything to read and nobody reads it yet."""
        if self._busy or not self._preview.known.waiting:
            return
        self._busy = True
        known = self._preview.known
        # Newest first, as far as paths begin with dates: that is what is asked for.
        paths = sorted(known.waiting, reverse=True)
        arguments = (IOLoop.current(), paths, Rules.of(known.config))
        threading.Thread(target=self._read, args=arguments, daemon=True, name="reader").start()

    def _read(self, loop: IOLoop, paths: list[str], rules: Rules) -> None:
        folder = str(self._preview.site_dir)
        for start in range(0, len(paths), CHUNK):
            records: dict[str, Parsed] = {}
            for path in paths[start : start + CHUNK]:
                try:
                    records[path] = parse_source(read_source(folder, path), rules)
                except SiteError as error:
                    records[path] = Parsed(problems=error.problems)
            loop.add_callback(self._preview.add, records, rules)
        loop.add_callback(self._finish)

    def _finish(self) -> None:
        self._busy = False
        if self._preview.known.waiting:
            # More has come, or the rules have changed meanwhile.
            self.start()
        else:
            self._tell(self._preview.finish())
