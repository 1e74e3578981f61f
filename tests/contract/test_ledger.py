"""The ledger: what the page documents beside what an answer shows, for a real Laravel, recordings and the sandbox."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from wemasy_kit import Sandbox, cassette, cassette_names, logout
from wemasy_kit.call.exchange import Exchange
from wemasy_kit.cards.ledger import ledger_html, ledger_text, show_ledger, summary
from wemasy_kit.cli.app import main
from wemasy_kit.contract import document as contract
from wemasy_kit.contract.ledger import Row, Verdict, compare, differences
from wemasy_kit.errors import ContractError

EXCHANGES = Path(__file__).parent.parent / "data" / "exchanges"
RATE = (("X-RateLimit-Limit", "60"), ("X-RateLimit-Remaining", "59"))
OK = {"error": False, "message": "Logged out.", "data": []}


def answer(status: int = 200, body: Any = OK, *headers: tuple[str, str], **more: Any) -> Exchange:
    """An answer with the rate-limit headers; bytes are taken as they are, all else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange("POST", "https://shop.example", (), status, "", (*RATE, *headers), data, "live", **more)


def measured(name: str) -> Exchange:
    """A raw answer of a real Laravel."""
    head, _, body = (EXCHANGES / f"{name}.http").read_text().split("---\n")[1].partition("\n\n")
    first, *lines = head.splitlines()
    _, status, reason = first.split(" ", 2)
    headers = tuple((field, value) for field, _, value in (line.partition(": ") for line in lines))
    return Exchange("POST", "https://shop.example", (), int(status), reason, headers, body.encode(), "live")


def tape(name: str) -> Exchange:
    """The first answer of a recording."""
    return asyncio.run(logout(None, send=cassette(name))).exchange


def row(what: str, exchange: Exchange) -> Row:
    """The one row about a thing."""
    (found,) = (row for row in compare(exchange) if row.what == what)
    return found


def of(exchange: Exchange) -> dict[str, str]:
    """The ledger, as verdicts by what they are about."""
    return {row.what: str(row.verdict) for row in compare(exchange)}


def says(mark: str) -> str:
    """What contract.yaml explains of a place where the page is at odds with itself."""
    return next(each.explanation for each in contract.load().contradictions if each.id == mark)


# Answers of a real Laravel

AS = "as documented"
SUCCESS = dict.fromkeys(
    ["Status", "X-RateLimit-Limit", "X-RateLimit-Remaining", "body.error", "body.message", "body.data"], AS
)
REFUSED = {what: verdict for what, verdict in SUCCESS.items() if what != "body.data"}
BARE = {"Status": AS, "X-RateLimit-Limit": "missing", "X-RateLimit-Remaining": "missing", "body.error": "missing"}
LIMITED = REFUSED | {"Retry-After": AS, "X-RateLimit-Reset": "undocumented"}
REST = {"Other headers": "undocumented"}
MEASURED = {
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


def test_every_measured_answer_is_here():
    assert set(MEASURED) == {path.stem for path in EXCHANGES.glob("*.http")}


@pytest.mark.parametrize("name", MEASURED)
def test_a_measured_answer_gives_these_rows(name: str):
    assert of(measured(name)) == MEASURED[name]


@pytest.mark.parametrize("name", [name for name in MEASURED if name.startswith("documented-")])
def test_a_laravel_that_is_set_up_as_documented_differs_in_nothing(name: str):
    assert differences(compare(measured(name))) == 0


@pytest.mark.parametrize("name", [name for name in MEASURED if name[8:11] in ("200", "401", "429")])
def test_whatever_a_stock_laravel_does_otherwise_is_explained(name: str):
    rows = compare(measured(name))
    assert all(row.explanation for row in rows if row.verdict != AS)


# The page's own contradictions


def test_the_page_s_own_example_lacks_two_fields_and_that_is_explained():
    example = answer(200, contract.load().answer(200).example)
    missing = [row for row in compare(example) if row.verdict is Verdict.MISSING]
    assert [row.what for row in missing] == ["body.error", "body.data"]
    assert all(says("example-lacks-fields") in row.explanation for row in missing)
    assert differences(compare(example)) == 2


@pytest.mark.parametrize("left", ["0", "57"])
def test_a_429_with_nothing_left_is_right_and_so_is_the_page_s_57(left: str):
    found = row("X-RateLimit-Remaining", Exchange("", "", (), 429, "", (("X-RateLimit-Remaining", left),), b"", "live"))
    assert (found.verdict, found.documented) == (Verdict.AS_DOCUMENTED, "integer, for example 57")
    assert says("same-numbers-everywhere") in found.explanation


def test_a_401_without_rate_limit_headers_is_explained_by_stock_laravel():
    found = row("X-RateLimit-Limit", measured("default-401-no-token"))
    assert (found.verdict, found.observed) == (Verdict.MISSING, "absent")
    assert "stock Laravel" in found.explanation


def test_the_extra_reset_header_is_explained_and_is_no_difference():
    found = row("X-RateLimit-Reset", measured("documented-429-too-many-requests"))
    assert (found.documented, found.observed, found.differs) == ("nothing", "1795351195", False)
    assert "1970" in found.explanation


def test_an_empty_list_fits_the_list_of_strings_and_the_type_is_explained():
    found = row("body.data", answer())
    assert (found.documented, found.observed, found.verdict) == ("string[]", "[]", Verdict.AS_DOCUMENTED)
    assert says("data-is-a-list-of-strings") in found.explanation


def test_a_missing_thing_that_nothing_else_explains_is_not_called_required():
    lacking = Exchange("", "", (), 200, "", (), json.dumps(OK).encode(), "live")
    assert says("nothing-is-required") in row("X-RateLimit-Limit", lacking).explanation


# One rule at a time


@pytest.mark.parametrize("value", ["sixty", "60.5", "", "0x3c", "60, 60", "٦٠", "6 0"])
def test_a_count_that_is_no_integer_is_of_the_wrong_type(value: str):
    found = Exchange("", "", (), 200, "", (("X-RateLimit-Limit", value),), b"", "live")
    assert of(found)["X-RateLimit-Limit"] == "wrong type"


@pytest.mark.parametrize("value", ["60", " 60\t", "0", "9" * 5000])
def test_an_integer_is_one_however_long(value: str):
    found = Exchange("", "", (), 200, "", (("x-ratelimit-limit", value),), b"", "live")
    assert of(found)["X-RateLimit-Limit"] == AS


def test_a_date_to_wait_for_is_not_the_documented_integer_and_is_explained():
    found = row("Retry-After", answer(429, {}, ("Retry-After", "Sun, 22 Nov 2026 12:39:00 GMT")))
    assert found.verdict is Verdict.WRONG_TYPE
    assert "RFC 9110" in found.explanation


def test_a_documented_header_that_comes_twice_is_of_the_wrong_type():
    found = row("X-RateLimit-Limit", answer(200, OK, ("x-ratelimit-limit", "61")))
    assert (found.observed, found.verdict) == ("60, 61", Verdict.WRONG_TYPE)


def test_a_negative_count_contradicts_the_page():
    assert of(answer(429, {}, ("Retry-After", "-1")))["Retry-After"] == "contradicts the page"


def test_more_requests_left_than_allowed_contradict_the_page():
    headers = (("X-RateLimit-Limit", "60"), ("X-RateLimit-Remaining", "61"))
    found = Exchange("", "", (), 200, "", headers, b"{}", "live")
    assert of(found)["X-RateLimit-Remaining"] == "contradicts the page"


@pytest.mark.parametrize(("status", "error"), [(200, True), (401, False), (429, False)])
def test_an_error_that_belies_its_status_contradicts_the_page(status: int, error: bool):
    found = row("body.error", answer(status, {"error": error}))
    assert found.verdict is Verdict.CONTRADICTS
    assert contract.load().answer(status).description in found.explanation


@pytest.mark.parametrize(
    ("field", "value"), [("error", 0), ("error", "false"), ("message", None), ("data", {}), ("data", ["a", 1])]
)
def test_a_field_is_checked_by_its_json_schema(field: str, value: object):
    found = row(f"body.{field}", answer(200, OK | {field: value}))
    assert (found.verdict, found.observed) == (Verdict.WRONG_TYPE, json.dumps(value))


@pytest.mark.parametrize(
    ("body", "verdict", "why"),
    [
        (b"", Verdict.MISSING, None),
        (b"[]", Verdict.WRONG_TYPE, None),
        (b"null", Verdict.WRONG_TYPE, None),
        (b"<h1>Welcome</h1>", Verdict.WRONG_TYPE, "not JSON"),
        (b'{"error": false, "error": true}', Verdict.WRONG_TYPE, "not JSON"),
        (b"\xff\xfe{}", Verdict.WRONG_TYPE, "not JSON"),
    ],
)
def test_a_body_that_is_no_object_is_one_row(body: bytes, verdict: Verdict, why: str | None):
    found = row("body", answer(200, body))
    assert found.verdict is verdict
    assert found.explanation is None if why is None else why in found.explanation
    assert not [row for row in compare(answer(200, body)) if row.what.startswith("body.")]


def test_a_body_of_which_only_the_beginning_was_read_is_not_taken_for_the_whole():
    found = row("body", answer(200, OK, over_cap=True))
    assert (found.verdict, "first" in found.explanation) == (Verdict.WRONG_TYPE, True)


def test_a_coded_body_is_not_decoded():
    found = row("body", answer(200, OK, ("Content-Encoding", "gzip")))
    assert (found.verdict, "gzip" in found.explanation) == (Verdict.WRONG_TYPE, True)


def test_a_field_that_the_page_does_not_list_is_a_difference():
    found = row("body.token", answer(200, OK | {"token": "new"}))
    assert (found.documented, found.observed, found.verdict) == ("nothing", '"new"', Verdict.UNDOCUMENTED)
    assert found.differs


def test_a_status_that_the_page_does_not_list_is_the_one_difference_of_its_answer():
    rows = compare(answer(500, {"message": "Server Error"}))
    assert [row.what for row in rows if row.differs] == ["Status"]
    assert rows[0] == Row("Status", "200, 401 or 429", "500", Verdict.UNDOCUMENTED)


def test_a_header_of_another_answer_is_named_with_the_status_it_belongs_to():
    found = row("Retry-After", answer(200, OK, ("Retry-After", "5")))
    assert (found.verdict, found.differs) == (Verdict.UNDOCUMENTED, False)
    assert "429" in found.explanation


def test_what_any_http_answer_has_is_one_row_and_the_last():
    usual = [("Date", "today"), ("server", "x"), ("Access-Control-Max-Age", "0"), ("X-Powered-By", "PHP")]
    rows = compare(answer(200, OK, ("X-Shop", "7"), *usual))
    assert [row.what for row in rows[-2:]] == ["X-Shop", "Other headers"]
    assert rows[-1].observed == "Access-Control-Max-Age, Date, X-Powered-By, server"
    assert differences(rows) == 0


def test_a_header_that_nobody_knows_is_shown_with_its_value_and_is_no_difference():
    found = row("X-Shop", answer(200, OK, ("X-Shop", "7"), ("x-shop", "8")))
    assert (found.observed, found.differs) == ("7, 8", False)


def test_a_thousand_extras_do_not_drown_the_reader():
    flood = answer(200, OK | {f"f{n}": n for n in range(1000)}, *[(f"X-{n}", "1") for n in range(1000)])
    rows = compare(flood)
    assert len(rows) < 60
    assert {"980 more fields", "980 more headers"} <= {row.what for row in rows}


def test_what_is_shown_is_short_and_on_one_line():
    nasty = "\x1b[31m\u202e" + "long\n" * 5000
    rows = compare(answer(200, OK | {"message": nasty, nasty: 1}, ("X-Shop", nasty)))
    assert all(text.isprintable() and len(text) <= 200 for row in rows for text in (row.what, row.observed))


# Another contract


def changed(schema: dict[str, Any]) -> contract.Contract:
    stated = contract.load()
    answers = [dataclasses.replace(each, schema=schema) for each in stated.answers]
    return dataclasses.replace(stated, answers=tuple(answers))


def test_a_contract_of_one_s_own_is_what_counts():
    strict = changed({"type": "object", "required": ["data"]})
    assert compare(answer(401, {"error": True, "message": ""}), strict)[-1] == Row(
        "body", "what its schema says", "data must contain ['data'] properties", Verdict.WRONG_TYPE
    )


@pytest.mark.parametrize(
    "schema",
    [{"type": "nonsense"}, {"properties": 5}, {"$ref": "https://shop.example/x"}, {"$ref": "file:///etc/hosts"}],
)
def test_a_schema_that_is_none_is_misuse_and_is_not_fetched(schema: dict[str, Any]):
    with pytest.raises(ContractError, match="a schema that is none"):
        compare(answer(401, {"error": True, "message": ""}), changed(schema))


# Any answer at all

NAMES = st.sampled_from(["X-RateLimit-Limit", "x-ratelimit-remaining", "Retry-After", "Date", "Content-Encoding"])
HEADERS = st.lists(st.tuples(NAMES | st.text(), st.sampled_from(["60", "-1", "gzip"]) | st.text()), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.dictionaries(st.sampled_from(["error", "message", "data"]) | st.text(), VALUES, max_size=5)
BODIES = st.binary() | (FIELDS | VALUES).map(lambda value: json.dumps(value).encode())


@given(
    status=st.sampled_from([200, 401, 429]) | st.integers(),
    reason=st.text(),
    headers=HEADERS,
    body=BODIES,
    over_cap=st.booleans(),
)
def test_any_answer_has_a_ledger(status: int, reason: str, headers: Any, body: bytes, over_cap: bool):
    exchange = Exchange("POST", "", (), status, reason, tuple(headers), body, "live", over_cap=over_cap)
    rows = compare(exchange)
    names = [each.what for each in rows]
    assert names[0] == "Status"
    if documented := contract.load().answer(status):
        assert all(names.count(header.name) == 1 for header in documented.headers)
    assert all(text.isprintable() for each in rows for text in (each.what, each.documented, each.observed))
    assert all(len(line) <= 106 for line in ledger_text(compare(exchange)).splitlines())
    assert ledger_html(compare(exchange)).count("<tr") == len(rows) + 1


# Recordings, sandbox


def test_no_recording_differs_from_the_page():
    async def play() -> dict[str, int]:
        tapes = {name: cassette(name) for name in cassette_names()}
        found = {}
        for name, tape in tapes.items():
            while tape.transport.left:
                outcome = await logout(None, send=tape)
                found[f"{name} {tape.transport.left}"] = differences(compare(outcome.exchange))
        return found

    found = asyncio.run(play())
    assert len(found) >= 8
    assert set(found.values()) == {0}


@pytest.mark.parametrize(("profile", "found"), [("documented", [0, 0, 0]), ("laravel", [0, 3, 1])])
def test_the_sandbox_differs_where_stock_laravel_does(profile: Any, found: list[int]):
    async def play() -> list[int]:
        async with Sandbox(rate_limit=1 if profile == "laravel" else 2, profile=profile) as shop:
            used = shop.issue_token("jane")
            tokens = [used, used, shop.issue_token("jane")]
            outcomes = [await logout(token, send=shop.send) for token in tokens]
            assert [outcome.exchange.status for outcome in outcomes] == [200, 401, 429]
            return [differences(compare(outcome.exchange)) for outcome in outcomes]

    assert asyncio.run(play()) == found


def test_a_replay_has_the_ledger_of_the_answer_it_recorded():
    live = answer()
    assert compare(dataclasses.replace(live, source="cassette", elapsed=None)) == compare(live)


# To look at


def test_a_row_can_be_written_as_json():
    rows = [dataclasses.asdict(row) for row in compare(answer())]
    assert json.loads(json.dumps(rows))[0] == {
        "what": "Status",
        "documented": "200, 401 or 429",
        "observed": "200",
        "verdict": "as documented",
        "explanation": None,
    }


def test_the_table_has_a_mark_and_the_verdict_in_words():
    html = ledger_html(compare(measured("default-401-no-token")))
    for mark, words in (("✓", "as documented"), ("✗", "missing"), ("i", "undocumented")):
        assert f'aria-hidden="true">{mark}</span> ' in html
        assert f">{words}</" in html


def test_an_explanation_is_said_once_and_then_pointed_to():
    html = ledger_html(compare(measured("default-401-no-token")))
    assert html.count("looks at the token before it counts") == 1
    assert "<p>As for X-RateLimit-Limit.</p>" in html


def test_what_a_server_sends_is_escaped_in_the_table():
    html = ledger_html(compare(answer(200, OK | {"<b>x": "<img src=x>"}, ("X-<i>", "<script>"))))
    assert not [tag for tag in ("<b>", "<img", "<i>", "<script>") if tag in html]


def test_the_plain_text_fits_a_terminal():
    text = ledger_text(compare(measured("default-429-too-many-requests")))
    assert max(map(len, text.splitlines())) <= 100
    assert "✗ body.error" in text
    assert "missing [" in text


@pytest.mark.parametrize(
    ("exchange", "said"),
    [
        (answer(), "The answer is as the page says."),
        (answer(500), "One thing is not as the page says."),
        (measured("default-401-no-token"), "3 things are not as the page says, and why is explained."),
    ],
    ids=["200", "500", "401"],
)
def test_a_sentence_says_how_the_two_agree(exchange: Exchange, said: str):
    assert summary(compare(exchange)) == said


def test_a_card_shows_the_ledger_of_an_outcome():
    outcome = asyncio.run(logout(None, send=cassette("401-no-token")))
    card = show_ledger(outcome)
    assert repr(card) == ledger_text(compare(outcome.exchange))
    assert ledger_html(compare(outcome.exchange)) in card._repr_html_()


def test_without_an_answer_a_card_says_so():
    async def play() -> str:
        async with Sandbox() as shop:
            shop.stop()
            return repr(show_ledger(await logout(None, send=shop.send)))

    assert asyncio.run(play()) == "There is no answer to compare with the page."


def run(*arguments: str) -> str:
    return CliRunner().invoke(main, ["logout", "--cassette", "429-too-many-requests", *arguments]).output


def test_the_command_prints_the_ledger_below_the_outcome_when_asked():
    assert "✓ body.error" in run("--ledger").partition("\n\n")[2]
    assert "body.error" not in run()


def test_the_command_gives_the_ledger_as_json_when_asked():
    values = json.loads(run("--ledger", "--json"))
    assert values["ledger"] == [dataclasses.asdict(row) for row in compare(tape("429-too-many-requests"))]
    assert "ledger" not in json.loads(run("--json"))


def test_the_command_has_an_empty_ledger_where_no_answer_came():
    nowhere = ["logout", "--base-url", "http://127.0.0.1:9/api", "--no-token", "--ledger"]
    assert json.loads(CliRunner().invoke(main, [*nowhere, "--json"]).output)["ledger"] == []
    assert "There is no answer to compare" in CliRunner().invoke(main, nowhere).output


def test_nobody_pays_for_the_json_schema_library_who_reads_no_ledger():
    script = (
        "import sys, wemasy_kit.contract.ledger, wemasy_kit.cards.outcome; assert 'fastjsonschema' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
