"""Contexts are closed values: data that a template cannot ask for more than it was handed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from site_builder.model import Image, Items, Record
from site_builder.pages.contexts import CONTEXTS
from site_builder.pages.plan import plan
from site_builder.pages.site import shared_values, site_info
from tests.support.articles import START, article, catalog

EVERYTHING = "\nviews: {live: true}\ndeploy: {host_files: true}"
CONFIG = "feeds: {minimum: 1}\nlistings: {per_page: 2}\nblocks: {rail: {category: News}}"


def assert_closed(value: Any, where: str) -> None:
    """``value`` is a frozen record of text, numbers, truth values, None, instants, tuples and such records."""
    if isinstance(value, msgspec.Struct):
        assert type(value).__struct_config__.frozen, where
        for name in value.__struct_fields__:
            assert_closed(getattr(value, name), f"{where}.{name}")
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            assert_closed(item, f"{where}[{number}]")
    else:
        assert value is None or type(value) in (str, bytes, int, bool, datetime), f"{where}: {type(value)}"
        if isinstance(value, datetime):
            assert value.tzinfo is not None, where


def test_every_context_is_a_closed_value() -> None:
    found = catalog(
        *(
            article(
                f"p{n}",
                n,
                tags=("a", "b"),
                authors=("A",),
                source="S",
                source_url="https://s.example/",
                image=Image("/a.jpg", "alt"),
                aliases=(f"/old{n}/",),
                extra=Record((("k", Items((1, "x"))),)),
            )
            for n in range(6)
        ),
        config=CONFIG,
    )
    pages = plan(found)
    assert len({page.kind for page in pages}) >= 13
    for page in pages:
        assert_closed(page.page(found).context, page.path)
    assert_closed(site_info(found.config), "site")
    for name, value in shared_values(found).items():
        assert_closed(value, name)


def test_the_check_can_fail() -> None:
    class Open(msgspec.Struct, frozen=True):
        value: Any

    for value in ([1], {"a": 1}, 1.5, START.replace(tzinfo=None)):
        with pytest.raises(AssertionError):
            assert_closed(Open(value), "it")


def test_each_template_is_given_the_context_that_is_on_record() -> None:
    found = catalog(*(article(f"p{n}", n, aliases=(f"/old{n}/",)) for n in range(6)), config=CONFIG + EVERYTHING)
    pages = plan(found)
    for page in pages:
        assert type(page.page(found).context) is CONTEXTS[page.template], page.template
    # The catalog has no document here.
    assert {page.template for page in pages} == CONTEXTS.keys() - {"document.html"}
