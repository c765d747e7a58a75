"""Generates a portal's content: ``python benchmarks/corpus.py DIR --articles 10000 [--seed 1] [--heavy-tag]``.

In: a folder, a number, a seed.  Out: ``DIR/content/YYYY/MM/slug.md`` and ``DIR/site.yaml``, the same bytes for the
same arguments on every machine.  Article number i does not depend on how many are made: a larger corpus is a
smaller one with older pieces added.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from bodies import make_body
from words import Language, distinct_words, make_language

LAST_DAY = datetime(2026, 11, 20, tzinfo=UTC)
"""The newest piece appears on this day; the others go back from it."""

CATEGORIES = "Instant news,Runway,Business,Retail,Beauty,Technology,Sustainability,Street style".split(",")
CATEGORY_WEIGHTS = (30, 14, 14, 14, 10, 8, 5, 5)
TAGS, AUTHORS, SOURCES = 300, 30, 20
TAGS_AN_ARTICLE = {1: 35, 2: 30, 3: 20, 4: 15}
# Shares of articles.
SYNDICATED = 0.4
SUMMARIZED = 0.6
CHINESE = 0.02
HEAVY = 0.5


@dataclass(frozen=True)
class Names:
    """The names that articles carry.  ``tags`` begins with the most used one."""

    tags: list[str]
    tag_weights: list[float]
    authors: list[str]
    sources: list[str]


@dataclass(frozen=True)
class Piece:
    """One article's file: ``path`` below ``content/``, and its text."""

    path: str
    text: str


def main() -> None:
    parser = argparse.ArgumentParser(description="Generate a portal's content for benchmarks.")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--articles", type=int, default=10_000, metavar="N", help="default: 10000")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    parser.add_argument("--heavy-tag", action="store_true", help="half of all articles carry the first tag")
    parser.add_argument("--engine", choices=["markdown", "comrak"], default="markdown", help="default: markdown")
    options = parser.parse_args()
    if options.articles < 1:
        parser.error("--articles must be 1 or more")
    if (options.folder / "content").exists():
        sys.exit(f"{options.folder / 'content'} exists already; remove it, or name another folder")
    size = write_corpus(options.folder, options.articles, options.seed, heavy_tag=options.heavy_tag)
    write_config(options.folder, options.engine)
    print(f"{options.articles:,} articles, {size / 1e6:.1f} MB in {options.folder}")


def write_corpus(folder: Path, articles: int, seed: int = 1, *, heavy_tag: bool = False) -> int:
    """Write ``articles`` files below ``folder/content``; the bytes written."""
    made: set[Path] = set()
    size = 0
    for piece in pieces(articles, seed, heavy_tag=heavy_tag):
        file = folder / "content" / piece.path
        if file.parent not in made:
            file.parent.mkdir(parents=True, exist_ok=True)
            made.add(file.parent)
        size += file.write_bytes(piece.text.encode())
    return size


def write_config(folder: Path, engine: str) -> None:
    """``site.yaml`` for the Markdown ``engine``; all else is the same."""
    lines = [
        "site:",
        "  title: The Benchmark",
        "  url: https://bench.example",
        "  timezone: Asia/Shanghai",
        "categories:",
        *(f"  - {name}" for name in CATEGORIES),
        "markdown:",
        f"  engine: {engine}",
    ]
    (folder / "site.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def pieces(articles: int, seed: int, *, heavy_tag: bool = False) -> Iterator[Piece]:
    """The first ``articles`` pieces of the portal ``seed``, newest first."""
    shared = Random(f"{seed} language")
    language = make_language(shared)
    names = make_names(shared)
    taken: set[str] = set()
    for index, instant in zip(range(articles), instants(seed), strict=False):
        rng = Random(f"{seed} {index}")
        words = rng.choices(language.words, k=rng.randint(4, 8))
        path = f"{instant.year}/{instant.month:02}/{'-'.join(words)}.md"
        if path in taken:
            path = f"{path.removesuffix('.md')}-{index}.md"
        taken.add(path)
        yield Piece(path, piece_text(rng, language, names, words, instant, heavy_tag=heavy_tag))


def instants(seed: int) -> Iterator[datetime]:
    """Instants from the last day backwards, 20 to 200 a day."""
    day = LAST_DAY
    while True:
        rng = Random(f"{seed} {day:%Y-%m-%d}")
        seconds = [rng.randrange(6 * 3600, 24 * 3600) for _ in range(rng.randint(20, 200))]
        yield from (day + timedelta(seconds=second) for second in sorted(seconds, reverse=True))
        day -= timedelta(days=1)


def make_names(rng: Random) -> Names:
    """Tags are used as Zipf has it: the first by about 15 of 100 articles, the last by a few of 1,000."""
    words = [word.capitalize() for word in distinct_words(rng, TAGS + 2 * AUTHORS + SOURCES)]
    tags, people, sources = words[:TAGS], words[TAGS:-SOURCES], words[-SOURCES:]
    return Names(
        [f"{tag} {rng.choice(people).lower()}" if number % 5 == 4 else tag for number, tag in enumerate(tags)],
        list(accumulate(1 / (rank + 2.5) for rank in range(TAGS))),
        [f"{first} {last}" for first, last in zip(people[:AUTHORS], people[AUTHORS:], strict=True)],
        [f"{name} Daily" for name in sources],
    )


def piece_text(
    rng: Random, language: Language, names: Names, words: list[str], instant: datetime, *, heavy_tag: bool
) -> str:
    """Front matter and body of one piece; ``words`` are the headline's."""
    chinese = rng.random() < CHINESE
    lines = [
        "---",
        f"title: {headline(rng, language, words, chinese=chinese)}",
        f"category: {rng.choices(CATEGORIES, weights=CATEGORY_WEIGHTS)[0]}",
        f"timestamp: {instant.year}/{instant.month}/{instant.day} {instant.hour}:{instant:%M:%S}",
        f"views: {int(rng.lognormvariate(6.5, 1.4))}",
        f"tags: [{', '.join(make_tags(rng, names, heavy_tag=heavy_tag))}]",
        f"author: {rng.choice(names.authors)}",
    ]
    if rng.random() < SYNDICATED:
        source = rng.choice(names.sources)
        lines.append(f"source: {source}")
        host = source.lower().replace(" ", "")
        lines.append(f"source_url: https://{host}.example/{instant:%Y/%m/%d}/{rng.randrange(10**6)}")
    if rng.random() < SUMMARIZED:
        clauses = rng.choices(language.chinese_clauses if chinese else language.clauses, k=2)
        lines.append(f"summary: {'，'.join(clauses)}。" if chinese else f"summary: {', '.join(clauses).capitalize()}.")
    return "\n".join([*lines, "---", "", make_body(rng, language, chinese=chinese)])


def headline(rng: Random, language: Language, words: list[str], *, chinese: bool) -> str:
    """As YAML: about one in ten has a colon and is quoted."""
    if chinese:
        return "".join(rng.choices(language.chinese_clauses, k=2))
    if rng.random() < 0.1:
        return f'"{words[0].capitalize()}: {" ".join(words[1:]).capitalize()}"'
    return " ".join(words).capitalize()


def make_tags(rng: Random, names: Names, *, heavy_tag: bool) -> list[str]:
    """One to four different tags.  Draws the same numbers with and without ``heavy_tag``."""
    count = rng.choices(list(TAGS_AN_ARTICLE), weights=list(TAGS_AN_ARTICLE.values()))[0]
    # Repeats are few, so drawing some more is enough; the first tag needs no luck.
    drawn = rng.choices(names.tags, cum_weights=names.tag_weights, k=3 * count)
    tags = list(dict.fromkeys(drawn))[:count]
    heavy = rng.random() < HEAVY
    if not heavy_tag:
        return tags
    others = [tag for tag in tags if tag != names.tags[0]] or [names.tags[1]]
    return list(dict.fromkeys([names.tags[0], *others]))[:4] if heavy else others


if __name__ == "__main__":
    main()
