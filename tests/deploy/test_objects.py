"""Deploys to an object store: a real S3 server, and for laws the library's own store in memory."""

from __future__ import annotations

import asyncio
import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import obstore
import pytest

from site_builder.deploy import work
from site_builder.deploy.deploying import releases
from site_builder.deploy.local import encoded
from site_builder.deploy.objects import Objects
from site_builder.deploy.release import Lock, decode_state, encode_state
from site_builder.deploy.stops import Refused, Stopped
from tests.deploy.crawl import crawl
from tests.deploy.outputs import Desk, paper
from tests.deploy.weed import SECRET_KEY, objects

if TYPE_CHECKING:
    from obstore.store import S3Store

    from tests.deploy.weed import S3

NAMES = itertools.count()


@pytest.fixture
def desk(s3: S3, tmp_path: Path) -> Desk:
    made = Desk(tmp_path / "site")
    made.place = f"site/objects-{os.getpid()}-{next(NAMES)}"
    made.configure(f"s3: {made.place}, endpoint: '{s3.endpoint}', timeout: 10")
    return made


@pytest.fixture
def store(s3: S3, desk: Desk) -> S3Store:
    return s3.store(desk.place.partition("/")[2])


def site_in(store: S3Store, wanted: dict[str, bytes]) -> dict[str, bytes]:
    """What is live, less the files that stay for readers of older pages."""
    return {
        path: data for path, data in objects(store).items() if path in wanted or not path.endswith((".css", ".png"))
    }


def test_a_deploy_holds_the_site_and_a_second_one_does_nothing(desk: Desk, store: S3Store):
    desk.output(paper(1))
    assert desk.deploy().outcome == "deployed"
    assert objects(store) == paper(1)
    again = desk.deploy()
    assert (again.outcome, again.requests) == ("nothing to do", 1)


def test_headers_say_what_each_file_is_and_how_long_it_may_be_kept(desk: Desk, store: S3Store):
    desk.output(paper(1))
    desk.deploy()
    (style,) = [path for path in paper(1) if path.endswith(".css")]
    told = {
        path: dict(obstore.get(store, path).attributes) for path in ("index.html", style, "rss.xml", "img/front.png")
    }
    assert told == {
        "index.html": {
            "Content-Type": "text/html; charset=utf-8",
            "Cache-Control": "public, max-age=60, must-revalidate",
        },
        style: {"Content-Type": "text/css; charset=utf-8", "Cache-Control": "public, max-age=31536000, immutable"},
        "rss.xml": {"Content-Type": "application/rss+xml; charset=utf-8", "Cache-Control": "public, max-age=600"},
        "img/front.png": {"Content-Type": "image/png", "Cache-Control": "public, max-age=3600"},
    }


def test_a_rule_that_changes_sends_only_what_it_matches(desk: Desk, store: S3Store, s3: S3):
    desk.output(paper(1))
    desk.deploy()
    rules = "  headers:\n    - {match: '*.png', cache_control: 'public, max-age=5', content_type: image/x-test}\n"
    desk.configure(f"s3: {desk.place}, endpoint: '{s3.endpoint}'", rules)
    report = desk.deploy()
    assert report.groups["assets"].headers == ("img/front.png",)
    assert sum(phase.files for phase in report.phases) == 1
    found = dict(obstore.get(store, "img/front.png").attributes)
    assert found == {"Content-Type": "image/x-test", "Cache-Control": "public, max-age=5"}
    assert objects(store) == paper(1)
    desk.deploy(rollback="")
    assert dict(obstore.get(store, "img/front.png").attributes)["Content-Type"] == "image/png"


@pytest.mark.parametrize("encoding, coding", [("gzip", "gzip"), ("brotli", "br")])
def test_text_is_stored_compressed_where_wanted(desk: Desk, store: S3Store, s3: S3, encoding: str, coding: str):
    desk.configure(f"s3: {desk.place}, endpoint: '{s3.endpoint}', compress: [{encoding}]")
    desk.output(paper(1))
    desk.deploy()
    answer = obstore.get(store, "index.html")
    assert answer.attributes["Content-Encoding"] == coding
    assert bytes(answer.bytes()) == encoded(paper(1)["index.html"], encoding)
    assert "Content-Encoding" not in obstore.get(store, "img/front.png").attributes
    assert desk.deploy(force=True).outcome == "nothing to do"


def test_assets_stay_and_withdrawn_pages_go(desk: Desk, store: S3Store):
    desk.output(paper(5))
    desk.deploy()
    desk.output(paper(6))
    desk.deploy()
    (old,) = [path for path in paper(5) if path.endswith(".css")]
    found = objects(store)
    assert found == paper(6) | {old: paper(5)[old]}


def test_rollbacks_restore_the_bytes_without_sending_any(desk: Desk, store: S3Store):
    for edition in (1, 2, 3):
        desk.output(paper(edition))
        desk.deploy()
    for file in sorted(desk.out.rglob("*.*")):
        file.unlink()
    desk.deploy(rollback="")
    assert site_in(store, paper(2)) == paper(2)
    desk.deploy(rollback="")
    assert site_in(store, paper(1)) == paper(1)
    third = next(info for info in releases(desk.path)[1].releases if info.number == 3)
    desk.deploy(rollback=third.id)
    assert site_in(store, paper(3)) == paper(3)


def test_a_rollback_that_stopped_half_way_goes_on_where_it_wanted_to(desk: Desk, store: S3Store):
    for edition in (1, 2, 3):
        desk.output(paper(edition))
        desk.deploy()

    def stop(_phase: str, done: int, _total: int) -> None:
        if done:
            raise Stopped("the line is dead")

    with pytest.raises(Stopped):
        desk.deploy(rollback="", progress=stop)
    assert desk.deploy(rollback="").outcome == "deployed"
    assert site_in(store, paper(2)) == paper(2)
    desk.deploy(rollback="")
    assert site_in(store, paper(1)) == paper(1)


def test_what_no_release_in_grace_needs_goes(desk: Desk, store: S3Store, s3: S3):
    desk.configure(f"s3: {desk.place}, endpoint: '{s3.endpoint}', keep_releases: 1, keep_hours: 0")
    for edition in range(1, 8):
        desk.output(paper(edition))
        desk.deploy()
    assert objects(store) == paper(7)
    assert len(objects(store, ".site-builder/releases")) == 1
    assert objects(store, ".site-builder/blobs") == {}


def test_force_finds_what_others_changed(desk: Desk, store: S3Store):
    desk.output(paper(1))
    desk.deploy()
    obstore.put(store, "index.html", b"defaced", attributes={"Content-Type": "text/html"})
    obstore.put(store, "robots.txt", paper(1)["robots.txt"], attributes={"Content-Type": "text/html"})
    obstore.delete(store, "rss.xml")
    obstore.put(store, ".site-builder/blobs/orphan", b"")
    assert desk.deploy().outcome == "nothing to do"
    report = desk.deploy(force=True)
    assert report.groups["front"].added == ("rss.xml",)
    assert report.groups["front"].changed == ("index.html", "robots.txt")
    assert objects(store) == paper(1)
    assert obstore.get(store, "robots.txt").attributes["Content-Type"] == "text/plain; charset=utf-8"
    assert objects(store, ".site-builder/blobs") == {}


def test_force_removes_what_is_withdrawn_whatever_others_made_of_it(desk: Desk, store: S3Store):
    desk.output(paper(1))
    desk.deploy()
    withdrawn = "2026/odd/piece/index.html"
    obstore.put(store, withdrawn, b"touched by hand")
    desk.output(paper(2))
    report = desk.deploy(force=True)
    assert report.groups["pages"].removed == (withdrawn,)
    assert site_in(store, paper(2)) == paper(2)
    # Its bytes are nowhere any more: that is told before anything changes.
    with pytest.raises(Refused, match=f"no longer holds {withdrawn}"):
        desk.deploy(rollback="")
    assert site_in(store, paper(2)) == paper(2)
    assert releases(desk.path)[1].pending == ()


def test_force_finds_copies_that_are_gone(desk: Desk, store: S3Store):
    for edition in (1, 2):
        desk.output(paper(edition))
        desk.deploy()
    for path in objects(store, ".site-builder/blobs"):
        obstore.delete(store, path)
    before = objects(store)
    with pytest.raises(Refused, match=r"no longer holds \d+ of its files"):
        desk.deploy(rollback="", force=True)
    assert objects(store) == before


def test_force_takes_away_at_once_what_the_grace_no_longer_covers(desk: Desk, store: S3Store, s3: S3):
    desk.output(paper(2) | {"img/leaked.png": b"a leaked look"})
    desk.deploy()
    desk.output(paper(2))
    report = desk.deploy()
    assert "img/leaked.png" in objects(store)
    # Readers get what they got.
    assert report.purge == ()
    desk.configure(f"s3: {desk.place}, endpoint: '{s3.endpoint}', keep_releases: 1, keep_hours: 0")
    assert desk.deploy().outcome == "nothing to do"
    assert desk.deploy(force=True).purge == ("https://www.example.com/img/leaked.png",)
    assert objects(store) == paper(2)
    assert desk.deploy(force=True).outcome == "nothing to do"


def test_odd_names_arrive_as_they_are(desk: Desk, store: S3Store):
    names = ["标签/丝 绸/index.html", "a/100%/index.html", "q/what?#x/index.html", "e/é~!$&'()+,;=@[]/index.html"]
    desk.output(paper(1) | {name: name.encode() for name in names})
    desk.deploy()
    assert objects(store) == paper(1) | {name: name.encode() for name in names}
    desk.output(paper(1))
    desk.deploy()
    assert objects(store) == paper(1)
    desk.deploy(rollback="")
    assert set(objects(store)) >= set(names)


def test_wrong_credentials_stop_and_do_not_show(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    desk.output(paper(1))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "quite-another-secret")
    with pytest.raises(Stopped) as stopped:
        desk.deploy()
    assert "quite-another-secret" not in str(stopped.value)
    assert SECRET_KEY not in str(stopped.value)


def test_a_store_that_is_not_there_stops(desk: Desk):
    desk.configure("s3: site, endpoint: 'http://127.0.0.1:9', retries: 1")
    desk.output(paper(1))
    with pytest.raises(Stopped, match=r"^s3:site: http://127.0.0.1:9 cannot be reached: Connection refused$"):
        desk.deploy()


def test_a_bucket_that_is_not_there_is_not_an_empty_one(desk: Desk, s3: S3):
    desk.configure(f"s3: another/folder, endpoint: '{s3.endpoint}', retries: 1")
    desk.output(paper(1))
    for look in (desk.deploy, lambda: desk.deploy(dry_run=True), lambda: releases(desk.path)):
        with pytest.raises(Stopped, match=r"^s3:another/folder: there is no such bucket. Create it"):
            look()


def test_where_there_are_no_credentials_nobody_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    # Where a machine asks for the credentials of its role.
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(asyncio, "sleep", lambda _: pytest.fail("waits"))
    desk.output(paper(1))
    with pytest.raises(Stopped, match=r"no credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        desk.deploy()


def test_credentials_that_are_wrong_are_told_in_the_words_of_the_store(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "quite-another-secret")
    desk.output(paper(1))
    with pytest.raises(Stopped, match=r"its state: the store answers SignatureDoesNotMatch: The request") as stopped:
        desk.deploy()
    assert "<" not in str(stopped.value)


def test_at_every_step_readers_find_whole_pages(desk: Desk, store: S3Store, s3: S3):
    desk.configure(f"s3: {desk.place}, endpoint: '{s3.endpoint}', concurrency: 1")
    desk.output(paper(1))
    desk.deploy()
    looks = 0

    def look(_phase: str, _done: int, _total: int) -> None:
        nonlocal looks
        looks += 1
        crawl(objects(store).get, [paper(edition - 1), paper(edition)])

    # 2: pieces are new and withdrawn; 3: another style; 4: old pieces change.
    for edition in (2, 3, 4):
        desk.output(paper(edition))
        desk.deploy(progress=look)
    assert looks > 30


def test_a_lock_is_renewed_while_files_are_sent(desk: Desk, store: S3Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(work, "RENEWALS", 1_000_000_000)
    until: set[str] = set()

    def look(_phase: str, _done: int, _total: int) -> None:
        until.add(decode_state(bytes(obstore.get(store, ".site-builder/state").bytes())).write)

    desk.output(paper(1))
    desk.deploy(progress=look)
    assert len(until) > 5
    assert objects(store) == paper(1)


def test_a_lock_that_somebody_took_over_ends_the_deploy(desk: Desk, store: S3Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(work, "RENEWALS", 1_000_000_000)

    def take_over(_phase: str, _done: int, _total: int) -> None:
        state = decode_state(bytes(obstore.get(store, ".site-builder/state").bytes()))
        taken = msgspec.structs.replace(state, write="other", lock=Lock("bo@desk", "other", 9_999_999_999))
        obstore.put(store, ".site-builder/state", encode_state(taken))

    desk.output(paper(1))
    with pytest.raises(Refused, match="was faster"):
        desk.deploy(progress=take_over)
    with pytest.raises(Refused, match="bo@desk is deploying"):
        desk.deploy(resume=True)


def test_what_fails_after_the_pointer_is_finished_by_the_next(
    desk: Desk, store: S3Store, monkeypatch: pytest.MonkeyPatch
):
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(2))

    def broken(*_: object) -> None:
        raise Stopped("the line is dead")

    with monkeypatch.context() as patch:
        patch.setattr(Objects, "sweep", broken)
        with pytest.raises(Stopped):
            desk.deploy()
    assert "2026/odd/piece/index.html" in objects(store)
    assert desk.deploy().outcome == "nothing to do"
    assert objects(store) == paper(2)
    assert releases(desk.path)[1].lock is None


def test_of_two_that_begin_together_one_is_refused(desk: Desk, store: S3Store, tmp_path: Path, s3: S3):
    other = Desk(tmp_path / "other")
    other.configure(f"s3: {desk.place}, endpoint: '{s3.endpoint}'")
    desk.output(paper(1))
    desk.deploy()
    desk.output(paper(2))
    other.output(paper(3))
    inner: list[Exception] = []

    def meanwhile(_phase: str, _done: int, _total: int) -> None:
        # The first one holds the lock now.
        if not inner:
            with pytest.raises(Refused) as refused:
                other.deploy()
            inner.append(refused.value)

    desk.deploy(progress=meanwhile)
    assert "is deploying to it" in str(inner[0])
    assert site_in(store, paper(2)) == paper(2)
    assert other.deploy().outcome == "deployed"
    assert site_in(store, paper(3)) == paper(3)


def test_a_deploy_may_be_made_where_an_event_loop_runs(desk: Desk, store: S3Store):
    async def inside() -> str:
        return desk.deploy().outcome

    desk.output(paper(1))
    assert asyncio.run(inside()) == "deployed"
    assert objects(store) == paper(1)
