"""Secrets nowhere: wherever a person could look, there is no token in any spelling. Each look proves itself first.

The text is held by a `Canary`, so that the frames of these tests do not hold it either: whole tracebacks are searched.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import json
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NoReturn

import comm
import httpx
import ipywidgets
import pytest
from comm.base_comm import BaseComm
from jupyter_client import AsyncKernelManager

import wemasy_kit
from tests.canaries import SPELLINGS, Canary, gives_away, new_canary
from tests.fault_server import Behaviour, FaultServer, Peer, certificate, says, says_and_resets
from tests.looks import LOGGERS, told_by, told_of, watching
from wemasy_kit import LogoutForm, Sandbox, Token, cassette, live, logout, logout_request, recording
from wemasy_kit.explorer import desk
from wemasy_kit.explorer.cards import parts
from wemasy_kit.explorer.secret_field import SecretField
from wemasy_kit.token_input import from_environment

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_the_search_finds_a_token_in_every_spelling_and_no_other(spell: Callable[[str], str], canary: str) -> None:
    assert gives_away(f'{{"a": "{spell(canary)}"}}', canary)
    assert gives_away(f"a{spell(canary)}b".encode("latin-1"), canary)
    assert not gives_away(spell(new_canary()), canary)


# --- The looks prove themselves


def in_a_thread(text: str) -> None:
    thread = threading.Thread(target=functools.partial(int, text))
    thread.start()
    thread.join()


class Unraisable:
    def __init__(self, text: str) -> None:
        self.text = text

    def __del__(self) -> None:
        raise ValueError(self.text)


PLANTED: dict[str, tuple[str, Callable[[str], object]]] = {
    "stdout": ("stdout", print),
    "stderr": ("stderr", lambda text: print(text, file=sys.stderr)),
    "below Python": ("stderr", lambda text: os.write(2, text.encode())),
    "a warning": ("warnings", lambda text: warnings.warn(text, stacklevel=1)),
    "a thread that fails": ("uncaught", in_a_thread),
    "a finalizer that fails": ("uncaught", Unraisable),
    **{f"the log of {name}": ("logs", functools.partial(logging.getLogger(name).debug, "%s")) for name in LOGGERS},
}


@pytest.mark.parametrize(("place", "plant"), PLANTED.values(), ids=PLANTED)
def test_a_token_that_is_said_aloud_is_seen(
    place: str, plant: Callable[[str], object], canary: str, capfd: Capture
) -> None:
    with watching(capfd) as seen:
        plant(canary)

    assert [where for where, text in seen.items() if gives_away(text, canary)] == [place]


def raises(make: Callable[[str], BaseException]) -> Callable[[str], NoReturn]:
    def raising(text: str) -> NoReturn:
        raise make(text)

    return raising


def raises_while_handling(text: str) -> NoReturn:
    try:
        raise ValueError(text)
    except ValueError:
        raise KeyError("outer") from None


def noted(text: str) -> BaseException:
    error = ValueError()
    error.add_note(text)
    return error


def caused(text: str) -> BaseException:
    error = KeyError("outer")
    error.__cause__ = ValueError(text)
    return error


def raises_beside_a_variable(text: str) -> NoReturn:
    headers = {"headers": [(b"Authorization", text.encode())]}
    del text
    raise ValueError(len(headers))


@dataclasses.dataclass
class Silent:
    text: str = dataclasses.field(repr=False)


def raises_beside_a_field(text: str) -> NoReturn:
    silent = [Silent(text)]
    del text
    raise ValueError(len(silent))


RAISING: dict[str, Callable[[str], NoReturn]] = {
    "its message": raises(ValueError),
    "its arguments": raises(lambda text: OSError(5, "said", text)),
    "its cause": raises(caused),
    "its context, left out by a printer": raises_while_handling,
    "a member of its group": raises(lambda text: BaseExceptionGroup("one", [ValueError(text)])),
    "its note": raises(noted),
    "a variable": raises_beside_a_variable,
    "a field of a variable": raises_beside_a_field,
}


def failure(story: Callable[[], object]) -> BaseException:
    try:
        story()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("raising", RAISING.values(), ids=RAISING)
def test_a_token_anywhere_about_an_exception_is_seen(raising: Callable[[str], NoReturn]) -> None:
    canary = Canary()

    error = failure(lambda: raising(canary.text))

    assert any(gives_away(text, canary.text) for text in told_by(error))


def test_the_frames_of_these_tests_hold_no_token() -> None:
    canary = Canary()

    error = failure(lambda: int(canary.text[:4] + "x"))

    assert not any(gives_away(text, canary.text) for text in told_by(error))


class Box:
    def __init__(self, text: object) -> None:
        self.content = text


class Slotted:
    __slots__ = ("_content",)

    def __init__(self, text: str) -> None:
        self._content = text


class Pickled:
    def __init__(self, text: str) -> None:
        self._content = lambda: text

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        return str, (self._content(),)


VALUES: dict[str, Callable[[str], object]] = {
    "what it prints": lambda text: [text],
    "an attribute": Box,
    "a field of an attribute": lambda text: Box([Silent(text)]),
    "a slot": Slotted,
    "its pickle": Pickled,
    "what a notebook saves": ipywidgets.Text,
}


@pytest.mark.parametrize("make", VALUES.values(), ids=VALUES)
def test_a_token_anywhere_in_a_value_is_seen(make: Callable[[str], object], canary: str) -> None:
    assert any(gives_away(text, canary) for text in told_of(make(canary)))


# --- Everything public


def at(server: FaultServer, *, scheme: str = "http", deadline: float = 5.0) -> Any:
    return live(base_url=f"{scheme}://127.0.0.1:{server.port}/api", deadline=deadline)


async def echoes(peer: Peer) -> None:
    """Says the token in every place of an answer, and in more than one spelling."""
    await peer.request()
    token = peer.token.decode()
    plain, percent, base64, in_hex = (SPELLINGS[each](token) for each in ("as it is", "percent-encoded", "base64", "hex"))
    body = json.dumps({"message": f"no such token: {plain}", "data": [percent, base64, in_hex]})
    head = [f"HTTP/1.1 401 {plain} is unknown", f"X-Debug: {plain}", f"Location: /login?token={percent}"]
    head += [f"Set-Cookie: a={base64}", f"Server: {in_hex}", f"X-{in_hex}: 1", f"Content-Length: {len(body)}"]
    await peer.say("\r\n".join([*head, "", body]).encode())


async def echoed(canary: Canary) -> Any:
    async with FaultServer(echoes) as server:
        return await logout(Token.parse(canary.text), send=at(server))


async def of(value: object) -> object:
    return value


async def a_sandbox(canary: Canary) -> Sandbox:
    """One that has issued the token, which takes the canary's place."""
    async with Sandbox() as shop:
        token = shop.issue_token("jane")
        canary.becomes(token.reveal())
        await logout(token, send=shop.send)
    return shop


PUBLIC: dict[str, Callable[[Canary], Awaitable[object]]] = {
    "Token": lambda canary: of(Token.parse(canary.text)),
    "logout_request": lambda canary: of(logout_request(Token.parse(canary.text))),
    "Outcome": echoed,
    "InvalidToken": lambda canary: of(failure(lambda: Token.parse(f"{canary.text} é"))),
    "Sandbox": a_sandbox,
}
OF_AN_OUTCOME: dict[str, Callable[[Any], object]] = {
    "Exchange": lambda outcome: outcome.exchange,
    "RateLimit": lambda outcome: outcome.rate_limit,
    "OutcomeKind": lambda outcome: outcome.kind,
    "card": wemasy_kit.card,
    "timeline": lambda outcome: wemasy_kit.timeline([("phone", outcome)]),
    "the form's tabs": lambda outcome: parts(outcome.exchange),
}
HOLD_NOTHING = {"HandClock", "Send", "WemasyKitError"}
BELOW = {"LogoutForm"}  # it has tests of its own


@pytest.mark.parametrize("name", [*PUBLIC, *OF_AN_OUTCOME])
def test_nothing_public_shows_its_token(name: str) -> None:
    canary = Canary()

    async def story() -> object:
        return await PUBLIC[name](canary) if name in PUBLIC else OF_AN_OUTCOME[name](await echoed(canary))

    value = asyncio.run(story())

    assert [text for text in told_of(value) if gives_away(text, canary.text)] == []


def test_no_public_class_is_left_out() -> None:
    classes = {name for name in wemasy_kit.__all__ if isinstance(getattr(wemasy_kit, name), type)}

    assert classes - {*PUBLIC, *OF_AN_OUTCOME, *HOLD_NOTHING, *BELOW} == set()


# --- Calls that go wrong


Story = Callable[[Canary], Awaitable[object]]


def called(
    behaviour: Behaviour | None, *, certified: str | None = None, deadline: float = 5.0, also: Any = None
) -> Story:
    """A logout at a server that does this; `also` happens as soon as the request has arrived."""

    async def story(canary: Canary) -> object:
        async def behave(peer: Peer) -> None:
            if also is not None:
                await peer.request()
                also(out, send)
                await peer.leaves()
            assert behaviour is not None
            await behaviour(peer)

        tls = certificate(certified) if certified else None
        async with FaultServer(behave if behaviour else None, tls=tls) as server:
            send = at(server, scheme="https" if certified else "http", deadline=deadline)
            out = asyncio.ensure_future(logout(Token.parse(canary.text), send=send))
            return await out

    return story


async def keeps_silent(peer: Peer) -> None:
    await peer.leaves()


async def says_nonsense(peer: Peer) -> None:
    await peer.request()
    await peer.say(b"HTTP/1.1 200 OK\r\nX-Token " + peer.token + b"\r\n\r\n")


def told_the_sandbox(*lines: str) -> Story:
    """What it answers to whoever sends no HTTP."""

    async def story(canary: Canary) -> object:
        async with Sandbox() as shop:
            reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(shop.base_url).port)
            writer.write("\r\n".join([*lines, "", ""]).replace("TOKEN", canary.text).encode())
            writer.write_eof()
            answered = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answered

    return story


async def played_out(canary: Canary) -> object:
    source = cassette("401-no-token")
    await logout(None, send=source)
    return await logout(Token.parse(canary.text), send=source)


async def from_a_bad_environment(canary: Canary) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEMASY_TOKEN", f"{canary.text} é")
        return from_environment()


def recorded(behaviour: Behaviour, *, unscrubbed: bool = False) -> Story:
    async def story(canary: Canary) -> object:
        async with FaultServer(behaviour) as server:
            with pytest.MonkeyPatch.context() as patch:
                if unscrubbed:
                    patch.setattr(recording._Scrub, "_clean", lambda self, text: text)
                token = Token.parse(canary.text)
                return await recording.record("401-unknown-token", send=at(server), tokens={"unknown": token})

    return story


TROUBLES: dict[str, tuple[Story, str]] = {
    "echoed": (called(echoes), "unauthenticated"),
    "refused": (called(None), "not_sent"),
    "reset": (called(says_and_resets(b"")), "unknown"),
    "nonsense with the token in it": (called(says_nonsense), "unknown"),
    "half an answer": (called(says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")), "unknown"),
    "a certificate of nobody's": (called(keeps_silent, certified="self-signed"), "not_sent"),
    "too late": (called(keeps_silent, deadline=0.05), "unknown"),
    "given up": (called(keeps_silent, also=lambda out, send: send.cancel()), "unknown"),
    "cancelled": (called(keeps_silent, also=lambda out, send: out.cancel()), "CancelledError"),
    "Ctrl-C": (called(keeps_silent, also=lambda out, send: signal.raise_signal(signal.SIGINT)), "KeyboardInterrupt"),
    "a cassette that is played out": (played_out, "CassetteMismatch"),
    "a text for a Token": (lambda canary: logout(canary.text, send=live()), "TypeError"),  # type: ignore[arg-type]
    "a token in the address": (lambda canary: of(live(base_url=f"https://a:{canary.text}@b.nl")), "InvalidBaseURL"),
    "a bad text": (lambda canary: of(Token.parse(f"Bearer {canary.text}\r\nX: y")), "InvalidToken"),
    "a bad text in the environment": (from_a_bad_environment, "InvalidToken"),
    "a recording": (recorded(echoes), "str"),
    "a recording that is refused": (recorded(says(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")), "RecordingRefused"),
    "a recording with a token in it": (recorded(echoes, unscrubbed=True), "SecretFound"),
    "a sandbox that is told a bad header": (
        told_the_sandbox("POST / HTTP/1.1", "Host: a", "Authorization Bearer TOKEN"),
        "bytes",
    ),
    "a sandbox that is told no HTTP": (told_the_sandbox("Authorization: Bearer TOKEN"), "bytes"),
    "a sandbox that is told a bad length": (
        told_the_sandbox("POST / HTTP/1.1", "Host: a", "Authorization: Bearer TOKEN", "Content-Length: TOKEN"),
        "bytes",
    ),
    "a sandbox that is told too much": (
        told_the_sandbox("POST / HTTP/1.1", "Host: a", "Authorization: Bearer TOKEN", "X: " + "TOKEN" * 2000),
        "bytes",
    ),
}


@pytest.mark.parametrize(("story", "ending"), TROUBLES.values(), ids=TROUBLES)
def test_a_call_that_goes_wrong_shows_its_token_nowhere(story: Story, ending: str, capfd: Capture) -> None:
    canary = Canary()

    async def harshly() -> object:
        asyncio.get_running_loop().slow_callback_duration = 0  # asyncio's debug mode then tells of every callback
        async with asyncio.timeout(10):
            return await story(canary)

    with watching(capfd) as seen:
        try:
            value: object = asyncio.run(harshly(), debug=True)
        except BaseException as error:
            value = error
    seen["the result"] = "\n".join(told_by(value) if isinstance(value, BaseException) else told_of(value))

    assert str(getattr(value, "kind", type(value).__name__)) == ending, seen
    assert "Executing <" in seen["logs"]
    assert [where for where, text in seen.items() if gives_away(text, canary.text)] == []
