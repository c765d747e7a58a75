"""Where the time of a build goes: ``python benchmarks/profiling.py [--engine comrak] [--functions 30]``.

Out: the stages as the build reports them, and with ``--functions`` the costliest functions of a build in one
process under cProfile, which makes calls look dearer than they are: trust the order, not the seconds.
(The module is not called ``profile``: cProfile imports one of that name.)
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from workbench import BUILT_AT, HERE, Workbench, environment


def main() -> None:
    parser = argparse.ArgumentParser(description="Show where the time of a build goes.")
    parser.add_argument("--articles", type=int, default=10_000, metavar="N", help="default: 10000")
    parser.add_argument("--engine", choices=["markdown", "comrak"], default="comrak", help="default: comrak")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes of the build (default: 2)")
    parser.add_argument("--functions", type=int, default=0, metavar="N", help="the N costliest functions too")
    parser.add_argument("--work", type=Path, default=HERE / "made", metavar="DIR", help="default: benchmarks/made")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    bench = Workbench(options.work.resolve(), options.jobs, seed=1)
    show_stages(bench, options.articles, options.engine)
    if options.functions:
        show_functions(bench, options.articles, options.engine, options.functions)


def show_stages(bench: Workbench, articles: int, engine: str) -> None:
    step = bench.cold_build(articles, engine)
    for stage, seconds in step.stages.items():
        print(f"{stage:>10} {seconds:8.2f} s {seconds / step.run.seconds:6.1%}")
    start_and_end = step.run.seconds - sum(step.stages.values())
    print(f"{'rest':>10} {start_and_end:8.2f} s {start_and_end / step.run.seconds:6.1%}  (starting, ending, reporting)")


def show_functions(bench: Workbench, articles: int, engine: str, count: int) -> None:
    """The ``count`` functions with most time of their own."""
    import cProfile
    import pstats
    from datetime import datetime

    # As the measured builds do: the package beside this folder, not one that is installed.
    sys.path.insert(0, environment()["PYTHONPATH"].split(":")[0])
    from site_builder import build

    site, output = bench.prepared(articles, engine)
    profile = cProfile.Profile()
    profile.runcall(build, site, output=output, at=datetime.fromisoformat(BUILT_AT), jobs=1)
    bench.close()
    pstats.Stats(profile).strip_dirs().sort_stats("tottime").print_stats(count)


if __name__ == "__main__":
    main()
