"""Advice: what an outcome means for a person, and what to do, in a sentence or two."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final

from wemasy_kit.call.exchange import Cause

if TYPE_CHECKING:
    from wemasy_kit.call.outcome import Outcome, Proof

# Two facts, never one: "signed out on this device" and "revoked at the shop".
_AT_HOME: Final = "Sign the customer out on this device anyway, and put the token aside for the next try."
_AGAIN: Final = "Sending it again is safe; a 401 then most likely means that it was revoked."
_REVOKED: Final = "Logged out: this token is dead. The customer's other tokens, on other devices, still work."
_PROOFS: Final[dict[Proof | None, str]] = {
    None: "",
    "proved": " Proved: sent once more, it is not accepted any more.",
    "not_proved": " Not proved: sending it once more brought no clear response.",
    "contradicted": "",
}
_UNAUTHENTICATED: Final = (
    "Not accepted: this token was never valid, has expired or was revoked before; nobody can tell which. "
    "It opens nothing, so it can be forgotten."
)
_NO_TOKEN: Final = "No token was sent, so nothing was revoked, and nothing can be said about any token."
_CUT_COPY: Final = (
    "Not accepted, and the checksum at its end is wrong: perhaps a part of it is missing. The real token may still be "
    "alive: look for it before you forget this one."
)
_LIMITED: Final = (
    "Not logged out: this request revoked nothing. If the token was valid, the customer is still logged in."
)
_DOUBT: Final = "Not the documented response: {reason}."
_UNCHANGED: Final = "Assume that the token still works. Check the address and the response, then try again."
_UNKNOWN: Final = "Nobody knows whether the token was revoked, so treat it as live."
_NOT_SENT: Final = "Nothing was sent: {reason}. The token is as it was; trying again is safe."
_LOST: Final = "Nobody knows: the request was sent, but {reason}. Treat the token as live."
REASONS: Final[dict[Cause, str]] = {
    "name_not_found": "the host's name was not found; check the address and the network",
    "refused": "nothing listens at that address; check host and port, or start the server",
    "unreachable": "the host cannot be reached; check the address and the network",
    "certificate": "the host has no valid certificate for its name, so nothing here is secure; send no token there",
    "not_tls": "that port does not speak TLS; is it https there, and the right port?",
    "replaced": "something in this process, such as vcrpy or a mock, has replaced the network",
    "not_this_machine": "the name leads to another machine, and plain http is for this one only; use https",
    "no_sockets": "this Python runs in a browser and has no sockets; go live from a JupyterLab on your machine",
    "timeout": "no complete response came in time",
    "broken": "the connection broke, or what came was not HTTP",
    "cancelled": "it was cancelled",
}


def advice(outcome: Outcome, *, zone: datetime.tzinfo | None = None) -> str:
    """What an outcome means, and what to do; times as a clock in `zone` shows them, None for this machine's zone."""
    has_token = outcome.exchange is None or outcome.exchange.header_sent("Authorization")
    match outcome.kind:
        case "revoked":
            return _REVOKED + _PROOFS[outcome.proof]
        case "not_sent":
            sentences = [_NOT_SENT.format(reason=outcome.reason), _AT_HOME]
        case "unknown":
            sentences = [_LOST.format(reason=outcome.reason), _AGAIN, _AT_HOME]
        case "unauthenticated":
            if not has_token:
                return _NO_TOKEN
            return _CUT_COPY if outcome.warning else _UNAUTHENTICATED
        case "rate_limited":
            when = _try_again(outcome, zone)
            sentences = [_LIMITED, when, _AT_HOME] if has_token else [_NO_TOKEN, when]
        case _ if not has_token:
            return f"{_DOUBT.format(reason=outcome.reason)} {_NO_TOKEN}"
        case _:
            known = _UNCHANGED if outcome.token_state == "unchanged" else _UNKNOWN
            when = _AGAIN if outcome.pause is None else _try_again(outcome, zone)
            sentences = [_DOUBT.format(reason=outcome.reason), known]
            sentences += [when, _AT_HOME] if outcome.token_state == "unknown" else [_AT_HOME]
    if outcome.not_waited:
        sentences.insert(-1, f"Not waited: {outcome.not_waited}.")
    return " ".join(sentences)


def _try_again(outcome: Outcome, zone: datetime.tzinfo | None) -> str:
    pause = outcome.pause
    received_at = outcome.exchange.received_at if outcome.exchange else None
    if outcome.retry_after is None or pause is None:
        return "Try again in about a minute; the response does not say when."
    if received_at is None or pause > A_DAY:
        return f"Try again {duration(pause)} after that response."
    return f"Try again at {clock_time(received_at + pause, now=received_at, zone=zone)}."


A_DAY: Final = 86_400.0


def duration(seconds: float) -> str:
    """A length of time in words, in its largest two units: "61 seconds", "2 hours 5 minutes", "11574 days 1 hour"."""
    left = round(seconds)
    parts: list[str] = []
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if (count := left // size) and (size != 60 or parts or left >= 600):
            parts.append(f"{count} {unit}{'s' * (count > 1)}")
            left -= count * size
    return " ".join(parts[:2]) or "0 seconds"


def clock_time(moment: float, *, now: float, zone: datetime.tzinfo | None = None) -> str:
    """A moment, in Unix seconds, as a clock in `zone` shows it: hh:mm:ss, and the date if it is another day's."""
    try:
        then, today = (
            datetime.datetime.fromtimestamp(seconds, datetime.UTC).astimezone(zone) for seconds in (moment, now)
        )
    except (OverflowError, OSError, ValueError):
        return "a time that no clock here can show"
    return then.strftime("%H:%M:%S" if then.date() == today.date() else "%H:%M:%S on %d %B %Y")
