"""In the page: asks the stand-in shop's rules directly, where a browser's Python has no sockets. No I/O."""

from __future__ import annotations

import re
import time
import urllib.parse
from collections import deque
from email.utils import formatdate
from typing import Final

from wemasy_kit.call.exchange import Exchange, NoResponse, SourceName, masked
from wemasy_kit.call.provenance import SANDBOX_SERVER
from wemasy_kit.call.request import BASE_URL, LogoutRequest
from wemasy_kit.errors import InvalidOption, bare
from wemasy_kit.sandbox.catalogue import Case, filled
from wemasy_kit.sandbox.log import LoggedRequest, logged
from wemasy_kit.sandbox.rules import PATH, Answer, Shop
from wemasy_kit.secrets.mask import masking

_ORIGIN: Final = BASE_URL.removesuffix("/api")
_HEADER: Final = r"([!-9;-~]+):[ \t]*(.*?)[ \t]*"


class InPage:
    """A `Send` to a shop in the same process, masked and judged as every other.

    Attributes:
        base_url: The documented one: in a page there is no other to tell. Nothing is sent there.
        control_url: Empty: no test in another language reaches a page.
        requests: The last 10,000 requests.
    """

    name: Final[SourceName] = "sandbox"
    base_url: Final = BASE_URL
    control_url: Final = ""

    def __init__(self, shop: Shop) -> None:
        self.requests: Final[deque[LoggedRequest]] = deque(maxlen=10_000)
        self._shop: Final = shop
        self._is_open = False

    def __repr__(self) -> str:
        return "<sandbox in this page; no socket>"

    def start(self) -> None:
        self._is_open = True

    def stop(self) -> None:
        self._is_open = False

    def cancel(self) -> bool:
        """False: no call is out, each is over at once."""
        return False

    async def __call__(self, request: LogoutRequest, /) -> Exchange | NoResponse:
        """The shop's response.

        Raises:
            InvalidOption: A case is asked for that breaks the connection, or holds it up: here there is none.
        """
        if not self._is_open:
            return NoResponse(sent=False, cause="refused", source=self.name)
        try:
            return self._exchange(request)
        except BaseException as error:
            failure = bare(error)
        raise failure  # Out here: the frames that hold the token stay behind.

    def _exchange(self, request: LogoutRequest) -> Exchange:
        started = time.perf_counter()
        secret = request.token.reveal() if request.token else ""
        sent = (("Host", urllib.parse.urlsplit(_ORIGIN).netloc), *request.headers)
        if secret:
            sent += (("Authorization", f"Bearer {secret}"),)
        case = self._shop.next_case(request.method, PATH, secret)
        if case:
            answer = _whole(case, secret)
            if case.revokes != "never":
                self._shop.revoke(secret)
        else:
            answer = self._shop.answer(request.method, PATH, sent)
            served = (
                ("Server", SANDBOX_SERVER),
                ("Date", formatdate(usegmt=True)),
                ("Content-Length", str(len(answer.body))),
            )
            answer = Answer(answer.status, answer.reason, (*answer.headers, *served), answer.body)
        name = case.name if case else None
        self.requests.append(logged(request.method, PATH, sent, at=time.time(), status=answer.status, case=name))
        raw = Exchange(
            method=request.method,
            url=request.url,
            request_headers=request.shown_headers,
            status=answer.status,
            reason=answer.reason,
            headers=answer.headers,
            body=answer.body,
            source=self.name,
            elapsed=time.perf_counter() - started,
            received_at=time.time(),
        )
        return masked(raw, masking(secret))


def _whole(case: Case, secret: str) -> Answer:
    """The case's response, if it is one that comes whole and at once."""
    words = {
        "here": lambda _: _ORIGIN,
        "other": lambda _: "https://other.example",
        "token": lambda _: secret,
        "date": lambda seconds: formatdate(time.time() + float(seconds), usegmt=True),
    }
    head, empty_line, body = filled(case.response, words).partition(b"\r\n\r\n")
    first, *lines = head.decode("utf-8", "replace").split("\r\n")
    status = re.fullmatch(r"HTTP/1\.1 ([2-9]\d\d) ?(.*)", first)
    headers = [re.fullmatch(_HEADER, each) for each in lines]
    named = tuple((each[1], each[2]) for each in headers if each)
    lengths = [value for name, value in named if name.lower() == "content-length"]
    is_framed = lengths in ([], [str(len(body))]) and not any(name.lower() == "transfer-encoding" for name, _ in named)
    is_odd = case.pause or case.repeats or case.end != "close" or len(body) > 64 * 1024
    if not (status and empty_line and all(headers) and is_framed) or is_odd:
        raise InvalidOption(f"the case {case.name} is about the connection, and in a page there is none")
    return Answer(int(status[1]), status[2], named, body)
