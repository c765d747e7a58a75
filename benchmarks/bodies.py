"""Markdown bodies of 5 to 9 kB: a random source and a language to the text below the front matter.

Mostly paragraphs with some emphasis and links, as newsrooms write; now and then a heading, a list or a quote;
a table, footnotes or raw HTML in a few of a hundred.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from words import Language

Writer = Callable[[Random, Language], str]

# Shares of articles.
WITH_LIST = 0.25
WITH_QUOTE = 0.30
WITH_TABLE = 0.03
WITH_FOOTNOTES = 0.02
WITH_HTML = 0.01

SMALLEST, LARGEST = 5_300, 8_500
"""Bytes that a body aims at; it stops at the first sentence beyond."""

PARAGRAPHS_A_HEADING = 4


def make_body(rng: Random, language: Language, *, chinese: bool = False) -> str:
    """A body with a final line break."""
    write = chinese_sentence if chinese else sentence
    target = rng.randint(SMALLEST, LARGEST)
    extras, ending = make_extras(rng, language)
    size = sum(len(block.encode()) + 2 for block in [*extras, *ending])
    blocks: list[str] = []
    while size < target:
        if len(blocks) % (PARAGRAPHS_A_HEADING + 1) == PARAGRAPHS_A_HEADING:
            block = f"## {heading(rng, language, chinese=chinese)}"
        else:
            block = paragraph(rng, language, write, target - size)
        blocks.append(block)
        size += len(block.encode()) + 2
    for extra in extras:
        # Never before the first paragraph: an excerpt is cut from that one.
        blocks.insert(rng.randint(1, len(blocks)), extra)
    if ending:
        blocks[0] += "".join(f"[^{number + 1}]" for number in range(len(ending)))
    return "\n\n".join([*blocks, *ending]) + "\n"


def paragraph(rng: Random, language: Language, write: Writer, room: int) -> str:
    """Three to six sentences, fewer where they fill ``room`` bytes."""
    sentences = []
    for _ in range(rng.randint(3, 6)):
        sentences.append(write(rng, language))
        room -= len(sentences[-1].encode()) + 1
        if room <= 0:
            break
    return ("" if write is chinese_sentence else " ").join(sentences)


def sentence(rng: Random, language: Language) -> str:
    """One to three clauses; about one in seven has emphasis, a link or code."""
    first, *rest = rng.choices(language.clauses, k=rng.choice((1, 2, 2, 3)))
    clauses = [first[0].upper() + first[1:], *rest]
    clauses[-1] = marked(rng, clauses[-1])
    return f"{', '.join(clauses)}{rng.choice(('.', '.', '.', '.', '.', '?', '; so much for that.'))}"


def chinese_sentence(rng: Random, language: Language) -> str:
    """Two or three clauses with full-width marks and no spaces."""
    clauses = rng.choices(language.chinese_clauses, k=rng.choice((2, 3)))
    clauses[-1] = marked(rng, clauses[-1])
    return f"{'，'.join(clauses)}。"


def marked(rng: Random, text: str) -> str:
    """``text``, sometimes with inline Markdown around it."""
    roll = rng.random()
    if roll < 0.05:
        return f"*{text}*"
    if roll < 0.08:
        return f"**{text}**"
    if roll < 0.13:
        return f"[{text}](https://example.com/{rng.randrange(10**6)}?from=desk&nr=2)"
    if roll < 0.135:
        return f"`{text}`"
    if roll < 0.15:
        return f"“{text}” & co"
    return text


def heading(rng: Random, language: Language, *, chinese: bool) -> str:
    text = rng.choice(language.chinese_clauses if chinese else language.clauses)
    return text[0].upper() + text[1:]


def make_extras(rng: Random, language: Language) -> tuple[list[str], list[str]]:
    """Blocks to put between the paragraphs, and footnotes for the end; most articles have none."""
    extras = []
    if rng.random() < WITH_LIST:
        marker = rng.choice(("- ", "* ", "1. "))
        extras.append("\n".join(marker + clause for clause in rng.choices(language.clauses, k=rng.randint(3, 6))))
    if rng.random() < WITH_QUOTE:
        extras.append("\n".join(f"> {sentence(rng, language)}" for _ in range(2)))
    if rng.random() < WITH_TABLE:
        extras.append(table(rng, language))
    if rng.random() < WITH_HTML:
        number = rng.randrange(10**6)
        extras.append(
            '<figure class="film">\n'
            f'<iframe src="https://www.youtube-nocookie.com/embed/{number}" title="Film"></iframe>\n'
            f"<figcaption>{rng.choice(language.clauses)}</figcaption>\n</figure>"
        )
    ending = []
    if rng.random() < WITH_FOOTNOTES:
        ending = [f"[^{number + 1}]: {sentence(rng, language)}" for number in range(rng.randint(1, 3))]
    return extras, ending


def table(rng: Random, language: Language) -> str:
    rows = [f"| {' | '.join(rng.choices(language.words, k=3))} |" for _ in range(rng.randint(4, 9))]
    return "\n".join([rows[0], "|---|---:|---|", *rows[1:]])
