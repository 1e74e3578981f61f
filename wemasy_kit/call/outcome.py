"""Outcome: decides what a status, a header or a body means. Pure and total: any response at all has an outcome."""

from __future__ import annotations

import enum
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from wemasy_kit.call import advice as words
from wemasy_kit.call.exchange import Cause, Exchange, NoResponse, SourceName
from wemasy_kit.call.headers import count, retry_after

TokenState = Literal["revoked", "not_accepted", "unchanged", "unknown"]


class OutcomeKind(enum.StrEnum):
    """What a logout came to.

    REVOKED          a complete 200 with the documented JSON object, and no doubt about it
    UNAUTHENTICATED  401 of the application: JSON or an empty body
    RATE_LIMITED     429: still logged in
    UNDOCUMENTED     any other complete answer
    NOT_SENT         certainly nothing left this machine
    UNKNOWN          sent, but no complete answer came
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
        source: Where the answer came from.
        cause: Why no answer came; None where one did.
    """

    kind: OutcomeKind
    token_state: TokenState
    retry_after: float | None
    rate_limit: RateLimit
    message: str | None
    exchange: Exchange | None
    source: SourceName
    cause: Cause | None = None

    @property
    def advice(self) -> str:
        """For a person: what it means, what to do; times as a clock of this machine shows them."""
        return words.advice(self)

    @property
    def pause(self) -> float | None:
        """Seconds to leave between a 429 and the next try; None for every other kind."""
        return _pause(self.retry_after) if self.kind is OutcomeKind.RATE_LIMITED else None


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
        )
    kind, token_state = _verdict(found)
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
    )


def displayable(text: str, limit: int = 300) -> str | None:
    """A server's text for a person: one line without control and direction marks, cut at `limit`; None if blank."""
    shown = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in text)
    shown = " ".join(shown.split())
    return (shown if len(shown) <= limit else shown[: limit - 1] + "…") or None


def _verdict(exchange: Exchange) -> tuple[OutcomeKind, TokenState]:
    status = exchange.status
    if status == 429:
        return OutcomeKind.RATE_LIMITED, "unchanged"
    if status == 401 and _is_the_application(exchange):
        return OutcomeKind.UNAUTHENTICATED, "not_accepted"
    if status == 200 and _is_the_documented_success(exchange.document):
        return OutcomeKind.REVOKED, "revoked"
    certainly_did_nothing = status < 200 or 300 <= status < 500
    return OutcomeKind.UNDOCUMENTED, "unchanged" if certainly_did_nothing else "unknown"


def _is_the_documented_success(document: object) -> bool:
    return (
        isinstance(document, dict)
        and ("message" in document or "error" in document)
        and document.get("error", False) is False
        and isinstance(document.get("message", ""), str)
        and isinstance(document.get("data", []), list)
        and all(isinstance(item, str) for item in document.get("data", []))
    )


def _is_the_application(exchange: Exchange) -> bool:
    """A gateway in front answers 401 too, about a password of its own: with HTML, or with another challenge."""
    schemes = {value.partition(" ")[0].lower() for value in exchange.header_values("WWW-Authenticate")}
    return schemes <= {"bearer"} and (exchange.flaw is None or not exchange.body)


_WINDOW: Final = 60.0


def _pause(wanted: float | None) -> float:
    """One second at least and one more than asked for: Laravel rounds down, and says 0 in a window's last second.

    Where the response does not say, the documented window: a minute.
    """
    return max(1.0, _WINDOW if wanted is None else wanted) + 1.0
