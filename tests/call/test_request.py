"""Request: the one documented HTTP request, and the addresses that a token may be sent to."""

from __future__ import annotations

import copy
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.leaks import shown_by, shows
from wemasy_kit.call.request import BASE_URL, PATH, LogoutRequest, checked_base_url
from wemasy_kit.call.token import Token
from wemasy_kit.contract.document import load
from wemasy_kit.errors import InvalidBaseURL, WemasyKitError
from wemasy_kit.sources.live import live


def test_it_is_the_request_of_the_documented_page() -> None:
    request = LogoutRequest(None)
    page = load()

    assert (request.method, request.url) == (page.method, page.url)


def test_it_asks_for_json_uncompressed_over_one_connection_and_has_no_body(canary: str) -> None:
    request = LogoutRequest(Token.parse(canary))

    assert dict(request.headers) == {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Length": "0",
        "User-Agent": "wemasy-kit",
    }
    assert request.shown_headers == (*request.headers, ("Authorization", "Bearer <redacted>"))


def test_without_a_token_there_is_no_authorization_header() -> None:
    assert LogoutRequest(None).shown_headers == LogoutRequest(None).headers


def test_the_same_token_and_address_make_the_same_request(canary: str) -> None:
    first, second = (LogoutRequest(Token.parse(canary), "https://shop.example/api") for _ in range(2))

    assert first == second
    assert hash(first) == hash(second)
    assert first != LogoutRequest(None, "https://shop.example/api")


@pytest.mark.parametrize("text", ["q9zxw8vy1234", b"q9zxw8vy1234", 42, ["q9zxw8vy1234"], ""])
def test_what_is_no_token_is_refused_without_its_value(text: Any) -> None:
    with pytest.raises(TypeError, match=f"not {type(text).__name__}; ") as refusal:
        LogoutRequest(text)

    assert "q9zx" not in str(refusal.value)
    assert "q9zx" not in shown_by(refusal.value)


# --- Addresses


@pytest.mark.parametrize(
    "base_url",
    [
        BASE_URL, "https://shop.example", "https://shop.example:8443/a/b", "HTTPS://Shop.Example/api",
        "https://192.0.2.1/api", "https://shop.example/~jane@home",
        "http://127.0.0.1:8000/api", "http://127.1.2.3/api", "http://localhost:8000/api", "http://LOCALHOST/api",
        "http://[::1]:8000/api",
        "http://shop.localhost:8000/api",
        "http://shop.test/api",
    ],
)  # fmt: skip
def test_a_token_may_go_to_https_and_to_this_machine(base_url: str) -> None:
    assert LogoutRequest(None, f"{base_url}/").url == LogoutRequest(None, base_url).url == base_url + PATH
    assert live(base_url=base_url).base_url == base_url


@pytest.mark.parametrize("path", ["/a/../b", "/./a", "/é"])
def test_an_address_that_two_readers_read_differently_gets_no_token(path: str) -> None:
    with pytest.raises(InvalidBaseURL, match=r"^the base URL can be read in two ways; use https://"):
        live(base_url=f"https://shop.example{path}")


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
        ("https://\N{RIGHT-TO-LEFT OVERRIDE}shop.example", "control character"),
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
        ("http://shop.test.example", "plain http to another machine"),
        ("http://test", "plain http to another machine"),
        ("https://xn--/", "a host that is none"),
        ("https://-a-.\N{CYRILLIC SMALL LETTER A}", "a host that is none"),
        ("http://192.0.2.1/api", "plain http to another machine"),
        ("http://0.0.0.0:8000", "plain http to another machine"),
        ("http://[2001:db8::1]", "plain http to another machine"),
    ],
)
def test_no_other_address_gets_a_token(base_url: Any, problem: str) -> None:
    with pytest.raises(InvalidBaseURL, match=f"^the base URL .*{problem}.*; use https://"):
        LogoutRequest(None, base_url)


@pytest.mark.parametrize("base_url", ["https://jane:hunter2@shop.example", "https://shop.example?key=hunter2"])
def test_a_refused_address_is_not_repeated(base_url: str) -> None:
    with pytest.raises(InvalidBaseURL) as refusal:
        LogoutRequest(None, base_url)

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
        LogoutRequest(Token.parse(canary), "http://shop.example")

    assert not shows(shown_by(refusal.value), canary)


def test_a_request_does_not_show_its_token(canary: str) -> None:
    request = LogoutRequest(Token.parse(canary))

    assert not shows(f"{request!r} {request} {request.headers!r} {request.shown_headers!r}", canary)


def test_a_request_does_not_change() -> None:
    with pytest.raises(AttributeError, match="does not change"):
        LogoutRequest(None).url = "https://shop.example"


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy])
def test_a_request_can_be_copied(way: Callable[[LogoutRequest], LogoutRequest], canary: str) -> None:
    request = LogoutRequest(Token.parse(canary), "https://shop.example/api")

    assert way(request) == request


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_request_with_a_token_is_never_pickled(protocol: int, canary: str) -> None:
    with pytest.raises(TypeError, match="never pickled") as refusal:
        pickle.dumps(LogoutRequest(Token.parse(canary)), protocol)

    assert not shows("".join(traceback.format_exception(refusal.value)), canary)


def test_a_look_alike_host_is_shown_as_it_is_looked_up() -> None:
    look_alike = "https://\N{CYRILLIC SMALL LETTER A}pi.WeMaSy.nl:8443/api/"

    assert checked_base_url(look_alike) == live(base_url=look_alike).base_url == "https://xn--pi-6kc.wemasy.nl:8443/api"
    assert LogoutRequest(None, look_alike).url.startswith("https://xn--pi-6kc.wemasy.nl:8443/api/services/")
