"""Desk: what the form knows and does, without a widget: sources, the shop on this machine, one request at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from wemasy_kit.exchange import Send, SourceName
from wemasy_kit.flow import logout
from wemasy_kit.outcome import Outcome
from wemasy_kit.sources.cassette import Cassette, cassette, cassette_names
from wemasy_kit.sources.live import live
from wemasy_kit.token import Token

if TYPE_CHECKING:
    from wemasy_kit.sources.sandbox import Sandbox

CUSTOMER: Final = "jane"
# A double click is one click: the slowest one counted here had 300 ms between its two.
SETTLE: Final = 0.35


class Desk:
    """The form's view model.

    Args:
        send: The one source to offer; None offers replay, sandbox and live.
        clock: Seconds that only go forward.
    """

    def __init__(self, send: Send | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.sources: Final[tuple[SourceName, ...]] = (send.name,) if send else ("cassette", "sandbox", "live")
        self.recordings: Final = () if send else cassette_names()
        self.outcome: Outcome | None = None
        self._given = send
        self._clock = clock
        self._busy = threading.Lock()
        self._last = -SETTLE
        self._tape: Cassette | None = None
        self._shop: Sandbox | None = None

    def begin(self) -> bool:
        """Take the one place at the desk. False for every click that is queued behind another, or is its echo."""
        if self._clock() - self._last < SETTLE or not self._busy.acquire(blocking=False):
            return False
        self._last = self._clock()
        return True

    def end(self) -> None:
        """Give the place free."""
        self._busy.release()

    async def log_out(self, text: str, source: SourceName, recording: str) -> Outcome:
        """Send one request. With an empty text a replay sends no token, and the sandbox one that it has just issued.

        Raises:
            WemasyKitError: Nothing was sent; the message says why.
        """
        token = Token.parse(text) if text or source == "live" else None
        if self._given is not None:
            send: Send = self._given
        elif source == "cassette":
            send = self._tape_of(recording)
        elif source == "sandbox":
            shop = await self._running_shop()
            token = token or shop.issue_token(CUSTOMER)
            send = shop.send
        else:
            send = live()
        self.outcome = await logout(token, send=send)
        return self.outcome

    def _tape_of(self, recording: str) -> Cassette:
        """The tape goes on where it stopped; played to its end, or changed for another, it starts over."""
        if self._tape is None or self._tape.label != recording or not self._tape.transport.left:
            self._tape = cassette(recording)
        return self._tape

    async def _running_shop(self) -> Sandbox:
        if self._shop is None:
            from wemasy_kit.sources.sandbox import Sandbox  # noqa: PLC0415  (brings tornado, which a browser has not)

            shop = Sandbox()
            await shop.start()
            self._shop = shop
        return self._shop
