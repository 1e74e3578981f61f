"""`docs/promises.md`: the tests that it names are there, and its first table is what the code does."""

from __future__ import annotations

import re
from typing import get_args

import click
import pytest

from tests.mutations import MUTATIONS
from tests.support.sources import SIX, TESTS, outcome
from wemasy_kit.call.outcome import OutcomeKind, TokenState
from wemasy_kit.cli.logout import EXIT_CODES

PAGE = (TESTS.parent / "docs" / "promises.md").read_text("utf-8")
NAMED = re.findall(r"`(\w+/test_\w+\.py)::(\w+)`", PAGE)


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"(?m)^\|.*\|$", part)[2:]]


OUTCOMES = {kind.strip("`"): rest for kind, *rest in rows("The six outcomes")}
PROMISES = rows("Promises about outcomes") + rows("Promises about secrets")


def test_the_table_of_outcomes_has_every_kind_and_no_other() -> None:
    assert list(OUTCOMES) == list(SIX) == [kind.value for kind in OutcomeKind]


@pytest.mark.parametrize("kind", OutcomeKind)
def test_the_table_of_outcomes_has_the_token_states_and_quotes_what_a_person_reads(kind: OutcomeKind) -> None:
    _, states, sentence, _ = OUTCOMES[kind]
    examples = [SIX[kind], *([outcome(404)] if kind is OutcomeKind.UNDOCUMENTED else [])]

    assert {each.token_state for each in examples} == set(re.findall(r"`(\w+)`", states)) <= set(get_args(TokenState))
    assert sentence.strip("“”") in examples[-1].advice


def test_the_table_of_outcomes_has_the_exit_codes_of_the_command() -> None:
    assert {kind: int(code) for kind, (*_, code) in OUTCOMES.items()} == {**EXIT_CODES}
    assert f"Wrong use exits with {click.UsageError.exit_code}," in PAGE


def test_only_a_logout_exits_0() -> None:
    assert [kind for kind, code in EXIT_CODES.items() if code == 0] == [OutcomeKind.REVOKED]
    assert len({click.UsageError.exit_code, *EXIT_CODES.values()}) == len(OutcomeKind) + 1


def defined_in(file: str) -> set[str]:
    """The tests that a file defines: functions, and the classes that hypothesis makes of its machines."""
    return set(re.findall(r"(?m)^(?:async )?(?:def )?(test_\w+|Test\w+)(?:\(| = )", (TESTS / file).read_text("utf-8")))


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


def test_each_line_that_is_broken_stands_in_the_kit_once() -> None:
    kit = TESTS.parent / "wemasy_kit"
    found = {each.meaning: (kit / each.file).read_text("utf-8").count(each.old) for each in MUTATIONS}

    assert [meaning for meaning, times in found.items() if times != 1] == []
