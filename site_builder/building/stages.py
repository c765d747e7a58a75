"""The two dear stages of a build, each over chunks of indices in several processes: parsing and rendering."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from site_builder.articles import Rules, parse_source
from site_builder.building.memory import own_memory
from site_builder.building.output import Output
from site_builder.building.workers import run
from site_builder.catalog.catalog import Catalog
from site_builder.errors import Problem, SiteError
from site_builder.model import Parsed
from site_builder.pages.planned import Planned
from site_builder.rendering.renderer import Renderer
from site_builder.rendering.slots import splice
from site_builder.sources.scan import read_source

Progress = Callable[[str, int, int], None]
"""Called with the stage's name, how many of its items are done, and how many there are."""

# One broken template fails on every page: more of the same tells an editor nothing.
ENOUGH_PROBLEMS = 20


def parse_all(
    site_dir: str, paths: Sequence[str], rules: Rules, jobs: int, progress: Progress
) -> tuple[list[Parsed], int]:
    """Every article and document, in the order of ``paths``; and the most memory that the workers took together."""
    encode = msgspec.msgpack.Encoder().encode
    decode = msgspec.msgpack.Decoder(list[Parsed]).decode

    def parse(chunk: range) -> tuple[bytes, int]:
        parsed = []
        for index in chunk:
            try:
                parsed.append(parse_source(read_source(site_dir, paths[index]), rules))
            except SiteError as error:
                parsed.append(Parsed(problems=error.problems))
        return encode(parsed), own_memory() if chunk.stop == len(paths) else 0

    found: list[Parsed | None] = [None] * len(paths)
    done = memory = 0
    for chunk, (data, used) in run(parse, len(paths), jobs):
        found[chunk.start : chunk.stop] = decode(data)
        memory = max(memory, used)
        done += len(chunk)
        progress("parse", done, len(paths))
    return [parsed for parsed in found if parsed is not None], memory * jobs


class RenderedPages(NamedTuple):
    """``written`` are the indices of the pages whose bytes changed; ``memory`` in bytes, all workers together."""

    written: list[int]
    memory: int


def render_all(
    catalog: Catalog,
    pages: Sequence[Planned],
    renderer: Renderer,
    output: Output,
    jobs: int,
    progress: Progress,
) -> RenderedPages:
    """Render every page and stage those whose bytes differ from the output's.

    Raises :class:`SiteError` with what went wrong, each place in a template once.
    """

    def render(chunk: range) -> tuple[list[int], list[Problem], int]:
        written = []
        problems: list[Problem] = []
        for index in chunk:
            planned = pages[index]
            try:
                data = bytes_of(planned, catalog, renderer)
                if not output.unchanged(planned.path, data):
                    output.stage(planned.path, data)
                    written.append(index)
            except SiteError as error:
                problems.extend(error.problems)
                if len(problems) >= ENOUGH_PROBLEMS:
                    break
        return written, problems, own_memory() if chunk.stop == len(pages) else 0

    written: list[int] = []
    first_at: dict[tuple[str, int, str], Problem] = {}
    done = memory = 0
    for chunk, (indices, problems, used) in run(render, len(pages), jobs):
        written += indices
        for problem in problems:
            where = (problem.path, problem.line, problem.message.partition(" (while rendering")[0])
            first_at[where] = min(problem, first_at.get(where, problem))
        if len(first_at) >= ENOUGH_PROBLEMS or (problems and len(problems) >= ENOUGH_PROBLEMS):
            break
        memory = max(memory, used)
        done += len(chunk)
        progress("render", done, len(pages))
    if first_at:
        raise SiteError(first_at.values())
    return RenderedPages(sorted(written), memory * jobs)


def bytes_of(planned: Planned, catalog: Catalog, renderer: Renderer) -> bytes:
    """The page's file.  Raises :class:`SiteError` also for what only shows when the whole page is there."""
    try:
        rendered = renderer.render(planned.page(catalog))
    except RecursionError:
        message = f"includes or calls itself without end (while rendering /{planned.path})"
        raise SiteError([Problem(f"templates/{planned.template}", message=message)]) from None
    try:
        return splice(rendered, catalog.views, catalog.config.views.display)
    except KeyError as error:
        message = f"views: '{error.args[0]}' is the address of no article (while rendering /{planned.path})"
        hint = "The filter takes a card, or 'article'"
        raise SiteError([Problem(f"templates/{planned.template}", message=message, hint=hint)]) from None
