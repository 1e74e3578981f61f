"""The rules of the stand-in shop: its tokens, its window, its responses. No I/O, and the clock is handed in.

It imports nothing else of the kit: client and shop are two independent readings of the same page, so that a mistake
in one is not repeated by the other. Nobody has compared it with the live Wemasy API.
"""

from __future__ import annotations

import hashlib
import html
import itertools
import json
import math
import re
import secrets
import string
import threading
import time
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Literal, get_args

from wemasy_kit.sandbox.catalogue import Case, catalogue, find_case

Profile = Literal["documented", "laravel"]
"""Which shop it plays.

`documented`: the page. Throttling comes first and counts an address, whatever its token; both rate-limit headers are on
every 200, 401 and 429; every error is the envelope `{"error": true, "message": …}`. Its windows are kept in Redis.

`laravel`: stock Laravel 12 with Sanctum, as measured. The token is checked first: a refused one costs nothing and its
401 has no rate-limit headers. The limit counts a customer, and a 429 has the undocumented X-RateLimit-Reset. Its
windows are kept in the database, as the skeleton has it.

Both, as measured: who does not ask for JSON gets every error as HTML, and instead of a 401 a 500, "Route [login] not
defined". Where the shop has that route, it is a redirect to `/login`, which answers 200: a client that follows takes
"not logged in" for a success. Retry-After counts from whole second to whole second. A window in the database ends so
too; one in Redis ends to the moment, and may say 0 before: who waits no longer than told can be refused once more.
"""

PATH = "/api/services/webshop/v1/customer/auth/logout"
WINDOW = 60  # seconds, from the first call
MOST = 10**9  # calls a window can grant

_LOGIN = "/login"
_Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the shop says, without what only a server can add (Date, Server, Content-Length)."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """What may be shown of a token.

    Attributes:
        id: The number before the bar; None in a token `case|NAME`.
        customer: Whose it is; empty in a token `case|NAME`.
        fingerprint: The first 8 hex digits of the sha256 of the part after the bar.
        alive: Whether it would be accepted now.
        case: The case that its logout gets; None: what the rules say.
    """

    id: int | None
    customer: str
    fingerprint: str
    alive: bool
    case: str | None = None


class HandClock:
    """A clock moved by hand, for `Sandbox(clock=…)`: a minute takes no time at all. Call it for its Unix seconds."""

    def __init__(self, now: float = 0.0) -> None:
        self._now = now

    def __call__(self) -> float:
        return self._now

    def forward(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self._now += seconds


class Shop:
    """A shop with customers, their tokens, and one thing to do: log out.

    Args:
        rate_limit: How many calls a window of 60 seconds grants, at least 1.
        profile: Which shop it plays, see `Profile`.
        login_route: Whether it has a login page, see `Profile`.
        cases: Whether a token `case|NAME` gets the case of this name, and is alive until that revokes it.
        always: The name of the case that every other logout gets.
        clock: Gives the seconds since 1970. No other clock is looked at.

    Raises:
        ValueError: The rate limit or the profile is none, or no case has the name (UnknownCase).
    """

    def __init__(
        self,
        *,
        rate_limit: int = 60,
        profile: Profile = "documented",
        login_route: bool = False,
        cases: bool = False,
        always: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not isinstance(rate_limit, int) or isinstance(rate_limit, bool) or not 1 <= rate_limit <= MOST:
            raise ValueError(f"rate_limit is a whole number of calls a minute, from 1 to {MOST:,}")
        if profile not in get_args(Profile):
            raise ValueError(f"profile is one of {', '.join(get_args(Profile))}, not {profile!r}")
        self.rate_limit = rate_limit
        self.profile: Profile = profile
        self._allowed = {PATH: "POST"} | ({_LOGIN: "GET, HEAD"} if login_route else {})
        self._clock, self._ahead = clock, 0.0
        self._lock = threading.Lock()  # It is asked from the server's thread and from its owner's.
        self._tokens: dict[str, IssuedToken] = {}  # by the sha256 of the part after the bar
        # When the first call came, and how many were granted, in order of that.
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._next: deque[Case] = deque()
        self._always = find_case(always) if always is not None else None
        self._numbers = itertools.count(1)
        for name in catalogue() if cases else ():
            self._tokens[_digest(name)] = IssuedToken(None, "", fingerprint(name), alive=True, case=name)

    def issue_token(self, customer: str) -> str:
        """A new token in plain text, shown this once: the shop keeps its sha256 only."""
        secret = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(40))
        secret += f"{zlib.crc32(secret.encode()):08x}"
        digest = _digest(secret)
        with self._lock:
            number = next(self._numbers)
            self._tokens[digest] = IssuedToken(number, customer, digest[:8], alive=True)
        return f"{number}|{secret}"

    def tokens(self, customer: str | None = None) -> tuple[IssuedToken, ...]:
        """The tokens in order of issue, the revoked ones too; of all customers with None."""
        with self._lock:
            return tuple(token for token in self._tokens.values() if customer in (None, token.customer))

    def holds(self, plain_text: str) -> bool:
        """Whether this token would be accepted now."""
        with self._lock:
            return self._find(plain_text) is not None

    def revoke(self, plain_text: str) -> None:
        """Stop accepting a token; one that is not alive stays so."""
        with self._lock:
            if (digest := self._find(plain_text)) is not None:
                self._kill(digest)

    def forward(self, seconds: float) -> None:
        """Let `seconds` pass for the window.

        Raises:
            ValueError: It is no number from 0.
        """
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < 10**9:
            raise ValueError("forward is a number of seconds from 0")
        with self._lock:
            self._ahead += seconds

    def reset(self) -> None:
        """Begin again: every token is alive as when it was issued, no request was made, no case waits."""
        with self._lock:
            self._tokens = {digest: replace(token, alive=True) for digest, token in self._tokens.items()}
            self._windows.clear()
            self._next.clear()
            self._ahead = 0.0

    def answer_next(self, name: str, times: int = 1) -> None:
        """Give the next `times` logouts this case, after those that wait already.

        Raises:
            UnknownCase: There is none of this name; it names the near ones.
            ValueError: `times` is no whole number from 1 to 10,000.
        """
        case = find_case(name)
        if not isinstance(times, int) or isinstance(times, bool) or not 1 <= times <= 10_000:
            raise ValueError("times is a whole number from 1 to 10,000")
        self._next.extend([case] * times)

    def next_case(self, method: str, path: str, token: str) -> Case | None:
        """The case that this request gets; None: what the rules say (`answer`). One that waited is used up."""
        if method != "POST" or path.partition("?")[0].rstrip("/") != PATH:
            return None
        with self._lock:
            digest = self._find(token)
            if digest is not None and (name := self._tokens[digest].case) is not None:
                return find_case(name)
            return self._next.popleft() if self._next else self._always

    def answer(
        self, method: str, path: str, headers: Iterable[tuple[str, str]], *, address: str = "127.0.0.1"
    ) -> Answer:
        """The answer to one request, which revokes its token if it is a logout that succeeds.

        Args:
            method: As on the wire, "POST".
            path: A query string may follow; it is ignored.
            headers: Names in any case. Of a repeated one the first counts.
            address: Where the request comes from; the `documented` limit is kept per address.
        """
        asked: dict[str, str] = {}
        for name, value in headers:
            asked.setdefault(name.lower(), value)
        with self._lock:
            answer = self._route(method, path.partition("?")[0], asked, address)
        return replace(answer, body=b"") if method == "HEAD" else answer

    def _route(self, method: str, path: str, asked: Mapping[str, str], address: str) -> Answer:
        if method == "OPTIONS" and "access-control-request-method" in asked:
            return _preflight(asked)
        route, path = path.strip("/") or "/", path.rstrip("/")
        allowed = self._allowed.get(path)
        if allowed is None:
            return self._error(404, f"The route {route} could not be found.", asked)
        if method == "OPTIONS":
            return _html(200, "", (("Allow", allowed), ("Vary", "Access-Control-Request-Method")))
        if method not in allowed.split(", "):
            message = f"The {method} method is not supported for route {route}. Supported methods: {allowed}."
            return self._error(405, message, asked, (("Allow", allowed),))
        return _html(200, _page("Log in")) if path == _LOGIN else self._log_out(asked, address)

    def _log_out(self, asked: Mapping[str, str], address: str) -> Answer:
        digest = self._find(bearer(asked.get("authorization", "")))
        key = address
        if self.profile == "laravel":
            if digest is None:
                return self._unauthenticated(asked)
            key = self._tokens[digest].customer
        granted, rate = self._count(key)
        if not granted:
            return self._error(429, "Too Many Attempts.", asked, rate)
        if digest is None:
            return self._unauthenticated(asked, rate)
        self._kill(digest)
        return _json(200, {"error": False, "message": "Logged out.", "data": []}, rate)

    def _count(self, key: str) -> tuple[bool, _Headers]:
        """Whether the window grants this call, and the headers that tell. A refused call leaves no trace."""
        now = self._clock() + self._ahead
        # Forgetting what is over bounds the memory: the oldest stand first, so no other is looked at.
        while self._windows and self._is_over(next(iter(self._windows.values()))[0], now):
            self._windows.popitem(last=False)
        if key in self._windows and self._is_over(self._windows[key][0], now):
            del self._windows[key]
        start, calls = self._windows.get(key, (now, 0))
        granted = calls < self.rate_limit
        if granted:
            calls += 1
            self._windows[key] = start, calls
        rate: _Headers = (
            ("X-RateLimit-Limit", str(self.rate_limit)),
            ("X-RateLimit-Remaining", str(self.rate_limit - calls)),
        )
        if not granted:
            wait = math.floor(start) + WINDOW - math.floor(now)
            rate += (("Retry-After", str(wait)),)
            if self.profile == "laravel":
                rate += (("X-RateLimit-Reset", str(math.floor(now) + wait)),)
        return granted, rate

    def _is_over(self, start: float, now: float) -> bool:
        """A window whose start lies ahead is over too: the clock was set back."""
        counted_from = start if self.profile == "documented" else math.floor(start)
        return not start <= now < counted_from + WINDOW

    def _find(self, plain_text: str) -> str | None:
        """The sha256 that a live token is kept under. Sanctum looks by id and hash, or without a bar by the hash."""
        number, bar, secret = plain_text.partition("|")
        digest = _digest(secret if bar else plain_text)
        token = self._tokens.get(digest)
        return digest if token and token.alive and (not bar or number == str(token.id or "case")) else None

    def _kill(self, digest: str) -> None:
        self._tokens[digest] = replace(self._tokens[digest], alive=False)

    def _unauthenticated(self, asked: Mapping[str, str], rate: _Headers = ()) -> Answer:
        if _wants_json(asked):
            return self._error(401, "Unauthenticated.", asked, rate)
        if _LOGIN not in self._allowed:
            return _html(500, _page("Route [login] not defined."), rate)
        location = f"http://{asked.get('host', 'localhost')}{_LOGIN}"
        return _html(302, _page(f"Redirecting to {location}"), (*rate, ("Location", location)))

    def _error(self, status: int, message: str, asked: Mapping[str, str], headers: _Headers = ()) -> Answer:
        if not _wants_json(asked):
            return _html(status, _page(HTTPStatus(status).phrase), headers)
        if self.profile == "documented":
            return _json(status, {"error": True, "message": message}, headers)
        # Laravel puts its 401 on one line, and what its exception handler renders on several.
        return _json(status, {"message": message}, headers, indent=None if status == 401 else 4)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def fingerprint(token: str) -> str:
    """The first 8 hex digits of the sha256 of the part after the bar."""
    return _digest(token.partition("|")[2] or token)[:8]


def bearer(authorization: str) -> str:
    """Laravel's reading: what follows the last "Bearer ", up to a comma; untrimmed, so a second space spoils it."""
    found = re.match(r"(?ais).*bearer ([^,]*)", authorization)
    return found[1] if found else ""


def _wants_json(asked: Mapping[str, str]) -> bool:
    """Laravel's rule: the first of the heaviest types in Accept is a JSON one, or any will do and a script asks."""
    first = max(asked.get("accept", "").split(","), key=_weight).partition(";")[0].strip().lower()
    return bool(re.search(r"[/+]json", first)) or (
        first in ("", "*", "*/*") and asked.get("x-requested-with") == "XMLHttpRequest"
    )


def _weight(accepted: str) -> float:
    given = re.search(r"(?i);\s*q=(\d*\.?\d+)", accepted)
    return float(given[1]) if given else 1.0


def _preflight(asked: Mapping[str, str]) -> Answer:
    """What a browser is told before a call from another page: it may do what it asks for."""
    headers = (
        ("Access-Control-Allow-Methods", asked["access-control-request-method"].upper()),
        ("Access-Control-Allow-Headers", asked.get("access-control-request-headers", "")),
        ("Access-Control-Max-Age", "0"),
        ("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers"),
    )
    return _complete(204, headers, "")


def _json(status: int, value: Mapping[str, object], headers: _Headers, *, indent: int | None = None) -> Answer:
    body = json.dumps(value, indent=indent, separators=(",", ": " if indent else ":"))
    return _complete(status, (*headers, ("Content-Type", "application/json")), body)


def _html(status: int, body: str, headers: _Headers = ()) -> Answer:
    return _complete(status, (*headers, ("Content-Type", "text/html; charset=utf-8")), body)


def _page(title: str) -> str:
    return f'<!DOCTYPE html>\n<html lang="en"><title>{html.escape(title)}</title><h1>{html.escape(title)}</h1></html>\n'


def _complete(status: int, headers: _Headers, body: str) -> Answer:
    everywhere = (("Cache-Control", "no-cache, private"), ("Access-Control-Allow-Origin", "*"))
    return Answer(status, HTTPStatus(status).phrase, (*headers, *everywhere), body.encode(errors="replace"))
