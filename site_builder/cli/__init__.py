"""The command line: each command parses its arguments, calls the package and prints.

Exit codes: 0 done, 1 the content or the site is at fault, 2 wrong usage; of ``deploy`` also 3 stopped part-way, 4
refused by a guard.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import io
import os
import sys
from typing import TextIO

import click

from site_builder import __version__

COMMANDS = {
    "init": "site_builder.cli.init",
    "new": "site_builder.cli.new",
    "build": "site_builder.cli.build",
    "serve": "site_builder.cli.serve",
    "verify": "site_builder.cli.verify",
    "explain": "site_builder.cli.explain",
    "why": "site_builder.cli.why",
    "views": "site_builder.cli.views",
    "plan": "site_builder.cli.plan",
    "watch": "site_builder.cli.watch",
    "status": "site_builder.cli.status",
    "check": "site_builder.cli.check",
    "deploy": "site_builder.cli.deploy",
    "clean": "site_builder.cli.clean",
}


class LazyGroup(click.Group):
    """Imports a command's module when it is called, so that ``--version`` and ``--help`` answer at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The commands in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, its module imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As in click; a misspelt name is told with the nearest one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from site_builder.errors import did_you_mean

            raise click.UsageError(f"No such command '{args[0]}'. {did_you_mean(args[0], COMMANDS)}", ctx) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="site-builder")
def main() -> None:
    """A static site generator for fashion news portals.

    Exit codes: 0 done, 1 the content or the site is at fault, 2 wrong usage.
    """


_THREADED = "obstore"


def run() -> None:
    """:func:`main` as a program.  What its commands hold of a large archive is not taken apart at the end."""
    held: list[object] = []
    _use_streams()
    try:
        main(obj=held)
    except SystemExit as ended:
        # Threads of the library for object stores may still call Python while that is taken apart: it would abort.
        if (held or _THREADED in sys.modules) and isinstance(ended.code, int):
            is_told = all([_flushed(sys.stdout), _flushed(sys.stderr)])
            os._exit(ended.code if is_told else ended.code or 1)
        raise
    except OSError as error:
        # What a site's files are at fault for is told before; a file has a name.
        if error.errno != errno.ENOSPC or error.filename:
            raise
        with contextlib.suppress(OSError):
            click.echo(f"what there is to tell cannot be written: {error.strerror}", err=True)
        os._exit(1)


def _use_streams() -> None:
    """See to it that all three streams are there, and that no sign is one that they cannot write.

    A stream that was closed for the program leaves its number to the next file that is opened, such as the cache.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def _flushed(stream: TextIO | None) -> bool:
    """Whether all that was written to ``stream`` went out; there is none where it was closed for the program."""
    try:
        if stream is not None:
            stream.flush()
    except OSError:
        return False
    return True
