"""Other generators on the same content in the same run: ``make bench-peers``, ``python benchmarks/peers.py --help``.

In: the sites' definitions in ``peers/``, content of ``corpus.py``; the peers are installed below ``benchmarks/made/``.
Out: ``PEERS.md``.  A peer that cannot be installed is told there; one that leaves out an article stops the run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from machine import facts
from measure import Run, peak_memory, timed
from peer_tools import PEERS, CannotInstall, Peer, installed, make_site, missing_pages
from results import ALONE, figure, markdown_table
from workbench import HERE, Workbench, say, shown

HEAD = (
    "tool",
    "version",
    "seconds",
    "processor seconds",
    "of others",
    "peak memory",
    "pages written",
    "÷ site_builder, comrak",
    "by processor time",
)
LEGEND = """Written by `make bench-peers`; `README.md` beside this file tells what each of them builds, and what they do
not share. Cold builds; medians where there are several. `of others`: processor seconds that the rest of the machine
used meanwhile. `pages written`: HTML files."""
OWN = {"comrak": "site_builder, comrak", "markdown": "site_builder, Python-Markdown"}
REFERENCE = OWN["comrak"]


@dataclass(frozen=True)
class Built:
    """One cold build: what it took, and the HTML files that it wrote."""

    run: Run
    pages: int


@dataclass(frozen=True)
class Tool:
    """A line of the table.  ``reason`` tells why there are no builds; ``memory`` is in bytes."""

    title: str
    version: str
    builds: Sequence[Built] = ()
    memory: int = 0
    reason: str = ""


def main() -> None:
    options = parse_arguments()
    if sys.platform != "linux":
        sys.exit("the benchmarks need Linux: they read /proc")
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    bench = Workbench(work, options.jobs, options.seed)
    given = {"articles": options.articles, "runs": options.runs, "jobs": options.jobs, "seed": options.seed}
    command = " ".join(f"--{name} {value}" for name, value in given.items())
    try:
        tools = measured(bench, options)
        where = {
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            "command": f'`make bench-peers ARGS="{command}"`',
            "articles": f"{options.articles:,}",
            **facts(work),
        }
        text = document(tools, where)
        options.write.write_text(text, encoding="utf-8")
        print(text)
    finally:
        bench.close()
        for folder in (work / "peers").glob("site-*"):
            shutil.rmtree(folder)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Build the same content with other generators.")
    parser.add_argument("--articles", type=int, default=10_000, metavar="N", help="default: 10000")
    parser.add_argument("--runs", type=int, default=1, metavar="N", help="timed builds of each tool (default: 1)")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes of site_builder (default: 2)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the generated content (default: 1)")
    parser.add_argument("--write", type=Path, default=HERE / "PEERS.md", metavar="FILE", help="default: PEERS.md")
    parser.add_argument("--work", type=Path, default=HERE / "made", metavar="DIR", help="default: benchmarks/made")
    options = parser.parse_args()
    if min(options.articles, options.runs, options.jobs) < 1:
        parser.error("--articles, --runs and --jobs must be 1 or more")
    return options


def measured(bench: Workbench, options: argparse.Namespace) -> list[Tool]:
    """Each tool's timed builds, then one of each for its memory.

    Every other turn goes backwards, so that no tool is always the first after the content was written.
    """
    tools, site = bench.folder / "peers", bench.site(options.articles)
    versions: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for peer in PEERS:
        say(f"installing {peer.title}")
        try:
            versions[peer.title] = installed(peer, tools)
        except CannotInstall as error:
            say(f"{peer.title} cannot be installed: {error}")
            reasons[peer.title] = str(error)
    ready = [peer for peer in PEERS if peer.title in versions]
    for peer in ready:
        make_site(peer, site, site_of(tools, peer))
    builds: dict[str, list[Built]] = {}
    for turn in range(options.runs):
        for tool in [*OWN, *ready][:: -1 if turn % 2 else 1]:
            title = tool.title if isinstance(tool, Peer) else OWN[tool]
            builds.setdefault(title, []).append(cold_build(bench, options.articles, tool))
    memory = {
        **{title: bench.memory_of_build(options.articles, engine) for engine, title in OWN.items()},
        **{peer.title: memory_of_peer(tools, peer) for peer in ready},
    }
    own = [Tool(title, own_version(), builds[title], memory[title]) for title in OWN.values()]
    others = [
        Tool(peer.title, versions[peer.title], builds[peer.title], memory[peer.title])
        if peer.title in versions
        else Tool(peer.title, "", reason=reasons[peer.title])
        for peer in PEERS
    ]
    return own + others


def cold_build(bench: Workbench, articles: int, tool: Peer | str) -> Built:
    """A build by a peer, or by this repository's code with the engine of that name."""
    site = bench.site(articles)
    if isinstance(tool, str):
        step = bench.cold_build(articles, tool)
        run, output = step.run, step.output or site
    else:
        tools = bench.folder / "peers"
        output = fresh_output(tools, tool)
        run = timed(tool.build(tools, output.name), site_of(tools, tool))
        say(f"{tool.title}, {articles:,} articles: {shown(run)}")
    if missing := missing_pages(site, output):
        sys.exit(f"{len(missing):,} of {articles:,} articles have no page in {output}, as {missing[0]}")
    return Built(run, sum(1 for _ in output.glob("**/*.html")))


def memory_of_peer(tools: Path, peer: Peer) -> int:
    output = fresh_output(tools, peer)
    peak = peak_memory(peer.build(tools, output.name), site_of(tools, peer))
    say(f"{peer.title}: {peak / 1e6:.0f} MB")
    return peak


def site_of(tools: Path, peer: Peer) -> Path:
    """Another one in each run: what was removed just before makes writing slow, as ``Workbench`` tells."""
    return tools / f"site-{peer.name}-{os.getpid()}"


def fresh_output(tools: Path, peer: Peer) -> Path:
    """A folder in the peer's site that was not there yet; its content has been read, so no build waits for the disk."""
    site = site_of(tools, peer)
    for file in (site / peer.content).glob("**/*.md"):
        file.read_bytes()
    return site / f"output-{sum(1 for _ in site.glob('output-*')) + 1}"


def own_version() -> str:
    from site_builder import __version__

    return __version__


def document(tools: Sequence[Tool], where: Mapping[str, str]) -> str:
    """``PEERS.md``: the table, and the machine."""
    parts = [
        "# Other generators on the same content",
        LEGEND,
        markdown_table(HEAD, lines(tools)),
        *company(tools),
        "## Where",
        markdown_table(("", ""), where.items()),
    ]
    return "\n\n".join(parts) + "\n"


def lines(tools: Sequence[Tool]) -> Iterator[tuple[str, ...]]:
    """A line of cells a tool; one that was not installed has the reason in place of figures."""
    reference = next(tool for tool in tools if tool.title == REFERENCE)
    for tool in tools:
        if tool.reason:
            reason = tool.reason.replace("|", "\\|")
            yield (tool.title, f"not installed: {reason}", *[""] * (len(HEAD) - 2))
            continue
        seconds, processors = seconds_of(tool), processors_of(tool)
        yield (
            tool.title,
            tool.version,
            figure(seconds),
            figure(processors),
            figure(median(built.run.others for built in tool.builds)),
            f"{tool.memory / 1e6:,.0f} MB",
            f"{tool.builds[-1].pages:,}",
            figure(seconds / seconds_of(reference)),
            figure(processors / processors_of(reference)),
        )


def company(tools: Sequence[Tool]) -> Iterator[str]:
    """A warning that names the tools in whose builds the rest of the machine worked too much for a verdict."""
    busy = [tool.title for tool in tools if any(built.run.others > ALONE * built.run.seconds for built in tool.builds)]
    if busy:
        yield f"Unsteady, for the rest of the machine was at work meanwhile: {'; '.join(busy)}."


def seconds_of(tool: Tool) -> float:
    return median(built.run.seconds for built in tool.builds)


def processors_of(tool: Tool) -> float:
    return median(built.run.cpu for built in tool.builds)


if __name__ == "__main__":
    main()
