"""Live: the only network I/O. One request over one fresh connection, within a deadline and a size.

It drives httpx's transport and not its client: redirects, cookies, environment proxies, netrc, retries and decoding
belong to the client, so none of them can happen here.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import math
import socket
import ssl
import sys
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Final

import httpx

from wemasy_kit.call.exchange import Cause, Exchange, Headers, NoResponse, SourceName, content_coding, request_parts
from wemasy_kit.call.request import BASE_URL, checked_base_url
from wemasy_kit.errors import InvalidOption
from wemasy_kit.secrets.mask import masking

DEADLINE: Final = 10.0
BODY_CAP: Final = 64 * 1024
_UNSEEN: Final = b"[a coded body is not kept: nothing here decodes it, so nobody could see a token in it]"


def live(*, base_url: str = BASE_URL, deadline: float = DEADLINE) -> Live:
    """A source that asks the server at `base_url` over the network.

    Args:
        base_url: https, or http on loopback.
        deadline: Seconds in total, from the name look-up to the answer's last byte.

    Raises:
        InvalidBaseURL: The base URL is none that a token may be sent to.
        InvalidOption: The deadline is not a positive number of seconds.
    """
    return Live(base_url=base_url, deadline=deadline)


def checked_deadline(deadline: float) -> float:
    """Give a deadline in seconds.

    Raises:
        InvalidOption: It is not a number above 0.
    """
    if isinstance(deadline, bool) or not isinstance(deadline, int | float) or not 0 < deadline < math.inf:
        raise InvalidOption("the deadline must be a number of seconds above 0")
    return float(deadline)


class Live:
    """A `Send` over the network. It keeps no connection and no token: every call stands alone."""

    def __init__(self, *, base_url: str, deadline: float, name: SourceName = "live") -> None:
        self.base_url: Final = checked_base_url(base_url)
        self.deadline: Final = checked_deadline(deadline)
        self.name: Final = name
        self._out: set[asyncio.Timeout] = set()

    def __repr__(self) -> str:
        return f"<{self.name} {self.base_url}, deadline {self.deadline:g} s>"

    def cancel(self) -> None:
        """Give up every call that is out, as if its deadline had passed now. Call it in the event loop's thread."""
        for deadline in self._out:
            if not deadline.expired():
                deadline.reschedule(asyncio.get_running_loop().time())

    async def __call__(self, request: httpx.Request, /) -> Exchange | NoResponse:
        call = _Call(request, self.name)
        failure: Exception | None = None
        interruption: BaseException | None = None
        deadline = asyncio.timeout(self.deadline)
        ends = deadline.when()
        self._out.add(deadline)
        quiet = _SILENT.set(True)
        try:
            async with deadline:
                await call.run()
        except Exception as error:
            failure = error
        except BaseException as error:
            interruption = _bare(error)
        finally:
            # Python closes a forgotten call from another context, which never was silent.
            with contextlib.suppress(ValueError):
                _SILENT.reset(quiet)
            self._out.discard(deadline)
        # Raised out here: the frames of the transport, whose locals hold the request's bytes, stay behind.
        if interruption is not None:
            raise interruption
        if call.answer is not None:
            return call.answer
        cause: Cause = "broken"
        if deadline.expired():
            cause = "timeout" if deadline.when() == ends else "cancelled"
        elif failure is not None:
            cause = _cause(failure, sent=call.sent)
        return NoResponse(sent=call.sent, cause=cause, source=self.name, elapsed=call.elapsed())


class _Call:
    """One request on its way."""

    def __init__(self, request: httpx.Request, source: SourceName) -> None:
        self.sent = False
        self.answer: Exchange | None = None
        self._unfinished: Any = None
        self._request = request
        self._source = source
        self._started = time.perf_counter()

    def elapsed(self) -> float:
        return time.perf_counter() - self._started

    async def run(self) -> None:
        given = self._request
        request = httpx.Request(
            given.method, given.url, headers=given.headers, stream=given.stream, extensions={"trace": self._trace}
        )
        verify = _tls() if request.url.scheme == "https" else _NO_TLS
        try:
            async with httpx.AsyncHTTPTransport(verify=verify, trust_env=False) as transport:
                response = await transport.handle_async_request(request)
                if not _is_framed_without_doubt(response):
                    raise httpx.RemoteProtocolError("two readers could differ about where this answer ends")
                body = bytearray()
                assert isinstance(response.stream, httpx.AsyncByteStream)
                async for chunk in response.stream:
                    body += chunk
                    if len(body) > BODY_CAP:
                        break
                # Set here and not behind the transport's closing: an answer that is complete stays complete.
                self.answer = self._exchange(response, bytes(body))
        except (asyncio.CancelledError, KeyboardInterrupt, SystemExit):
            # The transport forgets a connection whose TLS handshake is cut short.
            if self._unfinished is not None:
                await self._unfinished.aclose()
            raise

    async def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            self._unfinished = info["return_value"]
        if event.endswith("send_request_headers.started"):
            self.sent, self._unfinished = True, None

    def _exchange(self, response: httpx.Response, body: bytes) -> Exchange:
        scheme, space, secret = self._request.headers.get("Authorization", "").partition(" ")
        mask = masking(secret if space else scheme)
        method, url, request_headers = request_parts(self._request)
        headers: Headers = tuple((mask(_decoded(name)), mask(_decoded(value))) for name, value in response.headers.raw)
        return Exchange(
            method=method,
            url=url,
            request_headers=request_headers,
            status=response.status_code,
            reason=mask(_decoded(response.extensions.get("reason_phrase", b""))),
            headers=headers,
            body=_UNSEEN
            if body and content_coding(headers)
            else mask(body[:BODY_CAP].decode("latin-1")).encode("latin-1"),
            source=self._source,
            over_cap=len(body) > BODY_CAP,
            elapsed=self.elapsed(),
            received_at=time.time(),
        )


def _bare(error: BaseException) -> BaseException:
    """An interruption without its past, and out of the group that a connection attempt wraps it in."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _is_framed_without_doubt(response: httpx.Response) -> bool:
    """HTTP/1, and not framed in two ways at once, or in one that HTTP/1.0 does not know (RFC 9112, 6.1 and 6.3)."""
    version = response.extensions.get("http_version", b"")
    if "Transfer-Encoding" in response.headers and (version == b"HTTP/1.0" or "Content-Length" in response.headers):
        return False
    return isinstance(version, bytes) and version.startswith(b"HTTP/1.")


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


_CAUSES: Final[tuple[tuple[type[BaseException], Cause], ...]] = (
    (ssl.SSLError, "tls"),
    (socket.gaierror, "name_not_found"),
    (ConnectionRefusedError, "refused"),
    (TimeoutError, "timeout"),
    (httpx.ConnectError, "unreachable"),
    (httpx.UnsupportedProtocol, "unreachable"),
)


def _cause(error: BaseException, *, sent: bool) -> Cause:
    """What lies at the bottom of an error: the transport wraps a refused connection three times over."""
    if sent:
        return "broken"
    if sys.platform == "emscripten":
        return "no_sockets"
    chain = tuple(_chain(error))
    return next((cause for kind, cause in _CAUSES if any(isinstance(link, kind) for link in chain)), "broken")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    if error is None:
        return
    yield error
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from _chain(member)
    yield from _chain(error.__cause__ or error.__context__)


@functools.cache
def _tls() -> ssl.SSLContext:
    """Certificates are verified, against certifi's list. Built once: it takes longer than a request."""
    return httpx.create_ssl_context(trust_env=False)


# For http on loopback: should TLS be spoken here after all, nothing is trusted.
_NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


# httpcore logs an answer's headers at DEBUG, and a server may echo the token in one.
_SILENT: Final[ContextVar[bool]] = ContextVar("wemasy_kit_silent", default=False)
for _logger in ("httpcore.connection", "httpcore.http11"):
    logging.getLogger(_logger).addFilter(lambda record: not _SILENT.get())
