"""The one maker of responses and outcomes, and sources that give the responses they were made of, and keep count."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wemasy_kit.call.exchange import Cause, Exchange, NoResponse, SourceName
from wemasy_kit.call.outcome import Outcome, OutcomeKind, read
from wemasy_kit.call.request import LogoutRequest

Response = Callable[[SourceName], Exchange | NoResponse]

NOW = 1_800_000_000.0
URL = "https://shop.example/api/services/webshop/v1/customer/auth/logout"
SAID = b'{"message":"said"}'
LOGGED_OUT = b'{"error":false,"message":"Logged out.","data":[]}'
REFUSED = b'{"error":true,"message":"Unauthenticated."}'
TESTS = Path(__file__).parents[1]
MEASURED = {path.stem: path for path in sorted((TESTS / "data" / "exchanges").glob("*.http"))}
WITH_A_TOKEN = (("Accept", "application/json"), ("Authorization", "Bearer <redacted>"))


def exchange(status: int = 401, *headers: tuple[str, str], **more: Any) -> Exchange:
    """A complete response to a request with a token, a 200 the documented one; `more` are other fields of it."""
    said = {"reason": "", "body": LOGGED_OUT if status == 200 else SAID, "source": "live", **more}
    sent = {"method": "POST", "url": URL, "request_headers": WITH_A_TOKEN}
    return Exchange(status=status, headers=headers, **sent | said)


def measured(name: str) -> Exchange:
    """What a real Laravel was asked and said: two parts of a file, each a first line, headers, a blank line, a body."""
    (asked, sent, _), (said, headers, body) = map(_parts, MEASURED[name].read_text("utf-8").split("\n---\n"))
    (method, url, _), (_, status, reason) = asked.split(" ", 2), said.split(" ", 2)
    more = {"method": method, "url": url, "request_headers": sent, "reason": reason, "body": body.encode()}
    return exchange(int(status), *headers, **more)


def _parts(message: str) -> tuple[str, tuple[tuple[str, str], ...], str]:
    head, _, body = message.partition("\n\n")
    first, *lines = head.splitlines()
    headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
    return first, headers, body.removesuffix("\n")


def outcome(status: int = 401, *headers: tuple[str, str], **more: Any) -> Outcome:
    return read(exchange(status, *headers, **more))


def lost(*, sent: bool, source: SourceName = "live", cause: Cause = "broken") -> Outcome:
    """What it came to where no complete response came."""
    return read(NoResponse(sent, cause, source))


SIX = {
    OutcomeKind.REVOKED: outcome(200, elapsed=0.012),
    OutcomeKind.UNAUTHENTICATED: outcome(401, ("X-RateLimit-Limit", "60"), ("X-RateLimit-Remaining", "57")),
    OutcomeKind.RATE_LIMITED: outcome(429, ("Retry-After", "60"), received_at=NOW),
    OutcomeKind.UNDOCUMENTED: outcome(500, body=b"<h1>Oops</h1>"),
    OutcomeKind.NOT_SENT: lost(sent=False, cause="refused"),
    OutcomeKind.UNKNOWN: lost(sent=True, cause="timeout"),
}


class Script:
    """A `Send` that gives its responses one after the other.

    Attributes:
        asked: The Authorization value of each request, None where it had none.
    """

    def __init__(
        self, *responses: Response, name: SourceName = "sandbox", base_url: str = "https://shop.example/api"
    ) -> None:
        self.name: SourceName = name
        self.base_url = base_url
        self.asked: list[str | None] = []
        self.responses = list(responses)

    async def __call__(self, request: LogoutRequest, /) -> Exchange | NoResponse:
        self.asked.append(f"Bearer {request.token.reveal()}" if request.token else None)
        return self.responses.pop(0)(self.name)


class Door(Script):
    """A script that answers nobody until the door is open."""

    def __init__(self, *responses: Response, name: SourceName = "sandbox") -> None:
        super().__init__(*responses, name=name)
        self.open = threading.Event()

    async def __call__(self, request: LogoutRequest, /) -> Exchange | NoResponse:
        response = await super().__call__(request)
        while not self.open.is_set():  # noqa: ASYNC110  (opened from another thread)
            await asyncio.sleep(0.001)
        return response


def says(status: int, *headers: tuple[str, str], **more: Any) -> Response:
    """A complete response."""
    return lambda name: exchange(status, *headers, source=name, **{"elapsed": 0.02, "received_at": NOW} | more)


def nothing(*, sent: bool, cause: Cause = "broken") -> Response:
    """No complete response."""
    return lambda name: NoResponse(sent, cause, name)


def breaks(error: BaseException) -> Response:
    """A source with a bug of its own."""

    def response(name: SourceName) -> Exchange:
        raise error

    return response


def revoked() -> Response:
    return says(200)


def until(is_so: Callable[[], bool], *, seconds: float = 60.0) -> None:
    """Come back as soon as it is so; the deadline only ends a test that would hang."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be so"
        time.sleep(0.002)


RESPONSES = {
    OutcomeKind.REVOKED: revoked(),
    OutcomeKind.UNAUTHENTICATED: says(401),
    OutcomeKind.RATE_LIMITED: says(429, ("Retry-After", "3")),
    OutcomeKind.UNDOCUMENTED: says(500),
    OutcomeKind.NOT_SENT: nothing(sent=False),
    OutcomeKind.UNKNOWN: nothing(sent=True),
}
