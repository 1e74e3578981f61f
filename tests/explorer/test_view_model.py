"""View model: what the form knows and decides. One request at a time, and none by accident."""

from __future__ import annotations

import asyncio
import itertools
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.leaks import shows
from tests.support.sources import NOW, Response, Script, breaks, lost, nothing, outcome, revoked, says
from wemasy_kit.call.advice import clock_time
from wemasy_kit.call.exchange import SourceName
from wemasy_kit.call.outcome import Outcome, Proof
from wemasy_kit.call.token import Token
from wemasy_kit.errors import CassetteMismatch
from wemasy_kit.explorer import panels
from wemasy_kit.explorer.history import Entry, History
from wemasy_kit.explorer.page import _taken
from wemasy_kit.explorer.shelf import Shelf
from wemasy_kit.explorer.view_model import ANOTHER_SANDBOX, ARMED_FOR, CLOSED, ECHO, Call, Given, Now, State, ViewModel
from wemasy_kit.sandbox.rules import HandClock
from wemasy_kit.sources.cassette import cassette
from wemasy_kit.sources.live import Live, live
from wemasy_kit.sources.sandbox import Sandbox

SANDBOX, LIVE = State("sandbox"), State("live")


def held_in_the_field(text: str) -> Given:
    """What the door makes of a text."""
    return _taken({"text": text})


def at(seconds: float) -> Now:
    return Now(ticks=seconds, unix=NOW + seconds)


def press(state: State, text: str = "", *, seconds: float = 0.0, revoked: Mapping[str, float] = {}) -> State:
    return state.press(held_in_the_field(text), revoked, at(seconds))


def came(state: State, what: Outcome, *, seconds: float = 0.0) -> State:
    """The state once the request that is out has come to this."""
    assert state.call is not None
    return state.answered(state.call, Entry(NOW, None, what), at(seconds))


def fingerprint(text: str) -> str:
    return Token.parse(text).fingerprint


def view(state: State, *, seconds: float = 0.0, send: Any = None) -> dict[str, Any]:
    return panels.field(state, Shelf(send), at(seconds))


# --- One press, one request


@pytest.mark.parametrize(("gap", "counts"), [(0.0, False), (0.06, False), (0.15, False), (0.3, False), (ECHO, True)])
def test_a_double_click_sends_one_request(gap: float, counts: bool) -> None:
    state = came(press(SANDBOX), outcome(200))

    assert (press(state, seconds=gap).phase == "sending") == counts
    assert (press(state, seconds=gap) is state) != counts
    # Whoever changed something in between did not double-click.
    assert press(state.choose("cassette", "200-token-revoked"), seconds=gap).phase == "sending"


# --- The text


@pytest.mark.parametrize("spoiled", ["\n", " ", "\t", ",", "\0", "é", "“"])
def test_a_refused_text_sends_nothing_and_is_not_shown(spoiled: str, canary: str) -> None:
    armed = press(LIVE, canary)

    for state in (SANDBOX, armed):
        refused = press(state, canary[:20] + spoiled + canary[20:], seconds=1)

        assert (refused.phase, refused.call, refused.held) == ("ready", None, state.held)
        assert refused.confirm(at(2)) is refused
        assert str(view(refused)["error"]).endswith(".")
        assert not shows(repr(refused) + repr(view(refused)), canary)


def test_after_a_refusal_a_good_text_is_taken_and_the_error_is_gone(canary: str) -> None:
    refused = press(SANDBOX, "YOUR_API_TOKEN")
    assert str(view(refused)["error"]).startswith("This is the stand-in of a sample; ")

    taken = press(refused, canary, seconds=1)

    assert taken.call == Call("sandbox", "", Token.parse(canary))
    assert view(taken)["error"] is None


@pytest.mark.parametrize(
    ("pasted", "told"),
    [
        (
            lambda text: f'  "Bearer {text}"',
            "White space around it was removed. A pair of quotes was removed. “Bearer” was removed.",
        ),
        (
            lambda text: text[:-1],
            "The checksum at its end is wrong: likely truncated or mistyped. It can be sent; expect a 401.",
        ),
    ],
)
def test_what_was_tidied_or_looks_wrong_is_sent_and_noted_until_the_next_act(
    pasted: Callable[[str], str], told: str, canary: str
) -> None:
    sending = press(SANDBOX, pasted(canary))
    state = came(sending, outcome(401))

    assert view(sending)["note"] == view(state)["note"] == told
    assert view(press(state, seconds=1))["note"] is view(state.choose("live", ""))["note"] is None


@pytest.mark.parametrize(
    ("source", "error"), [("sandbox", None), ("live", "Paste a token first: without one there is nothing to log out.")]
)
def test_without_a_text_no_token_is_sent_and_to_live_nothing_at_all(source: SourceName, error: str | None) -> None:
    state = press(State(source), " \n")

    assert state.call == (None if error else Call(source, "", None))
    assert view(state)["error"] == error


# --- Live is armed


def test_a_live_press_asks_first_and_names_fingerprint_host_and_what_it_costs(canary: str) -> None:
    armed = press(LIVE, canary)
    shown = view(armed, send=Script(name="live", base_url="https://shop.example:8443/api"))

    assert (armed.phase, armed.call) == ("confirm", None)
    assert shown["question"] == f"Really log out {fingerprint(canary)} at shop.example:8443?"
    assert str(shown["cost"]).startswith("The customer loses this session. Other devices stay logged in.")
    assert f"closes by itself at {clock_time(NOW + ARMED_FOR, now=NOW)}." in str(shown["cost"])
    assert shown["confirm"] == "Log out for real"
    assert str(view(armed)["question"]).endswith(" at api.wemasy.nl?")


def test_an_armed_step_is_open_in_its_own_page_and_for_two_minutes(canary: str) -> None:
    armed = LIVE.press(Token.parse(canary), {}, at(0), "this page")

    assert view(armed)["page"] == "this page"
    assert armed.confirm(at(1), "another") is armed.confirm(at(ARMED_FOR), "this page") is armed
    assert armed.confirm(at(ARMED_FOR - 1), "this page").phase == "sending"
    assert armed.expire(at(ARMED_FOR - 1)) is armed
    closed = armed.expire(at(ARMED_FOR))
    assert (closed.phase, closed.held, closed.notes) == ("ready", None, (CLOSED,))
    assert closed.expire(at(2 * ARMED_FOR)) is closed


DISARMS: dict[str, Callable[[State], State]] = {
    "not now": State.let_go,
    "another source": lambda state: state.choose("sandbox", ""),
    "a replay": lambda state: state.choose("cassette", "401-no-token"),
    "another customer": lambda state: state.name("joe"),
    "another token": lambda state: state.hold(None),
}


@pytest.mark.parametrize("act", DISARMS)
def test_it_disarms_and_lets_go_of_the_token_with(act: str, canary: str) -> None:
    state = DISARMS[act](press(LIVE, canary))

    assert (state.phase, state.held) == ("ready", None)
    assert (view(state)["question"], view(state)["confirm"]) == (None, None)
    assert state.confirm(at(5)) is state


def test_choosing_what_is_chosen_already_changes_nothing(canary: str) -> None:
    armed = press(LIVE, canary)

    assert armed.choose("live", "") is armed.name("jane") is armed.hold(Token.parse(canary)) is armed


@pytest.mark.parametrize(("source", "words"), [("live", "Log out for real"), ("sandbox", "Send it again")])
def test_a_token_that_this_kernel_revoked_is_recognised_before_it_is_sent_again(
    source: SourceName, words: str, canary: str
) -> None:
    armed = press(State(source), canary, revoked={fingerprint(canary): NOW})

    assert armed.phase == "confirm"
    assert fingerprint(canary) in str(view(armed)["question"])
    assert f"This kernel revoked it at {clock_time(NOW, now=NOW)}: expect a 401." in str(view(armed)["cost"])
    assert view(armed)["confirm"] == words
    assert armed.confirm(at(1)).call == Call(source, "", Token.parse(canary))
    # A replay asks about nothing, since it sends nothing.
    assert press(State("cassette"), canary, revoked={fingerprint(canary): NOW}).phase == "sending"


# --- Waiting after a 429


@pytest.mark.parametrize(("header", "wait"), [(None, 61.0), ("0", 2.0), ("30", 31.0), ("soon", 61.0), ("3599", 3600.0)])
def test_after_a_429_nothing_can_be_sent_until_the_wait_is_over(header: str | None, wait: float) -> None:
    headers = [("Retry-After", header)] if header else []
    state = came(press(SANDBOX), outcome(429, *headers, source="sandbox"))

    assert view(state)["ready_at"] == NOW + wait
    assert view(state)["ready_clock"]
    assert press(state, seconds=wait - 0.5) is state
    assert (view(state, seconds=wait)["ready_at"], view(state, seconds=wait)["ready_clock"]) == (None, None)
    assert press(state, seconds=wait).phase == "sending"


def test_a_wait_also_holds_for_a_second_step_that_is_open(canary: str) -> None:
    limited = came(press(LIVE, canary).confirm(at(1)), outcome(429, ("Retry-After", "5"), received_at=NOW), seconds=1)
    armed = press(limited, seconds=8)
    assert armed.phase == "confirm"

    assert armed.confirm(Now(ticks=9, unix=NOW + 6)) is armed  # The clock of this machine is set back.


@pytest.mark.parametrize("what", [outcome(401), outcome(503), outcome(429, ("Retry-After", "3600")), lost(sent=True)])
def test_nothing_else_makes_anyone_wait(what: Outcome) -> None:
    assert came(press(SANDBOX), what).waits_until(at(0)) is None


def test_a_wait_is_of_one_source_and_a_replay_makes_nobody_wait() -> None:
    limited = came(press(SANDBOX), outcome(429, source="sandbox"))
    elsewhere = limited.choose("cassette", "429-too-many-requests")
    replayed = came(press(elsewhere, seconds=1), outcome(429, source="cassette"), seconds=1)

    assert elsewhere.waits_until(at(0)) is replayed.waits_until(at(1)) is None
    assert replayed.choose("sandbox", "").waits_until(at(1)) == NOW + 61
    assert "so there is no wait. From a real shop the button would now count down 61 s." in view(replayed)["hint"]
    assert "no wait" not in view(replayed.choose("cassette", "401-no-token"))["hint"]


# --- The token that is held


def test_the_field_names_the_token_that_is_held_for_another_try(canary: str) -> None:
    state = came(press(SANDBOX, canary), lost(sent=True))

    assert view(state)["placeholder"] == f"{fingerprint(canary)} is held; or paste another"


# --- What is shown is from when it came


# --- Put to the proof


def test_live_is_asked_about_before_a_token_is_put_to_the_proof(canary: str) -> None:
    asked = came(press(LIVE, canary).confirm(at(1)), outcome(200), seconds=1).prove(at(2))

    assert view(asked)["question"] == f"Send {fingerprint(canary)} to api.wemasy.nl once more?"


# --- What the field shows


@pytest.mark.parametrize(
    ("source", "send", "button", "placeholder", "can_cancel"),
    [
        ("cassette", None, "Replay", "Paste a token, or leave it empty", False),
        ("sandbox", None, "Log out in the sandbox", "Empty: a new one is issued", True),
        ("live", None, "Log out at api.wemasy.nl…", "Paste a bearer token", True),
        ("live", live(base_url="http://shop.test/api"), "Log out at shop.test…", "Paste a bearer token", True),
        ("sandbox", Live(base_url="http://127.0.0.1/api", deadline=1, name="sandbox"), "Log out in the sandbox",
         "Paste a bearer token", True),
        ("sandbox", Script(), "Log out in the sandbox", "Paste a bearer token", False),
        ("cassette", cassette("401-no-token"), "Replay the recorded 401", "Paste a token, or leave it empty", False),
        ("cassette", cassette("200-200-two-devices"), "Replay step 1 of 2", "Paste a token, or leave it empty", False),
    ],
)  # fmt: skip
def test_the_button_names_the_deed_and_the_field_says_what_happens_without_a_token(
    source: SourceName, send: Any, button: str, placeholder: str, can_cancel: bool
) -> None:
    shown = view(State(source), send=send)

    assert (shown["button"], shown["placeholder"], shown["can_cancel"]) == (button, placeholder, can_cancel)
    assert (shown["tone"] == "live") == (source == "live")


# --- Sending: what is decided is done once


def model(*responses: Response, shelf: Shelf | None = None, **more: Any) -> ViewModel:
    """A view model whose person takes a second between two acts, and whose clock stands still."""
    usual: dict[str, Any] = {"history": History(), "clock": HandClock(NOW), "ticks": itertools.count().__next__}
    return ViewModel(shelf or Shelf(Script(*responses) if responses else None), **usual | more)


async def asked(it: ViewModel, text: str = "") -> Outcome:
    """One press, and what came of it."""
    assert it.press(held_in_the_field(text)) == "accepted"
    return (await it.send()).outcome


def logged_out(it: ViewModel, text: str = "") -> Outcome:
    return asyncio.run(asked(it, text))


def test_a_press_in_the_moment_of_a_429_does_not_slip_in_before_the_wait_begins() -> None:
    did: list[str] = []

    class Nosy(History):
        def add(self, entry: Entry) -> None:
            did.append(it.press(None))

    it = model(says(429), revoked(), history=Nosy())
    logged_out(it)

    assert [*did, it.press(None)] == ["ignored", "ignored"]


@pytest.mark.parametrize("text", ["", "5|a-token-of-nobody"])
def test_the_history_keeps_time_fingerprint_and_outcome(text: str) -> None:
    it = model(says(401))

    what = logged_out(it, text)

    assert [Entry(NOW, fingerprint(text) if text else None, what, "shop.example")] == list(it.history)


def test_every_form_of_a_kernel_recognises_what_one_of_them_revoked_also_when_the_history_is_cleared(
    canary: str,
) -> None:
    history = History()
    logged_out(model(revoked(), history=history), canary)
    history.clear()

    assert model(says(401), history=history).press(Token.parse(canary)) == "armed"


PROOFS: dict[str, tuple[Response, Proof, str, bool]] = {
    "a 401": (says(401), "proved", "revoked", True),
    "a second clean 200": (revoked(), "contradicted", "undocumented", False),
    "a 429": (says(429), "not_proved", "revoked", True),
    "an error of the source": (breaks(CassetteMismatch("nothing left")), "not_proved", "revoked", True),
}


@pytest.mark.parametrize("then", PROOFS)
def test_what_a_proof_shows_takes_the_place_of_the_call_in_the_history(then: str, canary: str) -> None:
    response, proof, kind, is_known_dead = PROOFS[then]
    it = model(revoked(), response)
    logged_out(it, canary)
    assert it.prove() == "accepted"

    entry = asyncio.run(it.send())

    assert (entry.outcome.proof, entry.outcome.kind) == (proof, kind)
    assert list(it.history) == [entry] == [it.state.shown]
    assert (it.state.held is None, it.history.revoked() != {}) == (is_known_dead, is_known_dead)
    assert (it.prove() == "accepted") == (proof == "not_proved")


async def cancelled(scheme: str, canary: str) -> tuple[Outcome, ViewModel]:
    """A request that is given up once a server, which never answers, has heard its first byte."""
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.setblocking(False)
        address = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/api"
        it = model(shelf=Shelf(live(base_url=address, deadline=60)))
        await it.cancel()  # Nothing is out.
        it.press(Token.parse(canary))
        it.confirm()
        out = asyncio.create_task(it.send())
        peer, _ = await loop.sock_accept(silent)
        with peer:
            await loop.sock_recv(peer, 1)
            await it.cancel()
            return (await out).outcome, it


@pytest.mark.parametrize(("scheme", "kind"), [("http", "unknown"), ("https", "not_sent")])
def test_a_cancelled_request_is_unknown_if_it_went_out_and_the_token_is_held(
    scheme: str, kind: str, canary: str
) -> None:
    what, it = asyncio.run(cancelled(scheme, canary))

    assert (what.kind, what.cause) == (kind, "cancelled")
    assert (it.state.phase, it.state.held) == ("ready", Token.parse(canary))


# --- The sandbox


def in_the_sandbox(story: Callable[[ViewModel], Awaitable[Any]]) -> Any:
    """A story of a person who asks the form's own sandbox."""

    async def play() -> Any:
        it = model()
        it.choose("sandbox", "")
        try:
            async with asyncio.timeout(60):
                return await story(it)
        finally:
            stop(it)

    return asyncio.run(play())


def stop(it: ViewModel) -> None:
    if it.shelf._shop is not None:
        it.shelf._shop.stop()


def alive(it: ViewModel) -> list[bool]:
    return [token.alive for token in it.shelf.tokens(it.state.customer)]


def test_with_an_empty_field_the_sandbox_issues_a_token_and_revokes_it() -> None:
    async def story(it: ViewModel) -> None:
        assert it.shelf.tokens("jane") == ()
        what = await asked(it)

        (issued,) = it.shelf.tokens("jane")
        assert (what.kind, what.source, issued.alive, it.state.held) == ("revoked", "sandbox", False, None)
        assert [entry.fingerprint for entry in it.history] == [issued.fingerprint]

    in_the_sandbox(story)


def test_the_token_that_is_chosen_is_sent_and_the_customers_others_stay_alive() -> None:
    async def story(it: ViewModel) -> None:
        await it.issue()
        phone = it.state.held
        await it.issue()
        assert phone is not None
        it.hold(phone.fingerprint)
        await asked(it)
        assert alive(it) == [False, True]

        it.hold("")
        await asked(it)
        assert alive(it) == [False, True, False]

        it.hold(phone.fingerprint)
        assert (it.press(None), it.confirm()) == ("armed", "accepted")
        assert (await it.send()).outcome.kind == "unauthenticated"

    in_the_sandbox(story)


def test_a_sandbox_that_is_gone_is_said_so_and_the_next_press_starts_another() -> None:
    async def story(it: ViewModel) -> None:
        await it.issue()
        gone = it.state.held
        assert gone is not None
        stop(it)
        what = await asked(it)

        assert (what.kind, what.cause, what.source) == ("not_sent", "refused", "sandbox")
        assert (it.state.held, alive(it), it.state.notes) == (None, [], (ANOTHER_SANDBOX,))
        it.hold(gone.fingerprint)
        assert it.state.held is None
        assert (await asked(it)).kind == "revoked"

    in_the_sandbox(story)


def test_a_cancelled_request_does_not_end_the_sandbox() -> None:
    async def story(it: ViewModel) -> None:
        await it.issue()
        held = it.state.held
        it.press(None)
        out = asyncio.create_task(it.send())
        await asyncio.sleep(0)  # It is on its way, and no further.
        await it.cancel()
        what = (await out).outcome

        assert (what.kind, what.cause) == ("not_sent", "cancelled")
        assert (alive(it), it.state.held) == ([True], held)

    in_the_sandbox(story)


def test_a_sandbox_that_was_given_issues_nothing_by_itself() -> None:
    async def story() -> tuple[Outcome, int]:
        async with Sandbox() as shop:
            return await asked(model(shelf=Shelf(shop.send))), len(shop.tokens())

    what, issued = asyncio.run(story())

    assert (what.kind, issued) == ("unauthenticated", 0)


def test_a_sandbox_that_was_given_and_is_gone_holds_the_token_for_another_try(canary: str) -> None:
    it = model(nothing(sent=False, cause="refused"))

    logged_out(it, canary)

    assert it.state.held == Token.parse(canary)


def test_where_there_are_no_sockets_live_is_off_with_its_reason_and_takes_no_token(
    canary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "emscripten")
    it = model()
    it.choose("live", "")
    shown = panels.field(it.state, it.shelf, it.now)

    assert it.press(Token.parse(canary)) == "refused"
    assert (it.state.held, it.state.call) == (None, None)
    assert it.state.refused == shown["off"]
    assert "no sockets" in shown["hint"]


def test_where_there_are_no_sockets_the_sandbox_is_said_to_be_in_this_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "emscripten")
    it = model()
    it.choose("sandbox", "")

    assert "in this page; no socket" in panels.field(it.state, it.shelf, it.now)["hint"]
    assert logged_out(it).kind == "revoked"


# --- The recordings


def test_the_documented_responses_stand_first_then_the_stories_then_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf()
    titles = "Token revoked, Not accepted, Too many requests, No token at all, The same token twice, Phone, then laptop"
    assert ", ".join(map(shelf.title, shelf.recordings)) == titles
    assert [shelf.statuses(name) for name in shelf.recordings[3:]] == [(401,), (200, 401), (200, 200)]
    assert (shelf.sources[0], shelf.recording) == ("cassette", "200-token-revoked")

    (tmp_path / "logout").mkdir()
    for name in ("my-shop", "401-no-token"):
        (tmp_path / "logout" / f"{name}.yaml").touch()
    monkeypatch.setattr("wemasy_kit.sources.cassette.shipped", lambda name: tmp_path)
    assert Shelf().recordings == ("401-no-token", "my-shop")
    assert (Shelf().title("my-shop"), Shelf().statuses("my-shop")) == ("my-shop", ())


def test_a_story_numbers_its_steps_names_the_device_and_starts_over_at_its_end_or_where_it_was_left() -> None:
    it = model(shelf=Shelf(None, "200-200-two-devices"))
    shown = [(panels.field(it.state, it.shelf, it.now)["button"], logged_out(it)) for _ in range(3)]

    assert [button for button, _ in shown] == [f"Replay step {number} of 2" for number in (1, 2, 1)]
    assert [entry.step and entry.step.words for entry in it.history] == [
        "Step 1 of 2 · the phone logs out", "Step 2 of 2 · the laptop logs out", "Step 1 of 2 · the phone logs out",
    ]  # fmt: skip
    it.choose("cassette", "401-no-token")
    it.choose("cassette", "200-200-two-devices")
    assert panels.field(it.state, it.shelf, it.now)["button"] == "Replay step 1 of 2"
