"""Exercises: three things to try, marked by what this kernel's forms have sent."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.html_page import unexpected
from tests.support.sources import LOGGED_OUT
from wemasy_kit.call.exchange import Exchange, SourceName
from wemasy_kit.call.outcome import Outcome, read
from wemasy_kit.explorer.exercises import EXERCISES, exercise
from wemasy_kit.explorer.history import HISTORY, Entry, History
from wemasy_kit.explorer.view_model import Desk


def outcome(status: int, source: SourceName) -> Outcome:
    body = LOGGED_OUT if status == 200 else b"{}"
    return read(Exchange("POST", "https://shop.example", (), status, "", (), body, source))


Call = tuple[int, SourceName, str | None]


def after(*calls: Call) -> History:
    history = History()
    for at, (status, source, fingerprint) in enumerate(calls):
        history.add(Entry(float(at), fingerprint, outcome(status, source)))
    return history


def is_done(number: int, *calls: Call) -> bool:
    title = repr(exercise(number, after(*calls))).splitlines()[0]
    assert title in (f"✓ Exercise {number}: done", f"○ Exercise {number}: not yet")
    return title.startswith("✓")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_before_anything_was_sent_no_exercise_is_done(number: int) -> None:
    assert not is_done(number)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_what_is_not_done_yet_has_its_task_and_a_hint(number: int) -> None:
    shown = repr(exercise(number, History()))

    assert EXERCISES[number - 1].task in shown
    assert EXERCISES[number - 1].hint in shown


def test_what_is_done_keeps_its_task_and_needs_no_hint() -> None:
    shown = repr(exercise(1, after((200, "sandbox", "aaaaaaaa"))))

    assert EXERCISES[0].task in shown
    assert EXERCISES[0].hint not in shown


@pytest.mark.parametrize("history", [History(), after((200, "sandbox", "aaaaaaaa"))])
def test_the_mark_stands_in_words_too(history: History) -> None:
    shown = exercise(1, history)

    assert unexpected(shown._repr_html_()) == []
    assert ("not yet" in shown._repr_html_()) == ("not yet" in repr(shown))


def test_the_first_is_a_logout_in_the_sandbox() -> None:
    assert is_done(1, (401, "sandbox", "aaaaaaaa"), (200, "sandbox", "bbbbbbbb"))


@pytest.mark.parametrize("call", [(200, "cassette", "aaaaaaaa"), (200, "live", "aaaaaaaa"), (401, "sandbox", None)])
def test_nothing_else_counts_as_the_first(call: Call) -> None:
    assert not is_done(1, call)


@pytest.mark.parametrize("source", ["sandbox", "live"])
def test_the_second_is_a_401_with_a_token_that_was_revoked_before(source: SourceName) -> None:
    assert is_done(2, (200, source, "aaaaaaaa"), (429, source, "aaaaaaaa"), (401, source, "aaaaaaaa"))


@pytest.mark.parametrize(
    "calls",
    [
        [(200, "sandbox", "aaaaaaaa"), (401, "sandbox", "bbbbbbbb")],
        [(401, "sandbox", "aaaaaaaa"), (200, "sandbox", "aaaaaaaa")],
        [(200, "sandbox", "aaaaaaaa"), (200, "sandbox", "aaaaaaaa")],
        [(200, "cassette", "aaaaaaaa"), (401, "cassette", "aaaaaaaa")],
        [(200, "cassette", "aaaaaaaa"), (401, "sandbox", "aaaaaaaa")],
        [(200, "sandbox", "aaaaaaaa"), (401, "cassette", "aaaaaaaa")],
        [(200, "sandbox", None), (401, "sandbox", None)],
    ],
)
def test_nothing_else_counts_as_the_second(calls: list[Call]) -> None:
    assert not is_done(2, *calls)


@pytest.mark.parametrize("source", ["cassette", "sandbox", "live"])
def test_the_third_is_a_429_from_anywhere(source: SourceName) -> None:
    assert is_done(3, (200, source, None), (429, source, None))


def test_nothing_else_counts_as_the_third() -> None:
    assert not is_done(3, (200, "sandbox", None), (401, "sandbox", None), (500, "sandbox", None))


@pytest.mark.parametrize("number", [0, 4, -1])
def test_an_exercise_that_is_none_is_refused(number: int) -> None:
    with pytest.raises(LookupError, match=f"there is no exercise {number}; there are 1 to 3"):
        exercise(number)


def test_the_kernels_own_history_is_looked_at_unless_another_is_given() -> None:
    HISTORY.add(Entry(0.0, "aaaaaaaa", outcome(429, "cassette")))
    try:
        assert repr(exercise(3)).startswith("✓")
    finally:
        HISTORY.clear()


def test_all_three_can_be_done_at_one_desk_as_their_hints_say() -> None:
    async def story() -> History:
        history, seconds = History(), iter(range(100))
        desk = Desk(history=history, ticks=lambda: float(next(seconds)))
        desk.choose("sandbox", "")
        desk.press("")
        await desk.send()
        desk.hold(desk.tokens()[0].fingerprint)
        desk.press("")
        desk.confirm()
        await desk.send()
        assert desk._shop is not None
        desk._shop.stop()
        desk.choose("cassette", "429-too-many-requests")
        desk.press("")
        await desk.send()
        return history

    history = asyncio.run(story())

    assert [repr(exercise(number, history)).startswith("✓") for number in (1, 2, 3)] == [True] * 3
