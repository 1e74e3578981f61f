"""Pictures: a timeline and a chart of outcomes, which say the same in words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from tests.support.html_page import Page, hostile_texts, unexpected
from wemasy_kit.call.exchange import Exchange, NoResponse
from wemasy_kit.call.outcome import Outcome, read
from wemasy_kit.cards.pictures import show_remaining, show_timeline
from wemasy_kit.cards.words import LOOKS

LOGGED_OUT = b'{"error":false,"message":"Logged out.","data":[]}'


def outcome(status: int, left: int | None = None, *, body: bytes = b"{}") -> Outcome:
    headers = () if left is None else (("X-RateLimit-Limit", "5"), ("X-RateLimit-Remaining", str(left)))
    return read(Exchange("POST", "https://shop.example", (), status, "", headers, body, "sandbox"))


REVOKED = outcome(200, 4, body=LOGGED_OUT)
REFUSED = outcome(401, 3)
LIMITED = outcome(429, 0)
SIX = [
    REVOKED,
    REFUSED,
    LIMITED,
    outcome(500),
    *(read(NoResponse(sent, "broken", "live")) for sent in (True, False)),
]

# --- The timeline


def drawn(*calls: tuple[str, Outcome]) -> Page:
    return Page(show_timeline(calls)._repr_html_())


def test_a_timeline_has_a_row_for_each_device_and_a_mark_for_each_call() -> None:
    page = drawn(("phone", REVOKED), ("phone", REFUSED), ("laptop", REVOKED))

    assert page.text.count("phone") == 1
    assert page.text.count("laptop") == 1
    assert sum("wemasy-dot" in name for name in page.values("class")) == 3


def test_each_call_has_its_number_its_outcome_and_what_became_of_the_token() -> None:
    text = drawn(("phone", REVOKED), ("phone", REFUSED)).text

    for part in ("1. revoked", "token revoked", "2. unauthenticated", "token not accepted"):
        assert part in text


@pytest.mark.parametrize("came", SIX)
def test_no_call_is_told_by_its_colour_alone(came: Outcome) -> None:
    text = drawn(("phone", came)).text

    assert LOOKS[came.kind].mark in text
    assert str(came.kind) in text


def test_who_cannot_see_the_picture_hears_it() -> None:
    page = drawn(("phone", REVOKED), ("laptop", REFUSED))

    assert page.values("role") == ["img"]
    assert page.values("aria-label") == ["Timeline: 1. phone: revoked; 2. laptop: unauthenticated"]


def test_a_timeline_is_plain_text_elsewhere() -> None:
    assert (
        repr(show_timeline([("phone", REVOKED), ("laptop", REFUSED)]))
        == "1. phone: revoked\n2. laptop: unauthenticated"
    )


def test_calls_may_come_one_by_one() -> None:
    assert repr(show_timeline((name, REVOKED) for name in ("a", "b"))) == "1. a: revoked\n2. b: revoked"


def test_all_of_it_lies_within_its_frame() -> None:
    page = drawn(*[("phone", REVOKED)] * 5, ("laptop", REVOKED))
    width, height = map(int, page.values("viewbox")[0].split()[2:])

    assert all(0 <= int(x) <= width for name in ("x", "x1", "x2", "cx") for x in page.values(name))
    assert all(0 <= int(y) <= height for name in ("y", "y1", "y2", "cy") for y in page.values(name))


def test_no_calls_make_an_empty_picture() -> None:
    assert unexpected(show_timeline([])._repr_html_(), draws=True) == []
    assert repr(show_timeline([])) == ""


@given(hostile_texts)
@settings(max_examples=60, deadline=None)
def test_the_name_of_a_device_is_a_text_and_never_an_element(name: str) -> None:
    shown = show_timeline([(name, REVOKED)])._repr_html_()

    assert unexpected(shown, draws=True) == []
    assert name in Page(shown).text


# --- The chart

VEGA = "application/vnd.vegalite.v5+json"


def test_the_chart_has_a_point_for_each_call() -> None:
    bundle = show_remaining([REFUSED, LIMITED, REVOKED])._repr_mimebundle_()

    assert bundle[VEGA]["data"]["values"] == [
        {"call": 1, "left": 3, "answer": "unauthenticated"},
        {"call": 2, "left": 0, "answer": "rate_limited"},
        {"call": 3, "left": 4, "answer": "revoked"},
    ]


def test_the_chart_has_its_figures_as_plain_text() -> None:
    assert show_remaining([REFUSED, LIMITED])._repr_mimebundle_()["text/plain"] == (
        "1. unauthenticated: 3 left\n2. rate_limited: 0 left"
    )


def test_an_answer_that_does_not_tell_is_not_given_a_figure() -> None:
    bundle = show_remaining([outcome(401)])._repr_mimebundle_()

    assert bundle[VEGA]["data"]["values"] == [{"call": 1, "left": None, "answer": "unauthenticated"}]
    assert bundle["text/plain"] == "1. unauthenticated: does not say how many are left"


def test_no_answer_is_told_by_its_colour_alone() -> None:
    layers = show_remaining([REFUSED])._repr_mimebundle_()[VEGA]["layer"]
    point = next(layer["encoding"] for layer in layers if "color" in layer.get("encoding", {}))

    assert point["shape"]["field"] == point["color"]["field"] == "answer"


def test_the_chart_is_json_and_loads_nothing() -> None:
    specification = show_remaining([REFUSED, LIMITED])._repr_mimebundle_(include=None, exclude=None)[VEGA]

    assert specification["$schema"] == "https://vega.github.io/schema/vega-lite/v5.json"
    assert json.loads(json.dumps(specification)) == specification
    assert "http" not in json.dumps({key: value for key, value in specification.items() if key != "$schema"})
    assert set(specification["data"]) == {"values"}


def test_the_chart_says_what_it_shows() -> None:
    assert show_remaining([])._repr_mimebundle_()[VEGA]["description"] == "Requests left in the window after each call"
