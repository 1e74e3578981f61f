"""Rehearsal: records every cassette anew from the kit's own sandbox, over a socket, alike but for `Date`."""

from __future__ import annotations

import time

from wemasy_kit.call.logout import logout
from wemasy_kit.call.token import Token
from wemasy_kit.sources.recorder import STORIES, record
from wemasy_kit.sources.sandbox import Sandbox


async def rehearse(name: str) -> str:
    """The text of the cassette `name`, recorded from a sandbox of its own whose window stands still."""
    now = time.time()
    async with Sandbox(clock=lambda: now) as shop:
        tokens = {"phone": shop.issue_token("jane"), "laptop": shop.issue_token("jane"), "unknown": unknown_token()}
        if STORIES[name].limit_reached:
            while (await logout(None, send=shop.send)).rate_limit.remaining:
                pass
        return await record(name, send=shop.send, tokens=tokens)


def unknown_token() -> Token:
    """A token of the right shape, with a true checksum, that no shop has issued but one that is gone again."""
    return Sandbox().issue_token("nobody")
