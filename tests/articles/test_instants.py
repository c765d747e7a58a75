"""Instants: what an editor writes and what is meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from site_builder.articles.instants import NoInstant, file_date, read_instant

# Local times have no zone of their own.
FIRST = datetime(1, 1, 3)  # noqa: DTZ001
LAST = datetime(9999, 12, 29)  # noqa: DTZ001
SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("2019/6/12 10:01:00", (2019, 6, 12, 2, 1, 0)),
        ("2019-06-12 10:01:00", (2019, 6, 12, 2, 1, 0)),
        ("2019.06.12 10:01", (2019, 6, 12, 2, 1, 0)),
        ("2019-06-12T10:01:05", (2019, 6, 12, 2, 1, 5)),
        ("2019/6/12 9:5:3", (2019, 6, 12, 1, 5, 3)),
        ("2019-06-12", (2019, 6, 11, 16, 0, 0)),
        ("2019/6/1", (2019, 5, 31, 16, 0, 0)),
        ("2019-06-12T10:01:00Z", (2019, 6, 12, 10, 1, 0)),
        ("2019-06-12t10:01z", (2019, 6, 12, 10, 1, 0)),
        ("2019-06-12 10:01 UTC", (2019, 6, 12, 10, 1, 0)),
        ("2019-06-12 10:01:00 +02:00", (2019, 6, 12, 8, 1, 0)),
        ("2019-06-12T10:01:00-0430", (2019, 6, 12, 14, 31, 0)),
        ("2019-06-12T10:01:00+08", (2019, 6, 12, 2, 1, 0)),
        ("2019-06-12T10:01:59.999Z", (2019, 6, 12, 10, 1, 59)),
        ("2019-06-12T10:01:59,5+00:00", (2019, 6, 12, 10, 1, 59)),
    ],
)
def test_forms(text, expected):
    assert read_instant(text, SHANGHAI) == (datetime(*expected, tzinfo=UTC), "")


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "2019", "2019-06", "19-06-12", "2019-06/12", "2019-06-12T", "2019-06-12 10", "2019-06-12Z",
        "2019-06-12 10:01:00 CET", "2019-06-12 24:00:00", "2019-06-12 10:60", "2019-06-12 10:01:60", "2019-00-12",
        "2019-13-01", "2019-02-29", "2019-06-12 10:01+24:00", "2019-06-12 10:01+08:60", "٢٠١٩-٠٦-١٢", "２０１９-06-12",
        "-2019-06-12", "2019-06-12 10:01:00+", "0000-01-01", "1560333660", "2019-06-12 10:01 am", "2019-06-12\n",
        "x" * 5000,
    ],
)  # fmt: skip
def test_no_instant(text):
    with pytest.raises(NoInstant) as raised:
        read_instant(text, SHANGHAI)
    message, hint = raised.value.args
    assert message
    assert len(message) < 250
    assert isinstance(hint, str)


@given(
    st.datetimes(min_value=FIRST, max_value=LAST),
    st.integers(-23 * 60 - 59, 23 * 60 + 59),
    st.sampled_from(["%s-%02d-%02dT%02d:%02d:%02d", "%s/%d/%d %d:%02d:%02d", "%s.%d.%d  %d:%d:%d"]),
    st.sampled_from(["{}{:02}:{:02}", "{}{:02}{:02}", " {}{:02}:{:02}"]),
)
def test_all_ways_to_write_an_instant_mean_the_same(instant, minutes, form, offset_form):
    instant = instant.replace(microsecond=0, tzinfo=UTC)
    local = instant.astimezone(timezone(timedelta(minutes=minutes)))
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    offset = offset_form.format(sign, hours, rest)
    fields = (f"{local.year:04}", local.month, local.day, local.hour, local.minute, local.second)
    assert read_instant(form % fields + offset, NEW_YORK) == (instant, "")


@given(st.datetimes(min_value=FIRST, max_value=LAST), st.sampled_from([SHANGHAI, NEW_YORK]))
@example(datetime(2019, 3, 10, 2, 30), NEW_YORK)  # noqa: DTZ001
@example(datetime(2019, 11, 3, 1, 30), NEW_YORK)  # noqa: DTZ001
def test_a_local_time_is_shown_as_it_was_written(local, zone):
    local = local.replace(microsecond=0)
    # PEP 495: a time that clocks skip is another after there and back.
    there = local.replace(tzinfo=zone)
    exists = there.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local
    if not exists:
        with pytest.raises(NoInstant, match="does not exist"):
            read_instant(local.isoformat(" "), zone)
        return
    instant, warning = read_instant(local.isoformat(" "), zone)
    assert instant.astimezone(zone).replace(tzinfo=None) == local
    earlier = instant.astimezone(zone)
    assert earlier.fold == 0
    assert bool(warning) == (earlier.utcoffset() != earlier.replace(fold=1).utcoffset())


def test_a_time_that_clocks_skip_is_an_error_with_the_remedy():
    with pytest.raises(NoInstant) as raised:
        read_instant("2019-03-10 02:30:00", NEW_YORK)
    message, hint = raised.value.args
    assert message == "2019-03-10 02:30:00 does not exist in America/New_York: clocks were set forward"
    assert "2019-03-10 02:30:00-04:00" in hint


def test_a_time_that_exists_twice_is_the_earlier_and_warns():
    instant, warning = read_instant("2019-11-03 01:30", NEW_YORK)
    assert instant == datetime(2019, 11, 3, 5, 30, tzinfo=UTC)
    assert "exists twice in America/New_York" in warning
    assert "2019-11-03 01:30:00-05:00" in warning
    later, quiet = read_instant("2019-11-03 01:30:00-05:00", NEW_YORK)
    assert (later - instant, quiet) == (timedelta(hours=1), "")


@given(
    st.text(max_size=40)
    | st.from_regex(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2})?([+-]\d{4})?)?", fullmatch=True)
)
@example("0001-01-01 00:00")
@example("9999-12-31 23:59:59-23:59")
def test_any_text_is_an_instant_or_says_why_not(text):
    for zone in (SHANGHAI, NEW_YORK):
        try:
            instant, _ = read_instant(text, zone)
        except NoInstant:
            continue
        assert instant.tzinfo is UTC
        assert instant.microsecond == 0
        instant.astimezone(zone)


@pytest.mark.parametrize(
    "stem, expected",
    [
        ("2019-06-12-kapok", ("2019-06-12", "kapok")),
        ("2019-6-1_a-b", ("2019-6-1", "a-b")),
        ("2019-06-12", ("2019-06-12", "")),
        ("2019-06-12 时尚", ("2019-06-12", "时尚")),
        ("2019-02-30-x", None),
        ("2019-06-121", None),
        ("12-06-2019-x", None),
        ("kapok", None),
    ],
)
def test_the_date_of_a_file_name(stem, expected):
    assert file_date(stem) == expected
