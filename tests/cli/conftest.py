"""The site that the tests of commands work on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.site.pieces import make_site, piece
from tests.support.site import SiteDir


@pytest.fixture
def made(tmp_path: Path) -> SiteDir:
    files = {
        f"content/p{number}.md": piece(f"Piece {number}", timestamp=f"2026-11-0{number + 1}") for number in range(7)
    }
    files["content/draft.md"] = piece("A draft", draft=True, slug="draft")
    files["site.yaml"] = "site: {timezone: Asia/Shanghai}\ncategories: [Retail, Beauty]\n"
    return make_site(tmp_path, files)
