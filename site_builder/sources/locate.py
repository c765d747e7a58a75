"""Where the package's own starter lies: the default theme and the sample site that ``init`` copies."""

from __future__ import annotations

from pathlib import Path


def starter_dir() -> Path:
    """The folder that holds ``templates/``, ``static/``, ``content/`` and ``site.yaml`` of the starter.

    A wheel carries them inside the package; in a checkout they are the top level of the repository.
    """
    package = Path(__file__).resolve().parent.parent
    shipped = package / "starter"
    return shipped if shipped.is_dir() else package.parent
