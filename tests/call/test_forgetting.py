"""Forgetting: the local token is dropped exactly where it opens nothing any more, and kept where that is in doubt."""

from __future__ import annotations

import asyncio
from typing import get_args

import pytest

from tests.support.sources import Response, Script, breaks, nothing, revoked, says
from wemasy_kit.call.exchange import Exchange, NoResponse, Send, SourceName
from wemasy_kit.call.logout import MemoryStore, TokenStore, logout, logout_and_forget
from wemasy_kit.call.outcome import Outcome, OutcomeKind, TokenState
from wemasy_kit.call.token import Token
from wemasy_kit.errors import CassetteMismatch
from wemasy_kit.sandbox.rules import HandClock
from wemasy_kit.sources.sandbox import Sandbox


def token(text: str = "7|q9zxw8vy") -> Token:
    return Token.parse(text)


def log_out(store: TokenStore, send: Send, *, wait: bool = False) -> Outcome | None:
    return asyncio.run(logout_and_forget(store, send=send, wait=wait))


# What came, the outcome's kind and token state, and whether the store still has the token afterwards.
ANSWERS: dict[str, tuple[Response, str, TokenState, bool]] = {
    "a logout": (revoked(), "revoked", "revoked", False),
    "a 401": (says(401), "unauthenticated", "not_accepted", False),
    "a 401 of a gateway in front": (says(401, ("WWW-Authenticate", "Basic")), "undocumented", "unchanged", True),
    "a 429": (says(429, ("Retry-After", "5")), "rate_limited", "unchanged", True),
    "a 404": (says(404), "undocumented", "unchanged", True),
    "a redirect to a page that says all is well": (says(302, ("Location", "/")), "undocumented", "unchanged", True),
    "a 500": (says(500), "undocumented", "unknown", True),
    "a 200 that says error": (says(200, body=b'{"error":true,"message":"x"}'), "undocumented", "unknown", True),
    "a page": (says(200, body=b"<h1>Logged out.</h1>"), "undocumented", "unknown", True),
    "nothing sent": (nothing(sent=False, cause="refused"), "not_sent", "unchanged", True),
    "no answer": (nothing(sent=True, cause="timeout"), "unknown", "unknown", True),
}


@pytest.mark.parametrize(("answer", "kind", "state", "kept"), ANSWERS.values(), ids=ANSWERS)
def test_only_a_token_that_opens_nothing_any_more_is_dropped(
    answer: Response, kind: str, state: TokenState, kept: bool
) -> None:
    store = MemoryStore(token())

    outcome = log_out(store, Script(answer))

    assert outcome is not None
    assert (outcome.kind, outcome.token_state) == (kind, state)
    assert store.load() == (token() if kept else None)


def test_every_kind_and_every_state_has_been_met_above() -> None:
    assert {kind for _, kind, _, _ in ANSWERS.values()} == set(OutcomeKind)
    assert {state for _, _, state, _ in ANSWERS.values()} == set(get_args(TokenState))


def test_without_a_token_nothing_is_sent_and_there_is_no_outcome() -> None:
    source = Script()

    assert log_out(MemoryStore(), source) is None
    assert source.asked == []


def test_the_token_of_the_store_is_the_one_that_is_sent() -> None:
    source = Script(revoked())

    log_out(MemoryStore(token()), source)

    assert source.asked == ["Bearer 7|q9zxw8vy"]


@pytest.mark.parametrize("answer", [revoked(), says(401)], ids=["revoked", "401"])
def test_a_customer_who_logs_in_again_meanwhile_stays_logged_in(answer: Response) -> None:
    store = MemoryStore(token())
    another = token("8|w8vyq9zx")

    def meanwhile(name: SourceName) -> Exchange | NoResponse:
        store._token = another
        return answer(name)

    log_out(store, Script(meanwhile))

    assert store.load() == another


def test_a_logout_whose_answer_got_lost_is_cleared_up_by_the_next_one() -> None:
    store, source = MemoryStore(token()), Script(nothing(sent=True), says(401))

    first, second = log_out(store, source), log_out(store, source)

    assert first is not None
    assert second is not None
    assert [first.kind, second.kind] == ["unknown", "unauthenticated"]
    assert store.load() is None


def test_whoever_asks_to_wait_is_logged_out_after_a_short_429(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(seconds: float) -> None:
        return

    monkeypatch.setattr(asyncio, "sleep", at_once)
    store = MemoryStore(token())

    outcome = log_out(store, Script(says(429, ("Retry-After", "1")), revoked()), wait=True)

    assert outcome is not None
    assert outcome.kind == "revoked"
    assert store.load() is None


@pytest.mark.parametrize("error", [CassetteMismatch("none left"), asyncio.CancelledError(), KeyboardInterrupt()])
def test_a_logout_that_is_broken_off_keeps_the_token(error: BaseException) -> None:
    store = MemoryStore(token())

    with pytest.raises(type(error)):
        log_out(store, Script(breaks(error)))

    assert store.load() == token()


def test_the_store_has_a_token_exactly_as_long_as_the_shop_accepts_it() -> None:
    async def story() -> list[tuple[bool, bool]]:
        clock = HandClock()
        async with Sandbox(rate_limit=1, clock=clock) as shop:
            phone = shop.issue_token("jane")
            store, seen = MemoryStore(phone), []
            await logout(None, send=shop.send)  # The window's only request.
            for _ in range(2):
                await logout_and_forget(store, send=shop.send)
                seen.append((shop.holds(phone), store.load() == phone))
                clock.forward(60)
        return seen

    assert asyncio.run(story()) == [(True, True), (False, False)]
