"""The text of a front matter to a tree of nodes, whatever its format; harmful characters are told and removed."""

from __future__ import annotations

import re

from site_builder.articles.characters import DISALLOWED, has_disallowed, left_out, place_of
from site_builder.articles.fences import FrontMatter
from site_builder.articles.findings import Findings
from site_builder.articles.formats import read_json, read_toml
from site_builder.yaml_reader import Mapping, Scalar, quoted, read_nodes

_READERS = {"toml": read_toml, "json": read_json}


def read_front_matter(front: FrontMatter, findings: Findings) -> Mapping:
    """The tree of a front matter; keys given twice are noted.

    Raises :class:`~site_builder.errors.SiteError` where the text is no YAML, TOML or JSON.
    """
    text = front.text
    if not text.isascii() or has_disallowed(text.encode()):
        text = _readable(front, findings)
    read = read_nodes if front.kind == "yaml" else _READERS[front.kind]
    mapping, twice = read(text, findings.path, front.first_line)
    findings.problems.extend(twice)
    if front.kind == "yaml" and " #" in text:
        _warn_of_comments(text, front.first_line, findings)
    return mapping


def _readable(front: FrontMatter, findings: Findings) -> str:
    """``front.text`` without characters that its readers refuse or take for line breaks."""
    text = front.text.replace("\u2028", " ").replace("\u2029", " ").replace("\ufeff", "")
    first = DISALLOWED.search(text)
    if first:
        line, column = place_of(text[: first.start()])
        at = Scalar("", True, line + front.first_line - 1, column)
        findings.warn(at, left_out(len(DISALLOWED.findall(text)), " in the front matter"))
        text = DISALLOWED.sub("", text)
    return text


_LOST = re.compile(
    r"^((?:title|summary|image_alt|image_credit):[ \t]+)[^\s\"'>|&\[{#][^\n]*?[ \t](#[^\s#][^\n]*)", re.MULTILINE
)


def _warn_of_comments(text: str, first_line: int, findings: Findings) -> None:
    """Warns of headlines such as ``Chanel No. 5 is #1``, of which YAML reads no more than ``Chanel No. 5 is``."""
    for match in _LOST.finditer(text):
        line = text.count("\n", 0, match.start()) + first_line
        at = Scalar("", True, line, match.start(2) - match.start() + 1)
        findings.warn(at, f"{quoted(match.group(2))} is read as a comment", "Put the value in quotes if it is meant")
