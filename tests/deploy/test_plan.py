"""The plan: which files, why, and in which order."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.catalog import taxonomy
from site_builder.deploy.guards import lock_in_the_way, refusals
from site_builder.deploy.plan import PHASES, Grace, Live, Plan, group_of, make_plan
from site_builder.deploy.release import (
    Entry,
    Lock,
    Release,
    ReleaseInfo,
    State,
    Unreadable,
    decode_release,
    decode_state,
    encode_release,
    encode_state,
)
from tests.deploy.outputs import kind_of
from tests.support.sample import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping

HOUR = 3600
HEADERS = {"h1": (("A", "b"),), "h2": (("A", "c"),)}


def entries(files: Mapping[str, str], headers: str = "h1") -> list[Entry]:
    return [
        Entry(path, hashlib.sha256(text.encode()).digest(), len(text), kind_of(path), headers=headers)
        for path, text in files.items()
    ]


def info(number: int, instant: str = "2026-11-22T00:00:00+00:00") -> ReleaseInfo:
    return ReleaseInfo(id=f"r{number}", number=number, instant=instant, deployed=number * HOUR, files=1, size=1)


def grace(number: int, releases: int = 5, hours: int = 0) -> Grace:
    return Grace(releases, hours * HOUR, number * HOUR, number)


# Every kind of page that there is, so that a new one is given a thought.
GROUPS = {
    "pages": {"article", "document", "redirect", "404"},
    "listings": {"category", "tag", "author", "source", "year", "month", "index"}
    | {"latest", "ranking", "fragment", "views"},
    "front": {"home", "feed", "sitemap", "robots", "host"},
}


def test_every_kind_of_page_has_its_group():
    text = "".join(path.read_text() for path in (REPOSITORY / "site_builder/pages").glob("*.py"))
    named = {*re.findall(r'\bPlanned\("([a-z0-9]+)"', text), *taxonomy.KINDS}
    assert named == set().union(*GROUPS.values())
    assert {kind: group_of(kind) for kind in named} == {
        kind: group for group, kinds in GROUPS.items() for kind in kinds
    }


def first(files: Mapping[str, str], instant: str = "2026-11-22T00:00:00+00:00") -> Plan:
    return make_plan(info(1, instant), entries(files), HEADERS, Live(state=State()), grace(1), blobs=True)


def following(before: Plan, files: Mapping[str, str], *, headers: str = "h1", keep: Grace | None = None) -> Plan:
    number = before.release.info.number + 1
    live = Live(state=State(releases=(before.release.info, *before.history)), release=before.release)
    return make_plan(info(number), entries(files, headers), HEADERS, live, keep or grace(number), blobs=True)


def actions(plan: Plan) -> dict[str, list[tuple[str, str]]]:
    return {phase.name: [(op.action, op.entry.path) for op in phase.operations] for phase in plan.phases}


SITE = {"a.css": "1", "x.png": "1", "p/index.html": "1", "tags/t/index.html": "1", "index.html": "1", "rss.xml": "1"}


def test_a_first_deploy_sends_everything_assets_first_and_the_front_last():
    assert actions(first(SITE)) == {
        "assets": [("add", "a.css"), ("add", "x.png")],
        "new pages": [("add", "p/index.html")],
        "new listings": [("add", "tags/t/index.html")],
        "front": [("add", "index.html"), ("add", "rss.xml")],
    }


def test_the_same_site_again_is_nothing_to_do():
    assert following(first(SITE), SITE).empty
    assert not following(first(SITE), SITE | {"p/index.html": "2"}).empty
    assert not following(first(SITE), {"index.html": "1"}).empty


def test_new_pages_come_before_changed_ones_that_may_link_to_them():
    plan = following(first(SITE), SITE | {"q/index.html": "1", "p/index.html": "2", "index.html": "2"})
    assert actions(plan) == {
        "new pages": [("add", "q/index.html")],
        "pages": [("change", "p/index.html")],
        "front": [("change", "index.html")],
    }
    assert [entry.path for entry in plan.preserve] == ["p/index.html"]
    assert len(plan.release.blobs) == 1, "both pages held the same bytes"


def test_a_change_of_headers_alone_is_sent():
    plan = following(first(SITE), SITE, headers="h2")
    assert {op.action for op in plan.operations} == {"headers"}
    assert len(list(plan.operations)) == len(SITE)
    assert plan.release.headers == {"h2": HEADERS["h2"]}


def test_a_withdrawn_page_goes_at_once_and_an_asset_stays_for_the_grace():
    plan = following(first(SITE), {"index.html": "2"})
    assert plan.release.waste == ("live p/index.html", "live rss.xml", "live tags/t/index.html")
    for _ in range(4):
        assert [kept.entry.path for kept in plan.release.kept] == ["a.css", "x.png"]
        plan = following(plan, {"index.html": str(plan.release.info.number)})
    assert plan.release.kept == ()
    assert {"live a.css", "live x.png", "release r1"} <= set(plan.release.waste)


def test_what_was_live_within_the_last_hours_stays_whatever_its_number():
    plan = first(SITE)
    for number in range(2, 30):
        plan = following(plan, {"index.html": str(number)}, keep=grace(number, releases=1, hours=24))
        # Replaced at hour 2: in grace until hour 26.
        assert ("a.css" in {kept.entry.path for kept in plan.release.kept}) == (number < 26)
    # Release n was replaced at hour n + 1; at hour 29 those replaced after hour 5 stay.
    assert [item.number for item in plan.history] == list(range(28, 4, -1))


def test_an_asset_that_comes_back_needs_nothing():
    plan = following(following(first(SITE), {"index.html": "2"}), SITE | {"index.html": "2"})
    assert {op.entry.path for op in plan.operations} == {"p/index.html", "rss.xml", "tags/t/index.html"}
    assert plan.release.kept == ()


def test_paths_of_an_unfinished_deploy_are_in_doubt_and_not_copied_again():
    base = first(SITE)
    begun = following(base, SITE | {"p/index.html": "2", "q/index.html": "1"})
    state = State(releases=(base.release.info,), pending=(begun.release.info,))
    live = Live(state=state, release=base.release, begun=(begun.release,))
    plan = make_plan(info(3), entries(SITE), {}, live, grace(3), blobs=True)
    assert actions(plan) == {"pages": [("again", "p/index.html")]}
    assert plan.preserve == ()
    old = next(entry for entry in base.release.files if entry.path == "p/index.html")
    assert {"live q/index.html", "release r2", f"blob {old.stored}"} <= set(plan.release.waste)


def test_what_has_arrived_is_not_sent_again():
    base = first(SITE)
    begun = following(base, SITE | {"p/index.html": "2", "q/index.html": "1"}).release
    arrived = {entry.path: entry for entry in begun.files if entry.path == "p/index.html"}
    state = State(releases=(base.release.info,), pending=(begun.info,))
    live = Live(state=state, release=base.release, begun=(begun,), arrived=arrived)
    rest = make_plan(begun.info, begun.files, HEADERS, live, grace(2), blobs=True)
    assert actions(rest) == {"new pages": [("add", "q/index.html")]}
    assert rest.preserve == ()
    assert rest.release == begun


def test_too_many_vanishing_pages_are_refused():
    site = {f"p{number}/index.html": str(number) for number in range(10)}
    plan = following(first(site), {path: text for path, text in site.items() if path > "p2"})
    assert list(refusals(plan, (), 20)) == []
    assert list(refusals(plan, (), 19)) == ["2 of 10 live pages would vanish, more than 19 %"]


def test_an_older_build_and_a_foreign_release_are_refused():
    base = first(SITE, "2026-11-22T10:00:00+08:00")
    live = Live(state=State(releases=(base.release.info,)), release=base.release)

    def reasons(instant: str, *based_on: str) -> list[str]:
        plan = make_plan(info(2, instant), entries(SITE | {"index.html": "2"}), {}, live, grace(2), blobs=True)
        return list(refusals(plan, based_on, 20))

    assert reasons("2026-11-22T02:00:00+00:00") == []
    assert reasons("2026-11-22T02:00:00+00:00", "r1") == []
    assert "it is older" in reasons("2026-11-22T01:59:59+00:00", "r1")[0]
    assert reasons("2026-11-22T02:00:00+00:00", "r0", "r1") == []
    assert "another was deployed since" in reasons("2026-11-22T03:00:00+00:00", "r0")[0]


def test_a_lock_holds_until_it_lapses_and_not_against_its_owner():
    state = State(lock=Lock("desk@host", "t1", 1000))
    assert "desk@host is deploying" in lock_in_the_way(state, (), 999)
    assert lock_in_the_way(state, {"t1"}, 999) == ""
    assert lock_in_the_way(state, (), 1000) == ""
    assert lock_in_the_way(State(), (), 0) == ""


FILES = st.dictionaries(
    st.sampled_from([*SITE, "q/index.html", "b.css", "y.png", "tags/u/index.html", "2/index.html"]),
    st.sampled_from(["1", "2", "3"]),
)


@pytest.mark.fuzz
@given(st.lists(st.tuples(FILES, st.sampled_from(["h1", "h2"])), min_size=1, max_size=7), st.integers(1, 3))
def test_carried_out_a_plan_gives_the_site_and_keeps_what_rollbacks_need(steps: list[tuple[dict, str]], keep: int):
    store: dict[str, Entry] = {}
    blobs: set[str] = set()
    plan: Plan | None = None
    made: dict[str, Release] = {}
    for number, (files, headers) in enumerate(steps, 1):
        state = State(releases=(plan.release.info, *plan.history)) if plan else State()
        live = Live(state=state, release=plan.release if plan else None)
        wanted = entries(files, headers)
        plan = make_plan(info(number), wanted, HEADERS, live, grace(number, releases=keep), blobs=True)
        names = [phase.name for phase in plan.phases]
        assert names == sorted(names, key=PHASES.index)
        # What is copied is there to be copied.
        assert all(store[entry.path] == entry for entry in plan.preserve)
        blobs |= {entry.stored for entry in plan.preserve}
        for operation in plan.operations:
            assert store.get(operation.entry.path) != operation.entry
            store[operation.entry.path] = operation.entry
        for item in plan.release.waste:
            what, _, name = item.partition(" ")
            if what == "live":
                del store[name]
            elif what == "blob":
                blobs.remove(name)
            else:
                del made[name]
        made[plan.release.info.id] = decode_release(encode_release(plan.release))
        assert store == plan.release.live()
        assert set(plan.release.files) == set(wanted)
        assert blobs == set(plan.release.blobs)
        # Every release that is held can be brought back.
        held = [plan.release.info, *plan.history]
        assert [item.number for item in held] == list(range(number, max(0, number - keep), -1))
        assert made.keys() == {item.id for item in held}
        for item in held:
            for entry in made[item.id].files:
                assert store.get(entry.path) == entry or entry.stored in blobs


def test_records_survive_writing_and_reading():
    plan = following(first(SITE), {"index.html": "2"})
    assert decode_release(encode_release(plan.release)) == plan.release
    state = State(write="w", releases=(plan.release.info,), pending=plan.history, lock=Lock("o", "t", 1), swept=False)
    assert decode_state(encode_state(state)) == state


def test_a_record_that_is_damaged_or_of_a_newer_program_is_told():
    data = encode_release(first(SITE).release)
    for damaged in (data[:-9], b"", data[:20] + b"\0" + data[21:]):
        with pytest.raises(Unreadable):
            decode_release(damaged)
    newer = msgspec.json.encode({"version": 2})
    with pytest.raises(Unreadable, match="version 2"):
        decode_state(newer)
    with pytest.raises(Unreadable):
        decode_state(b"{")
