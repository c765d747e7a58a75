"""HTML fragments as browsers see them: trees to compare and to search for what could act."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

import html5lib
from html5lib.constants import DataLossWarning

if TYPE_CHECKING:
    from collections.abc import Iterator

Element = Any

ADDRESSES = {"href", "src", "action", "formaction", "xlink:href", "poster", "data", "cite", "background", "srcset"}
# What browsers drop before they read a scheme (WHATWG URL §4.4).
_DROPPED = re.compile("^[\x00-\x20]+|[\t\n\r]+")
_ACTING = re.compile(r"^(?:javascript|vbscript|data|livescript|file|about|blob|view-source):", re.IGNORECASE)
_FORBIDDEN = {
    "script", "style", "object", "embed", "form", "base", "meta", "link", "svg", "math", "template", "noscript",
    "button", "textarea", "select", "frame", "frameset", "applet", "portal", "dialog", "marquee",
}  # fmt: skip


def tree_of(fragment: str) -> Element:
    """The ``<body>`` around ``fragment`` as a browser repairs it; element names have no namespace."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataLossWarning)
        document = html5lib.parse(
            f"<!DOCTYPE html><html><head><title></title></head><body>{fragment}</body></html>",
            treebuilder="etree",
            namespaceHTMLElements=False,
        )
    return document.find("body")


def elements(fragment: str, name: str = "") -> list[Element]:
    """The elements of a fragment in document order, those called ``name`` or all."""
    found = [element for element in tree_of(fragment).iter() if isinstance(element.tag, str)][1:]
    return [element for element in found if element.tag == name] if name else found


def text_of(fragment: str) -> str:
    """The text of a fragment, runs of white space as one space."""
    return " ".join("".join(tree_of(fragment).itertext()).split())


def shape(fragment: str) -> Any:
    """A fragment's tree as a value: equal for fragments that browsers show alike.

    Comments, white space between elements and the spelling of styles do not count.
    """
    return _shape(tree_of(fragment))


def _shape(element: Element) -> Any:
    children: list[Any] = []
    _add_text(children, element.text)
    for child in element:
        if isinstance(child.tag, str):
            children.append(_shape(child))
        _add_text(children, child.tail)
    attributes = {
        name: re.sub(r"[\s;]", "", value) if name == "style" else value for name, value in element.attrib.items()
    }
    return element.tag, tuple(sorted(attributes.items())), tuple(children)


def _add_text(children: list[Any], text: str | None) -> None:
    words = " ".join((text or "").split(" "))
    if not words.strip():
        return
    if children and isinstance(children[-1], str):
        words = children.pop() + words
    children.append(words.strip("\n"))


def dangers(fragment: str) -> list[str]:
    """Each way in which a fragment could act in a browser."""
    return list(_dangers(fragment))


def _dangers(fragment: str) -> Iterator[str]:
    for element in elements(fragment):
        if element.tag in _FORBIDDEN:
            yield f"<{element.tag}>"
        for name, value in element.attrib.items():
            if name.lower().startswith("on") or name.lower() in {"srcdoc", "name", "form", "action", "formaction"}:
                yield f"{element.tag}[{name}]"
            if name == "style" and not re.fullmatch(r"\s*text-align:\s*(left|right|center);?\s*", value):
                yield f"{element.tag}[style={value}]"
            if name.lower() in ADDRESSES:
                parts = value.split(",") if name == "srcset" else [value]
                for part in parts:
                    if _ACTING.match(_DROPPED.sub("", part)):
                        yield f"{element.tag}[{name}={part}]"
        if element.tag == "iframe" and not element.get("src", "").startswith("https://www.youtube-nocookie.com/"):
            yield f"iframe {element.get('src')}"
        if element.tag == "input" and element.get("type") != "checkbox":
            yield "input"
