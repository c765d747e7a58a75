"""A file of ``content/`` to a checked article or document, or to all that is wrong with it."""

from __future__ import annotations

import hashlib
from typing import Any

from site_builder.articles import fields
from site_builder.articles.article import check_article, file_stem, require
from site_builder.articles.characters import (
    DISALLOWED,
    encoding_problem,
    has_disallowed,
    left_out,
    normalized,
    place_of,
    without_marks,
)
from site_builder.articles.excerpt import HEAD, excerpt
from site_builder.articles.fences import split_front_matter
from site_builder.articles.findings import Findings
from site_builder.articles.instants import file_date
from site_builder.articles.keys import ARTICLE_KEYS, DOCUMENT_KEYS, DOCUMENTS, meant, suggestion
from site_builder.articles.named_files import named_files
from site_builder.articles.piece_links import piece_links
from site_builder.articles.reading import read_front_matter
from site_builder.articles.rules import Rules
from site_builder.articles.words import count_words
from site_builder.errors import Problem, SiteError
from site_builder.model import Article, Document, Parsed, Record, Source
from site_builder.text import slug_of
from site_builder.yaml_reader import Mapping, Node, Scalar, quoted

MAX_BODY = 10_000_000


def parse_source(source: Source, rules: Rules) -> Parsed:
    """The article or document (below ``content/pages/``) that ``source`` holds, or every problem of it.

    Never raises for what a file may hold.
    """
    findings = Findings(source.path, rules)
    try:
        found = _parse(source, findings)
    except SiteError as error:
        findings.problems.extend(error.problems)
        found = None
    warnings = tuple(sorted(findings.warnings)) if findings.warnings else ()
    if findings.problems:
        return Parsed(problems=tuple(sorted(set(findings.problems))), warnings=warnings)
    if isinstance(found, Document):
        return Parsed(document=found, warnings=warnings)
    return Parsed(article=found, warnings=warnings)


def _parse(source: Source, findings: Findings) -> Article | Document | None:
    path, data = source.path, source.data
    is_document = path.startswith(DOCUMENTS)
    broken = encoding_problem(data, path)
    if broken:
        findings.problems.append(broken)
        return None
    front = split_front_matter(data, path)
    body = data[front.body_start :]
    if len(body) > MAX_BODY:
        line = front.text.count("\n") + front.first_line + 1
        message = f"the body has {len(body):,} bytes; at most {MAX_BODY:,} are read"
        findings.problems.append(Problem(path, line, 1, message, "Split it into several pieces"))

    values, nodes = _values(read_front_matter(front, findings), is_document, findings)
    top = Scalar("", True, front.first_line if front.kind == "json" else front.first_line - 1, 1)
    require("title", nodes, top, findings, "Add a line like 'title: The headline'")
    stem = file_stem(path)
    dated = file_date(stem)
    if not is_document:
        check_article(values, nodes, top, stem, findings)
    if findings.problems:
        return None

    dirty = has_disallowed(body)
    if dirty:
        _warn_of_body(data, front.body_start, findings)
    if "slug" not in values:
        values["slug"] = slug_of(dated[1] if dated and dated[1] else stem)
    if "lang" not in values:
        values["lang"] = findings.rules.language
    values["excerpt"] = values.get("summary") or excerpt(_head(body, dirty), len(body) > HEAD)
    values["path"] = path
    values["digest"] = hashlib.blake2b(body, digest_size=16).digest()
    values["body_start"] = front.body_start
    image = values.get("image")
    others = [address for address in (image.src if image else "", values.get("source_url", "")) if address]
    values["files"] = named_files(body, path, findings.rules.own, extra=values.get("extra", Record()), others=others)
    values["links"] = piece_links(data, front.body_start, path, values["files"])
    if findings.places:
        values["places"] = tuple(findings.places)
    if is_document:
        return Document(**values)
    return Article(words=count_words(body), **values)


def _values(mapping: Mapping, is_document: bool, findings: Findings) -> tuple[dict[str, Any], dict[str, Node]]:
    """The sound values by key, and the nodes of all keys that have a value or need one."""
    readers = DOCUMENT_KEYS if is_document else ARTICLE_KEYS
    values: dict[str, Any] = {}
    nodes: dict[str, Node] = {}
    for name, node in mapping.pairs:
        key = name.text
        read = readers.get(key)
        if read is None:
            findings.fail(name, f"unknown key {quoted(key)}", suggestion(key, is_document))
            findings.meant.add(meant(key, is_document))
        elif not fields.is_empty(node):
            nodes[key] = node
            value = read(key, node, findings)
            if value is not None:
                values[key] = value
        elif key in ("title", "category", "timestamp"):
            nodes[key] = node
            findings.expect(key, node, "text" if key != "timestamp" else "an instant like 2019-06-12 10:01:00")
    return values, nodes


def _head(body: bytes, dirty: bool) -> str:
    """The text of a body's start, whole characters of it, ready for an excerpt."""
    end = min(len(body), HEAD)
    while end < len(body) and body[end] & 0xC0 == 0x80:
        end -= 1
    text = without_marks(normalized(body[:end].decode("utf-8", "replace")))
    return DISALLOWED.sub("", text) if dirty else text


def _warn_of_body(data: bytes, start: int, findings: Findings) -> None:
    text = normalized(data.decode("utf-8", "replace"))
    begin = len(normalized(data[:start].decode("utf-8", "replace")))
    found = DISALLOWED.search(text, begin)
    if found is None:
        return
    line, column = place_of(text[: found.start()])
    count = len(DISALLOWED.findall(text, begin))
    at = Scalar("", True, line, column)
    findings.warn(at, f"{left_out(count, ' in the body')}, the first is U+{ord(found.group()):04X}")
