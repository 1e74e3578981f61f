"""Header values: strictly read; what is not understood is None, and never an exception."""

from __future__ import annotations

import datetime

import pytest

from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.headers import count, http_date, retry_after

NOON = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC).timestamp()


def answer(*headers: tuple[str, str], received_at: float | None = None) -> Exchange:
    return Exchange("POST", "https://shop.example", (), 429, "", headers, b"", "live", received_at=received_at)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("0", 0),
        ("60", 60),
        ("007", 7),
        (" 60\t", 60),
        ("999999999", 999_999_999),
        ("1000000000", None),
        ("", None),
        ("-1", None),
        ("+1", None),
        ("6e1", None),
        ("60.0", None),
        ("6_0", None),
        ("0x3c", None),
        ("6 0", None),
        ("60, 60", None),
        ("٦٠", None),
        ("60\n", None),
        ("sixty", None),
    ],
)
def test_a_count_is_up_to_nine_digits_and_nothing_else(value: str, number: int | None) -> None:
    assert count(answer(("X-RateLimit-Limit", value)), "X-RateLimit-Limit") == number


def test_a_count_that_is_missing_or_doubled_is_none() -> None:
    assert count(answer(), "X-RateLimit-Limit") is None
    assert count(answer(("X-RateLimit-Limit", "60"), ("x-ratelimit-limit", "60")), "X-RateLimit-Limit") is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("56", 56.0),
        (" 56 ", 56.0),
        ("999999999", 999_999_999.0),
        ("1000000000", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("５", None),
        ("56, 57", None),
    ],
)
def test_a_wait_is_told_in_seconds(value: str, seconds: float | None) -> None:
    assert retry_after(answer(("Retry-After", value), received_at=NOON)) == seconds


def test_a_wait_that_is_missing_or_told_twice_is_none() -> None:
    assert retry_after(answer(received_at=NOON)) is None
    assert retry_after(answer(("Retry-After", "5"), ("Retry-After", "5"), received_at=NOON)) is None


@pytest.mark.parametrize(
    "value",
    ["Sun, 22 Nov 2026 12:00:30 GMT", "Sunday, 22-Nov-26 12:00:30 GMT", "Sun Nov 22 12:00:30 2026"],
    ids=["IMF-fixdate", "RFC 850", "asctime"],
)
def test_a_wait_is_told_by_any_of_the_three_dates_of_http(value: str) -> None:
    assert retry_after(answer(("Retry-After", value), received_at=NOON)) == 30.0


def test_a_date_is_measured_by_the_servers_own_clock() -> None:
    date, until = ("Date", "Sun, 22 Nov 2026 18:00:00 GMT"), ("Retry-After", "Sun, 22 Nov 2026 18:00:45 GMT")

    assert retry_after(answer(date, until, received_at=NOON)) == 45.0


def test_a_date_that_is_past_means_no_wait() -> None:
    assert retry_after(answer(("Retry-After", "Sun, 22 Nov 2026 11:00:00 GMT"), received_at=NOON)) == 0.0


def test_a_date_says_nothing_where_no_clock_is_known() -> None:
    assert retry_after(answer(("Retry-After", "Sun, 22 Nov 2026 12:00:30 GMT"))) is None


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("Sunday, 06-Nov-94 08:49:37 GMT", (1994, 11, 6, 8, 49, 37)),
        ("Saturday, 06-Nov-69 08:49:37 GMT", (2069, 11, 6, 8, 49, 37)),
        ("Sun Nov  6 08:49:37 1994", (1994, 11, 6, 8, 49, 37)),
        ("Thu, 29 Feb 2024 00:00:00 GMT", (2024, 2, 29, 0, 0, 0)),
        ("Sat, 31 Dec 2016 23:59:60 GMT", (2016, 12, 31, 23, 59, 59)),
        ("Thu, 01 Jan 0069 00:00:00 GMT", (69, 1, 1, 0, 0, 0)),
    ],
)
def test_a_date_of_http_is_a_moment(value: str, day: tuple[int, int, int, int, int, int]) -> None:
    assert http_date(value) == datetime.datetime(*day, tzinfo=datetime.UTC).timestamp()


@pytest.mark.parametrize(
    "value",
    [
        "Mon, 31 Feb 2026 12:00:00 GMT",
        "Sun, 22 Nov 2026 25:00:00 GMT",
        "Sun, 22 Nov 2026 12:60:00 GMT",
        "Sun, 22 Nov 0000 12:00:00 GMT",
        "Sun, 00 Nov 2026 12:00:00 GMT",
        "Sun, 22 Nov 2026 12:00:00",
        "Sun, 22 Nov 2026 12:00:00 CET",
        "Sun, 22 Nov 2026 12:00:00 +0000",
        "sun, 22 nov 2026 12:00:00 gmt",
        "22 Nov 2026 12:00:00 GMT",
        "2026-11-22T12:00:00Z",
        "1795348800",
        "",
    ],
)
def test_what_is_no_date_of_http_is_none(value: str) -> None:
    assert http_date(value) is None
