"""The command line as a whole: its help, what it loads, and that wrong use is one line, and sends nothing."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from tests.cli.running import HANGS, at, one_line, run, started
from tests.support.fault_server import FaultServer, says
from tests.support.leaks import shows
from tests.support.python import python
from wemasy_kit.cli.app import COMMANDS, main
from wemasy_kit.files import shipped


def test_alone_it_shows_the_help() -> None:
    ended = run("")

    assert (ended.exit_code, ended.stdout) == (0, run("--help").stdout)
    assert re.findall(r"(?m)^  (\w+)  ", ended.stdout.partition("Commands:")[2]) == list(COMMANDS)
    assert re.fullmatch(r"wemasy-kit, version \d+\.\d+\.\d+\n", run("--version").stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_example_of_the_help_is_right_use(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shipped("notebooks").parent)
    loaded = main.get_command(click.Context(main), command)
    assert loaded is not None
    examples = re.findall(
        rf"(?m)^ +(?:.*\| )?wemasy-kit {command}((?: (?! ).+?)?)(?:   .*)?$", run(f"{command} --help").stdout
    )

    assert len(examples) >= 2
    for example in examples:
        arguments = [word for word in shlex.split(example) if word not in ("session.har", "--", "--help")]
        loaded.make_context(command, arguments)


LIBRARIES = {"IPython", "asyncio", "httpx", "fastjsonschema", "ipywidgets", "jupyterlab", "tornado", "vcr"}


@pytest.mark.parametrize("arguments", ["--help", "logout --help", "logout --cassette 401-no-token"])
def test_neither_a_replay_nor_the_help_loads_a_library_that_others_use(arguments: str) -> None:
    script = f"""
import atexit, sys
from wemasy_kit.cli.app import main
atexit.register(lambda: print("loaded:", *{LIBRARIES!r} & {{*sys.modules}}))
main({shlex.split(arguments)!r}, prog_name="wemasy-kit")
"""
    assert python(script).stdout.endswith("\nloaded:\n")


STRIKES = "import os, signal, sys, time\n"
INTERRUPTED = {
    "Ctrl-C while it loads": (
        "class Finder:\n"
        "    def find_spec(name, *rest):\n"
        "        if name == 'click': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder)",
        (1, "", "Aborted!\n"),
    ),
    "SIGTERM while it writes": (
        "def replace(*paths):\n    os.kill(os.getpid(), signal.SIGTERM)\n    time.sleep(600)\nos.replace = replace",
        (128 + signal.SIGTERM, "", ""),
    ),
    "SIGHUP while it writes": (
        "def replace(*paths):\n    os.kill(os.getpid(), signal.SIGHUP)\n    time.sleep(600)\nos.replace = replace",
        (128 + signal.SIGHUP, "", ""),
    ),
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("case", INTERRUPTED)
def test_a_signal_ends_it_without_a_traceback_and_leaves_no_file(case: str, tmp_path: Path) -> None:
    broken, wanted = INTERRUPTED[case]
    with started(f"export har -o {tmp_path / 'session.har'}", broken=STRIKES + broken) as process:
        out, err = process.communicate(timeout=HANGS)

    assert (process.returncode, out, err) == wanted
    assert list(tmp_path.iterdir()) == []


# --- Wrong use


class Use(NamedTuple):
    arguments: str  # {live}: a server that accepts everything; {port}: its port, which is taken
    says: str
    stdin: str | bytes | None = None
    token: str | None = None


SANDBOX, STDIN = "logout --source sandbox", "logout {live} --token-stdin"
WRONG = {
    "an unknown command": Use("logot", "'logot'"),
    "an unknown option, with where to read on": Use("logout --jsno", "(more: wemasy-kit logout --help)"),
    "an unknown option before the command": Use("--quiet logout", "'--quiet'"),
    "no source": Use("logout", "choose a source: --source live, --source sandbox or --cassette NAME"),
    "a source that is none": Use("logout --source cloud", "'cloud' is not one of"),
    "no cassette": Use("logout --source cassette", "name one with --cassette: 200-200-two-devices"),
    "a cassette that is missing": Use("logout --cassette 418-teapot", "there is no cassette named '418-teapot'"),
    "a cassette by its status": Use("logout --cassette 429", "did you mean 429-too-many-requests? there are"),
    "a sample that there is not": Use("samples logout.py", "did you mean logout.php? there are: documented.sh, "),
    "a cassette with another source": Use("logout --source live --cassette x", "--cassette does not go with"),
    "a server with another source": Use(f"{SANDBOX} --base-url x", "--base-url does not go with"),
    "both tokens and none": Use(f"{SANDBOX} --no-token --token-stdin", "does not go with --no-token"),
    "a server that would get a token in the open": Use("logout --base-url http://192.0.2.1", "plain http to another"),
    "a server that is none": Use("logout --base-url nowhere", "the base URL"),
    "a deadline that is no number": Use(f"{SANDBOX} --deadline soon", "'soon' is not a valid float"),
    "a deadline of nothing": Use(f"{SANDBOX} --deadline 0", "the deadline must be"),
    "an argument": Use(f"{SANDBOX} something", "nothing goes here; a token comes from WEMASY_TOKEN"),
    "no terminal": Use("logout {live}", "no token: set WEMASY_TOKEN, or pipe it in"),
    "an empty variable": Use("logout {live}", "no token: WEMASY_TOKEN is set and empty; fill it, or pipe", token=""),
    "a blank variable": Use("logout {live}", "no token: WEMASY_TOKEN is set and empty", token="  \n"),
    "white space in the variable": Use("logout {live}", "this token cannot be sent, rule white_space: ", token="a b"),
    "an empty token": Use(STDIN, "this token cannot be sent, rule empty: ", "\n"),
    "a token with white space": Use(STDIN, "rule white_space: ", "12|abc def"),
    "a token on two lines": Use(STDIN, "rule line_break: ", "12|abc\ndef"),
    "a token with a letter that is not ASCII": Use(STDIN, "rule not_ascii: ", b"12|caf\xc3\xa9"),
    "bytes that are no text": Use(STDIN, "rule not_ascii: ", b"\xff\xfe\x80"),
    "a token that is too long": Use(STDIN, "rule too_long: ", "x1" * 4096),
    "a placeholder": Use(STDIN, "rule placeholder: ", "YOUR_API_TOKEN"),
    "a sandbox at a port that is taken": Use(
        "sandbox --port {port}", "port {port} cannot be used: Address already in use; choose another with --port"),
    "a sandbox at a port that is none": Use("sandbox --port 99999", "99999"),
    "a sandbox that allows nothing": Use("sandbox --rate-limit 0", "--rate-limit"),
    "a sandbox of another kind": Use("sandbox --profile django", "'django'"),
    "a sandbox with fewer tokens than none": Use("sandbox --tokens -1", "--tokens"),
    "a sandbox with a case that is none": Use("sandbox --case html-20", "html-200"),
    "a sandbox at another machine's address": Use("sandbox --host 203.0.113.9 --port 0", "203.0.113.9, port 0 cannot"),
    "a sandbox at a name of nobody": Use("sandbox --host no.such.name.invalid", "no.such.name.invalid, port 8099"),
    "a check of no command": Use("check", "name the command that logs out"),
    "a check with a case that is none": Use("check --case html-20 -- x", "is called 'html-20'; near: html-200"),
    "a check with a group that is none": Use("check --group redirect -- x", "is called 'redirect'; near: redirects"),
    "a check of claims elsewhere": Use("check --claims stderr:x -- x", "--claims is stdout: and a regular expression"),
    "a check of claims that are no pattern": Use("check --claims stdout:( -- x", "this is no regular expression"),
    "a check in no time": Use("check --limit 0 -- x", "--limit"),
    "a check into no folder": Use("check --junit no/such/junit.xml -- x", "no/such/junit.xml"),
    "an export to no tool": Use("export raml", "'raml' is not one of 'openapi', 'postman', 'har', 'http'"),
    "an export to no folder": Use("export har -o no/such/session.har", "cannot be written: No such file or directory"),
    "a story that is none": Use("record 418-teapot", "no story named 418-teapot; there are: 200-200-two-devices"),
    "a server for a rehearsal": Use("record {live}", "--base-url does not go with --source sandbox"),
    "a page that is missing": Use("contract --page missing.txt", "missing.txt cannot be read: No such file"),
    "a page that is no text": Use("contract --page bytes", "bytes is not UTF-8; save the page as plain text"),
    "a page that is a pipe": Use("contract --page pipe", "pipe cannot be read: it is no regular file"),
    "a cassette that is a pipe": Use("logout --cassette ./pipe.yaml", "pipe.yaml cannot be read: it is no regular"),
    "an authority that is none": Use("logout {live} --ca html", "the certificate authority (ca) must be"),
    "an authority that is a pipe": Use("logout {live} --ca pipe", "the certificate authority (ca) must be"),
    "an authority with another source": Use(f"{SANDBOX} --ca html", "--ca does not go with --source sandbox"),
    "a cassette that paints the terminal": Use("logout --cassette paints.yaml", "is for \N{REPLACEMENT CHARACTER}[2J"),
    "a page that is HTML": Use("contract --page html", "html is HTML; copy the text that the browser shows"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_use_is_one_line_exits_2_and_sends_nothing(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bytes").write_bytes(b"\xff\xfe")
    Path("html").write_text("<html>")
    recorded = (shipped("cassettes") / "logout" / "401-no-token.yaml").read_text("utf-8")
    Path("paints.yaml").write_text(recorded.replace("method: POST", r'method: "\e[2J\e]0;owned\a"'), "utf-8")
    os.mkfifo("pipe")
    os.mkfifo("pipe.yaml")
    use = WRONG[case]
    with FaultServer(says(b"HTTP/1.1 200 OK\r\n\r\n{}")) as server:
        port = server.port
        ended = run(use.arguments.format(live=at(server), port=port), stdin=use.stdin, token=use.token)

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert use.says.format(port=port) in one_line(ended.stderr)
    assert ended.stderr.rstrip("\n").isprintable()
    assert server.connections == 0


@pytest.mark.parametrize("place", ["{}", "--cassette {}", "--deadline {}", "--source {}", "--base-url {}", "--{}"])
def test_a_token_in_the_wrong_place_is_not_repeated(place: str, canary: str) -> None:
    ended = run(f"logout {place.format(shlex.quote(canary))}")

    assert ended.exit_code == 2
    assert not shows(one_line(ended.stderr), canary)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a device that is always full")
def test_output_that_cannot_be_written_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "wemasy_kit", "logout", "--cassette", "200-token-revoked"]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=HANGS, check=False)

    assert ended.returncode == 1
    assert one_line(ended.stderr).startswith("Error: ")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of Windows cannot close standard input")
@pytest.mark.parametrize("option", ["", "--token-stdin"])
def test_a_closed_standard_input_is_one_line(option: str) -> None:
    command = f"exec {shlex.quote(sys.executable)} -m wemasy_kit logout --source live {option} <&-"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=HANGS, check=False)

    assert ended.returncode == 2
    one_line(ended.stderr)
