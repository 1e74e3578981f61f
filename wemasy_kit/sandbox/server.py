"""The stand-in shop on a real HTTP/1.1 socket: a thin adapter around `rules`, and with `player` the sandbox's I/O."""

from __future__ import annotations

import asyncio
import contextvars
import errno
import functools
import ipaddress
import logging
import re
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import cast
from urllib.parse import urljoin

from tornado import httputil
from tornado.http1connection import HTTP1Connection
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

from wemasy_kit.sandbox.catalogue import Case, filled
from wemasy_kit.sandbox.control import control
from wemasy_kit.sandbox.log import LoggedRequest, logged
from wemasy_kit.sandbox.player import play
from wemasy_kit.sandbox.rules import Answer, Shop, bearer

_LARGEST = 64 * 1024  # bytes: of all headers, and of a body
_in_the_sandbox = contextvars.ContextVar("_in_the_sandbox", default=False)


def _is_from_elsewhere(record: logging.LogRecord) -> bool:
    return not _in_the_sandbox.get()


class Server:
    """Serves one shop from `start` to `stop`, in the running event loop, without a thread.

    Attributes:
        base_url: "http://127.0.0.1:{port}/api"; empty before the start.
        control_url: Where `control` listens; empty before the start, and on any address but loopback.
        requests: The last 10,000 complete requests.

    Args:
        shop: What answers.
        host: The address where it listens. Any but a loopback one can be reached from other machines.
        port: Where it listens; 0 takes a free one.
        patience: Seconds that a connection may be silent, and that a body or a case may take; then it is closed.
        on_request: Is told each request once its response is chosen.
    """

    def __init__(
        self,
        shop: Shop,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        patience: float = 60.0,
        on_request: Callable[[LoggedRequest], None] = lambda request: None,
    ) -> None:
        self.base_url = self.control_url = ""
        self.requests: deque[LoggedRequest] = deque(maxlen=10_000)
        self._shop, self._host, self._port, self._patience = shop, host, port, patience
        self._on_request = on_request
        self._http: HTTPServer | None = None
        self._playing: set[asyncio.Task[None]] = set()
        self._redirected: dict[str, Case] = {}  # what a client that follows meets, by the URL that it follows to

    async def start(self) -> None:
        """Listens; port 0 means a free one. Raises OSError if the port is taken, RuntimeError if already started."""
        if self._http is not None:
            raise RuntimeError("this sandbox has already started: stop it first, or make another")
        listening = _listening(self._host, self._port)
        self._origin, self._other = _origin(listening), ""
        self.base_url = f"{self._origin}/api"
        self._control = f"/control-{secrets.token_urlsafe(12)}"
        is_local = ipaddress.ip_address(listening.getsockname()[0]).is_loopback
        self.control_url = self._origin + self._control if is_local else ""
        self._http = HTTPServer(
            _Door(self._answer),
            max_header_size=_LARGEST,
            max_body_size=_LARGEST,
            idle_connection_timeout=self._patience,
            body_timeout=self._patience,
        )
        # Tornado logs a header that it cannot parse, token and all, to a logger that it shares with everything in this
        # process. So nothing is switched off there: only what is logged on behalf of these sockets is dropped.
        logging.getLogger("tornado.general").addFilter(_is_from_elsewhere)
        context = contextvars.copy_context()
        context.run(_in_the_sandbox.set, True)
        context.run(self._http.add_socket, listening)

    async def stop(self) -> None:
        """Stops listening and closes the open connections. A second call does nothing."""
        http, self._http = self._http, None
        if http is not None:
            http.stop()
            for task in self._playing:
                task.cancel()
            await asyncio.gather(*self._playing, return_exceptions=True)
            await http.close_all_connections()

    def _answer(self, request: httputil.HTTPServerRequest, connection: httputil.HTTPConnection, body: bytes) -> None:
        method, path, sent = request.method or "", request.uri or "", tuple(request.headers.get_all())
        if self.control_url and path.startswith(self._control):
            way = path.removeprefix(self._control)
            self._write(connection, method, control(self._shop, self.requests, method, way, body))
            return
        token, here = bearer(request.headers.get("Authorization", "")), f"http://{request.host}"
        case = self._redirected.pop(here + path, None) or self._shop.next_case(method, path, token)
        said: Case | Answer = case or self._shop.answer(method, path, sent, address=request.remote_ip or "")
        # Logged first: who has the response must find it in the log, also from another thread.
        name = case.name if case else None
        self.requests.append(logged(method, path, sent, at=time.time(), status=said.status, case=name))
        self._on_request(self.requests[-1])
        if isinstance(said, Case):
            self._play(said, cast(HTTP1Connection, connection).detach(), token, here)
        else:
            self._write(connection, method, said)

    def _play(self, case: Case, stream: IOStream, token: str, here: str) -> None:
        now = time.time()
        words = {
            "here": lambda _: here,
            "other": self._other_host,
            "token": lambda _: token,
            "date": lambda seconds: formatdate(now + float(seconds), usegmt=True),
        }
        response = filled(case.response, words)
        if case.then:
            (to,) = re.findall(rb"(?m)^Location: (\S+)", response)
            self._redirected[urljoin(here, to.decode())] = replace(case, response=case.then, then="", revokes="never")
        revoke = functools.partial(self._shop.revoke, token)
        work = play(case, stream, response, filled(case.repeats, words), revoke=revoke, patience=self._patience)
        task = asyncio.get_running_loop().create_task(work)
        self._playing.add(task)
        task.add_done_callback(self._playing.discard)
        task.add_done_callback(lambda _: stream.close())  # Also where it is stopped before its first step.

    def _other_host(self, _: str) -> str:
        """Another host that is this machine too: where there is only one loopback address, another name."""
        if not self._other:
            try:
                listening = _listening("127.0.0.2", 0)
            except OSError:
                return f"http://localhost:{self._origin.rpartition(':')[2]}"
            self._other = _origin(listening)
            assert self._http is not None
            self._http.add_socket(listening)
        return self._other

    def _write(self, connection: httputil.HTTPConnection, method: str, answer: Answer) -> None:
        headers = _Headers()
        for name, value in (*answer.headers, ("Server", "wemasy-kit-sandbox"), ("Date", formatdate(usegmt=True))):
            headers.add(name, value)
        # RFC 9110, 8.6: never on a 204, and on the answer to a HEAD only what a GET would say, which is not known here.
        if answer.status != 204 and method != "HEAD":
            headers.add("Content-Length", str(len(answer.body)))
        connection.write_headers(httputil.ResponseStartLine("", answer.status, answer.reason), headers, answer.body)
        connection.finish()


def _listening(host: str, port: int) -> _Listening:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # More than would come at once: a test suite's workers, each with its connections.
    listening = _Listening(fileno=socket.create_server((host, port), family=family, backlog=1024).detach())
    listening.setblocking(False)
    return listening


def _origin(listening: socket.socket) -> str:
    address, port, *_ = listening.getsockname()
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


class _Listening(socket.socket):
    def accept(self) -> tuple[socket.socket, object]:
        """At the limit of open files tornado would log a traceback and try again at once, for ever. Here it rests."""
        try:
            return super().accept()
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):
                raise
        time.sleep(0.05)
        raise BlockingIOError


class _Headers(httputil.HTTPHeaders):
    def get_all(self) -> Iterable[tuple[str, str]]:
        """The page's spelling; tornado's is X-Ratelimit-Limit."""
        return ((name.replace("Ratelimit", "RateLimit"), value) for name, value in super().get_all())


_OnRequest = Callable[[httputil.HTTPServerRequest, httputil.HTTPConnection, bytes], None]


@dataclass
class _Door(httputil.HTTPServerConnectionDelegate):
    on_request: _OnRequest

    def start_request(self, server_conn: object, request_conn: httputil.HTTPConnection) -> httputil.HTTPMessageDelegate:
        return _Call(self.on_request, request_conn)


@dataclass
class _Call(httputil.HTTPMessageDelegate):
    """One request. Its body is bytes; tornado's plain callback parses a form, and answers a bad one 400."""

    on_request: _OnRequest
    connection: httputil.HTTPConnection
    body: bytearray = field(default_factory=bytearray)

    def headers_received(self, start_line: object, headers: httputil.HTTPHeaders) -> None:
        line = cast(httputil.RequestStartLine, start_line)
        self.request = httputil.HTTPServerRequest(connection=self.connection, start_line=line, headers=headers)

    def data_received(self, chunk: bytes) -> None:
        self.body += chunk

    def finish(self) -> None:
        self.on_request(self.request, self.connection, bytes(self.body))
