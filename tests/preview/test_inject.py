"""The preview's element changes nothing else of a page, as browsers parse it."""

from __future__ import annotations

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.preview.inject import script, with_script
from tests.support.preview import without_script

PAGES = [
    "<!DOCTYPE html>\n<html lang=en>\n<head>\n<title>A</title></head><body><p>B</body></html>",
    "<!doctype html><title>no head</title><p>text",
    "<!DOCTYPE html><!-- <head> --><html data-x='a>b' lang=\"zh\"><head prefix='og: x>y'><meta charset=utf-8>",
    "<p>no doctype",
    "just text",
    "",
    "<!DOCTYPE html><html><body class=x><h1>no head, a body</h1></body></html>",
    "<!DOCTYPE html><header>not a head</header>",
    "<!DOCTYPE html><htmlx>not html",
    "\ufeff<!DOCTYPE html><html><head><title>x</title>",
    "<!-- c -->\n<!-- d -->\n<!DOCTYPE html><html>\n<!-- e -->\n<head>",
    "<!DOCTYPE html><html><head><script>document.write('<head>')</script></head>",
    "<!DOCTYPE html><html><head><title>never closed",
    "<!-- never closed <head>",
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd"><html/><head/>',
    "<frameset></frameset>",
]


def tree_of(page: bytes) -> str:
    tree = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("dom"), namespaceHTMLElements=False)
    document = tree.parse(page.decode("utf-8-sig"))
    for element in document.getElementsByTagName("script"):
        if element.getAttribute("src") == "/.preview/client.js":
            assert element.parentNode.tagName == "head"
            element.parentNode.removeChild(element)
    document.normalize()
    # Comments and white space in a head are seen by nobody, and an implied head begins later or earlier for them.
    html = document.documentElement
    for parent in (document, html, html.getElementsByTagName("head")[0]):
        for node in list(parent.childNodes):
            if node.nodeType == node.COMMENT_NODE or (node.nodeType == node.TEXT_NODE and not node.data.strip()):
                parent.removeChild(node)
    return document.toxml() + tree.compatMode


def equal(page: bytes) -> None:
    injected = with_script(page, "0a-1")
    assert injected.count(script("0a-1")) == 1
    assert without_script(injected) == page
    assert tree_of(injected) == tree_of(page)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_means_the_same(page: str):
    equal(page.encode())


parts = st.sampled_from(
    "<!DOCTYPE html>|<html>|<html lang=en>|<head>|<head class='a>'>|</head>|<body>|<title>x</title>|<p>|text|\n| |"
    "<!-- c -->|<!-- <head> -->|<script>'<head>'</script>|<meta charset=utf-8>|<template>|</html>".split("|")
)


@pytest.mark.fuzz
@given(st.lists(parts, max_size=8).map("".join))
def test_any_page_means_the_same(page: str):
    equal(page.encode())
