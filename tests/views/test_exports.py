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
    "ga4, two tables": (
        "ga4",
        table(
            "Page path and screen class,Date,Views,Active users,Views per active user"
            ",Average engagement time per active user,Event count,Key events,Total revenue",
            [
                f",,{sum(views for _, _, views in ROWS)},7,1.0,12.5,80,0,0,Grand total",
                *(f"{url},{day.replace('-', '')},{views},7,1.0,12.5,80,0,0" for url, day, views in ROWS),
                "",
                "# Start date: 20261101",
                "Nth day,a,b,c,d,e,f,g,h",
                "0000,1,2,3,4,5,6,7,8",
            ],
            "# ----------------------------------------\n# Pages and screens: Page path and screen class\n"
            "# Account: The Paper\n# Property: The Paper\n# ----------------------------------------\n#\n"
            "# All Users\n# Start date: 20261101\n# End date: 20261130\n",
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
            '"date","hostname","page","visits","visitors","pageviews","total_scroll_depth"'
            ',"total_scroll_depth_visits","total_time_on_page","total_time_on_page_visits"',
            [f'"{day}","example.com","{url}",1,1,{views},90,1,35,1' for url, day, views in ROWS],
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
    "matomo, API as CSV": (
        "matomo",
        "\n".join(
            [
                (
                    "date,label,nb_visits,nb_uniq_visitors,nb_hits,sum_time_spent,entry_nb_visits,exit_nb_visits"
                    ",bounce_rate,exit_rate,metadata_url,metadata_segment"
                ),
                # The label of an address that ends in a slash is not that address.
                *(
                    f"{day},{url}index,1,1,{views},60,1,1,50%,50%,https://example.com{url},pageUrl==x"
                    for url, day, views in ROWS
                ),
            ]
        ).encode("utf-16"),
    ),
    "matomo, the report's page": (
        "matomo",
        "\n".join(
            [
                "Date,Label,Pageviews,Unique Pageviews,Bounce Rate,Avg. time on page,Exit rate,Metadata: url",
                *(f"{day},{url}index,{views},1,50%,00:00:12,50%,https://example.com{url}" for url, day, views in ROWS),
            ]
        ).encode("utf-16"),
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
    "goatcounter, export of an older version": (
        "goatcounter",
        table(
            "1Path,Title,Event,Bot,Session,FirstVisit,Referrer,Referrer scheme,Browser,Screen size,Location,Date",
            [
                *spread("{url},A title,false,0,1-1-1,true,,,Firefox,,DE,{day}T10:00:00Z"),
                f"{KAPOK},A title,false,5,1-1-1,true,,,bot,,DE,{A}T10:00:00Z",
                f"{KAPOK},a click,true,0,1-1-1,false,,,Firefox,,DE,{A}T10:00:00Z",
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
            "website_id,session_id,visit_id,event_id,hostname,browser,os,device,screen,language,country,region,city"
            ",url_path,url_query,utm_source,utm_medium,utm_campaign,utm_content,utm_term,referrer_path"
            ",referrer_query,referrer_domain,page_title,gclid,fbclid,msclkid,ttclid,li_fat_id,twclid,event_type"
            ",event_name,tag,distinct_id,created_at,job_id",
            [
                *spread("w,s,v,e,x,,,,,,,,,{url},,,,,,,,,,,,,,,,,1,,,,{day} 10:00:00,"),
                f"w,s,v,e,x,,,,,,,,,{KAPOK},,,,,,,,,,,,,,,,,2,click,,,{A} 10:00:00,",
            ],
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
    made.add(b"x,y\r\n" + KAPOK.encode() + b",14\r\n/,90\r\n", day=date(2026, 11, 1))
    assert made.days() == {("kapok", A): 14}
    made.add(umami, day=date(2026, 11, 1))
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
