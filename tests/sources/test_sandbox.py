"""Sandbox, the public one: a stand-in shop for the time of an `async with`, and the source that asks it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.leaks import shows
from wemasy_kit.call.logout import logout
from wemasy_kit.call.outcome import Outcome, RateLimit
from wemasy_kit.call.token import Token
from wemasy_kit.errors import InvalidOption, SandboxNotStarted
from wemasy_kit.sources.live import live
from wemasy_kit.sources.sandbox import Sandbox


def in_a(shop: Sandbox, story: Callable[[], Awaitable[Any]]) -> Any:
    async def play() -> Any:
        async with asyncio.timeout(10), shop:
            return await story()

    return asyncio.run(play())


def test_a_logout_kills_one_token_and_leaves_the_customers_others_alive() -> None:
    shop = Sandbox()
    phone, laptop = shop.issue_token("jane"), shop.issue_token("jane")

    outcome = in_a(shop, lambda: logout(phone, send=shop.send))

    assert (outcome.kind, outcome.token_state, outcome.source) == ("revoked", "revoked", "sandbox")
    assert not shop.holds(phone)
    assert shop.holds(laptop)


def test_a_second_logout_with_the_same_token_is_not_accepted() -> None:
    shop = Sandbox()
    token = shop.issue_token("jane")

    async def twice() -> list[Outcome]:
        return [await logout(token, send=shop.send) for _ in range(2)]

    assert [outcome.kind for outcome in in_a(shop, twice)] == ["revoked", "unauthenticated"]


def test_an_issued_token_has_the_shape_and_the_checksum_of_a_real_one() -> None:
    token = Sandbox().issue_token("jane")

    assert token.checksum == "ok"
    assert token.reveal().startswith("1|")
    assert token.notes == ()


def test_it_knows_every_token_by_its_fingerprint_dead_or_alive() -> None:
    shop = Sandbox()
    phone, laptop = shop.issue_token("jane"), shop.issue_token("joe")

    in_a(shop, lambda: logout(phone, send=shop.send))

    assert [(issued.fingerprint, issued.customer, issued.alive) for issued in shop.tokens()] == [
        (phone.fingerprint, "jane", False),
        (laptop.fingerprint, "joe", True),
    ]
    assert [issued.fingerprint for issued in shop.tokens("joe")] == [laptop.fingerprint]
    assert not shows(repr(shop.tokens()), phone.reveal())


def test_a_token_that_it_never_issued_is_not_held(canary: str) -> None:
    assert not Sandbox().holds(Token.parse(canary))


def test_two_sandboxes_share_nothing() -> None:
    async def story() -> tuple[Outcome, str, str]:
        async with Sandbox() as mine, Sandbox() as yours:
            token = mine.issue_token("jane")
            return await logout(token, send=yours.send), mine.base_url, yours.base_url

    outcome, mine, yours = asyncio.run(story())

    assert outcome.kind == "unauthenticated"
    assert mine != yours


def test_any_client_finds_it_at_its_base_url() -> None:
    shop = Sandbox()
    token = shop.issue_token("jane")

    async def story() -> tuple[str, Outcome]:
        return shop.base_url, await logout(token, send=live(base_url=shop.base_url))

    base_url, outcome = in_a(shop, story)

    assert base_url.startswith("http://127.0.0.1:")
    assert base_url.endswith("/api")
    assert outcome.kind == "revoked"
    assert shop.requests == 1


def test_the_window_follows_the_clock_that_is_handed_in() -> None:
    now = [1_000_000.0]
    shop = Sandbox(rate_limit=2, clock=lambda: now[0])
    token = shop.issue_token("jane")

    async def story() -> list[Outcome]:
        first = [await logout(None, send=shop.send) for _ in range(2)]
        refused = await logout(token, send=shop.send)
        now[0] += 60
        return [*first, refused, await logout(token, send=shop.send)]

    *_, refused, accepted = in_a(shop, story)

    assert (refused.kind, refused.retry_after, refused.rate_limit) == ("rate_limited", 60.0, RateLimit(2, 0))
    assert accepted.kind == "revoked"


def test_a_call_that_is_refused_for_the_limit_kills_no_token() -> None:
    shop = Sandbox(rate_limit=1)
    token = shop.issue_token("jane")

    async def story() -> Outcome:
        await logout(None, send=shop.send)
        return await logout(token, send=shop.send)

    assert in_a(shop, story).kind == "rate_limited"
    assert shop.holds(token)


@pytest.mark.parametrize(("profile", "limits"), [("documented", RateLimit(60, 59)), ("laravel", RateLimit())])
def test_the_profile_decides_whether_a_401_tells_the_limit(profile: Any, limits: RateLimit) -> None:
    shop = Sandbox(profile=profile)

    assert in_a(shop, lambda: logout(None, send=shop.send)).rate_limit == limits


@pytest.mark.parametrize("ask", [lambda shop: shop.send, lambda shop: shop.base_url], ids=["send", "base_url"])
def test_before_it_listens_it_says_how_to_start_it(ask: Callable[[Sandbox], object]) -> None:
    with pytest.raises(SandboxNotStarted, match=r"`with Sandbox\(\) as shop:`"):
        ask(Sandbox())


def test_after_it_has_stopped_nothing_is_sent() -> None:
    async def story() -> Outcome:
        async with Sandbox() as shop:
            send = shop.send
        return await logout(None, send=send)

    outcome = asyncio.run(story())

    assert (outcome.kind, outcome.cause, outcome.source) == ("not_sent", "refused", "sandbox")


def test_it_stops_also_when_the_story_in_it_fails() -> None:
    async def story() -> Outcome:
        shop = Sandbox()
        with pytest.raises(ZeroDivisionError):
            async with shop:
                raise ZeroDivisionError
        return await logout(None, send=shop.send)

    assert asyncio.run(story()).kind == "not_sent"


def test_it_listens_on_the_port_that_is_asked_for() -> None:
    async def story() -> tuple[str, str]:
        async with Sandbox() as first:
            base_url = first.base_url
        async with Sandbox(port=int(base_url.removesuffix("/api").rpartition(":")[2])) as second:
            return base_url, second.base_url

    first, second = asyncio.run(story())

    assert first == second


def test_a_port_that_is_taken_is_an_error() -> None:
    async def story() -> None:
        async with Sandbox() as first:
            await Sandbox(port=int(first.base_url.removesuffix("/api").rpartition(":")[2])).start()

    with pytest.raises(OSError, match="in use"):
        asyncio.run(story())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rate_limit": 0}, "rate_limit"),
        ({"rate_limit": -1}, "rate_limit"),
        ({"rate_limit": 1.5}, "rate_limit"),
        ({"rate_limit": True}, "rate_limit"),
        ({"rate_limit": "60"}, "rate_limit"),
        ({"profile": "django"}, "profile is one of documented, laravel"),
        ({"rate_limit": 10**5000}, "rate_limit is a whole number .* to 1,000,000,000$"),
        ({"port": 99999}, "^port is a whole number from 0 to 65535$"),
        ({"port": -1}, "port"),
        ({"port": 10**5000}, "port"),
        ({"port": "80"}, "port"),
    ],
)
def test_an_option_out_of_its_range_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidOption, match=message) as refusal:
        Sandbox(**options)

    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("deadline", [0, -1, float("nan"), "5"])
def test_a_deadline_out_of_its_range_is_refused_before_anything_listens(deadline: Any) -> None:
    with pytest.raises(InvalidOption, match="deadline"):
        Sandbox(deadline=deadline)


def test_its_deadline_is_the_one_of_its_source() -> None:
    shop = Sandbox(deadline=2.5)

    async def story() -> str:
        return repr(shop.send)

    assert in_a(shop, story) == f"<sandbox {shop.base_url}, deadline 2.5 s>"
