"""``markdown`` of ``site.yaml``: options beside their extension, lists of hosts."""

from __future__ import annotations

import pytest

from site_builder.config import parse_config
from site_builder.errors import SiteError


def told(text: str) -> list[str]:
    with pytest.raises(SiteError) as caught:
        parse_config(text)
    return [str(problem) for problem in caught.value.problems]


def test_options_may_stand_beside_their_extension_as_in_mkdocs() -> None:
    beside = """markdown:
  extensions:
    - tables
    - toc:
        permalink: true
    - abbr:
  extension_configs: {footnotes: {BACKLINK_TEXT: back}}
"""
    plain = """markdown:
  extensions: [tables, toc, abbr]
  extension_configs: {footnotes: {BACKLINK_TEXT: back}, toc: {permalink: true}}
"""
    assert parse_config(beside) == parse_config(plain)


@pytest.mark.parametrize(
    "listed, message",
    [
        ("[toc: {permalink: true}], extension_configs: {toc: {}}", "1:25: options of 'toc' are given here and in"),
        ("[{toc: {a: 1}, abbr: {}}]", "1:25: found a mapping (key: value), expected text"),
        ("[toc: true]", "1:30: found 'true', expected a mapping"),
        ("[toc: {a: 1}], extension_configs: 5", "expected"),
        ("5", "1:24: found '5', expected a list"),
    ],
)
def test_a_fault_in_the_list_is_told_with_its_place(listed: str, message: str) -> None:
    found = told("markdown: {extensions: " + listed + "}")
    assert any(message in text for text in found), found


@pytest.mark.parametrize("key", ["sponsored_domains", "iframe_hosts"])
@pytest.mark.parametrize(
    "host, hint",
    [
        ("https://shop.example/", "shop.example"),
        ("shop.example/deals?x=1", "shop.example"),
        ("'*.shop.example'", "shop.example"),
        ("shop.example:8080", "shop.example"),
        ("a b", "shop.example"),
    ],
)
def test_what_is_no_domain_would_match_no_link(key: str, host: str, hint: str) -> None:
    (text,) = told(f"markdown: {{{key}: [fine.example, {host}]}}")
    assert "is no domain" in text
    assert text.endswith(f"Expected like '{hint}'")
    assert text.startswith(f"site.yaml:1:{len(key) + 14}: markdown.{key}: ")


def test_domains_of_other_alphabets_are_domains() -> None:
    hosts = (
        "Shop.example",
        ".shop.example",
        "shop.example.",
        "商店.example",
        "xn--bcher-kva.example",
        "my_shop.example",
    )
    assert parse_config(f"markdown: {{sponsored_domains: [{', '.join(hosts)}]}}").markdown.sponsored_domains == hosts
