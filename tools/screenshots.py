"""Pictures of every kind of page in an output folder: narrow and wide, light and dark.

Usage: ``screenshots.py PUBLIC PICTURES``.  Run it with the Python of ``.venv`` from the repository's root.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support.browser import launch, opened
from tests.support.sample import pages_by_kind
from tests.support.server import serve


def main() -> None:
    """Take all pictures and say where they are."""
    if len(sys.argv) != 3:
        sys.exit("usage: screenshots.py PUBLIC PICTURES")
    public, pictures = Path(sys.argv[1]), Path(sys.argv[2])
    if not (public / "index.html").is_file():
        sys.exit(f"{public} holds no site: run make site first")
    pictures.mkdir(parents=True, exist_ok=True)
    with serve(public) as origin, launch() as browser:
        for kind, address in pages_by_kind(public).items():
            for width in (390, 1280):
                for scheme in ("light", "dark"):
                    with opened(browser, origin + address, width=width, scheme=scheme) as page:
                        page.screenshot(path=pictures / f"{kind}-{width}-{scheme}.png", full_page=True)
            print(f"{kind}: {address}", flush=True)
    print(f"{len(list(pictures.glob('*.png')))} pictures in {pictures.resolve()}")


if __name__ == "__main__":
    main()
