"""Addresses as a static host answers them: folders, queries, encodings, methods, parts of files."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from tests.support.preview import AT_INSTANT, Served, serving, without_script

PIECE = "---\ntitle: {title}\ncategory: Retail\ntimestamp: 2026-11-01 10:00\nslug: {slug}\n---\n\nText.\n"


@pytest.mark.parametrize("address", ["/tags", "/about", "/2026/11/mudan-row-patents-a-lipstick"])
def test_a_folder_without_its_slash_redirects_and_keeps_the_query(sample_preview: Served, address: str):
    answer = sample_preview.ask(address + "?q=a%26b&q2=%E4%B8%AD")
    assert answer.status == 301
    assert answer.headers["location"] == address + "/?q=a%26b&q2=%E4%B8%AD"
    assert sample_preview.ask(answer.headers["location"]).status == 200


def test_index_html_is_the_folder(sample_preview: Served):
    assert without_script(sample_preview.ask("/tags/index.html").body) == without_script(
        sample_preview.ask("/tags/").body
    )


def test_a_query_changes_nothing(sample_preview: Served):
    assert without_script(sample_preview.ask("/?utm_source=x&y=%ff").body) == without_script(
        sample_preview.ask("/").body
    )


def test_what_does_not_exist_is_the_404_page_with_its_status(sample_public: Path, sample_preview: Served):
    built = (sample_public / "404.html").read_bytes()
    for address in ("/nope/", "/nope", "/images/nope.jpg", "/tags/nope/?x=1", "/%E4%B8%8D%E5%AD%98%E5%9C%A8/"):
        answer = sample_preview.ask(address)
        assert (answer.status, without_script(answer.body)) == (404, built)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert sample_preview.ask("/404.html").status == 200


def test_head_has_the_headers_of_get_and_no_body(sample_preview: Served):
    for address in ("/", "/rss.xml", "/images/ties.jpg", "/nope/", "/tags"):
        get, head = sample_preview.ask(address), sample_preview.ask(address, "HEAD")
        assert head.body == b""
        assert head.status == get.status
        for name in ("content-type", "content-length"):
            assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_but_reading_is_allowed(sample_preview: Served, method: str):
    for address in ("/", "/images/ties.jpg"):
        answer = sample_preview.ask(address, method, {"Content-Length": "0"})
        assert answer.status == 405
        assert answer.headers["allow"] == "GET, HEAD"


class TestPartsOfFiles:
    """RFC 9110, section 14."""

    def test_ranges(self, sample_public: Path, sample_preview: Served):
        whole = (sample_public / "images/ties.jpg").read_bytes()
        for given, start, stop in (
            ("bytes=0-9", 0, 10),
            ("bytes=100-", 100, len(whole)),
            ("bytes=-7", len(whole) - 7, len(whole)),
            ("bytes=5-999999999", 5, len(whole)),
        ):
            answer = sample_preview.ask("/images/ties.jpg", headers={"Range": given})
            assert answer.status == 206
            assert answer.body == whole[start:stop]
            assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(whole)}"

    def test_a_range_that_is_not_there(self, sample_preview: Served):
        assert sample_preview.ask("/images/ties.jpg", headers={"Range": "bytes=99999999-"}).status == 416

    def test_nonsense_is_ignored(self, sample_preview: Served):
        assert sample_preview.ask("/images/ties.jpg", headers={"Range": "pages=1-2"}).status == 200

    def test_a_file_that_is_the_same_is_not_sent_again(self, sample_preview: Served):
        etag = sample_preview.ask("/images/ties.jpg").headers["etag"]
        answer = sample_preview.ask("/images/ties.jpg", headers={"If-None-Match": etag})
        assert (answer.status, answer.body) == (304, b"")

    def test_a_replaced_file_is_sent_anew(self, site):
        made = site({"content/a.md": PIECE.format(title="A", slug="a"), "content/film.mp4": b"0123456789"})
        with serving(made.path, *AT_INSTANT) as served:
            etag = served.ask("/film.mp4").headers["etag"]
            served.write("content/film.mp4", b"9876543210")
            answer = served.ask("/film.mp4", headers={"If-None-Match": etag, "Range": "bytes=0-2"})
            assert (answer.status, answer.body) == (206, b"987")
            assert answer.headers["content-type"] == "video/mp4"


def test_scripts_of_the_world_and_base_paths(site):
    made = site(
        {
            "site.yaml": "site:\n  url: https://paper.example/zh\n",
            "content/kapok.md": PIECE.format(title="木棉", slug="木棉"),
            "content/图片/木 棉.txt": "木棉",
        }
    )
    made.build()
    page = next(path for path in made.files() if "木棉" in path and path.endswith("/index.html"))
    with serving(made.path, *AT_INSTANT) as served:
        address = "/zh/" + quote(page.removesuffix("index.html"))
        assert without_script(served.ask(address).body) == made.files()[page]
        assert served.ask(address.rstrip("/")).headers["location"] == address
        assert served.ask("/zh/" + quote("图片/木 棉.txt")).text == "木棉"
        # Lower-case hexadecimal digits are the same address (RFC 3986, 6.2.2.1).
        assert served.ask(re.sub("%[0-9A-F]{2}", lambda found: found.group().lower(), address)).status == 200
        assert served.ask("/").headers["location"] == "/zh/"
        assert served.ask("/zh").headers["location"] == "/zh/"
        assert served.ask("/rss.xml").status == 404
        assert served.ask("/zh/rss.xml").status == 200
        links = re.findall(r'href="(/[^"]*)"', served.ask("/zh/").text)
        assert {link: served.ask(link).status for link in links} == dict.fromkeys(links, 200)
        assert any(unquote(link).endswith("/") and "木棉" in unquote(link) for link in links)
