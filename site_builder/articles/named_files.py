"""What of this site a piece names: an image or file that only hidden pieces name is hidden, too.

In: a body's bytes and the free values of the front matter.  Out: site paths, in doubt too many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from site_builder.model import Items, Record, Value
from site_builder.references import Own, files_named, folder_of, looks_like_file, named_in_markdown


def named_files(body: bytes, path: str, own: Own, *, extra: Record, others: Iterable[str]) -> tuple[str, ...]:
    """Site paths that the piece in the file ``path`` names, sorted; ``others`` are addresses of its front matter."""
    folder = folder_of(path)
    found = files_named(named_in_markdown(body, own), folder, own)
    for address in others:
        found |= files_named((address,), folder, own)
    if len(extra):
        texts = list(_texts(extra))
        # A template may put the root before a relative name, or the piece's folder.
        for place in (folder, ""):
            found |= files_named(filter(looks_like_file, texts), place, own)
            found |= files_named((name for text in texts for name in named_in_markdown(text.encode(), own)), place, own)
    return tuple(sorted(found)) if found else ()


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Items):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Record):
        for name in value:
            yield name
            yield from _texts(value[name])
