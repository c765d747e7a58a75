"""The plan: between two of its instants nothing changes, at each of them just what it says."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
import yaml
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from site_builder.building.snapshot import Snapshot, page_bytes, read_sources, snapshot_of
from site_builder.check import calendars
from site_builder.check.plan import Change, Happening, plan_changes
from tests.cli.running import run
from tests.site.pieces import piece
from tests.support.templates import plain_templates

START = datetime(2026, 11, 20, tzinfo=UTC)
DAY = timedelta(days=1)


def stamp(hours: float) -> str:
    return (START + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S")


def output(site: Snapshot) -> dict[str, bytes]:
    """All files of a site, none of them written."""
    files = {page.path: page_bytes(site, page) for page in site.pages}
    return files | {file.path: Path(file.location).read_bytes() for file in site.copied}


TEMPLATES = plain_templates()
hours = st.integers(-55 * 60, 20 * 60).map(lambda minutes: minutes / 60)
pieces = st.lists(
    st.tuples(
        hours,
        st.one_of(st.none(), st.integers(1, 50)),  # hours from publication to expiry
        st.one_of(st.none(), st.integers(0, 50)),  # and to a correction
        st.booleans(),  # a draft
        st.sampled_from(["Retail", "Beauty"]),
        st.integers(0, 3),  # views
    ),
    min_size=1,
    max_size=4,
)
configs = st.sampled_from(["", "views: {window: 24h}\n", "views: {half_life: 1}\nsite: {timezone: Asia/Kolkata}\n"])


def file_of(number: int, made: tuple) -> str:
    begins, lasts, corrected, draft, category, views = made
    keys = {"timestamp": stamp(begins), "category": category, "views": views}
    if lasts is not None:
        keys["expires"] = stamp(begins + lasts)
    if corrected is not None:
        keys["updated"] = stamp(begins + corrected)
    return piece(f"Piece {number}", f"Text [file](/files/{number}.pdf)\n", draft=draft, tags=["lace"], **keys)


@pytest.mark.fuzz
@settings(max_examples=settings().max_examples // 4)  # an example is some twenty builds
@given(pieces, configs, st.floats(0, 1))
def test_builds_change_at_the_planned_instants_and_at_no_other(site, found, config, between):
    made = site({**TEMPLATES, "site.yaml": config, "content/pages/about.md": "---\ntitle: A\n---\n"})
    for path in made.path.glob("content/*.md"):
        path.unlink()
    for number, item in enumerate(found):
        made.write(f"content/p{number}.md", file_of(number, item))
        made.write(f"content/files/{number}.pdf", "PDF")
    check_plan(made.path, START, timedelta(hours=24), between)


def check_plan(folder: Path, start: datetime, horizon: timedelta, between: float) -> list[Change]:
    """Holds a plan to what builds do at its instants, and in the second before each and a share of the way to it."""
    sources = read_sources(folder, {}, 0, jobs=1)
    changes = list(plan_changes(sources, start, horizon))
    before = output(snapshot_of(sources, start))
    last = start
    for end, change in [*((change.instant, change) for change in changes), (start + horizon, None)]:
        for instant in {end - timedelta(seconds=1), last + (end - last) * between * 0.99}:
            if instant >= last:
                assert output(snapshot_of(sources, instant.replace(microsecond=0))) == before
        if change is not None:
            after = output(snapshot_of(sources, end))
            assert sum(before.get(path) != after.get(path) for path in {*before, *after}) == change.files
            before, last = after, end
    return changes


@pytest.mark.slow
def test_the_plan_of_the_sample_site_is_what_its_builds_do(sample_public):
    assert len(check_plan(sample_public.parent, datetime(2026, 11, 19, 12, tzinfo=UTC), 3 * DAY, 0.5)) > 4


def test_a_build_at_a_planned_instant_changes_just_the_files_of_the_plan(site):
    soon = {f"content/soon{number}.md": piece(f"Soon {number}", timestamp=stamp(number)) for number in (2, 5)}
    made = site(
        {
            **TEMPLATES,
            **soon,
            "site.yaml": "views: {window: 24h}\n",
            "content/gone.md": piece("Gone", timestamp=stamp(-60), expires=stamp(7)),
            "content/old.md": piece("Old", timestamp=stamp(-47), updated=stamp(9)),
        }
    )
    found = json.loads(
        run("plan", "--site", made.path, "--at", START.isoformat(), "--horizon", "12h", "--format", "json").stdout
    )
    assert len(found) > 4
    made.build(at=START)
    before = made.files()
    for change in found:
        made.build(at=datetime.fromisoformat(change["instant"]))
        after = made.files()
        assert sum(before.get(path) != after.get(path) for path in {*before, *after}) == change["files"]
        before = after


CHANGES = [
    Change(
        START + timedelta(hours=9, seconds=1), (Happening("publish", "content/a.md", "Lace, silk; \\ “tulle” " * 9),), 3
    ),
    Change(
        START + timedelta(hours=9, seconds=30),
        tuple(Happening("expire", f"content/{n}.md", f"P{n}") for n in range(5)),
        1,
    ),
    Change(START + timedelta(days=40), (Happening("rank anew", "", ""),), None),
]


def test_a_calendar_is_read_as_it_was_meant():
    text = calendars.as_ics(CHANGES, "example.com", START)
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [change.instant for change in CHANGES]
    assert str(events[0]["summary"]) == f"publish: {CHANGES[0].happenings[0].title} (3 files)"
    assert str(events[1]["summary"]).endswith("(1 file)")
    assert str(events[1]["description"]).splitlines()[4] == "expire: P4 content/4.md"
    assert len({event["uid"] for event in events}) == 3


RUNS = [START + timedelta(hours=9, minutes=1), START + timedelta(days=40)]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_a_crontab_runs_when_it_is_done(zone, monkeypatch):
    """In the machine's time, and without CRON_TZ, which Debian's cron does not know (crontab(5), LIMITATIONS)."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        text = calendars.as_cron(CHANGES, "site-builder build --site '/a 100%'")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert "CRON_TZ" not in text
    lines = [line.split(" ", 5) for line in text.splitlines() if not line.startswith("#")]
    assert {line[5] for line in lines} == {"site-builder build --site '/a 100\\%'"}
    start = START.astimezone(ZoneInfo(zone))
    assert [croniter(" ".join(line[:5]), start).get_next(datetime) for line in lines] == RUNS


def test_a_workflow_runs_when_it_is_done():
    workflow = yaml.safe_load(calendars.as_github(CHANGES))
    expressions = [entry["cron"] for entry in workflow[True]["schedule"]]  # YAML 1.1 reads "on" as true
    assert [croniter(expression, START).get_next(datetime) for expression in expressions] == RUNS


@pytest.mark.parametrize("form", ["cron", "systemd"])
def test_schedules_start_a_program_that_is_there(site, form):
    """cron and systemd look for programs in few places, and in no virtual environment."""
    made = site({"content/a.md": piece("Lace", timestamp="2026-11-21 09:00:00")})
    made.write("site.yaml", "")
    text = run("plan", "--site", made.path, "--at", "2026-11-20", "--format", form, "--horizon", "2d").stdout
    (line,) = [line for line in text.splitlines() if " build --site " in line]
    program = shlex.split(line.partition("=")[2] if form == "systemd" else line.split(" ", 5)[5])
    done = subprocess.run([*program, "--at", "2026-11-22"], env={}, cwd="/", capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (made.out / "index.html").is_file()


def test_a_timer_names_each_second():
    text = calendars.as_systemd(CHANGES, "site-builder build")
    assert re.findall(r"^OnCalendar=(.*)$", text, re.MULTILINE) == [
        "2026-11-20 09:00:01 UTC",
        "2026-11-20 09:00:30 UTC",
        "2026-12-30 00:00:00 UTC",
    ]


def test_the_command_prints_a_plan(site):
    made = site(
        {
            "site.yaml": "site: {timezone: Asia/Shanghai}\n",
            "content/a.md": piece("Lace", timestamp="2026-11-21 09:00:00", expires="2026-11-21 21:00:00"),
            "content/b.md": piece("Silk", timestamp="2026-11-18 12:00:00"),
        }
    )
    result = run("plan", "--site", made.path, "--at", "2026-11-20", "--horizon", "36h")
    assert result.exit_code == 0
    assert re.fullmatch(
        r"2026-11-20 12:00:01 +1 file   leave the news sitemap: Silk\n"
        r"2026-11-21 09:00:00 +\d+ files  publish: Lace\n"
        r"2 changes until 2026-11-21 12:00:00 \(Asia/Shanghai\)\n",
        result.stdout,
    ), result.stdout
    found = json.loads(run("plan", "--site", made.path, "--at", "2026-11-20", "--format", "json").stdout)
    assert [item["instant"] for item in found] == [
        "2026-11-20T04:00:01Z",
        "2026-11-21T01:00:00Z",
        "2026-11-21T13:00:00Z",
    ]
    fast = json.loads(run("plan", "--site", made.path, "--at", "2026-11-20", "--format", "json", "--no-files").stdout)
    assert [item["files"] for item in fast] == [None, None, None]
    assert run("plan", "--site", made.path, "--horizon", "soon").exit_code == 2
