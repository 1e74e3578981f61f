"""Pictures: a timeline and a chart of outcomes, which say the same in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.support.html_page import Page, hostile_texts, unexpected
from tests.support.sources import SIX, outcome
from wemasy_kit.call.outcome import Outcome, OutcomeKind
from wemasy_kit.cards.card import Card
from wemasy_kit.cards.pictures import show_remaining, show_timeline
from wemasy_kit.cards.words import LOOKS


def left(status: int, count: object, limit: object = 5) -> Outcome:
    return outcome(status, ("X-RateLimit-Limit", str(limit)), ("X-RateLimit-Remaining", str(count)))


REVOKED, REFUSED, LIMITED = left(200, 4), left(401, 3), left(429, 0)
TIMELINE = show_timeline([("phone", REVOKED), ("phone", REFUSED), ("laptop", REVOKED)])
CHART = show_remaining([REFUSED, LIMITED, REVOKED, outcome(401)])
PICTURES: dict[str, tuple[Card, str, str]] = {
    "timeline": (TIMELINE, "Timeline", "1. phone: revoked\n2. phone: unauthenticated\n3. laptop: revoked"),
    "chart": (
        CHART,
        "Requests left after each call",
        "1. unauthenticated: 3 left\n2. rate_limited: 0 left\n3. revoked: 4 left\n"
        "4. unauthenticated: does not say how many are left",
    ),
    "an empty timeline": (show_timeline([]), "Timeline", ""),
    "an empty chart": (show_remaining([]), "Requests left after each call", ""),
    "calls one by one": (show_timeline((name, REVOKED) for name in "ab"), "Timeline", "1. a: revoked\n2. b: revoked"),
    "absurd figures": (
        show_remaining([left(401, "9" * 9), left(401, 0, "9" * 9), left(401, "x")]),
        "Requests left after each call",
        "1. unauthenticated: 999999999 left\n2. unauthenticated: 0 left\n"
        "3. unauthenticated: does not say how many are left",
    ),
}


def dots(page: Page) -> list[tuple[int, int]]:
    return list(zip(map(int, page.values("cx")), map(int, page.values("cy")), strict=True))


@pytest.mark.parametrize("picture", PICTURES)
def test_who_cannot_see_a_picture_hears_it_and_it_is_plain_text_elsewhere(picture: str) -> None:
    card, name, told = PICTURES[picture]
    page = Page(card._repr_html_())

    assert repr(card) == told
    assert page.values("role") == ["img"]
    assert page.values("aria-label") == [f"{name}: {told.replace(chr(10), '; ')}"]


@pytest.mark.parametrize("picture", PICTURES)
def test_all_of_a_picture_lies_within_its_frame_takes_the_pages_colours_and_loads_nothing(picture: str) -> None:
    html = PICTURES[picture][0]._repr_html_()
    page = Page(html)
    width, height = map(int, page.values("viewbox")[0].split()[2:])

    assert all(0 <= int(x) <= width for name in ("x", "x1", "x2", "cx") for x in page.values(name))
    assert all(0 <= int(y) <= height for name in ("y", "y1", "y2", "cy") for y in page.values(name))
    assert set(page.values("fill") + page.values("stroke")) <= {"currentColor"}
    assert unexpected(html, draws=True) == []


@pytest.mark.parametrize("kind", OutcomeKind)
def test_no_call_is_told_by_its_colour_alone(kind: OutcomeKind) -> None:
    look = LOOKS[kind]

    for card in (show_timeline([("phone", SIX[kind])]), show_remaining([SIX[kind]])):
        page = Page(card._repr_html_())
        assert look.mark in page.text
        assert str(kind) in page.text
        assert any(f"wemasy-dot wemasy-{look.tone}" in name for name in page.values("class"))


def test_a_timeline_has_a_row_for_each_device_and_a_mark_for_each_call() -> None:
    page = Page(TIMELINE._repr_html_())

    assert (page.text.count("phone"), page.text.count("laptop")) == (1, 1)
    assert [y for _, y in dots(page)] == [32, 32, 96]
    for part in ("1. revoked", "token revoked", "2. unauthenticated", "token not accepted"):
        assert part in page.text


def test_a_chart_has_a_mark_for_each_call_as_high_as_what_is_left_and_a_legend_of_the_kinds() -> None:
    page = Page(CHART._repr_html_())
    heights = [y for _, y in dots(page)[:4]]
    top, zero = (int(y) for y in page.values("y1")[:2])

    assert heights[:3] == [zero - (zero - top) * count // 5 for count in (3, 0, 4)]
    assert heights[3] > zero  # It does not say how many are left.
    assert len(dots(page)) == 4 + 3
    for part in ("5 left", "0 left", "Call", "unauthenticated", "rate_limited", "revoked"):
        assert page.text.count(part) == 1


@given(hostile_texts)
@settings(max_examples=60, deadline=None)
def test_the_name_of_a_device_is_a_text_and_never_an_element(name: str) -> None:
    shown = show_timeline([(name, REVOKED)])._repr_html_()

    assert unexpected(shown, draws=True) == []
    assert name in Page(shown).text
