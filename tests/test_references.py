"""Which file of the site an address means."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.references import Own, files_named, folder_of, named_in_markdown, names_in, resolved, site_paths

OWN = Own.of("https://Paper.example/")
BELOW = Own.of("https://paper.example:8443/news/")


@pytest.mark.parametrize(
    "address, paths",
    [
        ("/a.jpg", ["/a.jpg"]),
        ("a.jpg", ["/2026/a.jpg"]),
        ("./x/../a.jpg", ["/2026/a.jpg"]),
        ("../../../a.jpg", ["/a.jpg"]),
        ("a%20b.jpg?w=1#t", ["/2026/a b.jpg"]),
        ("a.jpg?w=1&amp;h=2", ["/2026/a.jpg"]),
        ("https://paper.example/a.jpg", ["/a.jpg"]),
        ("http://PAPER.example:80/a.jpg", ["/a.jpg"]),
        ("//paper.example/a.jpg", ["/a.jpg"]),
        ("https://paper.example:8443/a.jpg", []),
        ("https://other.example/a.jpg", []),
        ("https://paper.example", []),
        ("https://[broken/a.jpg", []),
        ("mailto:desk@paper.example", []),
        ("data:image/png;base64,AAAA", []),
        ("#a.jpg", []),
        ("?a.jpg", []),
        ("folder/", []),
        ("..", []),
        ("", []),
    ],
)
def test_addresses_and_the_files_that_they_mean(address: str, paths: list[str]) -> None:
    assert list(site_paths(address, "/2026", OWN)) == paths


def test_below_a_base_path_an_address_may_mean_two_files() -> None:
    assert list(site_paths("/news/a.jpg", "", BELOW)) == ["/a.jpg", "/news/a.jpg"]
    assert list(site_paths("https://paper.example:8443/news/a.jpg", "", BELOW)) == ["/a.jpg"]
    assert list(site_paths("https://paper.example:8443/a.jpg", "", BELOW)) == []


segments = st.lists(st.sampled_from(["a", "b.jpg", "..", ".", ""]), max_size=6)


@given(segments, segments)
def test_resolving_never_leaves_the_site_and_is_what_it_was_when_resolved_again(path: list[str], at: list[str]) -> None:
    found = resolved("/".join(path), "/" + "/".join(at))
    assert found.startswith("/")
    assert "//" not in found
    assert not {".", ".."} & set(PurePosixPath(found).parts)
    assert resolved(found, "/elsewhere") == found


def test_the_folder_of_a_file_is_that_of_the_files_beside_it() -> None:
    assert [folder_of(path) for path in ("content/a.md", "content/2026/a.md")] == ["", "/2026"]


pieces = st.lists(
    st.sampled_from([*list("](<>)\"'`=[]:! \n\\/.a"), "](a.jpg)", "<script>", "style=", "url(", "//paper.example/"]),
    max_size=60,
).map("".join)


@pytest.mark.fuzz
@given(pieces | st.binary(max_size=80).map(lambda data: data.decode("latin-1")))
def test_any_text_may_name_files(text: str) -> None:
    found = files_named(named_in_markdown(text.encode(), OWN), "/2026", OWN) | names_in(text, "/2026", OWN)
    assert all(path.startswith("/") and not path.startswith("//") for path in found)


@pytest.mark.parametrize(
    "text", ["](a" + " " * 200_000 + "b)", "](" * 100_000, '="' * 100_000, "](a(b" * 50_000, "\\/" * 99_999]
)
def test_long_texts_are_read_in_time_that_grows_with_them(text: str) -> None:
    """Quadratic time would be minutes here."""
    files_named(named_in_markdown(text.encode() + b"<script>", OWN), "/2026", OWN)
