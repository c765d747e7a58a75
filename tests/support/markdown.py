"""Markdown for tests: bodies as newsrooms write them, and strategies that compose all kinds of syntax."""

from __future__ import annotations

from hypothesis import strategies as st

ORDINARY = """The brand said on Monday that it would open **30 new stores** by the end of the year, its
*largest* push since 2012, [people familiar](https://example.org/people) with the matter said.

## What it means

- Rents rise
- Staff: 12 per shop (on average)

The order of things:

1. First
2. Second

> "A quotation," she said.

The R&D budget is 5 % of sales: about $12m at 10:30. See [the report](/2026/06/report/) or ![a shop](/images/shop.jpg).
"""

RICH = """# A headline in the body

Text with a note[^1] and HTML is markup. {: .lead }

| Quarter | Sales |
|:--------|------:|
| One     | 12    |

```python
print("<b>")
```

Selvedge
:   The edge of a cloth that does not fray.

*[HTML]: Hypertext Markup Language

[^1]: The note.

<figure><img src="/a.jpg" alt="A"><figcaption>By hand</figcaption></figure>

{{ shortcode }} {% tag %}
"""

_words = st.sampled_from(
    [
        "cloth",
        "the",
        "edge",
        "a: b",
        "R&D",
        "12:30",
        "5 < 6",
        "x|y",
        "{x}",
        "^",
        "HTML",
        "时尚",
        "snake_case",
        "1.",
        "&amp;",
    ]
)
_inline = st.one_of(
    _words,
    _words.map(lambda word: f"**{word}**"),
    _words.map(lambda word: f"*{word}*"),
    _words.map(lambda word: f"`{word}`"),
    _words.map(lambda word: f"[{word}](https://example.org/a)"),
    _words.map(lambda word: f"![{word}](/a.jpg)"),
    st.sampled_from(
        ["a[^1]", "<b>x</b>", "<br>", "{: .x }", "[ref]", "<https://example.org/>", "\\*", "https://e.org"]
    ),
)
_line = st.lists(_inline, min_size=1, max_size=6).map(" ".join)
_block = st.one_of(
    _line,
    _line.map(lambda line: f"## {line}"),
    _line.map(lambda line: f"# {line} {{: #own }}"),
    _line.map(lambda line: f"> {line}"),
    st.lists(_line, min_size=1, max_size=3).map(lambda lines: "\n".join(f"- {line}" for line in lines)),
    st.lists(_line, min_size=1, max_size=3).map(lambda lines: "\n".join(f"1. {line}" for line in lines)),
    _line.map(lambda line: f"    {line}"),
    _line.map(lambda line: f"term\n: {line}"),
    _line.map(lambda line: f"- item\n\n    term\n    : {line}"),
    _line.map(lambda line: f"a | b\n--- | ---\n{line} | x"),
    _line.map(lambda line: f"```py\n{line}\n```"),
    _line.map(lambda line: f"~~~\n{line}\n~~~"),
    st.sampled_from(
        [
            "[^1]: A note.",
            "*[HTML]: Long",
            "[ref]: https://example.org",
            "<div>\nx\n</div>",
            "<!--more-->",
            "* * *",
            "[TOC]",
        ]
    ),
)

bodies = st.lists(_block, max_size=7).map("\n\n".join)
