"""Advice: what an outcome means for a person, and what to do, in a sentence or two."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final

from wemasy_kit.call.exchange import Cause, Exchange

if TYPE_CHECKING:
    from wemasy_kit.call.outcome import Outcome

_REVOKED: Final = "Logged out: this token is dead. The customer's other tokens, on other devices, still work."
_UNAUTHENTICATED: Final = (
    "Not accepted: this token was never valid, has expired or was revoked before; nobody can tell which. "
    "It opens nothing, so it can be forgotten."
)
_UNCHANGED: Final = (
    "Not the documented endpoint's answer ({status}): assume that the token still works. "
    "Look at the address and at the answer, then try again."
)
_UNKNOWN: Final = (
    "This {status} is not the documented answer: nobody knows whether the token was revoked, so treat it as live. "
    "Sending it again is safe; a 401 then most likely means that it was revoked."
)
_NOT_SENT: Final = "Nothing was sent: {reason}. The token is as it was; trying again is safe."
_LOST: Final = (
    "Nobody knows: the request was sent, but {reason}. Treat the token as live. "
    "Sending it again is safe; a 401 then most likely means that it was revoked."
)
_REASONS: Final[dict[Cause, str]] = {
    "name_not_found": "the host's name was not found; check the address and the network",
    "refused": "nothing listens at that address; check host and port, or start the server",
    "unreachable": "the host cannot be reached; check the address and the network",
    "tls": "the host has no valid certificate for its name, so there was no secure connection; send no token there",
    "no_sockets": "this Python runs in a browser and has no sockets; go live from a JupyterLab on your machine",
    "timeout": "no complete answer came in time",
    "broken": "the connection broke, or what came was not HTTP",
    "cancelled": "it was cancelled",
}


def advice(outcome: Outcome, *, zone: datetime.tzinfo | None = None) -> str:
    """What an outcome means, and what to do; times as a clock in `zone` shows them, None for this machine's zone."""
    exchange = outcome.exchange
    if exchange is None:
        return (_NOT_SENT if outcome.kind == "not_sent" else _LOST).format(reason=_REASONS[outcome.cause or "broken"])
    match outcome.kind:
        case "revoked":
            return _REVOKED
        case "unauthenticated":
            return _UNAUTHENTICATED
        case "rate_limited":
            return f"The customer is still logged in: nothing was revoked. {_try_again(outcome, exchange, zone)}"
    sentence = _UNCHANGED if outcome.token_state == "unchanged" else _UNKNOWN
    return sentence.format(status=exchange.status)


def _try_again(outcome: Outcome, exchange: Exchange, zone: datetime.tzinfo | None) -> str:
    if outcome.retry_after is None or outcome.pause is None:
        return "Try again in about a minute; the response does not say when."
    if exchange.received_at is None:
        return f"Try again {outcome.pause:.0f} seconds after that response."
    received_at = exchange.received_at
    return f"Try again at {clock_time(received_at + outcome.pause, now=received_at, zone=zone)}."


def clock_time(moment: float, *, now: float, zone: datetime.tzinfo | None = None) -> str:
    """A moment, in Unix seconds, as a clock in `zone` shows it: hh:mm:ss, and the date if it is another day's."""
    try:
        then, today = (
            datetime.datetime.fromtimestamp(seconds, datetime.UTC).astimezone(zone) for seconds in (moment, now)
        )
    except (OverflowError, OSError, ValueError):
        return "a time that no clock here can show"
    return then.strftime("%H:%M:%S" if then.date() == today.date() else "%H:%M:%S on %d %B %Y")
