"""Importing logs: what counts, once, whatever the server, the compression, the order and the cuts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.errors import SiteError
from site_builder.views import already
from tests.support.sample import REPOSITORY
from tests.views.conftest import KAPOK, NOW, SERGE, TWILL
from tests.views.logs import FIREFOX, GOOGLE, PACKERS, SAFARI, WRITERS, Request, combined, common, log

NOON = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp())
ARTICLES = {KAPOK: "kapok", SERGE: "serge", TWILL: "twill", "/old/kapok/": "kapok"}


def expected(requests: list[Request]) -> dict[tuple[str, str], int]:
    """The counts by their definition: sorted by time, a view unless the same visitor had one in the last 30 minutes."""
    counts: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str, str, str], int] = {}
    for request in sorted(requests, key=lambda request: request.second):
        article = ARTICLES.get(request.path.partition("?")[0])
        if article is None or request.method != "GET" or request.status not in (200, 304) or request.agent == GOOGLE:
            continue
        day = (datetime.fromtimestamp(request.second, UTC) + timedelta(hours=8)).date().isoformat()
        visitor = (request.client, request.agent, article, day)
        if visitor in last and request.second - last[visitor] < 1800:
            continue
        last[visitor] = request.second
        counts[article, day] += 1
    return dict(counts)


requests = st.lists(
    st.builds(
        Request,
        second=st.integers(NOON, NOON + 8 * 3600),
        path=st.sampled_from([*ARTICLES, f"{KAPOK}?utm=x", "/retail/", "/gone/", "/rss.xml"]),
        client=st.sampled_from(["203.0.113.7", "2001:db8::1"]),
        agent=st.sampled_from([FIREFOX, SAFARI, GOOGLE]),
        method=st.sampled_from(["GET", "GET", "GET", "HEAD", "POST"]),
        status=st.sampled_from([200, 200, 304, 206, 301, 404]),
        number=st.integers(0, 10**9),
    ),
    max_size=25,
    unique_by=lambda request: request.number,
).map(lambda found: sorted(found, key=lambda request: request.second))


@pytest.mark.fuzz
@given(requests, st.sampled_from(sorted(WRITERS)), st.sampled_from(sorted(PACKERS)))
def test_every_server_and_compression_gives_the_counts_of_the_definition(counted, found, form, pack):
    made = counted()
    made.forget()
    report = made.add(log(found, form, pack))
    assert made.days() == expected(found)
    assert report.kept == sum(expected(found).values())
    comments = 2 if form == "cloudfront" else 0
    assert report.lines == len(found) + comments == report.kept + sum(report.dropped.values())


@pytest.mark.fuzz
@given(requests, st.data(), st.sampled_from([1, 2, 5, 512]))
def test_a_log_in_any_cuts_and_copies_counts_once(counted, found, data, cut):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(already, "CUT", cut)
        made = counted()
        made.forget()
        cuts = sorted(data.draw(st.lists(st.integers(0, len(found)), max_size=3)))
        # The log as it grew, and what rotation made of it.
        for end in cuts:
            made.add(log(found[:end]))
        made.add(log(found, pack="gzip"))
        whole = made.days()
        # What an import did not see of the minutes before it began, today's memory aside, may count twice, never less.
        least = expected(found)
        assert whole.keys() == least.keys()
        assert all(least[key] <= views <= least[key] + len(cuts) for key, views in whole.items())
        again = [found[start:end] for start, end in zip([0, *cuts], [*cuts, len(found)], strict=True)]
        report = made.add(log(found, pack="zstd"), *(log(part) for part in again if part))
        assert report.kept == 0
        assert made.days() == whole


@pytest.mark.fuzz
@given(requests, st.permutations(range(3)))
def test_files_may_come_in_any_order(counted, found, order):
    made = counted()
    made.forget()
    thirds = [found[:8], found[8:16], found[16:]]
    made.add(*(log(thirds[index]) for index in order))
    assert made.days() == expected(found)


def test_what_is_dropped_is_told_by_reason(counted):
    made = counted()
    lines = [
        combined(Request(NOON, KAPOK)),
        combined(Request(NOON + 60, KAPOK)),
        combined(Request(NOON, KAPOK, agent=GOOGLE)),
        combined(Request(NOON, KAPOK, agent="-")),
        combined(Request(NOON, KAPOK, method="HEAD")),
        combined(Request(NOON, KAPOK, method="POST")),
        combined(Request(NOON, KAPOK, status=404)),
        combined(Request(NOON, "/css/site.css")),
        combined(Request(NOON, "/retail/")),
        combined(Request(NOON, "/wp-login.php/\x1b[31m")),
        combined(Request(NOON, "/missing/")),
        combined(Request(NOON + 7200, "/missing/")),
        combined(Request(int(NOW.timestamp()) + 90_000, KAPOK)),
        "no line of any log",
        "x" * 70_000,
    ]
    report = made.add("\n".join(lines).encode())
    assert (report.lines, report.kept, report.articles) == (15, 1, 1)
    assert report.dropped == {
        "HEAD": 1,
        "in the future": 1,
        "not GET": 1,
        "not HTML": 1,
        "other pages of the site": 1,
        "robots": 2,
        "same reader within 30 minutes": 1,
        "status other than 200 and 304": 1,
        "too long": 1,
        "unmatched": 3,
        "unreadable": 1,
    }
    assert report.unmatched[0] == ("/missing/", 2)


def test_prefetches_and_other_types_are_dropped_where_the_log_tells(counted):
    made = counted()
    base = {"msec": str(NOON), "remote_addr": "::1", "request_method": "GET", "status": 200, "http_user_agent": FIREFOX}
    lines = [
        {**base, "request_uri": KAPOK, "http_sec_purpose": "prefetch;prerender"},
        {**base, "request_uri": KAPOK, "sent_http_content_type": "application/json"},
        {**base, "request_uri": KAPOK, "http_sec_purpose": "", "sent_http_content_type": "text/html; charset=utf-8"},
    ]
    report = made.add("\n".join(map(json.dumps, lines)).encode())
    assert (report.kept, report.dropped) == (1, {"prefetched": 1, "not HTML": 1})


def test_common_logs_have_no_user_agent_and_so_no_readers(counted):
    # Without a user agent robots cannot be told from readers: nothing is counted, and the report says why.
    report = counted().add(common(Request(NOON, KAPOK)).encode())
    assert (report.kept, report.dropped) == (0, {"robots": 1})


def test_hidden_pieces_and_documents_are_no_articles(counted):
    report = counted().add(log([Request(NOON, "/2026/11/draft/"), Request(NOON, "/about/")]))
    assert report.dropped == {"other pages of the site": 1, "unmatched": 1}


@pytest.mark.parametrize("path", ["/2026/11/kapok", "/2026/11/kapok/index.html", "/2026/11/%6bapok/", "/old/kapok"])
def test_spellings_of_one_address(counted, path):
    made = counted()
    made.add(log([Request(NOON, path)]))
    assert made.days() == {("kapok", "2026-11-20"): 1}


def test_the_base_path_is_no_part_of_a_permalink(counted):
    made = counted(files=[("site.yaml", "site: {url: 'https://example.com/news'}\n")])
    made.add(log([Request(NOON, "/news" + KAPOK), Request(NOON, TWILL), Request(NOON, "/newsstand/")]))
    assert made.days() == {("kapok", "2026-11-20"): 1, ("twill", "2026-11-20"): 1}


def test_an_earlier_permalink_counts_for_the_piece_that_had_it(counted):
    made = counted()
    made.add(log([Request(NOON, KAPOK)]))
    text = made.site.path.joinpath("content/kapok.md").read_text().replace('title: "Kapok"', 'title: "K"\nslug: k')
    made.site.write("content/kapok.md", text)
    made.add(log([Request(NOON + 86_400, KAPOK), Request(NOON + 86_400, "/2026/11/k/", agent=SAFARI)]))
    assert made.days() == {("kapok", "2026-11-20"): 1, ("kapok", "2026-11-21"): 2}
    made.site.build(at=NOW)
    assert "103" in "".join(made.site.html("2026/11/k/index.html").itertext())


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("form", ["combined", "cloudfront"])
def test_standard_input_is_read_as_a_file_is(counted, pack, form):
    found = [
        Request(NOON + 60 * number, KAPOK, client=f"192.0.2.{number % 250}", number=number) for number in range(900)
    ]
    made = counted()
    command = [sys.executable, "-m", "site_builder", "views", "import", "--site", str(made.site.path), "-"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    for kept in (len(found), 0):
        done = subprocess.run(command, input=log(found, form, pack), env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert f" {kept} views of ".encode() in done.stdout
    assert made.days() == expected(found)


def test_a_damaged_standard_input_imports_nothing(counted):
    made = counted()
    data = log([Request(NOON + 60 * number, KAPOK, client=f"192.0.2.{number}") for number in range(200)], pack="gzip")
    command = [sys.executable, "-m", "site_builder", "views", "import", "--site", str(made.site.path), "-"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, input=data[:-40], env=environment, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"-: cannot be read to its end" in done.stderr
    assert made.days() == {}


@pytest.mark.parametrize("store", ["", "views: {store: data/views.csv}\n"])
def test_no_address_reaches_the_disk(counted, store):
    made = counted(store)
    now = int(NOW.timestamp())
    client = "198.51.100.23"
    found = [Request(now - 60 * minute, KAPOK, client=client, number=minute) for minute in (90, 20, 5)]
    for form in WRITERS:
        made.add(log(found, form))
    written = [path for path in made.site.path.rglob("*") if path.is_file() and "content" not in path.parts]
    assert any(path.name == "visitors" for path in written)
    for path in written:
        data = path.read_bytes()
        assert client.encode() not in data
        assert bytes(map(int, client.split("."))) not in data


def test_visitors_are_remembered_for_thirty_minutes_of_today_only(counted):
    made = counted()
    now = int(NOW.timestamp())
    memory = made.site.path / ".site-builder/visitors"
    made.add(log([Request(now - 600, KAPOK)]))
    assert memory.stat().st_mode & 0o077 == 0
    assert made.add(log([Request(now - 60, KAPOK, number=1)])).dropped == {"same reader within 30 minutes": 1}
    salt = memory.read_bytes()
    made.add(log([Request(now + 3600, SERGE)]), now=NOW + timedelta(hours=2))
    assert not memory.exists()
    memory.write_bytes(salt)
    made.add(log([Request(now + 86_400, SERGE)]), now=NOW + timedelta(days=1, hours=2))
    assert not memory.exists()


def test_a_store_in_csv_can_be_committed_and_gives_the_same_counts(counted):
    found = [Request(NOON + 60 * number, [KAPOK, SERGE][number % 2], client=f"192.0.2.{number}") for number in range(9)]
    made = counted("views: {store: data/views.csv}\n")
    made.add(log(found))
    assert made.days() == expected(found)
    text = (made.site.path / "data/views.csv").read_bytes()
    assert text.startswith(b"kind,article,key,value\n")
    assert b"views,content/kapok.md,2026-11-20 log,5\n" in text
    made.add(log(found, pack="gzip"))
    assert (made.site.path / "data/views.csv").read_bytes() == text
    assert not (made.site.path / ".site-builder/views.sqlite").exists()
    made.site.build(at=NOW)
    assert "105" in "".join(made.site.html("2026/11/kapok/index.html").itertext())


@pytest.mark.parametrize(
    "row, message",
    [
        ("views,content/a.md,2026-11-20 log", "found 3 values"),
        ("views,content/a.md,2026-11-20 log,-1", "expected a day, an origin and a number"),
        ("views,content/a.md,someday log,1", "expected a day"),
        ("hits,content/a.md,2026-11-20 log,1", "found the kind 'hits'"),
    ],
)
def test_a_faulty_row_of_the_store_is_told_with_its_line(counted, row, message):
    made = counted("views: {store: data/views.csv}\n", [("data/views.csv", f"kind,article,key,value\n{row}\n")])
    with pytest.raises(SiteError, match=message) as caught:
        made.site.build(at=NOW)
    assert (caught.value.problems[0].path, caught.value.problems[0].line) == ("data/views.csv", 2)


def test_a_damaged_file_imports_nothing(counted):
    made = counted()
    whole = log([Request(NOON + number * 9, KAPOK, client=f"10.0.0.{number}") for number in range(200)], pack="gzip")
    with pytest.raises(SiteError, match="cannot be read to its end"):
        made.add(log([Request(NOON, SERGE)]), whole[: len(whole) // 2])
    assert made.days() == {}
    with pytest.raises(SiteError, match="no log and no export"):
        made.add(b"PK\x03\x04 a zip file\nand more\n")
    with pytest.raises(SiteError, match="cannot be read"):
        from site_builder.views.importing import import_views

        import_views(made.site.path, [str(made.folder / "missing.log")])


@given(st.lists(st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))))
def test_no_line_makes_a_parser_fall_over(lines):
    from site_builder.views.hits import UnreadableLineError
    from site_builder.views.json_formats import json_log
    from site_builder.views.log_formats import cloudfront, combined, s3

    wcf = cloudfront()
    hostile = ["{" * 9_000, '{"request":{"headers":[]},"status":[1]}', '{"request":"GET","status":1e999}', "[" * 9_000]
    hostile += ['{"ts":1e300,"request":{"method":"GET","uri":"//[","client_ip":"a"},"status":200}', '{"msec":true}']
    hostile += ["#Fields: date time", "2026-01-01\t", 'a b c [10/Oct/0000:13:55:36 -0700] "G /" 200 1 "" ""']
    for line in [*hostile, *lines]:
        for parse in (json_log, wcf, combined, s3):
            try:
                parse(line)
            except UnreadableLineError:
                continue
