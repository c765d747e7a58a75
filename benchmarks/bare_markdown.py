"""Converts a site's bodies with Python-Markdown and nothing else: ``bare_markdown.py SITE --jobs 2 RESULT``.

In: a site's folder.  Out: ``RESULT``, a JSON file with the seconds that converting took.  The bodies are read before;
each process has one ``Markdown()`` without extensions and resets it between the bodies, as its documentation says.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import markdown

BODIES_A_TURN = 50


def main() -> None:
    parser = argparse.ArgumentParser(description="Time bare Python-Markdown on a site's bodies.")
    parser.add_argument("site", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    bodies = [body_of(file.read_text(encoding="utf-8")) for file in sorted(options.site.glob("content/**/*.md"))]
    seconds = converting(bodies, options.jobs)
    options.result.write_text(json.dumps({"bodies": len(bodies), "seconds": seconds}), encoding="utf-8")


def body_of(text: str) -> str:
    return text.split("\n---\n", 1)[1]


def converting(bodies: Sequence[str], jobs: int) -> float:
    """Seconds that ``jobs`` processes take for all ``bodies``, from before their start to the end of the last."""
    context = multiprocessing.get_context("fork")
    position = context.Value("l", 0)
    start = time.perf_counter()
    processes = [context.Process(target=convert, args=(bodies, position)) for _ in range(jobs)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit(f"a process ended with code {process.exitcode}")
    return time.perf_counter() - start


def convert(bodies: Sequence[str], position: Synchronized[int]) -> None:
    """Take the next bodies, and again, until none is left: the processes end together."""
    engine = markdown.Markdown()
    while True:
        with position.get_lock():
            first = position.value
            position.value += BODIES_A_TURN
        if first >= len(bodies):
            return
        for body in bodies[first : first + BODIES_A_TURN]:
            engine.reset()
            engine.convert(body)


if __name__ == "__main__":
    main()
