"""Sandbox, the public one: a stand-in shop for the time of a `with`, and the source that asks it."""

from __future__ import annotations

import asyncio
import re
import threading
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.support.leaks import shows
from wemasy_kit.call.logout import logout_sync
from wemasy_kit.call.outcome import RateLimit
from wemasy_kit.call.request import LogoutRequest
from wemasy_kit.call.token import Token
from wemasy_kit.errors import InvalidOption, InvalidToken, SandboxNotStarted
from wemasy_kit.sandbox.rules import HandClock, Profile
from wemasy_kit.sources.live import live
from wemasy_kit.sources.sandbox import Sandbox


def test_a_logout_kills_one_token_and_leaves_the_customers_others_alive() -> None:
    with Sandbox() as shop:
        phone, laptop = shop.issue_token("jane"), shop.issue_token("joe")
        first, second = (logout_sync(phone, send=shop.send) for _ in range(2))

    assert (first.kind, first.token_state, first.source) == ("revoked", "revoked", "sandbox")
    assert second.kind == "unauthenticated"
    assert (shop.holds(phone), shop.holds(laptop)) == (False, True)
    assert [(issued.fingerprint, issued.customer, issued.alive) for issued in shop.tokens()] == [
        (phone.fingerprint, "jane", False),
        (laptop.fingerprint, "joe", True),
    ]
    assert [issued.fingerprint for issued in shop.tokens("joe")] == [laptop.fingerprint]
    assert not shows(repr(shop.tokens()), phone.reveal())


def test_an_issued_token_has_the_shape_and_the_checksum_of_a_real_one() -> None:
    token = Sandbox().issue_token("jane")

    assert (token.checksum, token.notes, token.reveal()[:2]) == ("ok", (), "1|")


def test_a_token_that_it_never_issued_is_not_held(canary: str) -> None:
    assert not Sandbox().holds(Token.parse(canary))


def test_two_sandboxes_share_nothing() -> None:
    with Sandbox(rate_limit=1) as mine, Sandbox() as yours:
        token = mine.issue_token("jane")
        outcomes = [logout_sync(token, send=shop.send) for shop in (yours, yours, mine)]

    assert [outcome.kind for outcome in outcomes] == ["unauthenticated", "unauthenticated", "revoked"]
    assert (len(mine.requests), len(yours.requests)) == (1, 2)
    assert mine.base_url != yours.base_url


# --- Synchronous clients


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "wemasy-kit-sandbox"]


def with_requests(url: str, headers: dict[str, str]) -> int:
    return requests.post(url, headers=headers, timeout=60).status_code


def with_urllib(url: str, headers: dict[str, str]) -> int:
    with urllib.request.urlopen(urllib.request.Request(url, method="POST", headers=headers), timeout=60) as response:
        return int(response.status)


CLIENTS = [with_requests, with_urllib]


def asked(shop: Sandbox, client: Callable[[str, dict[str, str]], int]) -> bool:
    """Whether a client that keeps its thread waiting logs a token out."""
    token = shop.issue_token("jane")
    status = client(LogoutRequest(None, shop.base_url).url, {"Authorization": f"Bearer {token.reveal()}"})
    return status == 200 and not shop.holds(token)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_synchronous_client_calls_it_from_the_same_thread(client: Callable[[str, dict[str, str]], int]) -> None:
    with Sandbox() as shop:
        assert asked(shop, client)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_synchronous_client_calls_it_from_inside_the_same_loop(client: Callable[[str, dict[str, str]], int]) -> None:
    async def story() -> bool:
        async with Sandbox() as shop:
            return asked(shop, client)

    assert asyncio.run(story())


def test_no_thread_is_left_when_it_has_stopped_and_stopping_again_does_nothing() -> None:
    with Sandbox() as shop:
        assert threads() == ["wemasy-kit-sandbox"]
    assert threads() == []
    shop.stop()
    shop.start()
    assert asked(shop, with_requests)
    shop.stop()
    assert threads() == []


def test_live_finds_it_at_its_base_url() -> None:
    with Sandbox() as shop:
        outcome = logout_sync(shop.issue_token("jane"), send=live(base_url=shop.base_url))

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api", shop.base_url)
    assert (outcome.kind, outcome.source, len(shop.requests)) == ("revoked", "live", 1)


def test_the_window_follows_the_clock_that_is_handed_in() -> None:
    clock = HandClock(1_000_000)
    with Sandbox(rate_limit=2, clock=clock) as shop:
        token = shop.issue_token("jane")
        *_, refused = (logout_sync(each, send=shop.send) for each in (None, None, token))
        alive = shop.holds(token)
        clock.forward(60)
        accepted = logout_sync(token, send=shop.send)

    assert (refused.kind, refused.retry_after, refused.rate_limit) == ("rate_limited", 60.0, RateLimit(2, 0))
    assert alive
    assert accepted.kind == "revoked"


def test_the_next_responses_are_those_that_were_asked_for_and_then_the_shops_own() -> None:
    with Sandbox() as shop:
        token = shop.issue_token("jane")
        shop.answer_next("html-200")
        shop.answer_next("reset-after-revoking")
        outcomes = [logout_sync(token, send=shop.send) for _ in range(3)]
        requests = shop.requests

    assert [outcome.kind for outcome in outcomes] == ["undocumented", "unknown", "unauthenticated"]
    assert [(request.status, request.case, request.token) for request in requests] == [
        (200, "html-200", token.fingerprint),
        (None, "reset-after-revoking", token.fingerprint),
        (401, None, token.fingerprint),
    ]
    assert not shows(repr(requests), token.reveal())


def test_a_minute_passes_at_once_and_a_reset_begins_again() -> None:
    with Sandbox(rate_limit=1) as shop:
        token = shop.issue_token("jane")
        said = [logout_sync(token, send=shop.send).kind for _ in range(2)]
        shop.forward(60)
        said.append(logout_sync(token, send=shop.send).kind)
        shop.answer_next("500-empty", times=9)
        shop.reset()
        assert (shop.requests, shop.holds(token)) == ((), True)
        said.append(logout_sync(token, send=shop.send).kind)

    assert said == ["revoked", "rate_limited", "unauthenticated", "revoked"]


def test_a_token_that_names_a_case_gets_that_from_any_source_on_this_machine() -> None:
    token = Token.parse("case|html-200")
    with Sandbox(cases=True) as shop:
        assert logout_sync(token, send=live(base_url=shop.base_url)).kind == "undocumented"
        assert shop.holds(token)


def test_a_token_that_names_a_case_is_sent_to_no_other_machine() -> None:
    with pytest.raises(InvalidToken, match="this names a case of the sandbox"):
        logout_sync(Token.parse("case|html-200"), send=live(base_url="https://shop.example/api"))


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda shop: shop.answer_next("html-20"), "^no case is called 'html-20'; near: .*html-200"),
        (lambda shop: shop.answer_next("html-200", times=0), "^times is a whole number"),
        (lambda shop: shop.forward(-1), "^forward is a number of seconds from 0$"),
        (lambda shop: shop.forward(float("nan")), "^forward"),
    ],
)
def test_what_it_cannot_do_is_refused(ask: Callable[[Sandbox], object], message: str) -> None:
    with pytest.raises(InvalidOption, match=message):
        ask(Sandbox())


@pytest.mark.parametrize(("profile", "limits"), [("documented", RateLimit(60, 59)), ("laravel", RateLimit())])
def test_the_profile_decides_whether_a_401_tells_the_limit(profile: Profile, limits: RateLimit) -> None:
    with Sandbox(profile=profile) as shop:
        assert logout_sync(None, send=shop.send).rate_limit == limits


@pytest.mark.parametrize(
    "ask",
    [lambda shop: shop.send, lambda shop: shop.base_url, lambda shop: shop.control_url],
    ids=["send", "base_url", "control_url"],
)
def test_before_it_listens_it_says_how_to_start_it(ask: Callable[[Sandbox], object]) -> None:
    with pytest.raises(SandboxNotStarted, match=r"`with Sandbox\(\) as shop:`"):
        ask(Sandbox())


def test_after_it_has_stopped_also_because_a_story_failed_nothing_is_sent() -> None:
    with pytest.raises(ZeroDivisionError), Sandbox() as shop:
        raise ZeroDivisionError
    outcome = logout_sync(None, send=shop.send)

    assert (outcome.kind, outcome.cause, outcome.source) == ("not_sent", "refused", "sandbox")


def test_it_listens_on_the_port_that_is_asked_for() -> None:
    with Sandbox() as first:
        port = urlsplit(first.base_url).port or 0
    with Sandbox(port=port) as second:
        assert second.base_url == first.base_url


def test_a_port_that_is_taken_is_an_error_and_leaves_no_thread() -> None:
    with Sandbox() as first, pytest.raises(OSError, match="in use"):
        Sandbox(port=urlsplit(first.base_url).port or 0).start()

    assert threads() == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rate_limit": 0}, "rate_limit is a whole number .* to 1,000,000,000$"),
        ({"profile": "django"}, "profile is one of documented, laravel"),
        *(({"port": port}, "^port is a whole number from 0 to 65535$") for port in (99999, -1, 10**5000, "80")),
        *(({"deadline": deadline}, "deadline") for deadline in (0, -1, float("nan"), "5")),
    ],
)
def test_an_option_out_of_its_range_is_refused_before_anything_listens(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidOption, match=message) as refusal:
        Sandbox(**options)

    assert refusal.value.__cause__ is None


def test_its_deadline_is_the_one_of_its_source() -> None:
    with Sandbox(deadline=2.5) as shop:
        assert repr(shop.send) == f"<sandbox {shop.base_url}, deadline 2.5 s>"
