"""Every case of the catalogue, through the kit's own `logout` and a real socket."""

from __future__ import annotations

import asyncio

import pytest

from wemasy_kit.call.logout import logout
from wemasy_kit.call.outcome import Outcome
from wemasy_kit.call.token import Token
from wemasy_kit.sandbox.catalogue import Case, catalogue
from wemasy_kit.sources.live import live
from wemasy_kit.sources.sandbox import Sandbox

CASES = list(catalogue().values())
# A response came, though a broken one: complete by its framing, or more than is read.
COMPLETE = {"cut-in-a-body-without-a-length", "length-too-short", "endless-body", "large-200"}


def hangs(case: Case) -> bool:
    return (case.end == "hang" or case.every > 0) and case.name not in COMPLETE


def wanted(case: Case) -> str:
    if case.claims == "logged out" or case.name == "slow-200":
        return "revoked"
    if case.group in ("broken", "slow") and case.name not in COMPLETE:
        return "unknown"
    if case.group == "documented" and case.status == 401:
        return "unauthenticated"
    return "rate_limited" if case.status == 429 else "undocumented"


@pytest.fixture(scope="module")
def played() -> dict[str, tuple[Outcome, bool, int]]:
    """Of each case: the outcome, whether the shop still accepts the token, and how many requests it saw."""

    async def story() -> list[Outcome]:
        patient, brief = (live(base_url=shop.base_url, deadline=60) for _ in range(2))
        sends = {case.name: brief if hangs(case) else patient for case in CASES}
        calls = asyncio.gather(*(logout(Token.parse(f"case|{name}"), send=send) for name, send in sends.items()))
        while len(shop.requests) < len(CASES):  # noqa: ASYNC110  (it has no event that tells)
            await asyncio.sleep(0.01)
        brief.cancel()
        return await calls

    with Sandbox(cases=True) as shop:
        outcomes = asyncio.run(story())
    seen = [request.case for request in shop.requests]
    return {
        case.name: (outcome, shop.holds(Token.parse(f"case|{case.name}")), seen.count(case.name))
        for case, outcome in zip(CASES, outcomes, strict=True)
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_kit_says_of_a_case_what_it_is_and_claims_no_more_than_is_true(
    case: Case, played: dict[str, tuple[Outcome, bool, int]]
) -> None:
    outcome, alive, requests = played[case.name]

    assert outcome.kind == wanted(case)
    assert case.allows("logged out" if outcome.kind == "revoked" else "not logged out")
    assert alive is (case.revokes == "never")
    assert requests == 1
