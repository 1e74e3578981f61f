"""The request samples, run for real: by their own interpreters, against the sandbox and a server that misbehaves."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import pytest

from tests.support.fault_cases import whole
from tests.support.fault_server import FaultServer, Peer
from tests.support.leaks import shows
from wemasy_kit import Sandbox, Token, live, logout
from wemasy_kit.cli.logout import EXIT_CODES
from wemasy_kit.contract.document import load
from wemasy_kit.exports.samples import Sample, samples

BIN: Final = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
NEEDS: Final = {"cURL": "bash curl jq", "JS": "node", "PHP": "php", "HTTPie": "bash http jq"}
CHECKED: Final = [sample.language for sample in samples() if sample.style == "checked"]
DOCUMENTED: Final = ["cURL", "JS", "Python"]  # the PHP is a part of a Laravel application


K = TypeVar("K")


class Ended(NamedTuple):
    code: int
    said: str


def sample(language: str, style: str = "checked") -> Sample:
    return next(each for each in samples() if (each.language, each.style) == (language, style))


def filled_in(sample: Sample, base_url: str, token: str) -> Sample:
    """A documented sample as a person would change it."""
    source = sample.source
    for old, new in ((load().base_url, base_url), ("YOUR_API_TOKEN", token)):
        assert source.count(old) == 1
        source = source.replace(old, new)
    return dataclasses.replace(sample, source=source)


@functools.cache
def missing(language: str) -> str | None:
    """What a sample needs and this machine has not."""
    for tool in NEEDS.get(language, "").split():
        if shutil.which(tool, path=BIN) is None:
            return f"{tool} is not installed"
    php_curl = ["php", "-r", "curl_version();"]
    if language == "PHP" and subprocess.run(php_curl, capture_output=True, check=False).returncode:
        return "php has no curl extension (Debian: php-curl)"
    return None


def skip_without_its_interpreter(language: str) -> None:
    if reason := missing(language):
        pytest.skip(reason)


def slow_ones_are_for_the_tools_run(languages: list[str]) -> list[object]:
    """Starting node or Python a dozen times takes seconds; the same rule holds for all, and is tested for all there."""
    return [pytest.param(each, marks=() if each in ("cURL", "PHP") else pytest.mark.tools) for each in languages]


async def program(*command: object, cwd: Path, typed: str = "", seconds: float = 120, **variables: str) -> Ended:
    """How a program ends that starts in this folder, which is its home too, and is told what is `typed`."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=cwd,
        env={"PATH": BIN, "PYTHONPATH": os.environ["PYTHONPATH"], "HOME": str(cwd), **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(typed.encode()), timeout=seconds)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Ended(process.returncode, said.decode())


async def run(sample: Sample, folder: Path, **given: str) -> Ended:
    """Runs a sample as a person would, saved to a file. A checked one has to cope with the settings that it meets.

    What is given (`base_url`, `token`) is in the environment, as WEMASY_BASE_URL and WEMASY_TOKEN.
    """
    save(sample, folder)
    interpreter = sys.executable if sample.program == "python" else sample.program
    variables = {f"WEMASY_{name.upper()}": value for name, value in given.items()}
    return await program(interpreter, sample.name, cwd=folder, seconds=30, **variables)


def save(sample: Sample, home: Path) -> None:
    home.mkdir(parents=True)
    (home / sample.name).write_text(sample.source, encoding="utf-8")
    if sample.style == "checked":  # Settings that follow redirects and send another password.
        (home / ".curlrc").write_text("location\n")
        (home / ".netrc").write_text("default login mallory password mallory\n")
        (home / ".netrc").chmod(0o600)
        (home / ".config" / "httpie").mkdir(parents=True)
        (home / ".config" / "httpie" / "config.json").write_text('{"default_options": ["--follow"]}')


async def all_of(runs: Mapping[K, Awaitable[Ended]]) -> dict[K, Ended]:
    return dict(zip(runs, await asyncio.gather(*runs.values()), strict=True))


async def at_the_three_responses(language: str, style: str, folder: Path) -> tuple[dict[str, Ended], bool, bool]:
    """What a sample makes of a 200, a 401 and a 429; whether the 200's token is alive after it, and the 429's."""
    async with Sandbox() as shop, Sandbox(rate_limit=1) as full:
        await logout(None, send=full.send)
        good, kept = shop.issue_token("jane"), full.issue_token("jane")
        runs = {}
        for name, base_url, token in (
            ("200", shop.base_url, good.reveal()),
            ("401", shop.base_url, f"7|{'nobody0' * 6}"),
            ("429", full.base_url, kept.reveal()),
        ):
            chosen = sample(language, style)
            if style == "documented":
                runs[name] = run(filled_in(chosen, base_url, token), folder / name)
            else:
                runs[name] = run(chosen, folder / name, base_url=base_url, token=token)
        return await all_of(runs), shop.holds(good), full.holds(kept)


@pytest.mark.parametrize("language", CHECKED)
def test_a_checked_sample_tells_the_three_responses_apart(language: str, tmp_path: Path) -> None:
    skip_without_its_interpreter(language)

    ended, revoked_is_alive, refused_is_alive = asyncio.run(at_the_three_responses(language, "checked", tmp_path))

    assert {name: each.code for name, each in ended.items()} == {"200": 0, "401": 3, "429": 4}
    assert re.search(r"Retry-After: (60|5\d)\n", ended["429"].said)
    assert not revoked_is_alive
    assert refused_is_alive


@pytest.mark.parametrize("language", DOCUMENTED)
def test_a_documented_sample_logs_out_and_takes_every_response_for_a_success(language: str, tmp_path: Path) -> None:
    skip_without_its_interpreter(language)

    ended, revoked_is_alive, _ = asyncio.run(at_the_three_responses(language, "documented", tmp_path))

    assert {name: each.code for name, each in ended.items()} == {"200": 0, "401": 0, "429": 0}
    words = {"200": "Logged out.", "401": "Unauthenticated.", "429": "Too Many Attempts."}
    assert [name for name, each in ended.items() if words[name] in each.said] == ["200", "401", "429"]
    assert not revoked_is_alive


def test_the_page_s_php_and_the_laravel_controller_are_php(tmp_path: Path) -> None:
    """Laravel is not there to run them."""
    if shutil.which("php") is None:
        pytest.skip("php is not installed")
    for style in ("documented", "function"):
        file = tmp_path / f"{style}.php"
        file.write_text("<?php\n" + sample("PHP", style).source.removeprefix("<?php\n"))
        ended = subprocess.run(["php", "-l", file], capture_output=True, text=True, timeout=30, check=False)

        assert ended.stdout.startswith("No syntax errors")


JSON, HTML = "Content-Type: application/json", "Content-Type: text/html"
# Beside the catalogue, which tests/testing plays.
TOLD: Final = {
    "error-is-false": whole("200 OK", b'{"error": false}', JSON, "X-RateLimit-Limit: 60"),
    "no-mark-of-the-endpoint": whole("200 OK", b'{"message": "Service Unavailable"}', JSON),
    "error-is-true": whole("200 OK", b'{"error": true, "message": "Logged out."}', JSON),
    "says-nothing": whole("200 OK", b"{}", JSON),
    "a-list": whole("200 OK", b'["message"]', JSON, "X-RateLimit-Limit: 60"),
    "nested-too-deep": whole("200 OK", b"[" * 60_000, JSON),
    "two-values": whole("200 OK", b'{"message": "Logged out."} {"error": true}', JSON),
    "401-of-a-gateway": whole("401 Unauthorized", b"<h1>Who are you?</h1>", HTML),
}


async def tells_by_path(peer: Peer) -> None:
    """The first part of the path names the answer."""
    name = (await peer.request()).split(b"/")[1].decode()
    await peer.say(TOLD[name])


@pytest.mark.parametrize("language", slow_ones_are_for_the_tools_run(CHECKED))
def test_a_checked_sample_says_what_the_kit_says(language: str, tmp_path: Path) -> None:
    skip_without_its_interpreter(language)

    async def play() -> tuple[dict[str, int], dict[str, int], int]:
        async with FaultServer(tells_by_path) as server:
            urls = {name: f"http://127.0.0.1:{server.port}/{name}/api" for name in TOLD}
            token = Token.parse("1|secret")
            kit = {name: EXIT_CODES[(await logout(token, send=live(base_url=url))).kind] for name, url in urls.items()}
            chosen = sample(language)
            ended = await all_of(
                {name: run(chosen, tmp_path / name, base_url=url, token="1|secret") for name, url in urls.items()}
            )
            return kit, {name: each.code for name, each in ended.items()}, server.requests

    kit, codes, requests = asyncio.run(play())

    assert codes == kit
    assert [name for name, code in codes.items() if code == 0] == ["error-is-false"]
    assert requests == 2 * len(TOLD)  # Nobody asked twice.


def in_a_hurry(sample: Sample) -> Sample:
    """The same, but it waits for five seconds, not ten: a dozen programs start at once, also on a busy machine."""
    source, changed = re.subn(r"(?<=[( =])10(?=_000|[\s,)])", "5", sample.source)
    assert changed == 1, f"{sample.language}: where does it say how long it waits?"
    return dataclasses.replace(sample, source=source)


def arguments_of_all_processes() -> Iterator[bytes]:
    """Of none where there is no /proc."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # It has ended meanwhile.
            yield file.read_bytes()


def test_no_checked_sample_waits_without_end_follows_a_redirect_or_has_its_token_among_the_arguments(
    tmp_path: Path,
) -> None:
    """All at once, for each has to wait: at a silent server, and at one that sends it on to a page with a 200."""
    languages = [language for language in CHECKED if missing(language) is None]
    requests: list[str] = []
    arguments_held: list[str] = []

    async def behaviour(peer: Peer) -> None:
        number, how = (await peer.request()).split(b" ")[1].decode().split("/")[1:3]
        language = languages[int(number)]
        requests.append(f"{language} {how}")
        if how == "silent":
            arguments_held.extend(language for held in arguments_of_all_processes() if peer.token in held)
            await peer.leaves()
        elif how == "redirected":
            await peer.say(whole("302 Found", b"", f"Location: /{number}/page/api"))
        else:
            await peer.say(whole("200 OK", b"<h1>Log in</h1>", HTML))

    async def play() -> dict[str, Ended]:
        async with FaultServer(behaviour) as server:
            runs: dict[str, Awaitable[Ended]] = {}
            for number, language in enumerate(languages):
                for how, chosen in (("silent", in_a_hurry(sample(language))), ("redirected", sample(language))):
                    base_url = f"http://127.0.0.1:{server.port}/{number}/{how}/api"
                    token = f"{number}|secret-of-{language.replace(' ', '-')}"
                    runs[f"{language} {how}"] = run(chosen, tmp_path / str(len(runs)), base_url=base_url, token=token)
            return await all_of(runs)

    ended = asyncio.run(play())

    silent = Ended(7, "No complete response: treat the token as live.\n")
    redirected = Ended(5, "Not the documented response (302): assume that the token still works.\n")
    for language in languages:
        assert (ended[f"{language} silent"], ended[f"{language} redirected"]) == (silent, redirected), language
    assert sorted(requests) == sorted(ended)
    assert arguments_held == []


@pytest.mark.parametrize("language", slow_ones_are_for_the_tools_run(CHECKED))
def test_a_checked_sample_that_reaches_nobody_fails_and_shows_no_token(
    language: str, tmp_path: Path, canary: str
) -> None:
    skip_without_its_interpreter(language)

    async def play() -> Ended:
        async with FaultServer(None) as nobody:
            base_url = f"http://127.0.0.1:{nobody.port}/api"
            return await run(sample(language), tmp_path / "run", base_url=base_url, token=canary)

    ended = asyncio.run(play())

    assert ended.code in (6, 7)
    assert ended.said.startswith("Nothing was sent." if ended.code == 6 else "No complete response")
    assert not shows(ended.said, canary)


@pytest.mark.parametrize("language", slow_ones_are_for_the_tools_run(CHECKED))
def test_a_checked_sample_without_a_token_is_wrong_use(language: str, tmp_path: Path) -> None:
    skip_without_its_interpreter(language)

    ended = asyncio.run(run(sample(language), tmp_path / "run", base_url="http://127.0.0.1:1/api"))

    assert ended == Ended(2, "Set WEMASY_TOKEN.\n")


def test_every_sample_has_a_name_of_its_own_and_the_page_s_languages_come_first() -> None:
    assert list(dict.fromkeys(each.language for each in samples()))[:4] == list(load().samples)
    assert len({each.name for each in samples()}) == len(samples())


def test_a_documented_sample_is_the_page_s_letter_by_letter_and_each_has_a_checked_one() -> None:
    documented = {each.language: each.source for each in samples() if each.style == "documented"}

    assert documented == load().samples
    assert set(documented) <= set(CHECKED)


@pytest.mark.parametrize("language", CHECKED)
def test_a_checked_sample_is_seen_at_a_glance_and_names_what_it_reads(language: str) -> None:
    source = sample(language).source

    assert len(source.splitlines()) <= 51
    assert max(map(len, source.splitlines())) <= 120
    assert (source.count(load().base_url), source.count(load().path)) == (1, 1)
    assert "WEMASY_BASE_URL" in source
    assert "WEMASY_TOKEN" in source
