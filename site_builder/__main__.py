"""The program ``site-builder``, also ``python -m site_builder``."""

from __future__ import annotations

import sys


def run() -> None:
    """The command line.  Ctrl-C while it is still being loaded ends it as it does later: without a traceback."""
    try:
        from site_builder.cli import run as run_command

        run_command()
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)  # noqa: T201  (what prints otherwise may not be there yet)
        sys.exit(130)


if __name__ == "__main__":
    run()
