"""Header values: reads the few headers that mean something, strictly. What is not understood is None. Pure."""

from __future__ import annotations

import datetime
import re
from typing import Final

from wemasy_kit.call.exchange import Exchange

_DIGITS: Final = r"[0-9]{1,9}"


def count(exchange: Exchange, name: str) -> int | None:
    """The value of a header that counts something; None where it is missing, garbled, negative or doubled."""
    value = exchange.header(name)
    return int(value) if value is not None and re.fullmatch(_DIGITS, value.strip(" \t")) else None


_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_DAYS: Final = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_TIME: Final = r"(?P<H>[0-9]{2}):(?P<M>[0-9]{2}):(?P<S>[0-9]{2})"
_MONTH: Final = f"(?P<m>{'|'.join(_MONTHS)})"
_DATES: Final = (
    # The three forms of RFC 9110, 5.6.7: IMF-fixdate, RFC 850, asctime.
    f"{_DAYS}, (?P<d>[0-9]{{2}}) {_MONTH} (?P<Y>[0-9]{{4}}) {_TIME} GMT",
    f"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?P<d>[0-9]{{2}})-{_MONTH}-(?P<Y>[0-9]{{2}}) {_TIME} GMT",
    f"{_DAYS} {_MONTH} (?P<d>[0-9 ][0-9]) {_TIME} (?P<Y>[0-9]{{4}})",
)


def http_date(value: str) -> float | None:
    """Unix seconds of an HTTP-date, None for anything else."""
    found = next((match for form in _DATES if (match := re.fullmatch(form, value))), None)
    if found is None:
        return None
    year = int(found["Y"])
    year += (2000 if year < 70 else 1900) if year < 100 and len(found["Y"]) == 2 else 0
    try:
        # Builds the date to refuse 31 February; a leap second is taken as the one before.
        moment = datetime.datetime(
            year, _MONTHS.index(found["m"]) + 1, int(found["d"]),
            int(found["H"]), int(found["M"]), min(int(found["S"]), 59), tzinfo=datetime.UTC,
        )  # fmt: skip
    except ValueError:
        return None
    return moment.timestamp()


def retry_after(exchange: Exchange) -> float | None:
    """Seconds that `Retry-After` asks to wait, at least 0; None where it is missing, doubled or anything but digits
    or an HTTP-date (RFC 9110, 10.2.3)."""
    value = (exchange.header("Retry-After") or "").strip(" \t")
    if re.fullmatch(_DIGITS, value):
        return float(value)
    until = http_date(value)
    # The server's own clock, where it tells it: the two need not agree.
    now = http_date(exchange.header("Date") or "")
    now = exchange.received_at if now is None else now
    return None if until is None or now is None else max(0.0, until - now)
