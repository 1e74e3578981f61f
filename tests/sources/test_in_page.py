"""The sandbox where a browser's Python has no sockets; one real browser runs it in tests/site."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator

import pytest

from tests.support.leaks import shows
from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.logout import logout_sync
from wemasy_kit.call.provenance import provenance
from wemasy_kit.call.request import BASE_URL
from wemasy_kit.call.token import Token
from wemasy_kit.errors import InvalidOption, SandboxNotStarted
from wemasy_kit.sandbox.catalogue import catalogue
from wemasy_kit.sandbox.rules import Answer, HandClock
from wemasy_kit.secrets.mask import MASK
from wemasy_kit.sources.live import why_off
from wemasy_kit.sources.sandbox import Sandbox


@pytest.fixture
def in_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "platform", "emscripten")
    yield
    monkeypatch.undo()


def test_it_says_what_the_sandbox_on_a_socket_says(monkeypatch: pytest.MonkeyPatch) -> None:
    def story() -> list[tuple[object, ...]]:
        with Sandbox(rate_limit=2, clock=HandClock(1_000_000)) as shop:
            token = shop.issue_token("jane")
            said = [logout_sync(each, send=shop.send) for each in (token, None, token)]
        return [
            (each.kind, each.pause, each.source, each.exchange and compared(each.exchange), shop.holds(token))
            for each in said
        ]

    def compared(exchange: Exchange) -> tuple[object, ...]:
        headers = {(name, value) for name, value in exchange.headers if name not in ("Date", "Connection")}
        sent = {(name, value) for name, value in exchange.request_headers if name != "Host"}
        return exchange.status, exchange.reason, headers, sent, exchange.body

    over_a_socket = story()
    monkeypatch.setattr(sys, "platform", "emscripten")

    assert story() == over_a_socket


@pytest.mark.usefixtures("in_page")
def test_it_is_at_the_documented_address_and_says_that_it_is_in_this_page() -> None:
    with Sandbox() as shop:
        outcome = logout_sync(shop.issue_token("jane"), send=shop.send)

    assert outcome.exchange
    assert (shop.base_url, len(shop.requests)) == (BASE_URL, 1)
    assert outcome.exchange.url.startswith(BASE_URL)
    assert provenance(outcome) == "From the kit's own sandbox in this page, over no socket, not from Wemasy."
    assert repr(shop.send) == "<sandbox in this page; no socket>"


QUICK = [case for case in catalogue().values() if not (case.pause or case.repeats or case.end == "hang")]


@pytest.mark.parametrize("name", [case.name for case in QUICK])
def test_a_case_comes_to_the_same_as_over_a_socket_or_is_refused_by_its_name(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def story() -> object:
        with Sandbox() as shop:
            token = shop.issue_token("jane")
            shop.answer_next(name)
            try:
                outcome = logout_sync(token, send=shop.send)
            except InvalidOption as refusal:
                return str(refusal)
            said = outcome.exchange and (outcome.exchange.status, outcome.exchange.document, outcome.exchange.over_cap)
            waits = outcome.retry_after is not None
            return outcome.kind, outcome.token_state, outcome.rate_limit, waits, said, shop.holds(token)

    over_a_socket = story()
    monkeypatch.setattr(sys, "platform", "emscripten")

    assert story() in (over_a_socket, f"the case {name} is about the connection, and in a page there is none")


@pytest.mark.usefixtures("in_page")
def test_most_cases_that_are_about_the_response_play_and_none_that_is_about_the_connection() -> None:
    played, refused = set[str](), set[str]()
    with Sandbox() as shop:
        for case in catalogue().values():
            shop.answer_next(case.name)
            try:
                logout_sync(None, send=shop.send)
                played.add(case.group)
            except InvalidOption:
                refused.add(case.group)

    assert {"documented", "throttling", "errors", "gateways", "bodies", "waits"} <= played
    assert {"broken", "slow"} <= refused
    assert "slow" not in played


@pytest.mark.usefixtures("in_page")
def test_two_in_one_page_share_nothing() -> None:
    with Sandbox(rate_limit=1) as mine, Sandbox() as yours:
        token = mine.issue_token("jane")
        kinds = [logout_sync(token, send=shop.send).kind for shop in (yours, mine, mine)]

    assert kinds == ["unauthenticated", "revoked", "rate_limited"]


@pytest.mark.usefixtures("in_page")
def test_before_its_start_and_after_its_end_it_gives_no_response() -> None:
    shop = Sandbox()
    with pytest.raises(SandboxNotStarted):
        _ = shop.send
    with shop:
        pass
    outcome = logout_sync(None, send=shop.send)

    assert (outcome.kind, outcome.cause, shop.requests) == ("not_sent", "refused", ())


@pytest.mark.usefixtures("in_page")
def test_what_it_echoes_of_a_token_is_masked(canary: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def echo(method: str, path: str, headers: Iterable[tuple[str, str]]) -> Answer:
        return Answer(401, canary, (("X-Echo", canary),), json.dumps({"message": dict(headers)}).encode())

    with Sandbox() as shop:
        monkeypatch.setattr(shop._shop, "answer", echo)
        outcome = logout_sync(Token.parse(canary), send=shop.send)

    assert outcome.exchange
    assert (outcome.kind, outcome.exchange.header("X-Echo")) == ("unauthenticated", MASK)
    assert not shows(repr(outcome), canary)


@pytest.mark.usefixtures("in_page")
def test_where_the_shop_itself_fails_no_frame_holds_the_token(canary: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox() as shop:
        monkeypatch.setattr(shop._shop, "answer", lambda *arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError) as failure:
            logout_sync(Token.parse(canary), send=shop.send)

    frames = [entry.frame.f_locals for entry in failure.traceback if "in_page" in str(entry.path)]
    assert frames
    assert not any("secret" in names or "sent" in names for names in frames)


def test_live_says_why_it_is_off_there_and_only_there(monkeypatch: pytest.MonkeyPatch) -> None:
    here = why_off()
    monkeypatch.setattr(sys, "platform", "emscripten")
    there = why_off()

    assert here is None
    assert there is not None
    assert "no sockets" in there


def test_there_it_takes_nothing_of_tornado() -> None:
    """The kernel in the browser brings an empty package of that name."""
    script = """
import sys
sys.modules["tornado"] = type(sys)("tornado")
sys.platform = "emscripten"
from wemasy_kit.sources.sandbox import Sandbox
from wemasy_kit import logout
with Sandbox() as shop:
    work = logout(shop.issue_token("jane"), send=shop.send)
    try:
        work.send(None)
    except StopIteration as ended:
        print(ended.value.kind)
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)

    assert (ended.stdout, ended.stderr) == ("revoked\n", "")
