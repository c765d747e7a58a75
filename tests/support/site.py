"""A tiny site that a test makes from strings, builds, changes and builds again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.markup import parse_html, parse_xml

if TYPE_CHECKING:
    from lxml import etree

    from site_builder import BuildReport

# When tests build, unless they say otherwise.
INSTANT = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass(frozen=True)
class SiteDir:
    """A site's folder: ``path`` holds the sources, ``out`` the output of the last build."""

    path: Path
    out: Path

    def write(self, path: str, text: str | bytes) -> None:
        """Make or replace the source file ``path``; text is written as it is, as UTF-8."""
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def remove(self, path: str) -> None:
        """Delete the source file ``path``."""
        (self.path / path).unlink()

    def build(self, at: datetime | str = INSTANT, **options: Any) -> BuildReport:
        """Build into ``out`` at the instant ``at`` (text is ISO 8601 with zone), in this process if not told otherwise.

        Raises :class:`site_builder.SiteError`; ``options`` are those of :func:`site_builder.build`.
        """
        from site_builder import build

        instant = datetime.fromisoformat(at) if isinstance(at, str) else at
        return build(self.path, **{"output": self.out, "at": instant, "jobs": 1, **options})

    def read(self, path: str) -> str:
        """The text of the output file ``path``."""
        return (self.out / path).read_bytes().decode("utf-8")

    def html(self, path: str) -> etree._Element:
        """The tree of the output page ``path``, which has to parse without a repair."""
        return parse_html(self.read(path), where=path)

    def xml(self, path: str) -> etree._Element:
        """The root of the output file ``path``."""
        return parse_xml((self.out / path).read_bytes())

    def files(self) -> dict[str, bytes]:
        """Every output file with its bytes, by its path, in order: to compare two builds."""
        return {
            file.relative_to(self.out).as_posix(): file.read_bytes()
            for file in sorted(self.out.rglob("*"))
            if file.is_file()
        }
