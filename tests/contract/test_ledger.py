"""The ledger: what the page documents beside what a response shows, for a real Laravel, recordings and the sandbox."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.running import run
from tests.support.python import python
from tests.support.sources import MEASURED, exchange, lost, measured, outcome
from wemasy_kit import Sandbox, cassette, cassette_names, logout_sync
from wemasy_kit.call.exchange import Exchange
from wemasy_kit.cards.ledger import ledger_html, ledger_text, show_ledger, summary
from wemasy_kit.contract.document import load
from wemasy_kit.contract.ledger import Row, Verdict, compare, differences
from wemasy_kit.sandbox.rules import Profile

OK = {"error": False, "message": "Logged out.", "data": []}


def came(status: int = 200, body: Any = OK, *headers: tuple[str, str], **more: Any) -> Exchange:
    """An exchange whose response has these headers; bytes are taken as they are, all else as JSON."""
    return exchange(status, *headers, body=body if isinstance(body, bytes) else json.dumps(body).encode(), **more)


def full(status: int = 200, body: Any = OK, *headers: tuple[str, str], **more: Any) -> Exchange:
    """The same with the rate-limit headers."""
    return came(status, body, ("X-RateLimit-Limit", "60"), ("X-RateLimit-Remaining", "59"), *headers, **more)


def row(what: str, exchange: Exchange) -> Row:
    """The one row about a thing."""
    (found,) = (row for row in compare(exchange) if row.what == what)
    return found


def mark(name: str) -> str:
    """What contract.yaml explains of a place where the page is at odds with itself."""
    return next(each.explanation for each in load().contradictions if each.id == name)


# --- Responses of a real Laravel

AS = "as documented"
SUCCESS = dict.fromkeys(
    ["Status", "X-RateLimit-Limit", "X-RateLimit-Remaining", "body.error", "body.message", "body.data"], AS
)
REFUSED = {what: verdict for what, verdict in SUCCESS.items() if what != "body.data"}
BARE = {"Status": AS, "X-RateLimit-Limit": "missing", "X-RateLimit-Remaining": "missing", "body.error": "missing"}
LIMITED = REFUSED | {"Retry-After": AS, "X-RateLimit-Reset": "undocumented"}
REST = {"Other headers": "undocumented"}
FOUND = {
    "default-200-token-revoked": SUCCESS | REST,
    "default-401-no-token": BARE | {"body.message": AS} | REST,
    "default-401-revoked-token": BARE | {"body.message": AS} | REST,
    "default-429-too-many-requests": LIMITED | {"body.error": "missing"} | REST,
    "default-404-unknown-path": {"Status": "undocumented", "body": "undocumented"} | REST,
    "default-405-get": {"Status": "undocumented", "body": "undocumented"} | REST,
    "default-503-maintenance-retry-after": dict.fromkeys(["Status", "body", "Retry-After"], "undocumented") | REST,
    "documented-200-token-revoked": SUCCESS | REST,
    "documented-401-no-token": REFUSED | REST,
    "documented-401-revoked-token": REFUSED | REST,
    "documented-429-too-many-requests": LIMITED | REST,
}


@pytest.mark.parametrize("name", MEASURED)
def test_a_measured_response_gives_these_rows_and_what_stock_laravel_does_otherwise_is_explained(name: str) -> None:
    rows = compare(measured(name))

    assert {each.what: str(each.verdict) for each in rows} == FOUND[name]
    if name.startswith("documented-"):
        assert differences(rows) == 0
    if load().response(measured(name).status):
        assert all(each.explanation for each in rows if each.verdict != AS)


# --- One rule a row: what came, the thing that the row is about, its verdict, what it says

LIMIT, LEFT, EXAMPLE = "X-RateLimit-Limit", "X-RateLimit-Remaining", {"message": "Logged out."}
MISSING, WRONG, CONTRADICTS, EXTRA = Verdict.MISSING, Verdict.WRONG_TYPE, Verdict.CONTRADICTS, Verdict.UNDOCUMENTED
FINE = Verdict.AS_DOCUMENTED
RULES: dict[str, tuple[Exchange, str, Verdict, str]] = {
    **{
        f"a count of {value!r} is none": (came(200, OK, (LIMIT, value)), LIMIT, WRONG, "")
        for value in ("sixty", "60.5", "", "0x3c", "60, 60", "٦٠", "6 0")
    },
    **{
        f"a count of {value[:9]!r} is one": (came(200, OK, (LIMIT.lower(), value)), LIMIT, FINE, "")
        for value in ("60", " 60\t", "0", "9" * 5000)
    },
    "a 429 with nothing left": (came(429, {}, (LEFT, "0")), LEFT, FINE, mark("same-numbers-everywhere")),
    "the page's 429 with 57 left": (came(429, {}, (LEFT, "57")), LEFT, FINE, mark("same-numbers-everywhere")),
    "a date is no integer": (
        came(429, {}, ("Retry-After", "Sun, 22 Nov 2026 12:39:00 GMT")), "Retry-After", WRONG, "RFC 9110",
    ),
    "a header that comes twice": (full(200, OK, (LIMIT.lower(), "61")), LIMIT, WRONG, "60, 61"),
    "a negative count": (came(429, {}, ("Retry-After", "-1")), "Retry-After", CONTRADICTS, "below zero"),
    "more left than allowed": (came(200, OK, (LIMIT, "60"), (LEFT, "61")), LEFT, CONTRADICTS, "More requests are left"),
    "a header that is not required": (came(), LIMIT, MISSING, mark("nothing-is-required")),
    "a stock 401 is not counted": (measured("default-401-no-token"), LIMIT, MISSING, "stock Laravel looks"),
    "an extra header of stock Laravel": (
        measured("documented-429-too-many-requests"), "X-RateLimit-Reset", EXTRA, "seconds since 1970",
    ),
    "a header of another status": (came(200, OK, ("Retry-After", "5")), "Retry-After", EXTRA, "another status (429)"),
    "a header that nobody knows": (came(200, OK, ("X-Shop", "7"), ("x-shop", "8")), "X-Shop", EXTRA, "7, 8"),
    "what any HTTP response has": (
        came(200, OK, ("Date", "today"), ("server", "x"), ("Access-Control-Max-Age", "0"), ("X-Powered-By", "PHP")),
        "Other headers", EXTRA, "Access-Control-Max-Age, Date, X-Powered-By, server",
    ),
    **{
        f"error: {error} with a {said[:3]}": (came(int(said[:3]), {"error": error}), "body.error", CONTRADICTS, said)
        for error, said in ((True, "200 “Token revoked”"), (False, "401 “Unauthen"), (False, "429 “Too Many"))
    },
    **{
        f"{field}: {value!r}": (came(200, OK | {field: value}), f"body.{field}", WRONG, json.dumps(value))
        for field, value in (("error", 0), ("error", "false"), ("message", None), ("data", {}), ("data", ["a", 1]))
    },
    "an empty list fits a list of strings": (came(), "body.data", FINE, mark("data-is-a-list-of-strings")),
    "the page's example has no error": (came(200, EXAMPLE), "body.error", MISSING, mark("example-lacks-fields")),
    "the page's example has no data": (came(200, EXAMPLE), "body.data", MISSING, mark("example-lacks-fields")),
    "a field that the page does not list": (came(200, OK | {"token": "new"}), "body.token", EXTRA, '"new"'),
    "no body": (came(200, b""), "body", MISSING, "absent"),
    "a list": (came(200, b"[]"), "body", WRONG, "[]"),
    "null": (came(200, b"null"), "body", WRONG, "null"),
    "JSON that calls itself HTML": (
        came(200, OK, ("Content-Type", "text/html")), "Content-Type", WRONG, "application/json text/html",
    ),
    "HTML": (came(200, b"<h1>Welcome</h1>"), "body", WRONG, "<h1>Welcome</h1>"),
    "a name that comes twice": (came(200, b'{"error": false, "error": true}'), "body", WRONG, "not JSON"),
    "no UTF-8": (came(200, b"\xff\xfe{}"), "body", WRONG, "not JSON"),
    "only the beginning of a body": (came(200, OK, over_cap=True), "body", WRONG, "first"),
    "a coded body": (came(200, OK, ("Content-Encoding", "gzip")), "body", WRONG, "gzip"),
    "a status that the page does not list": (came(500), "Status", EXTRA, "200, 401 or 429 500"),
    "the body of such a status": (came(500), "body", EXTRA, "does not list a 500"),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_a_row_has_this_verdict_and_says_why(rule: str) -> None:
    exchange, what, verdict, said = RULES[rule]
    found = row(what, exchange)

    assert found.verdict is verdict
    assert said in f"{found.documented} {found.observed} {found.explanation}"


def test_a_body_that_is_no_object_is_one_row() -> None:
    assert not [each.what for each in compare(came(200, b"[]")) if each.what.startswith("body.")]


@pytest.mark.parametrize(
    ("exchange", "differing"),
    [
        (full(200, EXAMPLE), ["body.error", "body.data"]),
        (full(200, OK, ("X-Shop", "7"), ("Date", "today")), []),
        (full(200, OK, ("Retry-After", "5")), []),
        (full(200, OK, ("content-type", "Application/vnd.shop+JSON; charset=utf-8")), []),
        (full(200, OK | {"token": "new"}), ["body.token"]),
        (full(500, {"message": "Server Error"}), ["Status"]),
    ],
    ids=[
        "two fields are missing",
        "explained extras",
        "another status's header",
        "JSON of another kind",
        "a field more",
        "another status",
    ],
)
def test_only_what_contradicts_the_page_or_is_not_explained_differs(exchange: Exchange, differing: list[str]) -> None:
    assert [each.what for each in compare(exchange) if each.differs] == differing


def test_a_thousand_extras_do_not_drown_the_reader() -> None:
    flood = came(200, OK | {f"f{n}": n for n in range(1000)}, *[(f"X-{n}", "1") for n in range(1000)])
    rows = compare(flood)

    assert len(rows) < 60
    assert {"980 more fields", "980 more headers"} <= {each.what for each in rows}


def test_what_is_shown_is_short_and_on_one_line() -> None:
    nasty = "\x1b[31m\u202e" + "long\n" * 5000
    rows = compare(came(200, OK | {"message": nasty, nasty: 1}, ("X-Shop", nasty)))

    assert all(text.isprintable() and len(text) <= 200 for each in rows for text in (each.what, each.observed))


# --- Any response at all

NAMES = st.sampled_from(["X-RateLimit-Limit", "x-ratelimit-remaining", "Retry-After", "Date", "Content-Encoding"])
HEADERS = st.lists(st.tuples(NAMES | st.text(), st.sampled_from(["60", "-1", "gzip"]) | st.text()), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.dictionaries(st.sampled_from(["error", "message", "data"]) | st.text(), VALUES, max_size=5)
BODIES = st.binary() | (FIELDS | VALUES).map(lambda value: json.dumps(value).encode())


@given(st.sampled_from([200, 401, 429]) | st.integers(), HEADERS, BODIES, st.booleans())
def test_any_response_has_a_ledger(status: int, headers: Any, body: bytes, over_cap: bool) -> None:
    rows = compare(came(status, body, *headers, over_cap=over_cap))
    names = [each.what for each in rows]

    assert names[0] == "Status"
    if documented := load().response(status):
        assert all(names.count(header.name) == 1 for header in documented.headers)
    assert all(str(text).isprintable() for each in rows for text in dataclasses.astuple(each))
    assert all(len(line) <= 100 for line in ledger_text(rows).splitlines())
    assert ledger_html(rows).count("<tr>") == len(rows) + 1  # An explanation's row has a class.


# --- Recordings, sandbox


def test_no_recording_differs_from_the_page() -> None:
    recorded = [each for name in cassette_names() for each in cassette(name).exchanges]

    assert len(recorded) >= 8
    assert {differences(compare(each)) for each in recorded} == {0}


@pytest.mark.parametrize(("profile", "found"), [("documented", [0, 0, 0]), ("laravel", [0, 3, 1])])
def test_the_sandbox_differs_where_stock_laravel_does(profile: Profile, found: list[int]) -> None:
    with Sandbox(rate_limit=1 if profile == "laravel" else 2, profile=profile) as shop:
        used = shop.issue_token("jane")
        tokens = [used, used, shop.issue_token("jane")]
        exchanges = [logout_sync(token, send=shop.send).exchange for token in tokens]

    told = [(each.status, differences(compare(each))) for each in exchanges if each]
    assert told == list(zip([200, 401, 429], found, strict=True))


# --- To look at


def test_the_table_has_a_mark_and_the_verdict_in_words_and_says_each_explanation_once() -> None:
    html = ledger_html(compare(measured("default-401-no-token")))

    for sign, words in (("✓", "as documented"), ("✗", "missing"), ("i", "undocumented")):
        assert f'aria-hidden="true">{sign}</span> ' in html
        assert f">{words}</" in html
    assert html.count("looks at the token before it counts") == 1
    assert '<td colspan="4">As for X-RateLimit-Limit.</td>' in html


@pytest.mark.parametrize(
    ("exchange", "said"),
    [
        (full(), "The response is as the page says."),
        (full(500), "One thing is not as the page says."),
        (measured("default-401-no-token"), "3 things are not as the page says, and why is explained."),
    ],
    ids=["200", "500", "401"],
)
def test_a_sentence_says_how_the_two_agree(exchange: Exchange, said: str) -> None:
    assert summary(compare(exchange)) == said


def test_a_card_shows_the_ledger_of_an_outcome_and_says_so_where_no_response_came() -> None:
    card = show_ledger(outcome(401))
    rows = compare(exchange(401))

    assert repr(card) == ledger_text(rows)
    assert ledger_html(rows) in card._repr_html_()
    assert repr(show_ledger(lost(sent=True))) == "There is no response to compare with the page."


def test_the_command_gives_the_ledger_below_the_outcome_or_as_json_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    replay = "logout --cassette 429-too-many-requests"
    compared = compare(cassette("429-too-many-requests").exchanges[0])
    rows = [dataclasses.asdict(each) for each in compared]

    assert ledger_text(compared) in run(f"{replay} --ledger").output
    assert "body.error" not in run(replay).output
    assert json.loads(run(f"{replay} --ledger --json").output)["ledger"] == rows
    assert "ledger" not in json.loads(run(f"{replay} --json").output)


def test_the_command_has_an_empty_ledger_where_no_response_came() -> None:
    nowhere = "logout --base-url http://127.0.0.1:9/api --no-token --ledger"

    assert json.loads(run(f"{nowhere} --json").output)["ledger"] == []
    assert "There is no response to compare" in run(nowhere).output


def test_nobody_pays_for_the_json_schema_library_who_reads_no_ledger() -> None:
    script = """
import sys
from wemasy_kit import cassette, logout_sync, show_outcome
show_outcome(logout_sync(None, send=cassette("401-no-token")))._repr_html_()
assert "fastjsonschema" not in sys.modules"""

    assert python(script).returncode == 0
