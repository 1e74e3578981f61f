"""Provenance: says in words where a response comes from: replayed, rehearsed or real. Pure."""

from __future__ import annotations

import datetime
from typing import Final

from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.headers import http_date
from wemasy_kit.call.outcome import Outcome, displayable
from wemasy_kit.call.request import BASE_URL, PATH

SANDBOX_SERVER: Final = "wemasy-kit-sandbox"
_MONTHS: Final = "January February March April May June July August September October November December".split()


def provenance(outcome: Outcome) -> str:
    """One sentence: a recording says by its own `Server` and `Date` headers what it was recorded from, and when."""
    if outcome.source == "cassette":
        return f"Replay: {_recorded(outcome.exchange)} Nothing was sent just now."
    if outcome.source == "sandbox":
        # Only in a page does it bear the documented address: it listens at none.
        in_page = outcome.exchange is not None and outcome.exchange.url.startswith(BASE_URL)
        where = "in this page, over no socket" if in_page else "on this machine"
        return f"From the kit's own sandbox {where}, not from Wemasy."
    if outcome.kind == "not_sent":
        return "Live: nothing left this machine."
    if outcome.exchange is None:
        return "Live: the request was sent, and no complete response came."
    if outcome.exchange.header("Server") == SANDBOX_SERVER:
        return "Live over the network, but the response is from the kit's own sandbox, not from Wemasy."
    return "Live: this is what the server said just now."


def _recorded(exchange: Exchange | None) -> str:
    if exchange is None:
        return "there is no recorded response."
    seconds = http_date(exchange.header("Date") or "")
    on = "" if seconds is None else f" on {_day(seconds)}"
    server = exchange.header("Server") or ""
    address = exchange.url.removesuffix(PATH)
    if server == SANDBOX_SERVER and address == BASE_URL:
        return f"recorded{on} from the kit's sandbox, never seen on the live API."
    called = f"a server that calls itself {displayable(server, 60) or 'nothing'}"
    return f"recorded{on} from {displayable(address, 80)}, {called}."


def _day(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
