"""Live: the only network I/O, and the only httpx. One request over one fresh connection, within a deadline and a size.

It drives httpx's transport and not its client: redirects, cookies, environment proxies, netrc, retries and decoding
belong to the client, so none of them can happen here.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ipaddress
import logging
import socket
import ssl
import sys
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

import certifi
import httpx

from wemasy_kit.call.advice import REASONS
from wemasy_kit.call.exchange import Cause, Exchange, NoResponse, SourceName, masked
from wemasy_kit.call.request import BASE_URL, DEADLINE, PATH, LogoutRequest, checked_base_url
from wemasy_kit.call.token import Token
from wemasy_kit.errors import InvalidBaseURL, InvalidOption, InvalidToken, bare
from wemasy_kit.files import regular
from wemasy_kit.secrets.mask import masking

BODY_CAP: Final = 64 * 1024


def live(*, base_url: str = BASE_URL, deadline: float = DEADLINE, ca: str | Path | None = None) -> Live:
    """A source that asks the server at `base_url` over the network.

    Args:
        base_url: https; or http to this machine: a loopback address, `localhost`, or a name below `.localhost` or
            `.test` (RFC 6761), as Herd, Valet and Sail give. Where such a name leads is looked at first.
        deadline: Seconds in total, from the name look-up to the response's last byte.
        ca: A file of PEM certificates: the private authority to trust in place of the public ones.

    Raises:
        InvalidBaseURL: The base URL is none that a token may be sent to.
        InvalidOption: The deadline is not a positive number of seconds, or `ca` is no such file.
    """
    return Live(base_url=base_url, deadline=deadline, ca=ca)


def why_off() -> str | None:
    """Why nothing can be sent live from this Python; None where it can."""
    return REASONS["no_sockets"] if sys.platform == "emscripten" else None


def checked_deadline(deadline: float) -> float:
    """Give a deadline in seconds.

    Raises:
        InvalidOption: It is not a number above 0.
    """
    if isinstance(deadline, bool) or not isinstance(deadline, int | float) or not 0 < deadline <= sys.float_info.max:
        raise InvalidOption("the deadline must be a number of seconds above 0")
    return float(deadline)


class Live:
    """A `Send` over the network. It keeps no connection and no token: every call stands alone."""

    def __init__(
        self, *, base_url: str, deadline: float, name: SourceName = "live", ca: str | Path | None = None
    ) -> None:
        self.base_url: Final = checked_base_url(base_url)
        self.deadline: Final = checked_deadline(deadline)
        self.name: Final = name
        self._ca: Final = ca
        _agreed(self.base_url + PATH)
        if ca is not None:
            _tls(ca)
        _quieten()
        self._out: set[asyncio.Timeout] = set()

    def __repr__(self) -> str:
        return f"<{self.name} {self.base_url}, deadline {self.deadline:g} s>"

    def cancel(self) -> bool:
        """Give up every call that is out, as if its deadline had passed now; False if none is.

        Call it in the event loop's thread.
        """
        for deadline in self._out:
            if not deadline.expired():
                deadline.reschedule(asyncio.get_running_loop().time())
        return bool(self._out)

    async def __call__(self, request: LogoutRequest, /) -> Exchange | NoResponse:
        # Plain http is this machine, where a sandbox may listen.
        if request.url.startswith("https:") and request.token is not None and request.token.names_a_case:
            raise InvalidToken("case", "this names a case of the sandbox, and no server but that takes it")
        call = _Call(_agreed(request.url), request, self.name, self._ca)
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
            interruption = bare(error)
        finally:
            # Python closes a forgotten call from another context, which never was silent.
            with contextlib.suppress(ValueError):
                _SILENT.reset(quiet)
            self._out.discard(deadline)
        # Raised out here: the frames of the transport, whose locals hold the request's bytes, stay behind.
        if interruption is not None:
            raise interruption
        if call.exchange is not None:
            return call.exchange
        cause: Cause = "broken"
        if deadline.expired():
            cause = "timeout" if deadline.when() == ends else "cancelled"
        elif failure is not None:
            cause = _cause(failure, sent=call.sent)
        return NoResponse(sent=call.sent, cause=cause, source=self.name)


class _Call:
    """One request on its way."""

    def __init__(self, url: httpx.URL, request: LogoutRequest, source: SourceName, ca: str | Path | None) -> None:
        self.sent = False
        self.exchange: Exchange | None = None
        self._unfinished: Any = None
        self._url = url
        self._request = request
        self._source = source
        self._ca = ca
        self._started = time.perf_counter()

    async def run(self) -> None:
        # In no variable: a traceback with locals shows this frame, also when Ctrl-C strikes in it.
        request = httpx.Request(
            self._request.method,
            self._url,
            headers=[*self._request.headers, *_authorization(self._request.token)],
            extensions={"trace": self._trace},
        )
        verify = _tls(self._ca) if request.url.scheme == "https" else _NO_TLS
        try:
            async with httpx.AsyncHTTPTransport(verify=verify, trust_env=False) as transport:
                response = await transport.handle_async_request(request)
                if not self.sent:
                    raise _Replaced
                if not _is_framed_without_doubt(response):
                    raise httpx.RemoteProtocolError("two readers could differ about where this response ends")
                body = bytearray()
                assert isinstance(response.stream, httpx.AsyncByteStream)
                async for chunk in response.stream:
                    body += chunk
                    if len(body) > BODY_CAP:
                        break
                # Set here and not behind the transport's closing: a response that is complete stays complete.
                self.exchange = self._exchange(request, response, bytes(body))
        except BaseException:
            # The transport forgets a connection that is given up before or in its TLS handshake.
            if self._unfinished is not None:
                await self._unfinished.aclose()
            raise

    async def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            self._unfinished = info["return_value"]
            # A name can lead anywhere, and plain http is for this machine only.
            if self._url.scheme == "http" and not _is_loopback(self._url.host):
                peer, *_ = self._unfinished.get_extra_info("server_addr")
                if not _is_loopback(peer):
                    raise _NotThisMachine
        if event.endswith("send_request_headers.started"):
            self.sent, self._unfinished = True, None

    def _exchange(self, request: httpx.Request, response: httpx.Response, body: bytes) -> Exchange:
        """Judged as it came, and masked for keeping: the raw one ends here."""
        raw = Exchange(
            method=request.method,
            url=str(request.url),
            request_headers=tuple(_shown(name, value) for name, value in request.headers.raw),
            status=response.status_code,
            reason=_decoded(response.extensions.get("reason_phrase", b"")),
            headers=tuple((_decoded(name), _decoded(value)) for name, value in response.headers.raw),
            body=body[:BODY_CAP],
            source=self._source,
            over_cap=len(body) > BODY_CAP,
            elapsed=time.perf_counter() - self._started,
            received_at=time.time(),
        )
        return masked(raw, masking(request.headers.get("Authorization", "").partition(" ")[2]))


def _authorization(token: Token | None) -> list[tuple[str, str]]:
    """The one place where a token is revealed to be sent."""
    return [] if token is None else [("Authorization", f"Bearer {token.reveal()}")]


def _shown(name: bytes, value: bytes) -> tuple[str, str]:
    secret = name.lower() == b"authorization"
    return name.decode("latin-1"), "Bearer <redacted>" if secret else value.decode("latin-1")


@functools.lru_cache(maxsize=32)
def _agreed(url: str) -> httpx.URL:
    """The URL as httpx reads it, if it reads what the checks have read: two readers of one URL must agree.

    Raises:
        InvalidBaseURL: They do not.
    """
    checked = urllib.parse.urlsplit(url)
    try:
        read = httpx.URL(url)
        parts = (
            read.scheme,
            read.raw_host.decode("ascii"),
            read.port or _PORTS[read.scheme],
            read.raw_path.decode("ascii"),
        )
    except (httpx.InvalidURL, LookupError, ValueError):
        parts = None
    if parts != (checked.scheme, checked.hostname, checked.port or _PORTS.get(checked.scheme), checked.path):
        raise InvalidBaseURL("the base URL can be read in two ways; use https://… with a path in ASCII, without “..”")
    return read


_PORTS: Final = {"http": 80, "https": 443}


class _Replaced(Exception):
    """A response came, and nothing was sent: vcrpy or a mock plays the network."""


class _NotThisMachine(Exception):
    """Plain http led to another machine."""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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
    (_Replaced, "replaced"),
    (_NotThisMachine, "not_this_machine"),
    (ssl.SSLCertVerificationError, "certificate"),
    (ssl.SSLError, "not_tls"),
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
    if why_off():
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
def _tls(ca: str | Path | None = None) -> ssl.SSLContext:
    """Certificates and names are verified, against certifi's list or `ca`. Built once: it takes longer than a request.

    By hand: `ssl.create_default_context` writes the keys to the file that SSLKEYLOGFILE names.

    Raises:
        InvalidOption: `ca` is no file of certificates.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(certifi.where() if ca is None else regular(ca))
    except (OSError, TypeError, ValueError):
        raise InvalidOption("the certificate authority (ca) must be a file of certificates in PEM") from None
    return context


# For http on loopback: should TLS be spoken here after all, nothing is trusted.
_NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


# httpcore logs a response's headers at DEBUG, and a server may echo the token in one.
_SILENT: Final[ContextVar[bool]] = ContextVar("wemasy_kit_silent", default=False)


@functools.cache
def _quieten() -> None:
    """From the first live source on: what is logged during a call of the kit's is dropped, all else is kept."""
    for name in ("httpcore.connection", "httpcore.http11"):
        logging.getLogger(name).addFilter(lambda record: not _SILENT.get())
