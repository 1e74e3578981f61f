"""History: what this kernel's forms have sent, and what changed from one answer to the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wemasy_kit.call.outcome import Outcome, OutcomeKind


@dataclass(frozen=True, slots=True)
class Entry:
    """One call: when, in Unix seconds; which token, by fingerprint, None for none; what came of it."""

    at: float
    fingerprint: str | None
    outcome: Outcome


class History:
    """The calls of this kernel, oldest first."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)

    def clear(self) -> None:
        self._entries.clear()

    def revoked(self) -> dict[str, float]:
        """When this kernel revoked which token, by fingerprint: really and not in a replay, and the first time."""
        return {
            entry.fingerprint: entry.at
            for entry in reversed(tuple(self))
            if entry.fingerprint and entry.outcome.kind is OutcomeKind.REVOKED and entry.outcome.source != "cassette"
        }


def changes(before: Outcome, after: Outcome) -> tuple[tuple[str, str, str], ...]:
    """What differs between two answers: the name, its value before, and after; "–" where there is none."""
    old, new = _facts(before), _facts(after)
    both = {key: name for key, (name, _) in (old | new).items()}
    rows = ((name, old.get(key, _NONE)[1], new.get(key, _NONE)[1]) for key, name in both.items())
    return tuple(row for row in rows if row[1] != row[2])


_NONE = ("", "–")
_OF_THE_WIRE = frozenset({"connection", "content-length", "date", "keep-alive", "transfer-encoding"})


def _facts(outcome: Outcome) -> dict[str, tuple[str, str]]:
    """Name and value of each fact. A header's key is its name in lower case: it cannot be that of another fact."""
    facts = {"Outcome": ("Outcome", str(outcome.kind)), "Source": ("Source", outcome.source)}
    exchange = outcome.exchange
    if exchange is not None:
        facts["Status"] = ("Status", str(exchange.status))
        named = {name.lower(): name for name, _ in exchange.headers if name.lower() not in _OF_THE_WIRE}
        facts |= {key: (name, ", ".join(exchange.header_values(key))) for key, name in named.items()}
        facts["Message"] = ("Message", outcome.message or "–")
    return facts


# One for the kernel: a second form knows what the first one revoked.
HISTORY = History()
