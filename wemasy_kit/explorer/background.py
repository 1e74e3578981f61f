"""Background: runs a coroutine beside the kernel, which stays free: in a thread, or as a task where there are none."""

from __future__ import annotations

import asyncio
import functools
import sys
import threading
from collections.abc import Coroutine
from typing import Any

_tasks: set[asyncio.Future[Any]] = set()
_starting = threading.Lock()


def run(work: Coroutine[Any, Any, None], *, after: float = 0.0) -> None:
    """Start `work`, `after` so many seconds, and come back at once. It reports its own errors."""
    if after:
        work = _later(work, after)
    if sys.platform == "emscripten":
        task = asyncio.ensure_future(work)
        _tasks.add(task)  # The loop keeps no hold of a task.
        task.add_done_callback(_tasks.discard)
    else:
        with _starting:  # Two at once would each start a loop.
            loop = _loop()
        asyncio.run_coroutine_threadsafe(work, loop)


async def _later(work: Coroutine[Any, Any, None], seconds: float) -> None:
    await asyncio.sleep(seconds)
    await work


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="wemasy-kit", daemon=True).start()
    return loop
