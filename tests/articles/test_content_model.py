"""Every key of the content model: what a good value means."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import msgspec
import pytest

from site_builder.articles import ARTICLE_KEYS, DOCUMENT_KEYS, Rules
from site_builder.config import parse_config
from site_builder.model import Article, Document, Image, Items, Place, Record
from tests.articles.reading import article, document, only_problem, parse, source


@pytest.mark.parametrize(
    "image, src",
    [
        ("/images/a.jpg", "/images/a.jpg"),
        ("a.jpg", "/2019/a.jpg"),
        ("./a b.jpg", "/2019/a b.jpg"),
        ("../images/a.jpg", "/images/a.jpg"),
        ("/images/./x/../a.jpg", "/images/a.jpg"),
        ("/images/a%20b.jpg", "/images/a b.jpg"),
        ("/images/100%.jpg", "/images/100%.jpg"),
        ("时尚.jpg", "/2019/时尚.jpg"),
        ("https://cdn.example.com/a.jpg?w=2", "https://cdn.example.com/a.jpg?w=2"),
    ],
)
def test_an_image_is_a_site_path_or_a_url(image, src):
    read = article(source(image=image, image_alt="A shop", image_credit="Lin Wei"))
    assert read.image == Image(src, "A shop", "Lin Wei")
    assert Place("image", 5, 8) in read.places


def test_an_alternative_text_without_image_is_a_warning():
    parsed = parse(source(image_alt="A shop"))
    assert parsed.article is not None
    assert [(warning.line, warning.message) for warning in parsed.warnings] == [
        (5, "image_alt: has no effect without image")
    ]


def test_the_categories_of_the_configuration_are_the_allowed_ones():
    rules = Rules.of(parse_config("categories: [Instant news, Retail]"))
    problem = only_problem(source(category="Retial"), rules=rules)
    assert (problem.line, problem.column) == (3, 11)
    assert problem.message == "category: unknown category 'Retial'"
    assert problem.hint == "Did you mean 'Retail'?"
    assert article(source(category="ｉnstant  NEWS"), rules=rules).category == "Instant news"
    assert article(source(category="Anything")).category == "Anything"


def test_rules_survive_a_process_boundary():
    rules = Rules.of(parse_config("site: {timezone: Europe/Paris, language: fr}\ncategories: [Retail]"))
    assert pickle.loads(pickle.dumps(rules)) == rules
    assert (rules.zone.key, rules.language, rules.categories) == ("Europe/Paris", "fr", {"retail": "Retail"})


@pytest.mark.parametrize(
    "written, tags",
    [
        ("LV, Dior", ("LV", "Dior")),
        ("LV，Dior、 Kapok ,, ", ("LV", "Dior", "Kapok")),
        ("[LV, lv, ＬＶ, L V]", ("LV", "L V")),
        ('[Dior, "", LV]', ("Dior", "LV")),
        ("[2019, NO, true, 3.5]", ("2019", "NO", "true", "3.5")),
        ('["a, b"]', ("a, b",)),
        ("Straße, STRASSE", ("Straße",)),
        ("[]", ()),
        ("", ()),
        ('","', ()),
        ("\n- LV\n-\n- Dior", ("LV", "Dior")),
    ],
)
def test_tags_are_names_without_twins(written, tags):
    assert article(source(tags=written)).tags == tags


def test_a_hundred_tags_are_kept_in_their_order():
    names = [f"tag {number}" for number in range(150)]
    assert article(source(tags=", ".join(names))).tags == tuple(names)


@pytest.mark.parametrize(
    "keys, authors",
    [
        ({"author": "Jane Doe, Jr."}, ("Jane Doe, Jr.",)),
        ({"author": "[Lin Wei, Jane Doe]"}, ("Lin Wei", "Jane Doe")),
        ({"authors": "Lin Wei, Jane Doe"}, ("Lin Wei", "Jane Doe")),
        ({"authors": "[Lin Wei, lin  wei]"}, ("Lin Wei",)),
        ({"author": ""}, ()),
    ],
)
def test_authors(keys, authors):
    assert article(source(**keys)).authors == authors


def test_scalars_mean_what_their_key_says():
    read = article(
        source(title="2019", category="NO", views='"1_000"', summary="1e3", slug="2019", draft="Yes", next="12")
    )
    assert (read.title, read.category, read.views, read.summary) == ("2019", "NO", 1000, "1e3")
    assert (read.slug, read.draft, read.next) == ("2019", True, "12")


def test_an_empty_value_is_as_no_key():
    empty = {key: "" for key in ARTICLE_KEYS if key not in ("title", "category", "timestamp")}
    del empty["author"]
    for value in ("", "~", "null", '""', '" "'):
        read = article(source(**dict.fromkeys(empty, value)))
        assert read == msgspec.structs.replace(article(source()), digest=read.digest, body_start=read.body_start)


def test_text_is_one_line_and_has_no_control_characters():
    parsed = parse(source(title='"A\\tb \\r\\n c\\u2028d\\x07\\x9d\\ufffe"', source='"x  y"'))
    assert parsed.article is not None
    assert (parsed.article.title, parsed.article.source) == ("A b c d", "x y")
    (warning,) = parsed.warnings
    assert (warning.line, warning.column, warning.message) == (2, 8, "title: 3 control characters are left out")


def test_text_is_kept_as_written():
    title = "e\u0301 ﬁ Ａ\u3000Ｂ 5\xa0€ 👩‍👩‍👧 <b>&amp;</b> {{ x }}"
    assert article(source(title=f"'{title}'")).title == title


def test_slugs():
    for slug in ("a", "Kapok_2019.v1~x", "时尚-news", "ไทย", "हिन्दी", "-", "x" * 200):
        read = article(source(slug=f"'{slug}'"))
        assert read.slug == slug
        assert Place("slug", 5, 7) in read.places


@pytest.mark.parametrize(
    "path, slug",
    [
        ("content/kapok.md", "kapok"),
        ("content/2019/06/Kapok Opens!.md", "kapok-opens"),
        ("content/2019-06-12-kapok.md", "kapok"),
        ("content/2019-6-1_kapok.markdown", "kapok"),
        ("content/2019-06-12.md", "2019-06-12"),
        ("content/2019-13-45-kapok.md", "2019-13-45-kapok"),
        ("content/2019/kapok/index.md", "kapok"),
        ("content/2019-06-12-kapok/index.md", "kapok"),
        ("content/index.md", "index"),
        ("content/时尚.md", "shi-shang"),
        ("content/no.dots.here.md", "no-dots-here"),
    ],
)
def test_the_slug_comes_from_the_file_name(path, slug):
    assert article(source(), path).slug == slug


def test_a_file_name_of_which_nothing_is_left_still_has_a_slug():
    slugs = {article(source(), f"content/{name}.md").slug for name in ("🎉", "👗", "---", "...")}
    assert len(slugs) == 4
    assert all(slug.isascii() and slug for slug in slugs)
    assert len(article(source(), f"content/{'long-' * 50}.md").slug) <= 80


def test_the_date_of_the_file_name_stands_in_for_the_timestamp():
    read = article(source(timestamp="-"), "content/2019-06-12-kapok.md")
    assert read.timestamp == datetime(2019, 6, 11, 16, tzinfo=UTC)
    explicit = article(source(), "content/2018-01-01-kapok.md")
    assert explicit.timestamp == datetime(2019, 6, 12, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "written, path",
    [
        ("/special/2026/", "/special/2026/"),
        ("/a.html", "/a.html"),
        ("/caf%C3%A9/", "/café/"),
        ("/时尚/", "/时尚/"),
        ("/.well-known/x/", "/.well-known/x/"),
        ("/100%25/", "/100%/"),
        ("/a b/", "/a b/"),
    ],
)
def test_a_permalink_is_kept_as_plain_text(written, path):
    read = article(source(permalink=written))
    assert read.permalink == path
    assert Place("permalink", 5, 12) in read.places


def test_aliases_are_paths_each_with_its_place():
    read = article(source(aliases="[/old/, /older, /old/, /x.php]", related="\n- content/a.md\n- /b/", next="c"))
    assert read.aliases == ("/old/", "/older", "/x.php")
    assert (read.related, read.next) == (("content/a.md", "/b/"), "c")
    assert [place for place in read.places if place.key == "aliases"] == [
        Place("aliases", 5, 11),
        Place("aliases", 5, 18),
        Place("aliases", 5, 33),
    ]
    assert [place for place in read.places if place.key == "related"] == [
        Place("related", 7, 3),
        Place("related", 8, 3),
    ]
    assert Place("next", 9, 7) in read.places
    assert article(source(aliases="/one")).aliases == ("/one",)


@pytest.mark.parametrize(
    "written, lang",
    [
        ("zh-hans-cn", "zh-Hans-CN"),
        ("EN-gb", "en-GB"),
        ("fr", "fr"),
        ("sl-nedis", "sl-nedis"),
        ("x-whatever", "x-whatever"),
    ],
)
def test_languages_have_their_usual_case(written, lang):
    assert article(source(lang=written)).lang == lang


def test_the_language_of_the_site_is_the_default_and_keeps_its_spelling():
    rules = msgspec.structs.replace(Rules.of(parse_config("")), language="zh-cn")
    assert article(source(), rules=rules).lang == "zh-cn"
    assert article(source(lang="zh-CN"), rules=rules).lang == "zh-cn"


def test_a_source_url_is_safe_in_an_attribute():
    read = article(source(source_url="'https://example.com/a b|c?q=\"x\"&r=100%#<f>'"))
    assert read.source_url == "https://example.com/a%20b%7Cc?q=%22x%22&r=100%25#%3Cf%3E"
    assert read.places == ()
    assert article(source(source_url="https://例え.jp/時尚")).source_url == "https://例え.jp/時尚"


def test_extra_values_are_closed_and_free_of_control_characters():
    read = article(source(extra='{a: 1, b: [x, 2.5, true, ~], c: {d: "x\\x07y\\n"}, e: "1"}'))
    assert read.extra == Record(
        (
            ("a", 1),
            ("b", Items(("x", "2.5", True, None))),
            ("c", Record((("d", "xy\n"),))),
            ("e", "1"),
        )
    )


def test_a_document_needs_a_title_only():
    read = document("---\ntitle: About us\n---\nWe write.\n")
    assert isinstance(read, Document)
    assert (read.title, read.slug, read.lang, read.excerpt, read.updated) == (
        "About us",
        "about",
        "en",
        "We write.",
        None,
    )
    assert only_problem("---\nslug: x\n---\n", "content/pages/x.md").message == "'title' is missing"
    full = document(
        "---\ntitle: A\nsummary: S\nupdated: 2019-01-01\nslug: b\npermalink: /c/\naliases: /d\n"
        "draft: true\nlang: fr\nextra: {e: f}\n---\n"
    )
    assert (full.summary, full.slug, full.permalink, full.aliases, full.draft, full.lang) == (
        "S", "b", "/c/", ("/d",), True, "fr",
    )  # fmt: skip
    assert set(DOCUMENT_KEYS) <= set(ARTICLE_KEYS)


def test_every_key_of_the_model_can_be_set():
    read = article(
        source(
            "Body of ![four](/a.jpg) [words](w.md).",
            updated="2019-06-13", expires="2030/1/1", views="12", tags="[LV]", author="Lin", source="Wire",
            source_url="https://example.com/", summary="Sum", slug="s", permalink="/p/", aliases="/o/", image="/i.jpg",
            image_alt="Alt", draft="true", related="r", next="n", lang="fr", extra="{a: b}",
        )
    )  # fmt: skip
    defaults = {field.name: field.default for field in msgspec.structs.fields(Article) if not field.required}
    unset = {name for name, default in defaults.items() if getattr(read, name) == default}
    assert unset == set()
    assert (read.words, read.excerpt, read.files) == (6, "Sum", ("/2019/w.md", "/a.jpg", "/i.jpg"))


def test_a_title_that_yaml_reads_as_comment_warns():
    parsed = parse(source(title="Norrvik is #1 again"))
    assert parsed.article is not None
    (warning,) = parsed.warnings
    assert (warning.line, warning.column) == (2, 19)
    assert warning.message == "'#1 again' is read as a comment"
    assert parse(source(title="'Norrvik is #1'", category="Retail # as ever", views="1 #2")).warnings == ()
