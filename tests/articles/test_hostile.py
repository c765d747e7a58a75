"""Whatever a file holds, reading it gives an article or problems that an editor can act on."""

from __future__ import annotations

import msgspec
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from site_builder.articles import ARTICLE_KEYS
from site_builder.articles.characters import DISALLOWED
from site_builder.model import Parsed
from tests.articles.reading import NEW_YORK, REQUIRED, parse, source

NAUGHTY = [
    "",
    "undefined", "null", "None", "nil", "NaN", "true", "0", "-1", "1e100", "0x10", "1/0", "\\", "//",
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", "javascript:alert(1)",
    "]]>", "<!--", "--!>", "<![CDATA[x]]>", "<!DOCTYPE html>", "&lt;b&gt;", "&#0;", "&#xD800;", "%00", "%2e%2e%2f",
    "{{ 7*7 }}", "{% raw %}", "${7*7}", "{0}", "%s%n", "$(touch /tmp/x)", "`id`", "; ls", "| cat", "a && b",
    "../../etc/passwd", "..\\..\\windows", "/dev/null", "C:\\con", "CON", "aux.md", "file:///etc/passwd",
    "' OR 1=1 --", "a: b: c", "- a", "? a", "& a", "* a", "! a", "% a", "@ a", "` a", "#", "a #b", "|", ">", "[", "{",
    "]", "}",
    "\0", "\x07\x1b[31mred\x1b[0m", "\x7f\x80\x9f", "\x85", "\ufeff", "\ufffe\uffff", "\ufdd0", "\U0001ffff", "\ufffd",
    "\u200b", "\u2028\u2029", "\u202eevil\u202c", "\u2066x\u2069", "\xa0", "\u3000", "\t\n\r\v\f",
    "Ω≈ç√∫˜µ≤≥÷", "田中さんにあげて下さい", "사회과학원", "الكل في المجمو", "ﷺ", "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤",
    "👩‍👩‍👧‍👦", "🏳️‍🌈", "１２３", "ＬＶ", "ﬁ", "İ", "ß", "ǅ", "e\u0301", "\u0301", "a\u0301" * 300,
    "x" * 5000, "词" * 2000, "a b " * 1000, "." * 300, "-" * 300, "/" * 300,
]  # fmt: skip


def well_formed(parsed: Parsed) -> None:
    """The laws that hold for all that parsing gives."""
    given_values = [parsed.article is not None, parsed.document is not None, bool(parsed.problems)]
    assert sum(given_values) == 1
    decoder = msgspec.msgpack.Decoder(Parsed)
    assert decoder.decode(msgspec.msgpack.encode(parsed)) == parsed
    for problem in (*parsed.problems, *parsed.warnings):
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.message
        assert str(problem).isprintable()
        assert len(str(problem)) < 1_000
    assert list(parsed.problems) == sorted(parsed.problems)
    piece = parsed.article or parsed.document
    if piece is not None:
        assert piece.title.strip() == piece.title != ""
        assert piece.slug
        assert not set(piece.slug) & set("/\\\0?#% ")
        assert not piece.slug.startswith(".")
        for text in (piece.title, piece.summary, piece.excerpt, piece.slug, piece.permalink, *piece.aliases):
            assert not DISALLOWED.search(text)
            assert "\n" not in text
        for path in filter(None, (piece.permalink, *piece.aliases)):
            assert path.startswith("/")
            assert not {"", ".", ".."} & set(path[1:].removesuffix("/").split("/"))
            assert not set(path) & set("\\?#")


PATHS = st.sampled_from(
    ["content/a.md", "content/2019-01-01-x.md", "content/pages/a.md", "content/a/index.md", "content/.md"]
)


@given(st.binary(max_size=400), PATHS)
@example(b"\xff\xfe-\0-\0-\0", "content/a.md")
def test_any_bytes(data, path):
    well_formed(parse(data, path))
    well_formed(parse(b"---\ntitle: A\n" + data, path))
    well_formed(parse(b"---\ntitle: A\ncategory: B\ntimestamp: 2019-01-01\n---\n" + data, path))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=30)
    | st.sampled_from(NAUGHTY[:90])
    | st.dates()
    | st.datetimes(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
KEYS = st.sampled_from(sorted(ARTICLE_KEYS)) | st.text(max_size=12)


@given(st.dictionaries(KEYS, VALUES, max_size=6), st.booleans(), st.text(max_size=100), PATHS)
def test_any_front_matter(keys, as_json, body, path):
    values = {**REQUIRED, **keys}
    if as_json:
        front = msgspec.json.encode(values).decode()
    else:
        front = "---\n" + yaml.safe_dump(values, allow_unicode=True, sort_keys=False) + "---\n"
    well_formed(parse((front + body).encode(errors="replace"), path, NEW_YORK))


@given(st.lists(st.tuples(KEYS, st.text(max_size=40)), max_size=6), st.sampled_from(["---", "+++"]), PATHS)
def test_any_lines(pairs, fence, path):
    sign = ": " if fence == "---" else " = "
    lines = [f"{key}{sign}{value}" for key, value in pairs]
    well_formed(parse("\n".join([fence, *lines, fence, "Body."]).encode(), path))


@pytest.mark.parametrize("key", sorted(set(ARTICLE_KEYS) - {"extra"}))
def test_naughty_strings(key):
    read = 0
    for text in NAUGHTY:
        quoted = msgspec.json.encode(text).decode()
        parsed = parse(
            source("Body.", **{key: quoted}, image_alt="x") if key != "image_alt" else source(image_alt=quoted)
        )
        well_formed(parsed)
        read += parsed.article is not None
        as_list = parse(source("Body.", **{key: f"[{quoted}, {quoted}]"}))
        well_formed(as_list)
    assert read or key == "timestamp"


def test_naughty_text_stays_as_it_is():
    for text in (
        "<script>alert(1)</script>",
        "&lt;b&gt;",
        "{{ 7*7 }}",
        "' OR 1=1 --",
        "\u202eevil\u202c",
        "👩‍👩‍👧‍👦",
        "ＬＶ",
    ):
        for key, field in (("title", "title"), ("tags", "tags"), ("author", "authors"), ("source", "source")):
            written = f"[{msgspec.json.encode(text).decode()}]" if key == "tags" else msgspec.json.encode(text).decode()
            piece = parse(source(**{key: written})).article
            assert piece is not None
            assert getattr(piece, field) in (text, (text,))


def test_an_alias_bomb_and_deep_nesting_are_refused_quickly():
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
    )
    for front in (bomb, "extra: " + "[" * 20_000, "extra: " + "{a: " * 10_000, "? " * 20_000, "- " * 20_000):
        parsed = parse(f"---\n{front}\n---\n")
        well_formed(parsed)
        assert parsed.problems
