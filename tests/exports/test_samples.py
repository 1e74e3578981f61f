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

from tests.support.fault_server import FaultServer, Peer
from tests.support.leaks import shows
from wemasy_kit import Sandbox, live, logout
from wemasy_kit.cli.logout import EXIT_CODES
from wemasy_kit.contract import document as contract
from wemasy_kit.errors import InvalidBaseURL
from wemasy_kit.exports.samples import Sample, samples

BIN: Final = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
NEEDS: Final = {"cURL": "bash curl jq", "JS": "node", "PHP": "php", "HTTPie": "bash http jq"}
CHECKED: Final = [sample.language for sample in samples() if sample.style == "checked"]
DOCUMENTED: Final = [sample.language for sample in samples() if sample.style == "documented" and sample.argv]


K = TypeVar("K")


class Ended(NamedTuple):
    code: int
    said: str


def sample(language: str, style: str, base_url: str) -> Sample:
    return next(s for s in samples(base_url=base_url) if (s.language, s.style) == (language, style))


@functools.cache
def missing(language: str) -> str | None:
    """What a sample needs and this machine has not."""
    for tool in NEEDS.get(language, "").split():
        if shutil.which(tool, path=BIN) is None:
            return f"{tool} is not installed"
    if (
        language == "PHP"
        and subprocess.run(["php", "-r", "curl_version();"], capture_output=True, check=False).returncode
    ):
        return "php has no curl extension (Debian: php-curl)"
    return None


def is_installed(language: str) -> bool:
    return missing(language) is None


def skip_without_its_interpreter(language: str) -> None:
    if reason := missing(language):
        pytest.skip(reason)


def slow_ones_are_for_the_tools_run(languages: list[str]) -> list[object]:
    """Starting node or Python a dozen times takes seconds; the same rule holds for all, and is tested for all there."""
    return [pytest.param(each, marks=() if each in ("cURL", "PHP") else pytest.mark.tools) for each in languages]


async def run(sample: Sample, folder: Path, *, token: str | None) -> Ended:
    """Runs a sample as a person would, saved to a file. A checked one has to cope with the settings that it meets."""
    save(sample, folder)
    environment = {"PATH": BIN, "PYTHONPATH": os.environ["PYTHONPATH"], "HOME": str(folder)}
    if token is not None:
        environment["WEMASY_TOKEN"] = token
    command = [sys.executable if sample.argv[0] == "python" else sample.argv[0], *sample.argv[1:]]
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), timeout=30)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Ended(process.returncode, said.decode())


def save(sample: Sample, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / sample.argv[-1]).write_text(sample.source, encoding="utf-8")
    if sample.style == "checked":
        follow_redirects_and_send_another_password(folder)


def follow_redirects_and_send_another_password(home: Path) -> None:
    (home / ".curlrc").write_text("location\n")
    (home / ".netrc").write_text("default login mallory password mallory\n")
    (home / ".netrc").chmod(0o600)
    (home / ".config" / "httpie").mkdir(parents=True)
    (home / ".config" / "httpie" / "config.json").write_text('{"default_options": ["--follow"]}')


async def all_of(runs: Mapping[K, Awaitable[Ended]]) -> dict[K, Ended]:
    return dict(zip(runs, await asyncio.gather(*runs.values()), strict=True))


async def the_three_answers(language: str, style: str, folder: Path) -> tuple[dict[str, Ended], bool, bool]:
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
            chosen = sample(language, style, base_url)
            if style == "documented":  # A person puts the token in the placeholder's place.
                assert "YOUR_API_TOKEN" in chosen.source
                chosen = dataclasses.replace(chosen, source=chosen.source.replace("YOUR_API_TOKEN", token))
            runs[name] = run(chosen, folder / name, token=token)
        return await all_of(runs), shop.holds(good), full.holds(kept)


@pytest.mark.parametrize("language", CHECKED)
def test_a_checked_sample_tells_the_three_answers_apart(language: str, tmp_path: Path) -> None:
    skip_without_its_interpreter(language)

    ended, revoked_is_alive, refused_is_alive = asyncio.run(the_three_answers(language, "checked", tmp_path))

    assert {name: each.code for name, each in ended.items()} == {"200": 0, "401": 3, "429": 4}
    assert re.search(r"Retry-After: (60|5\d)\n", ended["429"].said)
    assert not revoked_is_alive
    assert refused_is_alive


@pytest.mark.parametrize("language", DOCUMENTED)
def test_a_documented_sample_logs_out_and_takes_every_answer_for_a_success(language: str, tmp_path: Path) -> None:
    skip_without_its_interpreter(language)

    ended, revoked_is_alive, _ = asyncio.run(the_three_answers(language, "documented", tmp_path))

    assert {name: each.code for name, each in ended.items()} == {"200": 0, "401": 0, "429": 0}
    words = {"200": "Logged out.", "401": "Unauthenticated.", "429": "Too Many Attempts."}
    assert [name for name, each in ended.items() if words[name] in each.said] == ["200", "401", "429"]
    assert not revoked_is_alive


def test_the_documented_php_is_php(tmp_path: Path) -> None:
    """Laravel's `Http` facade is not there to run it."""
    if shutil.which("php") is None:
        pytest.skip("php is not installed")
    file = tmp_path / "documented.php"
    file.write_text("<?php\n" + sample("PHP", "documented", contract.load().base_url).source)

    ended = subprocess.run(["php", "-l", file], capture_output=True, text=True, timeout=30, check=False)

    assert ended.stdout.startswith("No syntax errors")


def answers(status: str, body: str, *headers: str, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return ("\r\n".join([*lines, "Connection: close", "", ""]) + body).encode()


JSON, HTML = "Content-Type: application/json", "Content-Type: text/html"
TOLD: Final = {
    "example-of-the-page": answers("200 OK", '{"message": "Logged out."}', JSON),
    "error-is-false": answers("200 OK", '{"error": false}', JSON),
    "error-is-true": answers("200 OK", '{"error": true, "message": "Logged out."}', JSON),
    "error-is-null": answers("200 OK", '{"error": null, "message": "Logged out."}', JSON),
    "says-nothing": answers("200 OK", "{}", JSON),
    "a-list": answers("200 OK", '["message"]', JSON),
    "two-values": answers("200 OK", '{"message": "Logged out."} {"error": true}', JSON),
    "empty": answers("200 OK", "", JSON),
    "a-web-page": answers("200 OK", "<h1>Log in</h1>", HTML),
    "cut-short": answers("200 OK", '{"message": "Logged out."}', JSON, length=99),
    "redirect": answers("302 Found", "", "Location: /example-of-the-page/api"),
    "401-of-a-gateway": answers("401 Unauthorized", "<h1>Who are you?</h1>", HTML),
    "broken-shop": answers("500 Internal Server Error", '{"message": "Server Error"}', JSON),
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
            kit = {name: EXIT_CODES[(await logout(None, send=live(base_url=url))).kind] for name, url in urls.items()}
            runs = {}
            for name, url in urls.items():
                runs[name] = run(sample(language, "checked", url), tmp_path / name, token="1|secret")
            ended = await all_of(runs)
            return kit, {name: each.code for name, each in ended.items()}, server.requests

    kit, codes, requests = asyncio.run(play())

    assert codes == kit
    assert [name for name, code in codes.items() if code == 0] == ["example-of-the-page", "error-is-false"]
    assert requests == 2 * len(TOLD)  # Nobody followed the redirect, and nobody asked twice.


class Bad(NamedTuple):
    """What became of a sample at a server that is silent, and at one that sends it on to a page with a 200."""

    silent: Ended
    redirected: Ended
    requests: int
    arguments_held_the_token: bool


@pytest.fixture(scope="module")
def at_a_bad_server(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bad]:
    """Every sample, all at once: each has to wait."""
    return asyncio.run(_at_a_bad_server(tmp_path_factory.mktemp("bad")))


async def _at_a_bad_server(folder: Path) -> dict[str, Bad]:
    requests: dict[str, list[str]] = {language: [] for language in CHECKED}
    seen: dict[str, bool] = {}

    async def behaviour(peer: Peer) -> None:
        language, how = (await peer.request()).split(b" ")[1].decode().split("/")[1:3]
        language = language.replace("%20", " ")
        requests[language].append(how)
        if how == "silent":
            seen[language] = any(peer.token in held for held in arguments_of_all_processes())
            await peer.leaves()
        elif how == "redirected":
            page = f"/{language.replace(' ', '%20')}/page/api"
            await peer.say(answers("302 Found", "", f"Location: {page}"))
        else:
            await peer.say(answers("200 OK", "<h1>Log in</h1>", HTML))

    async with FaultServer(behaviour) as server:
        runs = {}
        for language in filter(is_installed, CHECKED):
            base_url = f"http://127.0.0.1:{server.port}/{language.replace(' ', '%20')}"
            for how in ("silent", "redirected"):
                chosen = sample(language, "checked", f"{base_url}/{how}/api")
                chosen = in_a_hurry(chosen) if how == "silent" else chosen
                token = f"1|secret-of-{language.replace(' ', '-')}"
                runs[language, how] = run(chosen, folder / language / how, token=token)
        ended = await all_of(runs)
    return {
        language: Bad(ended[language, "silent"], each, len(requests[language]), seen[language])
        for (language, how), each in ended.items()
        if how == "redirected"
    }


def in_a_hurry(sample: Sample) -> Sample:
    """The same, but it waits for two seconds and not for ten."""
    source, changed = re.subn(r"(?<=[( =])10(?=_000|[\s,)])", "2", sample.source)
    assert changed == 1, f"{sample.language}: where does it say how long it waits?"
    return dataclasses.replace(sample, source=source)


def arguments_of_all_processes() -> Iterator[bytes]:
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # It has ended meanwhile.
            yield file.read_bytes()


@pytest.mark.parametrize("language", CHECKED)
def test_a_checked_sample_gives_up_on_a_silent_server_and_says_that_nobody_knows(
    language: str, at_a_bad_server: dict[str, Bad]
) -> None:
    skip_without_its_interpreter(language)

    assert at_a_bad_server[language].silent == Ended(7, "No complete answer: treat the token as live.\n")


@pytest.mark.parametrize("language", CHECKED)
def test_a_checked_sample_does_not_follow_a_redirect_to_a_page_with_a_200(
    language: str, at_a_bad_server: dict[str, Bad]
) -> None:
    skip_without_its_interpreter(language)

    said = "Not the documented answer (302): assume that the token still works.\n"
    assert at_a_bad_server[language].redirected == Ended(5, said)
    assert at_a_bad_server[language].requests == 2


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="/proc shows no arguments here")
@pytest.mark.parametrize("language", CHECKED)
def test_no_other_user_of_the_machine_sees_the_token_among_the_arguments(
    language: str, at_a_bad_server: dict[str, Bad]
) -> None:
    skip_without_its_interpreter(language)

    assert not at_a_bad_server[language].arguments_held_the_token


@pytest.mark.parametrize("language", slow_ones_are_for_the_tools_run(CHECKED))
def test_a_checked_sample_that_reaches_nobody_fails_and_shows_no_token(
    language: str, tmp_path: Path, canary: str
) -> None:
    skip_without_its_interpreter(language)

    async def play() -> Ended:
        async with FaultServer(None) as nobody:
            return await run(
                sample(language, "checked", f"http://127.0.0.1:{nobody.port}/api"), tmp_path / "run", token=canary
            )

    ended = asyncio.run(play())

    assert ended.code in (6, 7)
    assert ended.said.startswith("Nothing was sent." if ended.code == 6 else "No complete answer")
    assert not shows(ended.said, canary)


@pytest.mark.parametrize("language", slow_ones_are_for_the_tools_run(CHECKED))
def test_a_checked_sample_without_a_token_is_wrong_use(language: str, tmp_path: Path) -> None:
    skip_without_its_interpreter(language)

    ended = asyncio.run(run(sample(language, "checked", "http://127.0.0.1:1/api"), tmp_path / "run", token=None))

    assert ended == Ended(2, "Set WEMASY_TOKEN.\n")


def test_the_page_s_four_languages_come_as_documented_and_checked_and_two_more_checked() -> None:
    assert [(each.language, each.style) for each in samples()] == [
        ("cURL", "documented"), ("cURL", "checked"),
        ("JS", "documented"), ("JS", "checked"),
        ("PHP", "documented"), ("PHP", "checked"),
        ("Python", "documented"), ("Python", "checked"),
        ("HTTPie", "checked"),
        ("Python httpx", "checked"),
    ]  # fmt: skip


def test_a_documented_sample_is_the_page_s_letter_by_letter() -> None:
    documented = {each.language: each.source for each in samples() if each.style == "documented"}

    assert documented == {each.language: each.source for each in contract.load().samples}


def test_no_sample_holds_a_token(canary: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEMASY_TOKEN", canary)

    for each in samples():
        assert not shows(each.source, canary)
        assert ("YOUR_API_TOKEN" if each.style == "documented" else "WEMASY_TOKEN") in each.source


def test_a_base_url_takes_the_place_of_the_documented_one_in_every_sample() -> None:
    url = "http://127.0.0.1:8000/api/services/webshop/v1/customer/auth/logout"
    for each in samples(base_url="http://127.0.0.1:8000/api/"):
        assert each.source.count(url) == 1
        assert "wemasy.nl" not in each.source


@pytest.mark.parametrize("trick", ["$(id)", "'", ";id", "&id", "!", "*"])
def test_a_base_url_that_a_shell_would_run_is_refused(trick: str) -> None:
    with pytest.raises(InvalidBaseURL, match="a shell could run"):
        samples(base_url=f"https://shop.example/{trick}/api")


def test_a_checked_sample_is_seen_at_a_glance() -> None:
    for each in samples():
        assert len(each.source.splitlines()) <= 40
        assert max(map(len, each.source.splitlines())) <= 120
