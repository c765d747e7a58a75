"""Counts that are written into a file where it lies."""

from __future__ import annotations

import struct
from hashlib import sha256
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from site_builder.building.filling import filled
from site_builder.building.output import Output
from site_builder.building.records import PageEntry, with_counts
from site_builder.sources.scan import stamp_of

COUNTS = st.lists(st.integers(100, 999).map(str), min_size=1, max_size=4)


def page_of(folder: Path, texts: list[str], counts: list[str]) -> PageEntry:
    """A file in which a count stands after each of ``texts``."""
    whole = "".join(text + count for text, count in zip(texts, counts, strict=True)).encode()
    path = folder / "page.html"
    path.write_bytes(whole)
    slots, offset = b"", 0
    for text in texts:
        offset += len(text.encode())
        slots += struct.pack("<I8s", offset, b"an url..")
    shown = "\n".join(counts)
    entry = PageEntry("page.html", "article", b"t", b"c", sha256(whole).digest(), len(whole), slots=slots, shown=shown)
    return msgspec.structs.replace(entry, stamp=stamp_of(path.stat()))


@given(st.data(), COUNTS)
def test_a_file_gets_its_counts_wherever_they_stand(tmp_path_factory, data, before):
    folder = tmp_path_factory.getbasetemp()
    # Empty texts: a page may begin with a count, and two may stand side by side.
    texts = [data.draw(st.sampled_from(["", "<p>", "時裝 "])) for _ in before]
    after = [data.draw(st.integers(100, 999).map(str)) for _ in before]
    entry = page_of(folder, texts, before)
    old = (folder / "page.html").read_bytes()
    found = filled(entry, "\n".join(after), Output(folder))
    if after == before:
        assert found is None
        return
    assert found is not None
    new = (folder / "page.html").read_bytes()
    assert new == with_counts(old, entry, "\n".join(after))
    assert (found.sha256, found.size, found.stamp) == (
        sha256(new).digest(),
        len(new),
        stamp_of((folder / "page.html").stat()),
    )


def test_a_file_whose_counts_are_others_than_its_entry_says_is_left_alone(tmp_path):
    """As after a power cut: nothing that ``stat`` tells is another."""
    entry = page_of(tmp_path, ["<p>", "</p>"], ["123", "456"])
    path = tmp_path / "page.html"
    path.write_bytes(path.read_bytes().replace(b"123", b"122"))
    entry = msgspec.structs.replace(entry, stamp=stamp_of(path.stat()))
    assert filled(entry, "123\n457", Output(tmp_path)) is None
    assert path.read_bytes() == b"<p>122</p>456"
