"""Token: what it strips, what it refuses, what it tells, and that it never shows itself."""

from __future__ import annotations

import ast
import copy
import dataclasses
import hashlib
import html
import logging
import pickle
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.looks import told_of
from tests.support.leaks import PACKAGE, shown_by, shows
from wemasy_kit.call.token import MAX_LENGTH, RULES, Token
from wemasy_kit.errors import InvalidToken

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
    assert token.notes == tuple(f"{note} was removed" for note in notes)


def test_only_one_pair_of_quotes_is_stripped(canary: str) -> None:
    assert Token.parse(f"""'"{canary}"'""").reveal() == f'"{canary}"'


@pytest.mark.parametrize(
    "text",
    [
        "Bearerish-42abc", "BearerX1y2z3", "'one-sided-42abc", "Authorization-42abc", "my-Jane-phone", "tokenQ9",
        "12|yourQ9", "x1x", "abc123", "12|q9|zx", "~!@#$%^&*()+/=",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_wrapping_or_a_placeholder_is_kept(text: str) -> None:
    assert (Token.parse(text).reveal(), Token.parse(text).notes) == (text, ())


# --- What is refused


# The place of the character that is told stands behind a ¦.
REFUSALS = {
    "empty": ["", " \t\r\n", '""', "Bearer", "Authorization: Bearer ", "12|", "Bearer 12| "],
    "too_long": ["q9" * 257],
    "line_break": ["q9zx¦\nw8vy", "q9zx¦\rw8vy", "  q9zx¦\r\nw8vy"],
    "white_space": [
        "q9zx¦ w8vy", "q9zx¦\tw8vy", "Bearer q9zx¦ w8vy", "Authorization: Bearer ' q9zx¦ w8vy'",
        "Bearer Bearer¦ q9zxw8vy", "Authorization: Authorization:¦ q9zxw8vy",
    ],
    "control_character": ["q9zx¦\0w8vy", "q9zx¦\x7fw8vy", "q9zx¦\x1b[31mw8vy", "q9zx¦\vw8vy"],
    "not_ascii": ["q9zx¦éw8vy", "¦“q9zxw8vy”", "q9zx¦\xa0w8vy", "¦\u200bq9zxw8vy", "q9zx¦\ud800w8vy"],
    "comma": ["q9zx¦,w8vy", "q9zx¦,w8vyé"],
    "placeholder": [
        "YOUR_API_TOKEN", "Bearer YOUR_API_TOKEN", "your-token-here", "yourtoken", "token", "API_TOKEN", "<q9zxw8vy>",
        "{q9zxw8vy}", "{{q9zxw8vy}}", "[q9zxw8vy]", "$q9zxw8vy", "${q9zxw8vy}", "%q9zxw8vy%", "12|<q9zxw8vy>",
        "xxxxxxxx", "12|XXXXXXXX", "*****", "...", "changeme", "redacted",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("rule", "marked"), [(rule, each) for rule, found in REFUSALS.items() for each in found])
def test_what_cannot_be_a_token_is_refused_by_rule_and_place(rule: str, marked: str) -> None:
    position = marked.find("¦") + 1 or None
    with pytest.raises(InvalidToken) as refusal:
        Token.parse(marked.replace("¦", ""))

    assert (refusal.value.rule, refusal.value.position) == (rule, position)
    assert str(refusal.value) == RULES[rule] + (f" (character {position})" if position else "")


@pytest.mark.parametrize("text", [None, 42, b"q9zxw8vy", ["q9zxw8vy"]])
def test_what_is_no_text_is_refused(text: Any) -> None:
    with pytest.raises(InvalidToken) as refusal:
        Token.parse(text)

    assert refusal.value.rule == "not_text"
    assert "q9zx" not in str(refusal.value)


def test_no_rule_goes_untried() -> None:
    assert {*REFUSALS, "not_text"} == set(RULES)


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

    assert (token.checksum, token.reveal()) == ("failed", mistyped(canary))
    assert "likely truncated or mistyped" in str(token.warning)


@pytest.mark.parametrize("lost", range(1, 8))
def test_a_truncated_token_fails_the_checksum(lost: int, canary: str) -> None:
    assert Token.parse(canary[:-lost]).checksum == "failed"


@pytest.mark.parametrize(
    "text", ["12|" + "q9zX" * 10, "q9zX" * 10, "custom-42", "12|custom-42", "12|pre_" + "q9zX" * 10]
)
def test_a_token_of_another_shape_or_from_before_2023_has_no_checksum(text: str) -> None:
    token = Token.parse(text)

    assert (token.checksum, token.warning) == ("not_applicable", None)


def test_a_quotation_mark_inside_brings_a_warning_and_no_refusal() -> None:
    assert "quotation mark" in str(Token.parse('"custom-42').warning)


@pytest.mark.parametrize("text", ["12|q9zxw8vy", "q9zxw8vy", "7|q9zxw8vy"])
def test_the_fingerprint_is_how_sanctums_own_table_begins(text: str) -> None:
    column = hashlib.sha256(b"q9zxw8vy").hexdigest()

    assert Token.parse(text).fingerprint == column[:8]


# --- What it is


def test_a_token_is_only_made_by_parsing() -> None:
    with pytest.raises(TypeError, match=r"Token\.parse"):
        Token()


def test_a_token_does_not_change_and_a_try_shows_nothing_even_with_locals(canary: str) -> None:
    for name in ("fingerprint", "a_new_one"):
        with pytest.raises(AttributeError, match="does not change") as misuse:
            setattr(Token.parse(canary), name, "00000000")
        assert not shows(shown_by(misuse.value), canary)


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


# Further ways are tried on everything public, in `promises/test_secrets.py`.
SHOWINGS: dict[str, Callable[[Token], object]] = {
    "everything public is shown": lambda token: "".join(told_of(token)),
    "a holder is shown": lambda token: "".join(told_of(Holder(token))),
    "f-string": lambda token: f"{token} {token!s} {token!r} {token!a}",
    "str.format": "{0} {0!r} {0.fingerprint}".format,
    "%": lambda token: "%s %r %a" % (token, token, token),  # noqa: UP031
    "template": lambda token: string.Template("$token").substitute(token=token),
    "html": lambda token: html.escape(str(token)),
    "dir": lambda token: [getattr(token, name) for name in dir(token) if name != "reveal"],
    "slots": lambda token: [getattr(token, name) for name in Token.__slots__],
    "replace": lambda token: dataclasses.replace(Holder(token), label="other"),
    "a KeyError": lambda token: repr(KeyError(token)) + str(KeyError(token)),
    "a log record": lambda token: logging.LogRecord("x", 10, "x", 1, "%s %r", (token, token), None).getMessage(),
}


@pytest.mark.parametrize("show", SHOWINGS.values(), ids=SHOWINGS)
def test_no_way_of_showing_a_token_gives_the_secret(show: Callable[[Token], object], canary: str) -> None:
    shown = str(show(Token.parse(canary)))

    assert shown
    assert not shows(shown, canary)


def test_a_copy_of_a_token_is_the_token(canary: str) -> None:
    token = Token.parse(canary)

    assert copy.copy(token) is token
    assert copy.deepcopy([token])[0] is token


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_token_is_pickled_by_no_protocol(protocol: int, canary: str) -> None:
    with pytest.raises(TypeError, match="never pickled") as refusal:
        pickle.dumps([Token.parse(canary)], protocol)

    assert not shows(shown_by(refusal.value), canary)


@pytest.mark.parametrize("name", ["__getstate__", "__reduce__"])
def test_a_token_gives_no_state_away(name: str, canary: str) -> None:
    with pytest.raises(TypeError):
        getattr(Token.parse(canary), name)()


@pytest.mark.parametrize("bad", ["{}é", "{} {}", "{}\n", "{},", "<{}>", "\0{}", "{}" * 12, "Bearer '{}\r\n x'"])
def test_a_refusal_and_its_traceback_with_locals_repeat_nothing_of_the_text(bad: str, canary: str) -> None:
    with pytest.raises(InvalidToken) as refusal:
        Token.parse(bad.replace("{}", canary + "é"))

    assert refusal.value.__context__ is None
    assert not shows(f"{shown_by(refusal.value)} {refusal.value!r} {vars(refusal.value)}", canary)


# --- One method reveals it, called in one place


def test_a_secret_is_revealed_where_it_is_sent_and_a_sandbox_s_to_its_own_rules_and_to_a_client_that_is_judged() -> (
    None
):
    def names(path: Path) -> Iterator[str]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                yield node.attr
            elif isinstance(node, ast.Constant | ast.Name):
                yield str(node.value if isinstance(node, ast.Constant) else node.id)

    modules = [path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "call" / "token.py"]
    places = {path.relative_to(PACKAGE).as_posix() for path in modules if {"reveal", "_reveal"} & set(names(path))}

    assert places == {"sources/live.py", "sources/in_page.py", "testing/play.py"}
