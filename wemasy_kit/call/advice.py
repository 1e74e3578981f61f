"""Advice: what an outcome means for a person, and what to do, in a sentence or two. Pure."""

from __future__ import annotations

import time
from typing import Final

from wemasy_kit.call.exchange import Cause, Exchange, NoResponse

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


def advice(answer: Exchange, kind: str, token_state: str, *, retry_after: float | None, pause: float | None) -> str:
    """What a complete answer means, and what to do."""
    match kind:
        case "revoked":
            return _REVOKED
        case "unauthenticated":
            return _UNAUTHENTICATED
        case "rate_limited":
            return f"The customer is still logged in: nothing was revoked. {_try_again(answer, retry_after, pause)}"
    sentence = _UNCHANGED if token_state == "unchanged" else _UNKNOWN
    return sentence.format(status=answer.status)


def advice_without_response(answer: NoResponse) -> str:
    """What it means that no complete answer came, and what to do."""
    return (_LOST if answer.sent else _NOT_SENT).format(reason=_REASONS[answer.cause])


def _try_again(answer: Exchange, retry_after: float | None, pause: float | None) -> str:
    if retry_after is None or pause is None:
        return "Try again in about a minute; the answer does not say when."
    if answer.received_at is None:
        return f"Try again {pause:.0f} seconds after that answer."
    return f"Try again at {clock_time(answer.received_at + pause, now=answer.received_at)}."


def clock_time(moment: float, *, now: float) -> str:
    """A moment, in Unix seconds, as a clock here shows it: hh:mm:ss, and the date if it is another day's."""
    try:
        then, today = time.localtime(moment), time.localtime(now)
    except (OverflowError, OSError, ValueError):
        return "a time that no clock here can show"
    return time.strftime("%H:%M:%S" if then[:3] == today[:3] else "%H:%M:%S on %d %B %Y", then)
