"""Reads what the first page did not need, while pages are being served.

In: a preview with sources that wait, and what the last build remembers of them.  Out: their records and the sizes
of their images, handed over in the server's loop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

from tornado.ioloop import IOLoop

from site_builder.articles import Rules, parse_source
from site_builder.building.remembered import parsed_of, remembered, rules_key, size_of
from site_builder.errors import SiteError
from site_builder.model import Parsed
from site_builder.preview.known import Known
from site_builder.preview.preview import News, Preview
from site_builder.sources.images import image_size
from site_builder.sources.scan import read_source

CHUNK = 1_000


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
        arguments = (IOLoop.current(), self._preview.known)
        threading.Thread(target=self._read, args=arguments, daemon=True, name="reader").start()

    def _read(self, loop: IOLoop, known: Known) -> None:
        rules = Rules.of(known.config)
        site_dir = self._preview.site_dir
        entries = remembered(site_dir)
        # Newest first, as far as paths begin with dates: that is what is asked for.
        paths = sorted(known.waiting, reverse=True)
        files = {file.path: file for file in known.files.copied}

        def sizes_of(records: dict[str, Parsed]) -> Iterator[tuple[str, tuple[int, int]]]:
            for record in records.values():
                src = record.article.image.src if record.article and record.article.image else ""
                file = files.get(src.removeprefix("/")) if src.startswith("/") and src not in known.sizes else None
                if file is not None:
                    entry = entries.get(file.source)
                    size = size_of(site_dir, entry) if entry else None
                    # What is no image is told of where the page is made.
                    with suppress(ValueError):
                        yield src, size or image_size(file)

        for chunk in _chunks(paths):
            records = dict(parsed_of(site_dir, entries, rules_key(known.config, rules), chunk))
            for path in chunk:
                if path not in records:
                    records[path] = _parsed(str(site_dir), path, rules)
            loop.add_callback(self._preview.add, records, rules, dict(sizes_of(records)))
        loop.add_callback(self._finish)

    def _finish(self) -> None:
        self._busy = False
        if self._preview.known.waiting:
            # More has come, or the rules have changed meanwhile.
            self.start()
        else:
            self._tell(self._preview.finish())


def _chunks(paths: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(paths), CHUNK):
        yield paths[start : start + CHUNK]


def _parsed(folder: str, path: str, rules: Rules) -> Parsed:
    try:
        return parse_source(read_source(folder, path), rules)
    except SiteError as error:
        return Parsed(problems=error.problems)
