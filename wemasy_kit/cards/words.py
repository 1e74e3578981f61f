"""Words: an outcome as plain text, for a terminal, a screen reader and every card. No HTML."""

from __future__ import annotations

import http
from collections.abc import Mapping
from typing import Final, NamedTuple

from wemasy_kit.call.exchange import Exchange, SourceName
from wemasy_kit.call.outcome import Outcome, OutcomeKind, displayable
from wemasy_kit.call.provenance import provenance


class Look(NamedTuple):
    """How an outcome looks: a tone, a mark for those who see no colours, and the verdict in words."""

    tone: str
    mark: str
    verdict: str


LOOKS: Final = {
    OutcomeKind.REVOKED: Look("good", "✓", "Token revoked"),
    OutcomeKind.UNAUTHENTICATED: Look("plain", "⊘", "Token not accepted"),
    OutcomeKind.RATE_LIMITED: Look("wait", "!", "Not logged out"),
    OutcomeKind.UNDOCUMENTED: Look("doubt", "≠", "Not the documented response"),
    OutcomeKind.NOT_SENT: Look("plain", "○", "Nothing was sent"),
    OutcomeKind.UNKNOWN: Look("doubt", "?", "Nobody knows"),
}


SOURCES: Final[Mapping[SourceName, str]] = {"cassette": "Replay", "sandbox": "Sandbox", "live": "Live"}


def plain(outcome: Outcome) -> str:
    """An outcome as plain text, for a terminal and for what shows no HTML."""
    look = LOOKS[outcome.kind]
    lines = [f"{look.mark} {headline(outcome)} · {origin(outcome)}", explained(outcome)]
    if outcome.warning:
        lines.append(f"About this token: {outcome.warning}")
    if outcome.message:
        lines.append(f"The server says: “{outcome.message}”")
    limit, remaining = outcome.rate_limit.limit, outcome.rate_limit.remaining
    if limit is not None and remaining is not None:
        lines.append(f"{left_label(outcome)}: {remaining} of {limit}")
    return "\n".join([*lines, provenance(outcome)])


def left_label(outcome: Outcome) -> str:
    """Which requests are counted. The page says that a window is a minute; a server may have it otherwise."""
    if outcome.source == "cassette" or outcome.proof:  # A proof was one request more.
        return "Requests left at that moment"
    is_a_minute = outcome.source == "sandbox" or (outcome.retry_after is not None and outcome.retry_after <= 60)
    return "Requests left this minute" if is_a_minute else "Requests left in this window"


def announcement(outcome: Outcome) -> str:
    """The verdict as a screen reader says it, once."""
    return f"{headline(outcome)}. {explained(outcome)}"


def explained(outcome: Outcome) -> str:
    """The advice below a verdict, which it does not repeat; of a recording it speaks as of another time."""
    said = outcome.advice.removeprefix(f"{LOOKS[outcome.kind].verdict}: ")
    if outcome.source == "cassette":
        said = said.replace("this token", "that token")
    return said[:1].upper() + said[1:]


def finding(outcome: Outcome) -> str:
    """The verdict in a few words."""
    # A recorded verdict is about the token that was sent when it was recorded, and must not be taken for news.
    return f"{'Recorded: ' if outcome.source == 'cassette' else ''}{LOOKS[outcome.kind].verdict}"


def headline(outcome: Outcome) -> str:
    """The verdict in a few words, and the status."""
    return finding(outcome) + (f" ({status_line(outcome.exchange)})" if outcome.exchange else "")


def status_line(exchange: Exchange) -> str:
    try:
        phrase = http.HTTPStatus(exchange.status).phrase
    except ValueError:
        phrase = displayable(exchange.reason, 60) or ""
    return f"{exchange.status} {phrase}".rstrip()


def origin(outcome: Outcome) -> str:
    elapsed = outcome.exchange.elapsed if outcome.exchange else None
    return SOURCES[outcome.source] + (f" · {elapsed * 1000:.0f} ms" if elapsed is not None else "")
