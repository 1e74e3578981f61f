"""Header values: strictly read; what is not understood is None, and never an exception."""

from __future__ import annotations

import datetime

import pytest

from tests.support.made import exchange
from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.headers import count, http_date, retry_after

NOON = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC).timestamp()


def answer(*headers: tuple[str, str], received_at: float | None = None) -> Exchange:
    return exchange(429, b"", *headers, received_at=received_at)


def test_a_count_ends_with_its_digits() -> None:
    """What no server can send, a cassette can hold; the table of faults has the rest."""
    assert count(answer(("X-RateLimit-Limit", "60\n")), "X-RateLimit-Limit") is None
    assert count(answer(), "X-RateLimit-Limit") is None


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
