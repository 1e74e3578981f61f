"""Flow: the whole way in one function, from a token over a source to an outcome."""

from __future__ import annotations

from typing import Final

from wemasy_kit.call.exchange import Send
from wemasy_kit.call.outcome import Outcome, read
from wemasy_kit.call.request import logout_request
from wemasy_kit.call.token import Token

LONGEST_WAIT: Final = 60.0


async def logout(token: Token | None, *, send: Send, wait: bool = False) -> Outcome:
    """Revoke the token used for this request, and say what came of it.

    One call, one request: nothing is retried by itself. Every answer, a 401 or a 429 too, and also none at all, is
    an `Outcome`.

    Args:
        token: The token to revoke; None sends no Authorization header.
        send: The source: `live()`, `cassette(name)`, or the `send` of a `Sandbox`.
        wait: After a 429 whose Retry-After says at most 60 seconds, wait that long and make one more attempt; the
            outcome is then the second one's.

    Raises:
        TypeError: `token` is neither a Token nor None.
        CassetteMismatch: The cassette has no answer, or none any more, for this request.
    """
    if token is not None and not isinstance(token, Token):
        kind = type(token).__name__
        del token  # A traceback with locals shows this frame.
        raise TypeError(f"logout takes a Token (or None), not {kind}; Token.parse(text) makes one")
    outcome = read(await send(logout_request(token, send.base_url)))
    if wait and outcome.pause and outcome.retry_after is not None and outcome.retry_after <= LONGEST_WAIT:
        import asyncio  # noqa: PLC0415  (costs as much as the whole kit, and a replay has no use for it)

        await asyncio.sleep(outcome.pause)
        outcome = read(await send(logout_request(token, send.base_url)))
    return outcome
