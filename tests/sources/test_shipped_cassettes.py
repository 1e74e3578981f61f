"""The committed recordings: any client plays them, with plain vcrpy, and they say where they come from."""

from __future__ import annotations

import asyncio
import functools
import json
import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import click
import httpx
import pytest
import requests
import vcr
import yaml
from click.testing import CliRunner

from wemasy_kit.call.request import LogoutRequest
from wemasy_kit.cli.app import main
from wemasy_kit.files import shipped
from wemasy_kit.secrets.scan import findings
from wemasy_kit.sources.cassette import cassette, cassette_names
from wemasy_kit.sources.recorder import RESPONSE_HEADERS, STORIES

FOLDER = shipped("cassettes") / "logout"
README = (shipped("cassettes") / "README.md").read_text("utf-8")
DOCUMENTED = "https://api.wemasy.nl/api/services/webshop/v1/customer/auth/logout"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))

BODIES: dict[int, dict[str, object]] = {
    200: {"error": False, "message": "Logged out.", "data": []},
    401: {"error": True, "message": "Unauthenticated."},
    429: {"error": True, "message": "Too Many Attempts."},
}
# Status, and requests left, of each answer.
ANSWERS = {
    "200-200-two-devices": [(200, "59"), (200, "58")],
    "200-then-401-same-token": [(200, "59"), (401, "58")],
    "200-token-revoked": [(200, "59")],
    "401-no-token": [(401, "59")],
    "401-unknown-token": [(401, "59")],
    "429-too-many-requests": [(429, "0")],
}


class Answer(NamedTuple):
    status: int
    reason: str
    headers: dict[str, str]
    body: bytes


def with_vcrpy(client: Callable[[], Any], name: str) -> list[Answer]:
    with vcr.use_cassette(FOLDER / f"{name}.yaml", record_mode="none"), client() as http:
        found = [http.post(DOCUMENTED, headers={"Authorization": "Bearer any"}) for _ in ANSWERS[name]]
    said = [(a.status_code, getattr(a, "reason_phrase", "") or a.reason, a.headers.items(), a.content) for a in found]
    return [Answer(status, reason, {k.lower(): v for k, v in items}, body) for status, reason, items, body in said]


with_httpx = functools.partial(with_vcrpy, httpx.Client)
with_requests = functools.partial(with_vcrpy, requests.Session)


def with_the_kit(name: str) -> list[Answer]:
    async def play() -> list[Answer]:
        send = cassette(name)
        exchanges = [await send(LogoutRequest(None)) for _ in ANSWERS[name]]
        return [Answer(e.status, e.reason, {k.lower(): v for k, v in e.headers}, e.body) for e in exchanges]

    return asyncio.run(play())


def interactions(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))["interactions"])


def test_there_is_a_recording_for_every_story_and_no_other() -> None:
    assert NAMES == sorted(STORIES) == sorted(ANSWERS) == list(cassette_names())


@pytest.mark.parametrize("name", NAMES)
def test_it_plays_the_same_for_any_client_that_calls_the_documented_address(name: str) -> None:
    assert with_httpx(name) == with_requests(name) == with_the_kit(name)
    for answer, (status, left) in zip(with_the_kit(name), ANSWERS[name], strict=True):
        assert answer.status == status
        assert json.loads(answer.body) == BODIES[status]
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-ratelimit-limit"] == "60"
        assert answer.headers["x-ratelimit-remaining"] == left
        assert answer.headers.get("retry-after") == ("60" if status == 429 else None)


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_says_where_it_comes_from_and_when(name: str) -> None:
    for answer in with_httpx(name):
        assert answer.headers["server"] == "wemasy-kit-sandbox"
        assert parsedate_to_datetime(answer.headers["date"]).year >= 2026


@pytest.mark.parametrize("name", NAMES)
def test_it_holds_no_header_that_is_not_on_the_list_and_no_secret(name: str) -> None:
    for each in interactions(name):
        assert set(each["response"]["headers"]) <= set(RESPONSE_HEADERS)
        assert each["request"]["headers"].get("Authorization") in (None, ["Bearer <redacted>"])
    assert findings((FOLDER / f"{name}.yaml").read_bytes()) == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_token_was_sent_where_the_story_says_so(name: str) -> None:
    sent = ["Authorization" in each["request"]["headers"] for each in interactions(name)]

    assert sent == [role is not None for role in STORIES[name].tokens]


def test_without_a_token_and_with_a_wrong_one_the_answer_is_the_same_to_the_byte() -> None:
    none, wrong = (with_httpx(name)[0] for name in ("401-no-token", "401-unknown-token"))

    assert (none.status, none.reason, none.body) == (wrong.status, wrong.reason, wrong.body)
    assert {**none.headers, "date": ""} == {**wrong.headers, "date": ""}


def test_they_are_what_the_sandbox_answers_today() -> None:
    ended = CliRunner().invoke(main, ["record", "--check"])

    assert ended.stdout.splitlines() == [f"{name}.yaml: as recorded" for name in NAMES]
    assert ended.exit_code == 0


# --- What the README says of them


def test_the_readme_has_a_line_for_each() -> None:
    assert sorted(re.findall(r"(?m)^\| `([\w-]+)\.yaml` \|", README)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_tells_the_statuses_that_come_back(name: str) -> None:
    line = next(line for line in README.splitlines() if line.startswith(f"| `{name}.yaml`"))

    assert re.findall(r"\b\d{3}\b", line.split("|")[3]) == [str(status) for status, _ in ANSWERS[name]]


def test_the_readme_says_that_none_was_seen_on_the_live_api() -> None:
    assert "None of them was seen on the live API." in README


def test_the_three_lines_of_the_readme_play_a_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shipped("cassettes").parent)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)

    assert len(code.splitlines()) == 3
    exec(code, {"vcr": vcr, "httpx": httpx})


def test_every_command_of_the_readme_is_one() -> None:
    (shell,) = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in shell.splitlines():
        program, command, *arguments = line.partition("#")[0].split()
        known = main.get_command(click.Context(main), command)
        assert program == "wemasy-kit"
        assert known is not None
        known.make_context(command, arguments)
