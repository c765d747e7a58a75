"""``site-builder serve``."""

from __future__ import annotations

import os
import signal
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from site_builder.cli.console import Instant, in_site_zone, print_problems, site_option, telling_problems

if TYPE_CHECKING:
    PortType = click.ParamType[tuple[int, bool]]
else:
    PortType = click.ParamType  # older versions of click have no type arguments

DEFAULT_PORT = 8000
EVERYWHERE = "0.0.0.0"  # noqa: S104  (only with --lan)


class Port(PortType):
    """A port; ``auto`` is the first free one from 8000 on.  Gives (port, whether another one will do)."""

    name = "PORT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, bool]:
        """As in click: fails where ``value`` is no port."""
        if value == "auto":
            return DEFAULT_PORT, True
        if isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdigit()):
            number = int(value)
            if 1 <= number <= 65_535:
                return number, False
        return self.fail(f"'{value}' is no port; expected 1 to 65535 or auto", param, ctx)


@click.command("serve")
@site_option
@click.option("--host", metavar="HOST", help="Listen at this address (default: 127.0.0.1, with --lan: all).")
@click.option("--port", type=Port(), default=DEFAULT_PORT, show_default=True, help="Or auto: the next free one.")
@click.option("--lan", is_flag=True, help="Let other machines in: needed to listen beyond this one.")
@click.option("--drafts", is_flag=True, help="Show drafts as if published.")
@click.option("--at", type=Instant(), help="Show the site as of this instant (default: now).")
@click.option("--open", "open_browser", is_flag=True, help="Open the site in a browser.")
@telling_problems
def command(
    site_dir: Path,
    host: str | None,
    port: tuple[int, bool],
    lan: bool,
    drafts: bool,
    at: datetime | None,
    open_browser: bool,
) -> None:
    """Preview the site: pages as a build writes them, new in the browser as soon as a file is saved."""
    from site_builder.preview.guard import is_loopback

    address = host or (EVERYWHERE if lan else "127.0.0.1")
    if not lan and not is_loopback(address):
        message = (
            f"--host {address} lets other machines read the site, with drafts and all. If that is meant, add --lan."
        )
        raise click.UsageError(message)

    from site_builder.preview.server import Server, listen, make_preview
    from site_builder.preview.wanted import Mode

    sockets = listen(address, port[0], any_free=port[1])
    number = sockets[0].getsockname()[1]
    preview = make_preview(site_dir, Mode(drafts, in_site_zone(at, site_dir)))
    preview.begin()

    def ready() -> None:
        url = f"http://{shown_host(address)}:{number}{preview.home}"
        click.echo(f"Preview at {click.style(url, bold=True)}  (Ctrl-C ends it)")
        if lan:
            tell_of_lan(number, preview.home)
        if preview.known.waiting:
            click.echo(f"{len(preview.known.waiting):,} more sources are being read meanwhile")
        if preview.known.faults:
            print_problems(preview.known.problems, "Not as it should be (the pages show it too):", "yellow")
        if open_browser:
            click.launch(url)

    end_with_ctrl_c()
    names = frozenset({address.lower(), *machine_names()} if lan else {address.lower()})
    Server(preview, sockets, names, lambda text: click.secho(text, fg="yellow", err=True)).run(ready)


def end_with_ctrl_c() -> None:
    """From now on Ctrl-C ends the program then and there: nothing is being written, so there is nothing to finish.

    An exception could be lost in whatever happens to be at work, and tearing down a large site takes a while.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        os.write(2, b"\nstopped\n")
        os._exit(0)

    signal.signal(signal.SIGINT, end)


def shown_host(address: str) -> str:
    """The host as it stands in an address that this machine's browser opens."""
    if address in (EVERYWHERE, "::"):
        return "127.0.0.1"
    return f"[{address}]" if ":" in address else address


def machine_names() -> list[str]:
    """What other machines may call this one."""
    import socket

    name = socket.gethostname().lower()
    return [name, f"{name}.local"] if name else []


def tell_of_lan(port: int, home: str) -> None:
    """What ``--lan`` means, and what to type on another machine."""
    click.secho(
        "Everybody in this network can read all of it: drafts, pieces that are to appear later, notes in the sources"
        " around an error. There is no password, and nothing is encrypted.",
        fg="yellow",
    )
    for name in machine_names()[:1]:
        click.echo(f"Other machines open http://{name}:{port}{home} or this machine's address in numbers")
