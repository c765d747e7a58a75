"""Measures deploys to a real S3 server on loopback, beside rclone: ``python benchmarks/deploy.py``.

In: nothing but this repository; SeaweedFS from its package, rclone from the system (without it, its row is left out and
said so).  Out: lines, with ``--write`` also into a file.  Two claims: 10,000 new files take at most 1.3 times what
rclone takes with as many requests at a time; one changed piece in a site of 100,000 files takes at most 2 s and 30
requests.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from machine import facts  # noqa: E402

from site_builder.building.manifest import Manifest, ManifestFile, write_manifest  # noqa: E402
from tests.deploy.proxy import proxied  # noqa: E402
from tests.deploy.weed import BUCKET, S3, serving  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

CONCURRENCY = 32
SIZE = 12_000
# What does not change is not read: its size makes no difference, but for the time to make the site.
SIZE_IN_LARGE = 1_200
# What one correction of a piece changes: its page, the front page, its section, the site's and the section's feeds,
# the month's sitemap and the index of sitemaps.
CHANGED = (
    "2026/0000007/index.html",
    "index.html",
    "retail/index.html",
    "rss.xml",
    "atom.xml",
    "feed.json",
    "retail/rss.xml",
    "retail/atom.xml",
    "sitemaps/2026-06.xml",
    "sitemap.xml",
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure deploys to an S3 server on loopback.")
    parser.add_argument("--files", type=int, default=10_000, metavar="N", help="new files (default: 10000)")
    parser.add_argument("--large", type=int, default=100_000, metavar="N", help="files of the large site")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="times each is measured (default: 3)")
    parser.add_argument("--only", choices=("new", "changed"), help="one of the two")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the results there, as Markdown")
    parser.add_argument("--work", type=Path, default=HERE / "made", metavar="DIR", help="default: benchmarks/made")
    parser.add_argument("--keep", action="store_true", help="leave what was made: removing it slows the disk down")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    with made_folder(options.work, keep=options.keep) as folder:
        work = Path(folder)
        (work / "weed").mkdir()
        with serving(work / "weed") as server:
            os.environ.update(server.environment)
            parts = {}
            if options.only != "changed":
                parts["New files"] = list(new_files(work / "new", server, options.files, options.runs))
            if options.only != "new":
                parts["One changed piece"] = list(
                    one_changed_piece(work / "large", server, options.large, options.runs)
                )
    if options.write:
        options.write.write_text(document(parts, facts(options.work)), encoding="utf-8")


@contextlib.contextmanager
def made_folder(work: Path, *, keep: bool) -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="deploy-", dir=work)
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder)


def document(parts: dict[str, list[str]], where: dict[str, str]) -> str:
    """The results as Markdown."""
    lines = [
        "# Results of deploys",
        "",
        "Written by `python benchmarks/deploy.py`; README.md tells how it is measured.",
    ]
    for title, found in parts.items():
        lines += ["", f"## {title}", "", *(f"- {line.strip()}" for line in found)]
    lines += ["", "## Where", "", *(f"- {name}: {value}" for name, value in where.items())]
    return "\n".join(lines) + "\n"


def new_files(site: Path, server: S3, count: int, runs: int) -> Iterator[str]:
    make_site(site, count, SIZE)
    ours, theirs = [], []
    for run in range(runs):
        configure(site, server.endpoint, f"ours-{run}")
        shutil.rmtree(site / ".site-builder" / "deploy", ignore_errors=True)
        ours.append(timed(deploy_command(), site))
        if shutil.which("rclone"):
            target = f":s3:{BUCKET}/theirs-{run}"
            theirs.append(timed(["rclone", "copy", "--config=/dev/null", "public", target], site, rclone(server)))
    yield said(f"{count:,} new files of {SIZE / 1000:g} kB: {spread(ours)}; each run: {listed(ours)}")
    if theirs:
        ratio = statistics.median(ours) / statistics.median(theirs)
        yield said(f"  rclone {CONCURRENCY} at a time: {spread(theirs)}; each run: {listed(theirs)}")
        yield said(f"  ratio of the medians: {ratio:.2f} (at most 1.3)")
    else:
        yield said("  rclone is not installed: no comparison")


def one_changed_piece(site: Path, server: S3, count: int, runs: int) -> Iterator[str]:
    make_site(site, count, SIZE_IN_LARGE)
    configure(site, server.endpoint, "large")
    yield said(f"first deploy of {count:,} files: {timed(deploy_command(), site):.1f} s")
    seconds, processor = [], []
    for run in range(runs):
        change(site, run)
        used = processor_seconds()
        seconds.append(timed(deploy_command(), site))
        processor.append(processor_seconds() - used)
    yield said(f"{len(CHANGED)} changed files of {count:,}: {spread(seconds)} (at most 2 s)")
    yield said(f"  each run: {listed(seconds)}; processor time of the deploy {spread(processor)}")
    with proxied(server.endpoint) as proxy:
        configure(site, proxy.address, "large")
        change(site, runs)
        timed(deploy_command(), site)
        yield said(f"  requests counted between the two: {proxy.requests} (at most 30)")


def make_site(site: Path, count: int, size: int) -> None:
    """An output of ``count`` files, as a finished build: pages of random words, as hard to compress as prose."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnoprstuvw", k=chance.randint(2, 9))) for _ in range(3000)]
    paths = [f"2026/{number:07}/index.html" for number in range(count - len(CHANGED) + 1)]
    files = [
        written(site, path, " ".join(chance.choices(words, k=size // 6)).encode()[:size])
        for path in sorted({*paths, *CHANGED})
    ]
    write_manifest(site, site / "public", Manifest(instant="2026-11-22T00:00:00+00:00", files=tuple(files)))


def change(site: Path, run: int) -> None:
    from site_builder.building.manifest import read_manifest

    manifest = read_manifest(site, site / "public")
    assert manifest
    files = {file.path: file for file in manifest.files}
    for path in CHANGED:
        data = (site / "public" / path).read_bytes()
        files[path] = written(site, path, f"{run:4}".encode() + data[4:])
    instant = f"2026-11-22T00:{run + 1:02}:00+00:00"
    write_manifest(site, site / "public", Manifest(instant=instant, files=tuple(sorted(files.values()))))


def written(site: Path, path: str, data: bytes) -> ManifestFile:
    file = site / "public" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    kind = {"xml": "feed", "json": "feed"}.get(path.rpartition(".")[2], "article")
    kind = {"index.html": "home", "retail/index.html": "category"}.get(path, kind)
    return ManifestFile(path, hashlib.sha256(data).hexdigest(), len(data), kind)


def configure(site: Path, endpoint: str, prefix: str) -> None:
    target = f"{{s3: {BUCKET}/{prefix}, endpoint: '{endpoint}', concurrency: {CONCURRENCY}}}"
    (site / "site.yaml").write_text(f"deploy:\n  targets:\n    live: {target}\n")


def deploy_command() -> list[str]:
    return [sys.executable, "-m", "site_builder", "deploy"]


def rclone(server: S3) -> dict[str, str]:
    return {
        "RCLONE_S3_PROVIDER": "Other",
        "RCLONE_S3_ENDPOINT": server.endpoint,
        "RCLONE_S3_ENV_AUTH": "true",
        "RCLONE_S3_REGION": "us-east-1",
        "RCLONE_S3_NO_CHECK_BUCKET": "true",
        "RCLONE_TRANSFERS": str(CONCURRENCY),
        "RCLONE_CHECKERS": str(CONCURRENCY),
    }


def timed(command: list[str], folder: Path, more: dict[str, str] | None = None) -> float:
    """Seconds of the whole program, start included."""
    # What was written before, a site of 100,000 files or their copies in the server, is not the program's to wait for.
    os.sync()
    with quiet() as log:
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent), **(more or {})}
        # Plain HTTP on loopback; this version of rclone refuses to start with it.
        environment.pop("AWS_CA_BUNDLE", None)
        start = time.perf_counter()
        done = subprocess.run(command, cwd=folder, env=environment, stdout=log, stderr=log, check=False)
        seconds = time.perf_counter() - start
        if done.returncode:
            log.seek(0)
            sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{log.read()[-2000:]}")
    return seconds


@contextlib.contextmanager
def quiet() -> Iterator:
    with tempfile.TemporaryFile("w+") as log:
        yield log


def spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"


def listed(seconds: list[float]) -> str:
    return ", ".join(f"{found:.2f}" for found in seconds) + " s"


def processor_seconds() -> float:
    """What the programs that were started and have ended have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def said(text: str) -> str:
    print(text, flush=True)
    return text


if __name__ == "__main__":
    main()
