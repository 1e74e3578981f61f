"""Panels: what only the form says, beside the token field's words, which stand with the view model's tests."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.cards.test_cards import exchanges
from tests.support.html_page import Page, cells, hostile_texts, text_of, unexpected
from tests.support.sources import NOW, SIX, exchange, outcome
from wemasy_kit.call.advice import clock_time
from wemasy_kit.call.exchange import Exchange, SourceName
from wemasy_kit.call.outcome import OutcomeKind, read
from wemasy_kit.cards.outcome import body, headers
from wemasy_kit.cards.words import explained
from wemasy_kit.contract.document import load
from wemasy_kit.contract.ledger import compare
from wemasy_kit.explorer import panels
from wemasy_kit.explorer.history import Entry
from wemasy_kit.sandbox.rules import IssuedToken


@given(exchanges)
@settings(max_examples=60, deadline=None)
def test_no_answer_puts_an_element_into_the_form(given: Exchange) -> None:
    shown = [
        panels.shadow(load(), read(given))._repr_html_(),
        *panels.parts(given, compare(given)),
        panels.history([Entry(NOW, None, read(given))], NOW),
        panels.changed(tuple((name, value, value) for name, value in given.headers)),
    ]

    assert [unexpected(each) for each in shown] == [[]] * len(shown)


@given(hostile_texts)
@settings(max_examples=30, deadline=None)
def test_no_text_of_a_person_or_of_the_kit_becomes_an_element(text: str) -> None:
    panel = [panels.sample, panels.title, panels.refusal, panels.fault]
    shown = [*(make(text) for make in panel), panels.changed(((text, text, text),))]

    assert [unexpected(each) for each in shown] == [[]] * len(shown)
    assert text in panels.token_label(IssuedToken(1, text, text, alive=True))


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (panels.NOTHING_YET, "No response yet"),
        (panels.SENDING, "Sending"),
        (panels.refusal("there is no cassette"), "Nothing was sent There is no cassette."),
        (panels.fault("ZeroDivisionError"), "ZeroDivisionError in the kit itself"),
        (panels.fault("OSError"), "treat the token as live"),
        (panels.changed(()), "Nothing differs from the answer before"),
        (panels.changed((("Status", "200", "401"),)), "Status 200 401"),
        (panels.history([], NOW), "No calls yet in this kernel."),
        (panels.hint("cassette"), "Replay: plays a recorded response. Nothing is sent"),
        (panels.hint("sandbox"), "Sandbox: a stand-in shop on this machine"),
        (panels.hint("live"), "Live: this really logs the token out"),
        (panels.no_sample("PHP"), "no sample for PHP"),
    ],
)
def test_every_state_and_source_has_words_of_its_own(shown: str, words: str) -> None:
    assert words in text_of(shown.replace("<", " <"))
    assert unexpected(shown) == []


@pytest.mark.parametrize("source", ["cassette", "sandbox", "live"])
def test_only_live_says_that_it_is_for_real(source: SourceName) -> None:
    assert ("really" in panels.hint(source)) == (source == "live")


def test_the_heading_is_that_of_the_page() -> None:
    contract = load()
    shown = text_of(panels.heading(contract))

    for part in (contract.method, contract.path, contract.title, contract.description, "Auth: Bearer token"):
        assert part in shown


def test_the_tabs_have_body_headers_ledger_and_exchange() -> None:
    given = exchange(401, ("Server", "nginx"))
    shown_body, shown_headers, ledger, message = panels.parts(given, compare(given))

    assert body(given) in shown_body
    assert shown_headers == headers(given)
    assert "not as the page says" in text_of(ledger)
    assert "Authorization: Bearer <redacted>" in Page(message).text


def test_the_history_has_the_latest_first_with_time_source_token_and_verdict() -> None:
    recorded = Entry(NOW + 1, None, outcome(401, source="cassette"))
    entries = [Entry(NOW, "aaaaaaaa", SIX[OutcomeKind.REVOKED]), recorded]

    assert cells(panels.history(entries, NOW)) == [
        [clock_time(NOW + 1, now=NOW), "Replay", "none", "⊘ Recorded: Token not accepted (401 Unauthorized)"],
        [clock_time(NOW, now=NOW), "Live", "aaaaaaaa", "✓ Token revoked (200 OK)"],
    ]


@pytest.mark.parametrize(("alive", "word"), [(True, "alive"), (False, "revoked")])
def test_a_token_of_the_sandbox_is_listed_with_its_customer_and_state(alive: bool, word: str) -> None:
    assert panels.token_label(IssuedToken(1, "jane", "aaaaaaaa", alive)) == f"aaaaaaaa of jane: {word}"


@pytest.mark.parametrize("kind", [None, *OutcomeKind])
def test_the_shadow_of_a_form_says_what_it_is_and_has_its_last_answer(kind: OutcomeKind | None) -> None:
    shadow = panels.shadow(load(), SIX[kind] if kind else None)
    words = explained(SIX[kind]).partition(" ")[2] if kind else "Run the cell in JupyterLab to use it."

    for shown in (text_of(shadow._repr_html_()), " ".join(repr(shadow).split())):
        assert all(part in shown for part in ("Log out customer", load().path, words))
    assert "button" not in Page(shadow._repr_html_()).tags
