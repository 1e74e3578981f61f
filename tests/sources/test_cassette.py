"""Cassette: replays a recording in order, without patching anything, and says what is wrong with a bad file."""

from __future__ import annotations

import asyncio
import functools
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.leaks import shown_by, shows
from tests.support.python import python
from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.logout import logout_sync
from wemasy_kit.call.outcome import Outcome
from wemasy_kit.call.request import BASE_URL, PATH, LogoutRequest
from wemasy_kit.call.token import Token
from wemasy_kit.errors import CassetteMismatch, CassetteNotFound, CassetteUnreadable
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
    return logout_sync(token, send=source)


def exchange_of(source: Cassette, token: Token | None = None) -> Exchange:
    found = play(source, token).exchange
    assert found is not None
    return found


# --- Replaying


def test_the_answers_come_in_the_order_of_the_recording(write: Write) -> None:
    source = cassette(write(interaction(200), interaction(401), interaction(429)))

    assert [play(source).kind for _ in range(3)] == ["revoked", "unauthenticated", "rate_limited"]


@pytest.mark.parametrize("count", [0, 1])
def test_when_all_answers_are_played_the_next_call_says_so(count: int, write: Write) -> None:
    source = cassette(write(*[interaction()] * count) if count else write("interactions: []"))
    for _ in range(count):
        play(source)

    with pytest.raises(CassetteMismatch, match=rf"story has played all {count} responses; name it again to start over"):
        play(source)


def test_naming_a_cassette_again_starts_it_from_the_beginning(write: Write) -> None:
    path = write(interaction(200), interaction(401))
    first = cassette(path)
    play(first)

    assert play(cassette(path)).kind == "revoked"
    assert play(first).kind == "unauthenticated"


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("uri", BASE_URL + "/other"), ("uri", "http://shop.example/api" + PATH), ("uri", BASE_URL + PATH + "?page=1"),
        ("method", "GET"),
    ],
)  # fmt: skip
def test_an_answer_to_another_request_is_not_played_and_no_token_shown(
    field: str, other: str, write: Write, canary: str
) -> None:
    source = cassette(write(interaction(**{field: other})))

    with pytest.raises(CassetteMismatch, match=r"story holds no response to POST https://api\.wemasy\.nl/") as mismatch:
        play(source, Token.parse(canary))

    assert other in str(mismatch.value)
    assert not shows(shown_by(mismatch.value), canary)


@pytest.mark.parametrize("field", ["uri", "method"])
def test_a_mismatch_paints_no_terminal(field: str, write: Write) -> None:
    source = cassette(write(interaction(**{field: "\x1b[2J\x1b]0;owned\a\u202e"})))

    with pytest.raises(CassetteMismatch, match="owned") as mismatch:
        play(source)

    assert str(mismatch.value).isprintable()


def test_a_recording_of_another_server_is_played_for_the_address_in_it(write: Write) -> None:
    source = cassette(write(interaction(uri="https://shop.example/api" + PATH)))

    assert (source.base_url, play(source).kind) == ("https://shop.example/api", "revoked")


def test_a_mismatch_uses_no_answer_up(write: Write) -> None:
    source = cassette(write(interaction()))
    with pytest.raises(CassetteMismatch):
        asyncio.run(source(LogoutRequest(None, "https://shop.example/api")))

    assert play(source).kind == "revoked"


def test_a_replay_shows_what_was_recorded_and_nothing_else(write: Write) -> None:
    headers = {"Date": ["Sun, 22 Nov 2026 12:36:53 GMT"], "X-Twice": ["a", "b"], "x-name": ["René"]}

    found = exchange_of(cassette(write(interaction(401, '{"message":"Nee – é"}', headers))))

    assert (found.method, found.url) == ("POST", BASE_URL + PATH)
    assert (found.status, found.reason, found.body) == (401, "Said", '{"message":"Nee – é"}'.encode())
    assert sorted(found.headers) == sorted((name, value) for name, values in headers.items() for value in values)
    assert (found.source, found.elapsed, found.received_at) == ("cassette", None, None)


def test_a_replayed_exchange_is_the_recorded_one_whatever_token_is_given_now(write: Write, canary: str) -> None:
    recorded = interaction()
    recorded["request"]["headers"] = {"Authorization": ["Bearer 12|x"], "Accept": ["text/html"]}
    path = write(recorded)

    first, second = (exchange_of(cassette(path), token) for token in (None, Token.parse(canary)))

    assert first == second
    assert sorted(first.request_headers) == [("Accept", "text/html"), ("Authorization", "Bearer <redacted>")]
    assert not shows(repr(second), canary)


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate"])
def test_a_body_in_a_coding_is_left_as_it_was_recorded(coding: str, write: Write) -> None:
    found = exchange_of(cassette(write(interaction(200, b"\x1f\x8b\0", {"Content-Encoding": [coding]}))))

    assert found.body == b"\x1f\x8b\0"


def test_a_hand_written_cassette_may_leave_out_lists_and_the_reason(write: Write) -> None:
    plain = interaction(429, headers={"Retry-After": "5"})
    del plain["response"]["status"]["message"]

    found = exchange_of(cassette(write(plain)))

    assert (found.header("Retry-After"), found.reason) == ("5", "")


def test_a_cassette_tells_its_name_and_what_is_left(write: Write) -> None:
    source = cassette(write(interaction(), interaction()))
    play(source)

    assert repr(source) == "<cassette story, 1 of 2 responses left>"
    assert (source.name, source.label, source.base_url) == ("cassette", "story", BASE_URL)


def test_while_a_cassette_is_open_a_live_call_still_reaches_its_server(write: Write) -> None:
    source = cassette(write(interaction(200), interaction(200)))
    with Sandbox() as shop:
        reached = [logout_sync(None, send=each) for each in (source, live(base_url=shop.base_url), source)]

    assert [each.source for each in reached] == ["cassette", "live", "cassette"]
    assert len(shop.requests) == 1


# --- Parsing once


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What has been parsed."""
    seen: list[bytes] = []
    loader = yaml_text._LOADER

    def counted(data: bytes) -> Any:
        seen.append(data)
        return loader(data)

    monkeypatch.setattr(yaml_text, "_LOADER", counted)
    return seen


def test_a_file_is_parsed_once(write: Write, parses: list[bytes]) -> None:
    path = write(interaction())
    for _ in range(5):
        assert play(cassette(path)).kind == "revoked"

    assert len(parses) == 1


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


def changed(place: str, *values: Any) -> str:
    """A cassette with another value at this place; without one, the place is missing."""
    whole = interaction()
    *above, last = place.split(".")
    part = functools.reduce(dict.__getitem__, above, whole)
    del part[last]
    for value in values:
        part[last] = value
    return yaml.dump({"interactions": [whole]})


HALF_A_CHARACTER = changed("response.body.string", "\ud800")


FOREIGN: dict[str, str | bytes] = {
    r"line \d, column \d+ is not YAML: ": "interactions: [",
    "line 1, column 5 is not YAML: ": "a: b: c",
    "line 2, column 1 is not YAML: ": "interactions:\n\t- a",
    "line 1, column 4 is not YAML: could not determine a constructor": "x: !!python/object:os.system {}",
    "line 2, column 4 is not YAML: could not determine a constructor": "a:\n - !!set {interactions}",
    "it holds more than one document": "interactions: []\n---\n",
    "line 1 is not UTF-8": "interactions: []".encode("utf-16"),
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
    r"interactions\[1\]\.request is missing": yaml.dump({"interactions": [interaction(), {}]}),
    **{
        rf"interactions\[0\]\.{re.escape(place)} is missing": changed(place)
        for place in (
            "request", "response", "request.method", "request.uri", "response.status", "response.status.code",
            "response.headers", "response.body", "response.body.string",
        )
    },
    **{
        rf"interactions\[0\]\.{re.escape(place)}{problem}": changed(place, value)
        for place, value, problem in (
            ("request.uri", 7, " is a whole number, not text"),
            ("response.status.code", "200", " is text, not a whole number"),
            ("response.status.code", True, " is true or false, not a whole number"),
            ("response.status.code", 99, " is not a status from 100 to 999"),
            ("response.status.code", 1000, " is not a status from 100 to 999$"),
            ("response.status.message", ["OK"], " is a list, not text"),
            ("response.body", ["text"], " is a list, not a mapping"),
            ("response.body.string", 5, " is a whole number, not text"),
            ("response.headers", [], " is a list, not a mapping"),
            ("response.headers", {1: ["a"]}, " has a key that is a whole number"),
            ("response.headers", {"Retry-After": 5}, r"\.Retry-After is a whole number, not a list"),
            ("response.headers", {"X\n\x1b[31mY": 5}, r".* is a whole number, not a list"),
            ("response.headers", {"Retry-After": [5]}, r"\.Retry-After\[0\] is a whole number"),
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("problem", FOREIGN)
def test_a_broken_or_foreign_file_is_refused_in_one_line_that_names_the_place(problem: str, write: Write) -> None:
    with pytest.raises(CassetteUnreadable, match=rf"^story\.yaml is not a vcrpy cassette: {problem}") as refusal:
        cassette(write(FOREIGN[problem]))

    assert str(refusal.value).isprintable()
    assert refusal.value.__cause__ is refusal.value.__context__ is None


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
    ended = python("import wemasy_kit, pathlib", f"wemasy_kit.cassette(pathlib.Path({str(write('[' * 200_000))!r}))")

    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("wemasy_kit.errors.CassetteUnreadable: story.yaml is not a vcrpy")


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
def test_a_mistyped_name_suggests_the_near_one_and_lists_those_there_are(name: str, shelf: Path) -> None:
    told = f"no cassette named '{name}'; did you mean 401-no-token.*there are: 200-token-revoked, 401-no-token$"
    with pytest.raises(CassetteNotFound, match=told):
        cassette(name)


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
    for name in ("nowhere.yaml", "a\0nowhere.yaml", "\ud800nowhere.yaml"):
        with pytest.raises(CassetteNotFound, match=r"there is no cassette at .*nowhere\.yaml"):
            cassette(tmp_path / name)
