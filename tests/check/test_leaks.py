"""Leaks: what is planted is found, in whatever it is written and packed; what readers may see is none."""

from __future__ import annotations

import bz2
import gzip
import html
import json
import lzma
from urllib.parse import quote

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.running import AT, run
from tests.site.pieces import piece
from tests.support.sample import REPOSITORY
from tests.support.site import INSTANT

TITLE = "Maison Vire & Fils “shuts” its Lyon mill"
BODY = "The weavers were told on Tuesday that the last forty looms will be sold before the spring.\n"
CHINESE = "工厂将于春季关闭并出售最后四十台织机"
PNG = (REPOSITORY / "tests" / "support" / "sample.py").read_bytes()  # any bytes will do: no page shows them
HIDDEN = {
    "content/mill.md": piece(
        TITLE,
        BODY + f"\n{CHINESE}。\n\n![Looms](/images/looms.svg)\n",
        draft=True,
        slug="mill-shuts",
        aliases=["/mill-news/"],
    ),
    "content/images/looms.svg": '<svg xmlns="http://www.w3.org/2000/svg"><title>Looms</title></svg>',
    "content/seen.md": piece("A piece that is seen", "Nothing of note happened in the trade today, say four mills.\n"),
}
RUN = "told on Tuesday that the last forty looms will be"


def leaks(made, *arguments) -> list[str]:
    result = run("check", "--leaks", "--site", made.path, "--jobs", "1", *arguments)
    found = [line.strip() for line in result.stderr.splitlines()[1:]]
    assert (result.exit_code == 1) == bool(found), result.output
    return found


def planted(site, text: str):
    """A site whose every article page ends with ``text``."""
    source = (REPOSITORY / "templates/layout/footer.html").read_text()
    raw = "{% raw %}" + text + "{% endraw %}"
    made = site({**HIDDEN, "templates/layout/footer.html": source.replace("</footer>", raw + "</footer>")})
    made.build()
    return made


def test_a_site_that_hides_its_drafts_leaks_nothing(site):
    made = site(HIDDEN)
    made.build()
    result = run("check", "--leaks", "--site", made.path)
    assert result.exit_code == 0
    assert "nothing of 1 hidden piece is in" in result.stdout


@pytest.mark.parametrize(
    "text, what",
    [
        (html.escape(TITLE), "title"),
        (f"<b>{html.escape(TITLE.upper())}</b>", "title"),
        (html.escape(TITLE).replace("Vire", "<em>Vire</em>"), "title"),
        (f'<p data-next="{html.escape(TITLE)}"></p>', "title"),
        (f'<script type="application/json">{json.dumps({"next": TITLE})}</script>', "title"),
        (html.escape(html.escape(TITLE)), "title"),
        (f"<!-- {TITLE} -->", "title"),
        (html.escape(TITLE).replace("Mai", "Mai\u00ad").replace("mill", "mi\u200bll"), "title"),
        (f"… {RUN} …", "text"),
        (f"<i>{RUN.replace(' ', '</i> <i>')}</i>", "text"),
        (CHINESE[3:12], "text"),
        ('<a href="/2026/11/mill-shuts/">soon</a>', "slug"),
        ("<a href='https://selvedge.example/2026/11/mill-shuts'>soon</a>", "slug"),
        (f'<a href="/news/{quote("mill-shuts")}.html?x=1">soon</a>', "slug"),
        ('<a href="/mill-news/">soon</a>', "address"),
        ('<img src="/images/looms.svg" alt="">', "file"),
    ],
)
def test_what_a_template_gives_away_is_found(site, text, what):
    found = leaks(planted(site, text))
    assert any("2026/11/seen/index.html" in line for line in found), found
    assert all("content/mill.md, which is hidden" in line and what in line for line in found), found


def test_a_title_is_compared_in_one_form_of_its_letters(site):
    wide = piece("Ｍａｉｓｏｎ ½ price: soft\u00adly ﬁnished", slug="wide", draft=True)
    text = "Ｍａｉｓｏｎ ½ price: soft\u00adly ﬁnished"
    made = site(
        {**HIDDEN, "content/wide.md": wide, "static/a.txt": text, "static/b.txt": "maison 1/2 PRICE softly finished"}
    )
    made.build()
    assert [line.split(":")[0] for line in leaks(made)] == ["public/a.txt", "public/b.txt"]


def test_eight_words_are_a_leak_and_seven_are_none(site):
    words = RUN.split()
    assert leaks(planted(site, " ".join(words[:8])))
    assert not leaks(planted(site, " ".join(words[:7])))


def test_every_file_is_searched(site):
    planted = {
        "static/old.xml": f"<a><b>{html.escape(TITLE)}</b></a>".encode(),
        "static/old.json": json.dumps({"a": [BODY]}).encode(),
        "static/old.html.gz": gzip.compress(BODY.encode(), mtime=0),
        "static/old.json.zst": zstd.compress(json.dumps({"a": TITLE}).encode()),
        "static/old.js.br": brotli.compress(f"var a = {json.dumps(BODY)}".encode()),
        "static/old.GZ": gzip.compress(BODY.encode(), mtime=0),
        "static/old.bin": zstd.compress(BODY.encode()),
        "static/old.svgz": gzip.compress(f"<svg><title>{html.escape(TITLE)}</title></svg>".encode(), mtime=0),
        "static/old.bz2": bz2.compress(BODY.encode()),
        "static/old.xz": lzma.compress(BODY.encode()),
        "static/wide.xml": f"<a>{html.escape(TITLE)}</a>".encode("utf-16"),
        "static/old.svg": HIDDEN["content/images/looms.svg"].encode(),
        "static/plain.txt": f"See {RUN}.".encode(),
    }
    made = site({**HIDDEN, **planted})
    made.build()
    found = leaks(made)
    assert [line.split(":")[0] for line in found] == sorted(path.replace("static", "public") for path in planted)


def test_a_page_that_an_earlier_build_left_is_found_by_its_address(site):
    made = site(HIDDEN)
    made.build()
    stale = made.out / "2026/11/mill-shuts/index.html"
    stale.parent.mkdir()
    stale.write_text("<p>Nothing.</p>")
    (line,) = leaks(made)
    assert line.startswith("public/2026/11/mill-shuts/index.html: holds something of content/mill.md")


def test_a_file_that_cannot_be_looked_into_is_told_of(site):
    broken = {"static/a.br": b"\xffbroken", "static/a.gz": b"\x1f\x8bbroken", "static/a.zst": b"\x28\xb5\x2f\xfdbroken"}
    made = site({**HIDDEN, **broken})
    made.build()
    for line, name in zip(leaks(made), ("a.br", "a.gz", "a.zst"), strict=True):
        assert f"public/{name}: cannot be decompressed" in line


def test_future_and_expired_pieces_are_hidden_at_the_builds_instant(site):
    future = piece("The runway moves to the docks", timestamp="2026-12-01 10:00:00", slug="docks")
    made = site({**HIDDEN, "content/docks.md": future, "static/n.txt": "The runway moves to the docks"})
    made.build()
    assert "content/docks.md" in leaks(made)[0]
    assert leaks(made, "--at", "2026-12-02") == []
    assert "content/docks.md" in leaks(made, "--at", AT)[0]


def test_what_visible_pieces_hold_is_no_leak(site):
    quoted = BODY.replace("last forty looms", "[last forty looms](https://example.com/a/b/c)").replace("told", "*told*")
    made = site(
        {
            "content/mill.md": piece("Silk", BODY, draft=True, slug="silk"),
            "content/seen.md": piece("Silk prices", f"Silk is up. {quoted}", tags=["silk"]),
            "content/about.md": piece("Retail", "x", draft=True, slug="retail"),
        }
    )
    made.build()
    assert leaks(made) == []


words = st.lists(st.sampled_from("loom mill silk warp weft dye felt seam hem yarn".split()), min_size=8, max_size=14)


@pytest.mark.fuzz
@given(words, words, st.integers(0, 6))
def test_a_run_is_found_just_where_eight_words_stand_in_a_row(hidden, shown, start):
    from site_builder.check.hidden import Secret, _runs
    from site_builder.check.leaks import Index

    shown = shown[:start] + hidden[start : start + 9] + shown[start:]
    runs = {tuple(hidden[at : at + 8]) for at in range(len(hidden) - 7)}
    expected = {tuple(shown[at : at + 8]) for at in range(len(shown) - 7)} & runs
    index = Index([Secret("a", "text", run) for run in _runs(tuple(hidden))], ())
    assert {secret.words for secret in index.phrases_in(shown)} == expected


def test_the_sample_site_leaks_nothing(sample_public):
    from site_builder.building.snapshot import take_snapshot
    from site_builder.check.leaks import find_leaks

    snapshot = take_snapshot(sample_public.parent, INSTANT)
    assert find_leaks(snapshot, sample_public.parent, sample_public, 1) == []
