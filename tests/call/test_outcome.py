"""Outcome: what an answer means. The dangerous mistake is a false “revoked”, so everything doubtful is not."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path
from typing import Any, get_args

import pytest

from tests.support.fault_cases import in_bytes
from tests.support.made import REFUSED, exchange, exchange_of
from tests.support.sources import LOGGED_OUT
from wemasy_kit.call import outcome as outcome_module
from wemasy_kit.call.advice import clock_time, duration
from wemasy_kit.call.exchange import Cause, Exchange, NoResponse
from wemasy_kit.call.outcome import Outcome, OutcomeKind, RateLimit, displayable, read
from wemasy_kit.contract.document import load

EXCHANGES = Path(__file__).parent.parent / "data" / "exchanges"
ROWS = in_bytes()


def verdict(given: Exchange | NoResponse) -> tuple[str, str]:
    outcome = read(given)
    return outcome.kind.value, outcome.token_state


# --- What a real Laravel with Sanctum answers, as it was measured


def measured(path: Path) -> Exchange:
    """An exchange out of its file: request, `---`, answer; each a first line, headers, a blank line and a body."""
    request, response = path.read_text("utf-8").split("\n---\n")
    (method, url, _), sent, _ = parts(request)
    (_, status, reason), received, body = parts(response)
    return Exchange(method, url, sent, int(status), reason, received, body.encode(), "live")


def parts(message: str) -> tuple[list[str], tuple[tuple[str, str], ...], str]:
    head, _, body = message.partition("\n\n")
    first, *lines = head.splitlines()
    headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
    return first.split(" ", 2), headers, body.removesuffix("\n")


MEASURED: dict[str, tuple[str, str, float | None, RateLimit, str]] = {
    "default-200-token-revoked": ("revoked", "revoked", None, RateLimit(60, 59), "Logged out."),
    "default-401-no-token": ("unauthenticated", "not_accepted", None, RateLimit(), "Unauthenticated."),
    "default-401-revoked-token": ("unauthenticated", "not_accepted", None, RateLimit(), "Unauthenticated."),
    "default-404-unknown-path": (
        "undocumented",
        "unchanged",
        None,
        RateLimit(),
        "The route api/services/webshop/v1/customer/auth/nope could not be found.",
    ),
    "default-405-get": (
        "undocumented",
        "unchanged",
        None,
        RateLimit(),
        "The GET method is not supported for route api/services/webshop/v1/customer/auth/logout. "
        "Supported methods: POST.",
    ),
    "default-429-too-many-requests": ("rate_limited", "unchanged", 56.0, RateLimit(60, 0), "Too Many Attempts."),
    "default-503-maintenance-retry-after": ("undocumented", "unknown", 60.0, RateLimit(), "Service Unavailable"),
    "documented-200-token-revoked": ("revoked", "revoked", None, RateLimit(60, 59), "Logged out."),
    "documented-401-no-token": ("unauthenticated", "not_accepted", None, RateLimit(60, 57), "Unauthenticated."),
    "documented-401-revoked-token": ("unauthenticated", "not_accepted", None, RateLimit(60, 58), "Unauthenticated."),
    "documented-429-too-many-requests": ("rate_limited", "unchanged", 55.0, RateLimit(60, 0), "Too Many Attempts."),
}


@pytest.mark.parametrize("name", MEASURED)
def test_what_a_real_laravel_answered_is_read_rightly(name: str) -> None:
    outcome = read(measured(EXCHANGES / f"{name}.http"))

    seen = outcome.kind.value, outcome.token_state, outcome.retry_after, outcome.rate_limit, outcome.message
    assert seen == MEASURED[name]


def test_no_measured_exchange_is_left_out() -> None:
    assert {path.stem for path in EXCHANGES.iterdir()} == set(MEASURED)


# --- Statuses and bodies


@pytest.mark.parametrize("name", ROWS, ids=ascii)
def test_a_response_has_the_outcome_that_the_table_of_faults_wants(name: str) -> None:
    case, response = ROWS[name]
    outcome = read(exchange_of(response))

    assert (outcome.kind, outcome.token_state, outcome.retry_after) == (*case.wanted, case.retry_after)
    assert (outcome.rate_limit.limit, outcome.rate_limit.remaining) == case.rate_limit


def test_most_of_the_table_needs_no_socket() -> None:
    assert len(ROWS) > 500


@pytest.mark.parametrize("status", [100, 101, 199])
def test_after_a_status_that_means_nothing_yet_nobody_knows(status: int) -> None:
    assert verdict(exchange(status)) == ("undocumented", "unknown")


def test_every_status_has_an_outcome_and_only_200_revokes() -> None:
    revoking = [status for status in range(100, 1000) if read(exchange(status)).kind is OutcomeKind.REVOKED]

    assert revoking == [200]


@pytest.mark.parametrize("cause", get_args(Cause))
def test_without_an_answer_only_what_was_not_sent_is_certain(cause: Cause) -> None:
    assert verdict(NoResponse(False, cause, "live")) == ("not_sent", "unchanged")
    assert verdict(NoResponse(True, cause, "live")) == ("unknown", "unknown")


# --- What an outcome carries


def test_an_outcome_names_its_source_and_keeps_the_exchange() -> None:
    given = dataclasses.replace(exchange(), source="cassette")

    outcome = read(given)

    assert outcome.source == "cassette"
    assert outcome.exchange is given
    assert outcome.cause is None


def test_without_an_answer_there_is_a_cause_and_nothing_else() -> None:
    outcome = read(NoResponse(True, "timeout", "sandbox"))

    assert (outcome.source, outcome.cause) == ("sandbox", "timeout")
    assert (outcome.exchange, outcome.message, outcome.retry_after, outcome.pause) == (None,) * 4
    assert outcome.rate_limit == RateLimit(None, None)


def test_a_kind_is_also_its_word() -> None:
    outcome = read(exchange(429))

    assert outcome.kind == "rate_limited"
    assert json.dumps({"kind": outcome.kind}) == '{"kind": "rate_limited"}'


def test_an_outcome_does_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read(exchange()).kind = OutcomeKind.REVOKED  # type: ignore[misc]


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ([("Retry-After", "55")], 56.0),
        ([("Retry-After", "1")], 2.0),
        ([("Retry-After", "0")], 2.0),
        ([("Retry-After", "soon")], 61.0),
        ([], 61.0),
    ],
)
def test_the_pause_after_a_429_is_a_second_more_than_asked_for(headers: Any, pause: float) -> None:
    assert read(exchange(429, REFUSED, *headers)).pause == pause


@pytest.mark.parametrize(
    ("status", "headers", "pause"),
    [
        (200, [("Retry-After", "5")], None),
        (401, [("Retry-After", "5")], None),
        (500, [("Retry-After", "5")], None),
        (503, [], None),
        (503, [("Retry-After", "5")], 6.0),
    ],
)
def test_only_a_503_that_says_when_makes_one_wait_like_a_429(status: int, headers: Any, pause: float | None) -> None:
    assert read(exchange(status, LOGGED_OUT, *headers)).pause == pause


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
    assert read(exchange(403, json.dumps({"message": text}).encode())).message == shown


@pytest.mark.parametrize("body", [b'{"message": 1}', b'["message"]', b"message", b'{"error": true}'])
def test_without_words_there_is_no_message(body: bytes) -> None:
    assert read(exchange(403, body)).message is None


# --- Advice


def with_a_token(given: Exchange) -> Exchange:
    return dataclasses.replace(given, request_headers=(("Authorization", "Bearer <redacted>"),))


ADVICE = [
    (exchange(), "Logged out: this token is dead."),
    (exchange(), "other tokens, on other devices, still work"),
    (exchange(401, REFUSED), "No token was sent, so nothing was revoked"),
    (with_a_token(exchange(401, REFUSED)), "never valid, has expired or was revoked before; nobody can tell which"),
    (exchange(429, REFUSED), "this request revoked nothing. If the token was valid, the customer is still logged in."),
    (exchange(429, REFUSED), "Sign the customer out on this device all the same"),
    (exchange(429, REFUSED, ("Retry-After", "999999998")), "Try again 11574 days 1 hour after that response."),
    (exchange(503, REFUSED, ("Retry-After", "30")), "Try again 31 seconds after that response."),
    (exchange(302, b"", ("Location", "/login")), "(the page documents no 302; it points to /login)"),
    (exchange(200, b'{"message":"Bye"}'), "(it has no rate-limit header, and its message is not the page's)"),
    (exchange(200, b'{"message":"Service Unavailable"}'), "(its message is that of a refusal)"),
    (exchange(401, b"<h1>"), "(its body cannot be read: it is not JSON, or none that every reader reads alike)"),
    (exchange(429, REFUSED), "Try again in about a minute; the response does not say when."),
    (exchange(429, REFUSED, ("Retry-After", "55")), "Try again 56 seconds after that response."),
    (exchange(404), "(the page documents no 404): assume that the token still works"),
    (exchange(502), "Not the documented response (the page documents no 502)"),
    (exchange(502), "treat it as live"),
]


def advice(given: Exchange | NoResponse) -> str:
    return read(given).advice


@pytest.mark.parametrize(("given", "words"), ADVICE, ids=[words for _, words in ADVICE])
def test_the_advice_says_what_it_means_and_what_to_do(given: Exchange, words: str) -> None:
    assert words in advice(given)


def test_after_a_429_it_says_when_to_try_again_by_the_clock() -> None:
    noon = time.mktime((2026, 11, 22, 12, 0, 0, 0, 0, -1))

    said = advice(exchange(429, REFUSED, ("Retry-After", "55"), received_at=noon))

    assert "Try again at 12:00:56." in said


def test_a_moment_of_another_day_comes_with_its_date() -> None:
    evening = time.mktime((2026, 11, 22, 23, 59, 30, 0, 0, -1))

    assert clock_time(evening + 60, now=evening) == "00:00:30 on 23 November 2026"


@pytest.mark.parametrize("moment", [1e30, float("inf"), float("nan")])
def test_a_moment_beyond_all_clocks_is_said_so(moment: float) -> None:
    assert clock_time(moment, now=0) == "a time that no clock here can show"


@pytest.mark.parametrize("cause", get_args(Cause))
def test_without_an_answer_the_advice_tells_why_and_that_sending_again_is_safe(cause: Cause) -> None:
    kept, lost = (advice(NoResponse(sent, cause, "live")) for sent in (False, True))

    assert kept.startswith("Nothing was sent: ")
    assert "trying again is safe" in kept
    assert lost.startswith("Nobody knows: the request was sent, but ")
    assert "Treat the token as live." in lost
    assert "Sending it again is safe" in lost


def test_no_two_causes_are_told_alike() -> None:
    told = {advice(NoResponse(False, cause, "live")) for cause in get_args(Cause)}

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
