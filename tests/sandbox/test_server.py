"""The stand-in shop through a real socket."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
import pytest

from wemasy_kit.sandbox.rules import PATH, Shop
from wemasy_kit.sandbox.server import Server

ROUTE = PATH.removeprefix("/api")
ACCEPT = "Accept: application/json"
SECRET = "NeverToBeSeenInAnyLog"


def serve(story: Callable[[Server], Awaitable[None]], shop: Shop | None = None) -> Server:
    """Plays a story with a server that is up, and gives the server when it is down again."""

    async def play() -> Server:
        server = Server(shop or Shop())
        await server.start()
        try:
            async with asyncio.timeout(60):
                await story(server)
        finally:
            await server.stop()
        return server

    return asyncio.run(play())


def client(*, follow_redirects: bool = False) -> httpx.AsyncClient:
    accept = {"Accept": "application/json"}
    return httpx.AsyncClient(trust_env=False, headers=accept, follow_redirects=follow_redirects)


async def raw(server: Server, *lines: str, body: bytes = b"", host: str = "127.0.0.1") -> bytes:
    """Everything that comes back for these lines, to the byte, on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(server.base_url).port, local_addr=(host, 0))
    writer.write("\r\n".join((*lines, "", "")).encode("latin-1") + body)
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def test_a_customer_logs_out_once_over_real_http() -> None:
    shop = Shop()
    token = shop.issue_token("jane")

    async def story(server: Server) -> None:
        async with client() as http:
            answers = [
                await http.post(server.base_url + ROUTE, headers={"Authorization": f"Bearer {token}"}) for _ in range(2)
            ]
        assert [answer.status_code for answer in answers] == [200, 401]
        assert answers[0].json() == {"error": False, "message": "Logged out.", "data": []}

    server = serve(story, shop)

    assert len(server.requests) == 2
    assert not shop.holds(token)


def test_exactly_these_headers_leave_in_the_spelling_of_the_page() -> None:
    async def story(server: Server) -> None:
        answer = await raw(server, f"POST {PATH} HTTP/1.1", "Host: 127.0.0.1", ACCEPT, "Connection: close")
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

    serve(story)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_an_answer_without_a_body_has_neither_length_nor_chunks(method: str) -> None:
    async def story(server: Server) -> None:
        ask = (f"{method} {PATH} HTTP/1.1", "Host: x", "Access-Control-Request-Method: POST", "Connection: close")
        answer = await raw(server, *ask)
        assert answer.endswith(b"\r\n\r\n")
        assert b"Content-Length" not in answer
        assert b"Transfer-Encoding" not in answer

    serve(story)


def test_one_connection_serves_many_calls() -> None:
    async def story(server: Server) -> None:
        async with client() as http:
            for method, status in [("POST", 401), ("HEAD", 405), ("OPTIONS", 200), ("GET", 405), ("POST", 401)]:
                assert (await http.request(method, server.base_url + ROUTE)).status_code == status

    assert len(serve(story).requests) == 5


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_body_is_read_and_ignored(content_type: str) -> None:
    shop = Shop()
    headers = {"Authorization": f"Bearer {shop.issue_token('jane')}", "Content-Type": content_type}

    async def story(server: Server) -> None:
        async with client() as http:
            for status in (200, 401):  # twice on one connection: a body left unread would be taken for a request
                answer = await http.post(server.base_url + ROUTE, headers=headers, content=b"{not a form" * 1000)
                assert answer.status_code == status

    serve(story, shop)


def test_a_body_beyond_64_kib_is_refused() -> None:
    async def story(server: Server) -> None:
        ask = (f"POST {PATH} HTTP/1.1", "Host: x", "Content-Length: 65537")
        assert (await raw(server, *ask)).startswith(b"HTTP/1.1 400 ")

    assert not serve(story).requests


def test_the_address_of_the_client_is_what_the_documented_limit_counts() -> None:
    async def story(server: Server) -> None:
        ask = (f"POST {PATH} HTTP/1.1", "Host: x", ACCEPT, "X-Forwarded-For: 127.0.0.9", "Connection: close")
        answers = [await raw(server, *ask), await raw(server, *ask), await raw(server, *ask, host="127.0.0.2")]
        assert [answer[9:12] for answer in answers] == [b"401", b"429", b"401"]

    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.2", 0))
    except OSError:
        pytest.skip("this machine has only one loopback address")
    serve(story, Shop(rate_limit=1))


def test_a_client_that_follows_redirects_meets_the_false_success() -> None:
    async def story(server: Server) -> None:
        async with client(follow_redirects=True) as http:
            answer = await http.post(server.base_url + ROUTE, headers={"Accept": "*/*"})
        assert (answer.status_code, answer.request.url.path) == (200, "/login")
        assert answer.headers["Content-Type"].startswith("text/html")

    serve(story, Shop(login_route=True))


def test_only_this_machine_can_reach_it() -> None:
    async def story(server: Server) -> None:
        assert server._http is not None
        assert {bound.getsockname()[0] for bound in server._http._sockets.values()} == {"127.0.0.1"}

    serve(story)


def test_starting_twice_is_refused() -> None:
    async def story(server: Server) -> None:
        with pytest.raises(RuntimeError, match=r"^this sandbox has already started"):
            await server.start()

    serve(story)


def test_stopping_closes_open_connections_and_may_be_repeated() -> None:
    async def story(server: Server) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(server.base_url).port)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        await server.stop()
        await server.stop()
        await reader.read()  # returns only when the other end has hung up
        writer.close()
        with pytest.raises(OSError, match=r".*"):
            await asyncio.open_connection("127.0.0.1", urlsplit(server.base_url).port)

    serve(story)


@pytest.mark.parametrize(
    "lines",
    [
        (f"Authorization: Bearer 1|{SECRET}\0",),
        (f"Bearer 1|{SECRET}",),
        (f"Bearer 1|{SECRET}: Authorization",),
        (f"Content-Length: {SECRET}",),
        (f"Transfer-Encoding: {SECRET}",),
        (f"Host: {SECRET}/",),
        (f"Authorization: {SECRET * 5000}",),
        (f"Authorization: Bearer 1|{SECRET}",),
    ],
)
def test_no_token_reaches_a_log_however_it_is_sent(lines: tuple[str, ...], caplog: pytest.LogCaptureFixture) -> None:
    async def story(server: Server) -> None:
        answer = await raw(server, f"POST {PATH} HTTP/1.1", "Host: x", ACCEPT, *lines, "Connection: close")
        assert answer[9:12] in (b"400", b"401", b"")

    with caplog.at_level(logging.DEBUG):
        serve(story)

    assert SECRET not in caplog.text


def test_a_neighbour_in_the_same_process_keeps_its_log(caplog: pytest.LogCaptureFixture) -> None:
    async def story(server: Server) -> None:
        await raw(server, "not http at all")
        logging.getLogger("tornado.general").info("from the neighbour")

    with caplog.at_level(logging.DEBUG, logger="tornado.general"):
        serve(story)

    assert [record.getMessage() for record in caplog.records if record.name == "tornado.general"] == [
        "from the neighbour"
    ]


def test_neither_shop_nor_server_shows_a_token() -> None:
    shop = Shop()
    token = shop.issue_token("jane")

    assert token.partition("|")[2][:8] not in repr(shop) + repr(Server(shop))
