"""What a template may print: text, numbers and instants.  The rest has no text that an author means.

A method without its ``()`` or a generator would even print its address in memory: another one in each build.
Output is checked where the value is no plain text, so usual pages pay nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import jinja2
import jinja2.runtime
import markupsafe
import msgspec
from jinja2.filters import make_attrgetter

from site_builder.model import Items, Record

try:
    from markupsafe import _speedups
except ImportError:  # a MarkupSafe without its C part
    _escape_text: Callable[[str], str] | None = None
else:
    _escape_text = getattr(_speedups, "_escape_inner", None)

_TEXT = (str, int, float, type(None), date, jinja2.Undefined)

# Jinja's filters that make text of what they are given, and those of them that leave what it says as it is.
TEXT_FILTERS = (
    "capitalize center e escape forceescape format indent lower replace safe string striptags title trim truncate"
    " upper urlencode urlize wordcount wordwrap xmlattr"
).split()
KEEPING = frozenset(("center", "e", "escape", "indent", "safe", "string", "trim"))


# NUL is no character of HTML or XML, and parsing removes it from all content: it marks view counts.
MARK = "\0"
ONLY_PRINTED = "a view count can only be printed: it is filled in when the page is written"


# ``Markup(text)`` without its look for another object's ``__html__``: for text that is markup.
as_markup: Callable[[str], markupsafe.Markup] = functools.partial(str.__new__, markupsafe.Markup)


class Slot:
    """The place of a view count: it can be printed, and nothing else, for the count is not known yet.

    ``mark`` stands for it in a page, ``exact`` where a program reads the number.
    """

    __slots__ = ("exact", "mark")

    def __init__(self, mark: markupsafe.Markup, exact: markupsafe.Markup) -> None:
        self.mark = mark
        self.exact = exact

    def __html__(self) -> markupsafe.Markup:
        return self.mark

    def _refuse(self, *_: object) -> Any:
        raise jinja2.TemplateRuntimeError(ONLY_PRINTED)

    __str__ = __bool__ = __int__ = __float__ = __len__ = __iter__ = __eq__ = __ne__ = _refuse
    __lt__ = __gt__ = __le__ = __ge__ = __add__ = __radd__ = __sub__ = __mul__ = __mod__ = _refuse
    __hash__ = None  # type: ignore[assignment]


def shown(value: Any) -> Any:
    """``value``, if it may be printed.  Raises :class:`TypeError` otherwise."""
    if isinstance(value, _TEXT) or type(value) is Slot:
        return value
    if isinstance(value, msgspec.Struct):
        names = ", ".join(value if isinstance(value, Record) else value.__struct_fields__)
        raise TypeError(
            "a list cannot be printed: loop over it, or use the filter json"
            if isinstance(value, Items)
            else f"a {type(value).__name__} cannot be printed: print one of its values ({names})"
        )
    if callable(value) and not isinstance(value, type):
        name = getattr(value, "__name__", None) or getattr(value, "name", None) or "this"
        raise TypeError(f"'{name}' cannot be printed, only what it gives: {name}()")
    if hasattr(value, "__html__"):
        return value
    if isinstance(value, Iterable):
        raise TypeError("a list cannot be printed: loop over it, or use the filter join or json")
    raise TypeError(f"a {type(value).__name__} cannot be printed")


def fast_escape(value: Any) -> str:
    """``markupsafe.escape`` without the detour over :class:`Markup`, whose only use is to be joined at once.

    Raises :class:`TypeError` for what may not be printed.
    """
    kind = type(value)
    if kind is str and _escape_text is not None:
        return _escape_text(value)
    if kind is markupsafe.Markup:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return str(value)
    if kind is Slot:
        return value.mark  # type: ignore[no-any-return]
    return markupsafe.escape(shown(value))


def plain(value: Any) -> str:
    """``str(value)``, where templates do not escape.  Raises :class:`TypeError` for what may not be printed."""
    return value.mark if type(value) is Slot else str(shown(value))


def modulo(left: Any, right: Any) -> Any:
    """``left % right``: for a text, what stands in its places may be printed."""
    if isinstance(left, str):
        for item in right if isinstance(right, tuple) else right.values() if isinstance(right, Mapping) else (right,):
            shown(item)
    return left % right


def concatenated(parts: Iterable[Any]) -> str:
    """``a ~ b``: markup where one of them is, the others then escaped.  Raises :class:`TypeError` as :func:`shown`."""
    checked_parts = [shown(part) for part in parts]
    if any(hasattr(part, "__html__") for part in checked_parts):
        return markupsafe.Markup("".join(map(fast_escape, checked_parts)))  # noqa: S704  (each part is escaped)
    return "".join(map(str, checked_parts))


# Names of compiled templates that print, and what they are replaced with.
PRINTERS: dict[str, Callable[..., Any]] = {
    "escape": fast_escape,
    "str": plain,
    "markup_join": concatenated,
    "str_join": lambda parts: "".join(map(plain, parts)),
    "modulo": modulo,
}


_GIVEN_BY_JINJA = (jinja2.Environment, jinja2.nodes.EvalContext, jinja2.runtime.Context)


def checked(make_text: Callable[..., Any], *, keeps: bool) -> Callable[..., Any]:
    """A filter that makes text, for arguments that may be printed; ``keeps`` where view counts in it stay whole."""

    @functools.wraps(make_text)
    def filtered(*arguments: Any, **named: Any) -> Any:
        for argument in (*arguments, *named.values()):
            for item in argument.values() if isinstance(argument, dict) else (argument,):
                if isinstance(item, _GIVEN_BY_JINJA):
                    continue
                shown(item)
                if not keeps and (type(item) is Slot or (isinstance(item, markupsafe.Markup) and MARK in item)):
                    raise jinja2.TemplateRuntimeError(ONLY_PRINTED)
        return make_text(*arguments, **named)

    return filtered


def checked_join(join: Callable[..., Any]) -> Callable[..., Any]:
    """The filter ``join``, for items that may be printed."""

    @functools.wraps(join)
    def filtered(context: Any, items: Iterable[Any], d: str = "", attribute: str | int | None = None) -> Any:
        if attribute is not None:
            items = map(make_attrgetter(context.environment, attribute), items)
        return join(context, [shown(item) for item in items], d)

    return filtered
