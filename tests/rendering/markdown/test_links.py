"""Links that leave the site say so; all others stay as they are."""

from __future__ import annotations

import html as entities

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.config import Markdown
from site_builder.rendering.markdown import make_converter
from site_builder.rendering.markdown.links import LinkPolicy, with_rel
from tests.rendering.markdown.dom import elements

POLICY = LinkPolicy("www.example.com", ("shop.test", ".Ads.test"))


def rel_of(link: str) -> list[str]:
    (found,) = elements(with_rel(link, POLICY), "a")
    return found.get("rel", "").split()


@pytest.mark.parametrize(
    "address",
    [
        "/a", "a/b", "#top", "?q=1", "", "../x//y", "mailto:a@other.test", "tel:1", "https://www.example.com/a",
        "//www.example.com", "HTTPS://WWW.EXAMPLE.COM/", "https://www.example.com:443/x", "https://www.example.com.",
        "https://user@www.example.com/", "/a?u=https://other.test", "#https://other.test", "https:///www.example.com/",
        "\\\\www.example.com/x",
    ],
)  # fmt: skip
def test_the_sites_own_links_stay(address: str):
    link = f'<a href="{address}">x</a>'
    assert with_rel(link, POLICY) == link


@pytest.mark.parametrize(
    "address",
    [
        "https://other.test", "http://other.test/a?b&amp;c=1#d", "//other.test/x", "HTTPS://Other.test",
        "https:other.test",
        "https:/other.test", "https:///other.test", "http:\\\\other.test", "/\\other.test", "\\\\other.test",
        "///other.test",
        " https://other.test", "\thttps://other.test", "ht\ntps://other.test", "https&#58;//other.test", "&#104;ttps://other.test",
        "https://www.example.com@other.test/", "https://www.example.com.other.test/", "https://example.com/",
        "https://other.test:8080/", "https://[bad", "https&colon;//other.test",
    ],
)  # fmt: skip
def test_external_links_open_without_a_way_back(address: str):
    assert rel_of(f'<a href="{address}">x</a>') == ["noopener"]


@pytest.mark.parametrize(
    "address, sponsored",
    [
        ("https://shop.test/a", True),
        ("https://deep.www.shop.test", True),
        ("//SHOP.test", True),
        ("https://x.ads.test", True),
        ("https://myshop.test", False),
        ("https://shop.test.other.test", False),
    ],
)
def test_paid_links_say_so(address: str, sponsored: bool):
    assert rel_of(f'<a href="{address}">x</a>') == (["noopener", "sponsored"] if sponsored else ["noopener"])


@pytest.mark.parametrize(
    "link, rel",
    [
        ('<a href="https://other.test" rel="nofollow">', "nofollow noopener"),
        ('<a rel="NoOpener nofollow" href="https://shop.test">', "NoOpener nofollow sponsored"),
        ("<a rel=nofollow href=https://other.test>", "nofollow noopener"),
        ("<A HREF='https://other.test' REL='me'>", "me noopener"),
        ("<a rel href=https://other.test>", "noopener"),
        ('<a\n  title="a > b"\n  href = "https://other.test" >', "noopener"),
        ("<a title='it\"s' href=https://other.test data-href='/x'>", "noopener"),
        ('<a data-href="/x" href="https://other.test">', "noopener"),
        ('<a href="https://other.test" href="/second">', "noopener"),
        ('<a href="/first" href="https://other.test">', ""),
        ('<a rel="x&quot;y" href="https://other.test">', 'x"y noopener'),
        ('<abbr title="x"><a href="https://other.test" class="b">', "noopener"),
    ],
)
def test_links_as_authors_write_them(link: str, rel: str):
    (found,) = elements(with_rel(link + "x</a>", POLICY), "a")
    assert found.get("rel", "") == rel
    (before,) = elements(link + "x</a>", "a")
    assert {**found.attrib, "rel": ""} == {**before.attrib, "rel": ""}


_VALUES = st.sampled_from(
    ["https://other.test", "//shop.test/x", "/a", "a b", "x>y", "it's", 'say "x"', "", "&", "nofollow"]
)
_QUOTES = st.sampled_from(['"', "'"])


@given(st.lists(st.tuples(st.sampled_from(["href", "rel", "title", "class", "HREF"]), _VALUES, _QUOTES), max_size=4))
def test_only_rel_changes_and_only_of_external_links(attributes: list[tuple[str, str, str]]):
    written = "".join(
        f" {name}={quote}{entities.escape(value, quote=quote == chr(34)).replace(chr(39), '&#39;')}{quote}"
        for name, value, quote in attributes
    )
    source = f"<p>a <a{written}>x</a> b</p>"
    (before,) = elements(source, "a")
    (after,) = elements(with_rel(source, POLICY), "a")
    external = before.get("href", "/").lstrip().startswith(("https://", "//"))
    assert set(after.get("rel", "").split()) >= set(before.get("rel", "").split())
    assert ("noopener" in after.get("rel", "").split()) is external
    assert {**after.attrib, "rel": ""} == {**before.attrib, "rel": ""}


@pytest.mark.parametrize("engine", ["markdown", "comrak"])
def test_both_engines_links(engine: str):
    settings = Markdown(engine=engine, sponsored_domains=("shop.test",))
    converter = make_converter(settings, "www.example.com")
    source = (
        '[in](/a/) [own](https://www.example.com/b?c=1&d=2) [out](https://other.test/x "T") [paid](https://a.shop.test)'
        " <https://auto.test/> [ref] ![i](https://img.test/i.jpg)\n\n[ref]: http://ref.test 'R'\n"
    )
    links = {link.get("href").rstrip("/"): link.get("rel") for link in elements(converter.convert(source).html, "a")}
    assert links == {
        "/a": None,
        "https://www.example.com/b?c=1&d=2": None,
        "https://other.test/x": "noopener",
        "https://a.shop.test": "noopener sponsored",
        "https://auto.test": "noopener",
        "http://ref.test": "noopener",
    }
