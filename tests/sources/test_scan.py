"""Trees that change, or may not be read, while they are walked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from site_builder.errors import SiteError
from site_builder.sources import scan as scanning
from site_builder.sources.scan import scan


@pytest.fixture
def site_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site of three files, without the default theme."""
    for path in ("content/a.md", "content/2026/b.md", "static/own.css"):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("text")
    monkeypatch.setattr(scanning, "starter_dir", lambda: tmp_path)
    return tmp_path


def test_a_file_that_goes_while_its_folder_is_read_is_none(site_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Editors write a temporary file beside a piece, and put it in the piece's place."""
    listed = os.scandir

    def scandir(folder: Any) -> Iterator[os.DirEntry[str]]:
        entries = list(listed(folder))
        (site_dir / "content/a.md.4913").unlink(missing_ok=True)
        return iter(entries)

    (site_dir / "content/a.md.4913").write_text("text")
    monkeypatch.setattr(os, "scandir", scandir)
    assert sorted(scan(site_dir).stamps) == ["content/2026/b.md", "content/a.md", "static/own.css"]


def test_a_style_that_goes_or_may_not_be_read_is_a_problem(site_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(location: str) -> str:
        raise PermissionError(13, "Permission denied", location)

    monkeypatch.setattr(scanning, "_fingerprint", refused)
    with pytest.raises(SiteError, match=r"static/own\.css: cannot be read: Permission denied"):
        scan(site_dir)
