"""What holds for any input at all, looked for by hypothesis."""

from __future__ import annotations

import asyncio
import datetime
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from email.utils import format_datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fault_cases import CASES, FRAMINGS
from tests.support.fault_server import Behaviour, FaultServer, Peer, says
from tests.support.sources import exchange
from wemasy_kit.call.exchange import Cause, Exchange, NoResponse, SourceName
from wemasy_kit.call.headers import retry_after
from wemasy_kit.call.logout import logout
from wemasy_kit.call.outcome import Outcome, OutcomeKind, displayable, read
from wemasy_kit.call.request import Headers
from wemasy_kit.call.strict_json import NOT_JSON, read_json
from wemasy_kit.call.token import Token
from wemasy_kit.errors import InvalidToken
from wemasy_kit.sources.live import BODY_CAP, live

STATES = {
    OutcomeKind.REVOKED: {"revoked"},
    OutcomeKind.UNAUTHENTICATED: {"not_accepted"},
    OutcomeKind.RATE_LIMITED: {"unchanged"},
    OutcomeKind.UNDOCUMENTED: {"unchanged", "unknown"},
    OutcomeKind.NOT_SENT: {"unchanged"},
    OutcomeKind.UNKNOWN: {"unknown"},
}
AT_ONCE = 16


# --- Over a socket: a server that gives the n-th caller the n-th answer, in the given pieces


def answering(answers: Sequence[Sequence[bytes]]) -> Behaviour:
    async def behaviour(peer: Peer) -> None:
        number = (await peer.request()).split(b"/")[1]
        await says(*answers[int(number)])(peer)

    return behaviour


async def all_outcomes(answers: Sequence[Sequence[bytes]]) -> list[Outcome]:
    gate = asyncio.Semaphore(AT_ONCE)
    async with FaultServer(answering(answers)) as server:

        async def outcome(number: int) -> Outcome:
            async with gate:
                send = live(base_url=f"http://127.0.0.1:{server.port}/{number}", deadline=60)
                return await logout(Token.parse("1|secret"), send=send)

        return list(await asyncio.gather(*map(outcome, range(len(answers)))))


def outcomes_of(answers: Iterable[Sequence[bytes]]) -> list[Outcome]:
    return asyncio.run(all_outcomes(list(answers)))


@pytest.mark.parametrize("framing", FRAMINGS)
def test_no_beginning_of_a_success_is_one(framing: str) -> None:
    answer = FRAMINGS[framing]

    *beginnings, whole = outcomes_of([answer[:end]] for end in range(len(answer) + 1))

    assert whole.kind is OutcomeKind.REVOKED
    assert {outcome.token_state for outcome in beginnings} == {"unknown"}


@st.composite
def corrupted(draw: st.DrawFn) -> bytes:
    """A success with one byte changed, left out or put in."""
    answer = draw(st.sampled_from(sorted(FRAMINGS.values())))
    at = draw(st.integers(0, len(answer) - 1))
    put = draw(st.binary(max_size=1))
    return answer[:at] + put + answer[at + draw(st.sampled_from((0, 1))) :]


@given(st.lists(corrupted(), min_size=1, max_size=20))
def test_a_success_with_one_wrong_byte_is_read_as_something_sound(answers: list[bytes]) -> None:
    for outcome in outcomes_of([answer] for answer in answers):
        assert outcome.kind is not OutcomeKind.NOT_SENT
        check(outcome)


def essence(outcome: Outcome) -> tuple[object, ...]:
    """All of an outcome but the moment and the port."""
    said = outcome.exchange
    came = said and (said.status, said.reason, said.headers, said.body, said.over_cap)
    read = (outcome.kind, outcome.token_state, outcome.cause, outcome.retry_after, outcome.rate_limit, outcome.message)
    return *read, came


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_success_is_one_wherever_it_is_cut_in_two(framing: str) -> None:
    answer = FRAMINGS[framing]

    found = outcomes_of([answer[:cut], answer[cut:]] for cut in range(1, len(answer)))

    assert len({essence(outcome) for outcome in found}) == 1
    assert {outcome.kind for outcome in found} == {OutcomeKind.REVOKED}


# A date without the server's own Date counts from this machine's clock, and so twice from two moments.
CLOCKED = re.compile(rb"(?s)(?!.*\r\nDate:).*\r\nRetry-After: [A-Z][a-z]{2}")
ALL_SAID = [case.said for case in CASES if case.said is not None and not case.certificate]
SAID = [each for each in ALL_SAID if len(each) < BODY_CAP and not CLOCKED.match(each)]
# Not sampled_from, which would write all of them into every message.
said = st.integers(0, len(SAID) - 1).map(lambda number: SAID[number])


@st.composite
def cut(draw: st.DrawFn) -> list[bytes]:
    """What a server of the table says, in up to twelve pieces."""
    answer = draw(said)
    cuts = sorted(draw(st.sets(st.integers(0, len(answer)), max_size=11)))
    return [answer[start:end] for start, end in zip([0, *cuts], [*cuts, len(answer)], strict=True)]


@given(st.lists(cut(), min_size=1, max_size=6))
def test_however_an_answer_is_cut_its_outcome_is_the_same(answers: list[list[bytes]]) -> None:
    in_pieces = outcomes_of(answers)
    in_one = outcomes_of([b"".join(pieces)] for pieces in answers)

    assert [essence(outcome) for outcome in in_pieces] == [essence(outcome) for outcome in in_one]


# --- What an answer means

TELLING = ("Retry-After", "Date", "X-RateLimit-Limit", "x-ratelimit-remaining", "Content-Encoding", "WWW-Authenticate")
dates = st.datetimes(timezones=st.just(datetime.UTC)).map(lambda moment: format_datetime(moment, usegmt=True))
values = (
    st.text(max_size=12)
    | st.integers().map(str)
    | st.floats().map(str)
    | dates
    | st.sampled_from(("Bearer", "Basic", "identity", "gzip", "", "0", "60"))
)
headers = st.lists(st.tuples(st.sampled_from(TELLING) | st.text(max_size=8), values), max_size=6).map(tuple)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("error", "message", "data")) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=8,
)
bodies = st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()) | said
moments = st.none() | st.floats(allow_nan=False, allow_infinity=False)
exchanges = st.builds(
    lambda status, headers, **more: exchange(status, *headers, **more),
    status=st.sampled_from((200, 401, 429)) | st.integers(),
    headers=headers,
    reason=st.text(max_size=5),
    body=bodies,
    source=st.sampled_from(get_args(SourceName)),
    over_cap=st.booleans(),
    received_at=moments,
)
no_answers = st.builds(NoResponse, sent=st.booleans(), cause=st.sampled_from(get_args(Cause)), source=st.just("live"))


def check(outcome: Outcome) -> None:
    """What holds for every outcome."""
    assert outcome.token_state in STATES[outcome.kind]
    assert outcome.retry_after is None or 0 <= outcome.retry_after < math.inf
    assert (outcome.pause is None) == (outcome.kind is not OutcomeKind.RATE_LIMITED)
    assert outcome.advice.strip()
    assert (outcome.exchange is None) == (outcome.kind in (OutcomeKind.NOT_SENT, OutcomeKind.UNKNOWN))
    if outcome.kind is OutcomeKind.REVOKED:
        assert outcome.exchange is not None
        assert says_so(outcome.exchange)


def says_so(exchange: Exchange) -> bool:
    """Whether a plain reading of an answer agrees that it is a success."""
    body = json.loads(exchange.body)
    return exchange.status == 200 and not exchange.over_cap and body.get("error", False) is False


@given(exchanges | no_answers)
def test_any_answer_has_a_sound_outcome(answer: Exchange | NoResponse) -> None:
    check(read(answer))


@given(headers, moments)
def test_a_wait_is_none_or_a_finite_number_of_at_least_0(found: Headers, now: float | None) -> None:
    wait = retry_after(exchange(429, *found, received_at=now))

    assert wait is None or 0 <= wait < math.inf


@given(st.text() | st.lists(st.sampled_from("0123456789+-.eE_ ,xNaInf٣²:;GMT")).map("".join))
def test_a_wait_is_at_most_nine_plain_digits_or_a_date(value: str) -> None:
    wait = retry_after(exchange(429, ("Retry-After", value)))

    plain = value.strip(" \t")
    assert (wait is not None) == (plain.isascii() and plain.isdecimal() and len(plain) <= 9)


SECONDS = st.datetimes(
    min_value=datetime.datetime(1000, 1, 1), timezones=st.just(datetime.UTC)
).map(lambda moment: moment.replace(microsecond=0))  # fmt: skip


@given(SECONDS, SECONDS)
def test_a_date_is_so_far_off_as_the_servers_own_clock_says(until: datetime.datetime, now: datetime.datetime) -> None:
    found = (("Retry-After", format_datetime(until, usegmt=True)), ("Date", format_datetime(now, usegmt=True)))

    assert retry_after(exchange(429, *found, received_at=0.0)) == max(0.0, (until - now).total_seconds())


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_what_is_read_as_json_is_json_to_everyone(data: bytes) -> None:
    value = read_json(data)

    if value is not NOT_JSON:
        assert json.loads(data.decode("utf-8"), parse_constant=pytest.fail) == value


@given(st.text(), st.integers(1, 400))
def test_what_is_shown_of_a_text_is_one_short_line(text: str, limit: int) -> None:
    shown = displayable(text, limit)

    assert shown is None or (0 < len(shown) <= limit and " ".join(shown.split()) == shown)
    assert not any(unicodedata.category(character)[0] == "C" for character in shown or "")


# --- Tokens

# Lists of characters, not texts: into a text hypothesis mixes words that it finds in the source, the messages' too.
_pasted = st.lists(st.characters() | st.sampled_from("|,\r\n\t \"'`“”…09azAZ_-."), max_size=600).map("".join)
_prefixed = st.builds("{}{}".format, st.sampled_from(("", "Bearer ", "Authorization: Bearer ", '"')), _pasted)


def refusal(text: str) -> InvalidToken | None:
    try:
        Token.parse(text)
    except InvalidToken as error:
        return error
    return None


@given(_pasted)
def test_a_text_that_is_no_token_is_refused_without_repeating_it(text: str) -> None:
    error = refusal(text)

    told = "" if error is None else f"{error} {error!r} {error.rule} {error.__context__}"
    assert [piece for start in range(len(text) - 3) if (piece := text[start : start + 4]) in told] == []


@given(_prefixed)
def test_a_token_is_a_part_of_the_text_that_it_was_read_from(text: str) -> None:
    if refusal(text) is None:
        assert Token.parse(text).reveal() in text
