"""What a careless client gets away with here and not from Laravel: nothing that was measured."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import sys
from types import FrameType
from typing import Any, get_args
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.test_rules import NOON, header, log_out
from wemasy_kit.call.logout import logout
from wemasy_kit.call.outcome import OutcomeKind
from wemasy_kit.sandbox.rules import PATH, WINDOW, HandClock, Profile, Shop
from wemasy_kit.sandbox.server import Server, _Listening
from wemasy_kit.sources.sandbox import Sandbox

PROFILES = pytest.mark.parametrize("profile", get_args(Profile))
NO_JSON = pytest.mark.parametrize(
    "careless",
    [[], [("Accept", "*/*")], [("Accept", "text/html, application/json")], [("Accept", "application/json;q=0.5, */*")]],
    ids=["nothing", "anything", "a page first", "JSON last"],
)
HTML = "text/html; charset=utf-8"
Headers = list[tuple[str, str]]


# Without asking for JSON


@PROFILES
@NO_JSON
def test_who_is_not_logged_in_and_does_not_ask_for_json_gets_a_500(profile: Profile, careless: Headers) -> None:
    answer = Shop(profile=profile).answer("POST", PATH, careless)

    assert (answer.status, header(answer, "Content-Type")) == (500, HTML)
    assert b"Route [login] not defined" in answer.body
    assert header(answer, "X-RateLimit-Remaining") == ("59" if profile == "documented" else None)


@PROFILES
@NO_JSON
def test_where_there_is_a_login_page_they_are_sent_to_it(profile: Profile, careless: Headers) -> None:
    shop = Shop(profile=profile, login_route=True)

    answer = shop.answer("POST", PATH, [*careless, ("Host", "127.0.0.1:8000")])
    page = shop.answer("GET", "/login", careless)

    assert (answer.status, header(answer, "Location")) == (302, "http://127.0.0.1:8000/login")
    assert (page.status, header(page, "Content-Type")) == (200, HTML)


@PROFILES
@NO_JSON
def test_every_other_error_is_a_page_then_and_a_429_keeps_its_headers(profile: Profile, careless: Headers) -> None:
    shop = Shop(rate_limit=1, profile=profile, clock=HandClock(NOON))
    log_out(shop, shop.issue_token("jane"))
    alive = [*careless, ("Authorization", f"Bearer {shop.issue_token('jane')}")]

    answers = [shop.answer(*asked, alive) for asked in (("GET", PATH), ("POST", "/nope"), ("POST", PATH))]

    assert [answer.status for answer in answers] == [405, 404, 429]
    assert {header(answer, "Content-Type") for answer in answers} == {HTML}
    assert [header(answers[2], name) for name in ("Retry-After", "X-RateLimit-Remaining")] == ["60", "0"]


@PROFILES
@NO_JSON
def test_a_logout_succeeds_all_the_same(profile: Profile, careless: Headers) -> None:
    shop = Shop(profile=profile)
    token = shop.issue_token("jane")

    answer = shop.answer("POST", PATH, [*careless, ("Authorization", f"Bearer {token}")])

    assert (answer.status, header(answer, "Content-Type")) == (200, "application/json")
    assert not shop.holds(token)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ([("Accept", "Application/JSON; q=0.9")], 401),
        ([("Accept", "application/vnd.api+json, */*")], 401),
        ([("Accept", "text/html;q=0.1, application/json")], 401),
        ([("Accept", "*/*; Q=0.8, application/json; q=.9")], 401),
        ([("X-Requested-With", "XMLHttpRequest")], 401),
        ([("X-Requested-With", "XMLHttpRequest"), ("Accept", "*/*")], 401),
        ([("X-Requested-With", "XMLHttpRequest"), ("Accept", "text/html")], 500),
        ([("X-Requested-With", "curl")], 500),
    ],
)
@PROFILES
def test_weights_and_what_a_script_says_of_itself_are_read(profile: Profile, asked: Headers, status: int) -> None:
    assert Shop(profile=profile).answer("POST", PATH, asked).status == status


@PROFILES
def test_a_slash_at_the_end_changes_nothing(profile: Profile) -> None:
    shop = Shop(profile=profile)
    token = shop.issue_token("jane")

    assert log_out(shop, token, path=PATH + "/?a=b").status == 200
    assert not shop.holds(token)


# The end of a window


@pytest.mark.parametrize(
    ("profile", "first_call", "refused_at", "told", "then"),
    [
        ("documented", 0.7, 59.9, "1", 200),
        ("documented", 0.7, 60.2, "0", 429),
        ("documented", 0.7, 5.2, "55", 429),
        ("documented", 0.2, 5.7, "55", 200),
        ("laravel", 0.7, 59.9, "1", 200),
        ("laravel", 0.7, 5.2, "55", 200),
    ],
)
def test_who_waits_as_told_is_refused_once_more_as_on_redis_and_never_as_with_the_skeletons_cache(
    profile: Profile, first_call: float, refused_at: float, told: str, then: int
) -> None:
    clock = HandClock(NOON + first_call)
    shop = Shop(rate_limit=1, profile=profile, clock=clock)
    log_out(shop, shop.issue_token("jane"))
    clock.forward(refused_at - first_call)

    answer = log_out(shop, shop.issue_token("jane"))
    clock.forward(int(told))

    assert header(answer, "Retry-After") == told
    assert log_out(shop, shop.issue_token("jane")).status == then


STARTS = st.one_of(st.floats(0, 4e9), st.integers(0, 4_000_000_000))


@given(start=STARTS, later=st.floats(0, WINDOW - 1), profile=st.sampled_from(get_args(Profile)))
def test_a_second_more_than_told_is_always_enough(start: float, later: float, profile: Profile) -> None:
    clock = HandClock(start)
    shop = Shop(rate_limit=1, profile=profile, clock=clock)
    log_out(shop, shop.issue_token("jane"))
    clock.forward(later)

    refused = log_out(shop, shop.issue_token("jane"))

    told = int(header(refused, "Retry-After") or "")
    assert (refused.status, 0 <= told <= WINDOW) == (429, True)
    reset = header(refused, "X-RateLimit-Reset")
    assert reset == (str(int(clock()) + told) if profile == "laravel" else None)
    clock.forward(told + 1)
    assert log_out(shop, shop.issue_token("jane")).status == 200


@PROFILES
@pytest.mark.parametrize("later", [0.0, 0.25, 59.0, 59.5, 59.99])
def test_waiting_with_the_kit_is_enough_at_any_moment(
    profile: Profile, later: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HandClock(NOON)

    async def slept(seconds: float) -> None:
        clock.forward(seconds)

    async def story() -> OutcomeKind:
        async with Sandbox(rate_limit=1, profile=profile, clock=clock) as shop:
            await logout(shop.issue_token("jane"), send=shop.send)
            clock.forward(later)
            monkeypatch.setattr(asyncio, "sleep", slept)
            return (await logout(shop.issue_token("jane"), send=shop.send, wait=True)).kind

    assert asyncio.run(story()) is OutcomeKind.REVOKED


# What a request costs


def steps(shop: Shop, address: str) -> int:
    """The steps of the interpreter that one accepted logout takes in the rules."""
    token = shop.issue_token(address)
    taken = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal taken
        frame.f_trace_opcodes = True
        taken += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        assert log_out(shop, token, address=address).status == 200
    finally:
        sys.settrace(before)
    return taken


def crowd(profile: Profile, size: int) -> Shop:
    shop = Shop(profile=profile, clock=HandClock(NOON))
    for number in range(size):
        log_out(shop, shop.issue_token(f"customer {number}"), address=f"address {number}")
    return shop


@PROFILES
def test_a_request_takes_as_many_steps_among_thousands_as_alone(profile: Profile) -> None:
    few, many = crowd(profile, 2), crowd(profile, 5_000)

    assert steps(many, "jane") == steps(few, "jane")
    assert len(many._windows) == 5_001


# The socket


@pytest.mark.parametrize(
    "half", ["", "POST / HTT", f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"]
)
def test_a_request_that_is_never_finished_is_dropped(half: str) -> None:
    async def story() -> tuple[bytes, int]:
        server = Server(Shop(), patience=0.01)
        await server.start()
        try:
            async with asyncio.timeout(10):
                reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(server.base_url).port)
                writer.write(half.encode())
                said = await reader.read()  # returns only when the other end has hung up
                writer.close()
        finally:
            await server.stop()
        return said, len(server.requests)

    assert asyncio.run(story()) == (b"", 0)


def test_at_the_limit_of_open_files_it_rests_and_then_goes_on() -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with (
        _Listening(fileno=socket.create_server(("127.0.0.1", 0)).detach()) as listening,
        socket.create_connection(listening.getsockname()) as client,
    ):
        free = os.dup(0)
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, limits[1]))
        try:
            with pytest.raises(BlockingIOError):
                listening.accept()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        with listening.accept()[0] as accepted:
            assert accepted.getpeername() == client.getsockname()
