"""Forgetting: the reference pattern for a logout in one's own code: when to drop the local token, and when not."""

from __future__ import annotations

from typing import Protocol

from wemasy_kit.call.exchange import Send
from wemasy_kit.call.logout import logout
from wemasy_kit.call.outcome import Outcome
from wemasy_kit.call.token import Token


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
