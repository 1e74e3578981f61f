"""Report: an outcome as a person reads it in a terminal, or as a program reads it, in JSON. Pure."""

from __future__ import annotations

import dataclasses
import json

from wemasy_kit.call.outcome import Outcome
from wemasy_kit.call.provenance import provenance
from wemasy_kit.cards.words import plain


def as_text(outcome: Outcome, *, ledger: bool = False) -> str:
    """The verdict, what to do, and where it comes from; with `ledger`, what differs from the page."""
    if not ledger:
        return plain(outcome)
    from wemasy_kit.cards.ledger import NOTHING_TO_COMPARE, ledger_text  # noqa: PLC0415  (nobody else needs it)
    from wemasy_kit.contract.ledger import compare  # noqa: PLC0415

    exchange = outcome.exchange
    return f"{plain(outcome)}\n\n{ledger_text(compare(exchange)) if exchange else NOTHING_TO_COMPARE}"


def as_json(outcome: Outcome, *, ledger: bool = False) -> str:
    """Every field of the outcome, with `pause` and `provenance`; the body as text. All of it in ASCII."""
    values = {**dataclasses.asdict(outcome), "pause": outcome.pause, "provenance": provenance(outcome)}
    if outcome.exchange is not None:
        values["exchange"]["body"] = outcome.exchange.body.decode("utf-8", "replace")
    if ledger:
        from wemasy_kit.contract.ledger import compare  # noqa: PLC0415  (nobody else needs it)

        rows = compare(outcome.exchange) if outcome.exchange else ()
        values["ledger"] = [dataclasses.asdict(row) for row in rows]
    return json.dumps(values, indent=2)
