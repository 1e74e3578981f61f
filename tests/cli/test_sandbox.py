"""sandbox: what it prints is what a client needs, and it ends with Ctrl-C."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
from collections.abc import Iterator

import httpx

from tests.cli.running import HANGS, started
from wemasy_kit.call.request import PATH
from wemasy_kit.call.token import Token


@contextlib.contextmanager
def running(options: str = "") -> Iterator[tuple[subprocess.Popen[str], list[httpx.Response]]]:
    """The command, read as a person reads, and its responses: to each token, to the first again, and without JSON."""
    with started(f"sandbox --port 0 {options}") as process:
        assert process.stdout is not None
        text = "".join(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
        (base_url,) = re.findall(r"listens at (\S+)", text)
        tokens = re.findall(r"(?m)^  (?:jane|joe) +\w+ +(\S+)$", text)
        assert [Token.parse(token).checksum for token in tokens] == ["ok"] * 3
        try:
            yield process, [*(ask(base_url, token) for token in (*tokens, tokens[0])), ask(base_url, tokens[0], "*/*")]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(HANGS)


def ask(base_url: str, token: str, accept: str = "application/json") -> httpx.Response:
    headers = {"Accept": accept, "Authorization": f"Bearer {token}"}
    return httpx.post(base_url + PATH, headers=headers, trust_env=False, timeout=HANGS)


def test_it_prints_what_a_client_needs_responds_as_the_page_says_and_ends_with_ctrl_c() -> None:
    with running() as (process, responses):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=HANGS)

    assert [response.status_code for response in responses] == [200, 200, 200, 401, 500]
    assert responses[0].json() == {"error": False, "message": "Logged out.", "data": []}
    assert responses[0].headers["X-RateLimit-Limit"] == "60"
    assert (process.returncode, out, err) == (0, "Stopped.\n", "")


def test_it_takes_its_limit_its_profile_and_its_login_page() -> None:
    with running("--rate-limit 1 --profile laravel --login-route") as (_, responses):
        assert [response.status_code for response in responses] == [200, 429, 200, 401, 302]
        assert "X-RateLimit-Reset" in responses[1].headers
