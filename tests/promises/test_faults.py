"""Everything that can go wrong on the way, over real sockets: the table of `fault_cases.py`, and what holds for all.

All of it is played once, side by side in one event loop; each test then looks at what came of it.
"""

from __future__ import annotations

import asyncio
import binascii
import contextlib
import functools
import gc
import logging
import re
import ssl
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx
import pytest

from tests.browser.looks import Listener
from tests.support.fault_cases import BOMB, CASES, GOOD, ZEROS, Case, whole
from tests.support.fault_server import (  # fmt: skip
    FaultServer,
    Peer,
    certificate,
    keeps_silent,
    says,
    says_and_stays,
    tells,
)
from tests.support.hand_loop import by_hand, ended
from tests.support.leaks import new_canary, shown_by, shows
from tests.support.sources import TESTS
from wemasy_kit.call.logout import logout
from wemasy_kit.call.outcome import Outcome, OutcomeKind
from wemasy_kit.call.token import Token
from wemasy_kit.sandbox import catalogue
from wemasy_kit.sandbox.rules import Shop
from wemasy_kit.sandbox.server import Server
from wemasy_kit.sources import live as module
from wemasy_kit.sources.live import live

T = TypeVar("T")
AT_ONCE = 24
HANGING, LONG = 1.0, 60.0  # seconds: the deadline of a call that hangs, by hand, and of one that does not
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one case: an outcome, or what was raised in place of one."""

    case: Case
    canary: str
    outcome: Outcome | None
    raised: BaseException | None
    seconds: float
    connections: int
    requests: int
    alive: bool  # Whether the sandbox still accepts the token.


class Stage:
    """The sandbox in the place of a `FaultServer`, with one case to play and a token of its own."""

    def __init__(self, case: catalogue.Case) -> None:
        self.shop = Shop()
        self.token = self.shop.issue_token("jane")
        self.shop.answer_next(case.name)
        self._server = Server(self.shop)

    @property
    def port(self) -> int | None:
        return urlsplit(self._server.base_url).port

    @property
    def requests(self) -> int:
        return len(self._server.requests)

    connections = requests  # Each request has one of its own: a case ends it.

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._server.stop()


async def play(case: Case) -> Played:
    outcome, raised = None, None
    tls = certificate(case.certificate, asks_for_one=case.asks_for_certificate) if case.certificate else None
    now = asyncio.get_running_loop().time
    stage = Stage(case.does) if isinstance(case.does, catalogue.Case) else None
    canary = stage.token if stage else new_canary()
    async with stage or FaultServer(case.behaviour, tls=tls) as server:
        deadline = HANGING if case.hangs else LONG
        send = live(base_url=case.address.format(port=server.port), deadline=deadline)
        call = logout(Token.parse(canary), send=send)
        started = now()
        try:
            if case.hangs:
                seen = (lambda: server.requests) if case.arrives else (lambda: server.connections)
                call = ended(call, seen=seen, within=deadline + 2)
            outcome = await call
        except BaseException as error:
            raised = error
        seconds = now() - started
    alive = stage is not None and stage.shop.holds(canary)
    return Played(case, canary, outcome, raised, seconds, server.connections, server.requests, alive)


def run(work: Coroutine[Any, Any, T], case: Case) -> T:
    return by_hand(work) if case.hangs else asyncio.run(work)


async def play_side_by_side(cases: Iterable[Case]) -> list[Played]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def play_in_turn(case: Case) -> Played:
        async with gate:
            return await play(case)

    return list(await asyncio.gather(*map(play_in_turn, cases)))


def play_all() -> list[Played]:
    hanging = [run(play(case), case) for case in CASES if case.hangs]
    return hanging + asyncio.run(play_side_by_side(case for case in CASES if not case.hangs))


@contextlib.contextmanager
def trusting_the_tests_authority() -> Iterator[None]:
    """So that a certificate fails for the reason of its case, and not for its unknown authority."""
    trusted = ssl.create_default_context(cafile=str(TESTS / "data" / "tls" / "authority.pem"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_tls", lambda ca: trusted)
        yield


@contextlib.contextmanager
def all_logs() -> Iterator[list[str]]:
    root, listener = logging.getLogger(), Listener()
    before = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    try:
        yield listener.heard
    finally:
        root.setLevel(before)
        root.removeHandler(listener)


LOGGED: list[str] = []


@pytest.fixture(scope="module")
def played() -> dict[str, Played]:
    with trusting_the_tests_authority(), all_logs() as heard:
        found = {each.case.name: each for each in play_all()}
    LOGGED[:] = heard
    return found


def outcomes(played: dict[str, Played]) -> Iterator[tuple[Played, Outcome]]:
    return ((each, each.outcome) for each in played.values() if each.outcome is not None)


# --- The table


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case.name))
def test_a_fault_has_the_outcome_that_the_table_wants(case: Case, played: dict[str, Played]) -> None:
    outcome = played[case.name].outcome

    assert outcome is not None, played[case.name].raised
    found = (outcome.kind, outcome.token_state, outcome.retry_after)
    assert found == (*case.wanted, case.retry_after), outcome.cause
    assert (outcome.rate_limit.limit, outcome.rate_limit.remaining) == case.rate_limit


@pytest.mark.parametrize("case", catalogue.catalogue().values(), ids=lambda case: case.name)
def test_a_case_does_to_its_token_what_it_says_and_the_kit_claims_no_more_than_it_allows(
    case: catalogue.Case, played: dict[str, Played]
) -> None:
    each = played[case.name]

    assert each.outcome is not None
    assert each.alive is (case.revokes == "never")
    assert case.allows("logged out" if each.outcome.kind == "revoked" else "not logged out")


def test_no_call_makes_more_than_one_connection_and_one_request(played: dict[str, Played]) -> None:
    assert [name for name, each in played.items() if each.connections > 1 or each.requests > 1] == []


def test_the_server_sees_the_request_where_the_outcome_says_that_it_was_sent(played: dict[str, Played]) -> None:
    told = [each for each in played.values() if each.case.arrives is not None]

    assert [each.case.name for each in told if each.requests != each.case.arrives] == []


def test_every_call_ends_within_its_deadline_and_a_second(played: dict[str, Played]) -> None:
    gave_up = [each for each, outcome in outcomes(played) if outcome.cause == "timeout"]

    assert [each.case for each in gave_up] == [case for case in CASES if case.hangs]
    assert [(each.case.name, each.seconds) for each in gave_up if not HANGING <= each.seconds <= HANGING + 1] == []


CAUSES = {
    "nobody listens": "refused",
    "a self-signed certificate": "certificate",
    "a certificate for another host": "certificate",
    "an expired certificate": "certificate",
    "no TLS where TLS is wanted": "not_tls",
    "closed-before-revoking": "broken",
    "cut-in-the-body": "broken",
    "chunks and a length": "broken",
    "no-http": "broken",
    "silence-before-revoking": "timeout",
    "dripping-body": "timeout",
}


@pytest.mark.parametrize("name", CAUSES)
def test_a_fault_is_told_by_its_cause(name: str, played: dict[str, Played]) -> None:
    outcome = played[name].outcome

    assert outcome is not None
    assert outcome.cause == CAUSES[name]


# --- The token


def visible(outcome: Outcome) -> str:
    """All that an outcome can show of itself."""
    body = b"" if outcome.exchange is None else outcome.exchange.body
    texts = [repr(outcome), str(outcome), str(outcome.message), body.decode("latin-1")]
    with contextlib.suppress(zlib.error):
        texts.append(zlib.decompressobj(wbits=47).decompress(body, MEBIBYTE).decode("latin-1"))
    return "\n".join(dict.fromkeys(texts))


def test_no_outcome_shows_the_token_in_any_spelling(played: dict[str, Played]) -> None:
    assert [each.case.name for each, outcome in outcomes(played) if shows(visible(outcome), each.canary)] == []


def test_no_log_shows_a_token(played: dict[str, Played]) -> None:
    logged = "\n".join(LOGGED)

    assert [name for name, each in played.items() if shows(logged, each.canary)] == []


# --- Memory


async def peak(work: Awaitable[T]) -> tuple[T, int]:
    """What some work gives, and the bytes that it took at its height beyond those it began with. Server included."""
    gc.collect()
    tracemalloc.start()
    try:
        return await work, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


_SAME_ELSEWHERE = "401|429|500|success|dripping"
LARGE = [
    case
    for case in CASES
    if re.search("endless|bomb|16,000|gigabytes|9,000", case.name) and not re.search(_SAME_ELSEWHERE, case.name)
]


@pytest.mark.parametrize("case", LARGE, ids=lambda case: case.name)
def test_an_answer_without_end_takes_little_memory(case: Case) -> None:
    with trusting_the_tests_authority():
        played, taken = run(peak(play(case)), case)

    assert played.outcome is not None
    assert played.outcome.kind == case.wanted.kind
    assert taken < 16 * MEBIBYTE


def test_a_client_that_inflates_a_bomb_takes_all_of_it() -> None:
    """The measure proves itself: this is what the kit does not do."""

    async def naive() -> int:
        bomb = whole("200 OK", BOMB, "Content-Encoding: gzip")
        async with FaultServer(says(bomb)) as server, httpx.AsyncClient(trust_env=False) as client:
            return len((await client.post(f"http://127.0.0.1:{server.port}/")).content)

    inflated, taken = asyncio.run(peak(naive()))

    assert inflated == len(ZEROS)
    assert taken > 16 * MEBIBYTE


# --- Interrupted


class Interrupted(Awaitable[Any]):
    """Runs a coroutine up to its n-th pause, and there something comes between."""

    def __init__(self, work: Any, pause: int, interrupt: Interrupt) -> None:
        self._work, self._at, self._interrupt = work, pause, interrupt
        self.happened = False

    def __await__(self) -> Generator[Any, Any, Any]:
        step: Callable[[], Any] = functools.partial(self._work.send, None)
        with contextlib.closing(self._work):
            for pause in range(1, 1000):
                try:
                    waits_for = step()
                    if pause == self._at:
                        self.happened = True
                        waits_for = self._interrupt(self._work, waits_for)
                except StopIteration as done:
                    return done.value
                try:
                    step = functools.partial(self._work.send, (yield waits_for))
                except BaseException as error:
                    step = functools.partial(self._work.throw, error)
        raise AssertionError("a call does not pause so often")


Interrupt = Callable[[Any, Any], Any]  # the coroutine and what it waits for give what it waits for now


def cancels(work: Any, waits_for: Any) -> Any:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    return waits_for


async def interrupt(scheme: str, pause: int, how: Interrupt) -> tuple[str, BaseException] | None:
    """The token's text and what came out of a call that is interrupted at its n-th pause; None if it has none left."""
    canary = new_canary()
    tls = certificate("good") if scheme == "https" else None
    async with FaultServer(says_and_stays(GOOD), tls=tls) as server:
        send = live(base_url=f"{scheme}://127.0.0.1:{server.port}", deadline=LONG)
        out = Interrupted(logout(Token.parse(canary), send=send), pause, how)
        try:
            outcome = await out
        except BaseException as error:
            return canary, error
    assert not out.happened
    assert outcome.kind is OutcomeKind.REVOKED
    return None


def interruptions(scheme: str, how: Interrupt) -> list[tuple[str, BaseException]]:
    """What comes out of a call if it is interrupted at its first pause, its second, and so on."""

    async def all_of_them() -> list[tuple[str, BaseException]]:
        found: list[tuple[str, BaseException]] = []
        while (came := await asyncio.create_task(interrupt(scheme, len(found) + 1, how))) is not None:
            found.append(came)
        return found

    with trusting_the_tests_authority():
        return asyncio.run(all_of_them())


INTERRUPTIONS: dict[type[BaseException], Interrupt] = {
    KeyboardInterrupt: lambda work, waits_for: work.throw(KeyboardInterrupt()),
    SystemExit: lambda work, waits_for: work.throw(SystemExit(3)),
    asyncio.CancelledError: cancels,
}


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("kind", INTERRUPTIONS)
def test_wherever_a_call_is_interrupted_it_ends_so_and_shows_no_token(scheme: str, kind: type[BaseException]) -> None:
    found = interruptions(scheme, INTERRUPTIONS[kind])

    assert len(found) >= 5
    assert {type(error) for _, error in found} == {kind}
    assert [at for at, (canary, error) in enumerate(found) if shows(shown_by(error), canary)] == []
    del found
    gc.collect()  # An open socket would be a ResourceWarning, and that an error.


def test_a_call_that_is_forgotten_in_the_middle_ends_without_a_sound() -> None:
    canary = new_canary()

    async def begin() -> Any:
        server = await FaultServer(keeps_silent).__aenter__()
        work = logout(Token.parse(canary), send=live(base_url=f"http://127.0.0.1:{server.port}"))
        work.send(None)
        await server.__aexit__(None, None, None)
        return work

    asyncio.run(begin()).close()


# --- Side by side


def test_calls_side_by_side_each_have_the_answer_to_their_own_token() -> None:
    canaries = [new_canary() for _ in range(40)]

    async def story() -> list[Outcome]:
        async with FaultServer(tells(answer_by_fingerprint)) as server:
            send = live(base_url=f"http://127.0.0.1:{server.port}")
            return await asyncio.gather(*(logout(Token.parse(canary), send=send) for canary in canaries))

    found = asyncio.run(story())

    assert [outcome.message for outcome in found] == [f"{binascii.crc32(canary.encode())}" for canary in canaries]
    assert [canary for canary in canaries if any(shows(visible(outcome), canary) for outcome in found)] == []


def answer_by_fingerprint(peer: Peer) -> bytes:
    return whole("200 OK", b'{"message":"%d"}' % binascii.crc32(peer.token))
