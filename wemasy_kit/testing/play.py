"""Play: cases against a client, each with a shop, a port and a token of its own."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import inspect
import io
import logging
import threading
import traceback
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import NamedTuple

from wemasy_kit.sandbox.catalogue import Case
from wemasy_kit.secrets.mask import masked
from wemasy_kit.sources.sandbox import Sandbox
from wemasy_kit.testing.judge import Played


class Ended(NamedTuple):
    """How a client ended. Its output still holds its token, so nobody keeps it."""

    claims_logged_out: bool
    output: str
    hung: bool
    crashed: bool


Client = Callable[[str, str], Ended]
"""Logs out once: takes a base URL and a token."""


def play(case: Case, client: Client) -> Played:
    """Play one case."""
    with Sandbox() as shop:
        token = shop.issue_token("jane")
        shop.answer_next(case.name)
        claims, output, hung, crashed = client(shop.base_url, token.reveal())
    shown = masked(output, token.reveal())
    alive = shop.holds(token)  # Not before its end: so late may a case revoke it.
    return Played(case, claims, shop.requests, alive, shown, token_shown=shown != output, hung=hung, crashed=crashed)


def play_all(cases: Sequence[Case], client: Client, jobs: int) -> Iterator[Played]:
    """Play cases at the same time, the slow ones first. They come as they end."""
    pool = concurrent.futures.ThreadPoolExecutor(jobs)
    slow_first = sorted(cases, key=lambda case: not (case.pause or case.repeats or case.end == "hang"))
    try:
        for done in concurrent.futures.as_completed([pool.submit(play, case, client) for case in slow_first]):
            yield done.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def function(log_out: Callable[[str, str], bool | Awaitable[bool]], limit: float) -> Client:
    """A function of this process as a client, sync or async: is the token revoked at the shop?

    One case at a time: a process has one `sys.stdout`, which is taken over while the function runs, to see whether it
    prints its token.
    """

    def client(base_url: str, token: str) -> Ended:
        said, returned = io.StringIO(), list[bool]()

        def run() -> None:
            try:
                answer = log_out(base_url, token)
                returned.append(bool(asyncio.run(_awaited(answer)) if inspect.isawaitable(answer) else answer))
            except BaseException:
                said.write(traceback.format_exc())

        log = logging.StreamHandler(said)
        logging.getLogger().addHandler(log)
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                # Nothing can end a thread that hangs. Most do when the shop drops their connection.
                thread = threading.Thread(target=run, daemon=True)
                thread.start()
                thread.join(limit)
        finally:
            logging.getLogger().removeHandler(log)
        hung = thread.is_alive()
        return Ended(returned == [True], said.getvalue(), hung, crashed=not hung and not returned)

    return client


async def _awaited(answer: Awaitable[bool]) -> bool:
    return await answer
