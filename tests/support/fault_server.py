"""A server on loopback that misbehaves: one behaviour a server, raw sockets, gone when its `with` or `async with` ends.

It counts connections and complete requests, and it keeps every byte that a client sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from tests.support.sources import TESTS

CERTIFICATES = TESTS / "data" / "tls"


class Peer:
    """A client, as the server sees it."""

    def __init__(self, server: FaultServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server = server
        self.received = bytearray()
        self._reader, self._writer = reader, writer
        self._below_tls = writer.transport
        assert isinstance(writer.transport, asyncio.Transport)  # It reads and writes.
        self._reader_side = writer.transport
        self._news = asyncio.Condition()
        self._gone = False

    @property
    def requests(self) -> int:
        """Complete requests; a logout has no body."""
        return self.received.count(b"\r\n\r\n")

    @property
    def token(self) -> bytes:
        """What it sent as its bearer token."""
        return bytes(self.received).partition(b"Bearer ")[2].partition(b"\r\n")[0]

    async def secure(self, context: ssl.SSLContext) -> None:
        await self._writer.start_tls(context)

    async def listen(self) -> None:
        with contextlib.suppress(OSError):
            while data := await self._reader.read(64 * 1024):
                self.received += data
                await self._tell()
        self._gone = True
        await self._tell()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def request(self) -> bytes:
        """The first request, once it is complete."""
        async with self._news:
            await self._news.wait_for(lambda: self.requests or self._gone)
        if not self.requests:
            raise ConnectionResetError("the client left before its request was complete")
        return bytes(self.received)

    async def leaves(self) -> None:
        """Waits until the client has hung up."""
        async with self._news:
            await self._news.wait_for(lambda: self._gone)

    async def say(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def break_tls(self) -> None:
        self._below_tls.write(b"no record of this session at all")

    def close_below_tls(self) -> None:
        self._below_tls.close()

    def stop_reading(self) -> None:
        self._reader_side.pause_reading()

    def half_close(self) -> None:
        self._writer.write_eof()

    def reset(self) -> None:
        """Hangs up with an RST in place of a FIN."""
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def close(self) -> None:
        self._writer.close()

    def abort(self) -> None:
        self._below_tls.abort()


Behaviour = Callable[[Peer], Awaitable[None]]


class FaultServer:
    """Plays one behaviour to every client. Without one nobody listens: the port is taken, and refuses.

    Attributes:
        port: Where it listens.
        peers: Every connection so far.
    """

    def __init__(
        self, behaviour: Behaviour | None, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
    ) -> None:
        self.port = 0
        self._host = host
        self.peers: list[Peer] = []
        self._behaviour, self._tls = behaviour, tls
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> int:
        return len(self.peers)

    @property
    def requests(self) -> int:
        return sum(peer.requests for peer in self.peers)

    def __enter__(self) -> Self:
        """For synchronous tests, and for what runs in a loop of its own: it serves from a thread."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return asyncio.run_coroutine_threadsafe(self.__aenter__(), self._loop).result()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self.__aexit__(kind, error, trace), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def __aenter__(self) -> Self:
        self._socket = socket.socket()
        self._socket.bind((self._host, 0))
        self.port = self._socket.getsockname()[1]
        self._server = await asyncio.start_server(self._serve, sock=self._socket) if self._behaviour else None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await let_it_arrive()  # A connection that only just stands has no task yet.
        if self._server is not None:
            self._server.close()
        self._socket.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(self, reader, writer)
        self.peers.append(peer)
        task = asyncio.get_running_loop().create_task(self._play(peer))
        self._tasks.add(task)

    async def _play(self, peer: Peer) -> None:
        listening = None
        try:
            if self._tls is not None:
                await peer.secure(self._tls)
            listening = asyncio.create_task(peer.listen())
            assert self._behaviour is not None
            await self._behaviour(peer)
            peer.close()
            await listening
        except OSError:
            pass  # The client has hung up, or does not trust the certificate.
        finally:
            peer.abort()
            if listening is not None:
                listening.cancel()


@functools.cache
def certificate(name: str, *, asks_for_one: bool = False) -> ssl.SSLContext:
    """A server's TLS with a certificate of `data/tls`; `asks_for_one`: from the client too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{name}.pem", CERTIFICATES / "key.pem")
    if asks_for_one:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(CERTIFICATES / "authority.pem")
    return context


def does(*steps: bytes | Callable[[Peer], Awaitable[object] | None]) -> Behaviour:
    """One step after the other, and then it hangs up: bytes are said, all else is a method of `Peer`."""

    async def behaviour(peer: Peer) -> None:
        for step in steps:
            if isinstance(step, bytes):
                await peer.say(step)
                await let_it_arrive()
            elif (done := step(peer)) is not None:
                await done

    return behaviour


keeps_silent = does(Peer.leaves)


def says(*pieces: bytes) -> Behaviour:
    """Reads the request, says the pieces one after the other, and hangs up."""
    return does(Peer.request, *pieces)


def says_and_stays(*pieces: bytes) -> Behaviour:
    """Leaves the hanging up to the client."""
    return does(Peer.request, *pieces, Peer.leaves)


def says_and_resets(said: bytes) -> Behaviour:
    return does(Peer.request, said, Peer.reset)


def tells(make: Callable[[Peer], bytes]) -> Behaviour:
    """Says what `make` makes of the request, and hangs up."""

    async def behaviour(peer: Peer) -> None:
        await peer.request()
        await peer.say(make(peer))

    return behaviour


def drips(said: bytes, drop: bytes) -> Behaviour:
    """Each drop comes before any timeout of a single read could strike."""

    async def behaviour(peer: Peer) -> None:
        await says(said)(peer)
        while True:
            for byte in drop:
                await peer.say(bytes((byte,)))
                await asyncio.sleep(0.02)

    return behaviour


def floods(said: bytes, wave: bytes) -> Behaviour:
    """Says the wave over and over, as fast as the client takes it."""

    async def behaviour(peer: Peer) -> None:
        await says(said)(peer)
        while True:
            await does(wave)(peer)

    return behaviour


async def let_it_arrive() -> None:
    """Gives a client in this loop the turns that it needs to read what was said, so that pieces stay pieces."""
    for _ in range(3):
        await asyncio.sleep(0)
