"""Plays a case over an open connection: it waits, and says its bytes. Who calls it closes the connection."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable

from tornado.iostream import IOStream, StreamClosedError

from wemasy_kit.sandbox.catalogue import Case

_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER of 0 seconds: a close is an RST


async def play(
    case: Case, stream: IOStream, response: bytes, repeats: bytes, *, revoke: Callable[[], None], patience: float
) -> None:
    """Play it to the end, until the client hangs up, or for `patience` seconds.

    Args:
        response: The bytes of the case's response, and of what it repeats.
        revoke: Revokes the request's token.
    """
    try:
        async with asyncio.timeout(patience):
            if case.revokes == "before":
                revoke()
            await asyncio.sleep(case.pause)
            # Shielded: tornado logs a traceback where a write of its own is cancelled.
            await asyncio.shield(stream.write(response))
            while repeats:
                await asyncio.shield(stream.write(repeats))
                await asyncio.sleep(case.every)
            while case.end == "hang":
                await stream.read_bytes(1024, partial=True)
    except (StreamClosedError, TimeoutError):
        pass
    finally:
        if case.revokes == "after":
            revoke()
        if case.end == "reset" and not stream.closed():
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
