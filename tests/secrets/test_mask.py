"""Masking: what a server echoes of a token is taken out, in every spelling, and nothing else is touched."""

from __future__ import annotations

import base64
import html
import json
import string
import time
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.leaks import SPELLINGS, new_canary, shows
from wemasy_kit.secrets.mask import MASK, RUN, masked

SENTENCE = "No customer has the token {}; please log in."
# Another system's: every sign that some encoding escapes.
ODD = 'a/b+c="d"<e>&f%g\\h~i\'j;k|l{m}n'


def test_a_text_without_the_secret_stays_as_it_is(canary: str) -> None:
    text = 'Logged out. 100% &amp; <b>"\\u0041\\n"</b> %7C &#124; Grüße 👋 ' + canary[::-1]

    assert masked(text, canary) == text


def test_the_secret_becomes_a_mark_at_every_place_and_the_rest_stays(canary: str) -> None:
    assert masked(SENTENCE.format(canary) * 2, canary) == SENTENCE.format(MASK) * 2


def test_eight_characters_are_found_and_seven_are_not(canary: str) -> None:
    assert masked(f"<{canary[10 : 10 + RUN]}>", canary) == f"<{MASK}>"
    assert masked(f"<{canary[10 : 9 + RUN]}>", canary) == f"<{canary[10 : 9 + RUN]}>"


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_it_is_found_in_every_spelling(spell: Callable[[str], str], canary: str) -> None:
    before, after = SENTENCE.split("{}")
    text, another = masked(SENTENCE.format(spell(canary)), canary), SENTENCE.format(spell(new_canary()))

    assert (text.startswith(before), MASK in text, text.endswith(after)) == (True,) * 3
    assert len(text.replace(MASK, "")) < len(SENTENCE) + 30
    assert masked(another, canary) == another


@pytest.mark.parametrize(
    "spell",
    [
        str,
        html.escape,
        lambda text: json.dumps(text)[1:-1],
        lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
        lambda text: urllib.parse.quote(text),
        lambda text: urllib.parse.quote(text, safe=""),
        lambda text: html.escape(json.dumps(text)),
        lambda text: json.dumps(html.escape(text))[1:-1],
        lambda text: text.encode("unicode_escape").decode(),
        lambda text: "".join(f"\\x{ord(character):02x}" for character in text),
    ],
)
def test_a_secret_full_of_signs_is_found_however_they_are_escaped(spell: Callable[[str], str]) -> None:
    assert masked(f"[{spell(ODD)}]", ODD) in (f"[{MASK}]", f'["{MASK}"]', f"[&quot;{MASK}&quot;]")


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "Bearer ", "user:"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_it_is_found_in_base64_wherever_it_stands_there(
    before: str, encode: Callable[[bytes], bytes], canary: str
) -> None:
    encoded = encode(f"{before}{canary}{before}".encode()).decode()

    left = masked(encoded, canary).split(MASK)

    assert len(left) == 2
    assert sum(map(len, left)) < 2 * len(before) + 12


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_of_another_system_is_found_in_either_base64(encode: Callable[[bytes], bytes]) -> None:
    secret = "~?" * 12  # Every fourth sign of its base64 differs between the two.

    assert masked(f"id={encode(secret.encode()).decode()}", secret) == f"id={MASK}"


def test_a_secret_shorter_than_a_run_is_none() -> None:
    # A mask over a short word such as `error` could change what an answer means.
    assert masked('{"error":true,"message":"x"}', "error") == '{"error":true,"message":"x"}'
    assert masked("", "") == ""


@given(st.text(string.ascii_letters + '":{}|=-_./', min_size=1, max_size=24))
@example('"error"')
@example('{"error":true')
@example('error":true')
@example('"error":"error"')
def test_no_mask_turns_a_refusal_into_a_success(secret: str) -> None:
    for refusal in (
        '{"error":true,"message":"Unauthenticated."}',
        '{"message":"Unauthenticated.","error":true}',
        '{"message":"x","error":{"a":"b"}}',
        '{"message":"x","error":"error"}',
    ):
        assert not is_success(masked(refusal, secret))


def is_success(text: str) -> bool:
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return isinstance(value, dict) and "message" in value and value.get("error", False) is False


@pytest.mark.parametrize("length", [8, 9, 10, 12, 15])
@pytest.mark.parametrize("spell", [str, str.upper, lambda text: text.encode().hex(), SPELLINGS["in base64"]])
def test_a_short_secret_is_found_too(length: int, spell: Callable[[str], str]) -> None:
    assert MASK in masked(f"<{spell('abcDEF0123456789'[:length])}>", "abcDEF0123456789"[:length])


def test_bytes_read_as_latin_1_stay_what_they_are_in_any_charset(canary: str) -> None:
    data = b"\xff\x00\xe9" + canary.encode() + "€".encode()

    assert masked(data.decode("latin-1"), canary).encode("latin-1") == data.replace(canary.encode(), MASK.encode())


def test_a_masked_json_text_is_still_json(canary: str) -> None:
    text = json.dumps({"message": f"bad token {canary}", "token": canary, canary: [canary]})

    assert json.loads(masked(text, canary)) == {"message": f"bad token {MASK}", "token": MASK, MASK: [MASK]}


@given(st.data())
def test_no_run_of_the_secret_is_left_in_any_text(data: st.DataObject) -> None:
    secret = data.draw(st.lists(st.sampled_from(string.ascii_letters + string.digits), min_size=20).map("".join))
    piece = st.builds(lambda a, b: secret[min(a, b) : max(a, b)], st.integers(0, 60), st.integers(0, 60))
    spelled = st.builds(lambda text, spell: spell(text), piece, st.sampled_from(list(SPELLINGS.values())))
    text = "".join(data.draw(st.lists(piece | spelled | st.text(max_size=5), max_size=8)))

    left = masked(text, secret)

    assert not shows(left, f"1|{secret}")
    assert masked(left, secret) == left


@pytest.mark.parametrize("body", ["a", "%41", "\\u0041", "&amp;", "%25", "\\", "0", "A:"])
def test_a_body_at_the_cap_is_masked_in_a_moment(body: str, canary: str) -> None:
    text = body * (64 * 1024 // len(body))
    started = time.process_time()

    assert masked(text, canary) == text

    assert time.process_time() - started < 2
