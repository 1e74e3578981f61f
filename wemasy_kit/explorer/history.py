"""History: what this kernel's forms have sent, and what changed from one answer to the next. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wemasy_kit.outcome import Outcome, OutcomeKind


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

    def revoked_at(self, fingerprint: str) -> float | None:
        """When this kernel revoked that token, really and not in a replay; None if it did not."""
        return next(
            (
                entry.at
                for entry in self
                if entry.fingerprint == fingerprint
                and entry.outcome.kind is OutcomeKind.REVOKED
                and entry.outcome.source != "cassette"
            ),
            None,
        )


def changes(before: Outcome, after: Outcome) -> tuple[tuple[str, str, str], ...]:
    """What differs between two answers: the name, its value before, and after; "–" where there is none."""
    old, new = _facts(before), _facts(after)
    names = dict.fromkeys([*old, *new])
    return tuple((name, old.get(name, "–"), new.get(name, "–")) for name in names if old.get(name) != new.get(name))


_OF_THE_WIRE = frozenset({"connection", "content-length", "date", "keep-alive", "transfer-encoding"})


def _facts(outcome: Outcome) -> dict[str, str]:
    facts = {"Outcome": str(outcome.kind), "Source": outcome.source}
    if outcome.exchange is not None:
        facts["Status"] = str(outcome.exchange.status)
        facts |= {name: value for name, value in outcome.exchange.headers if name.lower() not in _OF_THE_WIRE}
        facts["Message"] = outcome.message or "–"
    return facts


# One for the kernel: a second form knows what the first one revoked.
HISTORY = History()
