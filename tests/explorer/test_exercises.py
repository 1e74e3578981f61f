"""Exercises: three things to try, marked by what this kernel's forms have sent."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.html_page import unexpected
from tests.support.sources import NOW, outcome
from wemasy_kit.call.exchange import SourceName
from wemasy_kit.explorer.exercises import EXERCISES, exercise
from wemasy_kit.explorer.history import HISTORY, Entry, History
from wemasy_kit.explorer.shelf import Shelf
from wemasy_kit.explorer.view_model import ViewModel
from wemasy_kit.sandbox.rules import HandClock

Call = tuple[int, SourceName, str | None]
A, B = "aaaaaaaa", "bbbbbbbb"
DONE: list[tuple[int, list[Call]]] = [
    (1, [(401, "sandbox", A), (200, "sandbox", B)]),
    (2, [(200, "sandbox", A), (429, "sandbox", A), (401, "sandbox", A)]),
    (2, [(200, "live", A), (401, "live", A)]),
    (3, [(200, "cassette", None), (429, "cassette", None)]),
    (3, [(429, "sandbox", None)]),
    (3, [(429, "live", None)]),
]
NOT_YET: list[tuple[int, list[Call]]] = [
    *((number, []) for number in (1, 2, 3)),
    (1, [(200, "cassette", A)]),
    (1, [(200, "live", A)]),
    (1, [(401, "sandbox", None)]),
    (2, [(200, "sandbox", A), (401, "sandbox", B)]),
    (2, [(401, "sandbox", A), (200, "sandbox", A)]),
    (2, [(200, "sandbox", A), (200, "sandbox", A)]),
    (2, [(200, "cassette", A), (401, "cassette", A)]),
    (2, [(200, "cassette", A), (401, "sandbox", A)]),
    (2, [(200, "sandbox", A), (401, "cassette", A)]),
    (2, [(200, "sandbox", None), (401, "sandbox", None)]),
    (3, [(200, "sandbox", None), (401, "sandbox", None), (500, "sandbox", None)]),
]


@pytest.mark.parametrize(
    ("number", "calls", "done"), [(*each, True) for each in DONE] + [(*each, False) for each in NOT_YET]
)
def test_an_exercise_is_done_by_what_its_task_says_and_by_nothing_else(
    number: int, calls: list[Call], done: bool
) -> None:
    history = History()
    for status, source, fingerprint in calls:
        history.add(Entry(NOW, fingerprint, outcome(status, source=source)))
    card, wanted = exercise(number, history), EXERCISES[number - 1]

    assert repr(card).splitlines()[0] == f"✓ Exercise {number}: done" if done else f"○ Exercise {number}: not yet"
    assert wanted.task in repr(card)
    assert (wanted.hint in repr(card)) != done
    assert unexpected(card._repr_html_()) == []
    assert ("not yet" in card._repr_html_()) != done


@pytest.mark.parametrize("number", [0, 4, -1])
def test_an_exercise_that_is_none_is_refused(number: int) -> None:
    with pytest.raises(LookupError, match=f"there is no exercise {number}; there are 1 to 3"):
        exercise(number)


def test_all_three_can_be_done_at_one_form_as_their_hints_say_and_the_kernels_own_history_is_looked_at() -> None:
    async def story() -> None:
        ticks = iter(range(100))
        it = ViewModel(Shelf(), clock=HandClock(NOW), ticks=lambda: float(next(ticks)))
        it.choose("sandbox", "")
        it.press(None)
        await it.send()
        it.hold(it.shelf.tokens("jane")[0].fingerprint)
        it.press(None)
        it.confirm()
        await it.send()
        assert it.shelf._shop is not None
        it.shelf._shop.stop()
        it.choose("cassette", "429-too-many-requests")
        it.press(None)
        await it.send()

    try:
        asyncio.run(story())
        assert [repr(exercise(number)).startswith("✓") for number in (1, 2, 3)] == [True] * 3
    finally:
        HISTORY.clear()
