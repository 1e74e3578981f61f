"""A response on demand, over a real socket: as the next one, by the token itself, and by the control URL."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.sandbox.test_server import ROUTE
from wemasy_kit.sandbox.log import logged
from wemasy_kit.sandbox.rules import PATH, Shop, fingerprint
from wemasy_kit.sandbox.server import Server

NOBODY = "1|" + "a" * 40 + "12345678"


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


async def post(server: Server, token: str = NOBODY, *, follow: bool = False) -> httpx.Response:
    async with client(follow_redirects=follow) as http:
        return await http.post(server.base_url + ROUTE, headers={"Authorization": f"Bearer {token}"})


def test_cases_queue_up_and_then_the_rules_hold_again() -> None:
    shop = Shop()
    token = shop.issue_token("jane")
    shop.answer_next("503-before-revoking", times=2)
    shop.answer_next("html-200")

    async def story(server: Server) -> None:
        assert [(await post(server, token)).status_code for _ in range(5)] == [503, 503, 200, 200, 401]

    server = serve(story, shop)

    assert [request.case for request in server.requests] == [
        "503-before-revoking", "503-before-revoking", "html-200", None, None
    ]  # fmt: skip


def test_only_a_logout_takes_a_case_from_the_queue() -> None:
    shop = Shop()
    shop.answer_next("500-empty")

    async def story(server: Server) -> None:
        async with client() as http:
            for method, path in [("GET", ROUTE), ("OPTIONS", ROUTE), ("POST", "/nowhere")]:
                assert (await http.request(method, server.base_url + path)).status_code != 500
            assert (await http.post(server.base_url + ROUTE + "/?a=b")).status_code == 500

    serve(story, shop)


@pytest.mark.parametrize("times", [0, -1, 1.5, True, "2", 10_001])
def test_how_often_is_a_whole_number(times: Any) -> None:
    with pytest.raises(ValueError, match=r"^times is a whole number from 1 to 10,000$"):
        Shop().answer_next("html-200", times=times)


@pytest.mark.parametrize(("name", "alive"), [("reset-before-revoking", True), ("reset-after-revoking", False)])
def test_a_reset_is_a_true_rst(name: str, alive: bool) -> None:
    shop = Shop()
    token = shop.issue_token("jane")
    shop.answer_next(name)

    async def story(server: Server) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(server.base_url).port)
        writer.write(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()

    serve(story, shop)

    assert shop.holds(token) is alive


def test_a_token_that_is_revoked_after_the_response_is_alive_until_the_client_hangs_up() -> None:
    shop = Shop(cases=True)
    token = "case|silence-then-revoked"

    async def story(server: Server) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(server.base_url).port)
        writer.write(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        while not server.requests:  # noqa: ASYNC110  (it has no event that tells)
            await asyncio.sleep(0)
        assert shop.holds(token)
        writer.close()
        while shop.holds(token):  # noqa: ASYNC110
            await asyncio.sleep(0)

    serve(story, shop)


# --- Redirects


@pytest.mark.parametrize(
    ("name", "method", "host"),
    [
        ("307-to-another-host", "POST", "127.0.0.2"),
        ("302-to-another-host", "GET", "127.0.0.2"),
        ("302-to-the-login-page", "GET", "127.0.0.1"),
        ("301-to-a-new-place", "GET", "127.0.0.1"),
    ],
)
def test_who_follows_a_redirect_finds_a_200_and_the_log_tells_where(name: str, method: str, host: str) -> None:
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.2", 0))
    except OSError:
        pytest.skip("this machine has only one loopback address")
    shop = Shop()
    token = shop.issue_token("jane")
    shop.answer_next(name)

    async def story(server: Server) -> None:
        assert (await post(server, token, follow=True)).status_code == 200

    requests = serve(story, shop).requests

    assert [(request.method, request.host, request.case) for request in requests] == [
        ("POST", "127.0.0.1", name),
        (method, host, name),
    ]
    # httpx drops the token where the host is another one.
    assert [request.token for request in requests] == [
        fingerprint(token), None if host == "127.0.0.2" else fingerprint(token)
    ]  # fmt: skip


# --- By the token itself


def test_a_token_that_names_a_case_gets_it_and_is_alive_until_that_revokes_it() -> None:
    shop = Shop(cases=True)

    async def story(server: Server) -> None:
        for name, statuses in {"html-200": [200, 200], "500-after-revoking": [500, 401], "none": [401]}.items():
            assert shop.holds(f"case|{name}") is (name != "none")
            assert [(await post(server, f"case|{name}")).status_code for _ in statuses] == statuses
        assert (shop.holds("case|html-200"), shop.holds("case|500-after-revoking")) == (True, False)
        shop.reset()
        assert (await post(server, "case|500-after-revoking")).status_code == 500

    serve(story, shop)


def test_a_token_that_names_a_case_is_nobodys_where_that_was_not_asked_for() -> None:
    shop = Shop()

    async def story(server: Server) -> None:
        assert (await post(server, "case|html-200")).status_code == 401

    serve(story, shop)
    assert not shop.holds("case|html-200")


def test_the_case_that_shows_the_token_shows_it() -> None:
    shop = Shop()
    token = shop.issue_token("jane")
    shop.answer_next("500-that-shows-the-token")

    async def story(server: Server) -> None:
        assert token in (await post(server, token)).text

    serve(story, shop)


# --- The control URL

Ask = Callable[..., Awaitable[httpx.Response]]


def steer(story: Callable[[Server, Ask], Awaitable[None]], shop: Shop | None = None) -> Server:
    async def play(server: Server) -> None:
        async with httpx.AsyncClient(trust_env=False) as http:

            async def ask(path: str, body: object = None, method: str = "POST") -> httpx.Response:
                content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
                return await http.request(method, f"{server.control_url}{path}", content=content)

            await story(server, ask)

    return serve(play, shop)


def test_another_language_steers_it_over_http() -> None:
    shop = Shop(rate_limit=2)

    async def story(server: Server, ask: Ask) -> None:
        token = (await ask("/tokens", {"customer": "jane"})).json()["token"]
        assert shop.holds(token)
        assert (await ask("/next", {"case": "html-200", "times": 1})).json() == {}
        assert [(await post(server, token)).status_code for _ in range(4)] == [200, 200, 401, 429]
        assert (await ask("/clock", {"forward": 60})).json() == {}
        assert (await post(server, token)).status_code == 401
        log = (await ask("/requests", method="GET")).json()["requests"]
        assert {each["token"] for each in log} == {fingerprint(token)}
        assert [(each["status"], each["case"]) for each in log] == [
            (200, "html-200"), *((status, None) for status in (200, 401, 429, 401))
        ]  # fmt: skip
        assert (await ask("/reset")).json() == {}
        assert (await ask("/requests", method="GET")).json() == {"requests": []}
        assert (await post(server, token)).status_code == 200

    steer(story, shop)


@pytest.mark.parametrize(
    ("path", "body", "method", "status", "said"),
    [
        ("/next", {"case": "html-20"}, "POST", 404, "html-200"),
        ("/next", {"case": ["html-200"]}, "POST", 404, "html-200"),
        ("/next", {"case": "html-200", "times": "2"}, "POST", 400, "times is a whole number"),
        ("/next", {"case": "html-200", "times": None}, "POST", 400, "times is a whole number"),
        ("/next", {}, "POST", 400, "case"),
        ("/next", None, "GET", 405, "POST"),
        ("/tokens", b"{", "POST", 400, "the body is a JSON object"),
        ("/tokens", b"\xff", "POST", 400, "the body is a JSON object"),
        ("/tokens", [], "POST", 400, "the body is a JSON object"),
        ("/tokens", b"[" * 30_000, "POST", 400, "the body is a JSON object"),
        ("/clock", {"forward": -1}, "POST", 400, "forward"),
        ("/clock", {"forward": "60"}, "POST", 400, "forward"),
        ("/nowhere", {}, "POST", 404, "/next"),
    ],
)
def test_what_cannot_be_done_is_said_as_json(path: str, body: object, method: str, status: int, said: str) -> None:
    async def story(server: Server, ask: Ask) -> None:
        response = await ask(path, body, method)
        assert response.status_code == status
        assert said in json.dumps(response.json())
        assert not server.requests

    steer(story)


def test_the_control_url_is_random_and_nothing_without_that_part_is_listened_to() -> None:
    async def story(server: Server) -> None:
        origin, _, secret = server.control_url.rpartition("/")
        assert len(secret) >= 20
        async with client() as http:
            for path in ("/next", "/control/next", f"/{secret[:-1]}/next"):
                assert (await http.post(origin + path, json={"case": "html-200"})).status_code == 404
        seen.append(secret)

    seen: list[str] = []
    for _ in range(2):
        serve(story)
    assert len(set(seen)) == 2


def test_on_an_address_that_others_reach_there_is_no_control_url() -> None:
    async def story() -> None:
        server = Server(Shop(), host="0.0.0.0")
        await server.start()
        try:
            assert server.control_url == ""
            port = urlsplit(server.base_url).port
            async with client() as http:
                assert (await http.post(f"http://127.0.0.1:{port}/{server._control}/reset")).status_code == 404
        finally:
            await server.stop()

    asyncio.run(story())


# --- The log


@pytest.mark.parametrize(
    "line",
    [
        f"Authorization: Bearer {NOBODY}",
        f"authorization: {NOBODY}",
        f"Authorization: Token {NOBODY}",
        f"Cookie: session={NOBODY}",
        f"X-Api-Key: {NOBODY}",
        f"User-Agent: client {NOBODY}",
        f"Origin: http://{NOBODY}",
        f"{NOBODY.replace('|', '-')}: 1",
    ],
)
def test_no_token_is_in_the_log_however_it_is_sent(line: str) -> None:
    name, value = line.split(": ", 1)
    request = logged(
        "POST", f"/a/{NOBODY}?token=short", [("Host", f"{NOBODY}.x:80"), (name, value)], at=0, status=401, case=None
    )

    assert NOBODY.partition("|")[2] not in repr(request)
    assert "short" not in repr(request)


def test_a_short_token_is_not_in_the_log_either() -> None:
    headers = [("Accept", "application/json"), ("Authorization", "Bearer 1|short"), ("User-Agent", "with 1|short")]
    request = logged("POST", "/1|short", headers, at=0, status=401, case=None)

    assert "short" not in repr(request)
    assert request.token == fingerprint("1|short")
    assert request.headers[:2] == (("Accept", "application/json"), ("Authorization", f"Bearer <{request.token}>"))


# --- Many at once


def test_two_hundred_connections_at_once_each_have_their_response() -> None:
    shop = Shop(rate_limit=1000)

    async def story(server: Server) -> None:
        ask = (f"POST {PATH} HTTP/1.1", "Host: x", "Accept: application/json", "Connection: close")
        answers = await asyncio.gather(*(raw(server, *ask) for _ in range(200)))
        assert {answer[9:12] for answer in answers} == {b"401"}

    assert len(serve(story, shop).requests) == 200


def test_stopping_ends_a_case_that_is_being_played() -> None:
    shop = Shop()
    shop.answer_next("silence-before-revoking")

    async def story(server: Server) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(server.base_url).port)
        writer.write(f"POST {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while not server.requests:  # noqa: ASYNC110
            await asyncio.sleep(0)
        await server.stop()
        assert await reader.read() == b""
        writer.close()

    serve(story, shop)
