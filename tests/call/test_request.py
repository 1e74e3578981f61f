"""Request: the one documented HTTP request, and the addresses that a token may be sent to."""

from __future__ import annotations

import copy
import pickle
import traceback
from typing import Any

import pytest

from tests.support.leaks import shown_by, shows
from wemasy_kit.call.request import BASE_URL, PATH, checked_base_url, logout_request
from wemasy_kit.call.token import Token
from wemasy_kit.contract.document import load
from wemasy_kit.errors import InvalidBaseURL, WemasyKitError


def test_it_is_the_request_of_the_documented_page() -> None:
    request = logout_request(None)
    page = load()

    assert (request.method, str(request.url)) == (page.method, page.url)


def test_it_asks_for_json_uncompressed_over_one_connection_and_has_no_body(canary: str) -> None:
    request = logout_request(Token.parse(canary))

    assert sorted((name.decode(), value.decode()) for name, value in request.headers.raw) == [
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),
        ("Authorization", f"Bearer {canary}"),
        ("Connection", "close"),
        ("Content-Length", "0"),
        ("Host", "api.wemasy.nl"),
        ("User-Agent", "wemasy-kit"),
    ]
    assert request.read() == b""


def test_without_a_token_there_is_no_authorization_header() -> None:
    assert "Authorization" not in logout_request(None).headers


def test_the_same_token_and_address_make_the_same_request(canary: str) -> None:
    first, second = (logout_request(Token.parse(canary), "https://shop.example/api") for _ in range(2))

    assert first.url == second.url
    assert first.headers.raw == second.headers.raw


@pytest.mark.parametrize("text", ["q9zxw8vy1234", b"q9zxw8vy1234", 42, ["q9zxw8vy1234"], ""])
def test_what_is_no_token_is_refused_without_its_value(text: Any) -> None:
    with pytest.raises(TypeError, match=f"not {type(text).__name__}: ") as refusal:
        logout_request(text)

    assert "q9zx" not in str(refusal.value)
    assert "q9zx" not in shown_by(refusal.value)


# --- Addresses


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        (BASE_URL, f"https://api.wemasy.nl/api{PATH}"),
        ("https://shop.example", f"https://shop.example{PATH}"),
        ("https://shop.example/", f"https://shop.example{PATH}"),
        ("https://shop.example/api///", f"https://shop.example/api{PATH}"),
        ("https://shop.example:8443/a/b", f"https://shop.example:8443/a/b{PATH}"),
        ("HTTPS://Shop.Example/api", f"https://shop.example/api{PATH}"),
        ("https://exämple.nl/api", f"https://xn--exmple-cua.nl/api{PATH}"),
        ("https://192.0.2.1/api", f"https://192.0.2.1/api{PATH}"),
        ("https://shop.example/~jane@home", f"https://shop.example/~jane@home{PATH}"),
        ("http://127.0.0.1:8000/api", f"http://127.0.0.1:8000/api{PATH}"),
        ("http://127.1.2.3/api", f"http://127.1.2.3/api{PATH}"),
        ("http://localhost:8000/api", f"http://localhost:8000/api{PATH}"),
        ("http://LOCALHOST/api", f"http://localhost/api{PATH}"),
        ("http://[::1]:8000/api", f"http://[::1]:8000/api{PATH}"),
    ],
)
def test_a_token_may_go_to_https_and_to_this_machine(base_url: str, url: str) -> None:
    assert str(logout_request(None, base_url).url) == url


@pytest.mark.parametrize(
    ("base_url", "problem"),
    [
        ("", "empty"),
        (" ", "empty"),
        (None, "no text"),
        (b"https://shop.example", "no text"),
        (["https://shop.example"], "no text"),
        ("https://shop.example/a b", "has a space"),
        (" https://shop.example", "has a space"),
        ("https://shop.example\n", "has a space, a control character"),
        ("https://shop.example\\@evil.example", "backslash"),
        ("https://shop.example/\x7f", "control character"),
        ("https://<host>/api", "has a space"),
        ("https://shop.example/{version}", "has a space"),
        ("https://shop.example:65536", "port"),
        ("https://shop.example:0", "port"),
        ("https://shop.example:-1", "port"),
        ("https://shop.example:port", "is not a URL"),
        ("https://[::1", "is not a URL"),
        ("https://\N{RIGHT-TO-LEFT OVERRIDE}shop.example", "is not a URL"),
        ("shop.example/api", "no https://"),
        ("//shop.example/api", "no https://"),
        ("https:/shop.example", "no https://"),
        ("https://", "no https://"),
        ("https:///api", "no https://"),
        ("ftp://shop.example", "no https://"),
        ("file:///etc/hosts", "no https://"),
        ("https://jane:hunter2@shop.example", "user name or a password"),
        ("https://jane@shop.example", "user name or a password"),
        ("https://@shop.example", "user name or a password"),
        ("https://:@shop.example", "user name or a password"),
        ("http://127.0.0.1@shop.example", "user name or a password"),
        ("https://shop.example/api?key=hunter2", "query or a fragment"),
        ("https://shop.example/api?", "query or a fragment"),
        ("https://shop.example/api#", "query or a fragment"),
        ("http://shop.example/api", "plain http to another machine"),
        ("http://127.0.0.1.shop.example", "plain http to another machine"),
        ("http://localhost.shop.example", "plain http to another machine"),
        ("http://notlocalhost:8000", "plain http to another machine"),
        ("http://shop.localhost:8000", "plain http to another machine"),
        ("http://192.0.2.1/api", "plain http to another machine"),
        ("http://0.0.0.0:8000", "plain http to another machine"),
        ("http://[2001:db8::1]", "plain http to another machine"),
    ],
)
def test_no_other_address_gets_a_token(base_url: Any, problem: str) -> None:
    with pytest.raises(InvalidBaseURL, match=f"^the base URL .*{problem}.*; use https://"):
        logout_request(None, base_url)


@pytest.mark.parametrize("base_url", ["https://jane:hunter2@shop.example", "https://shop.example?key=hunter2"])
def test_a_refused_address_is_not_repeated(base_url: str) -> None:
    with pytest.raises(InvalidBaseURL) as refusal:
        logout_request(None, base_url)

    assert "hunter2" not in str(refusal.value)
    assert "shop.example" not in str(refusal.value)


def test_a_refused_address_is_the_kits_error_and_a_value_error() -> None:
    assert issubclass(InvalidBaseURL, WemasyKitError)
    assert issubclass(InvalidBaseURL, ValueError)


def test_an_address_is_kept_as_given_without_its_last_slash() -> None:
    assert checked_base_url("https://Shop.example/api/") == "https://Shop.example/api"
    with pytest.raises(InvalidBaseURL):
        checked_base_url("http://shop.example")


# --- Secrets


def test_a_traceback_with_locals_shows_no_token_when_the_address_is_refused(canary: str) -> None:
    with pytest.raises(InvalidBaseURL) as refusal:
        logout_request(Token.parse(canary), "http://shop.example")

    assert not shows(shown_by(refusal.value), canary)


def test_a_request_does_not_show_its_token(canary: str) -> None:
    request = logout_request(Token.parse(canary))

    assert not shows(f"{request!r} {request} {request.headers!r} {vars(request)!r}", canary)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_request_is_never_pickled(protocol: int, canary: str) -> None:
    with pytest.raises(TypeError, match="never pickled") as refusal:
        pickle.dumps(logout_request(Token.parse(canary)), protocol)

    assert not shows("".join(traceback.format_exception(refusal.value)), canary)


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy])
def test_a_request_is_never_copied(way: Any, canary: str) -> None:
    with pytest.raises(TypeError, match="never pickled or copied"):
        way(logout_request(Token.parse(canary)))
