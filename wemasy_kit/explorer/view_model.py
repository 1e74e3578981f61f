"""View model: what the form knows and decides, without a widget. One request at a time, and none by accident."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NamedTuple

from wemasy_kit.call.exchange import SourceName
from wemasy_kit.call.logout import logout
from wemasy_kit.call.outcome import Outcome, OutcomeKind
from wemasy_kit.call.token import Token
from wemasy_kit.errors import InvalidToken
from wemasy_kit.explorer.history import HISTORY, Entry, History
from wemasy_kit.explorer.shelf import Shelf
from wemasy_kit.sources.live import Live

# A slow double click has 300 ms between its two; whoever means a second request takes longer.
ECHO: Final = 0.35
NO_TOKEN: Final = "no token"
LONGEST_LOCK: Final = 3600.0  # seconds

Phase = Literal["ready", "confirm", "sending"]
Did = Literal["ignored", "refused", "armed", "accepted", "let_go"]
Subject = tuple[SourceName, str]

_WORTH_ANOTHER_TRY: Final = (OutcomeKind.RATE_LIMITED, OutcomeKind.UNKNOWN, OutcomeKind.NOT_SENT)
_BECAME: Final[Mapping[Phase, Did]] = {"ready": "refused", "confirm": "armed", "sending": "accepted"}


class Now(NamedTuple):
    """The time: seconds that only go forward, for double clicks; Unix seconds, for waits."""

    ticks: float
    unix: float


class Call(NamedTuple):
    """What was accepted: it goes where it was meant to go, whatever is chosen until then."""

    source: SourceName
    recording: str
    token: Token | None


@dataclass(frozen=True, slots=True)
class State:
    """What the form knows. Each transition gives the next state, and the same one where an act does not count.

    Attributes:
        source, recording: What the next request goes to; the recording is that of a replay.
        customer: Who the sandbox issues tokens to.
        phase: "ready"; "confirm", the second step is open; "sending", a request is out.
        held: What the next request sends if the field stays empty.
        revoked_at: When this kernel revoked the token that waits for the second step, in Unix seconds; None if it
            did not.
        refused: Why the last text was refused, `NO_TOKEN` where there was none; None if it was not.
        notes: What to know of the last text that was taken.
        call: What was accepted and has not begun.
        pressed: The last press that counted, in ticks.
        waits: Until when nothing can be sent, in Unix seconds, by subject.
        outcome: The last answer's.
    """

    source: SourceName
    recording: str = ""
    customer: str = "jane"
    phase: Phase = "ready"
    held: Token | None = None
    revoked_at: float | None = None
    refused: str | None = None
    notes: tuple[str, ...] = ()
    call: Call | None = None
    pressed: float = float("-inf")
    waits: Mapping[Subject, float] = field(default_factory=dict)
    outcome: Outcome | None = None

    @property
    def subject(self) -> Subject:
        """What a wait is about: the shops have one each, and so has every recording."""
        return _subject(self.source, self.recording)

    @property
    def sends_again(self) -> bool:
        """Whether the token that is held is one that this source did not answer for."""
        last = self.outcome
        return bool(self.held and last and last.source == self.source and last.kind in _WORTH_ANOTHER_TRY)

    def waits_until(self, now: Now) -> float | None:
        """Until when nothing can be sent, in Unix seconds; None where it can be sent now."""
        until = self.waits.get(self.subject, 0.0)
        return until if now.unix < until else None

    def choose(self, source: SourceName, recording: str) -> State:
        """Another source or recording: disarms, and lets go of a token that was held for another try."""
        if (source, recording) == (self.source, self.recording):
            return self
        # Who changed something in between does not double-click.
        return replace(self.let_go(), source=source, recording=recording, pressed=float("-inf"))

    def name(self, customer: str) -> State:
        """Another customer: lets go of the token of the one before."""
        return self if customer == self.customer else replace(self.let_go(), customer=customer)

    def let_go(self) -> State:
        """Close the second step and let go of the token. A request that is out stays out."""
        phase: Phase = "sending" if self.phase == "sending" else "ready"
        return replace(self, phase=phase, held=None, refused=None, notes=())

    def hold(self, token: Token | None) -> State:
        """Another token for the next request; None for a new one."""
        return self if token == self.held else replace(self.let_go(), held=token)

    def press(self, text: str, revoked: Mapping[str, float], now: Now) -> State:
        """The button or Enter: take the text and decide.

        Args:
            text: As it was typed or pasted; blank sends the token that is held.
            revoked: When this kernel revoked which token, by fingerprint.
            now: The time.
        """
        if not self._takes_a_press(now):
            return self
        pressed = replace(self, phase="ready", refused=None, notes=(), pressed=now.ticks)
        try:
            token = Token.parse(text) if text.strip() else self.held
        except InvalidToken as error:
            return replace(pressed, refused=str(error))
        if token is None:
            return replace(pressed, refused=NO_TOKEN) if self.source == "live" else pressed._accepted()
        taken = replace(pressed, held=token, notes=tuple(filter(None, (*token.notes, token.warning))))
        before = revoked.get(token.fingerprint) if self.source != "cassette" else None
        if self.source == "live" or before is not None:
            return replace(taken, phase="confirm", revoked_at=before)
        return taken._accepted()

    def confirm(self, now: Now) -> State:
        """The second step's button. It counts once: the next request is asked for again."""
        counts = self.phase == "confirm" and self._takes_a_press(now)
        return replace(self._accepted(), pressed=now.ticks) if counts else self

    def issued(self, token: Token) -> State:
        """The sandbox issued a token for the request that is out: it is held, unless another was chosen."""
        return replace(self, held=self.held or token)

    def answered(self, call: Call, outcome: Outcome, now: Now) -> State:
        """What came of a call. The wait begins with the same step that ends the sending: no press slips in."""
        again = outcome.kind in _WORTH_ANOTHER_TRY and call.source != "cassette"
        held = self.held if again or self.held is not call.token else None
        # A longer wait is told in words and locks nothing.
        locked = outcome.pause if outcome.pause is not None and outcome.pause <= LONGEST_LOCK else None
        wait = {_subject(call.source, call.recording): now.unix + locked} if locked is not None else {}
        return replace(self, phase="ready", held=held, waits={**self.waits, **wait}, outcome=outcome)

    def failed(self) -> State:
        """Nothing came of a call: the button works again."""
        return replace(self, phase="ready")

    def _takes_a_press(self, now: Now) -> bool:
        """Not a click that is queued behind another, is its echo, or comes within a wait."""
        is_echo = now.ticks - self.pressed < ECHO
        return self.phase != "sending" and not is_echo and self.waits_until(now) is None

    def _accepted(self) -> State:
        return replace(self, phase="sending", call=Call(self.source, self.recording, self.held))


class ViewModel:
    """Holds the present state, and does what a transition has decided.

    Args:
        shelf: The sources.
        history: The calls so far; the kernel's own unless given.
        clock: Unix seconds, for waits.
        ticks: Seconds that only go forward, for double clicks.
    """

    def __init__(
        self,
        shelf: Shelf,
        *,
        history: History = HISTORY,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.shelf: Final = shelf
        self.history: Final = history
        self.state = State(shelf.sources[0], shelf.recording)
        self._clock: Final = clock
        self._ticks: Final = ticks
        self._lock: Final = threading.Lock()
        self._out: object = None

    @property
    def now(self) -> Now:
        return Now(self._ticks(), self._clock())

    def press(self, text: str) -> Did:
        """The button or Enter. After "accepted" call `send`; nothing else sends."""
        return self._step(lambda state: state.press(text, self.history.revoked(), self.now))

    def confirm(self) -> Did:
        """The second step's button. After "accepted" call `send`."""
        return self._step(lambda state: state.confirm(self.now))

    def let_go(self) -> Did:
        """“Not now”: close the second step and let go of the token."""
        self._step(State.let_go)
        return "let_go"

    def choose(self, source: SourceName, recording: str) -> None:
        if recording != self.state.recording:
            self.shelf.rewind()
        self._step(lambda state: state.choose(source, recording))

    def name(self, customer: str) -> None:
        self._step(lambda state: state.name(customer))

    def hold(self, fingerprint: str) -> None:
        """Choose which of the sandbox's tokens the next request sends; "" for a new one."""
        self._step(lambda state: state.hold(self.shelf.issued(fingerprint)))

    async def issue(self) -> None:
        """Have the sandbox issue a token to the customer; the next request sends it."""
        token = self.shelf.issue(self.state.customer)
        self._step(lambda state: state.hold(token))

    async def send(self) -> Outcome:
        """Send the one request that was accepted.

        Raises:
            WemasyKitError: Nothing was sent; the message says why.
        """
        call = self.state.call
        assert call is not None, "`press` or `confirm` accepts a request first"
        self._step(lambda state: replace(state, call=None))
        try:
            return await self._sent(call)
        except BaseException:
            self._step(State.failed)
            raise
        finally:
            self._out = None

    async def _sent(self, call: Call) -> Outcome:
        own_sandbox = call.source == "sandbox" and self.shelf.issues_tokens
        self._out = send = self.shelf.source(call.source, call.recording)
        if own_sandbox and call.token is None:
            token = self.shelf.issue(self.state.customer)
            call = call._replace(token=token)
            self._step(lambda state: state.issued(token))
        outcome = await logout(call.token, send=send)
        now = self.now
        self.history.add(Entry(now.unix, call.token.fingerprint if call.token else None, outcome))
        gone = own_sandbox and outcome.cause == "refused"
        if gone:
            self.shelf.lose_the_sandbox()
        answered: Callable[[State], State] = lambda state: state.answered(call, outcome, now)  # noqa: E731
        self._step((lambda state: answered(state).let_go()) if gone else answered)
        return outcome

    async def cancel(self) -> None:
        """Give up the request that is out, in the event loop that it runs in."""
        if isinstance(self._out, Live):
            self._out.cancel()

    def _step(self, transition: Callable[[State], State]) -> Did:
        """Take a step, one thread at a time, and say what became of an act."""
        with self._lock:
            before, self.state = self.state, transition(self.state)
            return "ignored" if self.state is before else _BECAME[self.state.phase]


def _subject(source: SourceName, recording: str) -> Subject:
    return source, recording if source == "cassette" else ""
