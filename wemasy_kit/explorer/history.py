"""History: what this kernel's forms have sent, and what changed from one response to the next."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from wemasy_kit.call.outcome import Outcome, OutcomeKind
from wemasy_kit.cards.words import LOOKS

MOST: Final = 100  # calls that are kept: each takes memory, and is shown


class Step(NamedTuple):
    """Where in a story a response stands, counted from 1, and that in words."""

    number: int
    of: int
    words: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One call.

    Attributes:
        at: When, in Unix seconds.
        fingerprint: Which token; None for none.
        outcome: What came of it.
        place: The host that was asked; of a replay the recording.
        step: Which step of a story; None for what is no story.
    """

    at: float
    fingerprint: str | None
    outcome: Outcome
    place: str = ""
    step: Step | None = None


class Watcher(Protocol):
    """What is told when the history has changed, in the thread that changed it."""

    def history_changed(self) -> None: ...


class History:
    """The latest calls of this kernel, oldest first. Everything that watches it is told of each change.

    Attributes:
        first: The number of the oldest call that is kept; the first of all was 0.
    """

    def __init__(self) -> None:
        self.first = 0
        self._entries: list[Entry] = []
        self._revoked: dict[str, float] = {}
        self._watchers: Final[weakref.WeakSet[Watcher]] = weakref.WeakSet()

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)
        if len(self._entries) > MOST:
            del self._entries[0]
            self.first += 1
        if entry.fingerprint and entry.outcome.kind is OutcomeKind.REVOKED and entry.outcome.source != "cassette":
            self._revoked.setdefault(entry.fingerprint, entry.at)
        self._tell()

    def prove(self, before: Entry, after: Entry) -> None:
        """A call has been put to the proof: what it came to takes its place."""
        self._entries = [after if entry is before else entry for entry in self._entries]
        if after.outcome.proof == "contradicted" and after.fingerprint:
            self._revoked.pop(after.fingerprint, None)
        self._tell()

    def clear(self) -> None:
        """Forget the calls, and not which tokens they revoked."""
        self.first = 0
        self._entries = []
        self._tell()

    def revoked(self) -> dict[str, float]:
        """When this kernel revoked which token, by fingerprint: really and not in a replay, and the first time."""
        return dict(self._revoked)

    def entry(self, number: int) -> Entry | None:
        """The call of this number; None if there is none, or none any more."""
        place = number - self.first
        return self._entries[place] if 0 <= place < len(self._entries) else None

    def before(self, entry: Entry) -> Entry | None:
        """The call before this one at the same place."""
        earlier = self._entries[: self._entries.index(entry)] if entry in self._entries else []
        alike = (each for each in reversed(earlier) if each.outcome.source == entry.outcome.source)
        return next((each for each in alike if each.place == entry.place), None)

    def watch(self, watcher: Watcher) -> None:
        """Tell it of every change, as long as it lives."""
        self._watchers.add(watcher)

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher.history_changed()


def changes(before: Outcome, after: Outcome) -> tuple[tuple[str, str, str], ...]:
    """What differs between two responses: the name, its value before, and after; "–" where there is none."""
    old, new = _facts(before), _facts(after)
    both = {key: name for key, (name, _) in (old | new).items()}
    rows = ((name, old.get(key, _NONE)[1], new.get(key, _NONE)[1]) for key, name in both.items())
    return tuple(row for row in rows if row[1] != row[2])


_NONE = ("", "–")
_OF_THE_WIRE = frozenset({"connection", "content-length", "date", "keep-alive", "transfer-encoding"})


def _facts(outcome: Outcome) -> dict[str, tuple[str, str]]:
    """Name and value of each fact. A header's key is its name in lower case: it cannot be that of another fact."""
    facts = {"Verdict": ("Verdict", LOOKS[outcome.kind].verdict)}
    exchange = outcome.exchange
    if exchange is not None:
        facts["Status"] = ("Status", str(exchange.status))
        named = {name.lower(): name for name, _ in exchange.headers if name.lower() not in _OF_THE_WIRE}
        facts |= {key: (name, ", ".join(exchange.header_values(key))) for key, name in named.items()}
        facts["Message"] = ("Message", outcome.message or "–")
    return facts


# One for the kernel: a second form knows what the first one revoked.
HISTORY = History()
