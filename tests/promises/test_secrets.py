"""Secrets nowhere: wherever a person could look, there is no token in any spelling. Each look proves itself first.

The text is held by a `Canary`, so that the frames of these tests do not hold it either: whole tracebacks are searched.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import gc
import inspect
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, Self, cast

import httpx
import ipywidgets
import pytest
from jupyter_client.manager import AsyncKernelManager

import wemasy_kit
from tests.browser.looks import LOGGERS, held_by, told_by, told_of, watching
from tests.cli.running import HANGS, started
from tests.cli.running import at as there
from tests.support.fault_server import (  # fmt: skip
    Behaviour,
    FaultServer,
    Peer,
    certificate,
    does,
    keeps_silent,
    says,
    tells,
)
from tests.support.hand_loop import by_hand, forward
from tests.support.leaks import FURTHER, PACKAGE, SPELLINGS, Canary, new_canary, shows
from wemasy_kit import LogoutForm, LogoutRequest, MemoryStore, Sandbox, Token, cassette, live, logout, logout_sync
from wemasy_kit.cli.token_input import from_environment
from wemasy_kit.errors import InvalidToken
from wemasy_kit.explorer import response as form_response
from wemasy_kit.explorer import view_model
from wemasy_kit.explorer.history import Entry, History
from wemasy_kit.explorer.view_model import Now
from wemasy_kit.sources import recorder as recording

Capture = pytest.CaptureFixture[str]
Seen = dict[str, str]  # by place


@pytest.mark.parametrize("spell", [*SPELLINGS.values(), *FURTHER.values()], ids=[*SPELLINGS, *FURTHER])
def test_the_search_finds_a_token_in_every_spelling_and_no_other(spell: Callable[[str], str], canary: str) -> None:
    assert shows(f'{{"a": "{spell(canary)}"}}', canary)
    assert shows(f"a{spell(canary)}b".encode("latin-1"), canary)
    assert not shows(spell(new_canary()), canary)


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

    assert [where for where, text in seen.items() if shows(text, canary)] == [place]


def raises(make: Callable[[str], BaseException], **more: Callable[[str], object]) -> Callable[[str], NoReturn]:
    """What is made of the text, with `more` attributes."""

    def raising(text: str) -> NoReturn:
        error = make(text)
        for name, value in more.items():
            setattr(error, name, value(text))
        del text
        raise error

    return raising


def raises_beside(make: Callable[[str], object]) -> Callable[[str], NoReturn]:
    """A variable holds what is made of the text."""

    def raising(text: str) -> NoReturn:
        kept = make(text)
        del text
        raise ValueError(type(kept))

    return raising


@dataclasses.dataclass
class Silent:
    text: str = dataclasses.field(repr=False)


RAISING: dict[str, Callable[[str], NoReturn]] = {
    "its message": raises(ValueError),
    "its arguments": raises(lambda text: OSError(5, "said", text)),
    "its cause": raises(lambda text: KeyError("outer"), __cause__=ValueError),
    "its context": raises(lambda text: KeyError("outer"), __context__=ValueError),
    "a member of its group": raises(lambda text: BaseExceptionGroup("one", [ValueError(text)])),
    "its note": raises(lambda text: ValueError(), __notes__=lambda text: [text]),
    "a variable": raises_beside(lambda text: {"headers": [(b"Authorization", text.encode())]}),
    "a field of a variable": raises_beside(lambda text: [Silent(text)]),
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

    assert any(shows(text, canary.text) for text in told_by(error))


def test_the_frames_of_these_tests_hold_no_token() -> None:
    canary = Canary()

    error = failure(lambda: int(canary.text[:4] + "x"))

    assert not any(shows(text, canary.text) for text in told_by(error))


class Box:
    def __init__(self, text: object) -> None:
        self.content = text


class Slotted:
    __slots__ = ("_content",)

    def __init__(self, text: str) -> None:
        self._content = text


class Pickled:
    def __init__(self, text: str) -> None:
        self._content: Callable[[], str] = lambda: text

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
    assert any(shows(text, canary) for text in told_of(make(canary)))


# --- Everything public

DEADLINE = 60.0


def at(server: FaultServer, *, scheme: str = "http") -> Any:
    return live(base_url=f"{scheme}://127.0.0.1:{server.port}/api", deadline=DEADLINE)


async def echoes(peer: Peer) -> None:
    """Says the token in every place of an answer, and in more than one spelling."""
    await peer.request()
    token = peer.token.decode()
    plain, percent, base64, in_hex = (
        SPELLINGS[each](token) for each in ("as it is", "percent-encoded", "in base64", "in hex")
    )
    body = json.dumps({"message": f"no such token: {plain}", "data": [percent, base64, in_hex]})
    head = [f"HTTP/1.1 401 {plain} is unknown", f"X-Debug: {plain}", f"Location: /login?token={percent}"]
    head += [f"Set-Cookie: a={base64}", f"Server: {in_hex}", f"X-{in_hex}: 1", f"Content-Length: {len(body)}"]
    await peer.say("\r\n".join([*head, "", body]).encode())


def echoed(canary: Canary) -> Any:
    with FaultServer(echoes) as server:
        return logout_sync(Token.parse(canary.text), send=at(server))


def a_sandbox(canary: Canary) -> Sandbox:
    """One that has issued the token, which takes the canary's place."""
    with Sandbox() as shop:
        token = shop.issue_token("jane")
        canary.becomes(token.reveal())
        logout_sync(token, send=shop.send)
    return shop


PUBLIC: dict[str, Callable[[Canary], object]] = {
    "Token": lambda canary: Token.parse(canary.text),
    "LogoutRequest": lambda canary: LogoutRequest(Token.parse(canary.text)),
    "Outcome": echoed,
    "InvalidToken": lambda canary: failure(lambda: Token.parse(f"{canary.text} é")),
    "Sandbox": a_sandbox,
    "MemoryStore": lambda canary: MemoryStore(Token.parse(canary.text)),
}
OF_AN_OUTCOME: dict[str, Callable[[Any], object]] = {
    "Exchange": lambda outcome: outcome.exchange,
    "RateLimit": lambda outcome: outcome.rate_limit,
    "OutcomeKind": lambda outcome: outcome.kind,
    "show_outcome": wemasy_kit.show_outcome,
    "show_ledger": wemasy_kit.show_ledger,
    "show_timeline": lambda outcome: wemasy_kit.show_timeline([("phone", outcome)]),
    "the form's response": lambda outcome: form_response.response(Entry(0, None, outcome), None, History(), Now(0, 0)),
}
HOLD_NOTHING = {"HandClock", "Send", "TokenStore", "WemasyKitError"}
ELSEWHERE = {"LogoutForm"}  # test_form looks at the state of its widgets and at what it says to the page


@pytest.mark.parametrize("name", [*PUBLIC, *OF_AN_OUTCOME])
def test_nothing_public_shows_its_token(name: str) -> None:
    canary = Canary()

    value = PUBLIC[name](canary) if name in PUBLIC else OF_AN_OUTCOME[name](echoed(canary))

    assert [text for text in told_of(value) if shows(text, canary.text)] == []


def test_no_public_class_is_left_out() -> None:
    classes = {name for name in vars(wemasy_kit)["__all__"] if isinstance(getattr(wemasy_kit, name), type)}

    assert classes - {*PUBLIC, *OF_AN_OUTCOME, *HOLD_NOTHING, *ELSEWHERE} == set()


# --- Calls that go wrong

Story = Callable[[Canary], Awaitable[object]]


def called(behaviour: Behaviour | None, *, certified: str | None = None, also: Any = None) -> Story:
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
            send = at(server, scheme="https" if certified else "http")
            out = asyncio.ensure_future(logout(Token.parse(canary.text), send=send))
            return await out

    return story


says_nonsense = tells(lambda peer: b"HTTP/1.1 200 OK\r\nX-Token " + peer.token + b"\r\n\r\n")


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


async def a_form_that_fails(canary: Canary) -> object:
    form = LogoutForm(send=live())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(form, "_draw", lambda: 1 / 0)
        content = {"method": "custom", "content": {"do": "send", "text": canary.text}}
        form._handle_msg({"content": {"data": content}, "buffers": []})
    return form._view_model.state


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
    "reset": (called(does(Peer.request, Peer.reset)), "unknown"),
    "nonsense with the token in it": (called(says_nonsense), "unknown"),
    "half an answer": (called(says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")), "unknown"),
    "a certificate of nobody's": (called(keeps_silent, certified="self-signed"), "not_sent"),
    "too late": (called(keeps_silent, also=lambda out, send: forward(DEADLINE)), "unknown"),
    "given up": (called(keeps_silent, also=lambda out, send: send.cancel()), "unknown"),
    "cancelled": (called(keeps_silent, also=lambda out, send: out.cancel()), "CancelledError"),
    "Ctrl-C": (called(keeps_silent, also=lambda out, send: signal.raise_signal(signal.SIGINT)), "KeyboardInterrupt"),
    "a cassette that is played out": (played_out, "CassetteMismatch"),
    "a text for a Token": (lambda canary: logout(canary.text, send=live()), "TypeError"),  # type: ignore[arg-type]
    "a bad text": (lambda canary: logout(Token.parse(f"{canary.text}\r\nX: y"), send=live()), "InvalidToken"),
    "a bad text in the environment": (from_a_bad_environment, "InvalidToken"),
    "a recording": (recorded(echoes), "str"),
    "a recording that is refused": (recorded(says(b"HTTP/1.1 500 No\r\n\r\n")), "RecordingRefused"),
    "a recording with a token in it": (recorded(echoes, unscrubbed=True), "SecretFound"),
    "a form that fails": (a_form_that_fails, "State"),
    "a sandbox that is told no HTTP": (told_the_sandbox("Authorization: Bearer TOKEN"), "bytes"),
    **{
        f"a sandbox that is told {header[:22]}": (told_the_sandbox("POST / HTTP/1.1", "Host: a", header), "bytes")
        for header in (
            "Authorization: Bearer TOKEN", "Authorization: TOKEN\0", "Authorization Bearer TOKEN", "TOKEN: Bearer",
            "Content-Length: TOKEN", "Transfer-Encoding: TOKEN", "Host: TOKEN/", "X: " + "TOKEN" * 2000,
        )
    },
}  # fmt: skip


@pytest.mark.parametrize(("story", "ending"), TROUBLES.values(), ids=TROUBLES)
def test_a_call_that_goes_wrong_shows_its_token_nowhere(story: Story, ending: str, capfd: Capture) -> None:
    canary = Canary()

    async def harshly() -> object:
        asyncio.get_running_loop().slow_callback_duration = 0  # asyncio's debug mode then tells of every callback
        return await story(canary)

    with watching(capfd) as seen:
        try:
            value: object = by_hand(harshly(), debug=True)
        except BaseException as error:
            value = error
    seen["the result"] = "\n".join(told_by(value) if isinstance(value, BaseException) else told_of(value))

    assert str(getattr(value, "kind", type(value).__name__)) == ending
    assert "Executing <" in seen["logs"]
    assert [where for where, text in seen.items() if shows(text, canary.text)] == []


KIT = f"{PACKAGE}{os.sep}"
ON_THE_WAY = {"call/logout.py", "call/request.py", "call/exchange.py", "sources/live.py"}


def refuses(peer: Peer) -> bytes:
    return b"HTTP/1.1 401 %s\r\nContent-Length: 0\r\n\r\n" % peer.token


class Strike:
    """Ctrl-C in the very moment when a line of the kit is first reached; without a line it only looks on."""

    def __init__(self, at: tuple[str, int] | None = None, *, files: Collection[str] = ON_THE_WAY) -> None:
        self.reached: dict[tuple[str, int], None] = {}
        self._at, self._files = at, files

    def __call__(self, frame: FrameType, event: str, argument: object) -> Any:
        line = (frame.f_code.co_filename.removeprefix(KIT).replace(os.sep, "/"), frame.f_lineno)
        if line[0] not in self._files:
            return None
        self.reached[line] = None
        if line == self._at:
            sys.settrace(None)
            raise KeyboardInterrupt
        return self

    async def during(self, canary: Canary) -> None:
        async with FaultServer(tells(refuses)) as server:
            token, send = Token.parse(canary.text), at(server)
            with self:
                await logout(token, send=send)

    def __enter__(self) -> None:
        self._before = sys.gettrace()
        sys.settrace(self)

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)


def test_wherever_ctrl_c_strikes_no_frame_of_the_kit_holds_the_token(capfd: Capture) -> None:
    canary, calm = Canary(), Strike()
    asyncio.run(calm.during(canary))

    with watching(capfd) as seen:
        struck = {line: failure(functools.partial(asyncio.run, Strike(line).during(canary))) for line in calm.reached}
        gc.collect()

    assert {file for file, _ in struck} == ON_THE_WAY
    assert {type(error) for error in struck.values()} == {KeyboardInterrupt}
    held = {line: "\n".join(held_by(error, below=KIT)) for line, error in struck.items()}
    assert [line for line, text in held.items() if shows(text, canary.text)] == []
    assert [where for where, text in seen.items() if shows(text, canary.text)] == []


@pytest.mark.parametrize("ending", ["", ",", "  "])
def test_wherever_ctrl_c_strikes_while_a_token_is_read_no_frame_of_the_kit_holds_its_text(ending: str) -> None:
    canary, files = Canary(), {"call/token.py"}

    def read(strike: Strike) -> None:
        with strike:
            Token.parse(f"Bearer {canary.text}{ending}")

    calm = Strike(files=files)
    with contextlib.suppress(InvalidToken):
        read(calm)
    # `parse` itself is called with the text, and holds it for a moment.
    source, first = inspect.getsourcelines(Token.parse)
    below = [line for line in calm.reached if line[1] not in range(first, first + len(source))]
    struck = [failure(functools.partial(read, Strike(line, files=files))) for line in below]

    assert {type(error) for error in struck} == {KeyboardInterrupt}
    assert [error for error in struck if shows("\n".join(held_by(error, below=KIT)), canary.text)] == []


# --- The command line


HARSH = {"PYTHONDEVMODE": "1", "PYTHONASYNCIODEBUG": "1", "PYTHONWARNINGS": "always", "COLUMNS": "500"}
# Arguments, what stands in WEMASY_TOKEN, what is piped in, and how it ends.
COMMANDS = {
    "in words": ("logout {there}", "{token}", "", 3),
    "as JSON, piped in": ("logout {there} --json --token-stdin", "", "{token}", 3),
    "Ctrl-C": ("logout {there}", "{token}", "", 7),
    "a token that cannot be sent": ("logout {there}", "{token} é", "", 2),
    "a token for an argument": ("logout {there} '{token}'", "{token}", "", 2),
    "a recording": ("record 401-unknown-token {there} --source live --folder {folder}", "{token}", "", 0),
}


def test_what_a_process_says_is_seen(canary: str) -> None:
    with started("", broken="import os; print(os.environ['WEMASY_TOKEN'])", WEMASY_TOKEN=canary) as process:
        assert shows(process.communicate()[0], canary)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_line_shows_no_token(name: str, canary: str, tmp_path: Path) -> None:
    *texts, code = COMMANDS[name]
    arrived = threading.Event()

    responds = does(Peer.request, lambda peer: arrived.set(), keeps_silent if name == "Ctrl-C" else echoes)

    with FaultServer(responds) as server:
        given = {"there": there(server), "token": canary, "folder": tmp_path}
        arguments, variable, piped = (str(text).format(**given) for text in texts)
        with started(arguments, stdin=subprocess.PIPE, WEMASY_TOKEN=variable, **HARSH) as process:
            if name == "Ctrl-C":
                assert arrived.wait(HANGS)
                process.send_signal(signal.SIGINT)
            said = "".join(process.communicate(piped, timeout=HANGS))

    assert (process.returncode, said != "") == (code, True)
    assert not shows(said + "".join(path.read_text() for path in tmp_path.iterdir()), canary)


# --- A notebook


class Notebook:
    """A kernel with folders of its own, and all that it says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[dict[str, Any]] = []

    async def __aenter__(self) -> Self:
        # Over files: of two kernels that start at once, both could take the same port.
        self._sockets = tempfile.TemporaryDirectory()
        where = {"transport": "ipc", "ip": f"{self._sockets.name}/kernel"}
        self._kernel = AsyncKernelManager(kernel_name="python3", **where)
        self._log = (self.folder / "kernel.log").open("w")
        places = {name: str(self.folder) for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR")}
        await self._kernel.start_kernel(env={**os.environ, **places}, stdout=self._log, stderr=self._log)
        self._page = self._kernel.client()
        self._page.start_channels()
        await self._page.wait_for_ready(timeout=120)
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        self._page.stop_channels()
        await self._kernel.shutdown_kernel()
        self._sockets.cleanup()
        self._log.close()

    async def until(self, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next thing said that is it."""
        while True:
            message = await self._page.get_iopub_msg(timeout=120)
            self.said.append(message)
            if is_it(message["content"]):
                return cast("dict[str, Any]", message["content"])

    async def run(self, cell: str) -> None:
        await self._page.execute_interactive(cell, output_hook=self.said.append, store_history=True, timeout=120)

    async def act(self, field: str, **content: str) -> None:
        """What the token field's JavaScript sends."""
        data = {"comm_id": field, "data": {"method": "custom", "content": content}}
        self._page.shell_channel.send(self._page.session.msg("comm_msg", data))

    def everything(self) -> dict[str, str]:
        """What it said, and every file that it wrote: the history, the log."""
        written = {path.name: path.read_bytes().decode("latin-1") for path in self.folder.rglob("*") if path.is_file()}
        return {"messages": json.dumps(self.said, default=str), **written}


FORM = """
%xmode Verbose
from wemasy_kit import LogoutForm, live
import ipywidgets, logging
logging.basicConfig(level=logging.DEBUG)
form = LogoutForm(send=live(base_url="{}"))
form
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, Seen]:
    """A token in a cell, one that was typed into the form, and by place everything that there is to be seen."""
    planted, typed = new_canary(), new_canary()

    async def story() -> Seen:
        folder = tmp_path_factory.mktemp("kernel")
        async with asyncio.timeout(300), FaultServer(echoes) as server:
            async with Notebook(folder) as notebook:
                await notebook.run(f"planted = '{planted}'")
                await notebook.run(FORM.format(at(server).base_url))
                opened = [each["content"] for each in notebook.said if each["msg_type"] == "comm_open"]
                field = next(each["comm_id"] for each in opened if each["data"]["state"].get("view", {}).get("button"))
                await notebook.act(field, do="send", text=typed)
                await notebook.until(lambda content: "armed" in json.dumps(content.get("data", "")))
                await asyncio.sleep(view_model.ECHO)  # A person would not be faster.
                await notebook.act(field, do="confirm")
                await notebook.until(lambda content: '"say"' in json.dumps(content.get("data", ""), default=str))
                await notebook.run("form, form._view_model.state, ipywidgets.Widget.get_manager_state()")
                await notebook.run("%history -g")
                await notebook.run("form.nonsense")
            assert server.requests == 1
        return notebook.everything()

    return planted, typed, asyncio.run(story())


def test_a_token_that_stands_in_a_cell_is_seen(notebook: tuple[str, str, Seen]) -> None:
    planted, _, seen = notebook

    assert [where for where, text in seen.items() if shows(text, planted)] == ["messages", "history.sqlite"]


def test_a_token_that_is_typed_into_the_form_is_in_no_message_no_output_no_saved_state_no_log_and_no_history(
    notebook: tuple[str, str, Seen],
) -> None:
    _, typed, seen = notebook

    assert "Token not accepted" in seen["messages"]
    assert "'model_module': 'anywidget'" in seen["messages"]  # What a notebook saves of the widgets is an output here.
    assert [where for where, text in seen.items() if shows(text, typed)] == []
