"""The sites that are built and the steps that are measured, all below one folder.

In: a number of articles, an engine.  Out: runs with what they took.  Corpora are kept and used again.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus import write_config, write_corpus
from measure import Run, peak_memory, timed
from previewing import Previewed, preview

HERE = Path(__file__).resolve().parent
BUILT_AT = "2026-11-21T00:00:00Z"
"""The instant of every build: after the newest piece, so that all are visible."""


@dataclass(frozen=True)
class Step:
    """Something that was measured: what it took, and for a build its stages in seconds as it reported them.

    ``output`` is what a cold build wrote; it stays until the workbench is closed.
    """

    run: Run
    stages: dict[str, float] = field(default_factory=dict)
    output: Path | None = None


class Workbench:
    """``folder`` holds everything; ``jobs`` is the number of processes of each build."""

    def __init__(self, folder: Path, jobs: int, seed: int) -> None:
        self.folder = folder
        self.jobs = jobs
        self.seed = seed
        self._finished: dict[tuple[int, str], Path] = {}
        self._previewed: dict[tuple[int, int, bool], Previewed] = {}
        self._kept_by: dict[Path, str] = {}
        self._written: list[Path] = []
        self._made = 0

    def site(self, articles: int, *, heavy_tag: bool = False) -> Path:
        """The folder of the site with so many articles; made where it is not there or made by another generator."""
        folder = self.folder / f"{articles}{'-heavy' if heavy_tag else ''}"
        generator = [(HERE / name).read_text(encoding="utf-8") for name in ("words.py", "bodies.py", "corpus.py")]
        note = folder / ".made-with"
        made_with = json.dumps([self.seed, generator])
        if not note.exists() or note.read_text(encoding="utf-8") != made_with:
            say(f"generating {articles:,} articles")
            shutil.rmtree(folder, ignore_errors=True)
            write_corpus(folder, articles, self.seed, heavy_tag=heavy_tag)
            note.write_text(made_with, encoding="utf-8")
        return folder

    def cold_build(self, articles: int, engine: str) -> Step:
        """Build into a new folder, without any cache."""
        site, output = self.prepared(articles, engine)
        report = self.folder / "report.json"
        run = timed([*self._command(output), "--json", str(report)], site, environment())
        stages = json.loads(report.read_bytes())["stages"]
        say(f"{engine}, {articles:,} articles: {shown(run)}")
        return Step(run, stages, output)

    def memory_of_build(self, articles: int, engine: str) -> int:
        """Peak memory in bytes of a cold build, all processes together."""
        site, output = self.prepared(articles, engine)
        peak = peak_memory(self._command(output), site, environment())
        say(f"{engine}, {articles:,} articles: {peak / 1e6:.0f} MB")
        return peak

    def copy(self, articles: int, engine: str) -> Step:
        """``cp -r`` of the finished output to a new folder beside it."""
        finished = self._finished_output(articles, engine)
        run = timed(["cp", "-r", str(finished), str(self.fresh("copy"))], self.folder)
        say(f"cp -r, {articles:,} articles: {shown(run)}")
        return Step(run)

    def refresh(self, articles: int, engine: str) -> tuple[Step, int]:
        """New counts, a tenth as many as there are pages, put into a finished output; and the number of pages.

        The pieces of the "most read" lists are left out, so that no list gets another order.
        """
        site, output = self.prepared(articles, engine)
        timed(self._command(output), site, environment())
        pages = sum(1 for _ in output.rglob("*.html"))
        ranked = (output / "most-read" / "index.html").read_text(encoding="utf-8")
        urls = ["/" + path.parent.relative_to(output).as_posix() + "/" for path in output.glob("2*/*/*/index.html")]
        urls = sorted(url for url in urls if f'"{url}"' not in ranked and "/page/" not in url)
        step = max(1, len(urls) // (pages // 10))
        export = self.folder / "counts.csv"
        rows = [f"{BUILT_AT[:10]},{url},1" for url in urls[::step]]
        export.write_text("\n".join(["date,page,pageviews", *rows]) + "\n", encoding="utf-8")
        program = [sys.executable, "-m", "site_builder", "views"]
        timed([*program, "import", "--format", "plausible", str(export)], site, environment())
        run = timed([*program, "refresh", "--output", str(output), "--jobs", str(self.jobs)], site, environment())
        say(f"{len(rows):,} new counts in {pages:,} pages: {shown(run)}")
        return Step(run), pages

    def bare_markdown(self, articles: int) -> Step:
        """Python-Markdown alone on the same bodies; ``seconds`` are those of converting, without reading."""
        site = self.site(articles)
        result = self.folder / "bare.json"
        command = [sys.executable, str(HERE / "bare_markdown.py"), str(site), str(result), "--jobs", str(self.jobs)]
        run = timed(command, self.folder)
        run = replace(run, seconds=json.loads(result.read_bytes())["seconds"])
        say(f"bare Python-Markdown, {articles:,} articles: {shown(run)}")
        return Step(run)

    def preview(self, articles: int, turn: int, *, warm: bool) -> Previewed:
        """The preview's times, measured once a turn for all rows; ``warm``: after a build."""
        key = (articles, turn, warm)
        if key not in self._previewed:
            site = self.site(articles)
            if warm and self._kept_by.get(site) != "comrak":
                self._finished.pop((articles, "comrak"), None)
                self._finished_output(articles, "comrak")
            write_config(site, "comrak")
            read_all(site)
            with nullcontext() if warm else self._nothing_kept(site):
                found = self._previewed[key] = preview(site, BUILT_AT, environment())
            kinds = ", ".join(f"{kind} {seconds * 1000:.0f} ms" for kind, seconds in found.browser.items())
            say(
                f"preview, {articles:,} articles{', after a build' * warm}: first page {found.first_page:.2f} s,"
                f" all read {found.all_read:.2f} s, saved piece {found.save * 1000:.0f} ms, in Chromium {kinds},"
                f" {found.memory / 1e6:.0f} MB"
            )
        return self._previewed[key]

    @contextmanager
    def _nothing_kept(self, site: Path) -> Iterator[None]:
        """What builds of ``site`` kept is elsewhere meanwhile: the preview writes nothing."""
        state, aside = site / ".site-builder", self.fresh("kept")
        is_there = state.exists()
        if is_there:
            state.rename(aside)
        yield
        if is_there:
            aside.rename(state)

    def _finished_output(self, articles: int, engine: str) -> Path:
        """A finished output, built once a run and not timed: it must be what this code writes today."""
        key = (articles, engine)
        if key not in self._finished:
            say(f"building once, not timed: {engine}, {articles:,} articles")
            site, output = self.prepared(articles, engine)
            timed(self._command(output), site, environment())
            self._finished[key] = output
            self._kept_by[site] = engine
        return self._finished[key]

    def prepared(self, articles: int, engine: str) -> tuple[Path, Path]:
        """A site that no build has seen, as far as it can tell, and an output folder that is not there yet.

        All its content is in memory, also that of a site not built for a while: no build waits for the disk.
        """
        site = self.site(articles)
        write_config(site, engine)
        shutil.rmtree(site / ".site-builder", ignore_errors=True)
        self._kept_by.pop(site, None)
        read_all(site)
        return site, self.fresh("output")

    def _command(self, output: Path) -> list[str]:
        options = ["--jobs", str(self.jobs), "--at", BUILT_AT, "--output", str(output)]
        return [sys.executable, "-m", "site_builder", "build", *options]

    def fresh(self, name: str) -> Path:
        """A path where nothing is and nothing was; :meth:`close` removes it.

        Not at once: ext4 hands out no inode that was freed in the last seconds and looks at each of them for
        every new file, so that whatever is written after a large removal takes several times as long.
        """
        self._made += 1
        path = self.folder / f"{name}-{os.getpid()}-{self._made}"
        self._written.append(path)
        return path

    def close(self) -> None:
        """Remove what the measured steps wrote."""
        for path in self._written:
            shutil.rmtree(path, ignore_errors=True)


def read_all(site: Path) -> None:
    """Have the system keep all content in memory."""
    for folder, _, names in os.walk(site / "content"):
        for name in names:
            Path(folder, name).read_bytes()


def environment() -> dict[str, str]:
    """So that the package beside this folder is what is measured, also where another one is installed."""
    return {"PYTHONPATH": os.pathsep.join([str(HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])}


def shown(run: Run) -> str:
    return f"{run.seconds:.2f} s (processors {run.cpu:.2f} s, of others {run.others:.2f} s)"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
