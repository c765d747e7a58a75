"""A static site generator for fashion news portals.

The front door for programs is :func:`build`: everything that a command can do, a program can do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from site_builder.errors import Problem, SiteError

if TYPE_CHECKING:
    from site_builder.building.door import build
    from site_builder.building.report import BuildReport

__version__ = "0.1.0"
__all__ = ["BuildReport", "Problem", "SiteError", "__version__", "build"]


def __getattr__(name: str) -> Any:
    # Imported when used: ``site-builder --version`` loads neither Jinja nor Markdown.
    if name == "build":
        from site_builder.building.door import build

        return build
    if name == "BuildReport":
        from site_builder.building.report import BuildReport

        return BuildReport
    raise AttributeError(name)
