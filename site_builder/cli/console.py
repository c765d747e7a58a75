"""What the commands print with: problems as an editor reads them, options that several commands have."""

from __future__ import annotations

import contextlib
import functools
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from site_builder.errors import Problem, SiteError

# More lines than anyone reads; the count tells of the rest.
SHOWN = 200

# Instants that every zone can write, and from which days can be counted back.
FIRST_YEAR, LAST_YEAR = 2, 9998


def print_problems(problems: Iterable[Problem], heading: str, color: str) -> None:
    """One line a problem on standard error, the place first, so that editors and terminals can jump there."""
    found = list(problems)
    click.secho(heading, fg=color, bold=True, err=True)
    for problem in found[:SHOWN]:
        place = problem.path + (f":{problem.line}:{problem.column or 1}" if problem.line else "")
        text = problem.message + (f". {problem.hint}" if problem.hint else "")
        if problem.hint and not problem.hint.endswith(("?", ".", "!")):
            text += "."
        click.echo(f"  {click.style(place, bold=True)}: {text}", err=True)
    if len(found) > SHOWN:
        click.echo(f"  … and {len(found) - SHOWN:,} more", err=True)


def plural(count: int, noun: str) -> str:
    """``1 problem``, ``2 problems``."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def telling_problems(function: Callable[..., Any]) -> Callable[..., Any]:
    """A command whose :class:`SiteError` is printed, exit code 1; Ctrl-C ends it without a traceback."""

    @functools.wraps(function)
    def command(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except SiteError as error:
            print_problems(error.problems, f"{plural(len(error.problems), 'problem')}:", "red")
            sys.exit(1)
        except MemoryError:
            click.echo("there is not enough memory for this", err=True)
            sys.exit(1)
        except KeyboardInterrupt:
            click.echo("\nstopped", err=True)
            sys.exit(130)

    return command


@contextlib.contextmanager
def ending_by_signals(*, as_ctrl_c: bool = False) -> Iterator[None]:
    """SIGTERM, and SIGHUP of a terminal that is closed, end what is done here as Ctrl-C does: cleaned up.

    ``as_ctrl_c``: they are told like it too, not by an exit code of their own.
    """

    def end(number: int, _frame: object) -> None:
        if not as_ctrl_c:
            sys.exit(128 + number)
        if callable(signal.getsignal(signal.SIGINT)):
            # An event loop has a way of its own to end.
            signal.raise_signal(signal.SIGINT)
        # A shell's background jobs ignore Ctrl-C.
        raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # What is ignored (nohup) stays so.
    before = {number: signal.getsignal(number) for number in numbers if signal.getsignal(number) == signal.SIG_DFL}
    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if TYPE_CHECKING:
    InstantType = click.ParamType[datetime]
    ShareType = click.ParamType[float]
else:
    ShareType = click.ParamType
    InstantType = click.ParamType  # older versions of click have no type arguments


class Share(ShareType):
    """A part of the whole, as ``1%`` or ``0.01``; a number from 0 to 1."""

    name = "SHARE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """As in click: fails where ``value`` is no share."""
        text = str(value)
        try:
            share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            self.fail(f"'{value}' is no share; expected like 1% or 0.01", param, ctx)
        return share


class Instant(InstantType):
    """An instant: ``2026-11-23``, ``2026-11-23 10:00``, ``2026-11-23T10:00:00+08:00``."""

    name = "INSTANT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """As in click: fails where ``value`` is no instant."""
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail(
                f"'{value}' is no instant; expected like 2026-11-23, '2026-11-23 10:00' or with a zone", param, ctx
            )
        if not FIRST_YEAR <= instant.year <= LAST_YEAR:
            self.fail(f"'{value}' is outside the years {FIRST_YEAR} to {LAST_YEAR}", param, ctx)
        return instant


def in_site_zone(instant: datetime | None, site_dir: Path) -> datetime | None:
    """An instant without a zone is in the site's."""
    if instant is None or instant.tzinfo is not None:
        return instant
    from site_builder.config import parse_config
    from site_builder.sources.scan import read_config_text

    zone = ZoneInfo(parse_config(read_config_text(site_dir)).site.timezone)
    return instant.replace(tzinfo=zone).astimezone(UTC)


def site_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--site DIR``: another site than the one in this folder."""
    return click.option(
        "--site",
        "site_dir",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        default=Path(),
        metavar="DIR",
        help="The site's folder (default: this one).",
    )(function)
