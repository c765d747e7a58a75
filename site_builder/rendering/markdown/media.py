"""Pictures, tables and boxes of a body, made fit for small screens, slow lines and screen readers."""

from __future__ import annotations

import re

from site_builder.rendering.markdown.raw import ATTRIBUTES, attribute, value_of
from site_builder.text import language_of

_IMAGE = re.compile(f"<[iI][mM][gG]({ATTRIBUTES})>")
_ALIGN = re.compile(r'<(t[dh]) align="(left|right|center)"')
_INPUT = re.compile(f"<[iI][nN][pP][uU][tT]({ATTRIBUTES})>")
_TABLE = re.compile(f"<(/?)[tT][aA][bB][lL][eE](?:{ATTRIBUTES})>")

# What a screen reader calls the box that a table scrolls in.
_NAMES = {"de": "Tabelle", "es": "Tabla", "fr": "Tableau", "it": "Tabella", "ja": "表", "ko": "표", "zh": "表格"}

# And the boxes of a list of tasks, empty or checked.
_STATES = {
    "de": ("offen", "erledigt"),
    "es": ("pendiente", "hecho"),
    "fr": ("à faire", "fait"),
    "it": ("da fare", "fatto"),
    "ja": ("未完了", "完了"),
    "ko": ("미완료", "완료"),
    "zh": ("未完成", "已完成"),
}


def with_lazy_images(html: str) -> str:
    """``html`` whose images load when they come into view (HTML §4.8.4.3), unless they say otherwise."""

    def image(match: re.Match[str]) -> str:
        attributes = match[1]
        hints = "".join(
            f' {name}="{value}"'
            for name, value in (("loading", "lazy"), ("decoding", "async"))
            if name not in attributes.lower() or attribute(attributes, name) is None
        )
        return f"<img{hints}{attributes}>" if hints else match[0]

    return _IMAGE.sub(image, html)


def with_named_boxes(html: str, lang: str) -> str:
    """``html`` whose boxes of tasks say whether they are checked: they stand beside their text, not in a label."""
    states = _STATES.get(language_of(lang), ("to do", "done"))

    def box(match: re.Match[str]) -> str:
        attributes = match[1]
        kind = attribute(attributes, "class")
        if kind is None or "task-list-item-checkbox" not in value_of(kind) or attribute(attributes, "aria-label"):
            return match[0]
        return f'<input aria-label="{states[attribute(attributes, "checked") is not None]}"{attributes}>'

    return _INPUT.sub(box, html)


def with_tables(html: str, lang: str) -> str:
    """``html`` whose tables scroll in boxes of their own, so that the page never does.

    Each box has a name of its own, since two regions of one name cannot be told apart.  Alignment becomes
    style, its attribute is obsolete (HTML §16.2).
    """
    if ' align="' in html:
        html = _ALIGN.sub(r'<\1 style="text-align: \2"', html)
    name = _NAMES.get(language_of(lang), "Table")
    pieces: list[str] = []
    depth = number = start = copied = 0
    for match in _TABLE.finditer(html):
        if not match[1]:
            if not depth:
                start = match.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                number += 1
                label = f"{name} {number}" if number > 1 else name
                box = f'<div class="table-scroll" role="region" tabindex="0" aria-label="{label}">'
                pieces += html[copied:start], box, html[start : match.end()], "</div>"
                copied = match.end()
    return "".join(pieces) + html[copied:]
