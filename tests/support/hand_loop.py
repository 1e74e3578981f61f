"""An event loop whose clock stands still until a test moves it, so that no deadline depends on the machine's speed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
STEP = 0.01  # seconds


class HandLoop(asyncio.SelectorEventLoop):
    """Sockets work as ever; `time()` is `now`."""

    now = 0.0

    def time(self) -> float:
        return self.now


def by_hand(work: Coroutine[Any, Any, T], *, debug: bool = False) -> T:
    """Runs some work in a loop of this kind."""
    with asyncio.Runner(debug=debug, loop_factory=HandLoop) as runner:
        return runner.run(work)


def forward(seconds: float) -> None:
    """Lets `seconds` pass at once, in the loop that is running."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, HandLoop)
    loop.now += seconds


async def ended(work: Coroutine[Any, Any, T], *, seen: Callable[[], object], within: float) -> T:
    """What comes of a call. Time begins to pass when it was seen, step by step; `within` seconds later it is cut off.

    A step lasts as long as the loop takes for a few turns, however long that is on this machine.
    """
    task = asyncio.ensure_future(work)
    while not seen() and not task.done():  # noqa: ASYNC110  (a server has no event that tells)
        await asyncio.sleep(0)
    for _ in range(round(within / STEP)):
        if task.done():
            break
        forward(STEP)
        for _ in range(3):
            await asyncio.sleep(0)
    else:
        task.cancel()
    return await task
