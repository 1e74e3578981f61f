"""Request: the one documented HTTP request, and the addresses that a token may be sent to."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.leaks import shown_by, shows
from wemasy_kit.call.request import BASE_URL, PATH, LogoutRequest, checked_base_url
from wemasy_kit.call.token import Token
from wemasy_kit.contract.document import load
from wemasy_kit.errors import InvalidBaseURL
from wemasy_kit.sources.live import live

SHOP = "https://shop.example/api"


def test_it_is_the_request_of_the_documented_page() -> None:
    request = LogoutRequest(None)

    assert (request.method, request.url) == (load().method, load().url)


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


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda request: LogoutRequest(request.token, SHOP)])
def test_the_same_token_and_address_make_the_same_request(way: Callable[[Any], object], canary: str) -> None:
    request = LogoutRequest(Token.parse(canary), SHOP)

    assert way(request) == request
    assert len({way(request), request, LogoutRequest(None, SHOP)}) == 2


@pytest.mark.parametrize("text", ["q9zxw8vy1234", b"q9zxw8vy1234", 42, ["q9zxw8vy1234"], ""])
def test_what_is_no_token_is_refused_without_its_value(text: Any) -> None:
    with pytest.raises(TypeError, match=f"not {type(text).__name__}; ") as refusal:
        LogoutRequest(text)

    assert "q9zx" not in shown_by(refusal.value)


def test_a_request_does_not_change() -> None:
    with pytest.raises(AttributeError, match="does not change"):
        LogoutRequest(None).url = SHOP


# --- Addresses


@pytest.mark.parametrize(
    "base_url",
    [
        BASE_URL, "https://shop.example", "https://shop.example:8443/a/b", "HTTPS://Shop.Example/api",
        "https://192.0.2.1/api", "https://shop.example/~jane@home", "http://127.0.0.1:8000/api", "http://127.1.2.3/api",
        "http://localhost:8000/api", "http://LOCALHOST/api", "http://[::1]:8000/api", "http://shop.localhost:8000/api",
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


REFUSED: dict[str, list[Any]] = {
    "empty": ["", " "],
    "no text": [None, b"https://shop.example", ["https://shop.example"]],
    "has a space": [
        "https://shop.example/a b", " https://shop.example", "https://<host>/api", "https://shop.example/{version}",
    ],
    "a control character": ["https://shop.example\n", "https://shop.example/\x7f", "https://\u202eshop.example"],
    "a backslash": ["https://shop.example\\@evil.example"],
    "a port that is not": ["https://shop.example:65536", "https://shop.example:0", "https://shop.example:-1"],
    "is not a URL": ["https://shop.example:port", "https://[::1"],
    "a host that is none": ["https://xn--/", "https://-a-.\N{CYRILLIC SMALL LETTER A}"],
    "no https://": [
        "shop.example/api", "//shop.example/api", "https:/shop.example", "https://", "https:///api",
        "ftp://shop.example", "file:///etc/hosts",
    ],
    "user name or a password": [
        "https://jane:hunter2@shop.example", "https://jane@shop.example", "https://@shop.example",
        "https://:@shop.example", "http://127.0.0.1@shop.example",
    ],
    "query or a fragment": [f"{SHOP}?key=hunter2", f"{SHOP}?", f"{SHOP}#"],
    "plain http to another machine": [
        "http://shop.example/api", "http://127.0.0.1.shop.example", "http://localhost.shop.example",
        "http://notlocalhost:8000", "http://shop.test.example", "http://test", "http://192.0.2.1/api",
        "http://0.0.0.0:8000", "http://[2001:db8::1]",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("problem", "base_url"), [(problem, each) for problem, found in REFUSED.items() for each in found]
)
def test_no_other_address_gets_a_token_or_is_repeated(problem: str, base_url: Any, canary: str) -> None:
    with pytest.raises(InvalidBaseURL, match=f"^the base URL .*{problem}.*; use https://") as refusal:
        LogoutRequest(Token.parse(canary), base_url)

    assert not [word for word in ("hunter2", "shop", "evil") if word in str(refusal.value)]
    assert not shows(shown_by(refusal.value), canary)


def test_a_look_alike_host_is_shown_as_it_is_looked_up() -> None:
    look_alike = "https://\N{CYRILLIC SMALL LETTER A}pi.WeMaSy.nl:8443/api/"

    assert checked_base_url(look_alike) == live(base_url=look_alike).base_url == "https://xn--pi-6kc.wemasy.nl:8443/api"
    assert LogoutRequest(None, look_alike).url.startswith("https://xn--pi-6kc.wemasy.nl:8443/api/services/")
