"""Media types: one table for hosts and for the preview."""

from __future__ import annotations

import pytest

from site_builder.hosting import content_type, is_text


@pytest.mark.parametrize(
    "path, kind, text",
    [
        ("index.html", "text/html; charset=utf-8", True),
        ("2026/RSS.XML", "application/rss+xml; charset=utf-8", True),
        ("a/site.css.map", "application/json; charset=utf-8", True),
        ("films/show.MOV", "video/quicktime", False),
        ("zip", "application/octet-stream", False),
        ("folder.css/css", "application/octet-stream", False),
        ("_headers", "text/plain; charset=utf-8", True),
        ("a.unknown", "application/octet-stream", False),
    ],
)
def test_a_files_type_is_told_by_its_ending(path: str, kind: str, text: bool) -> None:
    assert content_type(path) == kind
    assert is_text(path) == text
