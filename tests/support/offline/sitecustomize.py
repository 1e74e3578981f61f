"""Blocks every connection but to this machine. Python runs it by itself where this folder is on PYTHONPATH, so that
command lines and notebook kernels that a test starts are as offline as the test."""

from __future__ import annotations

import errno
import functools
import ipaddress
import os
import socket
from collections.abc import Callable
from typing import Any

Host = str | bytes | None
NOTES = "TESTS_ASKED_FOR"  # The variable that names a file to note in who was asked for.


class Offline(OSError):
    """A test reached for another machine. Nothing was sent; not even a name was looked up."""


def _is_here(host: Host) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host or "localhost"
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return name == "localhost"


def _check(host: Host) -> None:
    if not _is_here(host):
        if notes := os.environ.get(NOTES):
            with open(notes, "a") as file:
                print(repr(host), file=file)
        raise Offline(errno.ENETUNREACH, f"the tests are offline: {host!r} is not this machine")


def _guarded_connect(connect: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(connect)
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _check(address[0])
        return connect(self, address)

    return guarded


def _guarded_lookup(look_up: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(look_up)
    def guarded(host: Host, *rest: Any, **options: Any) -> Any:
        # The wildcard is what a server listens on; nobody can be reached by it.
        if host not in ("0.0.0.0", "::"):
            _check(host)
        return look_up(host, *rest, **options)

    return guarded


def block() -> None:
    """Block this process. A second call changes nothing."""
    if not hasattr(socket.getaddrinfo, "__wrapped__"):
        socket.socket.connect = _guarded_connect(socket.socket.connect)  # type: ignore[method-assign]
        socket.socket.connect_ex = _guarded_connect(socket.socket.connect_ex)  # type: ignore[method-assign]
        socket.getaddrinfo = _guarded_lookup(socket.getaddrinfo)


block()
