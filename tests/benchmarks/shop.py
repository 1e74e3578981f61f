"""The sandbox beside a bare tornado handler that says the same bytes, each in a process of its own."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import socket
import statistics
import time
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

from tornado.web import Application, RequestHandler

from wemasy_kit.sandbox.rules import PATH, Shop
from wemasy_kit.sandbox.server import Server

AT_ONCE = 200  # connections
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


def a_second(port: int, rounds: int = 10) -> float:
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


def ratio(rounds: int = 7) -> float:
    """How many requests a second the sandbox serves, to those of the bare handler; interleaved."""
    ports, processes = [], []
    for serve in (serve_the_sandbox, serve_bare):
        here, there = multiprocessing.Pipe()
        processes.append(multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True))
        processes[-1].start()
        ports.append(here.recv())
    measured = [tuple(a_second(port) for port in ports) for _ in range(rounds)]
    for process in processes:
        process.terminate()
        process.join()
    sandbox, bare = (statistics.median(each) for each in zip(*measured, strict=True))
    return float(sandbox / bare)
