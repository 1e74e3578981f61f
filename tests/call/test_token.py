"""Token: what it strips, what it refuses, what it tells, and that it never shows itself."""

from __future__ import annotations

import ast
import copy
import dataclasses
import hashlib
import html
import json
import logging
import pickle
import pprint
import string
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.leaks import PACKAGE, reachable, shown_by, shows
from wemasy_kit.call.token import MAX_LENGTH, RULES, Token
from wemasy_kit.errors import InvalidToken, WemasyKitError

# --- What is stripped, and told


@pytest.mark.parametrize(
    ("wrap", "notes"),
    [
        ("{}", []),
        ("  {}", ["white space around it"]),
        ("{}\r\n", ["white space around it"]),
        ("\v\f\t{}\n\n", ["white space around it"]),
        ('"{}"', ["a pair of quotes"]),
        ("'{}'", ["a pair of quotes"]),
        ("`{}`", ["a pair of quotes"]),
        ("Bearer {}", ["“Bearer”"]),
        ("bearer\t {}", ["“Bearer”"]),
        ("Authorization: Bearer {}", ["“Authorization:”", "“Bearer”"]),
        ("AUTHORIZATION :BEARER {}", ["“Authorization:”", "“Bearer”"]),
        ("Authorization: {}", ["“Authorization:”"]),
        ("'Authorization: Bearer {}'", ["a pair of quotes", "“Authorization:”", "“Bearer”"]),
        ('Bearer "{}"', ["“Bearer”", "a pair of quotes"]),
        (' " {} " ', ["white space around it", "a pair of quotes"]),
    ],
)
def test_what_comes_with_a_copied_token_is_left_out_and_told(wrap: str, notes: list[str], canary: str) -> None:
    token = Token.parse(wrap.format(canary))

    assert token.reveal() == canary
    assert token.notes == tuple(f"{note} was left out" for note in notes)


def test_only_one_pair_of_quotes_is_stripped(canary: str) -> None:
    assert Token.parse(f"""'"{canary}"'""").reveal() == f'"{canary}"'


@pytest.mark.parametrize("wrap", ["Bearer Bearer {}", "Authorization: Authorization: {}"])
def test_only_one_of_each_wrapping_is_stripped(wrap: str, canary: str) -> None:
    with pytest.raises(InvalidToken) as refusal:
        Token.parse(wrap.format(canary))

    assert refusal.value.rule == "white_space"


@pytest.mark.parametrize("text", ["Bearerish-42abc", "BearerX1y2z3", "'one-sided-42abc", "Authorization-42abc"])
def test_what_only_looks_like_a_wrapping_is_kept(text: str) -> None:
    token = Token.parse(text)

    assert token.reveal() == text
    assert token.notes == ()


def test_a_token_without_its_number_is_accepted_too(canary: str) -> None:
    bare = canary.partition("|")[2]

    assert Token.parse(bare).reveal() == bare


# --- What is refused


REFUSALS = [
    ("", "empty", None),
    (" \t\r\n", "empty", None),
    ('""', "empty", None),
    ("Bearer", "empty", None),
    ("Authorization: Bearer ", "empty", None),
    ("12|", "empty", None),
    ("Bearer 12| ", "empty", None),
    ("q9" * 257, "too_long", None),
    ("q9zx\nw8vy", "line_break", 5),
    ("q9zx\rw8vy", "line_break", 5),
    ("  q9zx\r\nw8vy", "line_break", 7),
    ("q9zx w8vy", "white_space", 5),
    ("q9zx\tw8vy", "white_space", 5),
    ("Bearer q9zx w8vy", "white_space", 12),
    ("Authorization: Bearer ' q9zx w8vy'", "white_space", 29),
    ("q9zx\0w8vy", "control_character", 5),
    ("q9zx\x7fw8vy", "control_character", 5),
    ("q9zx\x1b[31mw8vy", "control_character", 5),
    ("q9zx\vw8vy", "control_character", 5),
    ("q9zxéw8vy", "not_ascii", 5),
    ("“q9zxw8vy”", "not_ascii", 1),
    ("q9zx\N{NO-BREAK SPACE}w8vy", "not_ascii", 5),
    ("\N{ZERO WIDTH SPACE}q9zxw8vy", "not_ascii", 1),
    ("q9zx\ud800w8vy", "not_ascii", 5),
    ("q9zx,w8vy", "comma", 5),
    ("q9zx,w8vyé", "comma", 5),
    ("YOUR_API_TOKEN", "placeholder", None),
    ("Bearer YOUR_API_TOKEN", "placeholder", None),
    ("your-token-here", "placeholder", None),
    ("yourtoken", "placeholder", None),
    ("token", "placeholder", None),
    ("API_TOKEN", "placeholder", None),
    ("<q9zxw8vy>", "placeholder", None),
    ("{q9zxw8vy}", "placeholder", None),
    ("{{q9zxw8vy}}", "placeholder", None),
    ("[q9zxw8vy]", "placeholder", None),
    ("$q9zxw8vy", "placeholder", None),
    ("${q9zxw8vy}", "placeholder", None),
    ("%q9zxw8vy%", "placeholder", None),
    ("12|<q9zxw8vy>", "placeholder", None),
    ("xxxxxxxx", "placeholder", None),
    ("12|XXXXXXXX", "placeholder", None),
    ("*****", "placeholder", None),
    ("...", "placeholder", None),
    ("changeme", "placeholder", None),
    ("redacted", "placeholder", None),
]


@pytest.mark.parametrize(("text", "rule", "position"), REFUSALS)
def test_what_cannot_be_a_token_is_refused_by_rule_and_place(text: str, rule: str, position: int | None) -> None:
    with pytest.raises(InvalidToken) as refusal:
        Token.parse(text)

    assert (refusal.value.rule, refusal.value.position) == (rule, position)
    assert str(refusal.value) == RULES[rule] + (f" (character {position})" if position else "")


@pytest.mark.parametrize("text", [None, 42, b"q9zxw8vy", ["q9zxw8vy"]])
def test_what_is_no_text_is_refused(text: Any) -> None:
    with pytest.raises(InvalidToken) as refusal:
        Token.parse(text)

    assert refusal.value.rule == "not_text"
    assert "q9zx" not in str(refusal.value)


def test_no_rule_goes_untried() -> None:
    assert {rule for _, rule, _ in REFUSALS} | {"not_text"} == set(RULES)


@pytest.mark.parametrize("bad", ["{}é", "{} {}", "{}\n{}", "{},", "<{}>", "\0{}", "{}" * 12])
def test_a_refusal_repeats_nothing_of_the_text(bad: str, canary: str) -> None:
    with pytest.raises(InvalidToken) as refusal:
        Token.parse(bad.replace("{}", canary))

    assert not shows(str(refusal.value) + repr(refusal.value) + repr(vars(refusal.value)), canary)


def test_a_refusal_can_be_caught_as_the_kits_error_and_as_a_value_error() -> None:
    assert issubclass(InvalidToken, WemasyKitError)
    assert issubclass(InvalidToken, ValueError)


def test_a_refusal_survives_the_way_to_another_process() -> None:
    with pytest.raises(InvalidToken) as refusal:
        Token.parse("q9zx,w8vy")

    sent = pickle.loads(pickle.dumps(refusal.value))

    assert (sent.rule, sent.position, str(sent)) == ("comma", 5, str(refusal.value))


def test_512_characters_are_the_most() -> None:
    longest = ("q9zx" * MAX_LENGTH)[:MAX_LENGTH]

    assert MAX_LENGTH == 512
    assert Token.parse(longest).reveal() == longest
    with pytest.raises(InvalidToken, match="more than 512"):
        Token.parse(longest + "q")


@pytest.mark.parametrize(
    "text", ["my-Jane-phone", "tokenQ9", "12|yourQ9", "x1x", "abc123", "12|q9|zx", "~!@#$%^&*()+/="]
)
def test_an_odd_token_is_no_placeholder(text: str) -> None:
    assert Token.parse(text).reveal() == text


# --- What it tells


def mistyped(canary: str) -> str:
    """The token with one character of its random part changed."""
    place = canary.index("|") + 7
    return canary[:place] + ("a" if canary[place] != "a" else "b") + canary[place + 1 :]


@pytest.mark.parametrize("shape", ["{0}|{1}", "{1}", "{0}|wemasy_{1}", "{0}|a_b_{1}"])
def test_the_checksum_of_a_sanctum_token_is_ok_without_its_number_and_with_a_prefix_too(
    shape: str, canary: str
) -> None:
    token = Token.parse(shape.format(*canary.split("|")))

    assert (token.checksum, token.warning) == ("ok", None)


def test_a_mistyped_token_fails_the_checksum_with_a_warning_and_can_be_sent(canary: str) -> None:
    token = Token.parse(mistyped(canary))

    assert token.checksum == "failed"
    assert token.warning is not None
    assert "likely truncated or mistyped" in token.warning
    assert token.reveal() == mistyped(canary)


@pytest.mark.parametrize("lost", range(1, 8))
def test_a_truncated_token_fails_the_checksum(lost: int, canary: str) -> None:
    assert Token.parse(canary[:-lost]).checksum == "failed"


@pytest.mark.parametrize(
    "text", ["12|" + "q9zX" * 10, "q9zX" * 10, "custom-42", "12|custom-42", "12|pre_" + "q9zX" * 10]
)
def test_a_token_of_another_shape_or_from_before_2023_has_no_checksum(text: str) -> None:
    token = Token.parse(text)

    assert token.checksum == "not_applicable"
    assert token.warning is None


def test_a_quotation_mark_inside_brings_a_warning_and_no_refusal() -> None:
    token = Token.parse('"custom-42')

    assert token.warning is not None
    assert "quotation mark" in token.warning


@pytest.mark.parametrize("text", ["12|q9zxw8vy", "q9zxw8vy", "7|q9zxw8vy"])
def test_the_fingerprint_is_how_sanctums_own_table_begins(text: str) -> None:
    column = hashlib.sha256(b"q9zxw8vy").hexdigest()

    assert Token.parse(text).fingerprint == column[:8]


# --- What it is


def test_a_token_is_only_made_by_parsing() -> None:
    with pytest.raises(TypeError, match=r"Token\.parse"):
        Token()


def test_a_token_does_not_change(canary: str) -> None:
    token = Token.parse(canary)

    with pytest.raises(AttributeError, match="does not change"):
        token.fingerprint = "00000000"
    with pytest.raises(AttributeError, match="does not change"):
        token.note = "mine"


def test_two_readings_of_one_text_are_one_token_and_no_token_is_its_text(canary: str) -> None:
    assert len({Token.parse(canary), Token.parse(f"Bearer {canary}")}) == 1
    assert Token.parse(canary) != Token.parse(mistyped(canary))
    assert Token.parse(canary) != canary
    assert not isinstance(Token.parse(canary), str)


def test_a_token_is_known_by_its_fingerprint_and_checksum(canary: str) -> None:
    token = Token.parse(canary)

    assert repr(token) == str(token) == f"<Token {token.fingerprint}, checksum ok>"


# --- That it never shows itself


@dataclasses.dataclass
class Holder:
    token: Token
    label: str = "holder"


SHOWINGS: dict[str, Callable[[Token], object]] = {
    "repr": repr,
    "str": str,
    "ascii": ascii,
    "format": format,
    "f-string": lambda token: f"{token} {token!s} {token!r} {token!a}",
    "str.format": "{} {0!r} {0.fingerprint}".replace("{}", "{0}").format,
    "%": lambda token: "%s %r %a" % (token, token, token),  # noqa: UP031
    "template": lambda token: string.Template("$token").substitute(token=token),
    "in a list": lambda token: repr([token, {"token": token}]),
    "pprint": pprint.pformat,
    "html": lambda token: html.escape(str(token)),
    "json": lambda token: json.dumps({"token": token}, default=str),
    "dir": lambda token: repr([getattr(token, name) for name in dir(token) if name != "reveal"]),
    "slots": lambda token: repr([getattr(token, name) for name in Token.__slots__]),
    "asdict": lambda token: repr(dataclasses.asdict(Holder(token))),
    "astuple": lambda token: repr(dataclasses.astuple(Holder(token))),
    "vars of a holder": lambda token: repr(vars(Holder(token))),
    "replace": lambda token: repr(dataclasses.replace(Holder(token), label="other")),
    "copy": lambda token: repr(copy.copy(token)),
    "deepcopy": lambda token: repr(copy.deepcopy({"token": [token]})),
    "a KeyError": lambda token: repr(KeyError(token)) + str(KeyError(token)),
    "a log record": lambda token: logging.LogRecord("x", 10, "x", 1, "%s %r", (token, token), None).getMessage(),
}


@pytest.mark.parametrize("show", SHOWINGS.values(), ids=SHOWINGS)
def test_no_way_of_showing_a_token_gives_the_secret(show: Callable[[Token], object], canary: str) -> None:
    shown = str(show(Token.parse(canary)))

    assert shown
    assert not shows(shown, canary)


def test_a_token_has_no_variables_to_look_at(canary: str) -> None:
    with pytest.raises(TypeError):
        vars(Token.parse(canary))


def test_a_notebook_gets_no_rich_view_of_a_token(canary: str) -> None:
    token = Token.parse(canary)
    views = [name for name in dir(token) if name.startswith(("_repr_", "_ipython_", "__rich"))]

    assert views == []


def test_a_copy_of_a_token_is_the_token(canary: str) -> None:
    token = Token.parse(canary)

    assert copy.copy(token) is token
    assert copy.deepcopy([token])[0] is token


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_token_is_pickled_by_no_protocol(protocol: int, canary: str) -> None:
    with pytest.raises(TypeError, match="never pickled") as refusal:
        pickle.dumps([Token.parse(canary)], protocol)

    assert not shows(str(refusal.value), canary)


@pytest.mark.parametrize("give", ["__getstate__", "__reduce__"])
def test_a_token_gives_no_state_away(give: str, canary: str) -> None:
    with pytest.raises(TypeError) as refusal:
        getattr(Token.parse(canary), give)()

    assert not shows(str(refusal.value), canary)


# --- Tracebacks


@pytest.mark.parametrize("bad", ["{}é", "{} {}", "{}\n", "{},", "<{}>", "\0{}", "{}" * 12, "Bearer '{}\r\n x'"])
def test_the_traceback_of_a_refusal_shows_nothing_even_with_locals(bad: str, canary: str) -> None:
    with pytest.raises(InvalidToken) as refusal:
        Token.parse(bad.replace("{}", canary + "é"))

    assert refusal.value.__context__ is None
    assert not shows(shown_by(refusal.value), canary)


@pytest.mark.parametrize("make", [lambda token: pickle.dumps(token), lambda token: setattr(token, "notes", ())])
def test_the_traceback_of_a_misuse_shows_nothing_even_with_locals(make: Callable[[Token], object], canary: str) -> None:
    token = Token.parse(canary)

    with pytest.raises((TypeError, AttributeError)) as misuse:
        make(token)

    assert not shows(shown_by(misuse.value), canary)


def test_a_frame_that_holds_a_token_shows_only_its_fingerprint(canary: str) -> None:
    def use(token: Token) -> str:
        holder = {"token": [Holder(token)]}
        return "".join(text for local in sys._getframe().f_locals.values() for text in reachable(local)) + repr(holder)

    token = Token.parse(canary)

    assert token.fingerprint in use(token)
    assert not shows(use(token), canary)


# --- One method reveals it, called in one place


def test_the_secret_is_revealed_in_exactly_one_place() -> None:
    def names(path: Path) -> Iterator[str]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                yield node.attr
            elif isinstance(node, ast.Constant | ast.Name):
                yield str(node.value if isinstance(node, ast.Constant) else node.id)

    modules = [path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "call" / "token.py"]
    places = [path for path in modules for name in names(path) if name in ("reveal", "_reveal")]

    assert [str(path.relative_to(PACKAGE)) for path in places] == ["sources/live.py"]
