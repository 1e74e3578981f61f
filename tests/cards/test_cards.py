"""Cards: what a person reads of an outcome. Words and marks, never colour alone, and no text of a server's as HTML."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.html_page import HOSTILE, Page, hostile_texts, unexpected
from wemasy_kit.call.exchange import Exchange, Headers, NoResponse, SourceName
from wemasy_kit.call.logout import logout
from wemasy_kit.call.outcome import Outcome, OutcomeKind, displayable, read
from wemasy_kit.cards import card, documented, words
from wemasy_kit.cards import outcome as outcome_card
from wemasy_kit.contract.document import load
from wemasy_kit.contract.ledger import compare
from wemasy_kit.explorer import panels
from wemasy_kit.explorer.history import Entry
from wemasy_kit.sandbox.rules import IssuedToken
from wemasy_kit.sources.cassette import cassette, cassette_names
from wemasy_kit.sources.live import live
from wemasy_kit.sources.sandbox import Sandbox

NOW = 1_800_000_000.0
LOGGED_OUT = b'{"error":false,"message":"Logged out.","data":[]}'
URL = "https://shop.example/api/services/webshop/v1/customer/auth/logout"
LIMITS: Headers = (("X-RateLimit-Limit", "60"), ("X-RateLimit-Remaining", "57"))


def exchange(
    status: int = 401, *headers: tuple[str, str], body: bytes = b'{"message":"said"}', source: SourceName = "live",
    **more: Any,
) -> Exchange:  # fmt: skip
    sent = (("Accept", "application/json"), ("Authorization", "Bearer <redacted>"))
    return Exchange("POST", URL, sent, status, more.pop("reason", ""), headers, body, source, **more)


def outcome(*given: Any, **more: Any) -> Outcome:
    return read(exchange(*given, **more))


def lost(*, sent: bool, source: SourceName = "live") -> Outcome:
    return read(NoResponse(sent, "timeout" if sent else "refused", source))


SIX = {
    OutcomeKind.REVOKED: outcome(200, body=LOGGED_OUT, elapsed=0.012),
    OutcomeKind.UNAUTHENTICATED: outcome(401, *LIMITS),
    OutcomeKind.RATE_LIMITED: outcome(429, ("Retry-After", "60"), received_at=NOW),
    OutcomeKind.UNDOCUMENTED: outcome(500, body=b"<h1>Oops</h1>"),
    OutcomeKind.NOT_SENT: lost(sent=False),
    OutcomeKind.UNKNOWN: lost(sent=True),
}


def html(card: card.Card) -> str:
    return card._repr_html_()


def text_of(markup: str) -> str:
    """The text as a person sees it, white space as a browser has it."""
    return " ".join(Page(markup).text.split())


# --- The verdict


def test_every_kind_has_a_look() -> None:
    assert set(SIX) == set(OutcomeKind)


@pytest.mark.parametrize("kind", OutcomeKind)
def test_each_of_the_six_kinds_has_a_mark_words_and_advice(kind: OutcomeKind) -> None:
    came = SIX[kind]
    shown = text_of(outcome_card.verdict(came))
    look = words.LOOKS[came.kind]

    assert look.mark in shown
    assert look.verdict in shown
    assert came.advice in shown
    assert len(look.mark) == 1
    assert not look.mark.isspace()


@pytest.mark.parametrize("kind", OutcomeKind)
def test_plain_text_says_the_same_without_any_colour(kind: OutcomeKind) -> None:
    came = SIX[kind]
    shown = words.plain(came)

    assert shown.startswith(f"{words.LOOKS[came.kind].mark} {words.LOOKS[came.kind].verdict}")
    assert came.advice in shown


def test_no_two_kinds_have_the_same_words() -> None:
    assert len({words.LOOKS[came.kind].verdict for came in SIX.values()}) == len(SIX)


def test_only_a_revoked_token_has_the_tick_and_the_good_tone() -> None:
    good = [
        kind
        for kind, came in SIX.items()
        if words.LOOKS[came.kind].mark == "✓" or words.LOOKS[came.kind].tone == "good"
    ]

    assert good == [OutcomeKind.REVOKED]


def test_a_mark_is_not_read_out_since_the_words_say_it() -> None:
    assert '<span aria-hidden="true"' in re.sub(
        r'(class="[^"]*") (aria-hidden="true")', r"\2 \1", outcome_card.verdict(SIX[OutcomeKind.REVOKED])
    )


@pytest.mark.parametrize("kind", OutcomeKind)
def test_a_screen_reader_hears_the_verdict_and_what_to_do_as_one_plain_text(kind: OutcomeKind) -> None:
    said = words.announcement(SIX[kind])

    assert words.LOOKS[SIX[kind].kind].verdict in said
    assert said.endswith(SIX[kind].advice)
    assert "<" not in said


def test_the_status_stands_beside_the_verdict() -> None:
    assert "Token not accepted (401 Unauthorized)" in text_of(outcome_card.verdict(SIX[OutcomeKind.UNAUTHENTICATED]))


def test_a_status_that_no_standard_knows_has_the_servers_own_phrase() -> None:
    assert "(299 Fine so far)" in text_of(outcome_card.verdict(outcome(299, reason="Fine so far")))


def test_the_servers_words_are_marked_as_its_own() -> None:
    assert "The server says: said" in text_of(outcome_card.verdict(outcome(401)))
    assert "The server says: “said”" in words.plain(outcome(401))


def test_where_the_server_says_nothing_nothing_is_quoted() -> None:
    assert "The server says" not in text_of(outcome_card.verdict(outcome(401, body=b"")))
    assert "The server says" not in words.plain(outcome(401, body=b""))


def test_the_time_that_it_took_stands_beside_the_source() -> None:
    assert "Live · 12 ms" in text_of(outcome_card.verdict(SIX[OutcomeKind.REVOKED]))


# --- Where it comes from


@pytest.mark.parametrize("name", cassette_names())
def test_a_replay_says_that_it_is_recorded_and_from_where_in_every_view(name: str) -> None:
    came = asyncio.run(logout(None, send=cassette(name)))

    for shown in (html(outcome_card.show_outcome(came)), html(panels.shadow(load(), came)), words.plain(came)):
        assert "Recorded: " in shown
        assert "Replay: recorded on " in text_of(shown)
        assert "from the kit's sandbox, never seen on the live API." in text_of(shown)
    assert words.announcement(came).startswith("Recorded: ")


@pytest.mark.parametrize("kind", OutcomeKind)
def test_nothing_but_a_replay_is_called_recorded(kind: OutcomeKind) -> None:
    assert "ecorded" not in text_of(outcome_card.verdict(SIX[kind]))


def test_live_pointed_at_the_sandbox_says_so() -> None:
    async def story() -> Outcome:
        async with Sandbox() as shop:
            return await logout(None, send=live(base_url=shop.base_url))

    came = asyncio.run(story())

    assert "Live over the network, but what answered is the kit's own sandbox, not Wemasy." in text_of(
        outcome_card.verdict(came)
    )


def test_the_sandbox_says_that_it_is_not_wemasy() -> None:
    assert "sandbox on this machine, not from Wemasy" in text_of(outcome_card.verdict(outcome(401, source="sandbox")))


# --- Whatever a server says is text

header_names = st.sampled_from(["Server", "Content-Type", "Location", "X-RateLimit-Limit", "Retry-After", "x-any"])
statuses = st.sampled_from([200, 201, 299, 302, 401, 404, 429, 500, 999])
bodies = st.one_of(
    hostile_texts.map(str.encode),
    st.binary(max_size=40),
    st.builds(
        lambda key, message, data: json.dumps({key: data, "message": message}, ensure_ascii=False).encode(),
        hostile_texts, hostile_texts, hostile_texts | st.lists(hostile_texts, max_size=2),
    ),
)  # fmt: skip
exchanges = st.builds(
    lambda status, headers, body, reason, source: exchange(
        status, *headers, body=body, reason=reason, source=source, received_at=NOW
    ),
    statuses,
    st.lists(st.tuples(header_names, hostile_texts), max_size=4),
    bodies,
    hostile_texts,
    st.sampled_from(["live", "sandbox", "cassette"]),
)


def everything(given: Exchange) -> list[str]:
    """All the HTML that there is about one answer."""
    came, before = read(given), outcome(401)
    return [
        html(outcome_card.show_outcome(came)),
        html(panels.shadow(load(), came)),
        outcome_card.verdict(came),
        outcome_card.gauge(came) or "",
        *panels.parts(given, compare(given)),
        panels.history([Entry(NOW, None, came)], NOW),
        panels.changed(tuple((name, value, value) for name, value in given.headers)),
        panels.history([Entry(NOW, None, before)], NOW),
    ]


@given(exchanges)
@settings(max_examples=60, deadline=None)
def test_no_answer_puts_an_element_into_a_card(given: Exchange) -> None:
    for shown in everything(given):
        assert unexpected(shown) == []


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_text_is_shown_as_the_text_that_it_is(hostile: str) -> None:
    given = exchange(
        299, ("Server", hostile), ("X-Any", hostile), body=json.dumps({"message": hostile}).encode(), reason=hostile
    )
    shown = Page(html(outcome_card.show_outcome(read(given)))).text

    assert shown.count(hostile) >= 2
    assert (displayable(hostile) or "") in shown


@given(hostile_texts)
@settings(max_examples=30, deadline=None)
def test_no_text_of_a_person_or_of_the_kit_becomes_an_element(text: str) -> None:
    issued = IssuedToken(1, text, text, alive=True)
    shown = [
        panels.sample(text),
        panels.title(text),
        panels.refusal(text),
        panels.fault(text),
        panels.changed(((text, text, text),)),
        html(card.note(text, text, text)),
    ]

    assert [unexpected(each) for each in shown] == [[]] * len(shown)
    assert text in panels.token_label(issued)


def test_the_servers_words_are_one_line_without_marks_that_turn_it_round() -> None:
    came = outcome(401, body=json.dumps({"message": "a\n\N{RIGHT-TO-LEFT OVERRIDE}b\x1b[2J"}).encode())

    assert came.message == "a b [2J"


@given(exchanges)
@settings(max_examples=60, deadline=None)
def test_there_is_a_plain_text_for_every_answer(given: Exchange) -> None:
    assert words.plain(read(given)).splitlines()[0].startswith(words.LOOKS[read(given).kind].mark)


# --- The gauge


def rates(limit: object, remaining: object) -> Outcome:
    return outcome(401, ("X-RateLimit-Limit", str(limit)), ("X-RateLimit-Remaining", str(remaining)))


def test_the_gauge_shows_what_is_left_in_figures_and_as_a_length() -> None:
    gauge = Page(outcome_card.gauge(rates(60, 57)) or "")

    assert "57 of 60" in gauge.text
    assert gauge.values("style") == ["width:95.0%"]
    assert gauge.values("role") == ["meter"]
    assert gauge.values("aria-valuetext") == ["57 of 60"]
    assert gauge.values("aria-label") == ["Requests left this minute"]


@pytest.mark.parametrize(("limit", "remaining", "width"), [(60, 0, "0.0"), (60, 60, "100.0"), (5, 999999999, "100.0")])
def test_a_gauge_is_never_longer_than_its_frame(limit: int, remaining: int, width: str) -> None:
    gauge = Page(outcome_card.gauge(rates(limit, remaining)) or "")

    assert gauge.values("style") == [f"width:{width}%"]
    assert int(gauge.values("aria-valuenow")[0]) <= int(gauge.values("aria-valuemax")[0])


@pytest.mark.parametrize(("limit", "remaining"), [("", "57"), ("60", ""), ("0", "0"), ("-1", "5"), ("60", "many")])
def test_without_both_figures_there_is_no_gauge(limit: str, remaining: str) -> None:
    assert outcome_card.gauge(rates(limit, remaining)) is None
    assert unexpected(html(outcome_card.show_outcome(rates(limit, remaining)))) == []


def test_plain_text_has_the_figures() -> None:
    assert "Requests left this minute: 57 of 60" in words.plain(rates(60, 57))
    assert "Requests left" not in words.plain(rates(60, "?"))


# --- The body


def test_json_is_indented_and_complete() -> None:
    value = {"error": False, "message": "Grüße", "data": ["a", 1.5, None, {"deep": [True]}]}

    shown = Page(outcome_card.body(exchange(body=json.dumps(value).encode()))).text

    assert json.loads(shown) == value
    assert '\n    "message": "Grüße",' in shown


def test_what_is_not_json_is_shown_raw_with_its_type() -> None:
    shown = Page(
        outcome_card.body(exchange(502, ("Content-Type", "text/html; charset=utf-8"), body=b"<h1>Bad</h1>"))
    ).text

    assert "Not JSON that can be relied on (text/html; charset=utf-8)" in shown
    assert "<h1>Bad</h1>" in shown


def test_a_body_without_a_type_says_so() -> None:
    assert "(no type)" in outcome_card.body(exchange(body=b"plain"))


def test_an_empty_body_says_so() -> None:
    assert text_of(outcome_card.body(exchange(body=b""))) == "The body is empty."


def test_json_that_two_readers_read_differently_is_shown_raw() -> None:
    doubtful = b'{"error":false,"error":true}'

    assert doubtful.decode() in Page(outcome_card.body(exchange(body=doubtful))).text


@pytest.mark.parametrize("over_cap", [True, False])
def test_a_huge_body_is_cut(over_cap: bool) -> None:
    given = exchange(body=b"x" * 65536, over_cap=over_cap)

    assert len(outcome_card.body(given)) < 8_000
    assert len(outcome_card.http_message(given)) < 8_000


def test_a_body_over_the_cap_says_that_this_is_its_beginning() -> None:
    said = text_of(outcome_card.body(exchange(body=b"x" * 65536, over_cap=True)))

    assert "The first 4096 of more than 65536 characters:" in said


@pytest.mark.parametrize(
    "body", [b"[" * 31 + b"0" + b",0" * 32_000 + b"]" * 31, b"[0" + b",0" * 32_000 + b"]"], ids=["deep", "long"]
)
def test_a_huge_json_is_cut_too(body: bytes) -> None:
    assert len(outcome_card.body(exchange(body=body))) < 1_000_000


def test_a_body_that_is_cut_for_display_says_so() -> None:
    whole, cut = exchange(body=b"x" * 4096), exchange(body=b"x" * 5000)

    assert text_of(outcome_card.body(whole)).split("x")[0] != text_of(outcome_card.body(cut)).split("x")[0]


# --- The headers


def rows(markup: str) -> list[list[str]]:
    """The cells of a table's rows, without its head."""
    return [
        [text_of(cell) for cell in re.findall(r"<td>(.*?)</td>", line, re.DOTALL)]
        for line in re.findall(r"<tr>(.*?)</tr>", markup.partition("<tbody>")[2], re.DOTALL)
    ]


def test_all_headers_are_there_the_documented_ones_first() -> None:
    given = exchange(429, ("Date", "today"), ("retry-after", "60"), ("Set-Cookie", "a"), ("Set-Cookie", "b"), *LIMITS)

    shown = rows(outcome_card.headers(given))

    assert [(name, value) for name, value, _ in shown] == [
        ("Retry-After", "60"),
        ("X-RateLimit-Limit", "60"),
        ("X-RateLimit-Remaining", "57"),
        ("Date", "today"),
        ("Set-Cookie", "a"),
        ("Set-Cookie", "b"),
    ]


def test_a_documented_header_has_the_pages_own_words_and_any_other_is_marked() -> None:
    shown = rows(outcome_card.headers(exchange(401, ("Date", "today"), *LIMITS)))

    assert [says for *_, says in shown] == [
        "Maximum number of requests allowed per minute",
        "Number of requests remaining in the current window",
        "not on the page",
    ]


def test_a_status_that_is_not_on_the_page_documents_no_header() -> None:
    assert [says for *_, says in rows(outcome_card.headers(exchange(500, *LIMITS)))] == ["not on the page"] * 2


def test_an_answer_without_headers_has_an_empty_table() -> None:
    assert rows(outcome_card.headers(exchange())) == []


# --- The exchange


def test_the_exchange_is_shown_as_http_with_the_token_masked() -> None:
    shown = outcome_card.http_message(exchange(401, ("Server", "nginx"), reason="Unauthorized"))

    assert shown.splitlines() == [
        "POST /api/services/webshop/v1/customer/auth/logout HTTP/1.1",
        "Accept: application/json",
        "Authorization: Bearer <redacted>",
        "",
        "HTTP/1.1 401 Unauthorized",
        "Server: nginx",
        "",
        '{"message":"said"}',
    ]


def test_an_empty_reason_leaves_no_space_behind_the_status() -> None:
    assert "HTTP/1.1 401\n" in outcome_card.http_message(exchange(401))


def test_the_tabs_have_body_headers_ledger_and_exchange() -> None:
    given = exchange(401, ("Server", "nginx"))
    body, headers, _, message = panels.parts(given, compare(given))

    assert outcome_card.body(exchange(401)) in body
    assert headers == outcome_card.headers(exchange(401, ("Server", "nginx")))
    assert "Authorization: Bearer <redacted>" in Page(message).text


# --- Whole cards


def test_a_card_of_an_answer_has_its_body_headers_and_exchange() -> None:
    shown = text_of(html(outcome_card.show_outcome(outcome(401, *LIMITS))))

    assert all(part in shown for part in ('"message": "said"', "X-RateLimit-Remaining", "Authorization: Bearer"))


@pytest.mark.parametrize("kind", [OutcomeKind.NOT_SENT, OutcomeKind.UNKNOWN])
def test_a_card_without_an_answer_has_the_verdict_only(kind: OutcomeKind) -> None:
    shown = html(outcome_card.show_outcome(SIX[kind]))

    assert SIX[kind].advice in Page(shown).text
    assert "Headers" not in Page(shown).text


def test_a_card_is_plain_text_elsewhere() -> None:
    assert repr(outcome_card.show_outcome(SIX[OutcomeKind.REVOKED])) == words.plain(SIX[OutcomeKind.REVOKED])


@pytest.mark.parametrize("status", [200, 401, 429])
def test_a_documented_answer_has_every_header_and_field_of_the_page(status: int) -> None:
    wanted = load().response(status)
    assert wanted is not None
    card = documented.show_documented(status)

    for shown in (text_of(html(card)), " ".join(repr(card).split())):
        assert f"{status} {wanted.description}" in shown
        for header in wanted.headers:
            assert all(part in shown for part in (header.name, header.description, str(header.example)))
        for field in wanted.fields:
            assert all(part in shown for part in (field.name, field.type))


def test_a_status_that_the_page_has_not_is_refused_with_those_it_has() -> None:
    with pytest.raises(LookupError, match="the page documents no 418; it has 200, 401, 429"):
        documented.show_documented(418)


def test_the_shadow_of_a_form_says_what_it_is_and_how_to_use_it() -> None:
    card = panels.shadow(load(), None)

    for shown in (text_of(html(card)), " ".join(repr(card).split())):
        assert "Log out customer" in shown
        assert load().path in shown
        assert "Run the cell in JupyterLab to use it." in shown


@pytest.mark.parametrize("kind", OutcomeKind)
def test_the_shadow_of_a_form_has_its_last_answer(kind: OutcomeKind) -> None:
    card = panels.shadow(load(), SIX[kind])

    assert SIX[kind].advice in text_of(html(card))
    assert SIX[kind].advice in repr(card)


def test_a_card_outside_of_a_form_has_no_button() -> None:
    for shown in (outcome_card.show_outcome(outcome(401)), panels.shadow(load(), outcome(401))):
        assert "button" not in Page(html(shown)).tags


def test_the_style_sheet_loads_nothing_and_cannot_end_early() -> None:
    sheet = card.style()

    assert sheet.count("<") == 2
    assert not re.search(r"url\(|@import|expression\(|https?:", sheet)


def test_every_colour_has_a_theme_variable_of_jupyterlab_before_it() -> None:
    colours = re.findall(r"--w-[a-z-]+: ([^;]+);", card.style())

    assert colours
    assert all(colour.startswith("var(--jp-") for colour in colours if "#" in colour)


# --- The form's other states


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (panels.nothing_yet(), "No answer yet"),
        (panels.sending(), "Sending"),
        (panels.refusal("there is no cassette"), "Nothing was sent"),
        (panels.fault("ZeroDivisionError"), "ZeroDivisionError in the kit itself"),
        (panels.changed(()), "Nothing differs from the answer before"),
        (panels.history([], NOW), "No calls yet in this kernel."),
    ],
)
def test_every_other_state_has_words_of_its_own(shown: str, words: str) -> None:
    assert words in text_of(shown)
    assert unexpected(shown) == []


def test_a_refusal_is_a_sentence() -> None:
    assert "There is no cassette." in text_of(panels.refusal("there is no cassette"))


def test_after_a_fault_the_token_is_treated_as_live() -> None:
    assert "treat the token as live" in text_of(panels.fault("OSError"))


@pytest.mark.parametrize("source", ["cassette", "sandbox", "live"])
def test_every_source_says_what_pressing_the_button_does(source: SourceName) -> None:
    hint = text_of(panels.hint(source))

    assert hint.startswith({"cassette": "Replay: ", "sandbox": "Sandbox: ", "live": "Live: "}[source])
    assert ("really" in hint) == (source == "live")


def test_the_heading_is_that_of_the_page() -> None:
    contract = load()
    shown = text_of(panels.heading(contract))

    for part in (contract.method, contract.path, contract.title, contract.description, "Auth: Bearer token"):
        assert part in shown


def test_the_history_has_the_latest_first_with_time_source_token_and_verdict() -> None:
    entries = [
        Entry(NOW, "aaaaaaaa", SIX[OutcomeKind.REVOKED]),
        Entry(NOW + 1, None, outcome(401, source="cassette")),
    ]
    clock: Callable[[float], str] = lambda at: time.strftime("%H:%M:%S", time.localtime(at))  # noqa: E731

    assert rows(panels.history(entries, NOW)) == [
        [clock(NOW + 1), "Replay", "none", "⊘ Recorded: Token not accepted (401 Unauthorized)"],
        [clock(NOW), "Live", "aaaaaaaa", "✓ Token revoked (200 OK)"],
    ]


def test_what_changed_is_a_table_of_before_and_now() -> None:
    assert rows(panels.changed((("Status", "200", "401"),))) == [["Status", "200", "401"]]


@pytest.mark.parametrize(("alive", "word"), [(True, "alive"), (False, "revoked")])
def test_a_token_of_the_sandbox_is_listed_with_its_customer_and_state(alive: bool, word: str) -> None:
    assert panels.token_label(IssuedToken(1, "jane", "aaaaaaaa", alive)) == f"aaaaaaaa of jane: {word}"


def test_a_table_has_a_head_that_says_what_its_columns_are() -> None:
    page = Page(card.table(("A", "B"), [("1", "2")]))

    assert page.values("scope") == ["col", "col"]
    assert page.values("tabindex") == ["0"]
