"""Logout: the whole way in one function, from a token over a source to an outcome; and when to drop a local token."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Final, Protocol

from wemasy_kit.call.exchange import Send
from wemasy_kit.call.outcome import Outcome, read
from wemasy_kit.call.request import LogoutRequest
from wemasy_kit.call.token import Token
from wemasy_kit.errors import InsideEventLoop

LONGEST_WAIT: Final = 60.0


async def logout(token: Token | None, *, send: Send, wait: bool = False) -> Outcome:
    """Revoke the token used for this request, and say what came of it.

    One call, one request: nothing is retried by itself. Every response, a 401 or a 429 too, and also none at all,
    is an `Outcome`.

    Args:
        token: The token to revoke; None sends no Authorization header.
        send: The source: `live()`, `cassette(name)`, or the `send` of a `Sandbox`.
        wait: After a 429 whose Retry-After says at most 60 seconds, wait that long and make one more attempt; the
            outcome is then the second one's. A replay makes nobody wait.

    Raises:
        TypeError: `token` is neither a Token nor None.
        CassetteMismatch: The cassette holds no response, or none any more, for this request.
    """
    if token is not None and not isinstance(token, Token):
        kind = type(token).__name__
        del token  # A traceback with locals shows this frame.
        raise TypeError(f"logout takes a Token (or None), not {kind}; Token.parse(text) makes one")
    outcome = read(await send(LogoutRequest(token, send.base_url)))
    if wait and outcome.pause and _is_short(outcome.retry_after) and send.name != "cassette":
        import asyncio  # noqa: PLC0415  (costs as much as the whole kit, and a replay has no use for it)

        await asyncio.sleep(outcome.pause)
        outcome = read(await send(LogoutRequest(token, send.base_url)))
    return outcome


def _is_short(retry_after: float | None) -> bool:
    return retry_after is not None and retry_after <= LONGEST_WAIT


def logout_sync(token: Token | None, *, send: Send, wait: bool = False) -> Outcome:
    """The same as `logout`, for scripts and synchronous code: `logout_sync(token, send=live())`.

    Raises:
        InsideEventLoop: An event loop is running in this thread, as in a notebook; await `logout` there.
        TypeError: As in `logout`.
        CassetteMismatch: As in `logout`.
    """
    if send.name == "cassette":
        return _stepped(logout(token, send=send, wait=wait))
    import asyncio  # noqa: PLC0415  (costs as much as the whole kit, and a replay has no use for it)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(logout(token, send=send, wait=wait))
    del token  # A traceback with locals shows this frame.
    raise InsideEventLoop("an event loop runs here already, as in a notebook: use `await logout(…)`")


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
    """Where an app keeps its customer's token: a session, a keychain, a file."""

    def load(self) -> Token | None:
        """The token, None if there is none."""
        ...

    def forget(self, token: Token, /) -> None:
        """Drop this token, and only this one: the customer may have logged in again in the meantime."""
        ...


class MemoryStore:
    """The smallest store there is: one token, in this process's memory."""

    def __init__(self, token: Token | None = None) -> None:
        self._token = token

    def load(self) -> Token | None:
        return self._token

    def forget(self, token: Token, /) -> None:
        if self._token == token:
            self._token = None


async def logout_and_forget(store: TokenStore, *, send: Send, wait: bool = False) -> Outcome | None:
    """Log the customer out, and drop the local token exactly if it can open nothing any more.

    | outcome           | the local token | what to tell the customer                            |
    | ----------------- | --------------- | ---------------------------------------------------- |
    | revoked           | dropped         | logged out                                           |
    | unauthenticated   | dropped         | logged out: it was not valid any more                |
    | rate_limited      | kept            | still logged in; the outcome says when to try again  |
    | not_sent          | kept            | still logged in; nothing left this machine           |
    | undocumented      | kept            | assume that they are still logged in                 |
    | unknown           | kept            | perhaps; trying again is safe and clears it up       |

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
    outcome = await logout(token, send=send, wait=wait)
    if outcome.token_state in ("revoked", "not_accepted"):
        store.forget(token)
    return outcome
