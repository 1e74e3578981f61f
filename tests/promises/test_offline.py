"""That the tests are offline, and that what they start is offline too. 192.0.2.1 is nobody's (RFC 5737)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.support.python import python

Address = tuple[str, int]


def with_a_socket(method: Callable[[socket.socket, Address], object]) -> Callable[[Address], None]:
    def connect(address: Address) -> None:
        with socket.socket() as client:
            method(client, address)

    return connect


def open_connection(address: Address) -> None:
    async def play() -> None:
        _, writer = await asyncio.open_connection(*address)
        writer.close()
        await writer.wait_closed()

    asyncio.run(play())


def sock_connect(address: Address) -> None:
    async def play() -> None:
        with socket.socket() as client:
            client.setblocking(False)
            await asyncio.get_running_loop().sock_connect(client, address)

    asyncio.run(play())


WAYS: dict[str, Callable[[Address], Any]] = {
    "connect": with_a_socket(socket.socket.connect),
    "connect_ex": with_a_socket(socket.socket.connect_ex),
    "create_connection": lambda address: socket.create_connection(address).close(),
    "getaddrinfo": lambda address: socket.getaddrinfo(*address),
    "open_connection": open_connection,
    "sock_connect": sock_connect,
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_out_of_this_machine_and_every_way_to_it(way: str) -> None:
    with pytest.raises(OSError, match=r"the tests are offline: '192\.0\.2\.1' is not this machine"):
        WAYS[way](("192.0.2.1", 80))
    with socket.create_server(("127.0.0.1", 0)) as server:
        WAYS[way](server.getsockname())


@pytest.mark.parametrize("host", ["api.wemasy.nl", b"api.wemasy.nl", "localhost.wemasy.nl", "192.0.2.1", "2001:db8::1"])
def test_no_other_machine_is_even_looked_up(host: str) -> None:
    with pytest.raises(OSError, match="the tests are offline"):
        socket.getaddrinfo(host, 443)


@pytest.mark.parametrize("host", ["localhost", b"localhost", "127.0.0.1", "::1", None, "0.0.0.0"])
def test_this_machine_is_found_under_its_own_names(host: str | None) -> None:
    assert socket.getaddrinfo(host, 80)


def test_what_is_no_internet_socket_is_left_alone() -> None:
    with socket.socket(socket.AF_UNIX) as client, pytest.raises(FileNotFoundError):
        client.connect("/no/such/socket")


def test_an_http_client_is_stopped_before_it_connects() -> None:
    with contextlib.closing(httpx.Client(trust_env=False)) as http, pytest.raises(httpx.ConnectError, match="offline"):
        http.get("http://192.0.2.1/")


def test_a_process_that_a_test_starts_is_offline_too() -> None:
    ended = python("import socket; print('started', flush=True); socket.create_connection(('192.0.2.1', 80))")

    assert ended.stdout == "started\n"
    assert "Offline: " in ended.stderr
    assert "the tests are offline: '192.0.2.1' is not this machine" in ended.stderr
