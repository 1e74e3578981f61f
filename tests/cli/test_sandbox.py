"""sandbox: what it prints is what a client needs, and it ends with Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx

from tests.cli.running import HANGS, started
from tests.support.leaks import shows
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


@contextlib.contextmanager
def serving(options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The command, read as a program reads it."""
    with started(f"sandbox --port 0 --json {options}") as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(HANGS)


def test_a_program_reads_one_line_and_steers_the_shop() -> None:
    with serving("--tokens 5 --cases") as (process, told):
        assert set(told) == {"base_url", "tokens", "control_url"}
        assert len({Token.parse(token).fingerprint for token in told["tokens"]}) == 5
        assert (
            httpx.post(f"{told['control_url']}/next", json={"case": "503-before-revoking"}, trust_env=False).json()
            == {}
        )
        asked = [told["tokens"][4], told["tokens"][4], "case|html-200"]
        responses = [ask(told["base_url"], token) for token in asked]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=HANGS)

    assert [response.status_code for response in responses] == [503, 200, 200]
    assert "<!DOCTYPE html>" in responses[2].text
    assert (process.returncode, out, err) == (0, "", "")


def test_it_gives_every_logout_one_case_and_logs_each_without_its_token() -> None:
    with serving("--case 429-without-retry-after --log") as (process, told):
        token = told["tokens"][0]
        assert [ask(told["base_url"], token).status_code for _ in range(2)] == [429, 429]
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=HANGS)

    said = (
        f"POST /api{PATH} 429: token {Token.parse(token).fingerprint}, Accept application/json, case 429-without-retry-"
    )
    assert [said in line for line in out.splitlines()] == [True, True]
    assert not shows(out, token)


def test_on_an_address_that_others_reach_it_says_so_and_has_no_control_url() -> None:
    with serving("--host 0.0.0.0") as (process, told):
        assert told["control_url"] is None
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=HANGS)

    assert err == "Everyone who reaches 0.0.0.0 can use it: there is no control URL.\n"
