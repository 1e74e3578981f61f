"""logout: what it prints and how it exits, in words and in JSON, and where the token comes from."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import signal
import threading
from typing import NamedTuple

import click
import pytest

from tests.cli.running import HANGS, at, one_line, run, started, terminal, tokens, wait_for
from tests.support.fault_cases import whole
from tests.support.fault_server import Behaviour, FaultServer, Peer, does, says, says_and_stays
from tests.support.leaks import shows
from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.outcome import Outcome
from wemasy_kit.call.request import LogoutRequest
from wemasy_kit.call.token import Token
from wemasy_kit.cli.logout import _log_out
from wemasy_kit.files import shipped
from wemasy_kit.sources.cassette import cassette_names
from wemasy_kit.sources.live import Live

ACCEPTED = says(whole("200 OK"))
UNAVAILABLE = says(whole("503 Service Unavailable", b""))
AN_HOUR = says(whole("429 Too Many Requests", b"", "Retry-After: 3600"))
NO_TEXT = says(whole("200 OK", b"\xff\xfe\x00\x9f"))
A_FILE = shipped("cassettes") / "logout" / "401-no-token.yaml"


class Call(NamedTuple):
    arguments: str
    code: int
    says: str
    server: Behaviour | None = None  # {live}; None: nobody listens there


CALLS = {
    "revoked": Call("--source sandbox", 0, "(200 OK) · Sandbox"),
    "not accepted": Call("--source sandbox --no-token", 3, "(401 Unauthorized) · Sandbox"),
    "over the limit": Call("--cassette 429-too-many-requests", 4, "This request revoked nothing"),
    "a replay": Call("--source cassette --cassette 429-too-many-requests", 4, "never seen on the live API"),
    "a cassette of a path": Call(f"--cassette '{A_FILE}'", 3, "(401 Unauthorized) · Replay"),
    "proved": Call("--source sandbox --prove --json", 0, '"proof": "proved"'),
    "proved in a replay": Call("--cassette 200-then-401-same-token --prove", 0, "Proved: "),
    "contradicted": Call("{live} --token-stdin --prove --json", 5, '"proof": "contradicted"', ACCEPTED),
    "not waited": Call("{live} --no-token --wait --json", 4, '"not_waited": "the server asks for', AN_HOUR),
    "not waited in a replay": Call("--cassette 429-too-many-requests --wait", 4, "a replay makes nobody wait"),
    "not documented": Call("{live} --no-token", 5, "(503 Service Unavailable) · Live", UNAVAILABLE),
    "not sent": Call("{live} --no-token", 6, "Nothing was sent"),
    "nobody knows": Call("{live} --no-token", 7, "Treat the token as live", says()),
    # No request is out so soon, on no machine; without the option it would be, and wait.
    "past a deadline": Call("{live} --no-token --deadline 1e-6", 6, "in time", says_and_stays()),
    "not sent, in JSON": Call("{live} --no-token --json", 6, '"exchange": null'),
    "a body that is no text, in JSON": Call("{live} --no-token --json", 5, '"body": "', NO_TEXT),
} | {
    name: Call(f"--cassette {name}", {"200": 0, "401": 3, "429": 4}[name[:3]], name[:3]) for name in cassette_names()
}  # fmt: skip


@pytest.mark.parametrize("case", CALLS)
def test_each_outcome_has_its_exit_code_and_its_words(case: str) -> None:
    call = CALLS[case]
    with FaultServer(call.server) as server:
        ended = run(f"logout {call.arguments.format(live=at(server))}", stdin="1|secret")

    assert (ended.exit_code, ended.stderr) == (call.code, "")
    assert call.says in ended.stdout
    assert "--json" not in call.arguments or json.loads(ended.stdout)


def test_json_holds_every_field_of_the_outcome_and_where_it_comes_from() -> None:
    values = json.loads(run("logout --cassette 429-too-many-requests --json").stdout)
    exchange = values["exchange"]

    assert set(values) == {field.name for field in dataclasses.fields(Outcome)} | {"advice", "pause", "provenance"}
    assert (values["kind"], values["token_state"], values["source"]) == ("rate_limited", "unchanged", "cassette")
    assert (values["rate_limit"], values["retry_after"], values["pause"]) == ({"limit": 60, "remaining": 0}, 60, 61)
    assert (exchange["status"], exchange["elapsed"]) == (429, None)
    assert json.loads(exchange["body"])["message"] == values["message"] == "Too Many Attempts."
    assert "this request revoked nothing" in values["advice"]
    assert "never seen on the live API" in values["provenance"]


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_ledger_is_as_wide_as_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    ledger = run("logout --cassette 429-too-many-requests --ledger").stdout.partition("Documented and observed.")[2]

    assert all(len(line) <= columns for line in ledger.splitlines())
    assert ("What" in ledger.split()) is (columns == 200)  # The table has a head where there is room for it.
    assert {"Retry-After", "undocumented"} <= {word.strip(":") for word in ledger.split()}


def test_ctrl_c_while_the_request_is_out_still_tells_the_outcome() -> None:
    asked = threading.Event()
    waits = does(Peer.request, lambda peer: asked.set(), Peer.leaves)

    with FaultServer(waits) as server, started(f"logout {at(server)} --no-token") as process:
        assert asked.wait(HANGS)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=HANGS)

    assert (process.returncode, err) == (7, "")
    assert "The request was sent, but it was cancelled. Treat the token as live." in out


NEVER_FOUND = """
import socket, sys, time
def looks_up(*arguments, **options):
    print("looking", file=sys.stderr, flush=True)
    time.sleep(600)
socket.getaddrinfo = looks_up
"""


@pytest.mark.parametrize(("deadline", "cause"), [("0.5", "in time"), ("500", "was cancelled")])
def test_a_name_look_up_that_hangs_holds_up_neither_the_verdict_nor_the_end(deadline: str, cause: str) -> None:
    arguments = f"logout --base-url https://shop.example --no-token --deadline {deadline}"
    with started(arguments, broken=NEVER_FOUND) as process:
        wait_for("looking\n", process)
        if cause == "was cancelled":
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=HANGS)

    assert (process.returncode, err) == (6, "")
    assert cause in out


@pytest.mark.parametrize("out", [True, False])
def test_ctrl_c_gives_up_what_is_out_else_the_waiting_and_a_second_one_kills(out: bool) -> None:
    ctrl_c = []

    class Limited(Live):
        async def __call__(self, request: LogoutRequest, /) -> Exchange:
            os.kill(os.getpid(), signal.SIGINT)
            headers = (("Retry-After", "60"), ("X-RateLimit-Limit", "60"))
            if out:
                await asyncio.to_thread(given_up.wait, HANGS)
            return Exchange("POST", request.url, (), 429, "", () if out else headers, b"", "live")

        def cancel(self) -> bool:
            ctrl_c.append(signal.getsignal(signal.SIGINT))
            given_up.set()
            return out

    given_up = threading.Event()
    send = Limited(base_url="https://shop.example", deadline=HANGS)
    with contextlib.nullcontext() if out else pytest.raises(click.Abort):
        assert _log_out(None, send, wait=not out, prove=False).kind == "rate_limited"

    assert ctrl_c == [signal.SIG_DFL]


def test_a_terminal_that_knows_few_characters_gets_what_it_can_show() -> None:
    with started("logout --cassette 401-no-token", PYTHONIOENCODING="latin-1") as process:
        out, err = process.communicate(timeout=HANGS)

    assert (process.returncode, err) == (3, "")
    assert out.startswith("\\u2298 ")


# --- Where the token comes from

# Standard input and WEMASY_TOKEN, with {} for the token.
GIVEN = {
    "the environment": (None, "{}"),
    "standard input": ("{}", None),
    "a line": ("{}\n", None),
    "a line of Windows": ("{}\r\n", None),
    "a line with a byte order mark": ("\ufeff{}\n", None),
    "a whole header": ("Authorization: Bearer {}\n", None),
    "quotes": ('"{}"', None),
    "standard input rather than the environment": ("{}", "another-one-2026"),
}


@pytest.mark.parametrize("case", GIVEN)
def test_a_token_is_taken_from(case: str, canary: str) -> None:
    stdin, variable = (text and text.format(canary) for text in GIVEN[case])
    with FaultServer(ACCEPTED) as server:
        ended = run(f"logout {at(server)} {'--token-stdin' if stdin else ''}", stdin=stdin, token=variable)

    assert ended.exit_code == 0
    assert tokens(server) == [canary]


def test_a_token_with_a_wrong_checksum_is_sent_with_a_warning(canary: str) -> None:
    mistyped = canary[:-1] + ("0" if canary[-1] != "0" else "1")
    with FaultServer(ACCEPTED) as server:
        ended = run(f"logout {at(server)}", token=mistyped)

    assert tokens(server) == [mistyped]
    assert f"{Token.parse(mistyped).fingerprint}: the checksum at its end is wrong" in ended.stderr
    assert not shows(ended.output, mistyped)


# The option, what is typed when a token is asked for, the exit code, and the line that says why.
TYPED = {
    "a token": ("--source=live", b"{}\n", 0, ""),
    "a token for standard input": ("--token-stdin", b"{}\n", 0, ""),
    "nothing": ("", b"\n", 2, "this token cannot be sent, rule empty: "),
    "what is not ASCII": ("", b"caf\xe9\n", 2, "this token cannot be sent, rule not_ascii: "),
    "the end of the input": ("", b"\x04", 1, "Aborted!"),
}


@pytest.mark.parametrize("case", TYPED)
def test_at_a_terminal_a_token_is_asked_for_and_not_shown(case: str, canary: str) -> None:
    option, typed, code, says = TYPED[case]
    with (
        FaultServer(ACCEPTED) as server,
        terminal() as (person, program),
        started(f"logout {at(server)} {option}", stdin=program, PYTHONIOENCODING="utf-8:strict") as process,
    ):
        # The last blank is written when the terminal has stopped to show what is typed.
        shown = wait_for("Bearer token (not shown): ", process)
        os.write(person, typed.replace(b"{}", canary.encode()))
        out, err = process.communicate(timeout=HANGS)
        os.set_blocking(person, False)
        with contextlib.suppress(BlockingIOError):
            shown += os.read(person, 4096).decode()

    assert process.returncode == code
    assert tokens(server) == ([] if code else [canary])
    assert says in err
    assert code != 2 or one_line(err.lstrip())
    assert not shows(shown + out + err, canary)
