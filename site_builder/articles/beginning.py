"""The front matter that a new piece begins with: every key, so that an editor sees what there is.

In: the values that are known.  Out: YAML between two ``---``.  What is left empty is as if it were not there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

# Each key with its empty value and what to fill in, in the order in which a desk writes.
KEYS: tuple[tuple[str, str, str], ...] = (
    ("title", '""', ""),
    ("category", '""', ""),
    ("timestamp", "", "when it is published"),
    ("tags", "[]", "[store opening, Norrvik]"),
    ("author", '""', ""),
    ("authors", "", "several: [Lin Wei, Ann Lee], and no 'author'"),
    ("summary", '""', "deck and excerpt; without it the excerpt is the text's beginning"),
    ("image", '""', "/images/name.jpg, or name.jpg beside this file"),
    ("image_alt", '""', "what the picture shows"),
    ("image_credit", '""', ""),
    ("source", '""', "where a syndicated piece comes from"),
    ("source_url", '""', "https://…"),
    ("updated", "", "instant of the last correction"),
    ("expires", "", "hidden from this instant on"),
    ("views", "0", ""),
    ("slug", '""', "its part of the address, instead of the file's name"),
    ("permalink", '""', "the whole address: /special/name/"),
    ("aliases", "[]", "older addresses: [/old/name/]"),
    ("related", "[]", "first in the related reading: content paths or addresses"),
    ("next", '""', "the article to read next: content path or address"),
    ("lang", '""', "where it is not the site's: zh-Hans"),
    ("extra", "", "values for your templates: {kicker: Exclusive}"),
    ("draft", "false", "remove this line to publish"),
)


def beginning(values: Mapping[str, str]) -> str:
    """The front matter with ``values``: YAML by key."""
    lines = []
    for key, empty, note in KEYS:
        value = values.get(key, empty)
        remark = f"  # {note}" if note else ""
        lines.append(f"{key}:{' ' if value else ''}{value}{remark}\n")
    return "---\n" + "".join(lines) + "---\n\n"


def quoted(text: str) -> str:
    """``text`` as a double-quoted YAML scalar (YAML 1.2 §7.3.1), which JSON's form is."""
    return json.dumps(text, ensure_ascii=False)
