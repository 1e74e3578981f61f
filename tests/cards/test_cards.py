"""Cards: what a person reads of an outcome. Words and marks, never colour alone, and no text of a server's as HTML."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.html_page import HOSTILE, Page, cells, hostile_texts, text_of, unexpected
from tests.support.sources import NOW, SIX, exchange, outcome
from wemasy_kit.call.exchange import Exchange, SourceName
from wemasy_kit.call.logout import logout
from wemasy_kit.call.outcome import Outcome, OutcomeKind, displayable, read
from wemasy_kit.call.request import Headers
from wemasy_kit.cards import card
from wemasy_kit.cards import outcome as cards
from wemasy_kit.cards.documented import show_documented
from wemasy_kit.cards.words import LOOKS, announcement, explained, plain
from wemasy_kit.contract.document import load
from wemasy_kit.explorer.panels import shadow
from wemasy_kit.sources.cassette import cassette, cassette_names
from wemasy_kit.sources.live import live
from wemasy_kit.sources.sandbox import Sandbox

LIMITS: Headers = (("X-RateLimit-Limit", "60"), ("X-RateLimit-Remaining", "57"))


def shown(what: Outcome) -> str:
    """The whole card as a person sees it."""
    return text_of(cards.show_outcome(what)._repr_html_())


# --- The verdict


def test_after_a_proof_which_was_a_request_too_the_figures_are_of_an_earlier_moment() -> None:
    came = replace(outcome(200, *LIMITS), proof="proved")

    assert "Requests left at that moment: 57 of 60" in plain(came)


@pytest.mark.parametrize("kind", OutcomeKind)
def test_each_of_the_six_kinds_has_a_mark_words_and_advice_wherever_it_is_told(kind: OutcomeKind) -> None:
    came, look = SIX[kind], LOOKS[kind]
    assert len(look.mark.strip()) == 1

    for told in (text_of(cards.verdict(came)), plain(came), announcement(came)):
        assert told.count(look.verdict) == 1
        assert explained(came).partition(" ")[2] in told
        assert "<" not in told
    assert look.mark in text_of(cards.verdict(came))
    assert plain(came).startswith(f"{look.mark} {look.verdict}")
    assert repr(cards.show_outcome(came)) == plain(came)


def test_no_two_kinds_have_the_same_words_or_mark_and_only_a_revoked_token_looks_good() -> None:
    assert len({look.verdict for look in LOOKS.values()}) == len({look.mark for look in LOOKS.values()}) == len(SIX)
    assert [kind for kind, look in LOOKS.items() if look.mark == "✓" or look.tone == "good"] == [OutcomeKind.REVOKED]


def test_a_mark_is_not_read_out_since_the_words_say_it() -> None:
    marks = re.findall(r"<span ([^>]*)>✓</span>", cards.verdict(SIX[OutcomeKind.REVOKED]))

    assert ['aria-hidden="true"' in attributes for attributes in marks] == [True]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (SIX[OutcomeKind.UNAUTHENTICATED], "401 Unauthorized · Token not accepted"),
        (outcome(299, reason="Fine so far"), "≠ 299 Fine so far · "),
        (outcome(401), "The server says: said"),
        (SIX[OutcomeKind.REVOKED], "Live · 12 ms"),
        (outcome(401, source="sandbox"), "sandbox on this machine, not from Wemasy"),
    ],
)
def test_beside_the_verdict_stand_status_time_source_and_the_servers_own_words(what: Outcome, words: str) -> None:
    assert words in text_of(cards.verdict(what))


def test_where_the_server_says_nothing_nothing_is_quoted() -> None:
    assert "The server says: “said”" in plain(outcome(401))
    for told in (text_of(cards.verdict(outcome(401, body=b""))), plain(outcome(401, body=b""))):
        assert "The server says" not in told


# --- Where it comes from


@pytest.mark.parametrize("name", cassette_names())
def test_a_replay_says_that_it_is_recorded_and_from_where_in_every_view(name: str) -> None:
    came = asyncio.run(logout(None, send=cassette(name)))

    for told in (shown(came), text_of(shadow(load(), came)._repr_html_()), text_of(plain(came))):
        assert "Recorded: " in told
        assert "Replay: recorded on " in told
        assert "from the kit's sandbox, never seen on the live API." in told
    assert announcement(came).startswith("Recorded: ")


def test_a_replay_speaks_of_another_time() -> None:
    limits = (("X-RateLimit-Limit", "60"), ("X-RateLimit-Remaining", "59"))
    came = outcome(200, *limits, source="cassette")

    for told in (shown(came), plain(came)):
        assert "Logged out: that token is dead." in told
        assert "Requests left at that moment: 59 of 60" in told
        assert not re.search("this (token|minute|window)", told)


@pytest.mark.parametrize("kind", OutcomeKind)
def test_nothing_but_a_replay_is_called_recorded(kind: OutcomeKind) -> None:
    assert "ecorded" not in text_of(cards.verdict(SIX[kind]))


def test_live_pointed_at_the_sandbox_says_so() -> None:
    async def story() -> Outcome:
        async with Sandbox() as shop:
            return await logout(None, send=live(base_url=shop.base_url))

    words = "Live over the network, but the response is from the kit's own sandbox, not from Wemasy."
    assert words in text_of(cards.verdict(asyncio.run(story())))


# --- Whatever a server says is text

names = st.sampled_from(["Server", "Content-Type", "Location", "X-RateLimit-Limit", "Retry-After", "x-any"])
bodies = st.one_of(
    hostile_texts.map(str.encode),
    st.binary(max_size=40),
    st.fixed_dictionaries({"message": hostile_texts, "data": st.lists(hostile_texts, max_size=2)}).map(
        lambda value: json.dumps(value, ensure_ascii=False).encode()
    ),
)
exchanges = st.builds(
    lambda status, headers, body, reason, source: exchange(
        status, *headers, body=body, reason=reason, source=source, received_at=NOW
    ),
    st.sampled_from([200, 201, 299, 302, 401, 404, 429, 500, 999]),
    st.lists(st.tuples(names, hostile_texts), max_size=4),
    bodies,
    hostile_texts,
    st.sampled_from(["live", "sandbox", "cassette"]),
)


@given(exchanges)
@settings(max_examples=60, deadline=None)
def test_no_answer_puts_an_element_into_a_card_and_each_has_a_plain_text(given: Exchange) -> None:
    came = read(given)

    assert unexpected(cards.show_outcome(came)._repr_html_()) == []
    assert plain(came).splitlines()[0].startswith(LOOKS[came.kind].mark)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_text_is_shown_as_the_text_that_it_is(hostile: str) -> None:
    said = json.dumps({"message": hostile}).encode()
    came = outcome(299, ("Server", hostile), ("X-Any", hostile), body=said, reason=hostile)
    told = Page(cards.show_outcome(came)._repr_html_()).text

    assert told.count(hostile) >= 2
    assert (displayable(hostile) or "") in told


def test_the_servers_words_are_one_line_without_marks_that_turn_it_round() -> None:
    came = outcome(401, body=json.dumps({"message": "a\n\N{RIGHT-TO-LEFT OVERRIDE}b\x1b[2J"}).encode())

    assert came.message == "a b [2J"


# --- The gauge


@pytest.mark.parametrize(
    ("limit", "left", "width"), [(60, 57, "95.0"), (60, 0, "0.0"), (60, 60, "100.0"), (5, 999999999, "100.0")]
)
def test_the_gauge_shows_what_is_left_in_figures_and_as_a_length_inside_its_frame(
    limit: int, left: int, width: str
) -> None:
    rates = outcome(401, ("X-RateLimit-Limit", str(limit)), ("X-RateLimit-Remaining", str(left)))
    gauge = Page(cards.gauge(rates) or "")

    assert f"{left} of {limit}" in gauge.text
    assert f"Requests left in this window: {left} of {limit}" in plain(rates)
    assert gauge.values("style") == [f"width:{width}%"]
    assert gauge.values("role") == ["meter"]
    assert gauge.values("aria-valuetext") == [f"{left} of {limit}"]
    assert gauge.values("aria-label") == ["Requests left in this window"]
    assert int(gauge.values("aria-valuenow")[0]) <= int(gauge.values("aria-valuemax")[0])


@pytest.mark.parametrize(
    ("status", "source", "told", "label"),
    [
        (200, "sandbox", {}, "this minute"),
        (200, "live", {}, "in this window"),
        (429, "live", {}, "in this window"),
        (429, "live", {"Retry-After": "60"}, "this minute"),
        (429, "live", {"Retry-After": "3600"}, "in this window"),
        (429, "cassette", {"Retry-After": "60"}, "at that moment"),
    ],
)
def test_a_minute_is_spoken_of_only_where_it_is_known_to_be_one(
    status: int, source: SourceName, told: dict[str, str], label: str
) -> None:
    came = outcome(status, *LIMITS, *told.items(), source=source)

    for shown_left in (plain(came), Page(cards.gauge(came) or "").text):
        assert f"Requests left {label}" in shown_left


@pytest.mark.parametrize(("limit", "left"), [("", "57"), ("60", ""), ("0", "0"), ("-1", "5"), ("60", "many")])
def test_without_both_figures_there_is_no_gauge(limit: str, left: str) -> None:
    rates = outcome(401, ("X-RateLimit-Limit", limit), ("X-RateLimit-Remaining", left))

    assert cards.gauge(rates) is None
    assert unexpected(cards.show_outcome(rates)._repr_html_()) == []
    assert limit == "0" or "Requests left" not in plain(rates)


# --- The body


def test_json_is_indented_and_complete() -> None:
    value = {"error": False, "message": "Grüße", "data": ["a", 1.5, None, {"deep": [True]}]}

    body = Page(cards.body(exchange(body=json.dumps(value).encode()))).text

    assert json.loads(body) == value
    assert '\n    "message": "Grüße",' in body


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (b"<h1>Bad</h1>", (("Content-Type", "text/html; charset=utf-8"),), "(text/html; charset=utf-8):<h1>Bad</h1>"),
        (b"plain", (), "Not JSON that can be relied on (no type):plain"),
        (b'{"error":false,"error":true}', (), '(no type):{"error":false,"error":true}'),
        (b"", (), "The body is empty."),
    ],
    ids=["of another type", "of no type", "read differently by two readers", "empty"],
)
def test_what_is_not_json_is_shown_raw_with_its_type(body: bytes, headers: Headers, words: str) -> None:
    assert words in text_of(cards.body(exchange(502, *headers, body=body)))


@pytest.mark.parametrize(
    ("body", "more", "words"),
    [
        (b"x" * 4096, {}, "Not JSON that can be relied on (no type):xxx"),
        (b"x" * 5000, {}, "The first 4096 of 5000 characters:"),
        (b"x" * 65536, {"over_cap": True}, "The first 4096 of more than 65536 characters:"),
        (b"[0" + b",0" * 32_000 + b"]", {}, "The first 4096 of "),
        (b"[" * 31 + b"0" + b",0" * 32_000 + b"]" * 31, {}, "The first 4096 of "),
    ],
    ids=["short enough", "long", "over the cap", "long JSON", "deep JSON"],
)
def test_a_huge_body_is_cut_and_says_so(body: bytes, more: dict[str, Any], words: str) -> None:
    huge = exchange(body=body, **more)

    assert words in text_of(cards.body(huge))
    assert len(cards.body(huge)) < 1_000_000
    assert len(cards.http_message(huge)) < 8_000


# --- The headers


def test_all_headers_are_there_the_documented_ones_first_with_the_pages_words() -> None:
    given = exchange(429, ("Date", "today"), ("retry-after", "60"), ("Set-Cookie", "a"), ("Set-Cookie", "b"), *LIMITS)

    assert cells(cards.headers(given)) == [
        ["Retry-After", "60", "Seconds until the rate limit resets"],
        ["X-RateLimit-Limit", "60", "Maximum number of requests allowed per minute"],
        ["X-RateLimit-Remaining", "57", "Number of requests remaining in the current window"],
        ["Date", "today", "not on the page"],
        ["Set-Cookie", "a", "not on the page"],
        ["Set-Cookie", "b", "not on the page"],
    ]


def test_a_status_that_is_not_on_the_page_documents_no_header() -> None:
    assert [says for *_, says in cells(cards.headers(exchange(500, *LIMITS)))] == ["not on the page"] * 2
    assert cells(cards.headers(exchange())) == []


# --- The exchange, and the whole card


@pytest.mark.parametrize(("reason", "line"), [("Unauthorized", "HTTP/1.1 401 Unauthorized"), ("", "HTTP/1.1 401")])
def test_the_exchange_is_shown_as_http_with_the_token_masked(reason: str, line: str) -> None:
    assert cards.http_message(exchange(401, ("Server", "nginx"), reason=reason)).splitlines() == [
        "POST /api/services/webshop/v1/customer/auth/logout HTTP/1.1",
        "Accept: application/json",
        "Authorization: Bearer <redacted>",
        "",
        line,
        "Server: nginx",
        "",
        '{"message":"said"}',
    ]


@pytest.mark.parametrize("kind", OutcomeKind)
def test_a_card_has_the_verdict_and_where_something_came_its_body_headers_and_exchange(kind: OutcomeKind) -> None:
    told = shown(SIX[kind])

    assert explained(SIX[kind]) in told
    for part in ("Body", "Headers", "Authorization: Bearer <redacted>"):
        assert (part in told) == (SIX[kind].exchange is not None)
    assert "button" not in Page(cards.show_outcome(SIX[kind])._repr_html_()).tags  # Only a form has a script for it.


@pytest.mark.parametrize("status", [200, 401, 429])
def test_a_documented_response_has_every_header_field_and_example_of_the_page(status: int) -> None:
    wanted = load().response(status)
    assert wanted is not None
    made = show_documented(status)

    for told in (text_of(made._repr_html_()), " ".join(repr(made).split())):
        assert f"{status} {wanted.description}" in told
        for header in wanted.headers:
            assert all(part in told for part in (header.name, header.description, str(header.example)))
        for field in wanted.fields:
            assert all(part in told for part in (field.name, field.type))
        assert ("Response Example" in told) == ('"message": "Logged out."' in told) == (wanted.example is not None)


def test_without_a_status_the_page_tells_of_the_request_in_its_own_order() -> None:
    page = load()
    parts = [page.method, page.path, page.title, page.description, "Base URL", page.base_url, "Authentication"]
    parts += [" ".join(part.split()) for sample in page.samples.items() for part in sample]
    for told in (text_of(show_documented()._repr_html_()), " ".join(repr(show_documented()).split())):
        assert [part for part in parts if part not in told] == []
        places = [told.index(part) for part in parts[3:]]
        assert places == sorted(places)


def test_a_status_that_the_page_has_not_is_refused_with_those_it_has() -> None:
    with pytest.raises(LookupError, match="the page documents no 418; it has 200, 401, 429"):
        show_documented(418)


# --- What cards are made of


def test_the_style_sheet_loads_nothing_cannot_end_early_and_each_of_its_colours_is_one_for_light_and_one_for_dark() -> (
    None
):
    sheet = card.style()
    cards_own = card.note("", "", "")._repr_html_().partition("</style>")[0]

    assert sheet.count("<") == 2
    assert not re.search(r"url\(|@import|expression\(|https?:", sheet)
    assert cards_own in sheet
    assert len(cards_own) < len(sheet) * 2 / 3
    colours = re.compile(r"light-dark\(#[0-9a-f]{3,6}, #[0-9a-f]{3,6}\)")
    assert len(colours.findall(cards_own)) > 10
    assert re.findall(r"#[0-9a-f]{3,6}\b", colours.sub("", cards_own)) == []


@given(hostile_texts)
@settings(max_examples=30, deadline=None)
def test_no_text_of_a_note_becomes_an_element(text: str) -> None:
    assert unexpected(card.note(text, text, text)._repr_html_()) == []


def test_a_table_has_a_head_that_says_what_its_columns_are() -> None:
    page = Page(card.table(("A", "B"), [("1", "2")]))

    assert page.values("scope") == ["col", "col"]
    assert page.values("tabindex") == ["0"]
