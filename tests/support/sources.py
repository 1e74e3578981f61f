"""Sources for the form's tests: each gives the answers it was made of, and keeps what it was asked."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

from wemasy_kit.call.exchange import Cause, Exchange, NoResponse, SourceName
from wemasy_kit.call.request import LogoutRequest

Answer = Callable[[LogoutRequest, SourceName], Exchange | NoResponse]

RECEIVED_AT = 1_800_000_000.0
LOGGED_OUT = b'{"error":false,"message":"Logged out.","data":[]}'


class Script:
    """A `Send` that gives its answers one after the other.

    Attributes:
        asked: The Authorization value of each request, None where it had none.
    """

    def __init__(
        self, *answers: Answer, name: SourceName = "sandbox", base_url: str = "https://shop.example/api"
    ) -> None:
        self.name: SourceName = name
        self.base_url = base_url
        self.asked: list[str | None] = []
        self._answers = list(answers)

    async def __call__(self, request: LogoutRequest, /) -> Exchange | NoResponse:
        self.asked.append(request.token and f"Bearer {request.token.reveal()}")
        return self._answers.pop(0)(request, self.name)


class Door(Script):
    """A script that answers nobody until the door is open."""

    def __init__(self, *answers: Answer, name: SourceName = "sandbox") -> None:
        super().__init__(*answers, name=name)
        self.open = threading.Event()

    async def __call__(self, request: LogoutRequest, /) -> Exchange | NoResponse:
        answer = await super().__call__(request)
        while not self.open.is_set():  # noqa: ASYNC110  (opened from another thread)
            await asyncio.sleep(0.001)
        return answer


def says(status: int, *headers: tuple[str, str], body: bytes = b'{"message":"said"}', reason: str = "") -> Answer:
    """A complete answer."""
    return lambda request, name: Exchange(
        request.method,
        request.url,
        request.shown_headers,
        status,
        reason,
        headers,
        body,
        name,
        elapsed=0.02,
        received_at=RECEIVED_AT,
    )


def nothing(*, sent: bool, cause: Cause = "broken") -> Answer:
    """No complete answer."""
    return lambda request, name: NoResponse(sent, cause, name)


def breaks(error: Exception) -> Answer:
    """A source with a bug of its own."""

    def answer(request: LogoutRequest, name: SourceName) -> Exchange:
        raise error

    return answer


def revoked() -> Answer:
    return says(200, body=LOGGED_OUT)


def until(is_so: Callable[[], bool], *, seconds: float = 10.0) -> None:
    """Come back as soon as it is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be so in time"
        time.sleep(0.002)
