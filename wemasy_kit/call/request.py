"""Request: a token and a base URL become the one documented request, a value with nothing secret to see in it."""

from __future__ import annotations

import functools
import ipaddress
import urllib.parse
from typing import Final, NoReturn, Self

from wemasy_kit.call.token import Token
from wemasy_kit.errors import InvalidBaseURL

Headers = tuple[tuple[str, str], ...]

BASE_URL: Final = "https://api.wemasy.nl/api"
PATH: Final = "/services/webshop/v1/customer/auth/logout"
DEADLINE: Final = 10.0  # seconds in total, unless told otherwise


class LogoutRequest:
    """The request that revokes a token: `POST …/customer/auth/logout`. It does not change.

    It holds the `Token`, not its text: so it can be shown, copied and logged. A source reveals the token when it sends
    the request, and a replay never does.

    Args:
        token: The token to revoke; None sends no Authorization header.
        base_url: https, or http to this machine; what stands before the documented path.

    Attributes:
        method: "POST".
        url: The whole address.
        headers: Names and values to send, without the Authorization header.
        token: As given.

    Raises:
        InvalidBaseURL: The base URL is none that a token may be sent to.
        TypeError: `token` is neither a Token nor None; a plain str is refused, so that it cannot leak unnoticed.
    """

    method: Final = "POST"
    headers: Final[Headers] = (
        ("Accept", "application/json"),
        # Nothing here inflates a response, so a small one cannot become a large one.
        ("Accept-Encoding", "identity"),
        ("User-Agent", "wemasy-kit"),
        ("Connection", "close"),
        ("Content-Length", "0"),
    )
    token: Token | None = None
    url: str = ""

    def __new__(cls, token: Token | None, base_url: str = BASE_URL) -> Self:
        if token is not None and not isinstance(token, Token):
            kind = type(token).__name__
            del token  # A traceback with locals shows this frame.
            raise TypeError(f"logout takes a Token (or None), not {kind}; Token.parse(text) makes one")
        url = checked_base_url(base_url) + PATH
        request = object.__new__(cls)
        object.__setattr__(request, "token", token)
        object.__setattr__(request, "url", url)
        return request

    @property
    def shown_headers(self) -> Headers:
        """The headers as they are kept and shown: the Authorization value masked."""
        return self.headers if self.token is None else (*self.headers, ("Authorization", "Bearer <redacted>"))

    def __repr__(self) -> str:
        return f"<{self.method} {self.url}, {self.token or 'no token'}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LogoutRequest) and (self.url, self.token) == (other.url, other.token)

    def __hash__(self) -> int:
        return hash((self.url, self.token))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a request does not change")

    def __reduce__(self) -> tuple[object, ...]:
        return LogoutRequest, (self.token, self.url.removesuffix(PATH))


def checked_base_url(base_url: str) -> str:
    """Give `base_url` without a slash at its end, and a host outside ASCII as it is looked up: `xn--…`.

    So a look-alike of a letter is seen, wherever the address is shown.

    Raises:
        InvalidBaseURL: It is neither https nor http to this machine, or has user, query or fragment.
    """
    # The cache can be asked only for what can be hashed.
    problem = _problem(base_url if isinstance(base_url, str) else "")
    if problem is not None:
        raise InvalidBaseURL(f"the base URL {problem}; use https://…, or http://127.0.0.1:PORT/… for your own server")
    url = urllib.parse.urlsplit(base_url)
    host = url.hostname or ""
    if not host.isascii():
        base_url = url._replace(netloc=url.netloc.lower().replace(host, _ascii(host))).geturl()
    return base_url.rstrip("/")


def _ascii(host: str) -> str:
    if host.isascii() and "xn--" not in host:
        return host
    import idna  # noqa: PLC0415  (few hosts need it)

    return idna.encode(host).decode("ascii")


@functools.lru_cache(maxsize=32)
def _problem(base_url: str) -> str | None:
    # What it is about is never repeated: a base URL with a password in it is one of the cases.
    if not base_url.strip():
        return "is empty, or no text"
    if any(not character.isprintable() or character in ' \\"<>^`{|}' for character in base_url):
        return "has a space, a control character or a backslash in it"
    try:
        url = urllib.parse.urlsplit(base_url)
        host, port = _ascii(url.hostname or ""), url.port
    except ValueError:
        return "is not a URL, has a host that is none, or a port that is not from 1 to 65535"
    if url.scheme not in ("https", "http") or not host:
        return "has no https:// or http:// with a host"
    if port == 0:
        return "has a port that is not from 1 to 65535"
    if "?" in base_url or "#" in base_url:
        return "holds a query or a fragment"
    if "@" in url.netloc:
        return "holds a user name or a password"
    if url.scheme == "http" and not _is_this_machine(host):
        return "is plain http to another machine, where anyone on the way could read the token"
    return None


def _is_this_machine(host: str) -> bool:
    """By its name; a source looks where it leads. No one can own a name below `.test` or `.localhost` (RFC 6761)."""
    if host == "localhost" or host.endswith((".localhost", ".test")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
