"""Shelf: the sources that a form offers, each as it was left: the cassette's place, the running sandbox, its tokens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from wemasy_kit.call.exchange import Send, SourceName
from wemasy_kit.call.request import BASE_URL
from wemasy_kit.call.token import Token
from wemasy_kit.cards.words import SOURCES
from wemasy_kit.errors import SandboxNotStarted
from wemasy_kit.sources.cassette import Cassette, cassette, cassette_names
from wemasy_kit.sources.live import Live, live

if TYPE_CHECKING:
    from wemasy_kit.sandbox.rules import IssuedToken
    from wemasy_kit.sources.sandbox import Sandbox

_LABELS: Final = {
    "200-token-revoked": "200",
    "401-unknown-token": "401",
    "429-too-many-requests": "429",
    "401-no-token": "401, no token",
    "200-then-401-same-token": "200, then 401",
    "200-200-two-devices": "200 on two devices",
}
_NO_SANDBOX: Final = "the sandbox is a server, and this Python, as one in a browser, can run none; choose Replay"


class Shelf:
    """The sources, and what each of them needs to go on.

    Args:
        send: The one source to offer; None offers replay, sandbox and live.
        opens_on: The recording to begin with, as `cassette` takes it; None begins with the first.

    Attributes:
        sources: What can be chosen.
        recordings: The recordings by label, the documented answers first, then the stories, then one's own.
        recording: The one to begin with; "" if there is none.
        base_url: Where live goes.
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
        self._shop: Sandbox | None = None
        self._issued: Final[dict[str, Token]] = {}
        self.sources: Final[tuple[SourceName, ...]] = tuple(SOURCES) if send is None else (send.name,)
        self.recordings: Final[dict[str, str]] = _labelled(cassette_names()) if send is None else {}
        if self._tape and self._tape[0] not in self.recordings.values():
            self.recordings[self._tape[1].label] = self._tape[0]
        self.recording: Final[str] = self._tape[0] if self._tape else next(iter(self.recordings.values()), "")
        self.base_url: Final = BASE_URL if send is None else send.base_url
        self.issues_tokens: Final = send is None

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

    def rewind(self) -> None:
        """The recording starts over."""
        self._tape = None

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

    def _played_on(self, recording: str) -> Cassette:
        """The cassette goes on where it stopped; played to its end, or changed for another, it starts over."""
        if self._tape is None or self._tape[0] != recording or not self._tape[1].left:
            self._tape = recording, cassette(recording)
        return self._tape[1]

    def _running_shop(self) -> Sandbox:
        if self._shop is None:
            try:
                from wemasy_kit.sources.sandbox import Sandbox  # noqa: PLC0415  (brings tornado: not for a replay)
            except ModuleNotFoundError:
                raise SandboxNotStarted(_NO_SANDBOX) from None
            shop = Sandbox()
            shop.start()
            self._shop = shop
        return self._shop


def _labelled(names: tuple[str, ...]) -> dict[str, str]:
    known = {label: name for name, label in _LABELS.items() if name in names}
    return known | {name: name for name in names if name not in _LABELS}
