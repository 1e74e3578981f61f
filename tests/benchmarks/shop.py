"""The sandbox beside a bare tornado handler that says the same bytes; and a live call beside a bare one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

import httpx
from tornado.web import Application, RequestHandler

from tests.benchmarks.table import Row, cpu, ratio, version
from wemasy_kit import live, logout
from wemasy_kit.sandbox.rules import PATH, Shop
from wemasy_kit.sandbox.server import Server

AT_ONCE = 64  # connections
BODY = {"error": True, "message": "Unauthenticated."}
ASKED = (
    f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nAuthorization: Bearer 1|nobody\r\n\r\n".encode()
)


class Bare(RequestHandler):
    def post(self) -> None:
        self.set_status(401)
        for name, value in (
            ("X-RateLimit-Limit", "1000000000"), ("X-RateLimit-Remaining", "999999999"),
            ("Content-Type", "application/json"), ("Cache-Control", "no-cache, private"),
            ("Access-Control-Allow-Origin", "*"), ("Server", "wemasy-kit-sandbox"),
        ):  # fmt: skip
            self.set_header(name, value)
        self.finish(json.dumps(BODY, separators=(",", ":")))


def serve_the_sandbox(told: Connection) -> None:
    async def story() -> None:
        server = Server(Shop(rate_limit=10**9))
        await server.start()
        told.send(urlsplit(server.base_url).port)
        await asyncio.Event().wait()

    asyncio.run(story())


def serve_bare(told: Connection) -> None:
    async def story() -> None:
        listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
        listening.setblocking(False)
        Application([(PATH, Bare)], log_function=lambda handler: None).listen(0, "127.0.0.1").add_socket(listening)
        told.send(listening.getsockname()[1])
        await asyncio.Event().wait()

    asyncio.run(story())


@contextlib.contextmanager
def served(serve: Callable[[Connection], None]) -> Iterator[int]:
    """A server in a process of its own, and its port."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


def rows() -> Iterator[Row]:
    with served(serve_the_sandbox) as sandbox, served(serve_bare) as bare:
        yield _a_live_call(sandbox)
        found = ratio(lambda: a_second(sandbox), lambda: a_second(bare), 9)
        what = f"sandbox, requests a second, {AT_ONCE} connections"
        yield Row(what, f"a bare handler of {version('tornado')}", found, 0.6, more_is_better=True)
    found = ratio(lambda: of_the_sandbox(20_000), lambda: of_the_sandbox(10), 5)
    yield Row("sandbox, a request with 20,000 tokens and addresses", "with 10", found, 1.2)


def _a_live_call(port: int) -> Row:
    source, ready = live(base_url=f"http://127.0.0.1:{port}/api"), ssl.create_default_context()
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}

    async def ours() -> None:
        for _ in range(30):
            assert (await logout(None, send=source)).kind == "unauthenticated"

    async def bare() -> None:
        for _ in range(30):
            async with httpx.AsyncClient(verify=ready, trust_env=False) as client:
                assert (await client.post(f"http://127.0.0.1:{port}{PATH}", headers=headers)).json()["error"]

    with asyncio.Runner() as runner:
        found = ratio(lambda: cpu(lambda: runner.run(ours())), lambda: cpu(lambda: runner.run(bare())), 15)
    peer = f"{version('httpx')}, a new AsyncClient with a ready TLS context"
    return Row("a live call over loopback, the client's side", peer, found, 1.2)


def a_second(port: int, rounds: int = 20) -> float:
    """Requests a second, each connection asking again once all have had their response."""
    opened = [socket.create_connection(("127.0.0.1", port)) for _ in range(AT_ONCE)]
    started = time.perf_counter()
    for _ in range(rounds):
        for each in opened:
            each.sendall(ASKED)
        for each in opened:
            assert each.recv(64 * 1024).startswith(b"HTTP/1.1 401 ")
    spent = time.perf_counter() - started
    for each in opened:
        each.close()
    return AT_ONCE * rounds / spent


def of_the_sandbox(size: int, times: int = 2_000) -> float:
    """CPU seconds of one request to a shop that has issued `size` tokens, and been called from as many addresses."""
    busy = Shop(rate_limit=10**6, clock=lambda: 0.0)
    headers = [("Accept", "application/json"), ("Authorization", f"Bearer {busy.issue_token('jane')}")]
    for number in range(size):
        busy.issue_token("john")
        busy.answer("POST", PATH, headers, address=f"{number}")
    numbers = iter(range(times))
    return cpu(lambda: busy.answer("POST", PATH, headers, address=f"{next(numbers) * 9973 % size}"), times)
