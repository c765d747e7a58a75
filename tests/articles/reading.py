"""Helpers: articles from strings, as the parser sees them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from site_builder.articles import Rules, parse_source
from site_builder.errors import Problem
from site_builder.model import Article, Document, Parsed, Source

SHANGHAI = Rules(ZoneInfo("Asia/Shanghai"), "en")
NEW_YORK = Rules(ZoneInfo("America/New_York"), "en")
REQUIRED = {"title": "Kapok opens", "category": "Retail", "timestamp": "2019-06-12 10:01:00"}
PATH = "content/2019/kapok.md"


def parse(data: str | bytes, path: str = PATH, rules: Rules = SHANGHAI) -> Parsed:
    return parse_source(Source(path, data.encode() if isinstance(data, str) else data), rules)


def source(body: str = "", **keys: str) -> str:
    """A file with the required keys, and ``keys`` as YAML in place of them or below them; '-' leaves one out."""
    lines = [f"{key}: {value}" for key, value in {**REQUIRED, **keys}.items() if value != "-"]
    return "\n".join(["---", *lines, "---", body])


def article(data: str | bytes, path: str = PATH, rules: Rules = SHANGHAI) -> Article:
    parsed = parse(data, path, rules)
    assert parsed.problems == ()
    assert parsed.article is not None
    return parsed.article


def document(data: str, path: str = "content/pages/about.md") -> Document:
    parsed = parse(data, path)
    assert parsed.problems == ()
    assert parsed.document is not None
    return parsed.document


def problems(data: str | bytes, path: str = PATH, rules: Rules = SHANGHAI) -> tuple[Problem, ...]:
    parsed = parse(data, path, rules)
    assert parsed.article is None
    assert parsed.document is None
    assert parsed.problems
    return parsed.problems


def only_problem(data: str | bytes, path: str = PATH, rules: Rules = SHANGHAI) -> Problem:
    (problem,) = problems(data, path, rules)
    return problem
