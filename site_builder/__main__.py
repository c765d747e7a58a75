"""The program ``site-builder``, also ``python -m site_builder``."""

from __future__ import annotations

import os
import sys


def run() -> None:
    """The command line.  Ctrl-C while it is still being loaded ends it as it does later: without a traceback."""
    try:
        _use_utf8()
        from site_builder.cli import run as run_command

        run_command()
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)  # noqa: T201  (what prints otherwise may not be there yet)
        sys.exit(130)


def _use_utf8() -> None:
    """Begin again in Python's UTF-8 mode (PEP 540) where the locale has another encoding, such as GBK.

    A site's file names are UTF-8, on any machine.  What is printed stays in the locale's encoding.
    """
    if sys.flags.utf8_mode or sys.getfilesystemencoding() == "utf-8" or not sys.executable:
        return
    arguments = [os.fsencode(sys.executable), b"-X", b"utf8", *map(_as_utf8, sys.orig_argv[1:])]
    printed = getattr(sys.stdout or sys.stderr, "encoding", "utf-8")
    # The first is for this program, also where it is told to heed no variable, the second for those that it starts.
    environment = {"PYTHONIOENCODING": printed, **os.environ, "PYTHONUTF8": "1"}
    os.execve(sys.executable, arguments, environment)  # noqa: S606  (this very program)


def _as_utf8(argument: str) -> bytes:
    """``argument`` as it was typed, where that is UTF-8, as a completed file name is; else as the locale reads it."""
    typed = os.fsencode(argument)
    try:
        typed.decode()
    except UnicodeDecodeError:
        return argument.encode("utf-8", "surrogateescape")
    return typed


if __name__ == "__main__":
    run()
