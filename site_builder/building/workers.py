"""Work on many indices by several processes.

Workers are forked, so they see everything that the parent had made before; chunks of indices go in, results come out.
Where there is no fork they are started anew and are sent the task, which then must be one that can be pickled: a
:func:`functools.partial` of a module's function.  One job is the same function in a plain loop.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
import traceback
import types
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, Literal, TypeVar

import msgspec

from site_builder.errors import Problem, SiteError

Item = TypeVar("Item")
Result = TypeVar("Result")
Lists = TypeVar("Lists", bound=msgspec.Struct)

# Small enough that processes end together, large enough that the queue costs nothing.
CHUNKS_A_JOB = 24
SMALLEST_CHUNK = 16
FEWER = "Try with fewer --jobs"
FEWEST_FOR_FORK = 64
# Starting Python and sending it a large archive takes seconds.
FEWEST_FOR_SPAWN = 2_000


class WorkerDied(SiteError):
    """A worker process ended without an answer."""

    def __init__(self, code: int | None) -> None:
        """``code`` is its exit code, negative for the signal that ended it."""
        hint = "Try again; where memory is short, with fewer --jobs"
        super().__init__([Problem("a worker process", message=_obituary(code), hint=hint)])


def available_jobs() -> int:
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(task: Callable[[range], Result], count: int, jobs: int) -> Iterator[tuple[range, Result]]:
    """``task`` on all of ``range(count)``, in chunks; (chunk, result) as they come, in no fixed order.

    Raises :class:`SiteError` where a task does, :class:`WorkerDied` where a process was killed.
    """
    size = max(SMALLEST_CHUNK, -(-count // (jobs * CHUNKS_A_JOB)))
    chunks = [range(start, min(start + size, count)) for start in range(0, count, size)]
    method = _method(count)
    if jobs <= 1 or not method:
        for chunk in chunks:
            yield chunk, task(chunk)
        return
    yield from _run_beside(task, chunks, min(jobs, len(chunks)), method)


def at_once(task: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """``task`` of each of a few items, by as many threads as the system allows.  Raises what a task does."""
    done: dict[int, Result] = {}
    failures: list[Exception] = []

    def work(place: int) -> None:
        try:
            done[place] = task(items[place])
        except Exception as error:  # noqa: BLE001  (raised by the thread that asked)
            failures.append(error)

    threads, left = [], list(range(len(items)))
    try:
        while len(left) > 1:
            thread = threading.Thread(target=work, args=(left[-1],))
            try:
                thread.start()
            except RuntimeError:  # the system's limits: this one does the rest
                break
            threads.append(thread)
            left.pop()
        for place in left:
            work(place)
    finally:
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]
    return [done[place] for place in range(len(items))]


def gathered(task: Callable[[range], bytes], count: int, jobs: int, kind: type[Lists]) -> Lists:
    """What :func:`run` gives for a ``task`` whose answers are structs of lists as MessagePack, list by list."""
    decode = msgspec.msgpack.Decoder(kind).decode
    found = kind()
    for _, data in run(task, count, jobs):
        part = decode(data)
        for name in kind.__struct_fields__:
            getattr(found, name).extend(getattr(part, name))
    return found


def _method(count: int) -> Literal["", "fork", "spawn"]:
    """How processes are started for ``count`` indices; '' where starting them takes longer than the work."""
    if _can_fork():
        return "fork" if count >= FEWEST_FOR_FORK else ""
    return "spawn" if count >= FEWEST_FOR_SPAWN else ""


def _run_beside(
    task: Callable[[range], Result], chunks: list[range], jobs: int, method: Literal["fork", "spawn"]
) -> Iterator[tuple[range, Result]]:
    context: Any = multiprocessing.get_context(method)
    # Each worker has a stretch of its own: what lies side by side uses the same values, and a worker has a copy of
    # all that it has touched.  Who is done helps where most is left, from the end.
    share = -(-len(chunks) // jobs)
    stretches = [deque(chunks[start : start + share]) for start in range(0, len(chunks), share)]
    processes: dict[Any, Any] = {}
    told_to_end = set()

    def hand_out(connection: Any) -> None:
        if connection not in told_to_end:
            own = stretches[list(processes).index(connection)]
            longest = max(stretches, key=len)
            chunk = own.popleft() if own else longest.pop() if longest else None
            if chunk is None:
                told_to_end.add(connection)
            # A worker that is gone is told of where its answer is awaited.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.send(chunk)

    try:
        for _ in stretches:
            try:
                ours, theirs = context.Pipe()
                inherited = [*processes, ours] if method == "fork" else []
                process = context.Process(target=_serve, args=(task, theirs, inherited), daemon=True)
                with _no_program():
                    process.start()
            except OSError as error:  # the system's limits of open files, processes, memory
                message = f"cannot be started: {error.strerror or error}"
                raise SiteError([Problem("a worker process", message=message, hint=FEWER)]) from None
            theirs.close()
            processes[ours] = process
            hand_out(ours)
        # A second chunk lies ready in each pipe, so that no worker waits for the parent.
        for connection in processes:
            hand_out(connection)
        alive = dict(processes)
        while alive:
            for connection in wait(list(alive)):
                try:
                    answer: Any = connection.recv()  # type: ignore[union-attr,call-arg]
                except (EOFError, ConnectionResetError):
                    alive[connection].join()
                    raise WorkerDied(alive[connection].exitcode) from None
                if answer is None:
                    alive.pop(connection).join()
                    continue
                hand_out(connection)
                chunk, failure, result = answer
                if isinstance(failure, SiteError):
                    raise failure
                if failure is not None:
                    raise RuntimeError(f"a worker failed:\n{failure}")
                yield chunk, result
    finally:
        for connection, process in processes.items():
            process.kill()  # whatever it does about softer signals
            process.join()
            connection.close()


@contextlib.contextmanager
def _no_program() -> Iterator[None]:
    """Processes that are started anew would run this program's own file again; none of it is needed there."""
    program = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


class Beside(Generic[Result]):
    """The answer of a task that may run in a process of its own; called, it waits for it."""

    def __init__(self, task: Callable[[], Result], connection: Any = None, process: Any = None) -> None:
        self._task = task
        self._connection = connection
        self._process = process

    def __call__(self) -> Result | None:
        """The answer; None where there is none, because the process was ended or its task failed."""
        if self._process is None:
            return self._task()
        try:
            found: Result = self._connection.recv()
        except (EOFError, OSError):
            return None
        else:
            return found
        finally:
            self._connection.close()
            self._process.join()
            self._process = None

    def drop(self) -> None:
        """End the process, whatever its task."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._connection.close()
            self._process = None


def beside(task: Callable[[], Result], *, is_worth_it: bool = True) -> Beside[Result]:
    """Start ``task`` in a process of its own, where there is a core for it; else it runs when it is asked for."""
    if not is_worth_it or not can_be_beside():
        return Beside(task)
    context = multiprocessing.get_context("fork")
    try:
        ours, theirs = context.Pipe(duplex=False)
    except OSError:
        return Beside(task)

    def answer() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        ours.close()
        # Who gets no answer does the task itself, and meets there what went wrong here; or nobody waits any more.
        with contextlib.suppress(Exception):
            theirs.send(task())
        os._exit(0)

    process = context.Process(target=answer, daemon=True)
    try:
        process.start()
    except OSError:
        ours.close()
        return Beside(task)
    finally:
        theirs.close()
    return Beside(task, ours, process)


def can_be_beside() -> bool:
    """Whether :func:`beside` has a core, and a way, to start a process."""
    return available_jobs() >= 2 and _can_fork()


def _can_fork() -> bool:
    return "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"


def _serve(task: Callable[[range], object], pipe: Connection, others: list[Connection]) -> None:
    """A worker's life: chunks in, answers out, until None comes."""
    # Ctrl-C reaches the whole group; the parent ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What the parent does when it is told to end is none of theirs.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.disable()  # as in the parent: what it makes lives long
    for other in others:
        other.close()
    while (chunk := _next(pipe)) is not None:
        answer: tuple[range, SiteError | str | None, object]
        try:
            answer = (chunk, None, task(chunk))
        except SiteError as error:
            answer = (chunk, error, None)
        except MemoryError:
            answer = (chunk, SiteError([Problem("a worker process", message="ran out of memory", hint=FEWER)]), None)
        except Exception:  # noqa: BLE001  (carried to the parent, which raises it)
            answer = (chunk, traceback.format_exc(), None)
        _tell(pipe, answer)
    _tell(pipe, None)
    pipe.close()
    # No clean-up of what the parent owns.
    os._exit(0)


def _next(pipe: Connection) -> range | None:
    """The next chunk; the process ends where the parent is gone, however it ended."""
    try:
        chunk: range | None = pipe.recv()
    except (EOFError, ConnectionError):
        os._exit(1)
    return chunk


def _tell(pipe: Connection, answer: object) -> None:
    try:
        pipe.send(answer)
    except ConnectionError:
        os._exit(1)


def _obituary(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        return f"was ended by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")
    return f"ended with code {code}"
