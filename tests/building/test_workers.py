"""Workers: the same results for any number of processes, and no silence when one fails."""

from __future__ import annotations

import functools
import itertools
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from site_builder.building import workers
from site_builder.building.workers import WorkerDied, at_once, beside, run
from site_builder.errors import Problem, SiteError


@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 63, 64, 1000])
def test_every_index_is_worked_on_once(jobs: int, count: int) -> None:
    squares: dict[int, int] = {}
    for chunk, result in run(lambda chunk: [index * index for index in chunk], count, jobs):
        for index, square in zip(chunk, result, strict=True):
            assert index not in squares
            squares[index] = square
    assert squares == {index: index * index for index in range(count)}


def test_a_site_error_comes_back_as_it_is() -> None:
    def fail(chunk: range) -> None:
        if 500 in chunk:
            raise SiteError([Problem("a.md", 1, 2, "broken", "Mend it")])

    with pytest.raises(SiteError, match=r"a\.md:1:2: broken\. Mend it"):
        list(run(fail, 1000, 2))


def test_a_bug_keeps_its_traceback() -> None:
    def fail(chunk: range) -> None:
        if 500 in chunk:
            raise ZeroDivisionError("deep inside")

    with pytest.raises(RuntimeError, match=r"(?s)ZeroDivisionError: deep inside"):
        list(run(fail, 1000, 2))


def test_a_killed_worker_is_told_of() -> None:
    def die(chunk: range) -> None:
        if 500 in chunk:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(WorkerDied, match="SIGKILL") as raised:
        list(run(die, 1000, 2))
    # It is the machine's fault, as a full disk is: people are told of it without a traceback.
    assert isinstance(raised.value, SiteError)


def squares(numbers: list[int], chunk: range) -> list[int]:
    return [numbers[index] ** 2 for index in chunk]


@pytest.mark.skipif(os.name == "nt", reason="needs limits of resources")
def test_processes_that_cannot_be_started_are_told_of() -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + 5, limits[1]))
    try:
        with pytest.raises(SiteError, match=r"cannot be started: Too many open files\. Try with fewer --jobs"):
            list(run(len, 1000, 8))
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + 3, limits[1]))
        assert beside(os.getpid)() == os.getpid()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_what_threads_do_is_done_without_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def squared(number: int) -> int:
        if number < 0:
            raise ValueError(number)
        return number * number

    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    for _ in range(2):
        assert at_once(squared, [1, 2, 3]) == [1, 4, 9]
        assert at_once(squared, []) == []
        with pytest.raises(ValueError, match="-7"):
            at_once(squared, [1, -7, 3])
        monkeypatch.setattr(threading.Thread, "start", refused)


def test_memory_that_runs_out_in_a_process_is_a_problem() -> None:
    def greedy(_: range) -> None:
        raise MemoryError

    with pytest.raises(SiteError, match="ran out of memory"):
        list(run(greedy, 1000, 2))


def test_processes_that_are_started_anew_are_sent_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_can_fork", lambda: False)
    numbers = list(range(workers.FEWEST_FOR_SPAWN + 5))
    found = dict(run(functools.partial(squares, numbers), len(numbers), 2))
    assert sorted(number for chunk in found for number in chunk) == numbers
    assert [square for chunk in sorted(found, key=lambda chunk: chunk.start) for square in found[chunk]] == [
        number**2 for number in numbers
    ]


def test_what_is_near_stays_with_one_process() -> None:
    """A worker copies all that it touches: each has a stretch of its own, and helps others at its end only."""
    of_process: dict[int, list[range]] = {}
    for chunk, process in run(lambda _chunk: os.getpid(), 9600, 2):
        of_process.setdefault(process, []).append(chunk)
    stretches = [sorted(chunk.start for chunk in chunks) for chunks in of_process.values()]
    assert sum(map(len, stretches)) == 48
    for starts in stretches:
        # At most one gap: between its own stretch and what it took over.
        assert sum(later - earlier != 200 for earlier, later in itertools.pairwise(starts)) <= 1


def test_what_runs_beside_answers_or_says_nothing() -> None:
    me = os.getpid()
    assert workers.beside(os.getpid)() != me
    assert workers.beside(os.getpid, is_worth_it=False)() == me

    def killed() -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b""

    def failing() -> bytes:
        raise ValueError("told by who does it again")

    def unsendable() -> object:
        return lambda: None

    for task in (killed, failing, unsendable):
        assert workers.beside(task)() is None


def test_an_answer_that_is_cut_off_is_none(tmp_path: Path) -> None:
    mark = tmp_path / "pid"

    def long() -> bytes:
        mark.write_text(str(os.getpid()))
        return bytes(10_000_000)

    answer = workers.beside(long)
    while not mark.exists() or not mark.read_text():
        time.sleep(0.01)
    time.sleep(0.2)  # the pipe is full by now
    os.kill(int(mark.read_text()), signal.SIGKILL)
    assert answer() is None


def test_what_nobody_waits_for_is_ended(tmp_path: Path) -> None:
    late = tmp_path / "late"

    def slow() -> None:
        time.sleep(1)
        late.touch()

    waiting = workers.beside(slow)
    waiting.drop()
    time.sleep(1.2)
    assert not late.exists()
