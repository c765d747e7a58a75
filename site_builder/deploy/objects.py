"""Targets that are a plain object store: ``s3:``, ``gs:``, ``az:``.

```
PATH                           what readers get, under the path itself
.site-builder/state            the pointer, the lock: replaced by conditional puts only
.site-builder/releases/ID      records of releases
.site-builder/blobs/NAME       bytes (with headers) that a rollback needs and that are no longer live
```

There is no switch: each object changes for itself, in the plan's order.  Before the first one changes, all that will
be overwritten or removed has been copied (on the store's side), and the release stands in the state as pending.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
import zlib
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from site_builder.config_deploy import Target as Settings
from site_builder.deploy.in_flight import SLOWEST, InFlight
from site_builder.deploy.local import LocalSite, decoded
from site_builder.deploy.plan import Phase, Plan
from site_builder.deploy.release import (
    UNKNOWN,
    Entry,
    Kept,
    Release,
    State,
    decode_release,
    decode_state,
    encode_state,
)
from site_builder.deploy.stops import Absent, Damaged, Moved, Stopped
from site_builder.deploy.store_errors import explained, lacks_credentials, lacks_place
from site_builder.deploy.target import GoOn, Note
from site_builder.deploy.wanted import Manner

if TYPE_CHECKING:
    from obstore import Attributes, PutMode, UpdateVersion
    from obstore.store import ObjectStore

STATE = ".site-builder/state"
RELEASES = ".site-builder/releases/"
BLOBS = ".site-builder/blobs/"

# The least that S3 takes (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html).
A_PART = 5 * 1024 * 1024
# DeleteObjects takes this many keys at once.
A_DELETE = 1000
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 20.0
# A store that is busy (RFC 6585 §4, RFC 9110 §15.6.4) may say for how long, but the library does not tell: see
# docs/decisions/043.
BUSY_PAUSE = 1.0
_BUSY = re.compile(r"status code: (?:429|503)\b").search

Result = TypeVar("Result")
Item = TypeVar("Item")


class Objects:
    """See :class:`site_builder.deploy.target.Target`."""

    in_place = True

    def __init__(self, store: ObjectStore, settings: Settings, manner: Manner) -> None:
        self._store = store
        self._settings = settings
        self.manner = manner
        self.requests = 0
        self._versions: dict[str, UpdateVersion] = {}
        self._answers = False
        # Whether the store names what it holds by its MD5: it told so of the state.
        self._tells_md5 = False
        # Nobody asks a store that is busy before this instant of the event loop's clock, which is the machine's.
        self._quiet_until = 0.0

    def load(self) -> tuple[State, str]:
        """The state, with its version as the tag."""
        found = _run(self._read_state())
        return found or (State(), "")

    def store(self, state: State, tag: str) -> str:
        """A conditional put.  An answer that was lost is found by reading back what was written."""
        return _run(self._store_state(state, tag))

    def release(self, name: str) -> Release:
        """The record of a release."""
        from obstore.exceptions import NotFoundError

        what = f"the record of {name}"
        try:
            data, _ = _run(self._retried(lambda: self._get(RELEASES + name), what, missing=True))
        except (NotFoundError, FileNotFoundError):
            raise Absent(f"the target has no record of its release {name}") from None
        return decode_release(data)

    def survey(self, base: Release, state: State) -> Release:
        """Every object is read, its bytes and its headers; copies and records that nothing names are waste."""
        return _run(self._survey(base, state))

    def prepare(self, plan: Plan, record: bytes) -> None:
        """The record first: it names the copies, so that none is forgotten."""
        _run(self._prepare(plan, record))

    def send(self, phase: Phase, plan: Plan, source: LocalSite | None, note: Note, go_on: GoOn) -> None:
        """Put what comes from this machine, copy what the store holds."""
        entries = [operation.entry for operation in phase.operations]
        headers = plan.release.headers
        line = self._line()

        async def put(entry: Entry) -> None:
            go_on()
            if source is None:
                await self._copy(BLOBS + entry.stored, entry.path)
            else:
                async with line.room(entry.size):
                    await self._put(entry.path, source.read(entry), _attributes(headers.get(entry.headers, ())))
            note(entry)

        _run(self._each(entries, put, lambda entry: entry.path))

    def switch(self, plan: Plan) -> None:
        """Nothing to switch: the pointer is in the state."""

    def sweep(self, waste: Iterable[str], state: State) -> None:
        """Remove objects, a thousand a request: what readers could see first."""
        del state
        folders = {"live": "", "blob": BLOBS, "release": RELEASES}
        keys = []
        for kind, folder in folders.items():
            keys += [folder + item.removeprefix(kind + " ") for item in waste if item.startswith(kind + " ")]
        _run(self._delete(keys))

    def close(self) -> None:
        """Connections end with the process."""

    async def _read_state(self) -> tuple[State, str] | None:
        from obstore.exceptions import NotFoundError

        try:
            data, version = await self._retried(lambda: self._get(STATE), "its state", missing=True)
        except (NotFoundError, FileNotFoundError):
            return None
        state = decode_state(data)
        self._versions = {state.write: version}
        return state, state.write

    async def _store_state(self, state: State, tag: str) -> str:
        import obstore
        from obstore.exceptions import AlreadyExistsError, NotSupportedError, PreconditionError

        mode: PutMode = "overwrite"
        if self._settings.lock:
            mode = self._versions[tag] if tag else "create"
        attributes: Attributes = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        data = encode_state(state)

        async def put() -> str:
            # The same write again, after an answer that was lost, is refused although it was ours.
            try:
                result = await self._call(obstore.put_async(self._store, STATE, data, attributes=attributes, mode=mode))
            except (AlreadyExistsError, PreconditionError):
                found = await self._read_state()
                if found is None or found[1] != state.write:
                    raise Moved from None
                return found[1]
            except NotSupportedError:
                raise Stopped("the store knows no conditional writes. Set lock: false for this target") from None
            self._versions = {state.write: _version(result["e_tag"], result["version"])}
            self._tells_md5 = _is_md5(result["e_tag"], data)
            return state.write

        return await self._retried(put, "its state")

    async def _get(self, key: str) -> tuple[bytes, UpdateVersion]:
        import obstore

        answer = await self._call(obstore.get_async(self._store, key))
        data = bytes(await answer.bytes_async())
        return data, _version(answer.meta["e_tag"], answer.meta["version"])

    async def _put(self, key: str, data: bytes, attributes: Attributes) -> None:
        import obstore

        # A large file goes in parts, each of them a request with its own time.
        parts = max(1, self._settings.timeout * SLOWEST // A_PART)
        result = await self._call(
            obstore.put_async(
                self._store, key, data, attributes=attributes, chunk_size=A_PART, max_concurrency=min(parts, 12)
            )
        )
        # Not every store compares what came with the digest in the request's signature.
        if self._tells_md5 and len(data) <= A_PART and not _is_md5(result["e_tag"], data):
            if (await self._get(key))[0] != data:
                raise Damaged("the store holds other bytes than were sent")
            # It names some of what it holds otherwise.
            self._tells_md5 = False

    def _line(self) -> InFlight:
        return InFlight(self._settings.timeout * SLOWEST)

    async def _copy(self, source: str, target: str) -> None:
        import obstore

        await self._call(obstore.copy_async(self._store, source, target))

    async def _delete(self, keys: list[str]) -> None:
        import obstore
        from obstore.exceptions import NotFoundError

        async def remove(found: list[str]) -> None:
            try:
                await self._call(obstore.delete_async(self._store, found))
            except (NotFoundError, FileNotFoundError):
                # S3 is content where nothing is to remove; others tell of the first key, and the rest is in doubt.
                if len(found) > 1:
                    await self._each(found, lambda key: remove([key]), lambda key: key)

        for start in range(0, len(keys), A_DELETE):
            chunk = keys[start : start + A_DELETE]
            await self._retried(lambda chunk=chunk: remove(chunk), "what is no longer needed")  # type: ignore[misc]

    async def _prepare(self, plan: Plan, record: bytes) -> None:
        def copy(entry: Entry) -> Awaitable[None]:
            return self._copy(entry.path, BLOBS + entry.stored)

        name = RELEASES + plan.release.info.id
        attributes: Attributes = {"Content-Type": "application/octet-stream", "Cache-Control": "no-store"}
        await self._retried(lambda: self._put(name, record, attributes), "the release's record")
        await self._each(plan.preserve, copy, lambda entry: entry.path)

    async def _survey(self, base: Release, state: State) -> Release:
        import obstore
        from obstore.exceptions import NotFoundError

        held: dict[str, Entry] = {}
        line = self._line()

        async def look(entry: Entry) -> None:
            try:
                async with line.room(entry.size):
                    answer = await self._call(obstore.get_async(self._store, entry.path))
                    data = bytes(await answer.bytes_async())
            except (NotFoundError, FileNotFoundError):
                return
            right = dict(answer.attributes) == _attributes(base.headers.get(entry.headers, ()))
            sound = right and hashlib.sha256(_plain(data, entry)).digest() == entry.digest
            # It is there: what is withdrawn is to be removed, whatever it holds.
            held[entry.path] = entry if sound else msgspec.structs.replace(entry, digest=UNKNOWN)

        await self._each(base.live().values(), look, lambda entry: entry.path)
        known = {BLOBS + name for name in base.blobs} | {RELEASES + info.id for info in state.releases}
        keys = await self._keys()
        # What unfinished deploys left is theirs until the next one is through.
        unfinished = state.pending or state.preparing
        waste = [] if unfinished else [_waste(key) for key in keys if key not in known]
        there = known.intersection(keys)
        return msgspec.structs.replace(
            base,
            files=tuple(held[entry.path] for entry in base.files if entry.path in held),
            kept=tuple(Kept(held[item.entry.path], item.last) for item in base.kept if item.entry.path in held),
            blobs={name: last for name, last in base.blobs.items() if BLOBS + name in there},
            waste=tuple(sorted({*waste, *(() if state.swept else base.waste)})),
        )

    async def _keys(self) -> list[str]:
        """The keys of copies and records."""
        import obstore

        async def listed(folder: str) -> list[str]:
            return [meta["path"] for meta in await self._call(obstore.list(self._store, folder).collect_async())]

        keys = []
        for folder in (BLOBS, RELEASES):
            keys += await self._retried(lambda folder=folder: listed(folder.rstrip("/")), "its copies")  # type: ignore[misc]
        return keys

    async def _call(self, request: Awaitable[Result]) -> Result:
        self.requests += 1
        return await request

    async def _each(
        self, items: Iterable[Item], work: Callable[[Item], Awaitable[None]], name: Callable[[Item], str]
    ) -> None:
        """``work`` on every item, several at a time.  The first that fails for good ends it."""
        waiting = iter(items)

        async def worker(waiting: Iterator[Item]) -> None:
            for item in waiting:
                await self._retried(lambda item=item: work(item), name(item))  # type: ignore[misc]

        workers = [asyncio.create_task(worker(waiting)) for _ in range(self._settings.concurrency)]
        try:
            await asyncio.gather(*workers)
        except BaseException:
            for task in workers:
                task.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            raise

    async def _quiet(self) -> None:
        """Wait as long as the store is taken to be busy: all requests do, not only the one that was told."""
        wait = self._quiet_until - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)

    def _told(self, error: Exception, what: str) -> str:
        return explained(str(error), what, self._settings.kind, self._settings.place)

    async def _retried(self, request: Callable[[], Awaitable[Result]], what: str, *, missing: bool = False) -> Result:
        """The request's result; after longer and longer pauses again where the network or the store is at fault.

        Raises :class:`Stopped`; ``missing``: an object that is not there is told as the library tells it.
        """
        from obstore.exceptions import BaseError, GenericError, NotFoundError

        pause = FIRST_PAUSE
        for left in range(self._settings.retries, -1, -1):
            await self._quiet()
            try:
                result = await request()
            except (NotFoundError, FileNotFoundError) as error:
                if lacks_place(str(error)):
                    raise Stopped(self._told(error, what)) from None
                if missing:
                    self._answers = True
                    raise
                raise Stopped(
                    f"{what}: the target does not hold what its record says. Deploy once with --force"
                ) from None
            except GenericError as error:
                # A role's credentials may be late for once; where none were had so far there are none.
                if not left or (lacks_credentials(str(error)) and not self._answers):
                    raise Stopped(self._told(error, what)) from None
                if _BUSY(str(error)):
                    pause = max(pause, BUSY_PAUSE)
                    self._quiet_until = max(self._quiet_until, asyncio.get_running_loop().time() + pause / 2)
            except Damaged as error:
                if not left:
                    raise Stopped(self._told(error, what)) from None
            except (BaseError, PermissionError) as error:
                raise Stopped(self._told(error, what)) from None
            else:
                self._answers = True
                return result
            # Many requests fail together; they should not come back together.
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311
            pause = min(pause * 2, LONGEST_PAUSE)
        raise AssertionError(what)


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of ``work``; also where other work is under way in this thread, such as when a lock is renewed."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def _is_md5(e_tag: str | None, data: bytes) -> bool:
    """Whether a store's tag is the MD5 of what was sent; with some keys and some stores it is something else."""
    return (e_tag or "").strip('"') == hashlib.md5(data, usedforsecurity=False).hexdigest()


def _version(e_tag: str | None, version: str | None) -> UpdateVersion:
    found: UpdateVersion = {"e_tag": e_tag, "version": version}
    # The library takes no None.
    return {name: value for name, value in found.items() if value}  # type: ignore[return-value]


def _attributes(headers: Iterable[tuple[str, str]]) -> Attributes:
    attributes: Attributes = dict(headers)
    return attributes


def _plain(data: bytes, entry: Entry) -> bytes:
    try:
        return decoded(data, entry.encoding)
    except (OSError, EOFError, ValueError, zlib.error):
        return data


def _waste(key: str) -> str:
    return f"blob {key.removeprefix(BLOBS)}" if key.startswith(BLOBS) else f"release {key.removeprefix(RELEASES)}"
