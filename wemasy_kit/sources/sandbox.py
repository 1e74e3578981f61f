"""Sandbox: a stand-in shop on this machine, started and stopped with its source: over a socket, or in a web page."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from wemasy_kit.call.request import DEADLINE
from wemasy_kit.call.token import Token
from wemasy_kit.errors import InvalidOption, SandboxNotStarted
from wemasy_kit.sandbox.log import LoggedRequest
from wemasy_kit.sandbox.rules import IssuedToken, Profile, Shop
from wemasy_kit.sources.in_page import InPage
from wemasy_kit.sources.live import Live, checked_deadline

if TYPE_CHECKING:
    from wemasy_kit.sandbox.server import Server


@contextlib.contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise InvalidOption(str(error)) from None


class Sandbox:
    """A stand-in shop on loopback, over a real socket. It pretends; nothing it says was seen on the live API.

    A browser's Python has no sockets: there the shop is in the page, `base_url` is the documented one, nothing is sent,
    and only `send` reaches it.

        with Sandbox(rate_limit=60) as shop:        # or `async with`
            outcome = logout_sync(shop.issue_token("jane"), send=shop.send)

    Its state is in memory and its own: two sandboxes share nothing, and a new one has no tokens.

    Args:
        rate_limit: Requests allowed in a window of 60 seconds.
        profile: "documented", as the documented page has it; "laravel", as a stock Laravel with Sanctum answers.
        login_route: Whether the shop has a login page. Without one, who is not logged in and does not ask for JSON
            gets a 500; with one, a redirect to it.
        cases: Whether a token `case|NAME` gets the case of this name, from any client, and is alive until that
            revokes it.
        clock: Gives Unix seconds for the window; a clock of one's own saves a test from sleeping.
        port: A fixed port; 0 takes a free one.
        deadline: Seconds in total for a call through `send`.

    Raises:
        InvalidOption: An option is out of its range.
    """

    def __init__(
        self,
        *,
        rate_limit: int = 60,
        profile: Profile = "documented",
        login_route: bool = False,
        cases: bool = False,
        clock: Callable[[], float] = time.time,
        port: int = 0,
        deadline: float = DEADLINE,
    ) -> None:
        if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port <= 65535:
            raise InvalidOption("port is a whole number from 0 to 65535")
        with _refused():
            self._shop: Final = Shop(
                rate_limit=rate_limit, profile=profile, login_route=login_route, cases=cases, clock=clock
            )
        self._server: Final = _server(self._shop, port)
        self._deadline: Final = checked_deadline(deadline)
        self._send: Live | InPage | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen, in a thread of its own: so a synchronous client can call from anywhere. `with` does so by itself.

        Raises:
            OSError: The port is taken.
        """
        if isinstance(self._server, InPage):
            self._server.start()
            self._send = self._server
            return
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wemasy-kit-sandbox", daemon=True)
        self._thread.start()
        try:
            self._in_its_loop(self._server.start())
        except BaseException:
            self.stop()
            raise
        self._send = Live(base_url=self._server.base_url, deadline=self._deadline, name="sandbox")

    def stop(self) -> None:
        """Stop listening and drop every connection; a call after that is `not_sent`. A second call does nothing."""
        if isinstance(self._server, InPage):
            self._server.stop()
        elif self._loop is not None and self._thread is not None:
            self._in_its_loop(self._server.stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._loop = self._thread = None

    def _in_its_loop(self, work: Coroutine[Any, Any, None]) -> None:
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def send(self) -> Live | InPage:
        """The source for `logout`.

        Raises:
            SandboxNotStarted: Nothing listens yet.
        """
        if self._send is None:
            raise SandboxNotStarted("the sandbox does not listen yet; use `with Sandbox() as shop:`")
        return self._send

    @property
    def base_url(self) -> str:
        """Where it listens, for a client in any language."""
        return self.send.base_url

    @property
    def control_url(self) -> str:
        """Where a test in another language steers it, with JSON both ways; its path is random.

        POST …/tokens {"customer"} gives {"token"}; POST …/next {"case", "times"}; POST …/clock {"forward"};
        POST …/reset; GET …/requests gives {"requests"}. An unknown case is a 404 that names the near ones.

        Raises:
            SandboxNotStarted: Nothing listens yet.
        """
        _ = self.send
        return self._server.control_url

    @property
    def requests(self) -> tuple[LoggedRequest, ...]:
        """The complete requests that have come in, the last 10,000, without their tokens."""
        return tuple(self._server.requests)

    def answer_next(self, name: str, times: int = 1) -> None:
        """Give the next `times` logouts the case of this name, whatever their token. Cases queue up.

        Raises:
            InvalidOption: There is no such case, and the message names the near ones; or `times` is out of range.
        """
        with _refused():
            self._shop.answer_next(name, times)

    def forward(self, seconds: float) -> None:
        """Let `seconds` pass for the rate limit's window, at once.

        Raises:
            InvalidOption: It is no number from 0.
        """
        with _refused():
            self._shop.forward(seconds)

    def reset(self) -> None:
        """Begin again: every token is alive as when it was issued, no request was made, no case waits."""
        self._shop.reset()
        self._server.requests.clear()

    def issue_token(self, customer: str) -> Token:
        """A new token of this customer; the earlier ones stay valid."""
        return Token.parse(self._shop.issue_token(customer))

    def tokens(self, customer: str | None = None) -> tuple[IssuedToken, ...]:
        """What the shop knows of every token it issued, to one customer or to all: by fingerprint, dead or alive."""
        return self._shop.tokens(customer)

    def holds(self, token: Token) -> bool:
        """Whether this token is alive here."""
        return any(issued.alive and issued.fingerprint == token.fingerprint for issued in self._shop.tokens())


def _server(shop: Shop, port: int) -> Server | InPage:
    # Asked by name: the kernel in the browser brings an empty package that is called tornado.
    if sys.platform == "emscripten":
        return InPage(shop)
    from wemasy_kit.sandbox.server import Server  # noqa: PLC0415  (brings tornado)

    return Server(shop, port=port)
