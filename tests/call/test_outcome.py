"""Outcome: what a response means. The dangerous mistake is a false “revoked”, so everything doubtful is not."""

from __future__ import annotations

import dataclasses
import json
import time
from typing import get_args

import pytest

from tests.support.fault_cases import LIMITED, LOST, NOT_SENT, ODD, ODD_AND_OPEN, REFUSED, REVOKED, in_bytes, parsed
from tests.support.sources import MEASURED, exchange, measured, outcome
from wemasy_kit.call import outcome as outcome_module
from wemasy_kit.call.advice import clock_time, duration
from wemasy_kit.call.exchange import Cause, Exchange, NoResponse, SourceName
from wemasy_kit.call.outcome import Outcome, OutcomeKind, RateLimit, displayable, read
from wemasy_kit.contract.document import load

ROWS = in_bytes()

# What a real Laravel with Sanctum said: verdict, seconds to wait, limits.
FOUND: dict[str, tuple[tuple[str, str], float | None, RateLimit]] = {
    "default-200-token-revoked": (REVOKED, None, RateLimit(60, 59)),
    "default-401-no-token": (REFUSED, None, RateLimit()),
    "default-401-revoked-token": (REFUSED, None, RateLimit()),
    "default-404-unknown-path": (ODD, None, RateLimit()),
    "default-405-get": (ODD, None, RateLimit()),
    "default-429-too-many-requests": (LIMITED, 56.0, RateLimit(60, 0)),
    "default-503-maintenance-retry-after": (ODD_AND_OPEN, 60.0, RateLimit()),
    "documented-200-token-revoked": (REVOKED, None, RateLimit(60, 59)),
    "documented-401-no-token": (REFUSED, None, RateLimit(60, 57)),
    "documented-401-revoked-token": (REFUSED, None, RateLimit(60, 58)),
    "documented-429-too-many-requests": (LIMITED, 55.0, RateLimit(60, 0)),
}


def verdict(given: Exchange | NoResponse) -> tuple[str, str]:
    found = read(given)
    return found.kind.value, found.token_state


@pytest.mark.parametrize("name", MEASURED)
def test_what_a_real_laravel_said_is_read_rightly(name: str) -> None:
    given = measured(name)
    found = read(given)

    assert (verdict(given), found.retry_after, found.rate_limit) == FOUND[name]
    assert found.message == given.document["message"]


# --- Statuses and bodies


@pytest.mark.parametrize("name", ROWS, ids=ascii)
def test_a_response_has_the_outcome_that_the_table_of_faults_wants(name: str) -> None:
    case, response = ROWS[name]
    make = parsed(response)
    assert make is not None
    found = read(make())

    assert (found.kind, found.token_state, found.retry_after) == (*case.wanted, case.retry_after)
    assert (found.rate_limit.limit, found.rate_limit.remaining) == case.rate_limit


def test_most_of_the_table_needs_no_socket() -> None:
    assert len(ROWS) > 500


def test_every_status_has_an_outcome_and_only_200_revokes() -> None:
    verdicts = {status: verdict(exchange(status)) for status in range(100, 1000)}

    assert [status for status, found in verdicts.items() if found == REVOKED] == [200]
    assert {verdicts[status] for status in range(100, 200)} == {ODD_AND_OPEN}


@pytest.mark.parametrize(
    ("source", "wanted"), [("live", ODD_AND_OPEN), ("sandbox", ODD_AND_OPEN), ("cassette", REVOKED)]
)
def test_a_request_without_a_token_revokes_none_but_a_recording_may_have_left_it_out(
    source: SourceName, wanted: tuple[str, str]
) -> None:
    assert verdict(exchange(200, request_headers=(), source=source)) == wanted


# --- What an outcome carries


def test_an_outcome_names_its_source_and_keeps_the_exchange() -> None:
    given = exchange(source="cassette")
    found = read(given)

    assert (found.source, found.cause) == ("cassette", None)
    assert found.exchange is given


def test_without_a_response_there_is_a_cause_and_nothing_else() -> None:
    found = read(NoResponse(True, "timeout", "sandbox"))

    assert (found.source, found.cause) == ("sandbox", "timeout")
    assert (found.exchange, found.message, found.retry_after, found.pause) == (None,) * 4
    assert found.rate_limit == RateLimit(None, None)


def test_a_kind_is_also_its_word() -> None:
    assert outcome(429).kind == "rate_limited"
    assert json.dumps({"kind": outcome(429).kind}) == '{"kind": "rate_limited"}'


def test_an_outcome_does_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        outcome().kind = OutcomeKind.REVOKED  # type: ignore[misc]


@pytest.mark.parametrize(
    ("status", "wait", "pause"),
    [
        (429, "55", 56.0), (429, "1", 2.0), (429, "0", 2.0), (429, "soon", 61.0), (429, None, 61.0),
        (503, "5", 6.0), (503, None, None), (200, "5", None), (401, "5", None), (500, "5", None),
    ],
)  # fmt: skip
def test_the_pause_after_a_429_and_a_503_that_says_when_is_a_second_more_than_asked_for(
    status: int, wait: str | None, pause: float | None
) -> None:
    headers = [("Retry-After", wait)] if wait is not None else []

    assert outcome(status, *headers).pause == pause


# --- The server's own words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Logged out.", "Logged out."),
        ("  two\r\n lines\t", "two lines"),
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("a\0b\x85c\u2028d\u200be\u202ef\ufeffg", "a b c d e f g"),
        ("<b>bold</b>", "<b>bold</b>"),
        ("Afgemeld – tot ziens 👋", "Afgemeld – tot ziens 👋"),
        ("x" * 300, "x" * 300),
        ("x" * 301, "x" * 299 + "…"),
        ("", None),
        (" \n\u202e ", None),
    ],
)
def test_the_servers_words_become_one_line_without_hidden_characters(text: str, shown: str | None) -> None:
    assert displayable(text) == shown
    assert outcome(403, body=json.dumps({"message": text}).encode()).message == shown


@pytest.mark.parametrize("body", [b'{"message": 1}', b'["message"]', b"message", b'{"error": true}'])
def test_without_words_there_is_no_message(body: bytes) -> None:
    assert outcome(403, body=body).message is None


# --- Advice

ADVICE = [
    (exchange(200), "Logged out: this token is dead."),
    (exchange(200), "other tokens, on other devices, still work"),
    (exchange(401, request_headers=()), "No token was sent, so nothing was revoked"),
    (
        exchange(200, request_headers=()),
        ": it is a response to a request without a token. No token was sent, so nothing",
    ),
    (exchange(500, request_headers=()), ": the page documents no 500. No token was sent, so nothing was revoked"),
    (
        exchange(429, request_headers=()),
        "can be said about any token. Try again in about a minute; the response does not",
    ),
    (exchange(401), "never valid, has expired or was revoked before; nobody can tell which"),
    (exchange(429), "this request revoked nothing. If the token was valid, the customer is still logged in."),
    (exchange(429), "Sign the customer out on this device anyway"),
    (exchange(429), "Try again in about a minute; the response does not say when."),
    (exchange(429, ("Retry-After", "55")), "Try again 56 seconds after that response."),
    (exchange(429, ("Retry-After", "999999998")), "Try again 11574 days 1 hour after that response."),
    (exchange(503, ("Retry-After", "30")), "Try again 31 seconds after that response."),
    (exchange(302, ("Location", "/login")), "response: the page documents no 302; it points to /login. "),
    (
        exchange(200, body=b'{"message":"Bye"}'),
        "response: it has no rate-limit header, and its message is not the page's. ",
    ),
    (exchange(200, body=b'{"message":"Service Unavailable"}'), "response: its message is that of a refusal. "),
    (
        exchange(401, body=b"<h1>"),
        "response: its body cannot be read: it is not JSON, or none that every reader reads alike. ",
    ),
    (exchange(404), "the page documents no 404. Assume that the token still works"),
    (exchange(502), "Not the documented response: the page documents no 502."),
    (exchange(502), "treat it as live"),
]


@pytest.mark.parametrize(("given", "words"), ADVICE, ids=[words for _, words in ADVICE])
def test_the_advice_says_what_it_means_and_what_to_do(given: Exchange, words: str) -> None:
    assert words in read(given).advice


def test_after_a_429_it_says_when_to_try_again_by_the_clock() -> None:
    noon = time.mktime((2026, 11, 22, 12, 0, 0, 0, 0, -1))

    assert "Try again at 12:00:56." in outcome(429, ("Retry-After", "55"), received_at=noon).advice


def test_a_moment_of_another_day_comes_with_its_date() -> None:
    evening = time.mktime((2026, 11, 22, 23, 59, 30, 0, 0, -1))

    assert clock_time(evening + 60, now=evening) == "00:00:30 on 23 November 2026"


@pytest.mark.parametrize("moment", [1e30, float("inf"), float("nan")])
def test_a_moment_beyond_all_clocks_is_said_so(moment: float) -> None:
    assert clock_time(moment, now=0) == "a time that no clock here can show"


@pytest.mark.parametrize("cause", get_args(Cause))
def test_without_a_response_only_what_was_not_sent_is_certain_and_sending_again_is_safe(cause: Cause) -> None:
    kept, lost = (NoResponse(sent, cause, "live") for sent in (False, True))

    assert (verdict(kept), verdict(lost)) == (NOT_SENT, LOST)
    assert read(kept).advice.startswith("Nothing was sent: ")
    assert "trying again is safe" in read(kept).advice
    assert read(lost).advice.startswith("Nobody knows: the request was sent, but ")
    assert "Treat the token as live. Sending it again is safe" in read(lost).advice


def test_no_two_causes_are_told_alike() -> None:
    told = {read(NoResponse(False, cause, "live")).advice for cause in get_args(Cause)}

    assert len(told) == len(get_args(Cause))


def test_an_outcome_tells_these_things_and_no_others() -> None:
    names = (
        "kind token_state retry_after rate_limit message exchange source cause reason proof waited not_waited warning"
    )

    assert [field.name for field in dataclasses.fields(Outcome)] == names.split()


def test_the_page_says_the_message_that_marks_its_endpoint() -> None:
    page = load().response(200)

    assert page is not None
    assert page.example == {"message": outcome_module.LOGGED_OUT}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 seconds"), (1, "1 second"), (61, "61 seconds"), (600, "10 minutes"), (3661, "1 hour 1 minute")],
)
def test_a_length_of_time_is_told_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words
