"""`docs/promises.md`: the tests that it names are there, and its first table is what the code does."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from tests.mutations import MUTATIONS
from tests.support.leaks import new_canary
from wemasy_kit.call.exchange import Exchange, NoResponse
from wemasy_kit.call.outcome import OutcomeKind, TokenState, read
from wemasy_kit.call.request import LogoutRequest
from wemasy_kit.call.token import Token
from wemasy_kit.cli.app import WRONG_USE
from wemasy_kit.cli.logout import EXIT_CODES

TESTS = Path(__file__).parent.parent
PAGE = (TESTS.parent / "docs" / "promises.md").read_text("utf-8")
NAMED = re.findall(r"`(\w+/test_\w+\.py)::(\w+)`", PAGE)


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"(?m)^\|.*\|$", part)[2:]]


OUTCOMES = {kind.strip("`"): rest for kind, *rest in rows("The six outcomes")}
PROMISES = rows("Promises about outcomes") + rows("Promises about secrets")


def new_token() -> Token:
    return Token.parse(new_canary())


def answer(status: int, body: bytes = b'{"message":"Logged out."}') -> Exchange:
    sent = LogoutRequest(new_token(), "https://shop.example")
    return Exchange(sent.method, sent.url, sent.shown_headers, status, "", (), body, "live")


EXAMPLES: dict[str, list[Exchange | NoResponse]] = {
    "revoked": [answer(200)],
    "unauthenticated": [answer(401)],
    "rate_limited": [answer(429)],
    "undocumented": [answer(404), answer(500), answer(204, b"")],
    "not_sent": [NoResponse(False, "refused", "live")],
    "unknown": [NoResponse(True, "timeout", "live")],
}


def test_the_table_of_outcomes_has_every_kind_and_no_other() -> None:
    assert list(OUTCOMES) == list(EXAMPLES) == [kind.value for kind in OutcomeKind]


@pytest.mark.parametrize("kind", OutcomeKind)
def test_the_table_of_outcomes_has_the_token_states_that_are_read(kind: OutcomeKind) -> None:
    _, states, _, _ = OUTCOMES[kind]
    outcomes = [read(example) for example in EXAMPLES[kind]]

    assert {outcome.kind for outcome in outcomes} == {kind}
    assert (
        {outcome.token_state for outcome in outcomes}
        == set(re.findall(r"`(\w+)`", states))
        <= set(get_args(TokenState))
    )


@pytest.mark.parametrize("kind", OutcomeKind)
def test_the_table_of_outcomes_quotes_what_a_person_reads(kind: OutcomeKind) -> None:
    _, _, sentence, _ = OUTCOMES[kind]

    assert sentence.strip("“”") in read(EXAMPLES[kind][0]).advice


def test_the_table_of_outcomes_has_the_exit_codes_of_the_command() -> None:
    assert {kind: int(code) for kind, (*_, code) in OUTCOMES.items()} == {**EXIT_CODES}
    assert f"Wrong use exits with {WRONG_USE}," in PAGE


def test_only_a_logout_exits_0() -> None:
    assert [kind for kind, code in EXIT_CODES.items() if code == 0] == [OutcomeKind.REVOKED]
    assert len({WRONG_USE, *EXIT_CODES.values()}) == len(OutcomeKind) + 1


def defined_in(file: str) -> set[str]:
    """The tests that a file defines: functions, and the classes that hypothesis makes of its machines."""
    body = ast.parse((TESTS / file).read_text("utf-8")).body
    functions = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assigned = {
        target.id
        for node in body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return {name for name in functions | assigned if name.startswith(("test_", "Test"))}


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda each: str(each))
def test_a_test_that_is_named_is_there(file: str, name: str) -> None:
    assert name in defined_in(file)


def test_a_test_that_is_not_there_would_be_missed() -> None:
    assert "test_that_nobody_wrote" not in defined_in("docs/test_promises.py")


def test_every_promise_names_a_test() -> None:
    assert len(PROMISES) >= 25
    assert [promise for promise, *held in PROMISES if not re.search(r"`\w+/test_\w+\.py::\w+`", "".join(held))] == []


def test_the_kit_is_broken_on_purpose_as_often_as_the_page_says() -> None:
    assert "in more than a hundred one-line ways" in PAGE
    assert len(MUTATIONS) > 100
    assert len({mutation.meaning for mutation in MUTATIONS}) == len(MUTATIONS)
