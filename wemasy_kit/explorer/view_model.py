"""View model: what the form knows and decides, without a widget. One request at a time, and none by accident."""

from __future__ import annotations

import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NamedTuple

from wemasy_kit.call.exchange import Send, SourceName
from wemasy_kit.call.logout import logout, proved
from wemasy_kit.call.outcome import Outcome, OutcomeKind
from wemasy_kit.call.token import Token
from wemasy_kit.errors import WemasyKitError
from wemasy_kit.explorer.history import HISTORY, Entry, History
from wemasy_kit.explorer.shelf import Shelf
from wemasy_kit.sources.live import Live

# A slow double click has 300 ms between its two; whoever means a second request takes longer.
ECHO: Final = 0.35
LONGEST_LOCK: Final = 3600.0  # seconds
ARMED_FOR = 120.0  # seconds that the second step stays open
NO_TOKEN: Final = "paste a token first: without one there is nothing to log out"
CLOSED: Final = "the question has closed by itself, and nothing was sent"
ANOTHER_SANDBOX: Final = "that sandbox is gone, and its tokens with it; the next press starts another"

Phase = Literal["ready", "confirm", "sending"]
Did = Literal["ignored", "refused", "armed", "accepted", "let_go"]
Subject = tuple[SourceName, str]
Given = Token | str | None
"""What the field held: a token; why its text is none, in words; None where it was empty."""

_DECIDED: Final = (OutcomeKind.REVOKED, OutcomeKind.UNAUTHENTICATED)
_BECAME: Final[Mapping[Phase, Did]] = {"ready": "refused", "confirm": "armed", "sending": "accepted"}


class Now(NamedTuple):
    """The time: seconds that only go forward, for double clicks; Unix seconds, for waits."""

    ticks: float
    unix: float


class Call(NamedTuple):
    """What was accepted, and where it goes; `proves` is the call whose token is sent once more."""

    source: SourceName
    recording: str
    token: Token | None
    proves: Entry | None = None


class Problem(NamedTuple):
    """Why nothing came of an act; an error of the kit's own is known by its kind alone."""

    words: str
    is_the_kits: bool = False

    @classmethod
    def of(cls, error: BaseException) -> Problem:
        is_known = isinstance(error, WemasyKitError)
        return cls(str(error) if is_known else type(error).__name__, not is_known)


@dataclass(frozen=True, slots=True)
class State:
    """What the form knows. Each transition gives the next state, and the same one where an act does not count.

    While a request is out nothing else can be chosen.

    Attributes:
        source, recording: What the next request goes to; the recording is that of a replay.
        customer: Who the sandbox issues tokens to.
        phase: "ready"; "confirm", the second step is open; "sending", a request is out.
        held: What the next request sends if the field stays empty.
        armed_by, armed_until: The page that the second step is open in, and until when, in Unix seconds.
        proves: The call that the second step would put to the proof; None for a new one.
        revoked_at: When this kernel revoked the token that waits for the second step, in Unix seconds; None if it
            did not.
        refused: Why the last text was refused; None if it was not.
        notes: What to know of the last act.
        call: What was accepted and has not begun.
        pressed: The last press that counted, in ticks.
        waits: Until when nothing can be sent, in Unix seconds, by subject.
        shown: The call whose response is shown.
        is_current: Nothing has been done since that response came.
        provable: The dead token of a current response, which can be sent once more.
        problem: Why there is no response to show.
    """

    source: SourceName
    recording: str = ""
    customer: str = "jane"
    phase: Phase = "ready"
    held: Token | None = None
    armed_by: str = ""
    armed_until: float = 0.0
    proves: Entry | None = None
    revoked_at: float | None = None
    refused: str | None = None
    notes: tuple[str, ...] = ()
    call: Call | None = None
    pressed: float = float("-inf")
    waits: Mapping[Subject, float] = field(default_factory=dict)
    shown: Entry | None = None
    is_current: bool = False
    provable: Token | None = None
    problem: Problem | None = None

    @property
    def subject(self) -> Subject:
        """What a wait is about: the shops have one each, and so has every recording."""
        return self.source, self.recording if self.source == "cassette" else ""

    def waits_until(self, now: Now) -> float | None:
        """Until when nothing can be sent, in Unix seconds; None where it can be sent now."""
        until = self.waits.get(self.subject, 0.0)
        return until if now.unix < until else None

    def choose(self, source: SourceName, recording: str) -> State:
        """Another source or recording: disarms, and lets go of a token that was held for another try."""
        if (source, recording) == (self.source, self.recording):
            return self
        # Who changed something in between does not double-click.
        return self.let_go(source=source, recording=recording, pressed=float("-inf"))

    def name(self, customer: str) -> State:
        """Another customer: lets go of the token of the one before."""
        return self if customer == self.customer else self.let_go(customer=customer)

    def let_go(self, **changes: Any) -> State:
        """Close the second step and let go of the token, and change what else there is to change."""
        if self.phase == "sending":
            return self
        return self._changed(
            **{"phase": "ready", "held": None, "proves": None, "refused": None, "notes": (), **changes}
        )

    def hold(self, token: Token | None) -> State:
        """Another token for the next request; None for a new one."""
        return self if token == self.held else self.let_go(held=token)

    def show(self, entry: Entry) -> State:
        """An earlier response once more."""
        return self if self.phase == "sending" or entry is self.shown else self._changed(shown=entry)

    def press(self, given: Given, revoked: Mapping[str, float], now: Now, page: str = "") -> State:
        """The button or Enter: take what the field held and decide.

        Args:
            given: What the field held; None sends the token that is held.
            revoked: When this kernel revoked which token, by fingerprint.
            now: The time.
            page: Where it was pressed.
        """
        if not self._takes_a_press(now):
            return self
        pressed = self._changed(phase="ready", refused=None, notes=(), proves=None, pressed=now.ticks)
        if isinstance(given, str):
            return replace(pressed, refused=given)
        token = given or self.held
        if token is None:
            return replace(pressed, refused=NO_TOKEN) if self.source == "live" else pressed._accepted()
        taken = replace(pressed, held=token, notes=tuple(filter(None, (*token.notes, token.warning))))
        before = revoked.get(token.fingerprint) if self.source != "cassette" else None
        asks = self.source == "live" or before is not None
        return replace(taken._armed(now, page), revoked_at=before) if asks else taken._accepted()

    def prove(self, now: Now, page: str = "") -> State:
        """“Prove it”: the dead token once more. Live asks about this one too."""
        if self.provable is None or not self._takes_a_press(now):
            return self
        taken = self._changed(
            held=self.provable, proves=self.shown, refused=None, notes=(), revoked_at=None, pressed=now.ticks
        )
        return taken._armed(now, page) if self.source == "live" else taken._accepted()

    def confirm(self, now: Now, page: str = "") -> State:
        """The second step's button. It counts once, in its page: the next request is asked for again."""
        is_open = self.phase == "confirm" and page == self.armed_by and now.unix < self.armed_until
        counts = is_open and self._takes_a_press(now)
        return replace(self._accepted(), pressed=now.ticks) if counts else self

    def expire(self, now: Now) -> State:
        """Time has passed: a second step that nobody took is closed."""
        is_over = self.phase == "confirm" and now.unix >= self.armed_until
        return replace(self.let_go(), notes=(CLOSED,)) if is_over else self

    def answered(self, call: Call, entry: Entry, now: Now) -> State:
        """What came of a call. The wait begins with the same step that ends the sending: no press slips in."""
        outcome, is_replay = entry.outcome, call.source == "cassette"
        # A longer wait is told in words and locks nothing; a replay makes nobody wait.
        locks = outcome.pause is not None and outcome.pause <= LONGEST_LOCK and not is_replay
        return replace(
            self,
            phase="ready",
            held=None if is_replay or outcome.kind in _DECIDED else self.held,
            proves=None,
            waits={**self.waits, self.subject: now.unix + (outcome.pause or 0.0)} if locks else self.waits,
            shown=entry,
            is_current=True,
            provable=call.token if can_be_proved(outcome) else None,
        )

    def troubled(self, problem: Problem) -> State:
        """Nothing came of an act."""
        return self._changed(shown=None, problem=problem)

    def failed(self, problem: Problem) -> State:
        """Nothing came of the request that was out: the button works again."""
        return replace(self.troubled(problem), phase="ready", proves=None)

    def _changed(self, **changes: Any) -> State:
        """Whatever is done, the response that is shown is an earlier one from now on."""
        return replace(self, **{"is_current": False, "provable": None, "problem": None, **changes})

    def _takes_a_press(self, now: Now) -> bool:
        """Not a click that is queued behind another, is its echo, or comes within a wait."""
        is_echo = now.ticks - self.pressed < ECHO
        return self.phase != "sending" and not is_echo and self.waits_until(now) is None

    def _armed(self, now: Now, page: str) -> State:
        return replace(self, phase="confirm", armed_by=page, armed_until=now.unix + ARMED_FOR)

    def _accepted(self) -> State:
        return replace(self, phase="sending", call=Call(self.source, self.recording, self.held, self.proves))


def can_be_proved(outcome: Outcome) -> bool:
    """Whether its token can be sent once more: it is said to be dead, and nobody has looked."""
    return outcome.kind is OutcomeKind.REVOKED and outcome.proof != "proved" and outcome.source != "cassette"


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

    def press(self, given: Given, page: str = "") -> Did:
        """The button or Enter. After "accepted" call `send`; nothing else sends."""
        given = self.shelf.off(self.state.source) or given
        return self._step(lambda state: state.press(given, self.history.revoked(), self.now, page))

    def prove(self, page: str = "") -> Did:
        """“Prove it”. After "accepted" call `send`."""
        return self._step(lambda state: state.prove(self.now, page))

    def confirm(self, page: str = "") -> Did:
        """The second step's button. After "accepted" call `send`."""
        return self._step(lambda state: state.confirm(self.now, page))

    def let_go(self) -> Did:
        """“Not now”: close the second step and let go of the token."""
        self._step(State.let_go)
        return "let_go"

    def expire(self) -> Did:
        """Close a second step that has stood open for too long."""
        return self._step(lambda state: state.expire(self.now))

    def choose(self, source: SourceName, recording: str) -> None:
        if self._step(lambda state: state.choose(source, recording)) != "ignored" and source == "cassette":
            self.shelf.rewind()

    def name(self, customer: str) -> None:
        self._step(lambda state: state.name(customer))

    def hold(self, fingerprint: str) -> None:
        """Choose which of the sandbox's tokens the next request sends; "" for a new one."""
        self._step(lambda state: state.hold(self.shelf.issued(fingerprint)))

    def show(self, number: int) -> None:
        """Show the response of a call of the history once more, counted from 0."""
        if (entry := self.history.entry(number)) is not None:
            self._step(lambda state: state.show(entry))

    def troubled(self, error: BaseException) -> None:
        """An act other than `send` has raised this."""
        self._step(lambda state: state.troubled(Problem.of(error)))

    async def issue(self) -> None:
        """Have the sandbox issue a token to the customer; the next request sends it."""
        token = self.shelf.issue(self.state.customer)
        self._step(lambda state: state.hold(token))

    async def send(self) -> Entry:
        """Send the one request that was accepted.

        Raises:
            WemasyKitError: Nothing was sent; the message says why.
        """
        call = self.state.call
        assert call is not None, "`press` or `confirm` accepts a request first"
        self._step(lambda state: replace(state, call=None))
        try:
            return await self._sent(call)
        except BaseException as error:
            problem = Problem.of(error)
            self._step(lambda state: state.failed(problem))
            raise
        finally:
            self._out = None

    async def _sent(self, call: Call) -> Entry:
        own_sandbox = call.source == "sandbox" and self.shelf.issues_tokens
        number = self.shelf.next_step(call.recording)
        self._out = send = self.shelf.source(call.source, call.recording)
        if own_sandbox and call.token is None:
            token = self.shelf.issue(self.state.customer)
            call = call._replace(token=token)
            self._step(lambda state: replace(state, held=token))
        if call.proves:
            entry = replace(call.proves, outcome=await proved(call.proves.outcome, call.token, send=send))
        else:
            entry = self._entry(call, send, await logout(call.token, send=send), number)
        now = self.now
        gone = own_sandbox and entry.outcome.cause == "refused"
        if gone:
            self.shelf.lose_the_sandbox()
        kept: dict[str, Any] = {"held": None, "notes": (ANOTHER_SANDBOX,)} if gone else {}
        if call.proves:
            self.history.prove(call.proves, entry)
        else:
            self.history.add(entry)
        self._step(lambda state: replace(state.answered(call, entry, now), **kept))
        return entry

    def _entry(self, call: Call, send: Send, outcome: Outcome, number: int) -> Entry:
        is_replay = call.source == "cassette"
        place = call.recording if is_replay else urllib.parse.urlsplit(send.base_url).netloc
        step = self.shelf.step(call.recording, number) if is_replay else None
        return Entry(self.now.unix, call.token.fingerprint if call.token else None, outcome, place, step)

    async def cancel(self) -> None:
        """Give up the request that is out, in the event loop that it runs in."""
        if isinstance(self._out, Live):
            self._out.cancel()

    def _step(self, transition: Callable[[State], State]) -> Did:
        """Take a step, one thread at a time, and say what became of an act."""
        with self._lock:
            before, self.state = self.state, transition(self.state)
            return "ignored" if self.state is before else _BECAME[self.state.phase]
