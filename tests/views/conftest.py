"""A site whose readers are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from site_builder.sources.view_store import read_views
from site_builder.views.importing import ImportReport, import_views
from tests.site.pieces import make_site, piece
from tests.support.site import SiteDir

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
FILES = {
    "site.yaml": "site: {timezone: Asia/Shanghai}\ncategories: [Retail, Beauty]\n",
    "content/kapok.md": piece("Kapok", views=100, aliases=["/old/kapok"]),
    "content/serge.md": piece("Serge", slug="羊毛", category="Beauty"),
    "content/twill.md": piece("Twill", permalink="/cloth/twill.html"),
    "content/draft.md": piece("Draft", draft=True),
    "content/pages/about.md": "---\ntitle: About\n---\nText.\n",
}
KAPOK, SERGE, TWILL = "/2026/11/kapok/", "/2026/11/%E7%BE%8A%E6%AF%9B/", "/cloth/twill.html"


class Counted:
    """A site and its imports."""

    def __init__(self, made: SiteDir, folder: Path) -> None:
        self.site = made
        self.folder = folder
        self._number = 0

    def file(self, data: bytes) -> str:
        self._number += 1
        path = self.folder / f"log{self._number}"
        path.write_bytes(data)
        return str(path)

    def add(self, *logs: bytes, **options: object) -> ImportReport:
        return import_views(self.site.path, [self.file(data) for data in logs], **{"now": NOW, **options})

    def days(self) -> dict[tuple[str, str], int]:
        """Views by article (the file's name) and day."""
        from site_builder.config import parse_config

        config = self.site.path / "site.yaml"
        stored = read_views(self.site.path, parse_config(config.read_text()).views.store, 1)
        assert {article: sum(days.values()) for article, days in stored.days.items()} == stored.totals
        return {
            (Path(article).stem, date.fromordinal(day).isoformat()): views
            for article, days in stored.days.items()
            for day, views in days.items()
        }

    def forget(self) -> None:
        for path in (self.site.path / ".site-builder").glob("v*"):
            path.unlink()
        (self.site.path / "data/views.csv").unlink(missing_ok=True)


@pytest.fixture
def counted(tmp_path: Path) -> Callable[..., Counted]:
    def make(config: str = "", files: Iterable[tuple[str, str]] = ()) -> Counted:
        changed = {**FILES, **dict(files)}
        changed["site.yaml"] += config
        return Counted(make_site(tmp_path, changed), tmp_path)

    return make
