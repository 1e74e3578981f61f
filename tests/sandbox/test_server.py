"""The stand-in shop through a real socket."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from wemasy_kit.sandbox.rules import PATH, Shop
from wemasy_kit.sandbox.server import Server

ROUTE = PATH.removeprefix("/api")
ACCEPT, CLOSE = "Accept: application/json", "Connection: close"


@contextlib.contextmanager
def serving(shop: Shop | None = None) -> Iterator[Server]:
    """A server in a thread of its own."""
    server = Server(shop or Shop())
    with start_blocking_portal() as portal:
        portal.call(server.start)
        try:
            yield server
        finally:
            portal.call(server.stop)


def connected(server: Server, host: str = "127.0.0.1") -> socket.socket:
    port = urlsplit(server.base_url).port or 0
    return socket.create_connection(("127.0.0.1", port), timeout=60, source_address=(host, 0))


def raw(server: Server, *lines: str, host: str = "127.0.0.1") -> bytes:
    """Everything that comes back for these lines, to the byte, on a connection of its own."""
    with connected(server, host) as client:
        client.sendall("\r\n".join((*lines, "", "")).encode("latin-1"))
        return b"".join(iter(lambda: client.recv(64 * 1024), b""))


def client(*, follow_redirects: bool = False) -> httpx.Client:
    accept = {"Accept": "application/json"}
    return httpx.Client(trust_env=False, headers=accept, follow_redirects=follow_redirects, timeout=60)


def test_exactly_these_headers_leave_in_the_spelling_of_the_page() -> None:
    with serving() as server:
        answer = raw(server, f"POST {PATH} HTTP/1.1", "Host: 127.0.0.1", ACCEPT, CLOSE)

    first, *lines = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert first == "HTTP/1.1 401 Unauthorized"
    assert abs(parsedate_to_datetime(headers.pop("Date")).timestamp() - time.time()) < 60
    assert headers == {
        "X-RateLimit-Limit": "60",
        "X-RateLimit-Remaining": "59",
        "Content-Type": "application/json",
        "Cache-Control": "no-cache, private",
        "Access-Control-Allow-Origin": "*",
        "Server": "wemasy-kit-sandbox",
        "Content-Length": "43",
        "Connection": "close",
    }


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_an_answer_without_a_body_has_neither_length_nor_chunks(method: str) -> None:
    with serving() as server:
        answer = raw(server, f"{method} {PATH} HTTP/1.1", "Host: x", "Access-Control-Request-Method: POST", CLOSE)

    assert answer.endswith(b"\r\n\r\n")
    assert b"Content-Length" not in answer
    assert b"Transfer-Encoding" not in answer


def test_one_connection_serves_many_calls() -> None:
    asked = {"POST": 401, "HEAD": 405, "OPTIONS": 200, "GET": 405, "DELETE": 405}
    with serving() as server, client() as http:
        found = {method: http.request(method, server.base_url + ROUTE).status_code for method in asked}

    assert (found, len(server.requests)) == (asked, 5)


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_is_read_and_ignored(kind: str) -> None:
    shop = Shop()
    headers = {"Authorization": f"Bearer {shop.issue_token('jane')}", "Content-Type": kind}

    with serving(shop) as server, client() as http:
        # Twice on one connection: a body left unread would be taken for a request.
        found = [http.post(server.base_url + ROUTE, headers=headers, content=b"{not a form" * 1000) for _ in range(2)]

    assert [answer.status_code for answer in found] == [200, 401]


def test_a_body_beyond_64_kib_is_refused() -> None:
    with serving() as server:
        answer = raw(server, f"POST {PATH} HTTP/1.1", "Host: x", "Content-Length: 65537")

    assert (answer[:13], len(server.requests)) == (b"HTTP/1.1 400 ", 0)


def test_the_address_of_the_client_is_what_the_documented_limit_counts() -> None:
    try:
        socket.create_server(("127.0.0.2", 0)).close()
    except OSError:
        pytest.skip("this machine has only one loopback address")
    ask = (f"POST {PATH} HTTP/1.1", "Host: x", ACCEPT, "X-Forwarded-For: 127.0.0.9", CLOSE)
    with serving(Shop(rate_limit=1)) as server:
        answers = [raw(server, *ask, host=host) for host in ("127.0.0.1", "127.0.0.1", "127.0.0.2")]

    assert [answer[9:12] for answer in answers] == [b"401", b"429", b"401"]


def test_a_client_that_follows_redirects_meets_the_false_success() -> None:
    with serving(Shop(login_route=True)) as server, client(follow_redirects=True) as http:
        answer = http.post(server.base_url + ROUTE, headers={"Accept": "*/*"})

    assert (answer.status_code, answer.request.url.path) == (200, "/login")
    assert answer.headers["Content-Type"].startswith("text/html")


def test_only_this_machine_can_reach_it() -> None:
    with serving() as server:
        assert server._http is not None
        assert {bound.getsockname()[0] for bound in server._http._sockets.values()} == {"127.0.0.1"}


def test_starting_twice_is_refused() -> None:
    with serving() as server, pytest.raises(RuntimeError, match=r"^this sandbox has already started"):
        asyncio.run(server.start())


def test_stopping_closes_open_connections_and_may_be_repeated() -> None:
    with serving() as server:
        kept = connected(server)
        kept.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert kept.recv(9) == b"HTTP/1.1 "

    asyncio.run(server.stop())
    with kept, contextlib.suppress(ConnectionResetError):
        while kept.recv(64 * 1024):  # Ends only when the other end has hung up.
            pass


def test_a_neighbour_in_the_same_process_keeps_its_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="tornado.general"), serving() as server:
        raw(server, "not http at all")
        logging.getLogger("tornado.general").info("from the neighbour")

    told = [record.getMessage() for record in caplog.records if record.name == "tornado.general"]
    assert told == ["from the neighbour"]
