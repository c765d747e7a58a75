"""``site.yaml``: defaults, every fault with its place, all of them together."""

from __future__ import annotations

import pickle

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.config import LIMITS, SiteConfig, parse_config
from site_builder.errors import Problem, SiteError


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(SiteError) as raised:
        parse_config(text)
    assert raised.value.problems
    return raised.value.problems


def test_an_empty_file_is_the_defaults():
    assert parse_config("") == SiteConfig() == parse_config("site:\ncategories:\n")


def test_a_whole_configuration():
    config = parse_config(
        "site: {title: Kapok, url: https://example.com/paper/, timezone: Asia/Shanghai, language: zh-Hans}\n"
        "categories:\n  - Retail\n  - {name: 时尚, slug: fashion, description: All of it}\n"
        "tag_names: [LV]\nurls: {article: '/{category}/{slug}/'}\nmarkdown: {raw_html: escaped}\n"
        "syndication: {sources: {Wire: canonical}}\nblocks: {rail: {category: retail, limit: 3}}\n"
    )
    assert config.site.title == "Kapok"
    assert [(category.name, category.slug) for category in config.categories] == [("Retail", ""), ("时尚", "fashion")]
    assert config.blocks["rail"].category == "retail"
    assert pickle.loads(pickle.dumps(config)) == config


WRONG = [
    ("site: {ttle: x}", 1, 8, "unknown key 'ttle'", "Did you mean 'title'?"),
    ("stie: {}", 1, 1, "unknown key 'stie'", "Did you mean 'site'?"),
    ("site: x", 1, 7, "found 'x', expected a mapping", ""),
    ("site:\n  url: ftp://x", 2, 8, "site.url: 'ftp://x' is no http(s) address", "https://"),
    ("site: {url: 'http://[::1'}", 1, 13, "is no http(s) address", ""),
    ("site: {url: 'https://x:y/'}", 1, 13, "is no http(s) address", ""),
    ("site: {url: 'https://a b.example'}", 1, 13, "is no http(s) address", ""),
    ("site: {url: 'https://x.example/?a'}", 1, 13, "is no http(s) address", ""),
    ("site: {url: 'https://me@x.example/'}", 1, 13, "is no http(s) address", ""),
    ("site: {url: x.example}", 1, 13, "is no http(s) address", ""),
    ("site: {timezone: Asia/Shangai}", 1, 18, "unknown time zone 'Asia/Shangai'", "Did you mean 'Asia/Shanghai'?"),
    ("site: {timezone: ../../etc/passwd}", 1, 18, "unknown time zone", ""),
    ("site: {timezone: ''}", 1, 18, "unknown time zone", ""),
    ("site: {timezone: localtime}", 1, 18, "unknown time zone", "Europe/Paris"),
    ("site: {timezone: right/Asia/Shanghai}", 1, 18, "unknown time zone", "Did you mean 'Asia/Shanghai'?"),
    ("site: {title: ''}", 1, 15, "site.title: is empty", ""),
    ("site: {title: ' '}", 1, 15, "site.title: is empty", ""),
    ("labels: {home: ''}", 1, 16, "labels.home: is empty", ""),
    ("site: {url: 'https://例え.jp:8080/a'}", 1, 13, "not how programs", "Write 'https://xn--r8jz45g.jp:8080/a'"),
    ("site: {url: 'https://www..jp'}", 1, 13, "no http(s) address", ""),
    ("site: {timezone: qqq}", 1, 18, "unknown time zone", "Europe/Paris"),
    ("site: {language: en_US}", 1, 18, "no language tag", "zh-Hans"),
    ("site: {timestamp_format: '%B'}", 1, 26, "'%B' is no directive", ""),
    ("site: {date_format: '%'}", 1, 21, "single '%'", ""),
    ('site: {title: "a\\x07"}', 1, 15, "'a\\x07' has a control character", ""),
    ('site: {extra: {a: ["\\x1b"]}}', 1, 20, "has a control character", ""),
    ("site: {logo: logo.svg}", 1, 14, "site.logo: 'logo.svg' is no address", "/logo.svg"),
    ("site: {logo: //cdn.example/logo.svg}", 1, 14, "is no address", ""),
    ("tag_names: [LV, ｌｖ]", 1, 12, "'ｌｖ' is listed twice", ""),
    ("urls: {article: /x/}", 1, 17, "urls.article: '/x/' must hold {slug}", ""),
    ("urls: {tag: '/{year}/{slug}/'}", 1, 13, "urls.tag: unknown field", ""),
    ("categories: Retail", 1, 13, "expected a list", ""),
    ("categories: [{nam: Retail}]", 1, 15, "unknown key 'nam'", ""),
    ("categories: [Retail, ＲＥＴＡＩＬ]", 1, 13, "'ＲＥＴＡＩＬ' is listed twice", ""),
    ("categories: [' ']", 1, 13, "a category has no name", ""),
    ("categories: [{name: A, slug: a/b}]", 1, 13, "'a/b' is no segment", "'a-b'"),
    ("categories: [{name: A, slug: ..}]", 1, 13, "'..' is no segment", ""),
    ("categories: [{name: A, slug: x}, {name: B, slug: x}]", 1, 13, "slug 'x' is given twice", ""),
    ("markdown: {engine: comark}", 1, 20, "expected one of markdown, comrak", "Did you mean 'comrak'?"),
    ("markdown: {iframe_hosts: x}", 1, 26, "expected a list", ""),
    ("syndication: {sources: {Wire: noindx}}", 1, 31, "expected one of", "'noindex'"),
    ("categories: [A]\nblocks: {b: {category: B}}", 2, 24, "blocks.b.category: unknown category 'B'", ""),
    ("blocks: {b: {limit: 0}}", 1, 21, "blocks.b.limit: 0 is out of range", "1 to 100"),
    ("blocks: {b: {order: oldest}}", 1, 21, "expected one of newest, most_read", ""),
]


@pytest.mark.parametrize("text, line, column, message, hint", WRONG, ids=lambda value: str(value)[:30])
def test_a_fault_is_told_with_its_place(text, line, column, message, hint):
    found = [problem for problem in problems(text) if message in problem.message]
    assert [(problem.path, problem.line, problem.column) for problem in found] == [("site.yaml", line, column)]
    assert hint in found[0].hint
    assert all(str(problem).isprintable() for problem in problems(text))


@pytest.mark.parametrize("key", LIMITS)
def test_numbers_have_limits(key):
    section, _, name = key.partition(".")
    low, high = LIMITS[key]
    for value in (low, high):
        config = parse_config(f"{section}: {{{name}: {value}}}")
        assert getattr(getattr(config, section), name) == value
    for value in (low - 1, high + 1):
        (problem,) = problems(f"{section}:\n  {name}: {value}")
        assert (problem.line, problem.column) == (2, len(name) + 5)
        assert f"{value} is out of range" in problem.message


def test_all_faults_are_told_together_those_of_types_and_those_of_values():
    text = "site:\n  url: x\n  ttle: y\ncategories: [{nam: x}, A, a]\nlistings: {hero: many, rail: 0}\nblocks: [x]\n"
    assert [(problem.line, problem.column) for problem in problems(text)] == [
        (2, 8), (3, 3), (4, 13), (4, 14), (4, 15), (5, 18), (5, 30), (6, 9),
    ]  # fmt: skip


KEYS = st.sampled_from([*msgspec.structs.asdict(SiteConfig()), "title", "url", "name", "limit", "timezone", "language"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5) | st.text(max_size=60))
def test_any_file_is_a_configuration_or_problems(value):
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    try:
        config = parse_config(text)
    except SiteError as error:
        for problem in error.problems:
            assert problem.line >= 1
            assert str(problem).isprintable()
    else:
        assert isinstance(config, SiteConfig)
