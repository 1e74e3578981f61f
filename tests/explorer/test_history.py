"""History: the calls of this kernel, and what changed from one answer to the next."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.sources import LOGGED_OUT, lost, outcome
from wemasy_kit.call.exchange import SourceName
from wemasy_kit.call.outcome import Outcome
from wemasy_kit.explorer.history import Entry, History, changes

REFUSED = b'{"error":true,"message":"Unauthenticated."}'


def history(*entries: Entry) -> History:
    made = History()
    for entry in entries:
        made.add(entry)
    return made


class Told:
    times = 0

    def history_changed(self) -> None:
        self.times += 1


def test_the_calls_stand_in_their_order_until_they_are_cleared_and_whoever_watches_is_told() -> None:
    first, second = Entry(1.0, "aaaaaaaa", outcome(200)), Entry(2.0, None, outcome(401))
    told, made = Told(), History()
    made.watch(told)
    made.add(first)
    made.add(second)
    assert (list(made), [made.entry(at) for at in (-1, 1, 2)]) == ([first, second], [None, second, None])

    made.clear()

    assert (list(made), made.revoked(), told.times) == ([], {"aaaaaaaa": 1.0}, 3)


def test_of_a_thousand_calls_the_last_hundred_are_kept_each_under_its_own_number() -> None:
    made = history(*(Entry(float(at), None, outcome(401)) for at in range(1000)))

    assert [entry.at for entry in made] == list(range(900, 1000))
    assert [entry and entry.at for entry in map(made.entry, (899, 900, 999, 1000))] == [None, 900, 999, None]


def test_a_call_is_compared_with_the_one_before_at_the_same_place() -> None:
    calls = [
        Entry(float(at), None, outcome(401, source=source), place)
        for at, (source, place) in enumerate(
            [("live", "shop.example"), ("cassette", "401"), ("sandbox", "shop.example"), ("live", "shop.example")]
        )
    ]
    made = history(*calls)

    assert [made.before(call) for call in calls] == [None, None, None, calls[0]]


def test_a_call_that_comes_while_someone_reads_does_not_disturb_the_reading() -> None:
    made = history(Entry(1.0, None, outcome(401)))

    for _ in made:
        made.add(Entry(2.0, None, outcome(401)))

    assert len(list(made)) == 2


@pytest.mark.parametrize("source", ["sandbox", "live"])
def test_it_knows_when_it_first_revoked_which_token(source: SourceName) -> None:
    came = [outcome(429), outcome(200, source=source), outcome(200, source=source), outcome(401)]

    assert history(*(Entry(float(at), "aaaaaaaa", each) for at, each in enumerate(came))).revoked() == {"aaaaaaaa": 1.0}


@pytest.mark.parametrize(
    "came", [outcome(200, source="cassette"), outcome(401), outcome(429), outcome(500), lost(sent=True)]
)
def test_a_replay_revokes_nothing_and_no_other_outcome_counts_as_revoked(came: Outcome) -> None:
    assert history(Entry(1.0, "aaaaaaaa", came), Entry(1.0, None, outcome(200))).revoked() == {}


# --- What changed

names = st.sampled_from(["X-A", "x-a", "X-B", "Status", "Verdict", "Date", "Message"])
outcomes = st.builds(
    lambda status, headers, body, source: outcome(status, *headers, body=body, source=source),
    st.sampled_from([200, 401, 429, 500]),
    st.lists(st.tuples(names, st.text(max_size=4)), max_size=4),
    st.sampled_from([LOGGED_OUT, REFUSED, b"", b"<html>"]),
    st.sampled_from(["live", "sandbox", "cassette"]),
)


@given(outcomes, outcomes)
@settings(max_examples=60, deadline=None)
def test_the_way_back_shows_the_same_changes_turned_round_and_there_are_none_to_itself(
    before: Outcome, after: Outcome
) -> None:
    there, back = changes(before, after), changes(after, before)

    assert sorted((old, new) for _, old, new in there) == sorted((new, old) for _, old, new in back)
    assert changes(before, before) == ()


def test_what_differs_is_named_with_its_value_before_and_after() -> None:
    before = outcome(200, ("X-RateLimit-Remaining", "59"))
    after = outcome(401, ("X-RateLimit-Remaining", "58"), body=REFUSED)

    assert changes(before, after) == (
        ("Verdict", "Token revoked", "Token not accepted"),
        ("Status", "200", "401"),
        ("X-RateLimit-Remaining", "59", "58"),
        ("Message", "Logged out.", "Unauthenticated."),
    )


CHANGES: dict[str, tuple[Outcome, Outcome, tuple[tuple[str, str, str], ...]]] = {
    "what stands on one side only has a dash on the other": (
        outcome(401), outcome(401, ("Retry-After", "60")), (("Retry-After", "–", "60"),)
    ),
    "an answer after none is new in every fact": (
        lost(sent=True), outcome(401),
        (("Verdict", "Nobody knows", "Token not accepted"), ("Status", "–", "401"), ("Message", "–", "said")),
    ),
    "a header is the same in any case": (outcome(401, ("X-Limit", "1")), outcome(401, ("x-limit", "1")), ()),
    "a header that comes twice shows every value": (
        outcome(401, ("X-A", "2")), outcome(401, ("X-A", "1"), ("X-A", "2")), (("X-A", "2", "1, 2"),)
    ),
    **{
        f"{name} only carries the answer": (outcome(401, (name, "1")), outcome(401, (name, "2")), ())
        for name in ("Date", "date", "Content-Length", "Connection", "Keep-Alive", "Transfer-Encoding")
    },
    **{
        f"a header {name} cannot pass for a fact of the kit's own": (
            outcome(401), outcome(401, (name, "revoked")), ((name, "–", "revoked"),)
        )
        for name in ("Verdict", "Status", "Message")
    },
}  # fmt: skip


@pytest.mark.parametrize("rule", CHANGES)
def test_of_what_changed(rule: str) -> None:
    before, after, changed = CHANGES[rule]

    assert changes(before, after) == changed
