"""Exchange: what went out and what came back, as plain values with every secret gone."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle

import pytest

from tests.support.canaries import gives_away
from wemasy_kit.call.exchange import Exchange, NoResponse, masked
from wemasy_kit.call.request import Headers
from wemasy_kit.secrets.mask import masking


def answer(*headers: tuple[str, str]) -> Exchange:
    return Exchange("POST", "https://shop.example", (), 200, "OK", headers, b"", "live")


def test_a_header_is_found_in_any_case() -> None:
    given = answer(("x-ratelimit-limit", "60"))

    assert given.header("X-RateLimit-Limit") == "60"
    assert given.header_values("X-RATELIMIT-LIMIT") == ("60",)


def test_a_header_that_did_not_come_is_none() -> None:
    given = answer(("Date", "today"))

    assert given.header("Retry-After") is None
    assert given.header_values("Retry-After") == ()


def test_an_empty_header_is_not_a_missing_one() -> None:
    assert answer(("Retry-After", "")).header("Retry-After") == ""


def test_a_header_that_came_twice_says_nothing_for_sure() -> None:
    given = answer(("Retry-After", "5"), ("Date", "today"), ("retry-after", "500"))

    assert given.header("Retry-After") is None
    assert given.header_values("Retry-After") == ("5", "500")


@pytest.mark.parametrize("kept", [answer(), NoResponse(False, "refused", "live")], ids=["Exchange", "NoResponse"])
def test_what_happened_does_not_change(kept: Exchange | NoResponse) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        kept.source = "sandbox"  # type: ignore[misc]


def test_an_exchange_is_plain_values_that_can_be_copied_and_pickled() -> None:
    given = answer(("Date", "today"))

    assert pickle.loads(pickle.dumps(given)) == copy.deepcopy(given) == given
    assert hash(given) == hash(copy.deepcopy(given))


@pytest.mark.parametrize(
    ("body", "document", "flaw"),
    [
        (b'{"error": false}', {"error": False}, None),
        (b"null", None, None),
        (b"", None, "It is empty."),
        (b"Logged out.", None, "It is not JSON, or none that every reader reads alike."),
    ],
)
def test_a_body_is_read_once_and_what_is_no_document_says_why(body: bytes, document: object, flaw: str | None) -> None:
    given = Exchange("POST", "https://shop.example", (), 200, "OK", (), body, "live")

    assert (given.document, given.flaw) == (document, flaw)


@pytest.mark.parametrize(
    ("headers", "over_cap", "flaw"),
    [((("Content-Encoding", "gzip"),), False, "It is coded (gzip)"), ((), True, "Only its first 2 bytes were read.")],
)
def test_a_body_that_is_coded_or_cut_is_no_document(headers: Headers, over_cap: bool, flaw: str) -> None:
    given = Exchange("POST", "https://shop.example", (), 200, "OK", headers, b"{}", "live", over_cap=over_cap)

    assert given.document is None
    assert str(given.flaw).startswith(flaw)


def test_what_is_kept_is_masked_and_stays_judged_as_it_came(canary: str) -> None:
    mask = masking(canary)
    text = json.dumps({canary: [canary, 1, True, None, {"a": int(canary[:4] + "12345678")}]})
    good = Exchange("POST", "https://shop.example", (), 200, canary, ((canary, canary),), text.encode(), "live")
    bad = dataclasses.replace(good, body=f'"Gone: 12\\|{canary}"'.encode(), document=_unread(good), flaw=None)

    kept = masked(good, mask)
    assert kept.document == {mask(canary): [mask(canary), 1, True, None, {"a": int(canary[:4] + "12345678")}]}
    assert not gives_away(repr(kept), canary)
    assert masked(bad, mask).flaw == bad.flaw is not None


def _unread(exchange: Exchange) -> object:
    """As a new exchange begins: its body not read yet."""
    return next(field.default for field in dataclasses.fields(exchange) if field.name == "document")
