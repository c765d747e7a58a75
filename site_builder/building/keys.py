"""Page keys: the digest of everything that a page is made from.

In: closed values (frozen records of text, numbers, None, instants, tuples and further records).  Out: 16-byte
blake2b digests.  A value that is not closed raises ``TypeError`` here, so it can reach no template.

:meth:`Canon.form` is the one walk: its result is hashed for a key and written as text for ``explain``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from operator import attrgetter
from typing import Any

import msgspec

from site_builder.model import BodyRef, Card, Term
from site_builder.references import folder_of

DIGEST_SIZE = 16
# More records than this are not held: they are digested again.
_HELD = 1 << 14
_PLAIN = frozenset((str, int, bool, type(None)))
_ENCODE = msgspec.msgpack.Encoder().encode


def digest(*parts: bytes) -> bytes:
    """The digest of byte strings in order; their lengths count too."""
    hasher = blake2b(digest_size=DIGEST_SIZE)
    for part in parts:
        hasher.update(len(part).to_bytes(8, "little"))
        hasher.update(part)
    return hasher.digest()


class Canon:
    """Canonical forms of closed values.

    Records that stand in many contexts (cards, terms) are seen once and stand in others as their digest.
    """

    def __init__(self, *, whole: bool = False) -> None:
        """``whole``: cards and terms are not shortened to digests, for people to read."""
        self._whole = whole
        self._fields: dict[type, attrgetter[Any]] = {}
        # The record is kept beside its digest: an id means something only while its object lives.
        self._seen: dict[int, tuple[object, bytes]] = {}

    def digest(self, value: object) -> bytes:
        """The digest of a closed value.  Raises :class:`TypeError` for any other."""
        return blake2b(_ENCODE(self.form(value)), digest_size=DIGEST_SIZE).digest()

    def form(self, value: Any) -> Any:
        """Plain values as they are, tuples as ``[0, …]``, records as ``[name, …]``, seen ones and bodies as bytes."""
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind in (Card, Term) and not self._whole:
            seen = self._seen.get(id(value))
            if seen is None:
                if len(self._seen) >= _HELD:
                    self._seen.clear()
                form = blake2b(_ENCODE(self._record(value, kind)), digest_size=DIGEST_SIZE).digest()
                seen = self._seen[id(value)] = (value, form)
            return seen[1]
        if kind is tuple:
            return [0, *self._forms(value)]
        if kind is datetime:
            if value.tzinfo is None:
                raise TypeError(f"{value!r} has no zone: it would be another instant on another machine")
            return value
        if kind is BodyRef:
            # In which file it stands is no input of the page, but the folder is: relative addresses start there.
            folder = folder_of(value.path)
            if value.links:
                return [kind.__name__, folder, None, value.digest, self.form(value.links)]
            return value.digest + folder.encode()
        if issubclass(kind, msgspec.Struct) and kind.__struct_config__.frozen:
            return self._record(value, kind)
        raise TypeError(f"{kind.__name__} is no closed value: {value!r:.80}")

    def _record(self, value: Any, kind: type) -> list[Any]:
        return [kind.__name__, *self._forms(self._values(value, kind))]

    def _forms(self, values: tuple[Any, ...]) -> list[Any]:
        plain, form = _PLAIN, self.form
        return [value if type(value) in plain else form(value) for value in values]

    def _values(self, value: Any, kind: type) -> tuple[Any, ...]:
        getter = self._fields.get(kind)
        if getter is None:
            names = kind.__struct_fields__  # type: ignore[attr-defined]
            # With one name attrgetter gives no tuple, so the first stands twice.
            getter = self._fields[kind] = (
                attrgetter(*names, *names[:1]) if names else attrgetter("__class__", "__doc__")
            )
        found: tuple[Any, ...] = getter(value)
        return found[:-1] if kind.__struct_fields__ else ()  # type: ignore[attr-defined]


def described(value: Any, name: str = "") -> Iterator[str]:
    """What is hashed for the closed ``value``, as lines ``name.name = value``; a record needs no ``name``."""
    return _lines(name, Canon(whole=True).form(value), value)


def _lines(name: str, form: Any, value: Any) -> Iterator[str]:
    if not isinstance(form, list):
        shown = (
            form.hex() if isinstance(form, bytes) else form.isoformat() if isinstance(form, datetime) else repr(form)
        )
        yield f"{name} = {shown}"
    elif form[0] == 0:
        if len(form) == 1:
            yield f"{name} = ()"
        for number, (inner, item) in enumerate(zip(form[1:], value, strict=True)):
            yield from _lines(f"{name}[{number}]", inner, item)
    else:
        for field, inner in zip(value.__struct_fields__, form[1:], strict=True):
            yield from _lines(f"{name}.{field}" if name else field, inner, getattr(value, field))
