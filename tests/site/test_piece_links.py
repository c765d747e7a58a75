"""Links from piece to piece by their files: readers get the page's address, and never one of a hidden piece."""

from __future__ import annotations

import pytest
from lxml import etree

from site_builder import SiteError
from site_builder.building.snapshot import take_snapshot
from site_builder.check.leaks import find_leaks
from tests.site.pieces import make_site, piece
from tests.support.site import INSTANT, SiteDir

ENGINES = ("markdown", "comrak")
BODY = """
[beside](other.md), [part](../2026/other.md#a-part), [root](/2025/%E6%9C%A8%20x.markdown "Title"),
[about](pages/about.md)

[by name][it], <a href='/2026/other.md?x=1&amp;y=2' class="x">raw</a>, [in full](https://paper.example/2026/other.md)

[it]: <../2026/other.md>
"""


def site_of(folder: object, engine: str, base: str = "", **files: str) -> SiteDir:
    made: dict[str, str | bytes] = {
        "site.yaml": f"site: {{url: 'https://paper.example{base}'}}\nmarkdown: {{engine: {engine}}}\n",
        "content/2026/own.md": piece("Own", BODY.replace("pages/", "../pages/")),
        "content/2026/other.md": piece("Other", "## A part\n", permalink="/special/x/", timestamp="2026-11-05"),
        "content/2025/木 x.markdown": piece("Kapok", slug="木棉", timestamp="2025-11-01"),
        "content/pages/about.md": "---\ntitle: About\n---\n[own](../2026/own.md)\n",
    }
    return make_site(folder, made | files)  # type: ignore[arg-type]


def links(tree: etree._Element) -> dict[str, str]:
    (body,) = tree.xpath('//div[contains(@class, "body")]')
    return {"".join(link.itertext()): link.get("href") for link in body.iter("a")}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("base", ["", "/base"])
def test_a_link_to_a_piece_leads_to_its_page(tmp_path: object, engine: str, base: str) -> None:
    made = site_of(tmp_path, engine, base)
    report = made.build(strict=True)
    assert not report.warnings
    assert links(made.html("2026/11/own/index.html")) == {
        "beside": f"{base}/special/x/",
        "part": f"{base}/special/x/#a-part",
        "root": f"{base}/2025/11/%E6%9C%A8%E6%A3%89/",
        "about": f"{base}/about/",
        "by name": f"{base}/special/x/",
        "raw": f"{base}/special/x/?x=1&y=2",
        "in full": "https://paper.example/2026/other.md",
    }
    assert links(made.html("about/index.html")) == {"own": f"{base}/2026/11/own/"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "hidden",
    [{"draft": True}, {"timestamp": "2027-01-01"}, {"expires": "2026-11-02"}, None],
    ids=["draft", "future", "expired", "missing"],
)
def test_a_link_to_what_readers_cannot_see_is_its_text(
    tmp_path: object, engine: str, hidden: dict[str, object] | None
) -> None:
    made = site_of(tmp_path, engine)
    if hidden is None:
        made.remove("content/2026/other.md")
    else:
        made.write("content/2026/other.md", piece("The great secret merger", slug="great-secret-merger", **hidden))
    report = made.build()
    (body,) = made.html("2026/11/own/index.html").xpath('//div[contains(@class, "body")]')
    assert links(body.getroottree().getroot()).keys() == {"root", "about", "in full"}
    assert "beside, part, Kapok" not in "".join(body.itertext())
    assert " ".join("".join(body.itertext()).split()) == "beside, part, root, about by name, raw, in full"
    (warning,) = report.warnings
    assert (warning.path, warning.line) == ("content/2026/own.md", 8)
    assert "/2026/other.md" in warning.message
    with pytest.raises(SiteError) as error:
        made.build(strict=True)
    assert error.value.problems == (warning,)
    if hidden:
        assert not find_leaks(take_snapshot(made.path, INSTANT), made.path, made.out, 1)


def test_the_linking_page_follows_its_target(tmp_path: object) -> None:
    made = site_of(tmp_path, "markdown")
    made.build()
    page = "2026/11/own/index.html"
    made.write("content/2026/other.md", piece("Other", permalink="/moved/", timestamp="2026-11-05"))
    made.build()
    assert links(made.html(page))["beside"] == "/moved/"
    made.write("content/2026/other.md", piece("Other", permalink="/moved/", timestamp="2026-11-05", draft=True))
    made.build()
    assert "beside" not in links(made.html(page))
    made.write("content/2026/other.md", piece("Other", timestamp="2026-11-25"))
    made.build(at="2026-11-24T00:00:00Z")
    assert "beside" not in links(made.html(page))
    made.build(at="2026-11-26T00:00:00Z")
    assert links(made.html(page))["beside"] == "/2026/11/other/", "the instant alone is another"


def test_a_body_edit_of_the_target_renders_no_linking_page(tmp_path: object) -> None:
    made = site_of(tmp_path, "comrak")
    made.build()
    made.write("content/2026/other.md", piece("Other", "Another text.\n", permalink="/special/x/", summary="Same"))
    made.build()
    made.write("content/2026/other.md", piece("Other", "One more text.\n", permalink="/special/x/", summary="Same"))
    assert made.build().rendered == 1


CODE = "`[x](no.md)`\n\n```\n[x](no.md)\n[y]: no.md\n```\n\n~~~\n<a href=no.md>\n~~~\n\n[text](no.mdx) no.md (no.md)\n"


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_no_link_is_neither_changed_nor_warned_of(tmp_path: object, engine: str) -> None:
    made = site_of(tmp_path, engine)
    made.write("content/2026/own.md", piece("Own", CODE))
    assert not made.build(strict=True).warnings
    (body,) = made.html("2026/11/own/index.html").xpath('//div[contains(@class, "body")]')
    assert "".join(body.itertext()).count("no.md") == 6
    assert [link.get("href") for link in body.iter("a")] == ["/2026/no.mdx"]


LINES = {
    "[x](no.md)": 1,
    "a\n\n[x](<no.md>)": 3,
    "[x][r]\n\n[r]: no.md 'Title'": 3,
    '[x](no.md "Title")': 1,
    "`[x](no.md)`\n\n[x](../2026/no.md#part)": 3,
    '\nText <a class=y href="no.md">x</a>': 2,
    "[a](/x/) [x](./no.md?a=b)": 1,
}


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("body", LINES)
def test_a_warning_names_the_line(tmp_path: object, body: str, ending: str) -> None:
    made = site_of(tmp_path, "comrak")
    text = piece("Own", body)
    made.write("content/2026/own.md", text.replace("\n", ending))
    (warning,) = made.build().warnings
    assert warning.line == text[: text.index(body)].count("\n") + LINES[body]


def test_trusted_html_is_read_as_browsers_read_it(tmp_path: object) -> None:
    body = "<A class=x HREF=other.md>a</A> <a href='no.md'>b <em>c</em></a> <a href=no.md>d <!-- <a href=no.md> --> e"
    made = site_of(tmp_path, "comrak")
    made.write("site.yaml", "markdown: {engine: comrak, raw_html: trusted}\n")
    made.write("content/2026/own.md", piece("Own", body))
    made.build()
    text = made.read("2026/11/own/index.html")
    assert '<a class=x href="/special/x/">a</A> b <em>c</em> d <!-- <a href=no.md> --> e' in text
