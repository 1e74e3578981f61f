"""The command line: what each command prints and how it exits; wrong use is one line, and sends nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import shlex
import signal
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from tests.support.leaks import shows
from wemasy_kit.call.outcome import Outcome
from wemasy_kit.call.request import PATH
from wemasy_kit.call.token import Token
from wemasy_kit.cli import lab
from wemasy_kit.cli.app import main
from wemasy_kit.files import shipped
from wemasy_kit.sources.cassette import cassette_names
from wemasy_kit.sources.recorder import STORIES
from wemasy_kit.sources.sandbox import Sandbox

NAMES = list(STORIES)


def run(*arguments: str, stdin: str | bytes | None = None, **variables: str | None) -> Result:
    """The command in this process, without a terminal; WEMASY_TOKEN only where it is given. No exception leaves it."""
    env = {"WEMASY_TOKEN": None, **variables}
    return CliRunner().invoke(main, arguments, input=stdin, env=env, prog_name="wemasy-kit", catch_exceptions=False)


def started(*arguments: str, stdin: Any = subprocess.DEVNULL, **variables: str) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "WEMASY_TOKEN"}
    return subprocess.Popen(
        [sys.executable, "-m", "wemasy_kit", *arguments],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding=variables.get("PYTHONIOENCODING", "utf-8").partition(":")[0],
        env={**environment, **variables},
        start_new_session=True,  # no terminal but the one that a test gives it
    )


def one_line(text: str) -> str:
    assert text.startswith("Error: ")
    assert text.endswith("\n")
    assert text.count("\n") == 1
    return text


class Listening:
    """A server on loopback: what it was sent, and when the first of it came."""

    def __init__(self, port: int) -> None:
        self.base_url = f"http://127.0.0.1:{port}/api"
        self.received: list[bytes] = []
        self.asked = threading.Event()


@contextlib.contextmanager
def server(answer: bytes | None) -> Iterator[Listening]:
    """Answers every request with these bytes and closes; None waits until the client has gone."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            lines = iter(self.rfile.readline, b"\r\n")
            listening.received.append(b"".join(lines))
            listening.asked.set()
            if answer is None:
                self.rfile.read()
            else:
                self.wfile.write(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as tcp:
        tcp.daemon_threads = True
        listening = Listening(tcp.server_address[1])
        thread = threading.Thread(target=tcp.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield listening
        finally:
            tcp.shutdown()
            thread.join()


@contextlib.contextmanager
def shop(**options: Any) -> Iterator[Sandbox]:
    """The kit's sandbox, in a thread: the command needs this one."""
    with Sandbox(**options) as sandbox:
        yield sandbox


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


# --- wemasy-kit


def test_alone_it_shows_the_help() -> None:
    ended = run()

    assert ended.exit_code == 0
    assert ended.stdout == run("--help").stdout
    assert all(
        re.search(rf"(?m)^  {command} ", ended.stdout) for command in ("lab", "logout", "sandbox", "record", "scan")
    )


@pytest.mark.parametrize("command", main.commands)
def test_every_example_of_the_help_is_right_use(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shipped("notebooks").parent)
    examples = re.findall(
        rf"(?m)^ +(?:.*\| )?wemasy-kit {command}((?: (?! ).+?)?)(?:   .*)?$", run(command, "--help").stdout
    )

    assert len(examples) >= 2
    for example in examples:
        arguments = [word for word in shlex.split(example) if word not in ("session.har", "--", "--help")]
        main.commands[command].make_context(command, arguments)


def test_it_tells_its_version() -> None:
    assert re.fullmatch(r"wemasy-kit, version \d+\.\d+\.\d+\n", run("--version").stdout)


def test_an_unknown_command_is_one_line() -> None:
    ended = run("logot")

    assert ended.exit_code == 2
    assert "'logot'" in one_line(ended.stderr)


def test_an_unknown_option_is_one_line_that_says_where_to_read_on() -> None:
    ended = run("logout", "--jsno")

    assert ended.exit_code == 2
    assert "(more: wemasy-kit logout --help)" in one_line(ended.stderr)


def test_an_unknown_option_before_the_command_is_one_line_too() -> None:
    ended = run("--quiet", "logout")

    assert ended.exit_code == 2
    assert "'--quiet'" in one_line(ended.stderr)


# --- logout: an exit code for each of the six kinds


def test_revoked_exits_0() -> None:
    ended = run("logout", "--source", "sandbox")

    assert ended.exit_code == 0
    assert "(200 OK) · Sandbox" in ended.stdout.splitlines()[0]


def test_unauthenticated_exits_3() -> None:
    ended = run("logout", "--source", "sandbox", "--no-token")

    assert ended.exit_code == 3
    assert "(401 Unauthorized) · Sandbox" in ended.stdout.splitlines()[0]


def test_rate_limited_exits_4_and_says_that_the_customer_is_still_logged_in() -> None:
    ended = run("logout", "--source", "cassette", "--cassette", "429-too-many-requests")

    assert ended.exit_code == 4
    assert "The customer is still logged in" in ended.stdout
    assert "never seen on the live API" in ended.stdout


def test_undocumented_exits_5() -> None:
    with server(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n") as listening:
        ended = run("logout", "--base-url", listening.base_url, "--no-token")

    assert ended.exit_code == 5
    assert "(503 Service Unavailable) · Live" in ended.stdout.splitlines()[0]


def test_not_sent_exits_6(free_port: int) -> None:
    ended = run("logout", "--base-url", f"http://127.0.0.1:{free_port}/api", "--no-token")

    assert ended.exit_code == 6
    assert "Nothing was sent" in ended.stdout


def test_unknown_exits_7() -> None:
    with server(b"") as listening:
        ended = run("logout", "--base-url", listening.base_url, "--no-token")

    assert ended.exit_code == 7
    assert "Treat the token as live" in ended.stdout


def test_past_the_deadline_is_unknown() -> None:
    with server(None) as listening:
        ended = run("logout", "--base-url", listening.base_url, "--no-token", "--deadline", "0.2")

    assert ended.exit_code == 7
    assert "no complete answer came in time" in ended.stdout


@pytest.mark.parametrize("name", cassette_names())
def test_a_recording_exits_as_its_first_answer_says(name: str) -> None:
    assert run("logout", "--cassette", name).exit_code == {"200": 0, "401": 3, "429": 4}[name[:3]]


def test_a_recording_can_be_named_by_its_path() -> None:
    path = shipped("cassettes") / "logout" / "401-no-token.yaml"

    assert run("logout", "--cassette", str(path)).exit_code == 3


# --- logout --json


def test_json_holds_every_field_of_the_outcome_and_where_it_comes_from() -> None:
    values = json.loads(run("logout", "--cassette", "429-too-many-requests", "--json").stdout)

    assert {field.name for field in dataclasses.fields(Outcome)} | {"pause", "provenance"} == set(values)
    assert (values["kind"], values["token_state"], values["source"]) == ("rate_limited", "unchanged", "cassette")
    assert values["rate_limit"] == {"limit": 60, "remaining": 0}
    assert (values["retry_after"], values["pause"]) == (60, 61)
    assert (values["exchange"]["status"], values["exchange"]["elapsed"]) == (429, None)
    assert json.loads(values["exchange"]["body"])["message"] == values["message"] == "Too Many Attempts."
    assert "recorded on" in values["provenance"]
    assert "never seen on the live API" in values["provenance"]


def test_json_without_an_answer_has_no_exchange_and_the_same_exit_code(free_port: int) -> None:
    ended = run("logout", "--base-url", f"http://127.0.0.1:{free_port}/api", "--no-token", "--json")
    values = json.loads(ended.stdout)

    assert ended.exit_code == 6
    assert (values["kind"], values["exchange"], values["cause"]) == ("not_sent", None, "refused")


def test_a_body_that_is_no_text_is_json_all_the_same() -> None:
    with server(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\xff\xfe\x00\x9f") as listening:
        ended = run("logout", "--base-url", listening.base_url, "--no-token", "--json")

    assert json.loads(ended.stdout)["exchange"]["body"]


def test_a_terminal_that_knows_few_characters_gets_what_it_can_show() -> None:
    with started("logout", "--cassette", "401-no-token", PYTHONIOENCODING="latin-1") as process:
        out, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (3, "")
    assert out.startswith("\\u2298 ")


# --- logout: where the token comes from

ACCEPTED = b'HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n{"message":"Logged out."}'


def test_a_token_comes_from_the_environment(canary: str) -> None:
    with server(ACCEPTED) as listening:
        ended = run("logout", "--base-url", listening.base_url, WEMASY_TOKEN=canary)

    assert ended.exit_code == 0
    assert f"Authorization: Bearer {canary}\r\n".encode() in listening.received[0]


@pytest.mark.parametrize("wrapped", ["{}", "{}\n", "{}\r\n", "\ufeff{}\n", "Authorization: Bearer {}\n", '"{}"'])
def test_a_token_comes_from_standard_input(wrapped: str, canary: str) -> None:
    with server(ACCEPTED) as listening:
        ended = run("logout", "--base-url", listening.base_url, "--token-stdin", stdin=wrapped.format(canary))

    assert ended.exit_code == 0
    assert f"Authorization: Bearer {canary}\r\n".encode() in listening.received[0]


def test_standard_input_comes_before_the_environment(canary: str) -> None:
    with server(ACCEPTED) as listening:
        run("logout", "--base-url", listening.base_url, "--token-stdin", stdin=canary, WEMASY_TOKEN="another-one-2026")

    assert f"Authorization: Bearer {canary}\r\n".encode() in listening.received[0]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_token_is_never_printed_even_if_the_server_repeats_it(options: tuple[str, ...], canary: str) -> None:
    body = json.dumps({"error": False, "message": f"Bye, {canary}."}).encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nX-Echo: %b\r\n\r\n" % (len(body), canary.encode())
    with server(answer + body) as listening:
        ended = run("logout", "--base-url", listening.base_url, *options, WEMASY_TOKEN=canary)

    assert ended.exit_code == 0
    assert not shows(ended.output, canary)


@contextlib.contextmanager
def terminal() -> Iterator[tuple[int, int]]:
    """A terminal's two ends: the one that a person types at, and the one that a program reads."""
    ends = os.openpty()
    try:
        yield ends
    finally:
        for end in ends:
            os.close(end)


def wait_for(text: str, process: subprocess.Popen[str]) -> str:
    """What the process has written to standard error when it ends in `text`."""
    assert process.stderr is not None
    seen = ""
    while not seen.endswith(text) and (character := process.stderr.read(1)):
        seen += character
    return seen


# Its last blank is written when the terminal has stopped to show what is typed.
ASKS = "Bearer token (not shown): "


@pytest.mark.parametrize("option", ["--source=live", "--token-stdin"])
def test_at_a_terminal_a_token_is_asked_for_and_not_shown(option: str, canary: str) -> None:
    with (
        server(ACCEPTED) as listening,
        terminal() as (person, program),
        started("logout", "--base-url", listening.base_url, option, stdin=program) as process,
    ):
        asked = wait_for(ASKS, process)
        os.write(person, canary.encode() + b"\n")
        out, err = process.communicate(timeout=30)
        os.set_blocking(person, False)
        with contextlib.suppress(BlockingIOError):
            asked += os.read(person, 4096).decode()

    assert process.returncode == 0
    assert f"Authorization: Bearer {canary}\r\n".encode() in listening.received[0]
    assert not shows(asked + out + err, canary)


@pytest.mark.parametrize(("typed", "rule"), [(b"\n", "empty"), (b"caf\xe9\n", "not_ascii")])
def test_at_the_prompt_too_what_cannot_be_sent_is_one_line(typed: bytes, rule: str) -> None:
    with (
        server(ACCEPTED) as listening,
        terminal() as (person, program),
        started("logout", "--base-url", listening.base_url, stdin=program, PYTHONIOENCODING="utf-8:strict") as process,
    ):
        wait_for(ASKS, process)
        os.write(person, typed)
        _, err = process.communicate(timeout=30)

    assert process.returncode == 2
    assert f"rule {rule}: " in one_line(err.lstrip())
    assert listening.received == []


def test_giving_up_at_the_prompt_sends_nothing_and_exits_1() -> None:
    with (
        server(ACCEPTED) as listening,
        terminal() as (person, program),
        started("logout", "--base-url", listening.base_url, stdin=program) as process,
    ):
        wait_for(ASKS, process)
        os.write(person, b"\x04")
        _, err = process.communicate(timeout=30)

    assert process.returncode == 1
    assert err.strip() == "Aborted!"
    assert listening.received == []


@pytest.mark.parametrize("blank", ["", "  \n"])
def test_a_variable_that_is_blank_counts_as_not_set(blank: str) -> None:
    ended = run("logout", "--source", "live", WEMASY_TOKEN=blank)

    assert ended.exit_code == 2
    assert "no token: set WEMASY_TOKEN" in one_line(ended.stderr)


def test_a_token_with_a_wrong_checksum_is_sent_with_a_warning(canary: str) -> None:
    mistyped = canary[:-1] + ("0" if canary[-1] != "0" else "1")
    with server(ACCEPTED) as listening:
        ended = run("logout", "--base-url", listening.base_url, WEMASY_TOKEN=mistyped)

    assert len(listening.received) == 1
    assert "the checksum at its end is wrong" in ended.stderr
    assert Token.parse(mistyped).fingerprint in ended.stderr
    assert not shows(ended.output, mistyped)


# --- logout: wrong use

WRONG_USES: dict[str, tuple[tuple[str, ...], str]] = {
    "no source": ((), "choose where the answer comes from"),
    "a source that is none": (("--source", "cloud"), "'cloud' is not one of"),
    "no recording": (("--source", "cassette"), "name a recording with --cassette: 200-200-two-devices"),
    "a recording that is missing": (("--cassette", "418-teapot"), "there is no cassette named '418-teapot'"),
    "a recording with another source": (("--source", "live", "--cassette", "x"), "--cassette does not go with"),
    "a server with another source": (("--source", "sandbox", "--base-url", "x"), "--base-url does not go with"),
    "both tokens and none": (("--source", "sandbox", "--no-token", "--token-stdin"), "does not go with --no-token"),
    "a server that would be sent a token in the open": (("--base-url", "http://192.0.2.1"), "plain http to another"),
    "a server that is none": (("--base-url", "nowhere"), "the base URL"),
    "a deadline that is no number": (("--source", "sandbox", "--deadline", "soon"), "'soon' is not a valid float"),
    "a deadline of nothing": (("--source", "sandbox", "--deadline", "0"), "the deadline must be"),
    "a deadline without end": (("--base-url", "http://127.0.0.1:9", "--deadline", "inf"), "the deadline must be"),
    "a deadline that is nothing": (("--source", "sandbox", "--deadline", "nan"), "the deadline must be"),
    "an argument": (("--source", "sandbox", "something"), "nothing goes here; a token comes from WEMASY_TOKEN"),
    "no terminal": (("--source", "live"), "no token: set WEMASY_TOKEN, or pipe it in"),
}


@pytest.mark.parametrize("case", WRONG_USES)
def test_wrong_use_is_one_line_and_exits_2(case: str) -> None:
    arguments, says = WRONG_USES[case]
    ended = run("logout", *arguments)

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert says in one_line(ended.stderr)


TOKENS_THAT_CANNOT_BE_SENT = {
    "empty": "\n",
    "white_space": "12|abc def",
    "line_break": "12|abc\ndef",
    "comma": "12|abc,def",
    "control_character": "12|abc\0def",
    "not_ascii": b"12|caf\xc3\xa9",
    "too_long": "x1" * 4096,
    "placeholder": "YOUR_API_TOKEN",
}


@pytest.mark.parametrize("rule", TOKENS_THAT_CANNOT_BE_SENT)
def test_a_token_that_cannot_be_sent_is_one_line_that_names_the_rule(rule: str) -> None:
    with server(ACCEPTED) as listening:
        ended = run("logout", "--base-url", listening.base_url, "--token-stdin", stdin=TOKENS_THAT_CANNOT_BE_SENT[rule])

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert one_line(ended.stderr).startswith(f"Error: this token cannot be sent, rule {rule}: ")
    assert listening.received == []


def test_bytes_that_are_no_text_at_all_are_refused_by_a_rule() -> None:
    assert "rule not_ascii: " in one_line(
        run("logout", "--source", "live", "--token-stdin", stdin=b"\xff\xfe\x80").stderr
    )


def test_a_token_that_cannot_be_sent_counts_in_the_environment_too() -> None:
    assert "rule white_space: " in one_line(run("logout", "--source", "live", WEMASY_TOKEN="a b").stderr)


@pytest.mark.parametrize(
    "arguments",
    [("{}",), ("--cassette", "{}"), ("--deadline", "{}"), ("--source", "{}"), ("--base-url", "{}"), ("--{}",)],
)
def test_a_token_in_the_wrong_place_is_not_repeated(arguments: tuple[str, ...], canary: str) -> None:
    ended = run("logout", *(argument.format(canary) for argument in arguments))

    assert ended.exit_code == 2
    assert not shows(one_line(ended.stderr), canary)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of Windows cannot close standard input")
@pytest.mark.parametrize("option", ["--source=live", "--token-stdin"])
def test_a_closed_standard_input_is_one_line(option: str) -> None:
    command = f"exec {shlex.quote(sys.executable)} -m wemasy_kit logout --source live {option} <&-"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=30, check=False)

    assert ended.returncode == 2
    one_line(ended.stderr)


# --- logout: interrupted


def test_ctrl_c_while_the_request_is_out_still_tells_the_outcome(canary: str) -> None:
    with server(None) as listening, started("logout", "--base-url", listening.base_url, WEMASY_TOKEN=canary) as process:
        assert listening.asked.wait(30)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (7, "")
    assert "the request was sent, but it was cancelled. Treat the token as live." in out
    assert not shows(out, canary)


# --- sandbox


@contextlib.contextmanager
def running_sandbox(*options: str) -> Iterator[tuple[str, list[str], subprocess.Popen[str]]]:
    """Base URL, tokens, process: read from what it prints, as a person does."""
    with started("sandbox", "--port", "0", *options) as process:
        assert process.stdout is not None
        lines = list(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
        try:
            yield (
                next(word for word in lines[0].split() if word.startswith("http")),
                [words[2] for line in lines if len(words := line.split()) == 3 and words[0] in ("jane", "joe")],
                process,
            )
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.communicate(timeout=30)


def ask(base_url: str, token: str) -> httpx.Response:
    headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
    return httpx.post(f"{base_url}{PATH}", headers=headers, trust_env=False)


def test_the_sandbox_prints_what_a_client_needs_answers_as_the_page_says_and_ends_with_ctrl_c() -> None:
    with running_sandbox() as (base_url, tokens, process):
        phone, again, laptop = (ask(base_url, token) for token in (tokens[0], tokens[0], tokens[1]))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

    assert len({*tokens}) == 3
    assert all(Token.parse(token).checksum == "ok" for token in tokens)
    assert [answer.status_code for answer in (phone, again, laptop)] == [200, 401, 200]
    assert phone.json() == {"error": False, "message": "Logged out.", "data": []}
    assert phone.headers["X-RateLimit-Limit"] == "60"
    assert (process.returncode, out, err) == (0, "Stopped.\n", "")


def test_the_sandbox_takes_its_limit_and_its_profile() -> None:
    with running_sandbox("--rate-limit", "1", "--profile", "laravel") as (base_url, tokens, _):
        granted, refused, other = (ask(base_url, token) for token in tokens)

    assert [answer.status_code for answer in (granted, refused, other)] == [200, 429, 200]
    assert "X-RateLimit-Reset" in refused.headers


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("sandbox", "--port", str(port))

    assert ended.exit_code == 2
    assert f"port {port} cannot be used: Address already in use; choose another with --port" in one_line(ended.stderr)


@pytest.mark.parametrize(("option", "value"), [("--port", "99999"), ("--rate-limit", "0"), ("--profile", "django")])
def test_a_sandbox_that_cannot_be_is_one_line(option: str, value: str) -> None:
    ended = run("sandbox", option, value)

    assert ended.exit_code == 2
    one_line(ended.stderr)


# --- lab


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What JupyterLab is started with. It is not loaded, which takes longer than all the rest here."""
    calls: list[list[str]] = []
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", SimpleNamespace(main=calls.append))
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    return calls


def test_lab_opens_the_first_notebook_with_the_repository_as_root(opened: list[list[str]]) -> None:
    ended = run("lab")

    root = shipped("notebooks").parent
    assert ended.exit_code == 0
    assert opened == [[f"--ServerApp.root_dir={root}", f"--LabApp.default_url=/lab/tree/{lab.FIRST}"]]
    assert (root / lab.FIRST).is_file()


def test_what_lab_starts_is_there() -> None:
    spec = find_spec("jupyterlab.labapp")

    assert spec is not None
    assert re.search(r"(?m)^(?:main = |def main\()", Path(str(spec.origin)).read_text("utf-8"))


def test_lab_passes_options_on(opened: list[list[str]]) -> None:
    run("lab", "--no-browser", "--port", "9000", "--ServerApp.token=x", "--", "--help")

    assert opened[0][2:] == ["--no-browser", "--port", "9000", "--ServerApp.token=x", "--help"]


def test_lab_as_root_allows_root_and_says_so(opened: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    ended = run("lab", "--no-browser")

    assert opened[0][2:] == ["--allow-root", "--no-browser"]
    assert "--allow-root is added" in ended.stderr


def test_lab_as_root_says_nothing_where_root_is_allowed_already(
    opened: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    ended = run("lab", "--allow-root")

    assert opened[0][2:] == ["--allow-root"]
    assert ended.stderr == ""


def test_lab_works_where_there_is_no_root(opened: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "geteuid")

    assert run("lab").exit_code == 0
    assert len(opened[0]) == 2


def test_lab_says_which_notebooks_stay_as_they_are(
    opened: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    changed = tmp_path / "1-start-here.ipynb"
    monkeypatch.setattr(lab, "lay_out", lambda here: (here, (changed,)))
    ended = run("lab")

    assert f"{changed} is not as it came: it stays as it is." in ended.stderr
    assert len(opened) == 1


def test_lab_in_a_folder_that_takes_no_files_is_one_line(
    opened: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(here: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(lab, "lay_out", refuse)
    ended = run("lab")

    assert ended.exit_code == 2
    assert "the notebooks cannot be laid out in this folder: Permission denied" in one_line(ended.stderr)
    assert opened == []


# --- record


def test_record_writes_every_story_and_check_then_finds_them_as_recorded(tmp_path: Path) -> None:
    written = run("record", "--folder", str(tmp_path))
    checked = run("record", "--check", "--folder", str(tmp_path))

    assert written.exit_code == checked.exit_code == 0
    assert written.stdout.splitlines() == [
        *(f"{name}.yaml: recorded from the sandbox" for name in NAMES),
        f"6 in {tmp_path}",
    ]
    assert checked.stdout.splitlines() == [f"{name}.yaml: as recorded" for name in NAMES]
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(NAMES)


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    run("record", "401-no-token", "--folder", str(tmp_path))
    return tmp_path / "401-no-token.yaml"


def check(path: Path) -> Result:
    return run("record", path.stem, "--check", "--folder", str(path.parent))


def test_check_fails_on_a_hand_edited_file_and_names_the_line(recorded: Path) -> None:
    lines = recorded.read_text().splitlines()
    number = next(number for number, line in enumerate(lines, start=1) if "Unauthenticated" in line)
    recorded.write_text(recorded.read_text().replace("Unauthenticated", "Who are you?"))
    ended = check(recorded)

    assert ended.exit_code == 1
    assert ended.stderr == f"401-no-token.yaml: line {number} is not what comes back now\n"


def test_check_lets_another_date_pass(recorded: Path) -> None:
    recorded.write_text(re.sub(r"- \w+, \d+ \w+ \d+ .* GMT", "- Tue, 01 Jan 2030 00:00:00 GMT", recorded.read_text()))
    ended = check(recorded)

    assert (ended.exit_code, ended.stderr) == (0, "")


def test_check_fails_on_a_missing_file(recorded: Path) -> None:
    recorded.unlink()
    ended = check(recorded)

    assert ended.exit_code == 1
    assert ended.stderr == "401-no-token.yaml: missing\n"


def test_check_writes_nothing(recorded: Path) -> None:
    recorded.write_text("mine")
    check(recorded)

    assert [(path.name, path.read_text()) for path in recorded.parent.iterdir()] == [("401-no-token.yaml", "mine")]


def test_check_goes_on_after_a_difference(tmp_path: Path) -> None:
    ended = run("record", "--check", "--folder", str(tmp_path), "401-no-token", "401-unknown-token")

    assert ended.stderr == "401-no-token.yaml: missing\n401-unknown-token.yaml: missing\n"


def test_record_of_an_unknown_story_is_one_line(tmp_path: Path) -> None:
    ended = run("record", "418-teapot", "--folder", str(tmp_path))

    assert ended.exit_code == 2
    assert "there is no story named 418-teapot; there are: 200-200-two-devices" in one_line(ended.stderr)
    assert list(tmp_path.iterdir()) == []


def test_record_into_what_is_no_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    ended = run("record", "401-no-token", "--folder", str(tmp_path / "file"))

    assert ended.exit_code == 1
    assert "cannot be written" in one_line(ended.stderr)
    assert (tmp_path / "file").read_text() == "mine"


def test_record_takes_a_server_only_for_live() -> None:
    ended = run("record", "--base-url", "http://127.0.0.1:9")

    assert ended.exit_code == 2
    assert "--base-url does not go with --source sandbox" in one_line(ended.stderr)


def record_live(base_url: str, to: Path, *names: str, **variables: str | None) -> Result:
    return run("record", *names, "--source", "live", "--base-url", base_url, "--folder", str(to), **variables)


def test_record_live_revokes_the_token_of_the_environment(tmp_path: Path) -> None:
    with shop() as sandbox:
        token = sandbox.issue_token("jane")
        ended = record_live(sandbox.base_url, tmp_path, "200-token-revoked", WEMASY_TOKEN=token.reveal())
        assert not sandbox.holds(token)

    text = (tmp_path / "200-token-revoked.yaml").read_text()
    assert ended.exit_code == 0
    assert f"200-token-revoked.yaml: recorded from {sandbox.base_url}" in ended.stdout
    assert "uri: https://api.wemasy.nl/api/services/webshop/v1/customer/auth/logout" in text
    assert not shows(text + ended.output, token.reveal())


def test_record_live_uses_the_token_of_the_environment_once(tmp_path: Path, canary: str) -> None:
    with shop() as sandbox:
        token = sandbox.issue_token("jane").reveal()
        ended = record_live(sandbox.base_url, tmp_path, "200-token-revoked", "200-200-two-devices", WEMASY_TOKEN=token)

    assert ended.exit_code == 2
    assert "no token: set WEMASY_TOKEN" in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["200-token-revoked.yaml"]


def test_record_live_needs_no_token_of_yours_for_a_401(tmp_path: Path) -> None:
    with shop() as sandbox:
        ended = record_live(sandbox.base_url, tmp_path, "401-no-token", "401-unknown-token")

    assert ended.exit_code == 0
    assert len(list(tmp_path.iterdir())) == 2


def test_record_live_asks_for_each_token_hidden(tmp_path: Path) -> None:
    with shop() as sandbox, terminal() as (person, program):
        tokens = [sandbox.issue_token("jane").reveal() for _ in range(2)]
        options = ["--source", "live", "--base-url", sandbox.base_url, "--folder", str(tmp_path)]
        with started("record", "200-200-two-devices", *options, stdin=program) as process:
            seen = ""
            for role, token in zip(("phone", "laptop"), tokens, strict=True):
                seen += wait_for(f"Token of the {role}, which this revokes (not shown): ", process)
                os.write(person, token.encode() + b"\n")
            out, err = process.communicate(timeout=30)

    assert process.returncode == 0
    assert (tmp_path / "200-200-two-devices.yaml").is_file()
    assert not any(shows(seen + out + err, token) for token in tokens)


def test_record_live_leaves_the_429_out(tmp_path: Path, free_port: int) -> None:
    ended = record_live(f"http://127.0.0.1:{free_port}/api", tmp_path, "429-too-many-requests")

    assert ended.exit_code == 1
    assert "not done to a live API" in one_line(ended.stderr)


def test_record_refuses_an_answer_that_is_not_the_storys_and_leaves_the_old_file(tmp_path: Path, canary: str) -> None:
    old = tmp_path / "200-token-revoked.yaml"
    old.write_bytes(b"the old one\r\n")
    with shop() as sandbox:
        ended = record_live(sandbox.base_url, tmp_path, "200-token-revoked", WEMASY_TOKEN=canary)

    assert ended.exit_code == 1
    assert "answer 1 should be revoked, and is unauthenticated (401); nothing was written" in ended.stderr
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(old.name, b"the old one\r\n")]


def test_record_refuses_a_secret_and_leaves_the_old_file(tmp_path: Path, canary: str) -> None:
    old = tmp_path / "401-no-token.yaml"
    old.write_bytes(b"the old one\r\n")
    body = json.dumps({"message": canary}).encode()
    with server(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)) as listening:
        ended = record_live(listening.base_url, tmp_path, "401-no-token")

    assert ended.exit_code == 1
    assert re.search(r"line \d+, column \d+ holds a Sanctum token.*; nothing was written", ended.stderr)
    assert not shows(ended.output, canary)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(old.name, b"the old one\r\n")]


def test_record_live_from_a_server_that_is_down_is_refused(tmp_path: Path, free_port: int) -> None:
    ended = record_live(f"http://127.0.0.1:{free_port}/api", tmp_path, "401-no-token")

    assert ended.exit_code == 1
    assert "is not_sent. Nothing was sent: nothing listens at that address" in ended.stderr
