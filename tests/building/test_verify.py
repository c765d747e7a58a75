"""Proofs of an output, and explanations of its pages."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from site_builder import SiteError
from site_builder.building import keys
from site_builder.building.explain import inputs_of
from site_builder.building.snapshot import take_snapshot
from site_builder.building.template_keys import template_keys
from site_builder.building.verify import verify
from tests.building.small_site import AT, CONFIG, NAV, article, small_site
from tests.cli.running import run
from tests.support.sample import REPOSITORY
from tests.support.site import SiteDir

ARTICLE = "2026/11/a3/index.html"


def forge(made: SiteDir, path: str, old: bytes, new: bytes) -> None:
    """Put other bytes into the output and make the cache believe them: what a wrong key would leave."""
    import hashlib

    import msgspec

    from site_builder.building.present import stamp_at
    from site_builder.building.records import PageEntry
    from site_builder.building.store import Store

    file = made.out / path
    data = file.read_bytes()
    assert old in data
    file.write_bytes(data.replace(old, new))
    store = Store(made.path / ".site-builder" / "cache.sqlite")
    pages = store.load("pages:public", PageEntry)
    pages[path] = msgspec.structs.replace(
        pages[path],
        sha256=hashlib.sha256(file.read_bytes()).digest(),
        size=file.stat().st_size,
        stamp=stamp_at(str(made.out), path),
    )
    store.save({"pages:public": (pages, [path])})
    store.close()


def test_a_right_output_is_proved(made: SiteDir) -> None:
    found = verify(made.path, jobs=1)
    assert found.differences == ()
    assert found.files == len(made.files())
    result = run("verify", "--site", made.path)
    assert result.exit_code == 0
    assert f"{found.files} files are what a clean build writes as of {AT}" in result.stdout


def test_a_wrong_page_is_named_with_line_and_inputs_and_mended_by_the_next_build(made: SiteDir) -> None:
    before = made.files()
    forge(made, ARTICLE, b"<h1>Piece 3", b"<h1>Wrong")
    assert made.build(AT).written == 0, "the cache was made to believe it"
    result = run("verify", "--site", made.path, "--jobs", "1")
    assert result.exit_code == 1
    line = next(n for n, text in enumerate(before[ARTICLE].split(b"\n"), 1) if b"<h1>Piece 3" in text)
    assert f"public/{ARTICLE}:{line}:1: is not what a clean build writes" in result.stderr
    assert "article.title = 'Piece 3'" in result.stdout
    assert "templates: article.html, base.html, card.html, nav.html" in result.stdout
    report = made.build(AT)
    assert (report.rendered, report.written) == (1, 1)
    assert made.files() == before
    assert verify(made.path, jobs=1).differences == ()


def test_missing_and_left_over_files_are_told(made: SiteDir) -> None:
    (made.out / "robots.txt").unlink()
    assert [(found.path, found.what) for found in verify(made.path, jobs=1).differences] == [("robots.txt", "missing")]


def test_files_that_no_build_wrote_are_named_and_no_difference(made: SiteDir) -> None:
    """An older output that was put back may hold pieces that were taken out since: nobody else would tell."""
    (made.out / "2026/11/gone").mkdir()
    (made.out / "2026/11/gone/index.html").write_text("a piece that was taken out")
    (made.out / "elsewhere").symlink_to(made.path)
    result = run("verify", "--site", made.path, "--jobs", "1")
    assert result.exit_code == 0
    assert "2 files of others, which stay:" in result.stderr
    assert "public/2026/11/gone/index.html: no build is known to have written it" in result.stderr
    assert "public/elsewhere: no build is known to have written it" in result.stderr


# A verify that takes for ever over the clean build.
SLOW = """
import signal, time
from site_builder.building import verify
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # ignored where the tests run under nohup
def long(*args, **kwargs):
    print("at work", flush=True)
    time.sleep(600)
verify.make_site = long
from site_builder.__main__ import run
run()
"""


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_verify_that_is_ended_leaves_no_second_site_behind(
    made: SiteDir, tmp_path: Path, number: signal.Signals
) -> None:
    aside = tmp_path / "temporary"
    aside.mkdir()
    command = [sys.executable, "-c", SLOW, "verify", "--site", str(made.path), "--jobs", "1"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TMPDIR": str(aside)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    assert len(list(aside.iterdir())) == 1
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in said) == (128 + number, False)
    assert not list(aside.iterdir())


def test_changed_sources_are_no_differences(made: SiteDir) -> None:
    made.write("content/a9.md", "---\ntitle: New\ncategory: Retail\ntimestamp: 2026-11-01\n---\n")
    with pytest.raises(SiteError, match="changed since the last build"):
        verify(made.path, jobs=1)


def test_without_a_build_there_is_nothing_to_prove(site: Callable[..., SiteDir]) -> None:
    made = site(small_site())
    with pytest.raises(SiteError, match="holds no finished build"):
        verify(made.path)


def test_a_sample_finds_a_wrong_page(made: SiteDir) -> None:
    made.build(AT, verify_sample=0.5)
    forge(made, ARTICLE, b"<h1>Piece 3", b"<h1>Wrong")
    result = run("build", "--site", made.path, "--at", AT, "--verify-sample", "100%", "--jobs", "1")
    assert result.exit_code == 1
    assert f"public/{ARTICLE}:" in result.stderr
    assert made.build(AT, verify_sample=1).written == 1
    assert run("build", "--site", made.path, "--verify-sample", "2", "--at", AT).exit_code == 2


@pytest.mark.parametrize(
    "wanted",
    [
        "/2026/11/a3/",
        "/2026/11/a3",
        "https://paper.example/2026/11/a3/",
        "2026/11/a3/index.html",
        "public/2026/11/a3/index.html",
        "content/a3.md",
        "./content/a3.md",
    ],
)
def test_a_page_is_explained_by_any_of_its_names(made: SiteDir, wanted: str) -> None:
    result = run("explain", "--site", made.path, wanted)
    assert result.exit_code == 0, result.output
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert "file  public/2026/11/a3/index.html" in lines
    assert "source  content/a3.md" in lines
    assert "made with  base.html, card.html, nav.html" in lines
    assert "state  rendered in the last build; last rendered because of: new" in lines
    assert "article.title = 'Piece 3'" in lines
    shown = lines[lines.index(next(line for line in lines if line.startswith("shown on"))) + 1 :]
    shown = shown[: shown.index("")]
    assert {"/beauty/", "/2026/11/page/2/", "/rss.xml", "/sitemaps/2026-11.xml"} <= set(shown)
    assert "/retail/" not in shown


def test_every_part_of_a_key_is_explained(made: SiteDir) -> None:
    made.write("templates/nav.html", NAV + "{{ blocks.silk.cards[0].timestamp|iso }} {{ latest[0].title }}")
    made.write("site.yaml", CONFIG + "blocks: {silk: {tag: silk, limit: 1}}\n")
    made.build(AT)
    site = take_snapshot(made.path, datetime.fromisoformat(AT))
    keys = template_keys(site.templates.uses(), site.files, site.shared, site.config, site.catalog.addresses, b"engine")
    seen = set()
    for page in site.pages:
        lines = list(inputs_of(page, site))
        for part in keys[page.template]:
            kind, _, name = part.partition("/") if "/" in part else (part[0], "", part[1:])
            if kind == "templates":
                assert name in next(line for line in lines if line.startswith("templates: ")).replace(",", "").split()
            elif kind == "static":
                assert site.files.assets[name] in next(line for line in lines if line.startswith("assets: "))
            else:
                starts = {"engine": "engine: ", "markdown": "Markdown settings: "}.get(part, part)
                starts = f"settings of {name}: " if kind == "|" else starts
                assert any(line.startswith(starts) for line in lines), part
            seen.add(part)
    assert {"engine", "markdown", "|iso", "static/own.css", "blocks", "latest", "labels", "navigation"} <= seen


def test_a_piece_in_a_block_is_shown_where_templates_show_the_block(made: SiteDir) -> None:
    made.write("templates/listing.html", "{% for card in blocks.silk.cards %}{{ card.title }}{% endfor %}")
    made.write("site.yaml", CONFIG + "blocks: {silk: {tag: rare}}\n")
    made.write("content/a0.md", article("Piece 0", 1, tags="[rare]"))
    made.build(AT)
    shown = run("explain", "--site", made.path, "content/a0.md").stdout.split("inputs of its key")[0]
    assert "  /beauty/\n" in shown.split("listings and feeds:")[1]


def test_explain_tells_of_pages_that_were_not_rendered_and_of_misspelt_ones(made: SiteDir) -> None:
    made.write("templates/robots.txt", "x")
    made.build(AT)
    assert "not rendered in the last build" in run("explain", "--site", made.path, "/").stdout
    assert "rendered in the last build; last rendered because of: templates/robots.txt" in (
        run("explain", "--site", made.path, "/robots.txt").stdout
    )
    result = run("explain", "--site", made.path, "/2026/11/a33/")
    assert result.exit_code == 1
    assert "Did you mean '/2026/11/a3/'?" in result.stderr


@pytest.mark.parametrize(
    "change, wanted, told",
    [
        ("draft: true", "content/a3.md", "has no page: it is a draft"),
        ("expires: 2026-11-09", "content/a3.md", "has no page: it has expired"),
        ("timestamp: 2026-12-01", "./content/a3.md", "has no page yet: it appears at 2026-12-01T00:00:00+00:00"),
        ("", "/own.css", "is no page: /own.css is copied as it is from static/own.css"),
        ("", "static/own.css", "is no page: /own.css is copied as it is from static/own.css"),
    ],
)
def test_explain_tells_why_there_is_no_page(made: SiteDir, change: str, wanted: str, told: str) -> None:
    text = (made.path / "content/a3.md").read_text()
    if change.startswith("timestamp"):
        text = text.replace("timestamp: 2026-11-04 10:00:00", change)
    elif change:
        text = text.replace("---\n", f"---\n{change}\n", 1)
    made.write("content/a3.md", text)
    made.build(AT)
    result = run("explain", "--site", made.path, wanted)
    assert result.exit_code == 1
    assert told in result.stderr


def test_what_is_explained_is_what_is_hashed() -> None:
    """Two values have one digest exactly where their descriptions are one."""
    from site_builder.model import Card, Term

    term = Term("Retail", "/retail/")
    card = Card("T", "/t/", term, None, __import__("datetime").datetime.now(__import__("datetime").UTC), "", None, "en")
    import msgspec

    values = [card, *(msgspec.structs.replace(card, **{name: "x"}) for name in Card.__struct_fields__)]
    texts = ["\n".join(keys.described(value)) for value in values]
    digests = [keys.Canon().digest(value) for value in values]
    assert len(set(texts)) == len(set(digests)) == len(values)
