"""Pictures of every kind of page in an output folder and of the preview: narrow and wide, light and dark.

Usage: ``screenshots.py PUBLIC PICTURES``.  Run it with the Python of ``.venv`` from the repository's root.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support.browser import launch, opened
from tests.support.preview import AT_INSTANT, Served, sample_site, serving
from tests.support.sample import pages_by_kind
from tests.support.server import serve

LOOKS = tuple(itertools.product((390, 1280), ("light", "dark")))
PIECE = "content/2026/11/mudan-row-patents-a-lipstick.md"
BAR = "site-builder-preview"


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
            for width, scheme in LOOKS:
                with opened(browser, origin + address, width=width, scheme=scheme) as page:
                    page.screenshot(path=pictures / f"{kind}-{width}-{scheme}.png", full_page=True)
            print(f"{kind}: {address}", flush=True)
        with previewed() as served:
            for state in states(served):
                for width, scheme in LOOKS:
                    url = served.origin + state.address
                    with opened(browser, url, width=width, scheme=scheme, status=state.status) as page:
                        page.wait_for_selector(f"{BAR} {state.shows}")
                        if state.clicked:
                            page.locator(f"{BAR} {state.clicked}").click()
                        page.screenshot(path=pictures / f"preview-{state.name}-{width}-{scheme}.png")
                print(f"preview, {state.name}: {state.address}", flush=True)
    print(f"{len(list(pictures.glob('*.png')))} pictures in {pictures.resolve()}")


@contextmanager
def previewed() -> Iterator[Served]:
    """A preview of the sample site, copied: pictures of mistakes need mistakes."""
    with tempfile.TemporaryDirectory() as folder, serving(sample_site(Path(folder)), *AT_INSTANT) as served:
        yield served


class State(NamedTuple):
    """What of the preview is pictured: when it ``shows`` something, after something was ``clicked``."""

    name: str
    address: str
    status: int
    shows: str
    clicked: str = ""


def states(served: Served) -> Iterator[State]:
    """All states; what has to be so is made so before each."""
    address = "/2026/11/mudan-row-patents-a-lipstick/"
    yield State("bar", address, 200, ".strip")
    yield State("panel", address, 200, ".strip", ".summary")
    yield State("hidden", "/2026/11/rfid-hangers-draft/", 404, ".strip .held", ".summary")
    text = (served.site / PIECE).read_text(encoding="utf-8")
    served.write(PIECE, text.replace("category:", "catgory:", 1))
    yield State("overlay", address, 200, "dialog[open]")


if __name__ == "__main__":
    main()
