"""Lead images: their size stands in the page, and one that cannot be shown is told of with its place."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping

import pytest
from PIL import Image

from site_builder import SiteError
from tests.support.site import SiteDir

MakeSite = Callable[[Mapping[str, str | bytes]], SiteDir]

PIECE = """---
title: A
category: News
timestamp: 2026-06-01
image: {}
image_alt: What it shows
---
"""


def jpeg(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(file, "JPEG")
    return file.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims to be large and holds nothing (PNG §11.2.2)."""
    header = struct.pack(">4sIIBBBBB", b"IHDR", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(header) + chunk(b"IDAT")


def chunk(data: bytes) -> bytes:
    return struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))


def problem_of(made: SiteDir) -> str:
    with pytest.raises(SiteError) as caught:
        made.build()
    (problem,) = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    "name, file",
    [("/images/a.jpg", "content/images/a.jpg"), ("/a.jpg", "static/a.jpg"), ("a.jpg", "content/2026/a.jpg")],
)
def test_the_size_is_in_the_page_and_the_file_in_the_output(site: MakeSite, name: str, file: str):
    made = site({"content/2026/a.md": PIECE.format(name), file: jpeg(30, 20)})
    made.build()
    (image,) = made.html("2026/06/a/index.html").xpath("//main//img")
    assert (image.get("width"), image.get("height"), image.get("alt")) == ("30", "20", "What it shows")
    assert (made.out / image.get("src").lstrip("/")).read_bytes() == jpeg(30, 20)


def test_a_missing_image_is_told_with_its_place(site: MakeSite):
    message = problem_of(site({"content/a.md": PIECE.format("/images/nope.jpg")}))
    assert message == "content/a.md:5:8: image: there is no file 'images/nope.jpg' in content/ or static/"


@pytest.mark.parametrize(
    "data, why",
    [
        (b"<script>alert(1)</script>", "format is not known"),
        (b"", "format is not known"),
        (png_header(60_000, 60_000), "decompression bomb"),
        (png_header(12_000, 12_000), "decompression bomb"),
    ],
)
def test_what_is_no_image_is_told(site: MakeSite, data: bytes, why: str):
    message = problem_of(site({"content/a.md": PIECE.format("/a.jpg"), "content/a.jpg": data}))
    assert message.startswith("content/a.jpg: no image that can be shown: ")
    assert why in message


def test_an_image_of_another_host_is_not_looked_for(site: MakeSite):
    made = site({"content/a.md": PIECE.format("https://cdn.example/a.jpg")})
    made.build()
    (image,) = made.html("2026/06/a/index.html").xpath("//main//img")
    assert image.get("src") == "https://cdn.example/a.jpg"
    assert image.get("width") is None


def test_what_only_hidden_pieces_show_is_not_published(site: MakeSite):
    body = "\n![x](/body-{0}.jpg)\n\n<img src='/raw-{0}.jpg' alt=''>\n\n![x][r]\n\n[r]: /ref-{0}.jpg\n"
    files = ["lead-{}.jpg", "body-{}.jpg", "raw-{}.jpg", "ref-{}.jpg"]
    made = site(
        {
            "content/a.md": PIECE.format("/lead-shown.jpg") + body.format("shown") + "![x](/both.jpg)",
            "content/b.md": PIECE.format("/lead-secret.jpg").replace("image:", "draft: true\nimage:")
            + body.format("secret")
            + "![x](/both.jpg) ![x](/theme.jpg)",
            "content/pages/about.md": "---\ntitle: About\n---\n![x](/of-a-document.jpg)",
            "content/pages/soon.md": "---\ntitle: Soon\ndraft: true\n---\n![x](/of-a-document.jpg) ![x](/soon.jpg)",
            "static/theme.jpg": jpeg(3, 2),
            **{f"content/{name.format(which)}": jpeg(3, 2) for name in files for which in ("shown", "secret")},
            **{f"content/{name}.jpg": jpeg(3, 2) for name in ("both", "of-a-document", "soon", "nobody-names")},
        }
    )
    made.build()
    published = {path for path in made.files() if path.endswith(".jpg")}
    others = {"both.jpg", "of-a-document.jpg", "nobody-names.jpg", "theme.jpg"}
    assert published == {name.format("shown") for name in files} | others
    made.build(drafts=True)
    assert {"soon.jpg", "lead-secret.jpg"} <= made.files().keys()
