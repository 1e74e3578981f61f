"""Shelf: the sources that a form offers, each as it was left: the cassette's place, the running sandbox, its tokens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from wemasy_kit.call.exchange import Send, SourceName
from wemasy_kit.call.request import BASE_URL
from wemasy_kit.call.token import Token
from wemasy_kit.cards.words import SOURCES
from wemasy_kit.errors import CassetteError
from wemasy_kit.explorer.history import Step
from wemasy_kit.sources.cassette import Cassette, cassette, cassette_names
from wemasy_kit.sources.live import Live, live, why_off

if TYPE_CHECKING:
    from wemasy_kit.sandbox.rules import IssuedToken
    from wemasy_kit.sources.sandbox import Sandbox


NOT_BEGUN: Final = "http://127.0.0.1:…/api"  # of a sandbox that has no port yet


class Recording(NamedTuple):
    """What a list says of a recording: what it shows, and of a story what each step does, in words."""

    title: str
    steps: tuple[str, ...] = ()


_KNOWN: Final = {
    "200-token-revoked": Recording("Token revoked"),
    "401-unknown-token": Recording("Not accepted"),
    "429-too-many-requests": Recording("Too many requests"),
    "401-no-token": Recording("No token at all"),
    "200-then-401-same-token": Recording("The same token twice", ("the token is sent", "the same token once more")),
    "200-200-two-devices": Recording("Phone, then laptop", ("the phone logs out", "the laptop logs out")),
}


class Shelf:
    """The sources, and what each of them needs to go on.

    Args:
        send: The one source to offer; None offers replay, sandbox and live.
        opens_on: The recording to begin with, as `cassette` takes it; None begins with the first.

    Attributes:
        sources: What can be chosen.
        recordings: The names of the recordings, the documented responses first, then the stories, then one's own.
        recording: The one to begin with; "" if there is none.
        issues_tokens: The sandbox is the shelf's own, so it can issue a token.

    Raises:
        TypeError: `send` is no source, or both are given.
        CassetteError: There is no such recording, or it cannot be read.
    """

    def __init__(self, send: Send | None = None, opens_on: str | Path | None = None) -> None:
        if send is not None and getattr(send, "name", None) not in SOURCES:
            kind = type(send).__name__
            raise TypeError(f"send is a source, such as live() or the `send` of a Sandbox, not {kind}")
        if send is not None and opens_on is not None:
            raise TypeError("give `send` or `cassette`, not both: a form with one source offers no recordings")
        self._given: Final = send
        self._tape = None if opens_on is None else (str(opens_on), cassette(opens_on))
        if isinstance(send, Cassette):
            self._tape = send.label, send
        self._shop: Sandbox | None = None
        self._issued: Final[dict[str, Token]] = {}
        self.sources: Final[tuple[SourceName, ...]] = tuple(SOURCES) if send is None else (send.name,)
        names = cassette_names() if send is None else ()
        mine = (self._tape[0],) if self._tape else ()
        ordered = [name for name in _KNOWN if name in names] + [*names, *mine]
        self.recordings: Final = tuple(dict.fromkeys(ordered)) if send is None else ()
        self.recording: Final = next(iter((*mine, *self.recordings)), "")
        self.issues_tokens: Final = send is None

    def off(self, source: SourceName) -> str | None:
        """Why nothing can be sent to that source from here; None where it can."""
        return why_off() if source == "live" else None

    def can_cancel(self, source: SourceName) -> bool:
        """Whether a request to that source can be given up."""
        return source != "cassette" if self._given is None else isinstance(self._given, Live)

    def source(self, name: SourceName, recording: str) -> Send:
        """What sends the next request.

        Raises:
            WemasyKitError: It cannot be had; the message says why.
        """
        if self._given is not None:
            return self._given
        if name == "sandbox":
            return self._running_shop().send
        return self._played_on(recording) if name == "cassette" else live()

    def base_url(self, name: SourceName, recording: str) -> str:
        """Where a request to that source goes, or went when it was recorded."""
        if self._given is not None:
            return self._given.base_url
        if name == "sandbox":
            return self._shop.base_url if self._shop else BASE_URL if why_off() else NOT_BEGUN
        tape = self._read(recording) if name == "cassette" else None
        return tape.base_url if tape else BASE_URL

    def title(self, recording: str) -> str:
        """What the list says of it; of one's own its name."""
        return _KNOWN[recording].title if recording in _KNOWN else Path(recording).stem

    def statuses(self, recording: str) -> tuple[int, ...]:
        """The status of each of its responses; none where it cannot be read."""
        tape = self._read(recording)
        return tuple(exchange.status for exchange in tape.exchanges) if tape else ()

    def next_step(self, recording: str) -> int:
        """Which of its responses is played next, counted from 1."""
        if self._tape is None or self._tape[0] != recording or not self._tape[1].left:
            return 1
        return len(self._tape[1].exchanges) - self._tape[1].left + 1

    def step(self, recording: str, number: int) -> Step | None:
        """This step of a story; None for a recording of one response."""
        count = len(self.statuses(recording))
        if count < 2:
            return None
        words = _KNOWN[recording].steps if recording in _KNOWN else ()
        return Step(number, count, f"Step {number} of {count}" + (f" · {words[number - 1]}" if words else ""))

    def rewind(self) -> None:
        """The recording starts over."""
        self._tape = None

    def open_the_sandbox(self) -> None:
        """Have it listen, so that its address is known."""
        if self.issues_tokens:
            self._running_shop()

    def issue(self, customer: str) -> Token:
        """A new token of this customer, from the sandbox, which is started if need be."""
        token = self._running_shop().issue_token(customer)
        self._issued[token.fingerprint] = token
        return token

    def issued(self, fingerprint: str) -> Token | None:
        """The token that the sandbox issued; None if it did not."""
        return self._issued.get(fingerprint)

    def tokens(self, customer: str) -> tuple[IssuedToken, ...]:
        """The customer's tokens in the sandbox, dead and alive."""
        return self._shop.tokens(customer) if self._shop else ()

    def lose_the_sandbox(self) -> None:
        """It is gone: the next request starts another, which knows no old token."""
        self._shop = None
        self._issued.clear()

    def _read(self, recording: str) -> Cassette | None:
        if self._given is not None:
            return self._given if isinstance(self._given, Cassette) else None
        try:
            return cassette(recording)
        except CassetteError:
            return None

    def _played_on(self, recording: str) -> Cassette:
        """The cassette goes on where it stopped; played to its end, or changed for another, it starts over."""
        if self._tape is None or self.next_step(recording) == 1:
            self._tape = recording, cassette(recording)
        return self._tape[1]

    def _running_shop(self) -> Sandbox:
        if self._shop is None:
            from wemasy_kit.sources.sandbox import Sandbox  # noqa: PLC0415  (brings tornado: not for a replay)

            shop = Sandbox()
            shop.start()
            self._shop = shop
        return self._shop
