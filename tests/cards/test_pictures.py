"""Pictures: a timeline and bars of outcomes, which are tables and so say the same in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.support.html_page import Page, cells, hostile_texts, text_of, unexpected
from tests.support.sources import SIX, outcome
from wemasy_kit.call.outcome import Outcome, OutcomeKind
from wemasy_kit.cards.card import Card
from wemasy_kit.cards.pictures import show_remaining, show_timeline
from wemasy_kit.cards.words import LOOKS


def left(status: int, count: object, limit: object = 5, **more: str) -> Outcome:
    limits = (("X-RateLimit-Limit", str(limit)), ("X-RateLimit-Remaining", str(count)))
    return outcome(status, *limits, **more)


REVOKED, REFUSED, LIMITED = left(200, 4), left(401, 3), left(429, 0)
TIMELINE = show_timeline([("phone", REVOKED), ("phone", REFUSED), ("laptop", REVOKED)])
CHART = show_remaining([REFUSED, LIMITED, REVOKED, outcome(401)])
PICTURES: dict[str, tuple[Card, str]] = {
    "timeline": (
        TIMELINE,
        "1. phone: Token revoked (200 OK)\n2. phone: Token not accepted (401 Unauthorized)\n"
        "3. laptop: Token revoked (200 OK)",
    ),
    "chart": (
        CHART,
        "1. Token not accepted (401 Unauthorized): 3 of 5 left\n"
        "2. Not logged out (429 Too Many Requests): 0 of 5 left\n"
        "3. Token revoked (200 OK): 4 of 5 left\n"
        "4. Token not accepted (401 Unauthorized): the response does not say",
    ),
    "an empty timeline": (show_timeline([]), ""),
    "an empty chart": (show_remaining([]), ""),
    "calls one by one": (
        show_timeline((name, REVOKED) for name in "ab"),
        "1. a: Token revoked (200 OK)\n2. b: Token revoked (200 OK)",
    ),
    "a recording": (
        show_timeline([("phone", left(200, 4, source="cassette"))]),
        "1. phone: Recorded: Token revoked (200 OK)",
    ),
    "absurd figures": (
        show_remaining([left(401, "9" * 9), left(401, 0, "9" * 9), left(401, 3, "x")]),
        "1. Token not accepted (401 Unauthorized): 999999999 of 5 left\n"
        "2. Token not accepted (401 Unauthorized): 0 of 999999999 left\n"
        "3. Token not accepted (401 Unauthorized): 3 left",
    ),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_every_word_of_a_pictures_plain_text_stands_in_the_picture_and_nothing_is_loaded(picture: str) -> None:
    card, told = PICTURES[picture]
    html = card._repr_html_()
    shown = text_of(html.partition("</style>")[2].replace("<", " <"))

    assert repr(card) == told
    assert {word.strip(".:()") for word in told.split()} <= {word.strip(":") for word in shown.split()}
    assert unexpected(html) == []


@pytest.mark.parametrize("kind", OutcomeKind)
def test_no_call_is_told_by_its_colour_alone(kind: OutcomeKind) -> None:
    look = LOOKS[kind]

    for card in (show_timeline([("phone", SIX[kind])]), show_remaining([SIX[kind]])):
        page = Page(card._repr_html_())
        assert look.mark in page.text
        assert look.verdict in page.text
        assert any(f"wemasy-chip wemasy-{look.tone}" in name for name in page.values("class"))


def test_a_timeline_has_a_column_for_each_device_and_a_row_for_each_call() -> None:
    html = TIMELINE._repr_html_()

    assert "Callphonelaptop" in Page(html).text
    assert cells(html) == [
        ["1", "✓ 200 OK · Token revoked", ""],
        ["2", "⊘ 401 Unauthorized · Token not accepted", ""],
        ["3", "", "✓ 200 OK · Token revoked"],
    ]


def test_a_chart_has_a_bar_for_each_call_as_long_as_what_is_left_of_the_limit() -> None:
    html = CHART._repr_html_()

    assert Page(html).values("style") == ["width:60.0%", "width:0.0%", "width:80.0%", "width:0.0%"]
    assert [cell for _, cell, _ in cells(html)] == [
        "3 of 5 left", "0 of 5 left", "4 of 5 left", "the response does not say",
    ]  # fmt: skip


@given(hostile_texts)
@settings(max_examples=60, deadline=None)
def test_the_name_of_a_device_is_a_text_and_never_an_element(name: str) -> None:
    shown = show_timeline([(name, REVOKED)])._repr_html_()

    assert unexpected(shown) == []
    assert name in Page(shown).text
