"""Which files are copied: all but those that only hidden pieces name.

In: the site's files, and the site paths that hidden pieces name and visible ones do not.  Out: the files to copy.
A file that any text of the site names, which readers can see, stays: ``site.yaml``, a template, a style, a page
in HTML.  Such a text may itself be hidden; what it names is then no reason.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import Path

from site_builder.references import Own, names_in
from site_builder.sources.scan import CopiedFile, SiteFiles

# What may name other files.  No Markdown: that is articles, which are asked before.
TEXTS = (".css", ".js", ".mjs", ".html", ".htm", ".xhtml", ".xml", ".json", ".webmanifest", ".svg", ".txt", ".vtt")


def shown_files(files: SiteFiles, hidden: frozenset[str], own: Own, texts: Iterable[str]) -> list[CopiedFile]:
    """The files of the site that are copied; ``texts`` (the configuration's) stand at the root."""
    named = {
        name: file
        for file in files.copied
        if file.source.startswith("content/") and (name := unicodedata.normalize("NFC", "/" + file.path)) in hidden
    }
    if not named:
        return list(files.copied)
    for text in (*texts, *(text for _, text in files.templates.values())):
        for name in names_in(text, "", own):
            named.pop(name, None)
    waiting = [file for file in files.copied if file.path.lower().endswith(TEXTS) and file not in named.values()]
    while waiting and named:
        file = waiting.pop()
        text = Path(file.location).read_text(encoding="utf-8", errors="replace")
        for name in names_in(text, "/" + file.path.rpartition("/")[0], own):
            shown = named.pop(name, None)
            if shown is not None and shown.path.lower().endswith(TEXTS):
                waiting.append(shown)
    left_out = set(named.values())
    return [file for file in files.copied if file not in left_out]
