"""Flow: one call, one request; one more only where it was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.leaks import shown_by, shows
from tests.support.sources import Response, Script, breaks, nothing, revoked, says
from wemasy_kit.call.logout import LONGEST_WAIT, logout, logout_sync
from wemasy_kit.call.request import Headers
from wemasy_kit.call.token import Token
from wemasy_kit.errors import CassetteMismatch, InsideEventLoop
from wemasy_kit.sources.cassette import cassette


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What would have been slept."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return slept


def test_a_logout_is_one_request_with_the_token_and_its_outcome(canary: str) -> None:
    source = Script(revoked())

    outcome = asyncio.run(logout(Token.parse(canary), send=source))

    assert outcome.kind == "revoked"
    assert outcome.exchange is not None
    assert outcome.exchange.url == "https://shop.example/api/services/webshop/v1/customer/auth/logout"
    assert source.asked == [f"Bearer {canary}"]


def test_without_a_token_no_authorization_is_sent() -> None:
    source = Script(says(401))

    outcome = asyncio.run(logout(None, send=source))

    assert outcome.kind == "unauthenticated"
    assert source.asked == [None]


def test_an_outcome_does_not_show_the_token(canary: str) -> None:
    outcome = asyncio.run(logout(Token.parse(canary), send=Script(revoked())))

    assert not shows(repr(outcome), canary)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (says(401), "unauthenticated"),
        (says(429, ("Retry-After", "1")), "rate_limited"),
        (says(500), "undocumented"),
        (says(503, ("Retry-After", "1")), "undocumented"),
        (nothing(sent=False), "not_sent"),
        (nothing(sent=True), "unknown"),
    ],
)
def test_nothing_is_retried_by_itself(answer: Response, kind: str, pauses: list[float]) -> None:
    source = Script(answer, revoked())

    outcome = asyncio.run(logout(None, send=source))

    assert outcome.kind == kind
    assert len(source.asked) == 1
    assert pauses == []


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("wanted", "pause"), [("0", 2.0), ("1", 2.0), ("30", 31.0), ("60", 61.0)])
def test_who_asks_to_wait_gets_one_more_attempt_after_a_429_and_a_503(
    status: int, wanted: str, pause: float, pauses: list[float]
) -> None:
    source = Script(says(status, ("Retry-After", wanted)), revoked())

    outcome = asyncio.run(logout(None, send=source, wait=True))

    assert (outcome.kind, outcome.waited, outcome.not_waited) == ("revoked", pause, None)
    assert len(source.asked) == 2
    assert pauses == [pause]


@pytest.mark.parametrize(
    ("headers", "why"),
    [((), "does not say how long"), ((("Retry-After", "3600"),), "asks for 1 hour, and 60 seconds are the most")],
)
def test_who_asks_to_wait_in_vain_is_told_why(headers: Headers, why: str, pauses: list[float]) -> None:
    outcome = asyncio.run(logout(None, send=Script(says(429, *headers)), wait=True))

    assert why in str(outcome.not_waited)
    assert f"Not waited: {outcome.not_waited}." in outcome.advice
    assert (outcome.waited, pauses) == (None, [])


SECOND: dict[str, tuple[Response, str, str, str]] = {
    "a 401": (says(401), "proved", "revoked", "revoked"),
    "a clean 200 again": (revoked(), "contradicted", "undocumented", "unknown"),
    "a 429": (says(429, ("Retry-After", "1")), "not_proved", "revoked", "revoked"),
    "a 500": (says(500), "not_proved", "revoked", "revoked"),
    "a 401 of a gateway": (says(401, body=b"<h1>"), "not_proved", "revoked", "revoked"),
    "nothing": (nothing(sent=True), "not_proved", "revoked", "revoked"),
    "an error of the source": (breaks(CassetteMismatch("none left")), "not_proved", "revoked", "revoked"),
}


@pytest.mark.parametrize(("second", "proof", "kind", "state"), SECOND.values(), ids=SECOND)
def test_a_proof_is_what_the_same_token_gets_when_it_is_sent_once_more(
    second: Response, proof: str, kind: str, state: str, canary: str, pauses: list[float]
) -> None:
    source = Script(revoked(), second)

    outcome = asyncio.run(logout(Token.parse(canary), send=source, wait=True, prove=True))

    assert (outcome.proof, outcome.kind, outcome.token_state) == (proof, kind, state)
    assert (outcome.reason is None) == (kind == "revoked")
    assert source.asked == [f"Bearer {canary}"] * 2
    assert pauses == []


def test_what_is_not_revoked_has_nothing_to_prove() -> None:
    source = Script(says(401))

    assert asyncio.run(logout(None, send=source, prove=True)).proof is None
    assert source.asked == [None]


def test_a_cassette_proves_what_it_holds() -> None:
    proofs = [
        logout_sync(None, send=cassette(name), prove=True).proof
        for name in ("200-then-401-same-token", "200-token-revoked")
    ]

    assert proofs == ["proved", "not_proved"]


def test_a_token_that_looks_wrong_says_so_in_the_outcome_and_is_not_to_be_forgotten_at_once(canary: str) -> None:
    cut = Token.parse(canary[:-1])

    outcome = asyncio.run(logout(cut, send=Script(says(401))))

    assert outcome.warning == cut.warning is not None
    assert "perhaps a cut copy" in outcome.advice
    assert logout_sync(cut, send=cassette("401-unknown-token")).warning is None


def test_the_second_attempt_sends_the_same_token(canary: str, pauses: list[float]) -> None:
    source = Script(says(429, ("Retry-After", "1")), revoked())

    asyncio.run(logout(Token.parse(canary), send=source, wait=True))

    assert source.asked == [f"Bearer {canary}"] * 2


def test_there_is_never_a_third_attempt(pauses: list[float]) -> None:
    source = Script(*[says(429, ("Retry-After", "1"))] * 3)

    outcome = asyncio.run(logout(None, send=source, wait=True))

    assert outcome.kind == "rate_limited"
    assert len(source.asked) == 2
    assert len(pauses) == 1


@pytest.mark.parametrize(
    "answer",
    [
        says(429),
        says(429, ("Retry-After", "61")),
        says(429, ("Retry-After", "soon")),
        says(429, ("Retry-After", "1"), ("Retry-After", "1")),
        revoked(),
        says(401, ("Retry-After", "1")),
        says(503),
        nothing(sent=False),
        nothing(sent=True),
    ],
)
def test_who_asks_to_wait_does_not_wait_for_anything_else(answer: Response, pauses: list[float]) -> None:
    source = Script(answer, revoked())

    asyncio.run(logout(None, send=source, wait=True))

    assert LONGEST_WAIT == 60
    assert len(source.asked) == 1
    assert pauses == []


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
        asyncio.run(logout(Token.parse(canary), send=Script(breaks(CassetteMismatch("nothing left")))))

    assert not shows(shown_by(refusal.value), canary)


def test_a_script_needs_no_event_loop_of_its_own(canary: str) -> None:
    token = Token.parse(canary)
    source = Script(revoked())

    assert logout_sync(token, send=source).kind == "revoked"
    assert source.asked == [f"Bearer {canary}"]


def test_inside_an_event_loop_the_synchronous_logout_says_to_await(canary: str) -> None:
    source = Script(revoked())

    async def inside() -> None:
        logout_sync(Token.parse(canary), send=source)

    with pytest.raises(InsideEventLoop, match="await logout") as refusal:
        asyncio.run(inside())
    assert source.asked == []
    assert not shows(shown_by(refusal.value), canary)


async def _replayed_inside() -> str:
    return logout_sync(None, send=cassette("401-no-token")).kind


def test_a_replay_needs_no_event_loop_and_minds_none() -> None:
    assert logout_sync(None, send=cassette("401-no-token")).kind == "unauthenticated"
    assert asyncio.run(_replayed_inside()) == "unauthenticated"


def test_a_replay_makes_nobody_wait(pauses: list[float]) -> None:
    outcome = logout_sync(None, send=cassette("429-too-many-requests"), wait=True)

    assert (outcome.kind, outcome.retry_after, pauses) == ("rate_limited", 60.0, [])
