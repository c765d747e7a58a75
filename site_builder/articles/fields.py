"""The keys of a front matter, one function a kind of value.

In: a key, its node and the findings.  Out: the checked value, or None with a problem noted.  A value left
empty never comes here: it is as if the key were not there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from site_builder.articles.characters import DISALLOWED, left_out
from site_builder.articles.findings import Findings
from site_builder.articles.instants import EXPECTED, NoInstant, read_instant
from site_builder.articles.paths import BadPath, check_alias, check_image, check_permalink, check_slug, check_url
from site_builder.decode import FALSE, TRUE, free_value, whole_number
from site_builder.errors import did_you_mean
from site_builder.model import Record
from site_builder.patterns import is_language
from site_builder.text import fold
from site_builder.yaml_reader import Mapping, Node, Scalar, Sequence, describe, is_null, quoted

_BREAKS = re.compile("[ \t-\r\x85\u2028\u2029]+")
_COMMAS = re.compile("[,，、]")


def is_empty(node: Node) -> bool:
    """Whether a key has no value: nothing, null, or text of white space alone."""
    return isinstance(node, Scalar) and (is_null(node) or not node.text or node.text.isspace())


def _clean(key: str, node: Scalar, findings: Findings) -> str:
    """One line of plain text: runs of white space are one space; characters that no page may hold are removed."""
    text = node.text
    if not text.isprintable():
        text = _BREAKS.sub(" ", text)
        clean = DISALLOWED.sub("", text)
        if clean != text:
            findings.warn(node, f"{key}: {left_out(len(text) - len(clean))}")
        text = clean if any(character.isprintable() and character != " " for character in clean) else ""
    if "  " in text:
        text = _BREAKS.sub(" ", text)
    return text.strip()


def read_text(key: str, node: Node, findings: Findings) -> str | None:
    """One line of plain text."""
    if not isinstance(node, Scalar):
        findings.expect(key, node, "text")
        return None
    text = _clean(key, node, findings)
    if not text:
        findings.fail(node, f"{key}: nothing that can be seen is left of {describe(node)}")
        return None
    return text


def read_category(key: str, node: Node, findings: Findings) -> str | None:
    """A name that the configuration allows, in its spelling; any name where it names none."""
    text = read_text(key, node, findings)
    allowed = findings.rules.categories
    if text is None or not allowed:
        return text
    name = allowed.get(fold(text))
    if name is None:
        findings.fail(
            node,
            f"{key}: unknown category {quoted(text)}",
            did_you_mean(text, allowed.values()),
        )
    return name


def read_instant_of(key: str, node: Node, findings: Findings) -> datetime | None:
    """An instant in UTC."""
    if not isinstance(node, Scalar):
        findings.expect(key, node, EXPECTED)
        return None
    try:
        instant, warning = read_instant(node.text.strip(), findings.rules.zone)
    except NoInstant as error:
        message, hint = error.args
        findings.fail(node, f"{key}: {message}", hint)
        return None
    if warning:
        findings.warn(node, f"{key}: {warning}")
    return instant


def read_count(key: str, node: Node, findings: Findings) -> int | None:
    """A whole number from 0."""
    number = whole_number(node.text.strip()) if isinstance(node, Scalar) else None
    if number is None or number < 0:
        findings.expect(key, node, "a whole number, 0 or more", "Write digits alone, like 1234")
        return None
    return number


def read_truth(key: str, node: Node, findings: Findings) -> bool | None:
    """A truth value, as YAML 1.1 writes it."""
    if isinstance(node, Scalar):
        text = node.text.strip()
        if text in TRUE:
            return True
        if text in FALSE:
            return False
    findings.expect(key, node, "true or false")
    return None


def _texts(key: str, node: Node, findings: Findings, split: bool) -> list[tuple[str, Node]] | None:
    """The texts of a list, or of one text (cut at commas if ``split``), each with its node; empty ones are dropped."""
    if isinstance(node, Scalar):
        text = _clean(key, node, findings)
        parts = _COMMAS.split(text) if split else [text]
        return [(stripped, node) for part in parts if (stripped := part.strip())]
    if not isinstance(node, Sequence):
        findings.expect(key, node, "a list of names" if split else "a list of texts")
        return None
    found: list[tuple[str, Node]] = []
    sound = True
    for item in node.items:
        if not isinstance(item, Scalar):
            findings.expect(key, item, "text")
            sound = False
        elif not is_empty(item) and (text := _clean(key, item, findings)):
            found.append((text, item))
    return found if sound else None


def read_names(key: str, node: Node, findings: Findings) -> tuple[str, ...] | None:
    """Names from a list or one text with commas (``,`` ``，`` ``、``); of twins the first spelling stays."""
    found = _texts(key, node, findings, split=True)
    return None if found is None else _unique(found)


def _unique(found: list[tuple[str, Node]]) -> tuple[str, ...]:
    if len(found) < 2:
        return tuple(text for text, _ in found)
    by_fold: dict[str, str] = {}
    for text, _ in found:
        by_fold.setdefault(fold(text), text)
    return tuple(by_fold.values())


def read_author(key: str, node: Node, findings: Findings) -> tuple[str, ...] | None:
    """One name, which may have a comma in it (``Jane Doe, Jr.``), or a list of names."""
    found = _texts(key, node, findings, split=False)
    return None if found is None else _unique(found)


def read_pins(key: str, node: Node, findings: Findings) -> tuple[str, ...] | None:
    """Names of articles; each keeps its place, for the catalog tells whether there are such articles."""
    found = _texts(key, node, findings, split=False)
    if found is None:
        return None
    for _, item in found:
        findings.place(key, item)
    return tuple(text for text, _ in found)


def read_pin(key: str, node: Node, findings: Findings) -> str | None:
    """The name of one article."""
    findings.place(key, node)
    return read_text(key, node, findings)


def read_slug(key: str, node: Node, findings: Findings) -> str | None:
    """One segment of an address."""
    return _path(key, node, findings, check_slug)


def read_permalink(key: str, node: Node, findings: Findings) -> str | None:
    """The plain path of a page."""
    return _path(key, node, findings, check_permalink)


def _path(key: str, node: Node, findings: Findings, check: Callable[[str], str]) -> str | None:
    if not isinstance(node, Scalar):
        findings.expect(key, node, "text")
        return None
    try:
        value = check(node.text.strip())
    except BadPath as error:
        message, hint = error.args
        findings.fail(node, f"{key}: {message}", hint)
        return None
    findings.place(key, node)
    return value


def read_aliases(key: str, node: Node, findings: Findings) -> tuple[str, ...] | None:
    """Paths of redirect pages, each with its place."""
    items = node.items if isinstance(node, Sequence) else (node,)
    if isinstance(node, Mapping):
        findings.expect(key, node, "a list of paths")
        return None
    paths: list[str] = []
    sound = True
    for item in items:
        if is_empty(item):
            continue
        path = _path(key, item, findings, check_alias)
        if path is None:
            sound = False
        elif path not in paths:
            paths.append(path)
        else:
            findings.places.pop()
    return tuple(paths) if sound else None


def read_image(key: str, node: Node, findings: Findings) -> str | None:
    """A site path or http(s) URL of an image."""
    return _path(key, node, findings, lambda text: check_image(text, findings.path))


def read_url(key: str, node: Node, findings: Findings) -> str | None:
    """An http(s) URL."""
    value = _path(key, node, findings, check_url)
    if value is not None:
        findings.places.pop()  # nothing later asks where it stood
    return value


def read_language(key: str, node: Node, findings: Findings) -> str | None:
    """A language tag in the case that RFC 5646 §2.1.1 recommends; the site's own in its spelling."""
    if not isinstance(node, Scalar):
        findings.expect(key, node, "a language tag like en or zh-Hans")
        return None
    tag = node.text.strip()
    if not is_language(tag):
        near = tag.replace("_", "-")
        hint = f"Did you mean {quoted(near)}?" if near != tag and is_language(near) else ""
        findings.expect(key, node, "a language tag like en or zh-Hans", hint)
        return None
    site = findings.rules.language
    return site if tag.lower() == site.lower() else _usual_case(tag)


def _usual_case(tag: str) -> str:
    first, *rest = tag.lower().split("-")
    parts = [first]
    for part in rest:
        after_singleton = len(parts[-1]) == 1
        if len(part) == 2 and not after_singleton:
            part = part.upper()
        elif len(part) == 4 and part.isalpha() and not after_singleton:
            part = part.title()
        parts.append(part)
    return "-".join(parts)


def read_extra(key: str, node: Node, findings: Findings) -> Record | None:
    """Free keys; characters that no page may hold are removed."""
    if not isinstance(node, Mapping):
        findings.expect(key, node, "a mapping (key: value)")
        return None
    value = free_value(_without_disallowed(node))
    assert isinstance(value, Record), "a mapping gives a record"
    return value


def _without_disallowed(node: Node) -> Node:
    if isinstance(node, Mapping):
        pairs = ((_scalar(name), _without_disallowed(value)) for name, value in node.pairs)
        return Mapping(tuple(pairs), node.line, node.column)
    if isinstance(node, Sequence):
        return Sequence(tuple(map(_without_disallowed, node.items)), node.line, node.column)
    return _scalar(node)


def _scalar(node: Scalar) -> Scalar:
    if node.text.isprintable():
        return node
    return Scalar(DISALLOWED.sub("", node.text), node.plain, node.line, node.column)
