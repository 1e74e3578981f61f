"""The stand-in shop on a real HTTP/1.1 socket of 127.0.0.1: a thin adapter around `rules`, the sandbox's only I/O."""

from __future__ import annotations

import contextvars
import errno
import logging
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import formatdate
from typing import cast

from tornado import httputil
from tornado.httpserver import HTTPServer

from wemasy_kit.sandbox.rules import Shop

_LARGEST = 64 * 1024  # bytes: of all headers, and of a body
_in_the_sandbox = contextvars.ContextVar("_in_the_sandbox", default=False)


def _is_from_elsewhere(record: logging.LogRecord) -> bool:
    return not _in_the_sandbox.get()


class Server:
    """Serves one shop from `start` to `stop`, in the running event loop, without a thread.

    Attributes:
        base_url: "http://127.0.0.1:{port}/api"; empty before the start.
        requests: How many complete requests have come in.

    Args:
        shop: What answers.
        port: Where it listens; 0 takes a free one.
        patience: Seconds that a connection may be silent, and that a body may take; then it is closed.
    """

    def __init__(self, shop: Shop, *, port: int = 0, patience: float = 60.0) -> None:
        self.base_url = ""
        self.requests = 0
        self._shop, self._port, self._patience = shop, port, patience
        self._http: HTTPServer | None = None

    async def start(self) -> None:
        """Listens; port 0 means a free one. Raises OSError if the port is taken, RuntimeError if already started."""
        if self._http is not None:
            raise RuntimeError("this sandbox has already started: stop it first, or make another")
        listening = _Listening(fileno=socket.create_server(("127.0.0.1", self._port)).detach())
        listening.setblocking(False)
        self.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}/api"
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
            await http.close_all_connections()

    def _answer(self, request: httputil.HTTPServerRequest, connection: httputil.HTTPConnection) -> None:
        self.requests += 1
        method, path = request.method or "", request.uri or ""
        answer = self._shop.answer(method, path, request.headers.get_all(), address=request.remote_ip or "")
        headers = _Headers()
        for name, value in (*answer.headers, ("Server", "wemasy-kit-sandbox"), ("Date", formatdate(usegmt=True))):
            headers.add(name, value)
        # RFC 9110, 8.6: never on a 204, and on the answer to a HEAD only what a GET would say, which is not known here.
        if answer.status != 204 and method != "HEAD":
            headers.add("Content-Length", str(len(answer.body)))
        connection.write_headers(httputil.ResponseStartLine("", answer.status, answer.reason), headers, answer.body)
        connection.finish()


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


_OnRequest = Callable[[httputil.HTTPServerRequest, httputil.HTTPConnection], None]


@dataclass
class _Door(httputil.HTTPServerConnectionDelegate):
    on_request: _OnRequest

    def start_request(self, server_conn: object, request_conn: httputil.HTTPConnection) -> httputil.HTTPMessageDelegate:
        return _Call(self.on_request, request_conn)


@dataclass
class _Call(httputil.HTTPMessageDelegate):
    """One request. Its body is read and dropped; tornado's plain callback parses a form, and answers a bad one 400."""

    on_request: _OnRequest
    connection: httputil.HTTPConnection

    def headers_received(self, start_line: object, headers: httputil.HTTPHeaders) -> None:
        line = cast(httputil.RequestStartLine, start_line)
        self.request = httputil.HTTPServerRequest(connection=self.connection, start_line=line, headers=headers)

    def finish(self) -> None:
        self.on_request(self.request, self.connection)
