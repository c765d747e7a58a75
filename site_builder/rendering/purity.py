"""Templates as functions: the same values give the same text, whatever was rendered before.

Two sides of one coin.  *Check*: a template that could keep or change a value between pages is refused
when it is compiled.  *Gain*: since a macro is then a function of its arguments, its text is remembered;
a card stands on a dozen pages and is rendered once in each process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jinja2.nodes

from site_builder.model import Card, Term

# What Jinja offers for chance.
IMPURE_GLOBALS = ("lipsum",)
IMPURE_FILTERS = ("random",)

# What instants offer for asking the clock, or this machine's time zone.
CLOCK = frozenset(("now", "today", "utcnow", "fromtimestamp", "utcfromtimestamp", "astimezone"))

# What it offers for keeping state: harmless within a page, but what is imported lives from page to page.
STATE = frozenset(("namespace", "cycler", "joiner"))

# Methods that change a list, dict or set.
CHANGING = frozenset(
    "add append clear discard extend insert pop popitem remove reverse setdefault sort update "
    "difference_update intersection_update symmetric_difference_update".split()
)

# A macro's remembered texts, about 1 kB each: pages are made oldest first, and show pieces that are near in time.
REMEMBERED = 1 << 13

_PLAIN = frozenset((int, bool, type(None)))


def impurities(tree: jinja2.nodes.Template, is_imported: bool) -> Iterator[tuple[int, int, str, str]]:
    """(line, column, message, hint) for each place of a template that could carry a value from page to page.

    ``is_imported`` tells whether any template imports this one.
    """
    keeps = is_imported or tree.find(jinja2.nodes.Macro) is not None
    for call in tree.find_all(jinja2.nodes.Call):
        callee = call.node
        if keeps and isinstance(callee, jinja2.nodes.Name) and callee.name in STATE:
            yield call.lineno, 1, f"{callee.name}() in a template that is imported", "It would outlive the page"
        if isinstance(callee, jinja2.nodes.Getattr) and callee.attr in ("format", "format_map"):
            hint = "Use the filter format, as in {{ '%s and %s'|format(a, b) }}, or a ~ b"
            yield call.lineno, 1, ".format() prints what it is given unseen", hint
        elif isinstance(callee, jinja2.nodes.Getattr) and callee.attr in CHANGING:
            yield call.lineno, 1, f".{callee.attr}() changes a value", "A template shows what it is given"
        elif not isinstance(callee, (jinja2.nodes.Name, jinja2.nodes.Getattr)):
            yield call.lineno, 1, "what is called must be a name", "Computed calls hide what a page depends on"
    for node in tree.find_all((jinja2.nodes.Getattr, jinja2.nodes.Getitem)):
        name = node.attr if isinstance(node, jinja2.nodes.Getattr) else getattr(node.arg, "value", None)  # type: ignore[attr-defined]
        if isinstance(name, str) and name.startswith("__"):
            yield node.lineno, 1, f"'{name}' is Python's own", "A template shows what it is given"


def remembering(macro: Callable[..., Any]) -> Callable[..., Any]:
    """``macro``, its results kept by the identity of cards and the value of terms and plain arguments.

    Other records are made for one page: what is kept for them would not be asked for again, and a preview, which
    makes pages again and again, would grow with each.
    """
    texts: dict[tuple[object, ...], tuple[tuple[object, ...], Any]] = {}

    def call(*arguments: Any, **named: Any) -> Any:
        values = (*arguments, *named.values()) if named else arguments
        key: list[object] = []
        for value in values:
            kind = type(value)
            if kind is str:
                key.append(value)
            elif kind is Card:
                key.append(id(value))
            elif kind in _PLAIN:
                key += (kind, value)  # True is no 1
            elif kind is Term:
                key += (kind, value.name, value.url)
            else:
                return macro(*arguments, **named)
        whole = (*key, *named)
        found = texts.get(whole)
        if found is not None:
            return found[1]
        text = macro(*arguments, **named)
        if len(texts) >= REMEMBERED:
            del texts[next(iter(texts))]
        # The arguments are held too: an id means something only as long as its object lives.
        texts[whole] = (values, text)
        return text

    call.__name__ = getattr(macro, "name", call.__name__)
    return call
