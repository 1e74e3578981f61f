"""Request: token and base URL become the one documented HTTP request. Pure, and the one place that reveals a token."""

from __future__ import annotations

import functools
import ipaddress
from typing import Final, NoReturn

import httpx

from wemasy_kit.call.token import Token
from wemasy_kit.errors import InvalidBaseURL

BASE_URL: Final = "https://api.wemasy.nl/api"
PATH: Final = "/services/webshop/v1/customer/auth/logout"
USER_AGENT: Final = "wemasy-kit"
_HEADERS: Final = {
    "Accept": "application/json",
    # Nothing here inflates an answer, so a small one cannot become a large one.
    "Accept-Encoding": "identity",
    "User-Agent": USER_AGENT,
    "Connection": "close",
}


class LogoutRequest(httpx.Request):
    """An `httpx.Request` that cannot be pickled or copied: its headers hold the token."""

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a logout request holds a token and is never pickled or copied; build it again")


def logout_request(token: Token | None, base_url: str = BASE_URL) -> httpx.Request:
    """Build the request that revokes `token`.

    Args:
        token: The token to revoke; None sends no Authorization header.
        base_url: https, or http on loopback; what stands before the documented path.

    Raises:
        InvalidBaseURL: The base URL is none that a token may be sent to.
        TypeError: `token` is neither a Token nor None; a plain str is refused, so that it cannot leak unnoticed.
    """
    if token is not None and not isinstance(token, Token):
        kind = type(token).__name__
        del token  # A traceback with locals shows this frame.
        raise TypeError(f"logout takes a Token (or None), not {kind}: Token.parse(text) makes one")
    # In no variable: a traceback with locals shows this frame, also when Ctrl-C strikes in it.
    return LogoutRequest("POST", _address(base_url), headers=_HEADERS | _authorization(token))


def _authorization(token: Token | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token.reveal()}"}


def checked_base_url(base_url: str) -> str:
    """Give `base_url` without a slash at its end.

    Raises:
        InvalidBaseURL: It is neither https nor http on loopback, or has user, query or fragment.
    """
    _address(base_url)
    return base_url.rstrip("/")


def _address(base_url: str) -> httpx.URL:
    # The cache can be asked only for what can be hashed.
    return _checked(base_url if isinstance(base_url, str) else "")


@functools.lru_cache(maxsize=32)
def _checked(base_url: str) -> httpx.URL:
    problem = _problem(base_url)
    if problem is not None:
        raise InvalidBaseURL(f"the base URL {problem}; use https://…, or http://127.0.0.1:PORT/… for your own server")
    return httpx.URL(base_url.rstrip("/") + PATH)


def _problem(base_url: str) -> str | None:
    # What it is about is never repeated: a base URL with a password in it is one of the cases.
    if not base_url.strip():
        return "is empty, or no text"
    if any(character <= " " or character in '\\"<>^`{|}' or character == "\x7f" for character in base_url):
        return "has a space, a control character or a backslash in it"
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        return "is not a URL"
    if url.scheme not in ("https", "http") or not url.host:
        return "has no https:// or http:// with a host"
    if url.port is not None and not 0 < url.port < 2**16:
        return "has a port that is not from 1 to 65535"
    if "?" in base_url or "#" in base_url:
        return "holds a query or a fragment"
    # httpx drops an empty user name without a word.
    if url.userinfo or "@" in base_url.split("/")[2]:
        return "holds a user name or a password"
    if url.scheme == "http" and not _is_loopback(url.host):
        return "is plain http to another machine, where anyone on the way could read the token"
    return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
