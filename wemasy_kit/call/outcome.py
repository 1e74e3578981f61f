"""Outcome: decides what a status, a header or a body means. Pure and total: any response at all has an outcome."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final, Literal

from wemasy_kit.call import advice as words
from wemasy_kit.call.exchange import Cause, Exchange, NoResponse, SourceName
from wemasy_kit.call.headers import count, retry_after

TokenState = Literal["revoked", "not_accepted", "unchanged", "unknown"]
Proof = Literal["proved", "contradicted", "not_proved"]


class OutcomeKind(enum.StrEnum):
    """What a logout came to.

    REVOKED          a complete 200 with the documented JSON object, a mark of the endpoint, and no doubt about it
    UNAUTHENTICATED  401 of the application: JSON or an empty body
    RATE_LIMITED     429: this request revoked nothing
    UNDOCUMENTED     any other complete response
    NOT_SENT         certainly nothing left this machine
    UNKNOWN          sent, but no complete response came
    """

    REVOKED = "revoked"
    UNAUTHENTICATED = "unauthenticated"
    RATE_LIMITED = "rate_limited"
    UNDOCUMENTED = "undocumented"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The rate-limit headers; None where one is missing, garbled or doubled. Both are optional on every status.

    Attributes:
        limit: `X-RateLimit-Limit`, requests allowed a minute.
        remaining: `X-RateLimit-Remaining`, requests left in the window, this one already taken off.
    """

    limit: int | None = None
    remaining: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened, and what to do.

    Attributes:
        kind: One of the six `OutcomeKind`s.
        token_state: "revoked"; "not_accepted", never valid, expired or revoked before; "unchanged", it is as it was;
            "unknown".
        retry_after: Seconds that the server asks to wait (`Retry-After`, RFC 9110, 10.2.3); None where it says
            nothing that can be understood, or there is nothing to wait for.
        rate_limit: The rate-limit headers.
        message: The server's own words, cleaned for display; None where there are none.
        exchange: What went out and what came back; None when nothing complete came back.
        source: Where the response came from.
        cause: Why no response came; None where one did.
        reason: Why it is not the documented response, in words; None where it is.
        proof: What sending the token once more showed: "proved", it is not accepted any more; "contradicted", it got a
            second clean 200; "not_proved", anything else. None: not asked for, or there was nothing to prove.
        waited: Seconds that `wait=True` waited before this response; None where it did not wait.
        not_waited: Why `wait=True` did not wait after a 429 or 503; None where it did, or had no need.
        warning: What is odd about the token that was sent, see `Token.warning`; None in a replay.
    """

    kind: OutcomeKind
    token_state: TokenState
    retry_after: float | None
    rate_limit: RateLimit
    message: str | None
    exchange: Exchange | None
    source: SourceName
    cause: Cause | None = None
    reason: str | None = None
    proof: Proof | None = None
    waited: float | None = None
    not_waited: str | None = None
    warning: str | None = None

    @property
    def advice(self) -> str:
        """For a person: what it means, what to do; times as a clock of this machine shows them."""
        return words.advice(self)

    @property
    def pause(self) -> float | None:
        """Seconds to leave before the next try, after a 429 or a 503 with Retry-After; None for everything else."""
        limited = self.kind is OutcomeKind.RATE_LIMITED
        busy = self.exchange is not None and self.exchange.status == 503 and self.retry_after is not None
        return _pause(self.retry_after) if limited or busy else None


def read(found: Exchange | NoResponse) -> Outcome:
    """Decide what came of a request. Total: any status, headers and bytes have an outcome, and nothing raises."""
    if isinstance(found, NoResponse):
        return Outcome(
            kind=OutcomeKind.UNKNOWN if found.sent else OutcomeKind.NOT_SENT,
            token_state="unknown" if found.sent else "unchanged",
            retry_after=None,
            rate_limit=RateLimit(),
            message=None,
            exchange=None,
            source=found.source,
            cause=found.cause,
            reason=words.REASONS[found.cause],
        )
    kind, token_state, reason = _verdict(found)
    waits = kind in (OutcomeKind.RATE_LIMITED, OutcomeKind.UNDOCUMENTED)
    message = found.document.get("message") if isinstance(found.document, dict) else None
    return Outcome(
        kind=kind,
        token_state=token_state,
        retry_after=retry_after(found) if waits else None,
        rate_limit=RateLimit(count(found, "X-RateLimit-Limit"), count(found, "X-RateLimit-Remaining")),
        message=displayable(message) if isinstance(message, str) else None,
        exchange=found,
        source=found.source,
        reason=reason,
    )


def displayable(text: str, limit: int = 300) -> str | None:
    """A server's text for a person: one line without control and direction marks, cut at `limit`; None if blank."""
    shown = text if text.isprintable() else "".join(each if each.isprintable() else " " for each in text)
    shown = " ".join(shown.split())
    return (shown if len(shown) <= limit else shown[: limit - 1] + "…") or None


# No controller gives these, nobody but the framework or a server in front. Any other status may come from code
# that revoked the token and then failed (seen with 302, 403, 409 and 422).
_BEFORE_ANY_CONTROLLER: Final = frozenset({404, 405, 413, 414, 419, 431})


def _verdict(exchange: Exchange) -> tuple[OutcomeKind, TokenState, str | None]:
    status = exchange.status
    if status == 429:
        return OutcomeKind.RATE_LIMITED, "unchanged", None
    if status == 401:
        reason = _no_401_of_the_application(exchange)
        if reason is None:
            return OutcomeKind.UNAUTHENTICATED, "not_accepted", None
    elif status == 200:
        reason = _no_documented_success(exchange)
        if reason is None:
            return OutcomeKind.REVOKED, "revoked", None
    else:
        reason = f"the page documents no {status}"
        if location := displayable(exchange.header("Location") or "", 120):
            reason += f"; it points to {location}"
    return OutcomeKind.UNDOCUMENTED, "unchanged" if status in _BEFORE_ANY_CONTROLLER else "unknown", reason


def _no_401_of_the_application(exchange: Exchange) -> str | None:
    """A gateway in front answers 401 too, about a password of its own: with HTML, or with another challenge."""
    schemes = {value.partition(" ")[0].lower() for value in exchange.header_values("WWW-Authenticate")}
    if not schemes <= {"bearer"}:
        return "it asks for other credentials than a bearer token, as a gateway in front of a shop does"
    if exchange.flaw is not None and exchange.body:
        return _no_json(exchange)
    return None


# The page's example. Beside the rate-limit headers it is what marks the documented endpoint.
LOGGED_OUT: Final = "Logged out."
_REFUSALS: Final = frozenset(
    {
        "unauthenticated",
        "this action is unauthorized",
        "too many attempts",
        "service unavailable",
        "server error",
        "not found",
        "forbidden",
        "method not allowed",
        "csrf token mismatch",
        "page expired",
    }
)


def _no_documented_success(exchange: Exchange) -> str | None:
    """What makes a 200 doubtful, the first that is found; None where nothing does."""
    document = exchange.document
    if exchange.flaw is not None:
        return _no_json(exchange)
    if not isinstance(document, dict):
        return "its body is no JSON object"
    message = document.get("message")
    marked = message == LOGGED_OUT or any(
        count(exchange, name) is not None for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining")
    )
    doubts = {
        # Many a recording leaves the header out.
        "it is a response to a request without a token": exchange.source != "cassette"
        and not exchange.header_sent("Authorization"),
        "`error` is not false": document.get("error", False) is not False,
        "`message` is no text": not isinstance(message, str | None),
        "its body has neither `error` nor `message`": not {"error", "message"} & set(document),
        "its message is that of a refusal": isinstance(message, str) and _bare(message) in _REFUSALS,
        "there is an `errors` beside it": "errors" in document,
        "there is an `exception` beside it": "exception" in document,
        "`success` is not true": document.get("success", True) is not True,
        "it is a problem report (application/problem+json)": any(
            "problem+json" in value.lower() for value in exchange.header_values("Content-Type")
        ),
        "it comes out of a cache (`Age`)": any(age.strip(" \t0") for age in exchange.header_values("Age")),
        "it has no rate-limit header, and its message is not the page's": not marked,
    }
    return next((doubt for doubt, holds in doubts.items() if holds), None)


def _no_json(exchange: Exchange) -> str:
    flaw = exchange.flaw or ""
    return f"its body cannot be read: {flaw[:1].lower()}{flaw[1:].rstrip('.')}"


def _bare(message: str) -> str:
    return message.strip().rstrip(".").casefold()


_WINDOW: Final = 60.0


def _pause(wanted: float | None) -> float:
    """One second at least and one more than asked for: Laravel counts whole seconds, and on Redis can say 0.

    Where the response does not say, the documented window: a minute.
    """
    return max(1.0, _WINDOW if wanted is None else wanted) + 1.0
