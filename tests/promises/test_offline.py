"""That the tests are offline, and that what they start is offline too. 192.0.2.1 is nobody's (RFC 5737)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections.abc import Callable

import httpx
import pytest

ELSEWHERE = ("192.0.2.1", 80)


def connect(address: tuple[str, int]) -> None:
    with socket.socket() as client:
        client.connect(address)


def connect_ex(address: tuple[str, int]) -> None:
    with socket.socket() as client:
        client.connect_ex(address)


def create_connection(address: tuple[str, int]) -> None:
    socket.create_connection(address).close()


def getaddrinfo(address: tuple[str, int]) -> None:
    socket.getaddrinfo(*address)


def open_connection(address: tuple[str, int]) -> None:
    async def play() -> None:
        _, writer = await asyncio.open_connection(*address)
        writer.close()
        await writer.wait_closed()

    asyncio.run(play())


def sock_connect(address: tuple[str, int]) -> None:
    async def play() -> None:
        with socket.socket() as client:
            client.setblocking(False)
            await asyncio.get_running_loop().sock_connect(client, address)

    asyncio.run(play())


WAYS = [connect, connect_ex, create_connection, getaddrinfo, open_connection, sock_connect]


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_out_of_this_machine(way: Callable[[tuple[str, int]], None]) -> None:
    with pytest.raises(OSError, match=r"the tests are offline: '192\.0\.2\.1' is not this machine"):
        way(ELSEWHERE)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_leads_to_this_machine(way: Callable[[tuple[str, int]], None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        way(server.getsockname())


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
    script = """
import socket
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()
print("loopback works")
socket.create_connection(("192.0.2.1", 80))
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)

    assert ended.stdout == "loopback works\n"
    assert "Offline: " in ended.stderr
    assert "the tests are offline: '192.0.2.1' is not this machine" in ended.stderr
