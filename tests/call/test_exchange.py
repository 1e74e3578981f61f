"""Exchange: what went out and what came back, as plain values with every secret gone."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import httpx
import pytest

from tests.support.leaks import shows
from wemasy_kit.call.exchange import Exchange, NoResponse, request_parts
from wemasy_kit.call.request import logout_request
from wemasy_kit.call.token import Token


def answer(*headers: tuple[str, str]) -> Exchange:
    return Exchange("POST", "https://shop.example", (), 200, "OK", headers, b"", "live")


def test_a_header_is_found_in_any_case() -> None:
    given = answer(("x-ratelimit-limit", "60"))

    assert given.header("X-RateLimit-Limit") == "60"
    assert given.header_values("X-RATELIMIT-LIMIT") == ("60",)


def test_a_header_that_did_not_come_is_none() -> None:
    given = answer(("Date", "today"))

    assert given.header("Retry-After") is None
    assert given.header_values("Retry-After") == ()


def test_an_empty_header_is_not_a_missing_one() -> None:
    assert answer(("Retry-After", "")).header("Retry-After") == ""


def test_a_header_that_came_twice_says_nothing_for_sure() -> None:
    given = answer(("Retry-After", "5"), ("Date", "today"), ("retry-after", "500"))

    assert given.header("Retry-After") is None
    assert given.header_values("Retry-After") == ("5", "500")


@pytest.mark.parametrize("kept", [answer(), NoResponse(False, "refused", "live", 0.1)], ids=["Exchange", "NoResponse"])
def test_what_happened_does_not_change(kept: Exchange | NoResponse) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        kept.source = "sandbox"  # type: ignore[misc]


def test_an_exchange_is_plain_values_that_can_be_copied_and_pickled() -> None:
    given = answer(("Date", "today"))

    assert pickle.loads(pickle.dumps(given)) == copy.deepcopy(given) == given
    assert hash(given) == hash(copy.deepcopy(given))


def test_of_a_request_everything_is_kept_but_the_token(canary: str) -> None:
    method, url, headers = request_parts(logout_request(Token.parse(canary), "https://shop.example"))

    assert method == "POST"
    assert url == "https://shop.example/services/webshop/v1/customer/auth/logout"
    assert dict(headers)["Authorization"] == "Bearer <redacted>"
    assert dict(headers)["Accept"] == "application/json"
    assert not shows(repr((method, url, headers)), canary)


@pytest.mark.parametrize("value", ["{}", "token {}", "Bearer {} {}", "Bearer  {}"])
@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
def test_no_spelling_of_the_header_lets_the_token_through(name: str, value: str, canary: str) -> None:
    # A request of someone's own: every source takes it.
    request = httpx.Request("POST", "https://shop.example", headers={name: value.replace("{}", canary)})

    assert not shows(repr(request_parts(request)), canary)


def test_a_header_beyond_ascii_is_kept_byte_by_byte() -> None:
    request = httpx.Request("POST", "https://shop.example", headers=[(b"X-Name", b"Ren\xe9")])

    assert ("X-Name", "René") in request_parts(request)[2]
