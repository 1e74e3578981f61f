"""Command: a program in any language as a client, in a process group of its own. Nothing that it started stays."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from wemasy_kit.testing.play import Ended

MEMORY: Final = 1024**3  # bytes that a process may fill
KEPT: Final = 64 * 1024  # bytes of an output: of its beginning, and of its end
_FILE: Final = 64 * 1024**2  # bytes of a file that it writes
# Only with an exit code: a program may log a stack trace and go on. Node's own last line is its version.
_TRACEBACK: Final = re.compile(
    r"Traceback \(most recent call last\)|^Node\.js v\d|^(?:PHP )?Fatal error|^panic: |^Exception in thread "
    r"|^Unhandled exception|^\S+\.rb:\d+:in |(?i:out of memory|cannot allocate)",
    re.MULTILINE,
)


class Command:
    """Runs `argv` with WEMASY_BASE_URL and WEMASY_TOKEN, at most `limit` seconds.

    Exit code 0 claims “logged out”; with `claims`, a match of that in its standard output.
    """

    def __init__(self, argv: Sequence[str], limit: float, claims: re.Pattern[str] | None = None) -> None:
        self._argv, self._limit, self._claims = argv, limit, claims
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] | None = set()

    def __call__(self, base_url: str, token: str) -> Ended:
        hung = False
        # Files and no pipes: what it leaves running would hold a pipe open.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            try:
                process = self._started(out, err, {**os.environ, "WEMASY_BASE_URL": base_url, "WEMASY_TOKEN": token})
            except OSError as error:
                return Ended(False, f"{self._argv[0]} cannot be started: {error.strerror}", hung, crashed=True)
            try:
                process.wait(self._limit)
            except subprocess.TimeoutExpired:
                hung = True
            finally:
                _end(process)
                _end_what_left(token)
            said = _read(out)
            output, code = said + _read(err), process.returncode
        claims = self._claims.search(said) is not None if self._claims else code == 0
        if hung:
            output += f"\nended after {self._limit:g} seconds"
        elif code < 0:
            output += f"\nended by a signal: {signal.strsignal(-code)}"
        crashed = not hung and (code < 0 or (code > 0 and _TRACEBACK.search(output) is not None))
        return Ended(claims, output or f"exit code {code}, without a word", hung, crashed)

    def stop(self) -> None:
        """End all that runs. Nothing starts after it."""
        with self._lock:
            running, self._running = self._running or (), None
        for process in running:
            _end(process)

    def _started(self, out: IO[bytes], err: IO[bytes], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._running is None:
                raise InterruptedError
            process = subprocess.Popen(
                self._argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, start_new_session=True
            )
            self._running.add(process)
        if sys.platform == "linux":
            import resource  # noqa: PLC0415  (Windows has none)

            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(process.pid, resource.RLIMIT_DATA, (MEMORY, MEMORY))
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (_FILE, _FILE))
                resource.prlimit(process.pid, resource.RLIMIT_CORE, (0, 0))
        return process


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it, and what it started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _end_what_left(token: str) -> None:
    """End what left its group: on Linux its token is to be seen in the environment that it was started with."""
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"WEMASY_TOKEN={token}".encode() in environment.read_bytes():
                os.kill(int(environment.parent.name), signal.SIGKILL)


def _read(file: IO[bytes]) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    beginning = file.read(KEPT)
    file.seek(max(len(beginning), size - KEPT))
    return (beginning + file.read()).decode("utf-8", "replace")
