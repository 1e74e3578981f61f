"""Provenance: every answer says whether it was replayed, rehearsed or real."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import sources
from tests.support.html_page import hostile_texts
from wemasy_kit.call.exchange import SourceName
from wemasy_kit.call.logout import logout_sync
from wemasy_kit.call.outcome import Outcome
from wemasy_kit.call.provenance import SANDBOX_SERVER, provenance
from wemasy_kit.call.request import BASE_URL, PATH
from wemasy_kit.sources.cassette import cassette, cassette_names

DATE = ("Date", "Sun, 22 Nov 2026 23:59:59 GMT")


def outcome(source: SourceName, *headers: tuple[str, str], base_url: str = BASE_URL) -> Outcome:
    return sources.outcome(401, *headers, source=source, url=base_url + PATH)


SANDBOX, NGINX = ("Server", SANDBOX_SERVER), ("Server", "nginx")
UNSEEN = "from the kit's sandbox, never seen on the live API. Nothing was sent just now."
STAND_IN = "From the kit's own sandbox on this machine, not from Wemasy."
NAMED, MINE = "a server that calls itself nginx. Nothing was sent just now.", "http://127.0.0.1:8801/api"
NAMELESS = f"Replay: recorded from {BASE_URL}, {NAMED.replace('nginx', 'nothing')}"
SAID = [
    (outcome("cassette", SANDBOX, DATE), f"Replay: recorded on 22 November 2026 {UNSEEN}"),
    (outcome("cassette", SANDBOX), f"Replay: recorded {UNSEEN}"),
    (outcome("cassette", SANDBOX, ("Date", "yesterday")), f"Replay: recorded {UNSEEN}"),
    (outcome("cassette", SANDBOX, ("Date", "Sun, 31 Feb 2026 00:00:00 GMT")), f"Replay: recorded {UNSEEN}"),
    (outcome("cassette", NGINX, base_url=MINE), f"Replay: recorded from {MINE}, {NAMED}"),
    (outcome("cassette", NGINX, DATE), f"Replay: recorded on 22 November 2026 from {BASE_URL}, {NAMED}"),
    (
        outcome("cassette", SANDBOX, base_url=MINE),
        f"Replay: recorded from {MINE}, {NAMED.replace('nginx', SANDBOX_SERVER)}",
    ),
    (outcome("cassette"), NAMELESS),
    (outcome("cassette", ("Server", "")), NAMELESS),
    (outcome("cassette", NGINX, SANDBOX), NAMELESS),
    (sources.lost(sent=False, source="cassette"), "Replay: there is no recorded response. Nothing was sent just now."),
    (outcome("sandbox", SANDBOX, base_url="http://127.0.0.1:8801/api"), STAND_IN),
    (outcome("sandbox", SANDBOX), STAND_IN.replace("on this machine", "in this page, over no socket")),
    (sources.lost(sent=False, source="sandbox"), STAND_IN),
    (outcome("live", NGINX), "Live: this is what the server said just now."),
    (sources.lost(sent=False), "Live: nothing left this machine."),
    (sources.lost(sent=True), "Live: the request was sent, and no complete response came."),
    (
        outcome("live", SANDBOX),
        "Live over the network, but the response is from the kit's own sandbox, not from Wemasy.",
    ),
]


@pytest.mark.parametrize(("came", "said"), SAID)
def test_every_outcome_says_where_it_comes_from(came: Outcome, said: str) -> None:
    assert provenance(came) == said


@given(hostile_texts)
def test_what_a_recorded_server_calls_itself_cannot_break_the_line_or_push_the_rest_away(name: str) -> None:
    said = provenance(outcome("cassette", ("Server", name)))

    assert said.startswith("Replay: recorded from ")
    assert said.endswith(" Nothing was sent just now.")
    assert said.isprintable()
    assert len(said) < 200


@pytest.mark.parametrize("name", cassette_names())
def test_every_recording_that_comes_with_the_kit_says_when_and_from_where(name: str) -> None:
    said = provenance(logout_sync(None, send=cassette(name)))

    assert re.fullmatch(rf"Replay: recorded on \d{{1,2}} [A-Z][a-z]+ 20\d\d {re.escape(UNSEEN)}", said)


@given(
    st.sampled_from(["live", "sandbox", "cassette"]),
    st.lists(st.tuples(st.sampled_from(["Server", "Date", "server"]), st.text()), max_size=3),
)
def test_only_what_was_asked_live_is_called_live(source: SourceName, headers: list[tuple[str, str]]) -> None:
    assert provenance(outcome(source, *headers)).startswith("Live") == (source == "live")
