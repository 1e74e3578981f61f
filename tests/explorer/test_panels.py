"""Panels and response: what only the form says, beside the token field's words, which stand with the view model's."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from tests.cards.test_cards import exchanges
from tests.support.html_page import Page, hostile_texts, text_of, unexpected
from tests.support.sources import NOW, SIX, exchange, outcome
from wemasy_kit.call.advice import clock_time
from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.outcome import Outcome, OutcomeKind, read
from wemasy_kit.cards.outcome import body, headers
from wemasy_kit.contract.document import load
from wemasy_kit.explorer import panels, response
from wemasy_kit.explorer.history import Entry, History, Step
from wemasy_kit.explorer.shelf import Shelf
from wemasy_kit.explorer.view_model import Now, Problem, State
from wemasy_kit.exports.samples import samples

AT = Now(0.0, NOW)
FORM = frozenset({"fieldset", "input", "label", "legend", "option", "select", "small"})


def strange(html: str) -> list[str]:
    """What has no business in the form, which may have fields beside what a card has."""
    return [
        each for each in unexpected(html) if each not in {*FORM, "checked", "for", "inert", "name", "selected", "value"}
    ]


def shown(what: Outcome, *before: Entry, **more: Any) -> str:
    """The response of a call, with those before it."""
    made = History()
    entry = Entry(NOW, "aaaaaaaa", what, "shop.example", **more)
    for each in (*before, entry):
        made.add(each)
    return response.response(entry, None, made, AT)


@given(exchanges)
@settings(max_examples=60, deadline=None)
def test_no_response_puts_an_element_into_the_form(given: Exchange) -> None:
    made = History()
    made.add(Entry(NOW, None, read(exchange(401)), given.reason))
    made.add(Entry(NOW, None, read(given), given.reason))
    parts = [
        panels.shadow(load(), read(given))._repr_html_(),
        shown(read(given), Entry(NOW, None, read(exchange(401)), "shop.example")),
        response.told(made, AT),
    ]

    assert [strange(each) for each in parts] == [[]] * len(parts)


@given(hostile_texts)
@settings(max_examples=30, deadline=None)
def test_no_text_of_a_person_or_of_the_kit_becomes_an_element(text: str) -> None:
    parts = [
        panels.sample(text),
        panels.address(load(), text),
        panels.fold(text, text, text),
        response.response(None, Problem(text), History(), AT),
        response.response(None, Problem(text, is_the_kits=True), History(), AT),
        response.changed(((text, text, text),)),
    ]

    assert [strange(each) for each in parts] == [[]] * len(parts)
    assert Page(panels.copy_button("Copy", text)).values("data-wemasy-copy") == [text]


def test_the_frame_has_a_place_for_each_part_and_every_sample_and_export() -> None:
    frame = Page(panels.frame(load(), samples()))

    places = ["address", "choices", "field", "tokens", "response", "base", "history"]
    assert frame.values("data-wemasy-part") == places
    assert {each.source for each in samples()} == set(frame.values("data-wemasy-copy"))
    assert frame.values("data-wemasy-do") == ["export"] * 4
    assert all(words in frame.text for words in (load().title, load().description))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, "No response yet"),
        (Problem("there is no cassette"), "Nothing was sent There is no cassette."),
        (Problem("OSError", is_the_kits=True), "OSError in the kit itself Nobody knows whether the request left"),
    ],
)
def test_where_there_is_no_response_it_says_why(found: Problem | None, words: str) -> None:
    assert words in text_of(response.response(None, found, History(), AT).replace("<", " <"))


VERDICTS: dict[str, tuple[Outcome, str]] = {
    "live": (
        outcome(200, elapsed=0.012),
        "200 OK Token revoked Logged out: this token is dead. The customer's other tokens, on other devices, "
        "still work. The server says: Logged out. 08:00:00 · Live · shop.example · aaaaaaaa · 12 ms",
    ),
    "a proof": (replace(SIX[OutcomeKind.REVOKED], proof="proved"), "200 OK Token revoked then 401 ✓ proved"),
    "a proof that failed": (
        replace(SIX[OutcomeKind.REVOKED], proof="not_proved"), "Token revoked then no clear response ? not proved"
    ),
    "a replay": (
        outcome(401, source="cassette"), "401 Unauthorized Recorded: Token not accepted Not accepted: that token"
    ),
    "nothing sent, said once": (SIX[OutcomeKind.NOT_SENT], "Nothing was sent Nothing listens at that address"),
}  # fmt: skip


@pytest.mark.parametrize("which", VERDICTS)
def test_a_verdict_has_status_title_advice_and_when_and_where_it_is_from(which: str) -> None:
    what, words = VERDICTS[which]
    said = text_of(shown(what).replace("<", " <"))

    assert re.sub(r"\d\d:\d\d:\d\d", "08:00:00", words) in re.sub(r"\d\d:\d\d:\d\d", "08:00:00", said)
    assert said.count("Nothing was sent") <= 1
    assert "no complete response came" not in said


def test_an_earlier_response_bears_time_source_and_token_and_a_step_its_place_in_the_story() -> None:
    page = Page(shown(SIX[OutcomeKind.RATE_LIMITED], step=Step(1, 2, "Step 1 of 2 · the phone logs out")))

    assert f"Earlier · {clock_time(NOW, now=NOW)} · Live · aaaaaaaa" in page.text
    assert "Step 1 of 2 · the phone logs out" in page.text
    assert page.values("class").count("wemasy-done") == 1


def test_the_tabs_have_body_headers_ledger_exchange_and_what_changed() -> None:
    given = exchange(401, ("Server", "nginx"))
    part = shown(read(given), Entry(NOW, None, outcome(429), "shop.example"))

    assert body(given) in part
    assert headers(given) in part
    for words in ("Headers 1", "Documented vs observed · ", "not as the page says", "HTTP/1.1 401", "Not logged out"):
        assert words in Page(part).text


@pytest.mark.parametrize("text", [b"", b'{"message":"said"}', b"<html>"])
def test_body_request_and_report_can_be_copied_and_hold_no_token(text: bytes) -> None:
    given = exchange(401, ("Server", "nginx"), body=text)
    copied, curl, report = Page(shown(read(given))).values("data-wemasy-copy")

    assert copied == text.decode()
    assert curl.split(" \\\n  ") == [
        f"curl -i -X POST {given.url}",
        "-H 'Accept: application/json'",
        '-H "Authorization: Bearer $WEMASY_TOKEN"',
    ]
    assert report.splitlines()[0].startswith("Token not accepted" if text != b"<html>" else "Not the documented")
    assert "2027-01-15 08:00:00 UTC · Live · shop.example · token aaaaaaaa" in report
    assert "wemasy-kit " in report
    assert "Authorization: Bearer <redacted>\n" in report


def test_the_history_has_the_latest_first_five_rows_and_the_rest_folded() -> None:
    made = History()
    made.add(Entry(NOW, "aaaaaaaa", replace(SIX[OutcomeKind.REVOKED], proof="proved"), "shop.example"))
    for _ in range(6):
        made.add(Entry(NOW + 1, None, outcome(401, source="cassette"), "401-no-token"))
    part = response.told(made, AT)
    rows = [text_of(row.replace("<", " <")) for row in re.findall(r"<button[^>]*wemasy-call.*?</button>", part)]

    assert Page(part).values("data-wemasy-value") == ["6", "5", "4", "3", "2", "1", "0", ""]
    assert rows[0].endswith("401 Recorded: Token not accepted Replay · 401-no-token no token")
    assert rows[6].endswith("200 401 Token revoked, proved Live · shop.example aaaaaaaa")
    assert re.findall(r"<summary.*?</summary>", part)[1].endswith(">2 earlier</summary>")
    assert "no calls yet in this kernel" in Page(response.told(History(), AT)).text


def test_only_live_says_that_it_is_for_real() -> None:
    hints = {source: panels.field(State(source), Shelf(), AT)["hint"] for source in Shelf().sources}

    assert [source for source, hint in hints.items() if "really" in hint] == ["live"]
