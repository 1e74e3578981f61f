"""Desk: what the form knows and decides. One request at a time, and none by accident."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import sys
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from tests.support.leaks import shows
from tests.support.sources import Door, Script, breaks, nothing, revoked, says
from wemasy_kit.call.exchange import Exchange, NoResponse, Send, SourceName
from wemasy_kit.call.outcome import Outcome
from wemasy_kit.call.token import Token
from wemasy_kit.errors import CassetteMismatch, CassetteNotFound, SandboxNotStarted
from wemasy_kit.explorer.history import Entry, History
from wemasy_kit.explorer.view_model import ECHO, Desk, View
from wemasy_kit.sandbox.rules import HandClock
from wemasy_kit.sources.cassette import cassette
from wemasy_kit.sources.live import Live, live
from wemasy_kit.sources.sandbox import Sandbox

NOW = 1_800_000_000.0


def desk_on(send: Send | None = None, **more: Any) -> Desk:
    """A desk whose person takes a second between two acts, and whose clock stands still."""
    usual: dict[str, Any] = {"history": History(), "clock": HandClock(NOW), "ticks": itertools.count().__next__}
    return Desk(send, **usual | more)


def replaying(recording: str, **more: Any) -> Desk:
    desk = desk_on(**more)
    desk.choose("cassette", recording)
    return desk


def sent(desk: Desk) -> Outcome:
    return asyncio.run(desk.send())


def logged_out(desk: Desk, text: str = "") -> Outcome:
    """One press, and what came of it."""
    assert desk.press(text) == "accepted"
    return sent(desk)


def in_the_sandbox(story: Callable[[Desk], Awaitable[Any]]) -> Any:
    """A story at a desk that asks its own sandbox."""

    async def play() -> Any:
        desk = desk_on()
        desk.choose("sandbox", "")
        try:
            async with asyncio.timeout(10):
                return await story(desk)
        finally:
            if desk._shop is not None:
                desk._shop.stop()

    return asyncio.run(play())


def shown(view: View) -> str:
    return repr(dataclasses.asdict(view))


# --- One press, one request


@pytest.mark.parametrize("gap", [0.0, 0.06, 0.15, 0.3])
def test_a_double_click_sends_one_request(gap: float, canary: str) -> None:
    source, ticks = Script(revoked()), HandClock()
    desk = desk_on(source, ticks=ticks)

    assert desk.press(canary) == "accepted"
    sent(desk)
    ticks.forward(gap)

    assert desk.press("") == "ignored"
    assert len(source.asked) == 1


def test_a_second_press_that_is_meant_sends_a_second_request(canary: str) -> None:
    source, ticks = Script(revoked(), says(401)), HandClock()
    desk = desk_on(source, ticks=ticks)

    logged_out(desk)
    ticks.forward(ECHO)
    logged_out(desk)

    assert len(source.asked) == 2


def test_whoever_changed_something_in_between_did_not_double_click() -> None:
    ticks = HandClock()
    desk = replaying("401-no-token", ticks=ticks)
    logged_out(desk)

    desk.choose("cassette", "200-token-revoked")

    assert desk.press("") == "accepted"


@pytest.mark.parametrize("later", [0.0, 0.4, 60.0])
def test_presses_queued_behind_a_request_that_is_out_are_ignored(later: float) -> None:
    ticks = HandClock()
    desk = desk_on(Script(revoked()), ticks=ticks)
    assert desk.press("") == "accepted"

    ticks.forward(later)

    assert [desk.press("") for _ in range(3)] == ["ignored"] * 3
    assert desk.view().mode == "sending"


def test_a_text_that_comes_while_a_request_is_out_is_not_taken(canary: str) -> None:
    desk = desk_on(Script(revoked()))
    assert desk.press("") == "accepted"

    assert desk.press(canary) == "ignored"
    assert desk.held is None


def test_a_press_in_the_moment_of_a_429_does_not_slip_in_before_the_wait_begins() -> None:
    did: list[str] = []

    class Nosy(History):
        def add(self, entry: Entry) -> None:
            did.append(desk.press(""))
            super().add(entry)

    desk = desk_on(Script(says(429), revoked()), history=Nosy())

    logged_out(desk)

    assert did == ["ignored"]
    assert desk.press("") == "ignored"


@pytest.mark.parametrize("error", [ZeroDivisionError("x"), CassetteMismatch("nothing left")])
def test_a_source_that_fails_leaves_the_button_ready(error: Exception) -> None:
    desk = desk_on(Script(breaks(error), revoked()))

    with pytest.raises(type(error)):
        logged_out(desk)

    assert desk.view().mode == "ready"
    assert logged_out(desk).kind == "revoked"


def test_one_press_is_sent_once_however_often_it_is_asked_for() -> None:
    source = Script(revoked(), revoked())
    desk = desk_on(source)
    logged_out(desk)

    with pytest.raises(AssertionError):
        sent(desk)

    assert len(source.asked) == 1


def test_a_press_is_for_the_source_that_was_chosen_when_it_was_made(canary: str) -> None:
    async def story(desk: Desk) -> tuple[str, Outcome]:
        did = desk.press(canary)
        desk.choose("live", "")
        return did, await desk.send()

    did, outcome = in_the_sandbox(story)

    assert did == "accepted"
    assert outcome.source == "sandbox"
    assert outcome.kind == "unauthenticated"


def test_the_history_keeps_time_fingerprint_and_outcome(canary: str) -> None:
    history, clock = History(), HandClock(NOW)
    desk = desk_on(Script(says(401)), history=history, clock=clock)

    outcome = logged_out(desk, canary)

    assert list(history) == [Entry(NOW, Token.parse(canary).fingerprint, outcome)]
    assert desk.outcome is outcome


def test_a_call_without_a_token_has_no_fingerprint_in_the_history() -> None:
    history = History()
    logged_out(desk_on(Script(says(401)), history=history))

    assert [entry.fingerprint for entry in history] == [None]


# --- The text


@pytest.mark.parametrize("spoiled", ["\n", " ", "\t", ",", "\0", "é", "“"])
def test_a_refused_text_sends_nothing_and_is_not_shown(spoiled: str, canary: str) -> None:
    source = Script(revoked())
    desk = desk_on(source)

    did = desk.press(canary[:20] + spoiled + canary[20:])

    assert did == "refused"
    assert desk.view().mode == "ready"
    assert (desk.view().error or "").endswith(".")
    assert not shows(shown(desk.view()), canary)
    assert source.asked == []
    assert desk.held is None


def test_a_sample_stand_in_is_refused() -> None:
    desk = desk_on(Script())

    assert desk.press("YOUR_API_TOKEN") == "refused"
    assert (desk.view().error or "").startswith("This is the stand-in of a sample; ")


def test_after_a_refusal_a_good_text_is_taken_and_the_error_is_gone(canary: str) -> None:
    desk = desk_on(Script(revoked()))
    desk.press("a b")

    assert desk.press(canary) == "accepted"
    assert desk.view().error is None


def test_a_refused_text_disarms_what_was_armed_before(canary: str) -> None:
    source = Script(revoked(), name="live")
    desk = desk_on(source)
    assert desk.press(canary) == "armed"

    assert desk.press("a b") == "refused"

    assert desk.view().mode == "ready"
    assert desk.confirm() == "ignored"
    assert source.asked == []


def test_an_accepted_text_is_in_no_view(canary: str) -> None:
    desk = desk_on(Script(nothing(sent=True)))
    views = [desk.view()]

    desk.press(canary)
    views.append(desk.view())
    sent(desk)
    views.append(desk.view())

    assert [view.mode for view in views] == ["ready", "sending", "ready"]
    assert not any(shows(shown(view), canary) for view in views)


def test_what_was_tidied_is_noted(canary: str) -> None:
    desk = desk_on(Script(revoked()))

    desk.press(f'  "Bearer {canary}"')

    assert desk.view().note == (
        "White space around it was left out. A pair of quotes was left out. “Bearer” was left out."
    )


def test_a_wrong_checksum_is_noted_and_the_text_can_be_sent_all_the_same(canary: str) -> None:
    desk = desk_on(Script(says(401)))

    assert desk.press(canary[:-1]) == "accepted"
    assert (desk.view().note or "").startswith("The checksum at its end is wrong: ")


def test_the_note_is_gone_with_the_answer(canary: str) -> None:
    desk = desk_on(Script(says(401)))

    logged_out(desk, f" {canary}")

    assert desk.view().note is None


def test_without_a_text_no_authorization_is_sent_to_a_given_source() -> None:
    source = Script(says(401))

    logged_out(desk_on(source), " \n")

    assert source.asked == [None]


# --- Live is armed


def live_desk(*answers: Any, **more: Any) -> tuple[Desk, Script]:
    source = Script(*answers, name="live", base_url="https://shop.example:8443/api")
    return desk_on(source, **more), source


def test_a_live_press_asks_first_and_names_fingerprint_and_host(canary: str) -> None:
    desk, source = live_desk(revoked())
    fingerprint = Token.parse(canary).fingerprint

    assert desk.press(canary) == "armed"

    view = desk.view()
    assert view.mode == "confirm"
    assert view.question == f"Really log out the token {fingerprint} at shop.example:8443?"
    assert view.confirm == f"Log out {fingerprint} for real"
    assert not shows(shown(view), canary)
    assert source.asked == []


def test_the_live_api_is_named_where_no_source_is_given(canary: str) -> None:
    desk = desk_on()
    desk.choose("live", "")

    desk.press(canary)

    assert (desk.view().question or "").endswith(" at api.wemasy.nl?")


def test_a_confirmed_live_press_sends_one_request_with_the_token(canary: str) -> None:
    desk, source = live_desk(revoked())
    desk.press(canary)

    assert desk.confirm() == "accepted"
    assert sent(desk).kind == "revoked"

    assert source.asked == [f"Bearer {canary}"]


@pytest.mark.parametrize("gap", [0.0, 0.06, 0.15, 0.3])
def test_the_echo_of_a_press_does_not_confirm_it(gap: float, canary: str) -> None:
    ticks = HandClock()
    desk, source = live_desk(revoked(), ticks=ticks)
    desk.press(canary)

    ticks.forward(gap)

    assert desk.confirm() == "ignored"
    assert desk.view().mode == "confirm"
    assert source.asked == []


@pytest.mark.parametrize("gap", [0.0, 0.06, 0.15, 0.3, 5.0])
def test_a_double_click_on_the_second_step_sends_one_request(gap: float, canary: str) -> None:
    ticks = HandClock()
    desk, source = live_desk(revoked(), ticks=ticks)
    desk.press(canary)
    ticks.forward(1.0)

    assert desk.confirm() == "accepted"
    ticks.forward(gap)
    assert desk.confirm() == "ignored"
    sent(desk)
    assert desk.confirm() == "ignored"

    assert len(source.asked) == 1


def test_it_disarms_after_one_send_and_asks_each_time(canary: str) -> None:
    desk, source = live_desk(nothing(sent=True), revoked())
    desk.press(canary)
    desk.confirm()
    sent(desk)

    assert desk.view().mode == "ready"
    assert desk.confirm() == "ignored"
    assert desk.press("") == "armed"
    assert len(source.asked) == 1


def test_not_now_disarms_and_lets_go_of_the_token(canary: str) -> None:
    desk, source = live_desk(revoked())
    desk.press(canary)

    desk.forget()

    assert (desk.view().mode, desk.view().question, desk.view().confirm, desk.held) == ("ready", None, None, None)
    assert desk.confirm() == "ignored"
    assert source.asked == []


@pytest.mark.parametrize("elsewhere", ["cassette", "sandbox"])
def test_another_source_disarms(elsewhere: SourceName, canary: str) -> None:
    desk = desk_on()
    desk.choose("live", "")
    desk.press(canary)

    desk.choose(elsewhere, "")
    desk.choose("live", "")

    assert desk.view().mode == "ready"
    assert desk.confirm() == "ignored"
    assert desk.held is None


def test_choosing_what_is_chosen_already_changes_nothing(canary: str) -> None:
    desk = desk_on()
    desk.choose("live", "")
    desk.press(canary)

    desk.choose("live", "")

    assert desk.view().mode == "confirm"


def test_live_without_a_token_is_refused() -> None:
    desk, source = live_desk(revoked())

    assert desk.press(" ") == "refused"
    assert desk.view().error == "Paste a token first: without one there is nothing to log out."
    assert source.asked == []


@pytest.mark.parametrize("name", ["live", "sandbox"])
def test_a_token_that_this_kernel_revoked_is_recognised_before_it_is_sent_again(name: SourceName, canary: str) -> None:
    source, fingerprint = Script(revoked(), says(401), name=name), Token.parse(canary).fingerprint
    desk = desk_on(source)
    if desk.press(canary) == "armed":
        desk.confirm()
    sent(desk)

    assert desk.press(canary) == "armed"

    view = desk.view()
    assert "This kernel has already revoked it, at " in (view.question or "")
    assert (view.question or "").endswith(": expect a 401.")
    assert fingerprint in (view.confirm or "")
    assert len(source.asked) == 1

    assert desk.confirm() == "accepted"
    assert sent(desk).kind == "unauthenticated"


def test_another_form_of_the_same_kernel_recognises_it_too(canary: str) -> None:
    history = History()
    logged_out(desk_on(Script(revoked()), history=history), canary)

    assert desk_on(Script(), history=history).press(canary) == "armed"


def test_a_cleared_history_recognises_nothing(canary: str) -> None:
    history = History()
    logged_out(desk_on(Script(revoked()), history=history), canary)

    history.clear()

    assert desk_on(Script(), history=history).press(canary) == "accepted"


def test_what_a_replay_revoked_is_not_asked_about(canary: str) -> None:
    desk = replaying("200-token-revoked")
    logged_out(desk, canary)

    assert desk.press(canary) == "accepted"


def test_a_replay_asks_about_nothing_since_it_sends_nothing(canary: str) -> None:
    history = History()
    logged_out(desk_on(Script(revoked()), history=history), canary)

    assert replaying("200-token-revoked", history=history).press(canary) == "accepted"


# --- Waiting after a 429

WAITS: dict[str, tuple[list[tuple[str, str]], float]] = {
    "none": ([], 61.0),
    "0": ([("Retry-After", "0")], 2.0),
    "1": ([("Retry-After", "1")], 2.0),
    "30": ([("Retry-After", "30")], 31.0),
    "words": ([("Retry-After", "soon")], 61.0),
    "negative": ([("Retry-After", "-5")], 61.0),
    "twice": ([("Retry-After", "5"), ("Retry-After", "6")], 61.0),
    "a date": ([("Date", formatdate(NOW, usegmt=True)), ("Retry-After", formatdate(NOW + 20, usegmt=True))], 21.0),
    "a date gone by": ([("Date", formatdate(NOW, usegmt=True)), ("Retry-After", formatdate(0, usegmt=True))], 2.0),
    "a date without the server's": ([("Retry-After", formatdate(NOW + 20, usegmt=True))], 21.0),
    "absurdly large": ([("Retry-After", "999999999")], 1_000_000_000.0),
    "beyond all digits": ([("Retry-After", "9" * 5_000)], 61.0),
    "the last date": ([("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT")], 253_402_300_799.0 - NOW + 1),
}


@pytest.mark.parametrize("form", WAITS)
def test_after_a_429_nothing_can_be_sent_until_the_wait_is_over(form: str) -> None:
    headers, wait = WAITS[form]
    source, clock = Script(says(429, *headers), revoked()), HandClock(NOW)
    desk = desk_on(source, clock=clock)
    logged_out(desk)

    view = desk.view()
    assert view.ready_at == NOW + wait
    assert view.ready_clock
    clock.forward(wait - 0.5)
    assert desk.press("") == "ignored"
    clock.forward(0.5)
    assert (desk.view().ready_at, desk.view().ready_clock) == (None, None)
    assert desk.press("") == "accepted"
    assert len(source.asked) == 1


def test_a_wait_also_holds_for_a_second_step_that_is_open(canary: str) -> None:
    clock = HandClock(NOW)
    desk, source = live_desk(says(429, ("Retry-After", "5")), revoked(), clock=clock)
    desk.press(canary)
    desk.confirm()
    sent(desk)
    clock.forward(6)
    desk.press("")
    clock.forward(-3)  # The clock of this machine is set back.

    assert desk.confirm() == "ignored"
    assert len(source.asked) == 1


@pytest.mark.parametrize("answer", [says(401), says(503, ("Retry-After", "60")), nothing(sent=True)])
def test_nothing_else_makes_anyone_wait(answer: Any) -> None:
    desk = desk_on(Script(answer))
    logged_out(desk)

    assert desk.view().ready_at is None


def test_a_wait_is_of_one_recording_only() -> None:
    desk = replaying("429-too-many-requests")
    logged_out(desk)
    assert desk.view().ready_at == NOW + 61

    desk.choose("cassette", "200-token-revoked")
    assert desk.view().ready_at is None
    assert desk.press("") == "accepted"
    sent(desk)

    desk.choose("cassette", "429-too-many-requests")
    assert desk.view().ready_at == NOW + 61
    assert desk.press("") == "ignored"


@pytest.mark.parametrize("source", ["sandbox", "live"])
def test_a_wait_is_of_one_source_only(source: SourceName) -> None:
    desk = replaying("429-too-many-requests")
    logged_out(desk)

    desk.choose(source, "429-too-many-requests")

    assert desk.view().ready_at is None


def test_a_wait_for_the_sandbox_stays_while_other_recordings_are_looked_at() -> None:
    async def story(desk: Desk) -> None:
        desk._shop = Sandbox(rate_limit=1)
        desk._shop.start()
        for _ in range(2):
            assert desk.press("") == "accepted"
            await desk.send()
        wait = desk.view().ready_at
        assert wait

        desk.choose("cassette", "401-no-token")
        desk.choose("sandbox", "401-no-token")

        assert desk.view().ready_at == wait

    in_the_sandbox(story)


def test_the_wait_belongs_to_what_was_sent_and_not_to_what_is_chosen_when_the_answer_comes() -> None:
    desk = replaying("429-too-many-requests")
    desk.press("")
    desk.choose("live", "")

    sent(desk)

    assert desk.view().ready_at is None
    desk.choose("cassette", "429-too-many-requests")
    assert desk.view().ready_at == NOW + 61


# --- The token that is held

WORTH_ANOTHER_TRY = {
    "unknown": nothing(sent=True),
    "not sent": nothing(sent=False),
    "429": says(429, ("Retry-After", "1")),
}


@pytest.mark.parametrize("came", WORTH_ANOTHER_TRY)
def test_the_token_is_held_for_another_try(came: str, canary: str) -> None:
    source, clock = Script(WORTH_ANOTHER_TRY[came], revoked()), HandClock(NOW)
    desk = desk_on(source, clock=clock)
    logged_out(desk, canary)

    assert desk.held == Token.parse(canary).fingerprint
    assert desk.view().button == "Send again"
    assert desk.held in desk.view().placeholder
    clock.forward(10)
    logged_out(desk)

    assert source.asked == [f"Bearer {canary}"] * 2


@pytest.mark.parametrize("answer", [revoked(), says(401), says(404), says(500)])
def test_after_any_other_answer_the_token_is_let_go(answer: Any, canary: str) -> None:
    desk = desk_on(Script(answer))
    logged_out(desk, canary)

    assert desk.held is None
    assert desk.view().button == "Log out"


def test_another_text_takes_the_place_of_the_token_that_is_held(canary: str) -> None:
    other = canary.replace("|", "|prefix_")
    source = Script(nothing(sent=True), revoked())
    desk = desk_on(source)
    logged_out(desk, canary)

    logged_out(desk, other)

    assert source.asked == [f"Bearer {canary}", f"Bearer {other}"]


def test_the_token_is_let_go_when_the_source_changes(canary: str) -> None:
    desk = desk_on()
    desk.choose("live", "")
    desk.press(canary)
    assert desk.held

    desk.choose("sandbox", "")

    assert desk.held is None


def test_a_replay_holds_no_token_whatever_it_answers(canary: str) -> None:
    desk = replaying("429-too-many-requests")

    logged_out(desk, canary)

    assert desk.held is None


@pytest.mark.parametrize("typed", [True, False])
def test_a_token_chosen_while_a_request_is_out_stays_chosen(typed: bool, canary: str) -> None:
    async def story(desk: Desk) -> tuple[str | None, str | None]:
        assert desk.press(canary if typed else "") == "accepted"
        await desk.issue()
        chosen = desk.held
        await desk.send()
        return chosen, desk.held

    chosen, held = in_the_sandbox(story)

    assert chosen is not None
    assert held == chosen


def test_a_token_let_go_while_a_request_is_out_does_not_come_back(canary: str) -> None:
    desk = desk_on(Script(nothing(sent=True)))
    desk.press(canary)
    desk.forget()

    sent(desk)

    assert desk.held is None


# --- Cancelling


class Listener:
    """A server that takes what comes, and never answers."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self.writers: list[asyncio.StreamWriter] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        await reader.read(1)
        self.heard.set()
        await reader.read()
        writer.close()


async def cancelled(scheme: str, canary: str) -> tuple[Outcome, Desk]:
    listener = Listener()
    async with asyncio.timeout(10):
        server = await asyncio.start_server(listener, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            desk = desk_on(live(base_url=f"{scheme}://127.0.0.1:{port}/api"))
            desk.press(canary)
            desk.confirm()
            out = asyncio.create_task(desk.send())
            await listener.heard.wait()
            assert desk.view().can_cancel
            await desk.cancel()
            outcome = await out
            await asyncio.gather(*(writer.wait_closed() for writer in listener.writers), return_exceptions=True)
            return outcome, desk


def test_cancelling_a_request_that_went_out_leaves_it_unknown(canary: str) -> None:
    outcome, desk = asyncio.run(cancelled("http", canary))

    assert (outcome.kind, outcome.cause) == ("unknown", "cancelled")
    assert desk.held == Token.parse(canary).fingerprint
    assert desk.view().mode == "ready"


def test_cancelling_before_anything_went_out_says_that_nothing_was_sent(canary: str) -> None:
    outcome, desk = asyncio.run(cancelled("https", canary))

    assert (outcome.kind, outcome.cause) == ("not_sent", "cancelled")
    assert desk.held == Token.parse(canary).fingerprint
    assert desk.view().mode == "ready"


def test_cancelling_when_nothing_is_out_does_nothing() -> None:
    desk = desk_on(Script(revoked()))

    asyncio.run(desk.cancel())

    assert logged_out(desk).kind == "revoked"


@pytest.mark.parametrize("send", [live(), Live(base_url="http://127.0.0.1/api", deadline=1, name="sandbox")])
def test_what_goes_over_the_network_can_be_cancelled(send: Live) -> None:
    assert desk_on(send).view().can_cancel


@pytest.mark.parametrize("send", [Script(), Door(), cassette("401-no-token")])
def test_what_cannot_be_cancelled_does_not_offer_it(send: Any) -> None:
    assert not desk_on(send).view().can_cancel


@pytest.mark.parametrize(("source", "offered"), [("cassette", False), ("sandbox", True), ("live", True)])
def test_the_desks_own_sources_offer_it_but_for_the_replay(source: SourceName, offered: bool) -> None:
    desk = desk_on()
    desk.choose(source, "")

    assert desk.view().can_cancel is offered


# --- The sandbox


def test_with_an_empty_field_the_sandbox_issues_a_token_and_revokes_it() -> None:
    async def story(desk: Desk) -> None:
        assert desk.press("") == "accepted"
        outcome = await desk.send()

        (issued,) = desk.tokens()
        assert (outcome.kind, outcome.source) == ("revoked", "sandbox")
        assert (issued.customer, issued.alive) == ("jane", False)
        assert [entry.fingerprint for entry in desk.history] == [issued.fingerprint]
        assert desk.held is None

    in_the_sandbox(story)


def test_a_token_that_was_issued_is_sent_with_the_next_press() -> None:
    async def story(desk: Desk) -> None:
        await desk.issue()
        held = desk.held
        desk.press("")
        await desk.send()

        assert [(token.fingerprint, token.alive) for token in desk.tokens()] == [(held, False)]

    in_the_sandbox(story)


def test_logging_one_token_out_leaves_the_customers_others_alive() -> None:
    async def story(desk: Desk) -> None:
        await desk.issue()
        phone = desk.held
        await desk.issue()
        desk.hold(phone or "")
        desk.press("")
        await desk.send()

        assert [token.alive for token in desk.tokens()] == [False, True]

    in_the_sandbox(story)


def test_each_customer_sees_their_own_tokens() -> None:
    async def story(desk: Desk) -> None:
        await desk.issue()
        desk.customer = "joe"
        await desk.issue()

        assert [token.customer for token in desk.tokens()] == ["joe"]

    in_the_sandbox(story)


def test_another_customer_does_not_send_the_token_of_the_one_before() -> None:
    async def story(desk: Desk) -> None:
        await desk.issue()
        desk.customer = "joe"

        assert desk.held is None

    in_the_sandbox(story)


def test_naming_the_same_customer_again_keeps_the_token() -> None:
    async def story(desk: Desk) -> None:
        await desk.issue()
        desk.customer = "jane"

        assert desk.held is not None

    in_the_sandbox(story)


def test_no_token_chosen_means_that_the_next_one_is_new() -> None:
    async def story(desk: Desk) -> None:
        await desk.issue()
        desk.hold("")
        assert desk.held is None

        desk.press("")
        await desk.send()

        assert [token.alive for token in desk.tokens()] == [True, False]

    in_the_sandbox(story)


def test_a_revoked_token_that_is_chosen_again_is_asked_about_and_not_accepted() -> None:
    async def story(desk: Desk) -> None:
        desk.press("")
        await desk.send()
        desk.hold(desk.tokens()[0].fingerprint)

        assert desk.press("") == "armed"
        assert desk.confirm() == "accepted"
        assert (await desk.send()).kind == "unauthenticated"

    in_the_sandbox(story)


def test_choosing_the_token_that_is_held_already_changes_nothing(canary: str) -> None:
    desk, _ = live_desk()
    desk.press(canary)

    desk.hold(desk.held or "")

    assert desk.view().mode == "confirm"


def test_a_fingerprint_that_the_sandbox_never_issued_holds_nothing() -> None:
    desk = desk_on()

    desk.hold("00000000")

    assert desk.held is None


def test_before_the_sandbox_runs_it_has_no_tokens() -> None:
    assert desk_on().tokens() == ()


def test_a_sandbox_that_is_gone_is_said_so_and_the_next_press_starts_another() -> None:
    async def story(desk: Desk) -> None:
        await desk.issue()
        gone = desk._shop
        assert gone is not None
        await gone.stop()
        desk.press("")
        outcome = await desk.send()

        assert (outcome.kind, outcome.cause, outcome.source) == ("not_sent", "refused", "sandbox")
        assert desk.held is None
        assert desk.tokens() == ()
        assert desk.press("") == "accepted"
        assert (await desk.send()).kind == "revoked"

    in_the_sandbox(story)


def test_a_token_of_a_sandbox_that_is_gone_cannot_be_chosen_any_more() -> None:
    async def story(desk: Desk) -> None:
        await desk.issue()
        fingerprint = desk.held
        assert desk._shop is not None
        desk._shop.stop()
        desk.press("")
        await desk.send()

        desk.hold(fingerprint or "")

        assert desk.held is None

    in_the_sandbox(story)


def test_a_cancelled_request_does_not_end_the_sandbox() -> None:
    async def story(desk: Desk) -> None:
        await desk.issue()
        shop, fingerprint = desk._shop, desk.held
        desk.press("")
        out = asyncio.create_task(desk.send())
        await asyncio.sleep(0)  # It is on its way, and no further.
        await desk.cancel()
        outcome = await out

        assert (outcome.kind, outcome.cause) == ("not_sent", "cancelled")
        assert desk._shop is shop
        assert [token.fingerprint for token in desk.tokens()] == [fingerprint]
        assert desk.held == fingerprint

    in_the_sandbox(story)


def test_a_sandbox_that_was_given_issues_nothing_by_itself() -> None:
    async def story() -> tuple[Outcome, bool, int]:
        async with Sandbox() as shop:
            desk = desk_on(shop.send)
            desk.press("")
            return await desk.send(), desk.offers_tokens, len(shop.tokens())

    outcome, offers_tokens, issued = asyncio.run(story())

    assert outcome.kind == "unauthenticated"
    assert not offers_tokens
    assert issued == 0


def test_a_sandbox_that_was_given_and_is_gone_holds_the_token_for_another_try(canary: str) -> None:
    desk = desk_on(Script(nothing(sent=False, cause="refused")))

    logged_out(desk, canary)

    assert desk.held == Token.parse(canary).fingerprint


# --- The recordings


def test_the_documented_answers_stand_first_then_the_stories() -> None:
    assert list(desk_on().recordings) == ["200", "401", "429", "401, no token", "200, then 401", "200 on two devices"]


def test_a_recording_of_ones_own_is_offered_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "logout").mkdir()
    for name in ("my-shop", "401-no-token"):
        (tmp_path / "logout" / f"{name}.yaml").touch()
    monkeypatch.setattr("wemasy_kit.sources.cassette.shipped", lambda name: tmp_path)

    assert desk_on().recordings == {"401, no token": "401-no-token", "my-shop": "my-shop"}


def test_a_form_starts_with_the_first_recording() -> None:
    desk = desk_on()

    assert (desk.source, desk.recording) == ("cassette", "200-token-revoked")
    assert logged_out(desk).kind == "revoked"


def test_a_story_plays_on_and_starts_over_at_its_end() -> None:
    desk = replaying("200-then-401-same-token")

    assert [logged_out(desk).kind for _ in range(4)] == ["revoked", "unauthenticated"] * 2


def test_a_recording_that_was_left_starts_over() -> None:
    desk = replaying("200-then-401-same-token")
    logged_out(desk)

    desk.choose("cassette", "401-no-token")
    desk.choose("cassette", "200-then-401-same-token")

    assert logged_out(desk).kind == "revoked"


def test_without_any_recording_a_replay_says_that_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wemasy_kit.sources.cassette.shipped", lambda name: tmp_path)
    desk = desk_on()
    assert (desk.recordings, desk.recording) == ({}, "")

    with pytest.raises(CassetteNotFound, match="there are: none"):
        logged_out(desk)

    assert desk.view().mode == "ready"


def test_without_any_recording_the_sandbox_works_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wemasy_kit.sources.cassette.shipped", lambda name: tmp_path)

    async def story(desk: Desk) -> Outcome:
        desk.press("")
        return await desk.send()

    assert in_the_sandbox(story).kind == "revoked"


def test_nothing_is_sent_in_a_replay_and_the_token_is_judged_by_no_one(canary: str) -> None:
    outcome = logged_out(replaying("200-token-revoked"), canary)

    assert outcome.source == "cassette"
    assert outcome.exchange is not None
    assert not shows(repr(outcome), canary)


# --- What the field shows


@pytest.mark.parametrize(
    ("source", "placeholder"),
    [
        ("cassette", "Optional: no one judges it"),
        ("sandbox", "Empty: one is issued"),
        ("live", "Paste a bearer token"),
    ],
)
def test_the_empty_field_says_what_happens_without_a_token(source: SourceName, placeholder: str) -> None:
    desk = desk_on()
    desk.choose(source, "")

    assert desk.view().placeholder == placeholder


def test_a_sandbox_that_was_given_asks_for_a_token() -> None:
    assert desk_on(Script()).view().placeholder == "Paste a bearer token"


def test_every_source_has_a_hint_of_its_own() -> None:
    desk, hints = desk_on(), set()
    for source in desk.sources:
        desk.choose(source, "")
        hints.add(desk.view().hint)

    assert len(hints) == 3


def test_a_given_source_is_the_only_one_and_has_no_recordings() -> None:
    desk = desk_on(Script())

    assert desk.sources == ("sandbox",)
    assert desk.source == "sandbox"
    assert desk.recordings == {}


def test_send_again_is_for_the_source_that_did_not_answer() -> None:
    desk = replaying("429-too-many-requests")
    logged_out(desk)

    desk.choose("sandbox", "")

    assert desk.view().button == "Log out"


@pytest.mark.parametrize("wrong", ["live", live, Sandbox(), 5, False])
def test_what_is_no_source_is_refused_with_advice(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"send is a source, such as live\(\) or the `send` of a Sandbox, not "):
        Desk(wrong)


def test_a_source_of_ones_own_is_one(canary: str) -> None:
    class Own:
        name: SourceName = "live"
        base_url = "https://shop.example/api"

        async def __call__(self, request: Any, /) -> Exchange | NoResponse:
            return NoResponse(False, "refused", "live")

        def __len__(self) -> int:
            return 0

    assert Desk(Own()).sources == ("live",)


def test_where_no_server_can_run_the_sandbox_says_so_and_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wemasy_kit.sources.sandbox", None)
    desk = Desk(history=History())
    desk.choose("sandbox", "")

    assert desk.press("") == "accepted"
    with pytest.raises(SandboxNotStarted, match="choose Replay"):
        asyncio.run(desk.send())
    assert desk.view().mode == "ready"
    assert not len(desk.history)
