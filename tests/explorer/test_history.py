"""History: the calls of this kernel, and what changed from one answer to the next."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wemasy_kit.call.exchange import Exchange, Headers, NoResponse, SourceName
from wemasy_kit.call.outcome import Outcome, read
from wemasy_kit.explorer.history import HISTORY, Entry, History, changes

LOGGED_OUT = b'{"error":false,"message":"Logged out.","data":[]}'
REFUSED = b'{"error":true,"message":"Unauthenticated."}'


def outcome(status: int, *headers: tuple[str, str], body: bytes = REFUSED, source: SourceName = "sandbox") -> Outcome:
    return read(Exchange("POST", "https://shop.example", (), status, "", headers, body, source))


def revoked(source: SourceName = "sandbox") -> Outcome:
    return outcome(200, body=LOGGED_OUT, source=source)


def lost(source: SourceName = "live") -> Outcome:
    return read(NoResponse(True, "timeout", source))


def history(*entries: Entry) -> History:
    made = History()
    for entry in entries:
        made.add(entry)
    return made


# --- The calls


def test_a_new_history_is_empty() -> None:
    assert list(History()) == []
    assert len(History()) == 0


def test_the_calls_stand_in_their_order() -> None:
    first, second = Entry(1.0, "aaaaaaaa", revoked()), Entry(2.0, None, outcome(401))

    made = history(first, second)

    assert list(made) == [first, second]
    assert len(made) == 2


def test_a_cleared_history_holds_nothing() -> None:
    made = history(Entry(1.0, "aaaaaaaa", revoked()))

    made.clear()

    assert list(made) == []
    assert made.revoked_at("aaaaaaaa") is None


def test_a_call_that_comes_while_someone_reads_does_not_disturb_the_reading() -> None:
    made = history(Entry(1.0, None, outcome(401)))

    for _ in made:
        made.add(Entry(2.0, None, outcome(401)))

    assert len(made) == 2


def test_the_kernel_has_one_history_for_all_its_forms() -> None:
    assert isinstance(HISTORY, History)


# --- What this kernel has revoked


@pytest.mark.parametrize("source", ["sandbox", "live"])
def test_it_knows_when_it_revoked_a_token(source: SourceName) -> None:
    made = history(Entry(1.0, "aaaaaaaa", outcome(429)), Entry(2.0, "aaaaaaaa", revoked(source)))

    assert made.revoked_at("aaaaaaaa") == 2.0


def test_a_second_success_does_not_move_the_moment() -> None:
    made = history(Entry(1.0, "aaaaaaaa", revoked()), Entry(2.0, "aaaaaaaa", revoked()))

    assert made.revoked_at("aaaaaaaa") == 1.0


def test_a_replay_revokes_nothing() -> None:
    assert history(Entry(1.0, "aaaaaaaa", revoked("cassette"))).revoked_at("aaaaaaaa") is None


def test_another_token_is_not_taken_for_it() -> None:
    assert history(Entry(1.0, "aaaaaaaa", revoked())).revoked_at("bbbbbbbb") is None


@pytest.mark.parametrize("came", [outcome(401), outcome(429), outcome(500), lost(), outcome(200)])
def test_no_other_outcome_counts_as_revoked(came: Outcome) -> None:
    assert history(Entry(1.0, "aaaaaaaa", came)).revoked_at("aaaaaaaa") is None


# --- What changed

header_names = st.sampled_from(["X-A", "x-a", "X-B", "Status", "Outcome", "Date", "Message"])
outcomes = st.builds(
    lambda status, headers, body, source: outcome(status, *headers, body=body, source=source),
    st.sampled_from([200, 401, 429, 500]),
    st.lists(st.tuples(header_names, st.text(max_size=4)), max_size=4),
    st.sampled_from([LOGGED_OUT, REFUSED, b"", b"<html>"]),
    st.sampled_from(["live", "sandbox", "cassette"]),
)


@given(outcomes)
@settings(max_examples=60, deadline=None)
def test_nothing_changes_from_an_answer_to_itself(same: Outcome) -> None:
    assert changes(same, same) == ()


@given(outcomes, outcomes)
@settings(max_examples=60, deadline=None)
def test_the_way_back_shows_the_same_changes_turned_round(before: Outcome, after: Outcome) -> None:
    there, back = changes(before, after), changes(after, before)

    assert sorted((old, new) for _, old, new in there) == sorted((new, old) for _, old, new in back)


def test_what_differs_is_named_with_its_value_before_and_after() -> None:
    before = outcome(200, ("X-RateLimit-Remaining", "59"), body=LOGGED_OUT)
    after = outcome(401, ("X-RateLimit-Remaining", "58"), body=REFUSED)

    assert changes(before, after) == (
        ("Outcome", "revoked", "unauthenticated"),
        ("Status", "200", "401"),
        ("X-RateLimit-Remaining", "59", "58"),
        ("Message", "Logged out.", "Unauthenticated."),
    )


def test_what_stands_on_one_side_only_has_a_dash_on_the_other() -> None:
    without, with_it = outcome(401), outcome(401, ("Retry-After", "60"))

    assert changes(without, with_it) == (("Retry-After", "–", "60"),)
    assert changes(with_it, without) == (("Retry-After", "60", "–"),)


def test_an_answer_after_none_is_new_in_every_fact() -> None:
    assert changes(lost(), outcome(401, source="live")) == (
        ("Outcome", "unknown", "unauthenticated"),
        ("Status", "–", "401"),
        ("Message", "–", "Unauthenticated."),
    )


def test_another_source_is_a_change() -> None:
    assert changes(outcome(401, source="cassette"), outcome(401, source="live")) == (("Source", "cassette", "live"),)


@pytest.mark.parametrize("name", ["Date", "date", "Content-Length", "Connection", "Keep-Alive", "Transfer-Encoding"])
def test_what_only_carries_the_answer_is_no_change(name: str) -> None:
    assert changes(outcome(401, (name, "1")), outcome(401, (name, "2"))) == ()


def test_a_header_is_the_same_in_any_case() -> None:
    assert changes(outcome(401, ("X-Limit", "1")), outcome(401, ("x-limit", "1"))) == ()


def test_a_header_that_comes_twice_shows_every_value() -> None:
    twice: Headers = (("Retry-After", "1"), ("Retry-After", "2"))

    assert changes(outcome(401, ("Retry-After", "2")), outcome(401, *twice)) == (("Retry-After", "2", "1, 2"),)


@pytest.mark.parametrize("name", ["Outcome", "Source", "Status", "Message"])
def test_a_header_cannot_pass_for_a_fact_of_the_kits_own(name: str) -> None:
    honest, forged = outcome(401), outcome(401, (name, "revoked"))

    assert changes(honest, forged) == ((name, "–", "revoked"),)
    assert ("Status", "500", "401") in changes(outcome(500), forged)
