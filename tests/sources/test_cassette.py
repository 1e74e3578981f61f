"""Cassette: replays a recording in order, without patching anything, and says what is wrong with a bad file."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.leaks import shown_by, shows
from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.logout import logout
from wemasy_kit.call.outcome import Outcome
from wemasy_kit.call.request import BASE_URL, PATH, LogoutRequest
from wemasy_kit.call.token import Token
from wemasy_kit.errors import CassetteError, CassetteMismatch, CassetteNotFound, CassetteUnreadable, WemasyKitError
from wemasy_kit.sources import cassette as cassettes
from wemasy_kit.sources import yaml_text
from wemasy_kit.sources.cassette import Cassette, cassette, cassette_names
from wemasy_kit.sources.live import live
from wemasy_kit.sources.sandbox import Sandbox


def interaction(
    code: Any = 200, string: Any = '{"message":"Logged out."}', headers: Any = None, **request: Any
) -> dict[str, Any]:
    asked = {"body": "", "headers": {"accept": ["application/json"]}, "method": "POST", "uri": BASE_URL + PATH}
    said = {"body": {"string": string}, "headers": headers or {}, "status": {"code": code, "message": "Said"}}
    return {"request": asked | request, "response": said}


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a cassette: of interactions, or of a text as it stands."""

    def written(*content: Any, name: str = "story") -> Path:
        path = tmp_path / f"{name}.yaml"
        whole = content[0] if isinstance(content[0], str | bytes) else yaml.dump({"interactions": list(content)})
        path.write_bytes(whole if isinstance(whole, bytes) else whole.encode("utf-8", "surrogatepass"))
        return path

    return written


def play(source: Cassette, token: Token | None = None) -> Outcome:
    return asyncio.run(logout(token, send=source))


def exchange_of(source: Cassette, token: Token | None = None) -> Exchange:
    found = play(source, token).exchange
    assert found is not None
    return found


# --- Replaying


def test_the_answers_come_in_the_order_of_the_recording(write: Write) -> None:
    source = cassette(write(interaction(200), interaction(401), interaction(429)))

    assert [play(source).kind for _ in range(3)] == ["revoked", "unauthenticated", "rate_limited"]


def test_when_all_answers_are_played_the_next_call_says_so(write: Write) -> None:
    source = cassette(write(interaction()))
    play(source)

    with pytest.raises(CassetteMismatch, match=r"story has played all 1 responses; name it again to start over"):
        play(source)


def test_a_cassette_without_answers_says_so(write: Write) -> None:
    with pytest.raises(CassetteMismatch, match=r"has played all 0 responses"):
        play(cassette(write("interactions: []")))


def test_naming_a_cassette_again_starts_it_from_the_beginning(write: Write) -> None:
    path = write(interaction(200), interaction(401))
    first = cassette(path)
    play(first)

    assert play(cassette(path)).kind == "revoked"
    assert play(first).kind == "unauthenticated"


@pytest.mark.parametrize(
    "other",
    [
        {"uri": BASE_URL + "/other"},
        {"uri": "http://shop.example/api" + PATH},
        {"uri": BASE_URL + PATH + "?page=1"},
        {"method": "GET"},
    ],
)
def test_an_answer_to_another_request_is_not_played(other: dict[str, str], write: Write) -> None:
    source = cassette(write(interaction(**other)))

    with pytest.raises(CassetteMismatch, match=r"story holds no response to POST https://api\.wemasy\.nl/") as mismatch:
        play(source)

    assert str(other.get("uri", "GET")) in str(mismatch.value)


def test_a_recording_of_another_server_is_played_for_the_address_in_it(write: Write) -> None:
    source = cassette(write(interaction(uri="https://shop.example/api" + PATH)))

    assert (source.base_url, play(source).kind) == ("https://shop.example/api", "revoked")


def test_a_mismatch_uses_no_answer_up(write: Write) -> None:
    source = cassette(write(interaction()))
    with pytest.raises(CassetteMismatch):
        asyncio.run(source(LogoutRequest(None, "https://shop.example/api")))

    assert play(source).kind == "revoked"


def test_a_mismatch_shows_no_token_even_with_locals(write: Write, canary: str) -> None:
    with pytest.raises(CassetteMismatch) as mismatch:
        play(cassette(write(interaction(method="GET"))), Token.parse(canary))

    assert not shows(shown_by(mismatch.value), canary)


def test_a_replay_shows_what_was_recorded_and_nothing_else(write: Write) -> None:
    headers = {"Date": ["Sun, 22 Nov 2026 12:36:53 GMT"], "X-Twice": ["a", "b"], "x-name": ["René"]}

    found = exchange_of(cassette(write(interaction(401, '{"message":"Nee – é"}', headers))))

    assert (found.status, found.reason) == (401, "Said")
    assert sorted(found.headers) == [
        ("Date", "Sun, 22 Nov 2026 12:36:53 GMT"),
        ("X-Twice", "a"),
        ("X-Twice", "b"),
        ("x-name", "René"),
    ]
    assert found.body == '{"message":"Nee – é"}'.encode()
    assert (found.method, found.url) == ("POST", BASE_URL + PATH)


def test_a_replay_took_no_time_and_came_at_no_time(write: Write) -> None:
    found = exchange_of(cassette(write(interaction())))

    assert (found.source, found.elapsed, found.received_at) == ("cassette", None, None)


def test_a_replayed_exchange_is_the_recorded_one_whatever_token_is_given_now(write: Write, canary: str) -> None:
    recorded = interaction()
    recorded["request"]["headers"] = {"Authorization": ["Bearer 12|x"], "Accept": ["text/html"]}
    path = write(recorded)

    sent = [exchange_of(cassette(path), token).request_headers for token in (None, Token.parse(canary))]

    assert [sorted(each) for each in sent] == [[("Accept", "text/html"), ("Authorization", "Bearer <redacted>")]] * 2


def test_a_replay_looks_at_no_token_and_keeps_none(write: Write, canary: str) -> None:
    outcome = play(cassette(write(interaction())), Token.parse(canary))

    assert (outcome.kind, outcome.source) == ("revoked", "cassette")
    assert not shows(repr(outcome), canary)


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate"])
def test_a_body_in_a_coding_is_left_as_it_was_recorded(coding: str, write: Write) -> None:
    found = exchange_of(cassette(write(interaction(200, b"\x1f\x8b\0", {"Content-Encoding": [coding]}))))

    assert found.body == b"\x1f\x8b\0"


def test_a_hand_written_cassette_may_leave_out_lists_and_the_reason(write: Write) -> None:
    plain = interaction(429, headers={"Retry-After": "5"})
    del plain["response"]["status"]["message"]

    outcome = play(cassette(write(plain)))

    assert outcome.retry_after == 5.0
    assert outcome.exchange is not None
    assert outcome.exchange.reason == ""


def test_a_cassette_tells_its_name_and_what_is_left(write: Write) -> None:
    source = cassette(write(interaction(), interaction()))
    play(source)

    assert repr(source) == "<cassette story, 1 of 2 responses left>"
    assert (source.name, source.label, source.base_url) == ("cassette", "story", BASE_URL)


def test_while_a_cassette_is_open_a_live_call_still_reaches_its_server(write: Write) -> None:
    async def story() -> tuple[Outcome, Outcome, int]:
        source = cassette(write(interaction(200), interaction(200)))
        async with Sandbox() as shop:
            await logout(None, send=source)
            reached, replayed = await asyncio.gather(
                logout(None, send=live(base_url=shop.base_url)), logout(None, send=source)
            )
            return reached, replayed, len(shop.requests)

    reached, replayed, requests = asyncio.run(story())

    assert (reached.kind, reached.source, requests) == ("unauthenticated", "live", 1)
    assert (replayed.kind, replayed.source) == ("revoked", "cassette")


# --- Parsing once


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What has been parsed."""
    seen: list[bytes] = []
    load = yaml.load

    def counted(data: bytes, loader: Any) -> Any:
        seen.append(data)
        return load(data, loader)

    monkeypatch.setattr(yaml, "load", counted)
    return seen


def test_a_file_is_parsed_once(write: Write, parses: list[bytes]) -> None:
    path = write(interaction())
    for _ in range(5):
        assert play(cassette(path)).kind == "revoked"

    assert len(parses) == 1


def test_a_file_that_has_changed_is_parsed_again(write: Write, parses: list[bytes]) -> None:
    play(cassette(write(interaction(200))))

    assert play(cassette(write(interaction(401), interaction(200)))).kind == "unauthenticated"
    assert len(parses) == 2


def test_a_change_of_the_same_length_is_noticed(write: Write, parses: list[bytes]) -> None:
    path = write(interaction(200))
    os.utime(path, ns=(0, 10**18))
    play(cassette(path))

    assert play(cassette(write(interaction(401)))).kind == "unauthenticated"


def test_a_file_put_in_its_place_with_the_same_length_and_time_is_noticed(write: Write) -> None:
    old, new = write(interaction(200)), write(interaction(401), name="new")
    for path in (old, new):
        os.utime(path, ns=(0, 10**18))
    play(cassette(old))
    new.replace(old)

    assert play(cassette(old)).kind == "unauthenticated"


def test_a_file_that_was_broken_and_is_mended_plays(write: Write) -> None:
    with pytest.raises(CassetteUnreadable):
        cassette(write("interactions: {"))

    assert play(cassette(write(interaction()))).kind == "revoked"


# --- Broken and foreign files


def without(*keys: str) -> str:
    whole: Any = interaction()
    part = whole
    for key in keys[:-1]:
        part = part[key]
    del part[keys[-1]]
    return yaml.dump({"interactions": [whole]})


def replaced(value: Any, *keys: str) -> str:
    whole: Any = interaction()
    part = whole
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = value
    return yaml.dump({"interactions": [whole]})


HALF_A_CHARACTER = replaced("\ud800", "response", "body", "string")


FOREIGN: dict[str, str | bytes] = {
    r"line \d, column \d+ is not YAML: ": "interactions: [",
    "line 1, column 5 is not YAML: ": "a: b: c",
    "line 2, column 1 is not YAML: ": "interactions:\n\t- a",
    "line 1, column 4 is not YAML: could not determine a constructor": "x: !!python/object:os.system {}",
    "line 1 has an alias": "interactions: &a [*a]",
    "line 1 is nested too deep": "[" * 41,
    "line 3 is nested too deep": "x:\n\n" + "- " * 100_000,
    "is not YAML: KeyError": "x: !!bool nonsense",
    "is not YAML: AttributeError": "x: !!timestamp nonsense",
    "is not YAML: ValueError": "x: " + "9" * 5000,
    "is not YAML: ReaderError": b"x: \x01",
    "line 2 is not UTF-8": b"x: 1\ny: \xff",
    "the document is empty, not a mapping": "",
    "the document is text, not a mapping": "just text",
    "the document is a list, not a mapping": "- interactions",
    "interactions is missing": "version: 1",
    "interactions is empty, not a list": "interactions:",
    "interactions is a mapping, not a list": "interactions: {}",
    r"interactions\[0\] is text, not a mapping": "interactions: [text]",
    r"interactions\[0\]\.request is missing": without("request"),
    r"interactions\[0\]\.response is missing": without("response"),
    r"interactions\[0\]\.request\.method is missing": without("request", "method"),
    r"interactions\[0\]\.request\.uri is missing": without("request", "uri"),
    r".*\.response\.status is missing": without("response", "status"),
    r".*\.response\.status\.code is missing": without("response", "status", "code"),
    r".*\.response\.headers is missing": without("response", "headers"),
    r".*\.response\.body is missing": without("response", "body"),
    r".*\.response\.body\.string is missing": without("response", "body", "string"),
    r".*\.request\.uri is a whole number, not text": replaced(7, "request", "uri"),
    r".*\.status\.code is text, not a whole number": replaced("200", "response", "status", "code"),
    r".*\.status\.code is true or false, not a whole number": replaced(True, "response", "status", "code"),
    r".*\.status\.code is not a status from 100 to 999": replaced(99, "response", "status", "code"),
    r".*\[0\]\.response\.status\.code is not a status from 100 to 999": replaced(1000, "response", "status", "code"),
    r".*\.status\.message is a list, not text": replaced(["OK"], "response", "status", "message"),
    r".*\.body is a list, not a mapping": replaced(["text"], "response", "body"),
    r".*\.body\.string is a whole number, not text": replaced(5, "response", "body", "string"),
    r".*\.headers is a list, not a mapping": replaced([], "response", "headers"),
    r".*\.headers has a key that is a whole number": replaced({1: ["a"]}, "response", "headers"),
    r".*\.headers\.Retry-After is a whole number, not a list": replaced({"Retry-After": 5}, "response", "headers"),
    r".*\.headers\.Retry-After\[0\] is a whole number": replaced({"Retry-After": [5]}, "response", "headers"),
}


@pytest.mark.parametrize("problem", FOREIGN)
def test_a_broken_or_foreign_file_is_refused_in_one_line_that_names_the_place(problem: str, write: Write) -> None:
    with pytest.raises(CassetteUnreadable, match=rf"^story\.yaml is not a vcrpy cassette: {problem}") as refusal:
        cassette(write(FOREIGN[problem]))

    assert str(refusal.value).isprintable()
    assert refusal.value.__cause__ is refusal.value.__context__ is None


def test_a_second_interaction_is_named_by_its_number(write: Write) -> None:
    with pytest.raises(CassetteUnreadable, match=r"interactions\[1\]\.request is missing"):
        cassette(write(interaction(), {}))


def test_a_name_in_the_file_cannot_break_the_line_of_the_message(write: Write) -> None:
    with pytest.raises(CassetteUnreadable) as refusal:
        cassette(write(interaction(headers={"X\n\x1b[31mY": 5})))

    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("loader", ["C", "Python"])
def test_half_a_character_is_refused_with_either_parser(
    loader: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    if loader == "Python":  # The browser's Python has no other.
        monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)

    with pytest.raises(CassetteUnreadable, match=r"half a character|invalid Unicode"):
        cassette(write(HALF_A_CHARACTER))


def test_the_parser_of_the_browsers_python_plays_the_same(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)

    assert play(cassette(write(interaction(429, headers={"Retry-After": ["5"]})))).retry_after == 5.0


def test_a_file_nested_beyond_measure_does_not_crash_python(write: Write) -> None:
    # In a process of its own: PyYAML's C parser takes the whole process down.
    script = "import sys, wemasy_kit, pathlib; wemasy_kit.cassette(pathlib.Path(sys.argv[1]))"
    ended = subprocess.run(
        [sys.executable, "-c", script, write("[" * 200_000)], capture_output=True, text=True, timeout=30, check=False
    )

    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith(
        "wemasy_kit.errors.CassetteUnreadable: story.yaml is not a vcrpy cassette: "
    )


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_regular_file_is_no_cassette(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "a")

    with pytest.raises(CassetteUnreadable, match="a cannot be read: it is no regular file"):
        cassette(tmp_path / "a")


# --- Names


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Write) -> Path:
    """A folder of recordings in the place of the kit's own."""
    (tmp_path / "logout").mkdir()
    monkeypatch.setattr(cassettes, "shipped", lambda name: tmp_path)
    for name in ("401-no-token", "200-token-revoked"):
        write(interaction(int(name[:3])), name=f"logout/{name}")
    return tmp_path


def test_the_recordings_are_listed_in_order(shelf: Path) -> None:
    assert cassette_names() == ("200-token-revoked", "401-no-token")


def test_a_recording_is_played_by_its_name(shelf: Path) -> None:
    assert play(cassette("401-no-token")).kind == "unauthenticated"


@pytest.mark.parametrize("way", [str, Path])
def test_any_other_cassette_is_played_by_its_path(way: Callable[[Path], Any], write: Write) -> None:
    assert play(cassette(way(write(interaction(429))))).kind == "rate_limited"


@pytest.mark.parametrize("name", ["401-no-tokens", "401-notoken", "401"])
def test_a_mistyped_name_suggests_the_near_one(name: str, shelf: Path) -> None:
    with pytest.raises(CassetteNotFound, match=f"no cassette named '{name}'; did you mean 401-no-token") as refusal:
        cassette(name)

    assert str(refusal.value).endswith("there are: 200-token-revoked, 401-no-token")


@pytest.mark.parametrize("name", ["", "qqqqqq", "../story", "logout/401-no-token", "x" * 5000, "a\0b", "é", 5])
def test_an_unknown_name_lists_those_there_are(name: Any, shelf: Path, write: Write) -> None:
    write(interaction())

    with pytest.raises(CassetteNotFound, match=r"there are: 200-token-revoked, 401-no-token$"):
        cassette(name)


def test_without_any_recording_it_says_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cassettes, "shipped", lambda name: tmp_path)

    with pytest.raises(CassetteNotFound, match="there are: none"):
        cassette("401-no-token")


def test_a_path_that_leads_nowhere_is_said_so(tmp_path: Path) -> None:
    for name in ("nowhere.yaml", "a\0nowhere.yaml"):
        with pytest.raises(CassetteNotFound, match=r"there is no cassette at .*nowhere\.yaml"):
            cassette(tmp_path / name)


def test_each_of_these_is_an_error_of_the_kit() -> None:
    assert issubclass(CassetteError, WemasyKitError)
    assert issubclass(CassetteNotFound, CassetteError)
    assert issubclass(CassetteNotFound, LookupError)
    assert issubclass(CassetteUnreadable, CassetteError)
    assert issubclass(CassetteUnreadable, ValueError)
    assert issubclass(CassetteMismatch, CassetteError)
