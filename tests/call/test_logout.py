"""Logout: one call, one request; one more only where it was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.leaks import shown_by, shows
from tests.support.sources import URL, Response, Script, breaks, nothing, revoked, says
from wemasy_kit.call.logout import LONGEST_WAIT, logout, logout_sync
from wemasy_kit.call.outcome import Outcome
from wemasy_kit.call.request import Headers
from wemasy_kit.call.token import Token
from wemasy_kit.errors import CassetteMismatch, InsideEventLoop
from wemasy_kit.sources.cassette import cassette

MISMATCH = CassetteMismatch("none left")


def after(wait: str, status: int = 429) -> Response:
    return says(status, ("Retry-After", wait))


def called(*responses: Response, token: str | None = None, **options: bool) -> tuple[Outcome, list[str | None]]:
    """The outcome where these responses are to be had, and what was sent as Authorization for them."""
    source = Script(*responses)
    given = Token.parse(token) if token else None
    return asyncio.run(logout(given, send=source, **options)), source.asked


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What would have been slept."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return slept


def test_a_logout_is_one_request_with_the_token_and_its_outcome(canary: str) -> None:
    outcome, asked = called(revoked(), token=canary)

    assert (outcome.kind, asked) == ("revoked", [f"Bearer {canary}"])
    assert outcome.exchange is not None
    assert outcome.exchange.url == URL


def test_without_a_token_no_authorization_is_sent() -> None:
    outcome, asked = called(says(401))

    assert (outcome.kind, asked) == ("unauthenticated", [None])


@pytest.mark.parametrize(
    "response", [says(401), after("1"), says(500), after("1", 503), nothing(sent=False), nothing(sent=True)]
)
def test_nothing_is_retried_by_itself(response: Response, pauses: list[float]) -> None:
    _, asked = called(response, revoked())

    assert (len(asked), pauses) == (1, [])


# --- Waiting


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("wanted", "pause"), [("0", 2.0), ("1", 2.0), ("30", 31.0), ("60", 61.0)])
def test_who_asks_to_wait_gets_one_more_attempt_after_a_429_and_a_503(
    status: int, wanted: str, pause: float, pauses: list[float], canary: str
) -> None:
    outcome, asked = called(after(wanted, status), revoked(), token=canary, wait=True)

    assert (outcome.kind, outcome.waited, outcome.not_waited) == ("revoked", pause, None)
    assert (asked, pauses) == ([f"Bearer {canary}"] * 2, [pause])


@pytest.mark.parametrize(
    ("headers", "why"),
    [((), "does not say how long"), ((("Retry-After", "3600"),), "asks for 1 hour, and 60 seconds are the most")],
)
def test_who_asks_to_wait_in_vain_is_told_why(headers: Headers, why: str, pauses: list[float]) -> None:
    outcome, _ = called(says(429, *headers), wait=True)

    assert why in str(outcome.not_waited)
    assert f"Not waited: {outcome.not_waited}." in outcome.advice
    assert (outcome.waited, pauses) == (None, [])


def test_there_is_never_a_third_attempt(pauses: list[float]) -> None:
    outcome, asked = called(*[after("1")] * 3, wait=True)

    assert (outcome.kind, len(asked), pauses) == ("rate_limited", 2, [2.0])


@pytest.mark.parametrize(
    "response",
    [
        says(429), after("61"), after("soon"), says(429, ("Retry-After", "1"), ("Retry-After", "1")), says(503),
        revoked(), after("1", 401), nothing(sent=False), nothing(sent=True),
    ],
)  # fmt: skip
def test_who_asks_to_wait_does_not_wait_for_anything_else(response: Response, pauses: list[float]) -> None:
    _, asked = called(response, revoked(), wait=True)

    assert (LONGEST_WAIT, len(asked), pauses) == (60, 1, [])


# --- Proving

SECOND: dict[str, tuple[Response, str, str, str]] = {
    "a 401": (says(401), "proved", "revoked", "revoked"),
    "a clean 200 again": (revoked(), "contradicted", "undocumented", "unknown"),
    "a 429": (after("1"), "not_proved", "revoked", "revoked"),
    "a 500": (says(500), "not_proved", "revoked", "revoked"),
    "a 401 of a gateway": (says(401, body=b"<h1>"), "not_proved", "revoked", "revoked"),
    "nothing": (nothing(sent=True), "not_proved", "revoked", "revoked"),
    "an error of the source": (breaks(MISMATCH), "not_proved", "revoked", "revoked"),
}


@pytest.mark.parametrize(("second", "proof", "kind", "state"), SECOND.values(), ids=SECOND)
def test_a_proof_is_what_the_same_token_gets_when_it_is_sent_once_more(
    second: Response, proof: str, kind: str, state: str, canary: str, pauses: list[float]
) -> None:
    outcome, asked = called(revoked(), second, token=canary, wait=True, prove=True)

    assert (outcome.proof, outcome.kind, outcome.token_state) == (proof, kind, state)
    assert (outcome.reason is None) == (kind == "revoked")
    assert (asked, pauses) == ([f"Bearer {canary}"] * 2, [])


def test_what_is_not_revoked_has_nothing_to_prove() -> None:
    outcome, asked = called(says(401), prove=True)

    assert (outcome.proof, asked) == (None, [None])


@pytest.mark.parametrize(
    ("name", "proof"), [("200-then-401-same-token", "proved"), ("200-token-revoked", "not_proved")]
)
def test_a_cassette_proves_what_it_holds(name: str, proof: str) -> None:
    assert logout_sync(None, send=cassette(name), prove=True).proof == proof


# --- The token


def test_a_token_that_looks_wrong_says_so_in_the_outcome_and_is_not_to_be_forgotten_at_once(canary: str) -> None:
    cut = Token.parse(canary[:-1])
    outcome, _ = called(says(401), token=canary[:-1])

    assert outcome.warning == cut.warning is not None
    assert "perhaps a part of it is missing" in outcome.advice
    assert logout_sync(cut, send=cassette("401-unknown-token")).warning is None


@pytest.mark.parametrize("kind", [str, str.encode, lambda text: [text]], ids=["str", "bytes", "list"])
def test_what_is_no_token_is_refused_without_its_value_and_nothing_is_sent(
    kind: Callable[[str], Any], canary: str
) -> None:
    source = Script(revoked())

    with pytest.raises(TypeError, match=r"logout takes a Token \(or None\), not (str|bytes|list); ") as refusal:
        asyncio.run(logout(kind(canary), send=source))

    assert source.asked == []
    assert not shows(shown_by(refusal.value), canary)


def test_misuse_of_a_source_is_passed_on_and_shows_no_token_even_with_locals(canary: str) -> None:
    with pytest.raises(CassetteMismatch) as refusal:
        called(breaks(MISMATCH), token=canary)

    assert not shows(shown_by(refusal.value), canary)


# --- Without a loop of one's own


def test_a_script_needs_no_event_loop_of_its_own(canary: str) -> None:
    source = Script(revoked())

    assert logout_sync(Token.parse(canary), send=source).kind == "revoked"
    assert source.asked == [f"Bearer {canary}"]


async def inside_a_loop(token: Token | None, send: Any) -> str:
    return logout_sync(token, send=send).kind


def test_inside_an_event_loop_the_synchronous_logout_says_to_await(canary: str) -> None:
    source = Script(revoked())

    with pytest.raises(InsideEventLoop, match="await logout") as refusal:
        asyncio.run(inside_a_loop(Token.parse(canary), source))

    assert source.asked == []
    assert not shows(shown_by(refusal.value), canary)


def test_a_replay_needs_no_event_loop_and_minds_none() -> None:
    assert logout_sync(None, send=cassette("401-no-token")).kind == "unauthenticated"
    assert asyncio.run(inside_a_loop(None, cassette("401-no-token"))) == "unauthenticated"


def test_a_replay_makes_nobody_wait(pauses: list[float]) -> None:
    outcome = logout_sync(None, send=cassette("429-too-many-requests"), wait=True)

    assert (outcome.kind, outcome.retry_after, pauses) == ("rate_limited", 60.0, [])
