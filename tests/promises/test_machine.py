"""A customer, a shop and a bad line between them, in any order that hypothesis can think of.

The line is a raw server around the sandbox's own rules: it can break before the shop hears of a logout, and after.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, get_args

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from tests.support.fault_server import FaultServer, Peer
from wemasy_kit.call.logout import logout
from wemasy_kit.call.outcome import Outcome, OutcomeKind
from wemasy_kit.call.token import Token
from wemasy_kit.sandbox.rules import WINDOW, Answer, HandClock, Profile, Shop
from wemasy_kit.sources.live import live

LIMIT = 4


class BadLine:
    """Shop and line, and everything that is seen on the shop's side.

    Attributes:
        hears: Whether the shop gets the next request.
        carries: How much of its answer comes through, from 0 to 1.
    """

    def __init__(self, profile: Profile) -> None:
        self.clock = HandClock(1_800_000_000.0)
        self.shop = Shop(rate_limit=LIMIT, profile=profile, clock=self.clock)
        self.hears, self.carries = True, 1.0
        self.seen = 0

    async def behaviour(self, peer: Peer) -> None:
        request = await peer.request()
        self.seen += 1
        if not self.hears:
            return
        answer = on_the_wire(self.shop.answer(*parsed(request)))
        await peer.say(answer[: int(len(answer) * self.carries)])


def parsed(request: bytes) -> tuple[str, str, list[tuple[str, str]]]:
    first, *lines = request.decode().removesuffix("\r\n\r\n").split("\r\n")
    method, path, _ = first.split(" ")
    return method, path, [(name, value) for name, _, value in (line.partition(": ") for line in lines)]


def on_the_wire(answer: Answer) -> bytes:
    lines = [f"{name}: {value}" for name, value in (*answer.headers, ("Content-Length", str(len(answer.body))))]
    return "\r\n".join((f"HTTP/1.1 {answer.status} {answer.reason}", *lines, "", "")).encode() + answer.body


class Logouts(RuleBasedStateMachine):
    """Tokens are issued, and sent over lines good and bad; what the kit says is compared with what the shop knows."""

    issued = Bundle("issued")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.called_logged_out: list[str] = []

    def teardown(self) -> None:
        self.runner.close()

    @initialize(profile=st.sampled_from(get_args(Profile)))
    def opens(self, profile: Profile) -> None:
        self.world = BadLine(profile)

    @rule(target=issued, customer=st.sampled_from(("jane", "john")))
    def issues(self, customer: str) -> str:
        return self.world.shop.issue_token(customer)

    @rule(seconds=st.sampled_from((0.5, 1, WINDOW // 2, WINDOW)))
    def time_passes(self, seconds: float) -> None:
        self.world.clock.forward(seconds)

    @rule(text=issued)
    def logs_out(self, text: str) -> None:
        alive = self.world.shop.holds(text)

        outcome = self.sends(text)

        if outcome.kind is not OutcomeKind.RATE_LIMITED:
            assert outcome.kind is (OutcomeKind.REVOKED if alive else OutcomeKind.UNAUTHENTICATED)

    @rule(text=issued, before=st.integers(1, LIMIT), carries=st.sampled_from((0.5, 1.0)))
    def logs_out_again_also_after_a_lost_answer(self, text: str, before: int, carries: float) -> None:
        for _ in range(before):
            self.sends(text, carries=carries)

        assert self.sends(text).kind in (OutcomeKind.UNAUTHENTICATED, OutcomeKind.RATE_LIMITED)

    @rule(text=issued, customer=st.sampled_from(("jane", "john")))
    def is_throttled(self, text: str, customer: str) -> None:
        """Other calls of the customer, or of the address, have used the window up."""
        others = [self.world.shop.issue_token(customer) for _ in range(LIMIT)]
        for other in others:
            self.sends(other)

        outcome = self.sends(text)

        if outcome.kind is OutcomeKind.RATE_LIMITED:
            assert outcome.retry_after is not None
            assert 0 <= outcome.retry_after <= WINDOW

    @rule(text=issued)
    def breaks_before_the_shop_hears(self, text: str) -> None:
        alive = self.world.shop.holds(text)

        assert self.sends(text, hears=False).kind is OutcomeKind.UNKNOWN
        assert self.world.shop.holds(text) == alive

    @rule(text=issued, carries=st.floats(0, 1, exclude_max=True))
    def breaks_after_the_shop_has_acted(self, text: str, carries: float) -> None:
        assert self.sends(text, carries=carries).kind is OutcomeKind.UNKNOWN

    @rule(text=issued)
    def nobody_listens(self, text: str) -> None:
        assert self.sends(text, listens=False).kind is OutcomeKind.NOT_SENT

    def sends(self, text: str, *, hears: bool = True, carries: float = 1.0, listens: bool = True) -> Outcome:
        """One call, and what holds for every one of them."""
        seen, alive = self.world.seen, self.world.shop.holds(text)
        self.world.hears, self.world.carries = hears, carries

        outcome = self.runner.run(call(text, self.world.behaviour if listens else None))

        assert self.world.seen - seen == (outcome.kind is not OutcomeKind.NOT_SENT)
        if outcome.kind is OutcomeKind.REVOKED:
            assert alive
            self.called_logged_out.append(text)
        if outcome.kind is OutcomeKind.UNAUTHENTICATED:
            assert not self.world.shop.holds(text)
        if outcome.token_state == "unchanged":
            assert self.world.shop.holds(text) == alive
        return outcome

    @invariant()
    def what_was_called_logged_out_is_dead_in_the_shop(self) -> None:
        assert [text for text in self.called_logged_out if self.world.shop.holds(text)] == []


async def call(text: str, behaviour: Callable[[Peer], Any] | None) -> Outcome:
    async with FaultServer(behaviour) as server:
        return await logout(Token.parse(text), send=live(base_url=f"http://127.0.0.1:{server.port}/api", deadline=60))


TestLogouts = Logouts.TestCase
TestLogouts.settings = settings(max_examples=settings().max_examples // 2 or 1, stateful_step_count=12)
