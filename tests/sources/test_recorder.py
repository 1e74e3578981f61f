"""Recording: what a cassette may hold, what refuses it, and that nothing is left behind, on disk or in the process."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
import json
import logging
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import vcr
import yaml
from vcr.serialize import serialize

from tests.support.fault_cases import whole
from tests.support.fault_server import FaultServer, tells
from tests.support.leaks import shown_by, shows
from tests.support.sources import LOGGED_OUT
from wemasy_kit.call.exchange import SourceName
from wemasy_kit.call.logout import logout
from wemasy_kit.call.provenance import provenance
from wemasy_kit.call.request import BASE_URL, PATH
from wemasy_kit.call.token import Token
from wemasy_kit.errors import RecordingRefused, SecretFound
from wemasy_kit.exports.example import examples
from wemasy_kit.exports.export import written
from wemasy_kit.sources import recorder as recording
from wemasy_kit.sources.cassette import cassette
from wemasy_kit.sources.live import Live
from wemasy_kit.sources.recorder import REQUEST_HEADERS, RESPONSE_HEADERS, STORIES, differences, record, rehearse, write

UNTOUCHED = httpx.AsyncHTTPTransport.handle_async_request


ONE, TWO = "200-token-revoked", "200-200-two-devices"


def head(status: str = "200 OK", body: bytes = LOGGED_OUT, *headers: str) -> bytes:
    return whole(status, body, "Content-Type: application/json", *headers)


def recorded(name: str, token: str, *answers: bytes, source: SourceName = "sandbox") -> str:
    """The cassette of a story that a server on loopback answers with these bytes, as from that source."""
    left = iter(answers)

    async def play() -> str:
        async with FaultServer(tells(lambda peer: next(left))) as server:
            base_url = f"http://127.0.0.1:{server.port}/some/other/place"
            send = Live(base_url=base_url, deadline=10.0, name=source)
            return await record(name, send=send, tokens={"phone": Token.parse(token)})

    return asyncio.run(play())


def interaction(text: str) -> dict[str, dict[str, Any]]:
    only: dict[str, dict[str, Any]]
    (only,) = yaml.safe_load(text)["interactions"]
    return only


def said(text: str) -> dict[str, Any]:
    return interaction(text)["response"]


# --- What a cassette holds


@pytest.mark.parametrize("name", STORIES)
def test_a_rehearsed_story_holds_one_answer_a_request(name: str) -> None:
    held = yaml.safe_load(asyncio.run(rehearse(name)))["interactions"]
    statuses = [each["response"]["status"]["code"] for each in held]

    assert len(STORIES[name].tokens) == len(STORIES[name].outcomes)
    assert statuses == [int(part) for part in name.split("-") if part.isdigit()]


def test_the_address_in_a_recording_of_the_sandbox_is_the_documented_one(canary: str) -> None:
    asked = interaction(recorded(ONE, canary, head()))["request"]

    assert (asked["method"], asked["uri"]) == ("POST", BASE_URL + PATH)


def test_a_recording_of_another_server_keeps_its_address_says_so_and_plays(canary: str, tmp_path: Path) -> None:
    text = recorded(ONE, canary, head("200 OK", LOGGED_OUT, "Server: nginx"), source="live")
    path = tmp_path / "mine.yaml"
    write(text, path)
    played = asyncio.run(logout(None, send=cassette(path)))
    origins = {example.origin for example in examples(tmp_path)}

    address = interaction(text)["request"]["uri"].removesuffix(PATH)
    assert address.startswith("http://127.0.0.1:")
    assert address.endswith("/some/other/place")
    assert played.kind == "revoked"
    assert f"recorded from {address}, a server that calls itself nginx." in provenance(played)
    assert origins == {f"Recorded some day from {address}{PATH}, a server that calls itself nginx."}
    for format in ("har", "postman"):
        assert f'"url": "{address}{PATH}"' in written(format, tuple(examples(tmp_path)))


def test_of_the_request_only_listed_headers_are_kept_and_the_token_is_not(canary: str) -> None:
    text = recorded(ONE, canary, head())
    headers = interaction(text)["request"]["headers"]

    assert headers == {
        "Accept": ["application/json"],
        "Accept-Encoding": ["identity"],
        "Authorization": ["Bearer <redacted>"],
        "Content-Length": ["0"],
        "User-Agent": ["wemasy-kit"],
    }
    assert set(headers) <= set(REQUEST_HEADERS)
    assert not shows(text, canary)


def test_a_request_without_a_token_stays_without(canary: str) -> None:
    asked = interaction(recorded("401-no-token", canary, head("401 Unauthorized", b"")))["request"]

    assert "Authorization" not in asked["headers"]


def test_of_the_answer_only_listed_headers_are_kept_in_the_spelling_of_the_page(canary: str) -> None:
    extra = ("x-ratelimit-limit: 60", "Cache-Control: a", "cache-control: b", "Set-Cookie: a=1", "Location: /")
    headers = said(recorded(ONE, canary, head("200 OK", LOGGED_OUT, *extra)))["headers"]

    assert headers == {"Content-Type": ["application/json"], "Cache-Control": ["a", "b"], "X-RateLimit-Limit": ["60"]}
    assert set(headers) <= set(RESPONSE_HEADERS)


# --- A token that the server repeats

LIMITED = "429 Too Many Requests"
ECHOES: dict[str, Callable[[str], bytes]] = {
    "in the body": lambda text: head(LIMITED, json.dumps({"message": f"Wait, {text}!"}).encode()),
    "in the body, without its id": lambda text: head(LIMITED, text.partition("|")[2].encode()),
    "in the body, in base64": lambda text: head(LIMITED, base64.b64encode(text.encode())),
    "in the body, in hex with blanks": lambda text: head(LIMITED, text.encode().hex(" ").encode()),
    "in a listed header": lambda text: head(LIMITED, LOGGED_OUT, f"Server: {text}"),
    "in a header that is not listed": lambda text: head(LIMITED, LOGGED_OUT, f"Set-Cookie: token={text}"),
    "in the reason phrase": lambda text: head(f"429 Wait {text}"),
}


@pytest.mark.parametrize("place", ECHOES)
def test_a_token_that_comes_back_is_masked(place: str, canary: str) -> None:
    text = recorded("429-too-many-requests", canary, ECHOES[place](canary))

    assert not shows(text, canary)
    assert not shows(str(said(text)["body"]["string"]), canary)


TWO_CODINGS = ("Content-Encoding: identity", "Content-Encoding: br")
# In these nobody could see a token.
CODED = {
    "gzip": head(LIMITED, gzip.compress(LOGGED_OUT), "Content-Encoding: gzip"),
    "a coding that is named and not used": head(LIMITED, LOGGED_OUT, *TWO_CODINGS),
    "gzip, not named": head(LIMITED, gzip.compress(LOGGED_OUT)),
    "zlib, not named": head(LIMITED, zlib.compress(LOGGED_OUT)),
    "deflate, not named": head(LIMITED, zlib.compress(LOGGED_OUT, wbits=-15)),
    "UTF-16": head(LIMITED, LOGGED_OUT.decode().encode("utf-16-le")),
    "no UTF-8": head(LIMITED, b"\xff"),
}


@pytest.mark.parametrize("coding", CODED)
def test_a_body_that_is_coded_or_no_text_refuses_the_recording(coding: str, canary: str) -> None:
    with pytest.raises(RecordingRefused, match="the body of response 1 is coded, or no text; nothing was written"):
        recorded("429-too-many-requests", canary, CODED[coding])


def test_a_body_of_plain_text_in_any_language_is_recorded(canary: str) -> None:
    body = json.dumps({"message": "Too many – é 👋\n"}, ensure_ascii=False, indent="\t").encode()

    text = recorded("401-no-token", canary, head("401 Unauthorized", body, "Content-Encoding: identity"))
    assert said(text)["body"]["string"] == body.decode()


def test_another_token_in_the_answer_refuses_the_recording(canary: str) -> None:
    other = canary[:5] + canary[:12:-1]  # of the same shape, older, with no eight characters in common
    body = json.dumps({"message": "Logged out.", "a": other}).encode()
    told = r"^200-token-revoked: line \d+, column \d+ holds a Sanctum token, .*nothing was"
    with pytest.raises(SecretFound, match=told) as refusal:
        recorded(ONE, canary, head(body=body))

    assert other not in shown_by(refusal.value)


def test_a_token_whose_text_is_part_of_every_recording_refuses_it() -> None:
    with pytest.raises(SecretFound, match="holds the token that was sent; nothing was written"):
        recorded(ONE, "services-webshop-2026", head())


def test_hooks_may_run_twice() -> None:
    scrub = recording._Scrub(BASE_URL)
    headers = {"Date": ["x"], "Via": ["y"]}
    answer = {"status": {"code": 200, "message": "OK"}, "headers": headers, "body": {"string": b"{}"}}
    asked = vcr.request.Request("POST", "http://127.0.0.1/", b"", {"Authorization": "Bearer secret-of-2026"})
    once, twice = (
        (scrub.request(asked)._to_dict(), json.dumps(scrub.response(answer), default=repr)) for _ in range(2)
    )

    assert once == twice
    assert once[0]["headers"] == {"Authorization": ["Bearer <redacted>"]}
    assert scrub.secrets == {"secret-of-2026"}


# --- Answers that are not the story's

WRONG = {
    "another status": (head("401 Unauthorized", b'{"message":"Unauthenticated."}'), "unauthenticated (401)"),
    "the right status, with HTML": (head(body=b"<html>"), "undocumented (200)"),
    "the right status, compressed": (head("200 OK", LOGGED_OUT, "Content-Encoding: gzip"), "undocumented (200)"),
    "no answer": (b"", "unknown. Nobody knows"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_answer_refuses_the_recording(case: str, canary: str) -> None:
    answer, described = WRONG[case]
    with pytest.raises(RecordingRefused) as caught:
        recorded(ONE, canary, answer)

    assert str(caught.value).startswith(f"200-token-revoked: response 1 should be revoked, and is {described}")


def test_the_second_answer_of_a_story_counts_too(canary: str) -> None:
    with pytest.raises(RecordingRefused, match="response 2 should be unauthenticated, and is revoked"):
        recorded("200-then-401-same-token", canary, head(), head())


# --- What is left behind


def cannot(*values: object) -> str:
    raise UnicodeError


# The response, what puts it into words, and what is raised.
ENDINGS: dict[str, tuple[bytes, Any, type[Exception] | None]] = {
    "recorded": (head(), serialize, None),
    "refused": (head("500 Oops"), serialize, RecordingRefused),
    "lost": (b"", serialize, RecordingRefused),
    "not put into words": (head(), cannot, UnicodeError),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_however_a_recording_ends_httpx_and_vcrpy_s_log_are_as_they_were(
    ending: str, canary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    response, words, raised = ENDINGS[ending]
    monkeypatch.setattr(recording, "serialize", words)
    with pytest.raises(raised) if raised else contextlib.nullcontext():
        recorded(ONE, canary, response)

    assert httpx.AsyncHTTPTransport.handle_async_request is UNTOUCHED
    assert not logging.getLogger("vcr.cassette").disabled


def test_of_two_recordings_at_once_the_second_is_refused_and_the_first_is_whole() -> None:
    async def both() -> tuple[str | BaseException, ...]:
        return await asyncio.gather(rehearse(TWO), rehearse("401-no-token"), return_exceptions=True)

    first, second = asyncio.run(both())

    assert len(yaml.safe_load(str(first))["interactions"]) == 2
    assert str(second) == "another recording is being made in this process; nothing was sent or written"
    assert asyncio.run(rehearse("401-no-token"))


def test_vcrpy_logs_nothing_while_it_records(canary: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    recorded(ONE, canary, head(body=json.dumps({"message": "Logged out.", "a": canary}).encode()))

    assert [record.name for record in caplog.records if record.name.startswith("vcr")] == []
    assert not shows(caplog.text, canary)


# --- On disk


def test_a_cassette_is_written_into_a_new_folder(tmp_path: Path) -> None:
    write("text: é\n", tmp_path / "new" / "folder" / "a.yaml")

    assert (tmp_path / "new" / "folder" / "a.yaml").read_bytes() == "text: é\n".encode()


def test_a_place_that_takes_no_file_refuses_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    with pytest.raises(RecordingRefused, match=r"a\.yaml cannot be written: is there already"):
        write("text", tmp_path / "a.yaml")

    assert [file.name for file in tmp_path.iterdir()] == ["a.yaml"]


# --- Compared


def test_two_recordings_of_one_story_differ_in_their_date_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    first, second = (asyncio.run(rehearse(TWO)) for _ in range(2))
    write(first.replace(" GMT", " GMT+1"), path)

    assert differences(second, path) == ()


@pytest.mark.parametrize(
    ("committed", "change"),
    [
        ("A\nDate:\n- x\nb", "line 1: “A” is now “a”"),
        ("a\nDate:\n- x\nB", "line 4: “B” is now “b”"),
        ("a\nDate:\n- x", "line 4: nothing is now “b”"),
        ("a\nDate:\n- x\nb\nc", "line 5: “c” is now nothing"),
    ],
)
def test_a_line_that_differs_is_named_as_an_editor_counts_it(committed: str, change: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    write(committed, path)

    assert differences("a\nDate:\n- y\nb", path) == (change,)


def test_the_line_ends_of_windows_are_no_difference(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a\r\nDate:\r\n- x\r\nb")

    assert differences("a\nDate:\n- y\nb", path) == ()


def test_a_file_that_is_missing_or_no_file_is_told(tmp_path: Path) -> None:
    assert differences("text", tmp_path / "missing.yaml") == ("missing",)
    for path in (tmp_path, Path(os.devnull)):
        assert differences("text", path) == ("cannot be read: it is no regular file",)
