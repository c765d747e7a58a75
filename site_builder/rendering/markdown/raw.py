"""Authors' own HTML, where it is trusted: parts that look like markup and are none.

Comments and the text of scripts and the like are taken out before the last steps and put back after
them.  What stands for one meanwhile is a numbered comment; since every other comment is out, too, there
is no mistaking it.
"""

from __future__ import annotations

import re

# The end of the body ends what nobody closed (HTML §13.2.5).
_OPAQUE = re.compile(
    r"<!--(?:>|->|.*?(?:--!?>|\Z))|<(script|style|textarea|title|iframe|xmp|noembed|noframes)\b.*?(?:</\1\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_NUMBERED = re.compile("<!--([0-9]+)-->")

# An attribute of a start tag, however it is quoted: its name, then its value in one of three groups.
ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
# The attributes of a start tag up to its ``>``.
ATTRIBUTES = r"""(?:\s(?:[^>"']++|"[^"]*+"|'[^']*+')*+)?"""


def hidden(html: str) -> tuple[str, list[str]]:
    """``html`` with its opaque parts as numbered comments, and those parts in order."""
    opaque: list[str] = []

    def hide(match: re.Match[str]) -> str:
        opaque.append(match[0])
        return f"<!--{len(opaque) - 1}-->"

    return _OPAQUE.sub(hide, html), opaque


def shown(html: str, opaque: list[str]) -> str:
    """The opposite of :func:`hidden`."""
    return _NUMBERED.sub(lambda match: opaque[int(match[1])], html) if opaque else html


def attribute(attributes: str, name: str) -> re.Match[str] | None:
    """The match of :data:`ATTRIBUTE` for the first attribute ``name`` (lower case): the one that browsers take."""
    for match in ATTRIBUTE.finditer(attributes):
        if match[1].lower() == name:
            return match
    return None


def value_of(match: re.Match[str]) -> str:
    """The value of an attribute as it is written, '' where it has none."""
    return match[2] or match[3] or match[4] or ""
