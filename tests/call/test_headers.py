"""Header values: strictly read; what is not understood is None, and never an exception."""

from __future__ import annotations

import datetime

import pytest

from tests.support.sources import exchange
from wemasy_kit.call.headers import count, http_date, retry_after

NOON = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC).timestamp()


def test_a_count_ends_with_its_digits() -> None:
    """What no server can send, a cassette can hold; the table of faults has the rest."""
    assert count(exchange(429, ("X-RateLimit-Limit", "60\n")), "X-RateLimit-Limit") is None
    assert count(exchange(429), "X-RateLimit-Limit") is None


def test_a_date_says_nothing_where_no_clock_is_known() -> None:
    assert retry_after(exchange(429, ("Retry-After", "Sun, 22 Nov 2026 12:00:30 GMT"))) is None


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
