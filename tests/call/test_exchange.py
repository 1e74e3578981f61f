"""Exchange: what went out and what came back, as plain values with every secret gone."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle

import pytest

from tests.support.leaks import shows
from tests.support.sources import exchange
from wemasy_kit.call.exchange import Exchange, NoResponse, masked
from wemasy_kit.secrets.mask import masking

BACKSLASH = "\\"  # `\\|` is no escape of JSON, and a mask over both would make JSON of it.


@pytest.mark.parametrize(
    ("headers", "value", "values"),
    [
        ([("retry-after", "60")], "60", ("60",)),
        ([("Date", "today")], None, ()),
        ([("Retry-After", "")], "", ("",)),
        ([("Retry-After", "5"), ("Date", "today"), ("retry-after", "500")], None, ("5", "500")),
    ],
    ids=["in any case", "missing", "empty", "twice, which says nothing for sure"],
)
def test_a_header_is_found_by_its_name(headers: list[tuple[str, str]], value: str | None, values: tuple[str]) -> None:
    assert exchange(200, *headers).header("RETRY-After") == value
    assert exchange(200, *headers).header_values("RETRY-After") == values


@pytest.mark.parametrize("kept", [exchange(), NoResponse(False, "refused", "live")], ids=["Exchange", "NoResponse"])
def test_what_happened_does_not_change(kept: Exchange | NoResponse) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        kept.source = "sandbox"  # type: ignore[misc]


def test_an_exchange_is_plain_values_that_can_be_copied_and_pickled() -> None:
    given = exchange(200, ("Date", "today"))

    assert pickle.loads(pickle.dumps(given)) == copy.deepcopy(given) == given
    assert hash(given) == hash(copy.deepcopy(given))


@pytest.mark.parametrize(
    ("given", "document", "flaw"),
    [
        (exchange(body=b'{"error": false}'), {"error": False}, "None"),
        (exchange(body=b"null"), None, "None"),
        (exchange(body=b""), None, "It is empty."),
        (exchange(body=b"Logged out."), None, "It is not JSON, or none that every reader reads alike."),
        (exchange(200, ("Content-Encoding", "gzip")), None, "It is coded (gzip)"),
        (exchange(body=b"{}", over_cap=True), None, "Only its first 2 bytes were read."),
    ],
)
def test_a_body_is_read_once_and_what_is_no_document_says_why(given: Exchange, document: object, flaw: str) -> None:
    assert given.document == document
    assert str(given.flaw).startswith(flaw)


def test_what_is_kept_is_masked_and_stays_judged_as_it_came(canary: str) -> None:
    mask = masking(canary)
    text = json.dumps({canary: [canary, 1, True, None, {"a": int(canary[:4] + "12345678")}]})
    good = exchange(200, (canary, canary), body=text.encode(), reason=canary)
    bad = exchange(200, body=f'"Gone: {canary.replace("|", BACKSLASH + "|")}"'.encode())

    kept = masked(good, mask)
    assert kept.document == {mask(canary): [mask(canary), 1, True, None, {"a": int(canary[:4] + "12345678")}]}
    assert not shows(repr(kept), canary)
    assert masked(bad, mask).flaw == bad.flaw is not None


def test_eight_digits_of_a_token_are_masked_in_a_number_too() -> None:
    given = exchange(200, body=b'{"message":"x","data":[1234567890, 4321]}')

    assert masked(given, masking("7|abc1234567890")).document == {"message": "x", "data": ["[token]", 4321]}
