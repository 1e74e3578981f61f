"""Logout: the whole way in one function, from a token over a source to an outcome; and when to drop a local token."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol, TypeVar

from wemasy_kit.call.advice import duration
from wemasy_kit.call.exchange import Send
from wemasy_kit.call.outcome import Outcome, OutcomeKind, read
from wemasy_kit.call.request import LogoutRequest
from wemasy_kit.call.token import Token
from wemasy_kit.errors import InsideEventLoop

LONGEST_WAIT: Final = 60.0
T = TypeVar("T")


async def logout(token: Token | None, *, send: Send, wait: bool = False, prove: bool = False) -> Outcome:
    """Revoke the token used for this request, and return the outcome.

    One call, one request: nothing is retried by itself. Every response, a 401 or a 429 too, and also none at all,
    is an `Outcome`.

    Args:
        token: The token to revoke; None sends no Authorization header.
        send: The source: `live()`, `cassette(name)`, or the `send` of a `Sandbox`.
        wait: After a 429 or 503 whose Retry-After says at most 60 seconds, wait that long and make one more attempt;
            the outcome is then the second one's, and `waited` says how long. Where it could not wait, `not_waited`
            says why. A replay makes nobody wait.
        prove: After a "revoked" send the same token once more, at once; `proof` says what that showed. A second clean
            200 contradicts the first: the outcome is then "undocumented".

    Raises:
        TypeError: `token` is neither a Token nor None.
        CassetteMismatch: The cassette holds no response, or none any more, for this request.
    """
    if token is not None and not isinstance(token, Token):
        kind = type(token).__name__
        del token  # A traceback with locals shows this frame.
        raise TypeError(f"logout takes a Token (or None), not {kind}; Token.parse(text) makes one")
    outcome = await _once(token, send)
    if wait and outcome.pause is not None:
        outcome = await _after_a_pause(outcome, outcome.pause, token, send)
    if prove and outcome.kind is OutcomeKind.REVOKED:
        outcome = await proved(outcome, token, send=send)
    return outcome


async def _once(token: Token | None, send: Send) -> Outcome:
    outcome = read(await send(LogoutRequest(token, send.base_url)))
    if token is None or token.warning is None or send.name == "cassette":
        return outcome
    return replace(outcome, warning=token.warning)


async def _after_a_pause(outcome: Outcome, pause: float, token: Token | None, send: Send) -> Outcome:
    if reason := _no_wait(outcome, send):
        return replace(outcome, not_waited=reason)
    import asyncio  # noqa: PLC0415  (costs as much as the whole kit, and a replay has no use for it)

    await asyncio.sleep(pause)
    return replace(await _once(token, send), waited=pause)


def _no_wait(outcome: Outcome, send: Send) -> str | None:
    if send.name == "cassette":
        return "a replay makes nobody wait"
    if outcome.retry_after is None:
        return "the response does not say how long"
    if outcome.retry_after > LONGEST_WAIT:
        return f"the server asks for {duration(outcome.retry_after)}, and {LONGEST_WAIT:.0f} seconds are the most"
    return None


async def proved(outcome: Outcome, token: Token | None, *, send: Send) -> Outcome:
    """The outcome "revoked" of this token with its `proof`, for which the token is sent once more.

    Nothing raises any more: whatever comes but a 401 or a clean 200 proves nothing.
    """
    try:
        again = await _once(token, send)
    except Exception:
        return replace(outcome, proof="not_proved")
    if again.kind is OutcomeKind.UNAUTHENTICATED:
        return replace(outcome, proof="proved")
    if again.kind is not OutcomeKind.REVOKED:
        return replace(outcome, proof="not_proved")
    return replace(
        outcome,
        kind=OutcomeKind.UNDOCUMENTED,
        token_state="unknown",
        proof="contradicted",
        reason="the same token got a clean 200 twice, so the first one may have revoked nothing",
    )


def logout_sync(token: Token | None, *, send: Send, wait: bool = False, prove: bool = False) -> Outcome:
    """The same as `logout`, for scripts and synchronous code: `logout_sync(token, send=live())`.

    Raises:
        InsideEventLoop: An event loop is running in this thread, as in a notebook; await `logout` there.
        TypeError: As in `logout`.
        CassetteMismatch: As in `logout`.
    """
    if send.name == "cassette":
        return _stepped(logout(token, send=send, wait=wait, prove=prove))
    import asyncio  # noqa: PLC0415  (costs as much as the whole kit, and a replay has no use for it)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return run_in_a_loop(logout(token, send=send, wait=wait, prove=prove))
    del token  # A traceback with locals shows this frame.
    raise InsideEventLoop("an event loop runs here already, as in a notebook: use `await logout(…)`")


def run_in_a_loop(work: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, which would also wait for the thread of a name look-up that hangs, long past the deadline."""
    import asyncio  # noqa: PLC0415  (costs as much as the whole kit, and a replay has no use for it)

    runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
    try:
        return runner.run(work)
    finally:
        loop = runner.get_loop()
        # A body that was longer than what is read has left its generator half-way.
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _stepped(work: Coroutine[Any, Any, Outcome]) -> Outcome:
    """A replay never waits for anything, so it needs no event loop."""
    try:
        work.send(None)
    except StopIteration as ended:
        outcome: Outcome = ended.value
        return outcome
    work.close()
    raise RuntimeError("a replay does not wait")


class TokenStore(Protocol):
    """Where an app keeps its customer's token: a session, a keychain, a file.

    It holds at most one token in use, and those that are put aside: out of use on this device, and not yet known to be
    dead at the shop. Where these rest is the app's choice.
    """

    def load(self) -> Token | None:
        """The token in use, None if there is none."""
        ...

    def forget(self, token: Token, /) -> None:
        """Drop this token, in use or put aside, and only this one: the customer may have logged in again meanwhile."""
        ...

    def put_aside(self, token: Token, /) -> None:
        """Take this token out of use, and keep it for nothing but revoking it later."""
        ...

    def pending(self) -> Sequence[Token]:
        """The tokens that are put aside, the oldest first."""
        ...


class MemoryStore:
    """The smallest store there is, in this process's memory: what is put aside is lost when the process ends."""

    def __init__(self, token: Token | None = None) -> None:
        self._token = token
        self._pending: tuple[Token, ...] = ()

    def load(self) -> Token | None:
        return self._token

    def forget(self, token: Token, /) -> None:
        self._pending = tuple(each for each in self._pending if each != token)
        if self._token == token:
            self._token = None

    def put_aside(self, token: Token, /) -> None:
        self.forget(token)
        self._pending += (token,)

    def pending(self) -> tuple[Token, ...]:
        return self._pending


async def logout_and_forget(store: TokenStore, *, send: Send, wait: bool = False) -> Outcome | None:
    """Sign the customer out on this device, always; and revoke the token at the shop, or put it aside until that works.

    | outcome           | the token on this device | what to tell the customer                                |
    | ----------------- | ------------------------ | -------------------------------------------------------- |
    | revoked           | forgotten                | signed out                                               |
    | unauthenticated   | forgotten                | signed out: it was not valid any more                    |
    | any other         | put aside                | signed out on this device; the shop has not confirmed it |

    Args:
        store: Where the token is kept.
        send: The source, `live()` for the real thing.
        wait: As in `logout`: sit a short 429 out, once.

    Returns:
        The outcome; None if there was no token, and so nothing to do. A 401 never raises.
    """
    token = store.load()
    if token is None:
        return None
    try:
        outcome = await logout(token, send=send, wait=wait)
    except BaseException:
        store.put_aside(token)
        raise
    if _opens_nothing(outcome):
        store.forget(token)
    else:
        store.put_aside(token)
    return outcome


async def revoke_pending(store: TokenStore, *, send: Send) -> tuple[Outcome, ...]:
    """Send each token that was put aside once more, one after the other, and forget those that open nothing any more.

    One pass, when the app calls it: at its next start, say, or when the network is back.

    Returns:
        The outcomes, in the order of `store.pending()`.
    """
    outcomes = []
    for token in tuple(store.pending()):
        outcome = await logout(token, send=send)
        outcomes.append(outcome)
        if _opens_nothing(outcome):
            store.forget(token)
    return tuple(outcomes)


def _opens_nothing(outcome: Outcome) -> bool:
    return outcome.token_state in ("revoked", "not_accepted")
