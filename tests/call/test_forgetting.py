"""Forgetting: a customer is signed out on this device always; a token is forgotten where it opens nothing any more."""

from __future__ import annotations

import asyncio
from typing import get_args

import pytest

from tests.support.sources import Response, Script, breaks, nothing, revoked, says
from wemasy_kit.call.exchange import Exchange, NoResponse, Send, SourceName
from wemasy_kit.call.logout import MemoryStore, TokenStore, logout_and_forget, logout_sync, revoke_pending
from wemasy_kit.call.outcome import Outcome, OutcomeKind, TokenState
from wemasy_kit.call.token import Token
from wemasy_kit.errors import CassetteMismatch
from wemasy_kit.sandbox.rules import HandClock
from wemasy_kit.sources.sandbox import Sandbox

TOKEN, ANOTHER = Token.parse("7|q9zxw8vy"), Token.parse("8|w8vyq9zx")


def log_out(store: TokenStore, send: Send, *, wait: bool = False) -> Outcome:
    outcome = asyncio.run(logout_and_forget(store, send=send, wait=wait))
    assert outcome is not None
    return outcome


def pass_over(store: TokenStore, send: Send) -> list[str]:
    return [outcome.kind for outcome in asyncio.run(revoke_pending(store, send=send))]


# What came, the outcome's kind and token state, and whether the token is put aside afterwards.
ANSWERS: dict[str, tuple[Response, str, TokenState, bool]] = {
    "a logout": (revoked(), "revoked", "revoked", False),
    "a 401": (says(401), "unauthenticated", "not_accepted", False),
    "a 401 of a gateway in front": (says(401, ("WWW-Authenticate", "Basic")), "undocumented", "unknown", True),
    "a 429": (says(429, ("Retry-After", "5")), "rate_limited", "unchanged", True),
    "a 404": (says(404), "undocumented", "unchanged", True),
    "a redirect to a page that says all is well": (says(302, ("Location", "/")), "undocumented", "unknown", True),
    "a 500": (says(500), "undocumented", "unknown", True),
    "a 200 that says error": (says(200, body=b'{"error":true,"message":"x"}'), "undocumented", "unknown", True),
    "a page": (says(200, body=b"<h1>Logged out.</h1>"), "undocumented", "unknown", True),
    "nothing sent": (nothing(sent=False, cause="refused"), "not_sent", "unchanged", True),
    "no answer": (nothing(sent=True, cause="timeout"), "unknown", "unknown", True),
}


@pytest.mark.parametrize(("answer", "kind", "state", "pends"), ANSWERS.values(), ids=ANSWERS)
def test_a_token_is_out_of_use_always_and_forgotten_where_it_opens_nothing_any_more(
    answer: Response, kind: str, state: TokenState, pends: bool
) -> None:
    store = MemoryStore(TOKEN)

    outcome = log_out(store, Script(answer))

    assert (outcome.kind, outcome.token_state) == (kind, state)
    assert (store.load(), store.pending()) == (None, (TOKEN,) if pends else ())


def test_every_kind_and_every_state_has_been_met_above() -> None:
    assert {kind for _, kind, _, _ in ANSWERS.values()} == set(OutcomeKind)
    assert {state for _, _, state, _ in ANSWERS.values()} == set(get_args(TokenState))


def test_without_a_token_nothing_is_sent_and_there_is_no_outcome() -> None:
    source = Script()

    assert asyncio.run(logout_and_forget(MemoryStore(), send=source)) is None
    assert source.asked == []


def test_the_token_of_the_store_is_the_one_that_is_sent() -> None:
    source = Script(revoked())

    log_out(MemoryStore(TOKEN), source)

    assert source.asked == ["Bearer 7|q9zxw8vy"]


@pytest.mark.parametrize("answer", [revoked(), says(401)], ids=["revoked", "401"])
def test_a_customer_who_logs_in_again_meanwhile_stays_logged_in(answer: Response) -> None:
    store = MemoryStore(TOKEN)

    def meanwhile(name: SourceName) -> Exchange | NoResponse:
        store._token = ANOTHER
        return answer(name)

    log_out(store, Script(meanwhile))

    assert store.load() == ANOTHER


def test_a_logout_whose_response_got_lost_is_cleared_up_by_the_next_pass() -> None:
    store, source = MemoryStore(TOKEN), Script(nothing(sent=True), nothing(sent=False), says(401))

    assert log_out(store, source).kind == "unknown"
    assert [pass_over(store, source) for _ in range(3)] == [["not_sent"], ["unauthenticated"], []]
    assert (store.load(), store.pending()) == (None, ())


def test_a_pass_sends_every_token_that_is_put_aside_once_and_forgets_those_that_are_dead() -> None:
    store = MemoryStore(Token.parse("9|aaaa-bbbb"))
    for each in (TOKEN, ANOTHER, TOKEN):
        store.put_aside(each)

    assert pass_over(store, Script(says(429), revoked())) == ["rate_limited", "revoked"]
    assert (store.load(), store.pending()) == (Token.parse("9|aaaa-bbbb"), (ANOTHER,))


def test_whoever_asks_to_wait_is_logged_out_after_a_short_429(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(seconds: float) -> None:
        return

    monkeypatch.setattr(asyncio, "sleep", at_once)
    store = MemoryStore(TOKEN)

    assert log_out(store, Script(says(429, ("Retry-After", "1")), revoked()), wait=True).kind == "revoked"
    assert (store.load(), store.pending()) == (None, ())


@pytest.mark.parametrize("error", [CassetteMismatch("none left"), asyncio.CancelledError(), KeyboardInterrupt()])
def test_a_logout_that_is_broken_off_puts_the_token_aside(error: BaseException) -> None:
    store = MemoryStore(TOKEN)

    with pytest.raises(type(error)):
        log_out(store, Script(breaks(error)))

    assert (store.load(), store.pending()) == (None, (TOKEN,))


def test_the_token_pends_exactly_as_long_as_the_shop_accepts_it() -> None:
    clock = HandClock()
    with Sandbox(rate_limit=1, clock=clock) as shop:
        phone = shop.issue_token("jane")
        store, seen = MemoryStore(phone), []
        logout_sync(None, send=shop.send)  # The window's only request.
        log_out(store, shop.send)
        for _ in range(2):
            seen.append((shop.holds(phone), store.pending() == (phone,)))
            clock.forward(60)
            pass_over(store, shop.send)

    assert seen == [(True, True), (False, False)]
