"""Every key of the content model wrong in turn: where it is told, what was found, what is expected, the remedy."""

from __future__ import annotations

import pytest

from site_builder.articles import ARTICLE_KEYS
from tests.articles.reading import PATH, only_problem, problems, source

# key, its value as YAML, column of the problem, words of its message, words of its hint.
WRONG = [
    ("title", "[a]", 8, "title: found a list, expected text", ""),
    ("title", "{a: b}", 8, "title: found a mapping", ""),
    ("title", "", 7, "title: found nothing, expected text", ""),
    ("title", '"  "', 8, "title: found '  ', expected text", ""),
    ("title", '"\\x07"', 8, "title: nothing that can be seen", ""),
    ("title", '"\\u200b\\ufeff"', 8, "title: nothing that can be seen", ""),
    ("category", "[Retail]", 11, "category: found a list, expected text", ""),
    ("category", "~", 11, "category: found nothing, expected text", ""),
    (
        "timestamp",
        "[2019-06-12]",
        12,
        "timestamp: found a list",
        "",
    ),
    ("timestamp", "12 June 2019", 12, "timestamp: found '12 June 2019', expected a date and time like", ""),
    ("timestamp", "2019-02-30", 12, "there is no day 2019-02-30", ""),
    ("timestamp", "2019-06-12 25:00", 12, "no such time of day", "0 to 23"),
    ("timestamp", "2019-06-12 10:01 PM", 12, "expected a date and time", "without AM and PM"),
    ("timestamp", "2019-06-12 10:01 CEST", 12, "expected a date and time", "offset"),
    ("timestamp", "12/06/2019", 12, "expected a date and time", "year first"),
    ("timestamp", "2019-06-12 10:01+25:00", 12, "no such offset", "+08:00"),
    ("timestamp", "0001-01-01", 12, "outside the years 1 to 9999", ""),
    ("timestamp", "9999-12-31T23:00Z", 12, "outside the years 1 to 9999", ""),
    ("updated", "soon", 10, "updated: found 'soon'", ""),
    ("updated", "2019-06-12 10:00:59", 10, "updated: is before the timestamp", ""),
    ("expires", "{at: 1}", 10, "expires: found a mapping", ""),
    ("expires", "2019-06-12 10:01:00", 10, "expires: is not after the timestamp", ""),
    ("views", "-1", 8, "views: found '-1', expected a whole number", "digits alone"),
    ("views", "1.5", 8, "views: found '1.5'", ""),
    ("views", "1,234", 8, "views: found '1,234'", ""),
    ("views", "9999999999999999999999", 8, "views: found", ""),
    ("views", "many", 8, "views: found 'many'", ""),
    ("tags", "{a: b}", 7, "tags: found a mapping", ""),
    ("tags", "[LV, [Dior]]", 12, "tags: found a list, expected text", ""),
    ("author", "{name: Lin}", 9, "author: found a mapping", ""),
    ("authors", "[{name: Lin}]", 11, "authors: found a mapping", ""),
    ("source", "[Wire]", 9, "source: found a list", ""),
    ("source_url", "ftp://example.com/", 13, "source_url: 'ftp://example.com/' is no http(s) address", "https://"),
    ("source_url", "javascript:alert(1)", 13, "is no http(s) address", ""),
    ("source_url", "//example.com/", 13, "is no http(s) address", ""),
    ("source_url", "https:///story", 13, "is no http(s) address", ""),
    ("source_url", "http://[::1", 13, "is no http(s) address", ""),
    ("source_url", "http://a:99999/", 13, "is no http(s) address", ""),
    ("source_url", "https://me:pass@example.com/", 13, "has a user name", ""),
    ("source_url", "[a]", 13, "source_url: found a list, expected text", ""),
    ("summary", "{a: b}", 10, "summary: found a mapping", ""),
    ("slug", "a/b", 7, "slug: 'a/b' has the character '/'", "such as 'a-b'"),
    ("slug", "../../etc/passwd", 7, "slug: '../../etc/passwd' starts or ends with a dot", "such as 'etc-passwd'"),
    ("slug", "..", 7, "starts or ends with a dot", ""),
    ("slug", ".hidden", 7, "starts or ends with a dot", "such as 'hidden'"),
    ("slug", "a\\b", 7, "has the character", ""),
    ("slug", '"a\\0b"', 7, "has the character '\\x00'", ""),
    ("slug", "Hello World", 7, "has the character ' '", "such as 'hello-world'"),
    ("slug", "a%2fb", 7, "has the character '%'", ""),
    ("slug", "x" * 201, 7, "longer than 200 bytes", ""),
    ("slug", "[a]", 7, "slug: found a list", ""),
    ("permalink", "special/", 12, "does not start with '/'", "Write '/special/'"),
    ("permalink", "/special", 12, "ends in neither '/' nor '.html'", "Write '/special/'"),
    ("permalink", "/", 12, "address of the home page", ""),
    ("permalink", "/a/../../b/", 12, "has a segment '..'", ""),
    ("permalink", "/./a/", 12, "has a segment '.'", ""),
    ("permalink", "//evil.example/", 12, "two slashes in a row", ""),
    ("permalink", "/a//b/", 12, "two slashes in a row", ""),
    ("permalink", "/a\\..\\b/", 12, "has a backslash", ""),
    ("permalink", '"/a\\0/"', 12, "has a control character", ""),
    ("permalink", '"/a\\nb/"', 12, "has a control character", ""),
    ("permalink", "/a?b/", 12, "has a '?'", ""),
    ("permalink", '"/a#b/"', 12, "has a '#'", ""),
    ("permalink", "/%2e%2e/a/", 12, "has a segment '..'", ""),
    ("permalink", "/a%2Fb/", 12, "has an escaped slash", ""),
    ("permalink", "/a%5cb/", 12, "has an escaped slash", ""),
    ("permalink", "/a%00b/", 12, "has a control character", ""),
    ("permalink", "/%252e%252e/", 12, "is escaped twice", ""),
    ("permalink", "/%ff/", 12, "no UTF-8", ""),
    ("permalink", "/.git/", 12, "starts with a dot", ""),
    ("permalink", '"/ a/"', 12, "starts or ends with a space", ""),
    ("permalink", "/" + "时" * 67 + "/", 12, "longer than 200 bytes", ""),
    ("permalink", "/" + "x/" * 460, 12, "longer than 900 bytes", ""),
    ("permalink", "[/a/]", 12, "permalink: found a list", ""),
    ("aliases", "{a: b}", 10, "aliases: found a mapping", ""),
    ("aliases", "[/old/, old]", 18, "aliases: 'old' does not start with '/'", "Write '/old'"),
    ("aliases", "[/a/../b]", 11, "has a segment '..'", ""),
    ("permalink", "https://example.com/new/", 12, "is a whole address", "Write its path: '/new/'"),
    ("aliases", "https://example.com/old/", 10, "is a whole address", "Write its path: '/old/'"),
    ("aliases", "/?p=12", 10, "has a '?'", ""),
    ("aliases", "[[/a/]]", 11, "aliases: found a list, expected text", ""),
    ("draft", "maybe", 8, "draft: found 'maybe', expected true or false", ""),
    ("draft", "[true]", 8, "draft: found a list", ""),
    ("related", "{a: b}", 10, "related: found a mapping", ""),
    ("related", "[[a]]", 11, "related: found a list, expected text", ""),
    ("next", "[a]", 7, "next: found a list, expected text", ""),
    ("lang", "zh_CN", 7, "lang: found 'zh_CN', expected a language tag", "Did you mean 'zh-CN'?"),
    ("lang", "Chinese (simplified)", 7, "expected a language tag", ""),
    ("lang", "[en]", 7, "lang: found a list", ""),
    ("extra", "text", 8, "extra: found 'text', expected a mapping", ""),
    ("extra", "[a]", 8, "extra: found a list", ""),
]


@pytest.mark.parametrize("key, value, column, message, hint", WRONG, ids=lambda value: str(value)[:30])
def test_a_wrong_value_is_told_with_its_place(key, value, column, message, hint):
    text = source(**{key: value})
    problem = only_problem(text)
    line = next(number for number, written in enumerate(text.split("\n"), 1) if written.startswith(f"{key}:"))
    assert (problem.path, problem.line, problem.column) == (PATH, line, column)
    assert message in problem.message
    assert hint in problem.hint
    assert str(problem).isprintable()


def test_every_key_is_tried_with_a_wrong_value():
    tried = {key for key, *_ in WRONG} | {"image", "image_alt", "image_credit"}
    assert tried == set(ARTICLE_KEYS)


IMAGES = [
    ("../../../etc/passwd", "leaves the site"),
    ("/../x.jpg", "leaves the site"),
    ("..\\x.jpg", "has a backslash"),
    ("'%2e%2e/%2e%2e/%2e%2e/x.jpg'", "leaves the site"),
    ("'%2e%2e%2f%2e%2e%2fx.jpg'", "has an escaped slash"),
    ("data:image/png;base64,AAAA", "is no http(s) address"),
    ("javascript:alert(1)", "is no http(s) address"),
    ("C:/pictures/x.jpg", "is no http(s) address"),
    ("//cdn.example.com/x.jpg", "has no scheme"),
    ("/images/", "names no file"),
    ("..", "names no file"),
    ("/.git/x.jpg", "starts with a dot"),
    ("/x.jpg?v=2", "has a '?'"),
    ('"/x\\0.jpg"', "has a control character"),
    ("[a.jpg]", "image: found a list"),
]


@pytest.mark.parametrize("image, message", IMAGES)
def test_a_wrong_image_is_told(image, message):
    problem = only_problem(source(image=image, image_alt="A shop"))
    assert (problem.line, problem.column) == (5, 8)
    assert message in problem.message


def test_an_image_needs_an_alternative_text():
    for keys in ({"image": "/a.jpg"}, {"image": "/a.jpg", "image_alt": '""'}, {"image": "/a.jpg", "image_alt": ""}):
        problem = only_problem(source(**keys))
        assert "'image_alt' is missing" in problem.message
        assert (problem.line, problem.column) == (5, 8)
    assert "image_alt: found a list" in only_problem(source(image="/a.jpg", image_alt="[a]")).message
    assert (
        "image_credit: found a map"
        in only_problem(source(image="/a.jpg", image_alt="a", image_credit="{b: c}")).message
    )


def test_an_unknown_key_has_the_nearest_one_named():
    text = source(catgory="Retail")
    assert str(only_problem(text)) == f"{PATH}:5:1: unknown key 'catgory'. Did you mean 'category'?"


@pytest.mark.parametrize(
    "key, meant",
    [
        ("date", "timestamp"),
        ("description", "summary"),
        ("Title", "title"),
        ("categories", "category"),
        ("url", "permalink"),
    ],
)
def test_keys_of_other_generators_have_ours_named(key, meant):
    assert only_problem(source(**{key: "x"})).hint == f"Did you mean '{meant}'?"


def test_a_key_that_documents_do_not_have_is_told():
    problem = only_problem("---\ntitle: About\ncategory: Retail\n---\n", "content/pages/about.md")
    assert (problem.line, problem.column) == (3, 1)
    assert "unknown key 'category'" in problem.message
    assert "permalink" in problem.hint


@pytest.mark.parametrize("key", ["title", "category", "timestamp"])
def test_a_required_key_that_is_missing_is_told_with_its_remedy(key):
    problem = only_problem(source(**{key: "-"}))
    assert (problem.line, problem.column) == (1, 1)
    assert problem.message == f"'{key}' is missing"
    assert f"'{key}: " in problem.hint


def test_a_missing_timestamp_has_both_remedies():
    problem = only_problem(source(timestamp="-"))
    assert "timestamp: 2019-06-12 10:01:00" in problem.hint
    assert "2019-06-12-slug.md" in problem.hint
    assert "2019-02-30" in only_problem(source(timestamp="-"), "content/2019-02-30-x.md").hint


def test_all_faults_of_a_file_are_told_together_in_their_order():
    text = "---\n\ntitle: [a]\ncatgory: x\nviews: -1\nviews: 2\ntags: {a: b}\nextra:\n  a: 1\n  a: 2\n---\n"
    found = [(problem.line, problem.column, problem.message) for problem in problems(text)]
    assert [place[:2] for place in found] == sorted(place[:2] for place in found)
    assert {line for line, _, _ in found} == {1, 3, 4, 5, 6, 7, 10}
    assert (6, 1, "key 'views' is given twice, first in line 5") in found
    assert [message for line, _, message in found if line == 1] == ["'timestamp' is missing"]


def test_author_and_authors_exclude_each_other():
    problem = only_problem(source(author="Lin", authors="[Wei]"))
    assert (problem.line, problem.message) == (6, "both 'author' and 'authors' are given")


@pytest.mark.parametrize("key", ["title", "category", "timestamp"])
def test_a_misspelt_key_is_not_missing_too(key: str) -> None:
    lines = ["title: T", "category: Retail", "timestamp: 2026-01-02"]
    text = "\n".join(line.replace(key, key[:2] + key[3:]) for line in lines)
    assert only_problem(f"---\n{text}\n---\nText.\n").hint == f"Did you mean '{key}'?"
