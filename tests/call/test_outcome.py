"""Outcome: what an answer means. The dangerous mistake is a false “revoked”, so everything doubtful is not."""

from __future__ import annotations

import dataclasses
import gzip
import json
import time
from pathlib import Path
from typing import Any, get_args

import pytest

from wemasy_kit.call.advice import clock_time
from wemasy_kit.call.exchange import Cause, Exchange, NoResponse
from wemasy_kit.call.outcome import Outcome, OutcomeKind, RateLimit, displayable, read

EXCHANGES = Path(__file__).parent.parent / "data" / "exchanges"
LOGGED_OUT = b'{"error":false,"message":"Logged out.","data":[]}'
REFUSED = b'{"error":true,"message":"Unauthenticated."}'


def answer(status: int = 200, body: bytes = LOGGED_OUT, *headers: tuple[str, str], **more: Any) -> Exchange:
    return Exchange("POST", "https://shop.example", (), status, "", headers, body, "live", **more)


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


@pytest.mark.parametrize(
    "body",
    [
        LOGGED_OUT,
        b'{"message": "Logged out."}',
        b'{"error": false}',
        b'{"error": false, "message": "", "data": ["a", "b"]}',
        b'{"error": false, "more": {"error": true, "numbers": [1, 1.5, 9007199254740991]}}',
        b' \r\n{"message": "Logged out."}\n',
        '{"message": "Afgemeld – tot ziens"}'.encode(),
        b'{"message": "\\ud83d\\udc4b"}',
    ],
)
def test_a_200_with_the_documented_object_is_revoked(body: bytes) -> None:
    assert verdict(answer(200, body)) == ("revoked", "revoked")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Logged out.",
        b"<!DOCTYPE html><h1>Log in</h1>",
        b"{}",
        b'{"data": []}',
        b"[]",
        b'"Logged out."',
        b"null",
        b"true",
        b'{"error": true, "message": "Logged out."}',
        b'{"error": 0, "message": "Logged out."}',
        b'{"error": null, "message": "Logged out."}',
        b'{"error": "false", "message": "Logged out."}',
        b'{"message": 1}',
        b'{"message": null}',
        b'{"message": ["Logged out."]}',
        b'{"message": "Logged out.", "data": {}}',
        b'{"message": "Logged out.", "data": null}',
        b'{"message": "Logged out.", "data": [1]}',
        b'{"message": "Logged out."',
        b'{"message": "Logged out."} {}',
        b'{"error": true, "error": false, "message": "Logged out."}',
        b'\xef\xbb\xbf{"message": "Logged out."}',
        b'{"message": "\xff"}',
        '{"message": "Logged out."}'.encode("utf-16"),
        b'{"message": "\\ud800"}',
        b'{"message": "Logged out.", "x": NaN}',
        b'{"message": "Logged out.", "x": Infinity}',
        b'{"message": "Logged out.", "x": 1e999}',
        b'{"message": "Logged out.", "x": 9007199254740993}',
        b'{"message": "Logged out.", "x": ' + b"9" * 5000 + b"}",
        b'{"message": "Logged out.", "x": ' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"message": "Logged out.", "x": ' + b"[" * 100_000,
        gzip.compress(LOGGED_OUT, mtime=0),
    ],
    ids=lambda body: body[:40].decode("latin-1"),
)
def test_a_200_with_any_doubt_is_not_revoked(body: bytes) -> None:
    assert verdict(answer(200, body)) == ("undocumented", "unknown")


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "x-unheard-of"])
def test_a_200_in_a_coding_nobody_asked_for_is_not_revoked(coding: str) -> None:
    assert verdict(answer(200, LOGGED_OUT, ("Content-Encoding", coding))) == ("undocumented", "unknown")


def test_a_200_that_says_it_is_not_coded_is_read() -> None:
    assert verdict(answer(200, LOGGED_OUT, ("Content-Encoding", "identity"))) == ("revoked", "revoked")


def test_a_200_over_the_size_cap_is_not_revoked() -> None:
    assert verdict(answer(200, LOGGED_OUT, over_cap=True)) == ("undocumented", "unknown")


@pytest.mark.parametrize("body", [REFUSED, b'{"message": "Unauthenticated."}', b"{}", b"[]", b""])
@pytest.mark.parametrize("headers", [(), (("WWW-Authenticate", 'Bearer realm="shop"'),)])
def test_a_401_of_the_application_is_unauthenticated(body: bytes, headers: tuple[tuple[str, str], ...]) -> None:
    assert verdict(answer(401, body, *headers)) == ("unauthenticated", "not_accepted")


@pytest.mark.parametrize(
    "given",
    [
        answer(401, b"<h1>Authorization Required</h1>"),
        answer(401, b"Unauthenticated."),
        answer(401, REFUSED, ("WWW-Authenticate", 'Basic realm="gateway"')),
        answer(401, b"", ("WWW-Authenticate", "Bearer"), ("WWW-Authenticate", "Basic")),
        answer(401, REFUSED, over_cap=True),
    ],
    ids=["HTML", "text", "another challenge", "two challenges", "over the cap"],
)
def test_a_401_of_something_in_front_leaves_the_token_as_it_was(given: Exchange) -> None:
    assert verdict(given) == ("undocumented", "unchanged")


@pytest.mark.parametrize("body", [b'{"message": "Too Many Attempts."}', b"<h1>Slow down</h1>", b"", LOGGED_OUT])
def test_a_429_is_rate_limited_whatever_it_says(body: bytes) -> None:
    assert verdict(answer(429, body)) == ("rate_limited", "unchanged")


@pytest.mark.parametrize("status", [100, 101, 300, 301, 302, 304, 308, 400, 403, 404, 405, 419, 422, 499])
@pytest.mark.parametrize("body", [LOGGED_OUT, b""])
def test_an_undocumented_answer_that_did_nothing_leaves_the_token_as_it_was(status: int, body: bytes) -> None:
    assert verdict(answer(status, body)) == ("undocumented", "unchanged")


@pytest.mark.parametrize("status", [201, 202, 204, 206, 299, 500, 502, 503, 504, 599, 600, 999])
@pytest.mark.parametrize("body", [LOGGED_OUT, b""])
def test_after_another_2xx_or_a_5xx_nobody_knows(status: int, body: bytes) -> None:
    assert verdict(answer(status, body)) == ("undocumented", "unknown")


def test_every_status_has_an_outcome_and_only_200_revokes() -> None:
    revoking = [status for status in range(100, 1000) if read(answer(status)).kind is OutcomeKind.REVOKED]

    assert revoking == [200]


@pytest.mark.parametrize("cause", get_args(Cause))
def test_without_an_answer_only_what_was_not_sent_is_certain(cause: Cause) -> None:
    assert verdict(NoResponse(False, cause, "live")) == ("not_sent", "unchanged")
    assert verdict(NoResponse(True, cause, "live")) == ("unknown", "unknown")


# --- What an outcome carries


def test_an_outcome_names_its_source_and_keeps_the_exchange() -> None:
    given = dataclasses.replace(answer(), source="cassette")

    outcome = read(given)

    assert outcome.source == "cassette"
    assert outcome.exchange is given
    assert outcome.cause is None


def test_without_an_answer_there_is_a_cause_and_nothing_else() -> None:
    outcome = read(NoResponse(True, "timeout", "sandbox"))

    assert (outcome.source, outcome.cause) == ("sandbox", "timeout")
    assert outcome.exchange is outcome.message is outcome.retry_after is outcome.pause is None
    assert outcome.rate_limit == RateLimit(None, None)


def test_a_kind_is_also_its_word() -> None:
    outcome = read(answer(429))

    assert outcome.kind == "rate_limited"
    assert json.dumps({"kind": outcome.kind}) == '{"kind": "rate_limited"}'


def test_an_outcome_does_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read(answer()).kind = OutcomeKind.REVOKED  # type: ignore[misc]


@pytest.mark.parametrize(
    ("headers", "limits"),
    [
        ([("X-RateLimit-Limit", "60"), ("X-RateLimit-Remaining", "57")], RateLimit(60, 57)),
        ([("x-ratelimit-limit", "60")], RateLimit(60, None)),
        ([("X-RateLimit-Remaining", "0")], RateLimit(None, 0)),
        ([("X-RateLimit-Limit", "sixty"), ("X-RateLimit-Remaining", "-1")], RateLimit()),
        ([("X-RateLimit-Limit", "60"), ("X-RateLimit-Limit", "61")], RateLimit()),
        ([], RateLimit()),
    ],
)
@pytest.mark.parametrize("status", [200, 401, 429, 500])
def test_the_rate_limit_is_read_on_every_status(status: int, headers: Any, limits: RateLimit) -> None:
    assert read(answer(status, REFUSED, *headers)).rate_limit == limits


@pytest.mark.parametrize(("status", "wanted"), [(429, 5.0), (503, 5.0), (200, None), (401, None)])
def test_only_where_there_is_something_to_wait_for_is_there_a_wait(status: int, wanted: float | None) -> None:
    body = LOGGED_OUT if status == 200 else REFUSED

    assert read(answer(status, body, ("Retry-After", "5"))).retry_after == wanted


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
    assert read(answer(429, REFUSED, *headers)).pause == pause


@pytest.mark.parametrize("status", [200, 401, 503])
def test_there_is_no_pause_after_anything_else(status: int) -> None:
    assert read(answer(status, LOGGED_OUT, ("Retry-After", "5"))).pause is None


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
    assert read(answer(403, json.dumps({"message": text}).encode())).message == shown


@pytest.mark.parametrize("body", [b'{"message": 1}', b'["message"]', b"message", b'{"error": true}'])
def test_without_words_there_is_no_message(body: bytes) -> None:
    assert read(answer(403, body)).message is None


# --- Advice


def advice(given: Exchange | NoResponse) -> str:
    return read(given).advice


def test_after_a_200_the_other_devices_are_still_logged_in() -> None:
    assert advice(answer()).startswith("Logged out: this token is dead.")
    assert "other tokens, on other devices, still work" in advice(answer())


def test_after_a_401_nobody_can_tell_why() -> None:
    assert "never valid, has expired or was revoked before; nobody can tell which" in advice(answer(401, REFUSED))


def test_after_a_429_the_customer_is_still_logged_in() -> None:
    assert "still logged in: nothing was revoked" in advice(answer(429, REFUSED))


def test_after_a_429_it_says_when_to_try_again_by_the_clock() -> None:
    noon = time.mktime((2026, 11, 22, 12, 0, 0, 0, 0, -1))

    said = advice(answer(429, REFUSED, ("Retry-After", "55"), received_at=noon))

    assert said.endswith("Try again at 12:00:56.")


def test_after_a_replayed_429_there_is_no_time_by_the_clock() -> None:
    said = advice(answer(429, REFUSED, ("Retry-After", "55")))

    assert said.endswith("Try again 56 seconds after that response.")


def test_after_a_429_that_names_no_time_it_is_about_a_minute() -> None:
    assert advice(answer(429, REFUSED)).endswith("Try again in about a minute; the response does not say when.")


def test_a_moment_of_another_day_comes_with_its_date() -> None:
    evening = time.mktime((2026, 11, 22, 23, 59, 30, 0, 0, -1))

    assert clock_time(evening + 60, now=evening) == "00:00:30 on 23 November 2026"


@pytest.mark.parametrize("moment", [1e30, float("inf"), float("nan")])
def test_a_moment_beyond_all_clocks_is_said_so(moment: float) -> None:
    assert clock_time(moment, now=0) == "a time that no clock here can show"


def test_after_an_undocumented_answer_the_token_is_taken_for_live() -> None:
    assert "(404)" in advice(answer(404))
    assert "assume that the token still works" in advice(answer(404))
    assert "This 502 is not the documented answer" in advice(answer(502))
    assert "treat it as live" in advice(answer(502))


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
    names = "kind token_state retry_after rate_limit message exchange source cause"

    assert [field.name for field in dataclasses.fields(Outcome)] == names.split()
