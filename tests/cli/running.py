"""Runs the command line, in this process or in one of its own, at a terminal, and beside servers in a thread."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from click.testing import CliRunner, Result

from tests.support.fault_server import FaultServer
from wemasy_kit.cli.app import main

HANGS = 60.0  # seconds; nothing here waits for a clock, so this long only what hangs


def run(arguments: str, *, stdin: str | bytes | None = None, token: str | None = None) -> Result:
    """The command in this process, without a terminal; `token` is WEMASY_TOKEN. No exception leaves it."""
    return CliRunner(env={"WEMASY_TOKEN": token}).invoke(
        main, shlex.split(arguments), input=stdin, prog_name="wemasy-kit", catch_exceptions=False
    )


class Started(subprocess.Popen[str]):
    """At the end of its `with` it is ended, so that a test that fails does not wait for it."""

    def __exit__(self, *error: Any) -> None:
        self.kill()
        super().__exit__(*error)


def started(arguments: str, *, stdin: Any = subprocess.DEVNULL, broken: str = "", **variables: str) -> Started:
    """The command in a process of its own, and without a terminal but the one that a test gives it.

    `broken` is Python that runs first, and breaks something in that process.
    """
    script = f"{broken}\nfrom wemasy_kit.__main__ import start\nstart()"
    return Started(
        [sys.executable, *(["-c", script] if broken else ["-m", "wemasy_kit"]), *shlex.split(arguments)],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding=variables.get("PYTHONIOENCODING", "utf-8").partition(":")[0],
        env={**os.environ, "WEMASY_TOKEN": "", **variables},
        start_new_session=True,
    )


def one_line(text: str) -> str:
    assert text.startswith("Error: ")
    assert text.endswith("\n")
    assert text.count("\n") == 1
    return text


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


def at(server: FaultServer) -> str:
    return f"--base-url http://127.0.0.1:{server.port}/api"


def tokens(server: FaultServer) -> list[str]:
    """What came as a bearer token, of each connection."""
    return [peer.token.decode() for peer in server.peers]
