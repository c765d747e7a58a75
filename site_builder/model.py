"""The values that flow from content to pages: frozen records without effects.

Instants are aware datetimes in UTC.  Paths are relative to the site, with ``/``.
Digests are 16-byte blake2b.  URLs are root-relative and percent-encoded unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from site_builder.errors import Problem


class Items(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A list under a free key, as a closed value."""

    items: tuple[Value, ...] = ()

    def __getitem__(self, index: int) -> Value:
        return self.items[index]

    def __iter__(self) -> Iterator[Value]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


class Record(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A free mapping as a closed value: its items in order; ``record.key`` and ``record['key']`` read one."""

    # Underscored: a name of its own would hide the key of that name from templates.
    _pairs: tuple[tuple[str, Value], ...] = ()

    def __getitem__(self, name: str) -> Any:
        for key, value in self._pairs:
            if key == name:
                return value
        raise KeyError(name)

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter([key for key, _ in self._pairs])

    def __len__(self) -> int:
        return len(self._pairs)

    def __contains__(self, name: object) -> bool:
        return any(key == name for key, _ in self._pairs)


# One class of structs a shape: that is what lets msgspec decode the union.
Value = str | int | bool | None | Items | Record


# ---------------------------------------------------------------- what content says


class Source(msgspec.Struct, frozen=True, gc=False):
    """A file of ``content/`` as it was read: ``path`` starts with ``content/``."""

    path: str
    data: bytes


class Image(msgspec.Struct, frozen=True, gc=False):
    """An image as an article names it: ``src`` is a site path like ``/images/a.jpg`` or an http(s) URL."""

    src: str
    alt: str
    credit: str = ""


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where the value of a front-matter key stands, for problems that are found later."""

    key: str
    line: int
    column: int


class Outline(msgspec.Struct, frozen=True, gc=False, kw_only=True, array_like=True):
    """Of an article what decides where it stands, in which lists, and whether it is shown: all that a plan needs.

    ``tags`` are as written, twins (NFKC + casefold equal) merged, first spelling kept.  ``slug`` is always set (from
    the file name where the front matter names none); ``permalink`` only where explicit.  ``places`` holds permalink,
    slug, aliases, related, next and image where present.  ``files`` are the site paths that the body names; ``links``
    those of other pieces' files (``/2019/kapok.md``), each with the place of the first link, line 0 where it may be
    none.

    It is the beginning of an :class:`Article` also where that is written as MessagePack, and can be read alone.
    """

    path: str
    title: str
    category: str
    timestamp: datetime
    slug: str
    lang: str
    updated: datetime | None = None
    expires: datetime | None = None
    views: int = 0
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    source: str = ""
    source_url: str = ""
    permalink: str = ""
    aliases: tuple[str, ...] = ()
    image: Image | None = None
    draft: bool = False
    related: tuple[str, ...] = ()
    next: str = ""
    files: tuple[str, ...] = ()
    links: tuple[Place, ...] = ()
    places: tuple[Place, ...] = ()


class Article(Outline, frozen=True, gc=False, kw_only=True, array_like=True):
    """The checked front matter of one article, and facts of its body; never the body itself.

    ``body_start`` is the offset of the body in the file's bytes, ``digest`` that of the bytes from there on.
    ``excerpt`` is plain text: the summary, else cut from the body.
    """

    digest: bytes
    body_start: int
    excerpt: str
    words: int = 0
    summary: str = ""
    extra: Record = Record()


class Document(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A piece of ``content/pages/`` that is not an article: about, contact.  Fields as in :class:`Article`."""

    path: str
    digest: bytes
    body_start: int
    title: str
    slug: str
    excerpt: str
    lang: str
    updated: datetime | None = None
    summary: str = ""
    permalink: str = ""
    aliases: tuple[str, ...] = ()
    draft: bool = False
    extra: Record = Record()
    files: tuple[str, ...] = ()
    links: tuple[Place, ...] = ()
    places: tuple[Place, ...] = ()


class Parsed(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What parsing one source gives: one of ``article`` and ``document``, or problems; warnings with either."""

    article: Article | None = None
    document: Document | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


class Outlined(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A :class:`Parsed` of which only the beginning of the article was read."""

    article: Outline | None = None
    document: Document | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


class StoredViews(msgspec.Struct, frozen=True):
    """Imported reader counts by content path: in total, and by ordinal day as far back as "most read" looks.

    ``addresses`` tells the content path that an address (without final slash) had when counts were last imported,
    ``marks`` what a renamed file keeps.
    """

    totals: dict[str, int] = {}
    days: dict[str, dict[int, int]] = {}
    addresses: dict[str, str] = {}
    marks: dict[str, str] = {}

    def paths(self) -> set[str]:
        """Every content path that has counts or an address."""
        return {*self.totals, *self.addresses.values()}


# ---------------------------------------------------------------- what pages show


class Picture(msgspec.Struct, frozen=True, gc=False):
    """An image as a page shows it: ``url`` root-relative or absolute; sizes in pixels, 0 where unknown."""

    url: str
    alt: str
    credit: str = ""
    width: int = 0
    height: int = 0


class Term(msgspec.Struct, frozen=True, gc=False):
    """A name with the address of its listing: a category, tag, author, source, year, month or document."""

    name: str
    url: str


class Card(msgspec.Struct, frozen=True, gc=False):
    """How one article is seen from other pages.  It has no body and no views: those are no input of other pages."""

    title: str
    url: str
    category: Term
    tag: Term | None
    timestamp: datetime
    excerpt: str
    image: Picture | None
    lang: str


class PieceLink(msgspec.Struct, frozen=True, gc=False):
    """A link of a body to another piece's file, by its site path (``/2019/kapok.md``): the URL of that piece's page."""

    path: str
    url: str


class BodyRef(msgspec.Struct, frozen=True, gc=False):
    """Names a Markdown body by its place and its digest; the renderer replaces it with its HTML.

    ``path`` and ``start`` say where it is; only ``digest`` says what it is.  ``links`` are the pieces that it links
    to and that readers can see.
    """

    path: str
    start: int
    digest: bytes
    links: tuple[PieceLink, ...] = ()


class Page(msgspec.Struct, frozen=True, gc=False):
    """One output file to be rendered: ``path`` in the output folder, ``template`` name, ``context`` a closed value.

    The fields of ``context`` are the names that the template sees.
    """

    kind: str
    path: str
    template: str
    context: msgspec.Struct
    source: str = ""


class Rendered(msgspec.Struct, frozen=True, gc=False):
    """Bytes of a page with its slots cut out: view counts are spliced in at ``slots`` = (offset, name).

    A name is the article's URL, and after a ``#`` how the page writes large numbers (``rendering/slots.py``).
    """

    data: bytes
    slots: tuple[tuple[int, str], ...] = ()


class Heading(msgspec.Struct, frozen=True, gc=False):
    """An entry of a table of contents: ``level`` 2 to 6, ``id`` of the heading's element, its plain text."""

    level: int
    id: str
    text: str
