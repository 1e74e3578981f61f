"""Provenance: every answer says whether it was replayed, rehearsed or real."""

from __future__ import annotations

import asyncio
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.html_page import hostile_texts
from wemasy_kit.call.exchange import Exchange, NoResponse, SourceName
from wemasy_kit.call.logout import logout
from wemasy_kit.call.outcome import Outcome, read
from wemasy_kit.call.provenance import SANDBOX_SERVER, provenance
from wemasy_kit.sources.cassette import cassette, cassette_names
from wemasy_kit.sources.live import live
from wemasy_kit.sources.sandbox import Sandbox

DATE = ("Date", "Sun, 22 Nov 2026 23:59:59 GMT")


def outcome(source: SourceName, *headers: tuple[str, str]) -> Outcome:
    return read(Exchange("POST", "https://shop.example", (), 401, "", headers, b"", source))


def none(source: SourceName) -> Outcome:
    return read(NoResponse(False, "refused", source))


def test_a_recording_says_when_it_was_made_and_of_the_sandbox_that_it_is_not_the_live_api() -> None:
    assert provenance(outcome("cassette", ("Server", SANDBOX_SERVER), DATE)) == (
        "Replay: recorded on 22 November 2026 from the kit's sandbox, never seen on the live API. "
        "Nothing was sent just now."
    )


def test_a_recording_of_another_server_names_what_that_server_calls_itself() -> None:
    assert provenance(outcome("cassette", ("Server", "nginx"), DATE)) == (
        "Replay: recorded on 22 November 2026 from a server that calls itself nginx. Nothing was sent just now."
    )


@pytest.mark.parametrize("headers", [[], [("Server", "")], [("Server", "a"), ("Server", SANDBOX_SERVER)]])
def test_a_recording_of_a_server_without_one_name_says_so(headers: list[tuple[str, str]]) -> None:
    assert "recorded from a server that calls itself nothing." in provenance(outcome("cassette", *headers))


@pytest.mark.parametrize("date", ["", "yesterday", "Sun, 31 Feb 2026 00:00:00 GMT"])
def test_a_recording_without_a_date_names_no_day(date: str) -> None:
    said = provenance(outcome("cassette", ("Server", SANDBOX_SERVER), ("Date", date)))

    assert said.startswith("Replay: recorded from the kit's sandbox,")


@given(hostile_texts)
@settings(max_examples=60, deadline=None)
def test_what_a_recorded_server_calls_itself_cannot_break_the_line_or_push_the_rest_away(name: str) -> None:
    said = provenance(outcome("cassette", ("Server", name)))

    assert said.startswith("Replay: recorded from ")
    assert said.endswith(" Nothing was sent just now.")
    assert said.isprintable()
    assert len(said) < 200


def test_a_replay_that_has_no_answer_is_still_no_live_call() -> None:
    assert provenance(none("cassette")) == "Replay: there is no recorded answer. Nothing was sent just now."


@pytest.mark.parametrize("came", [outcome("sandbox", ("Server", SANDBOX_SERVER)), none("sandbox")])
def test_the_sandbox_says_that_it_is_not_wemasy(came: Outcome) -> None:
    assert provenance(came) == "From the kit's own sandbox on this machine, not from Wemasy."


def test_a_live_answer_says_that_it_is_one() -> None:
    assert provenance(outcome("live", ("Server", "nginx"))) == "Live: this is what the server answered just now."


def test_live_without_an_answer_says_so() -> None:
    assert provenance(none("live")) == "Live: the network was asked, and no complete answer came."


def test_live_pointed_at_the_sandbox_says_so() -> None:
    async def story() -> Outcome:
        async with Sandbox() as shop:
            return await logout(None, send=live(base_url=shop.base_url))

    assert provenance(asyncio.run(story())) == (
        "Live over the network, but what answered is the kit's own sandbox, not Wemasy."
    )


@pytest.mark.parametrize("name", cassette_names())
def test_every_recording_that_comes_with_the_kit_says_when_and_from_where(name: str) -> None:
    said = provenance(asyncio.run(logout(None, send=cassette(name))))

    assert re.fullmatch(
        r"Replay: recorded on \d{1,2} [A-Z][a-z]+ 20\d\d from the kit's sandbox, never seen on the live API\. "
        r"Nothing was sent just now\.",
        said,
    )


@given(
    st.sampled_from(["live", "sandbox", "cassette"]),
    st.lists(st.tuples(st.sampled_from(["Server", "Date", "server"]), st.text()), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_only_what_was_asked_live_is_called_live(source: SourceName, headers: list[tuple[str, str]]) -> None:
    assert provenance(outcome(source, *headers)).startswith("Live") == (source == "live")
