"""The verdicts of the benchmarks: a ratio of two noisy figures is no result."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from tests.support.sample import REPOSITORY


@pytest.fixture
def verdict(monkeypatch):
    """The verdict on runs given as (cp seconds, build seconds, processor seconds of others)."""
    monkeypatch.syspath_prepend(REPOSITORY / "benchmarks")
    measure, workbench, rows, results = map(importlib.import_module, ("measure", "workbench", "rows", "results"))
    row = next(row for row in rows.ROWS if row.name == "copy")

    def judge(*runs):
        samples = []
        for copied, built, others in runs:
            steps = {
                name: workbench.Step(measure.Run(seconds, seconds, others))
                for name, seconds in (("cp -r", copied), ("build, comrak", built))
            }
            samples.append(rows.Sample(built / copied, steps, built / copied))
        (cells,) = results.verdicts({row: samples})
        return cells[5]

    yield judge
    for name in ("measure", "workbench", "rows", "results", "corpus", "bodies", "words"):
        sys.modules.pop(name, None)


def test_a_steady_row_is_judged_by_its_median(verdict):
    assert verdict((2.0, 4.0, 0), (2.1, 4.2, 0), (2.0, 6.0, 0)) == "ok"
    assert verdict((2.0, 5.2, 0), (2.0, 5.3, 0), (2.0, 4.0, 0)) == "OVER"


def test_a_copy_that_became_slow_proves_nothing(verdict):
    # Figures of a real run: the build looked good only because copying had become nine times as slow.
    assert verdict((2.42, 10.34, 0.2), (22.03, 18.38, 0.3), (14.82, 18.33, 0.3)) == "unsteady"


def test_a_busy_machine_proves_nothing(verdict):
    assert verdict((2.0, 4.0, 1.5), (2.0, 4.0, 0), (2.0, 4.0, 0)) == "unsteady"


@pytest.mark.parametrize("script", ["bench.py", "corpus.py", "profiling.py", "bare_markdown.py"])
def test_each_script_tells_its_options(script):
    said = subprocess.run(
        [sys.executable, REPOSITORY / "benchmarks" / script, "--help"], check=True, capture_output=True, text=True
    )
    assert "usage:" in said.stdout
