"""Exports of counting programs: the shapes that each of them writes give the same counts, and give them once."""

from __future__ import annotations

import json
from datetime import date

import pytest

from site_builder.errors import SiteError
from site_builder.views.detect import FORMATS
from tests.views.conftest import KAPOK, NOW, SERGE
from tests.views.logs import Request, log

A, B = "2026-11-01", "2026-11-02"
WANTED = {("kapok", A): 120, ("kapok", B): 3, ("serge", A): 7}
ROWS = [(KAPOK, A, 120), (KAPOK, B, 3), ("/2026/11/羊毛/", A, 7), ("/gone/", A, 50), ("/", A, 900)]


def table(head: str, rows: list[str], before: str = "") -> bytes:
    return (before + "\n".join([head, *rows]) + "\n").encode()


def spread(row: str) -> list[str]:
    """One line a view."""
    return [row.format(url=url, day=day) for url, day, views in ROWS for _ in range(views)]


EXPORTS = {
    "ga4, exploration": (
        "ga4",
        table(
            "Date,Page path and screen class,Views",
            [f"{day.replace('-', '')},{url},{views}" for url, day, views in ROWS],
            "# ----------------------------------------\n# Free form\n# 20261101-20261130\n# ----\n\n",
        ),
    ),
    "ga4, Data API": (
        "ga4",
        json.dumps(
            {
                "dimensionHeaders": [{"name": "date"}, {"name": "pagePath"}],
                "metricHeaders": [{"name": "screenPageViews", "type": "TYPE_INTEGER"}],
                "rows": [
                    {"dimensionValues": [{"value": day}, {"value": url}], "metricValues": [{"value": str(views)}]}
                    for url, day, views in ROWS
                ],
                "rowCount": 5,
            },
            indent=1,
        ).encode(),
    ),
    "plausible, export": (
        "plausible",
        table(
            "date,hostname,page,visits,visitors,pageviews,exits,total_scroll_depth",
            [f"{day},example.com,{url},1,1,{views},0,0" for url, day, views in ROWS],
        ),
    ),
    "plausible, Stats API": (
        "plausible",
        json.dumps(
            {
                "results": [{"metrics": [1, views], "dimensions": [day, url]} for url, day, views in ROWS],
                "meta": {},
                "query": {"metrics": ["visitors", "pageviews"], "dimensions": ["time:day", "event:page"]},
            }
        ).encode(),
    ),
    "matomo, API": (
        "matomo",
        json.dumps(
            {
                day: [
                    {"label": url, "nb_visits": 1, "nb_hits": views, "url": f"https://example.com{url}"}
                    for url, when, views in ROWS
                    if when == day
                ]
                for day in (A, B)
            }
        ).encode(),
    ),
    "matomo, CSV in UTF-16": (
        "matomo",
        "\n".join(
            [
                "date,label,nb_visits,nb_hits,url",
                *(f"{day},{url},1,{views},https://example.com{url}" for url, day, views in ROWS),
            ]
        ).encode("utf-16"),
    ),
    "goatcounter, export": (
        "goatcounter",
        table(
            "2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,Screen size,Location"
            ",FirstVisit,Date",
            [
                *spread("{url},A title,false,,Firefox 140,Linux,1,0,,,,DE,1,{day}T10:00:00Z"),
                f"{KAPOK},A title,false,,,,1,5,,,,,1,{A}T10:00:00Z",
                f"{KAPOK},a click,true,,,,1,0,,,,,1,{A}T10:00:00Z",
            ],
        ),
    ),
    "goatcounter, API": (
        "goatcounter",
        json.dumps(
            {
                "hits": [
                    {
                        "path": url,
                        "count": 9_999,
                        "stats": [{"day": day, "daily": views} for found, day, views in ROWS if found == url],
                    }
                    for url in dict.fromkeys(url for url, _, _ in ROWS)
                ],
                "total": 5,
            }
        ).encode(),
    ),
    "umami, events": (
        "umami",
        table(
            "website_id,session_id,visit_id,event_id,hostname,url_path,url_query,event_type,created_at",
            [*spread("w,s,v,e,example.com,{url},,1,{day} 10:00:00"), f"w,s,v,e,example.com,{KAPOK},,2,{A} 10:00:00"],
        ),
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("told", [False, True])
def test_an_export_sets_the_counts_of_its_days(counted, name, told):
    origin, data = EXPORTS[name]
    made = counted()
    options = {"form": origin} if told else {}
    report = made.add(data, **options)
    assert made.days() == WANTED
    assert report.kept == 130
    assert [(url.removeprefix("https://example.com"), views) for url, views in report.unmatched] == [("/gone/", 50)]
    made.add(data, data, **options)
    assert made.days() == WANTED


def test_exports_without_days_need_to_be_told_one(counted):
    made = counted()
    umami = json.dumps([{"x": KAPOK, "y": 12}, {"x": "/retail/", "y": 3}]).encode()
    with pytest.raises(SiteError, match="row 1 tells no day"):
        made.add(umami)
    made.add(umami, day=date(2026, 11, 1))
    assert made.days() == {("kapok", A): 12}
    report = (
        "# Start date: 20261102\n# End date: 2026110{}\nPage path and screen class,Views,Users\n"
        + SERGE
        + ',"1,204",9\n'
    )
    made.add(report.format(2).encode())
    assert made.days() == {("kapok", A): 12, ("serge", B): 1204}
    with pytest.raises(SiteError, match="tells no day"):
        made.add(report.format(9).encode())


def test_origins_that_count_the_same_readers_are_not_added_up(counted):
    made = counted()
    second = int(NOW.timestamp()) - 86_400
    made.add(log([Request(second, KAPOK, client=f"192.0.2.{number}") for number in range(5)]))
    made.add(table("date,page,pageviews", [f"2026-11-24,{KAPOK},3"]))
    assert made.days() == {("kapok", "2026-11-24"): 5}
    made.add(table("date,page,pageviews", [f"2026-11-24,{KAPOK},8"]))
    assert made.days() == {("kapok", "2026-11-24"): 8}


@pytest.mark.parametrize(
    "data, message",
    [
        (b'{"dimensionHeaders": [{"name": "pagePath"}], "rows": [{"a": 1}]}', "another shape"),
        (b'{"results": [{"dimensions": ["/a/"], "metrics": []}]}', "another shape"),
        (b'{"hits": [{"path": "/a/", "stats": [1]}]}', "another shape"),
        (b'[{"x": "/a/", ', "is no JSON"),
        (b"date,page,pageviews\nsomeday,/a/,3\n", "row 1 tells the day 'someday'"),
        (b"date,page,pageviews\n2026-11-01,/a/,-3\n", "row 1 has the count '-3'"),
    ],
)
def test_what_is_wrong_with_an_export_is_told(counted, data, message):
    made = counted()
    with pytest.raises(SiteError, match=message):
        made.add(data)
    assert made.days() == {}


def test_the_command_knows_every_format():
    from site_builder.cli.views import FORMATS as OFFERED

    assert OFFERED == FORMATS
