"""The public face as a user's type checker sees it: mypy reads this file, nobody runs it. Every public name is used."""

from __future__ import annotations

from typing import Literal, assert_type

from wemasy_kit import (
    Exchange,
    HandClock,
    InvalidToken,
    LogoutForm,
    LogoutRequest,
    MemoryStore,
    Outcome,
    OutcomeKind,
    RateLimit,
    Sandbox,
    Send,
    Token,
    TokenStore,
    WemasyKitError,
    cassette,
    cassette_names,
    cassette_path,
    compare,
    exercise,
    export,
    live,
    logout,
    logout_and_forget,
    logout_sync,
    read,
    revoke_pending,
    samples,
    show_documented,
    show_ledger,
    show_outcome,
    show_remaining,
    show_samples,
    show_timeline,
)


async def a_call(text: str, sources: list[Send]) -> None:
    try:
        token = Token.parse(text)
    except InvalidToken as error:
        refused: WemasyKitError = error
        raise refused from None
    assert_type(token.reveal(), str)
    sources += [live(base_url="http://127.0.0.1:8000/api", deadline=6.0), cassette(cassette_names()[0])]
    for send in sources:
        outcome = await logout(token, send=send, wait=True)
        assert_type(outcome, Outcome)
        assert_type(outcome.kind, OutcomeKind)
        assert_type(outcome.token_state, Literal["revoked", "not_accepted", "unchanged", "unknown"])
        assert_type(outcome.source, Literal["live", "sandbox", "cassette"])
        assert_type(outcome.retry_after, float | None)
        assert_type(outcome.pause, float | None)
        assert_type(outcome.rate_limit, RateLimit)
        assert_type(outcome.rate_limit.remaining, int | None)
        assert_type(outcome.message, str | None)
        assert_type(outcome.advice, str)
        assert_type(outcome.exchange, Exchange | None)
        assert outcome.kind == "revoked" or outcome.kind is OutcomeKind.RATE_LIMITED


async def a_call_with_a_store(store: TokenStore, send: Send) -> None:
    mine: TokenStore = MemoryStore()
    assert_type(await logout_and_forget(mine, send=send), Outcome | None)
    assert_type(store.load(), Token | None)
    assert_type(await revoke_pending(store, send=send), tuple[Outcome, ...])


async def a_shop() -> None:
    async with Sandbox(rate_limit=60, profile="laravel", clock=HandClock()) as shop:
        token = shop.issue_token("jane")
        assert_type(token, Token)
        assert_type(shop.base_url, str)
        assert_type(shop.holds(token), bool)
        send: Send = shop.send
        await logout(None, send=send)


def a_call_without_a_loop(token: Token) -> None:
    with Sandbox() as shop:
        assert_type(logout_sync(token, send=shop.send, wait=False), Outcome)


def a_request(token: Token | None) -> None:
    assert_type(LogoutRequest(token).url, str)
    assert_type(LogoutRequest(token).token, Token | None)


def an_exchange(exchange: Exchange) -> None:
    assert_type(read(exchange), Outcome)
    assert_type(exchange.header("Retry-After"), str | None)
    assert_type(exchange.body, bytes)
    assert_type([row.explanation for row in compare(exchange)], list[str | None])


def what_is_shown(outcome: Outcome) -> None:
    cards = [show_outcome(outcome), show_ledger(outcome), show_documented(429), show_samples("checked"), exercise(1)]
    cards.append(show_timeline([("phone", outcome)]))
    assert_type([*map(str, cards), str(show_remaining([outcome]))], list[str])
    LogoutForm(send=cassette(cassette_path("401-no-token")))


def what_is_taken_home() -> None:
    export("postman")
    assert_type([each.source for each in samples()], list[str])
