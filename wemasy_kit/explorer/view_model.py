"""Desk: what the form knows and decides, without a widget. One request at a time, and none by accident."""

from __future__ import annotations

import threading
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from wemasy_kit.call.advice import clock_time
from wemasy_kit.call.exchange import Send, SourceName
from wemasy_kit.call.logout import logout
from wemasy_kit.call.outcome import Outcome, OutcomeKind
from wemasy_kit.call.request import BASE_URL
from wemasy_kit.call.token import Token
from wemasy_kit.errors import InvalidToken, SandboxNotStarted
from wemasy_kit.explorer.history import HISTORY, Entry, History
from wemasy_kit.sources.cassette import Cassette, cassette, cassette_names
from wemasy_kit.sources.live import Live, live

if TYPE_CHECKING:
    from wemasy_kit.sandbox.rules import IssuedToken
    from wemasy_kit.sources.sandbox import Sandbox

# A slow double click has 300 ms between its two; whoever means a second request takes longer.
ECHO: Final = 0.35

Did = Literal["ignored", "refused", "armed", "accepted"]

_LABELS: Final = {
    "200-token-revoked": "200",
    "401-unknown-token": "401",
    "429-too-many-requests": "429",
    "401-no-token": "401, no token",
    "200-then-401-same-token": "200, then 401",
    "200-200-two-devices": "200 on two devices",
}


@dataclass(slots=True)
class View:
    """What the token field shows. Never the token.

    Attributes:
        about: What the next request is about, the source and the recording.
        mode: "ready"; "confirm", the second step is open; "sending", a request is out.
        button: The button's words.
        placeholder: What stands in the empty field.
        hint: The line below the button.
        error: Why the text was refused, None if it was not.
        note: What to know of the text that was taken, None for nothing.
        question, confirm: The second step's sentence and its button, None while it is closed.
        ready_at, ready_clock: Until when nothing can be sent, in Unix seconds and as a clock shows it.
        can_cancel: The request that is out can be given up.
    """

    about: str
    mode: Literal["ready", "confirm", "sending"]
    button: str
    placeholder: str
    hint: str
    error: str | None
    note: str | None
    question: str | None
    confirm: str | None
    ready_at: float | None
    ready_clock: str | None
    can_cancel: bool


class _Call(NamedTuple):
    """What was accepted: it goes where it was meant to go, whatever is chosen until then."""

    source: SourceName
    recording: str
    token: Token | None


class Desk:
    """The form's view model.

    Args:
        send: The one source to offer; None offers replay, sandbox and live.
        history: The calls so far; the kernel's own unless given.
        clock: Unix seconds, for waits.
        ticks: Seconds that only go forward, for double clicks.

    Raises:
        TypeError: `send` is no source.
    """

    def __init__(
        self,
        send: Send | None = None,
        *,
        history: History = HISTORY,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        if send is not None and getattr(send, "name", None) not in _HINTS:
            kind = type(send).__name__
            raise TypeError(f"send is a source, such as live() or the `send` of a Sandbox, not {kind}")
        self.sources: Final[tuple[SourceName, ...]] = _ALL if send is None else (send.name,)
        self.recordings: Final[dict[str, str]] = _labelled(cassette_names()) if send is None else {}
        self.source: SourceName = self.sources[0]
        self.recording: str = next(iter(self.recordings.values()), "")
        self._customer = "jane"
        self.history: Final = history
        self.outcome: Outcome | None = None
        self._given: Final = send
        self._clock: Final = clock
        self._ticks: Final = ticks
        self._lock: Final = threading.Lock()
        self._busy = False
        self._call: _Call | None = None
        self._last = float("-inf")
        self._held: Token | None = None
        self._armed = False
        self._error: str | None = None
        self._note: str | None = None
        self._ready: dict[tuple[str, str], float] = {}
        self._tape: Cassette | None = None
        self._shop: Sandbox | None = None
        self._issued: Final[dict[str, Token]] = {}
        self._out: Send | None = None

    def choose(self, source: SourceName, recording: str) -> None:
        """Another source or recording: disarms, and lets go of a token that was held for another try."""
        if (source, recording) != (self.source, self.recording):
            if recording != self.recording:
                self._tape = None
            self.source, self.recording = source, recording
            self._last = float("-inf")  # Who changed something in between does not double-click.
            self.forget()

    def forget(self) -> Did:
        """Let go of the token and close the second step."""
        self._held, self._armed, self._error, self._note = None, False, None, None
        return "refused"

    def press(self, text: str) -> Did:
        """The button or Enter: take the text and decide. After "accepted" call `send`; nothing else sends."""
        if not self._begin():
            return "ignored"
        did: Did = "refused"
        try:
            did = self._take(text)
        finally:
            self._call = _Call(self.source, self.recording, self._held) if did == "accepted" else None
            self._busy = did == "accepted"
        return did

    def confirm(self) -> Did:
        """The second step's button. It counts once: the next request is asked for again."""
        if not self._armed or not self._begin():
            return "ignored"
        self._armed = False
        self._call = _Call(self.source, self.recording, self._held)
        return "accepted"

    async def send(self) -> Outcome:
        """Send the one request that was accepted.

        Raises:
            WemasyKitError: Nothing was sent; the message says why.
        """
        call, self._call = self._call, None
        assert call is not None, "`press` or `confirm` accepts a request first"
        try:
            return await self._sent(call)
        finally:
            # Last of all: until here no press is taken, so none slips in before a wait has begun.
            self._out, self._busy = None, False

    async def _sent(self, call: _Call) -> Outcome:
        source, recording, token = call
        self._out = await self._send_of(source, recording)
        if token is None and self._shop is not None and source == "sandbox":
            token = self._issue(self._shop)
            self._held = self._held or token
        self.outcome = outcome = await logout(token, send=self._out)
        now = self._clock()
        self.history.add(Entry(now, token.fingerprint if token else None, outcome))
        if outcome.pause is not None:
            self._ready[_key(source, recording)] = now + outcome.pause
        if self._held is token and (outcome.kind not in _WORTH_ANOTHER_TRY or source == "cassette"):
            self._held = None
        if self._shop is not None and source == "sandbox" and outcome.cause == "refused":
            self._shop = self._held = None  # It is gone; the next request starts another, which knows no old token.
            self._issued.clear()
        self._note = None
        return outcome

    async def cancel(self) -> None:
        """Give up the request that is out, in the event loop that it runs in."""
        if isinstance(self._out, Live):
            self._out.cancel()

    async def issue(self) -> None:
        """Have the sandbox issue a token to the customer; the next request sends it."""
        shop = await self._running_shop()
        self.forget()
        self._held = self._issue(shop)

    def tokens(self) -> tuple[IssuedToken, ...]:
        """The customer's tokens in the sandbox, dead and alive."""
        return self._shop.tokens(self.customer) if self._shop else ()

    def hold(self, fingerprint: str) -> None:
        """Choose which of the sandbox's tokens the next request sends; "" for a new one."""
        if fingerprint != (self.held or ""):
            self.forget()
            self._held = self._issued.get(fingerprint)

    @property
    def customer(self) -> str:
        """Who the sandbox issues tokens to. Another name lets go of the token that was held."""
        return self._customer

    @customer.setter
    def customer(self, name: str) -> None:
        if name != self._customer:
            self._customer = name
            self.forget()

    @property
    def offers_tokens(self) -> bool:
        """Whether the sandbox is this desk's own, and so can issue a token."""
        return self._given is None

    @property
    def held(self) -> str | None:
        """The fingerprint of the token that the next request sends if the field stays empty."""
        return self._held.fingerprint if self._held else None

    def view(self) -> View:
        """What the token field shows now."""
        ready = self._ready_at()
        waits = ready > self._clock()
        armed = self._held if self._armed else None
        last = self.outcome.kind if self.outcome and self.outcome.source == self.source else None
        return View(
            about=" ".join(_key(self.source, self.recording)),
            mode="sending" if self._busy else "confirm" if self._armed else "ready",
            button="Send again" if self._held and last in _WORTH_ANOTHER_TRY else "Log out",
            placeholder=self._placeholder(),
            hint=_HINTS[self.source],
            error=self._error,
            note=self._note,
            question=self._question(armed) if armed else None,
            confirm=self._confirmation(armed) if armed else None,
            ready_at=ready if waits else None,
            ready_clock=clock_time(ready, now=self._clock()) if waits else None,
            can_cancel=isinstance(self._given, Live) if self._given is not None else self.source != "cassette",
        )

    def _begin(self) -> bool:
        """Take the one place. Not for a click that is queued behind another, is its echo, or comes within a wait."""
        with self._lock:
            now = self._ticks()
            if self._busy or now - self._last < ECHO or self._clock() < self._ready_at():
                return False
            self._busy, self._last = True, now
            return True

    def _ready_at(self) -> float:
        return self._ready.get(_key(self.source, self.recording), 0.0)

    def _take(self, text: str) -> Did:
        self._error, self._note, self._armed = None, None, False
        typed = text.strip() != ""
        try:
            token = Token.parse(text) if typed else self._held
        except InvalidToken as error:
            reason = str(error)
            self._error = f"{reason[0].upper()}{reason[1:]}."
            return "refused"
        if token is None and self.source == "live":
            self._error = "Paste a token first: without one there is nothing to log out."
            return "refused"
        self._held = token
        if token is None:
            return "accepted"
        self._note = " ".join(f"{note[0].upper()}{note[1:]}." for note in (*token.notes, token.warning) if note) or None
        self._armed = self.source == "live" or self._revoked_clock(token) is not None
        return "armed" if self._armed else "accepted"

    def _question(self, token: Token) -> str:
        host = urllib.parse.urlsplit(self._given.base_url if self._given is not None else BASE_URL).netloc
        live_step = f"Really log out the token {token.fingerprint} at {host}?" if self.source == "live" else ""
        before = self._revoked_clock(token)
        known = f"This kernel has already revoked it, at {before}: expect a 401." if before else ""
        return f"{live_step} {known}".strip()

    def _confirmation(self, token: Token) -> str:
        return f"Log out {token.fingerprint} for real" if self.source == "live" else f"Send {token.fingerprint} again"

    def _revoked_clock(self, token: Token) -> str | None:
        at = self.history.revoked_at(token.fingerprint) if self.source != "cassette" else None
        return None if at is None else clock_time(at, now=self._clock())

    def _placeholder(self) -> str:
        if self._held:
            return f"Token {self.held} is held; or paste another"
        empty = {"cassette": "Optional: no one judges it"} | (
            {} if self._given is not None else {"sandbox": "Empty: one is issued"}
        )
        return empty.get(self.source, "Paste a bearer token")

    async def _send_of(self, source: SourceName, recording: str) -> Send:
        if self._given is not None:
            return self._given
        if source == "sandbox":
            return (await self._running_shop()).send
        return self._tape_of(recording) if source == "cassette" else live()

    def _tape_of(self, recording: str) -> Cassette:
        """The tape goes on where it stopped; played to its end, or changed for another, it starts over."""
        if self._tape is None or self._tape.label != recording or not self._tape.left:
            self._tape = cassette(recording)
        return self._tape

    async def _running_shop(self) -> Sandbox:
        if self._shop is None:
            try:
                from wemasy_kit.sources.sandbox import Sandbox  # noqa: PLC0415  (brings tornado: not for a replay)
            except ModuleNotFoundError:
                raise SandboxNotStarted(_NO_SANDBOX) from None
            shop = Sandbox()
            shop.start()
            self._shop = shop
        return self._shop

    def _issue(self, shop: Sandbox) -> Token:
        token = shop.issue_token(self.customer)
        self._issued[token.fingerprint] = token
        return token


_ALL: Final[tuple[SourceName, ...]] = ("cassette", "sandbox", "live")
_WORTH_ANOTHER_TRY: Final = (OutcomeKind.RATE_LIMITED, OutcomeKind.UNKNOWN, OutcomeKind.NOT_SENT)
_NO_SANDBOX: Final = "the sandbox is a server, and this Python, as one in a browser, can run none; choose Replay"
_HINTS: Final = {
    "cassette": "Nothing is sent: a recorded answer is played.",
    "sandbox": "Goes to a stand-in shop on this machine. The field is emptied when the request is sent.",
    "live": "Asks once more before it sends. The field is emptied then.",
}


def _key(source: SourceName, recording: str) -> tuple[str, str]:
    """What a wait is about: the shops have one each, and so has every recording."""
    return source, recording if source == "cassette" else ""


def _labelled(names: tuple[str, ...]) -> dict[str, str]:
    """What a person chooses from: the documented answers first, then the stories; one of your own by its name."""
    known = {label: name for name, label in _LABELS.items() if name in names}
    return known | {name: name for name in names if name not in _LABELS}
