"""The Nu HTML checker finds no error in any page of the sample site."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.browser import NPM_PACKAGES, npm_file

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow]

CHECKER = NPM_PACKAGES / "vnu-jar" / "build" / "dist" / "vnu.jar"


def check(folder: Path) -> list[dict[str, Any]]:
    """The checker's messages on all HTML files below ``folder``, in one run."""
    result = subprocess.run(
        # The checker recurses; a deep stack is its own advice for large documents.
        [
            "java",
            "-Xss4m",
            "-jar",
            npm_file(CHECKER),
            "--format",
            "json",
            "--exit-zero-always",
            "--skip-non-html",
            folder,
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    messages: list[dict[str, Any]] = json.loads(result.stderr)["messages"]
    return messages


def errors(folder: Path) -> list[str]:
    return [
        f"{message.get('url', '').rpartition(folder.name)[2]}:{message.get('lastLine', 0)}: {message['message']}"
        for message in check(folder)
        if message["type"] != "info"
    ]


def test_no_page_of_the_sample_has_an_error(sample_public: Path):
    assert len(list(sample_public.rglob("*.html"))) > 100
    assert errors(sample_public) == []


def test_the_checker_finds_a_planted_error(tmp_path: Path):
    """Guards the test above: a checker that did not look would find nothing either."""
    page = '<!DOCTYPE html><html lang="en"><head><title>Silk</title></head><body>{}</body></html>'
    (tmp_path / "deep").mkdir()
    (tmp_path / "sound.html").write_text(page.format("<p>Silk</p>"), encoding="utf-8")
    (tmp_path / "deep" / "broken.html").write_text(page.format('<img src="silk.jpg">'), encoding="utf-8")
    (tmp_path / "feed.xml").write_text("<not><html>", encoding="utf-8")
    found = errors(tmp_path)
    assert len(found) == 1
    assert found[0].startswith("/deep/broken.html:1: ")
    assert "alt" in found[0]
