"""Exercises: three things to try in the form, marked by what this kernel's forms have sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from wemasy_kit.call.outcome import OutcomeKind
from wemasy_kit.cards.card import Card, note
from wemasy_kit.explorer.history import HISTORY, Entry, History


class Exercise(NamedTuple):
    task: str
    hint: str
    is_done: Callable[[Sequence[Entry]], bool]


def _refused_its_own(entries: Sequence[Entry]) -> bool:
    revoked: set[str | None] = set()
    for entry in entries:
        if entry.outcome.source == "cassette" or entry.fingerprint is None:
            continue
        if entry.outcome.kind is OutcomeKind.UNAUTHENTICATED and entry.fingerprint in revoked:
            return True
        if entry.outcome.kind is OutcomeKind.REVOKED:
            revoked.add(entry.fingerprint)
    return False


EXERCISES: Final = (
    Exercise(
        "Log out a customer of the sandbox.",
        "Choose Sandbox and press “Log out in the sandbox”; with an empty field it issues a token for you.",
        lambda entries: any(
            (each.outcome.source, each.outcome.kind) == ("sandbox", OutcomeKind.REVOKED) for each in entries
        ),
    ),
    Exercise(
        "Make a 401 with a token that you revoked yourself.",
        "Choose the revoked one under “Tokens of this sandbox”, press “Log out in the sandbox”, then “Send it again”.",
        _refused_its_own,
    ),
    Exercise(
        "See a 429, and read what it says about the customer.",
        "Choose Replay and the recorded 429, and press “Replay the recorded 429”.",
        lambda entries: any(each.outcome.kind is OutcomeKind.RATE_LIMITED for each in entries),
    ),
)


def exercise(number: int, history: History = HISTORY) -> Card:
    """Mark an exercise of the first notebook; run it again after you have tried.

    Raises:
        LookupError: There is no such exercise.
    """
    if not 1 <= number <= len(EXERCISES):
        raise LookupError(f"there is no exercise {number}; there are 1 to {len(EXERCISES)}")
    task, hint, is_done = EXERCISES[number - 1]
    done = is_done(tuple(history))
    title = f"Exercise {number}: {'done' if done else 'not yet'}"
    return note("✓" if done else "○", title, task if done else f"{task} {hint}")
