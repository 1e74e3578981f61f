"""The verdict of each thing that a client can do in a case, and when it is not judged at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wemasy_kit.sandbox.catalogue import find_case
from wemasy_kit.sandbox.log import LoggedRequest, logged
from wemasy_kit.testing.judge import Played, last_words, told, why_not_judged

NOTHING = "It sent no token and no Accept: application/json."
ACCEPT, TOKEN = ("Accept", "application/json"), ("Authorization", "Bearer 1|of-jane")


def asked(*headers: tuple[str, str], at: float = 0, host: str = "127.0.0.1:80") -> LoggedRequest:
    return logged("POST", "/logout", (("Host", host), *headers), at=at, status=None, case=None)


GOOD = asked(ACCEPT, TOKEN)
HERE = (GOOD,)
ELSEWHERE = asked(ACCEPT, TOKEN, host="127.0.0.2:81")


def played(
    case: str, claims: bool, *, alive: bool, requests: tuple[LoggedRequest, ...] = HERE, **ended: bool
) -> Played:
    return Played(find_case(case), claims, requests, alive, "asked\nKeyError: 'data'\n", **ended)


RIGHT = {
    "a documented 200": played("200-documented", True, alive=False),
    "a 401 of a dead token, taken for a logout": played("401-documented", True, alive=False),
    "and not taken for one": played("401-documented", False, alive=False),
    "doubt after a reset, the token works": played("reset-before-revoking", False, alive=True),
    "doubt after a reset, the token does not": played("reset-after-revoking", False, alive=False),
    "doubt after a page": played("html-200", False, alive=True),
    "any of two types": played(
        "html-200", False, alive=True, requests=(asked(("accept", "text/html, Application/JSON"), TOKEN),)
    ),
}
WRONG = {
    "lie": played("html-200", True, alive=True),
    "lie, whatever else": played("html-200", True, alive=True, requests=(GOOD, ELSEWHERE), token_shown=True),
    "lie of a client that did not ask": played("401-documented", True, alive=True, requests=()),
    "other_host": played("307-to-another-host", False, alive=True, requests=(GOOD, ELSEWHERE), token_shown=True),
    "token_shown": played("html-200", False, alive=True, token_shown=True, crashed=True),
    "crashed": played("html-200", False, alive=True, crashed=True),
    "hung": played("silence-before-revoking", False, alive=True, hung=True, requests=(GOOD, GOOD)),
    "incomplete: no token": played("html-200", False, alive=True, requests=(asked(ACCEPT),)),
    "incomplete: no accept": played("html-200", False, alive=True, requests=(asked(TOKEN),)),
    "incomplete: any type": played("html-200", False, alive=True, requests=(asked(("Accept", "*/*"), TOKEN),)),
    "incomplete: nothing": played("html-200", False, alive=True, requests=()),
    "repeated": played("html-200", False, alive=True, requests=(GOOD, GOOD)),
    "repeated at another host, without the token": played(
        "307-to-another-host", False, alive=True, requests=(GOOD, asked(ACCEPT, host="127.0.0.2:81"))
    ),
    "doubt": played("message-alone", False, alive=False),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_it_is_right(name: str) -> None:
    assert RIGHT[name].verdict.name == "RIGHT"


@pytest.mark.parametrize("name", WRONG)
def test_of_several_faults_the_worst_counts(name: str) -> None:
    assert name.startswith(WRONG[name].verdict.name.lower())


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (WRONG["crashed"], "It crashed: KeyError: 'data'"),
        (replace(WRONG["crashed"], case=find_case("endless-headers")), "It crashed: KeyError: 'data'"),
        (replace(WRONG["crashed"], output="MemoryError"), "It crashed: MemoryError (Here a process may fill 1 GiB.)"),
        (WRONG["incomplete: nothing"], "It sent no request at all."),
        (played("html-200", False, alive=True, requests=(asked(),)), NOTHING),
        (played("302-to-the-login-page", False, alive=True, requests=(GOOD, GOOD)), "It followed the redirect."),
        (WRONG["repeated"], "It sent 2 requests: send one, and let a person try again."),
        (played("reset-before-revoking", True, alive=False, requests=(GOOD, asked(ACCEPT, TOKEN, at=0.01))),
         "Your HTTP library sent it twice, by itself, after the reset: switch that off."),
        (played("reset-before-revoking", True, alive=False, requests=(GOOD, asked(ACCEPT, TOKEN, at=1))),
         "It sent 2 requests: send one, and let a person try again."),
    ],
)  # fmt: skip
def test_it_tells_what_happened(wrong: Played, sentence: str) -> None:
    assert wrong.sentence == sentence


def test_a_person_is_told_the_exchange_what_is_wrong_and_what_to_do() -> None:
    assert "\n".join(told(WRONG["lie"])).splitlines()[1:] == [
        f"  {find_case('html-200').happens} {find_case('html-200').because}",
        "    > POST /logout to 127.0.0.1",
        "    < HTTP/1.1 200 OK",
        "    < Content-Type: text/html; charset=UTF-8",
        "    < Content-Length: …",
        "    < ",
        '    < <!DOCTYPE html><html><title>Shop</title><div id="app"></div></html>',
        "  It said “logged out”, but whoever holds the token is still logged in.",
        f"  What to do: {find_case('html-200').advice}",
    ]


def test_what_a_client_asks_after_a_redirect_is_told_after_it() -> None:
    followed = played("302-in-maintenance", True, alive=True, requests=(GOOD, replace(GOOD, method="GET", path="/")))

    lines = [line.strip()[:30] for line in told(followed) if line.startswith("    ")]

    assert (lines[0], lines[1], lines[-1]) == (
        "> POST /logout to 127.0.0.1", "< HTTP/1.1 302 Found", "> GET / to 127.0.0.1"
    )  # fmt: skip


def test_a_client_is_judged_only_if_it_asks_and_can_say_yes() -> None:
    yes, no = played("200-documented", True, alive=False), played("200-documented", False, alive=False)
    silent = played("200-documented", True, alive=True, requests=())
    refused = played("401-documented", False, alive=False)

    assert why_not_judged([yes, refused]) is None
    assert why_not_judged([no]) == "it does not say “logged out” after the documented 200: KeyError: 'data'"
    assert why_not_judged([silent]) == "no request came to the base URL that it was given: KeyError: 'data'"
    assert why_not_judged([yes, replace(refused, requests=())]) is not None


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("", "it said nothing"),
        ("one\ntwo\n\n", "two"),
        ("x\nrequests.exceptions.JSONDecodeError: no\n", "requests.exceptions.JSONDecodeError: no"),
        ("TypeError: fetch failed\n    at node:1:2\n\nNode.js v20", "TypeError: fetch failed"),
        ("PHP Fatal error:  Uncaught Exception\n  thrown in", "PHP Fatal error:  Uncaught Exception"),
        ("\x00\x1b[31m\x07binary", "[31mbinary"),
        ("x" * 999, "x" * 200),
    ],
)
def test_of_an_output_the_line_is_told_that_says_most(output: str, words: str) -> None:
    assert last_words(output) == words
