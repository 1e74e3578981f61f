"""Pictures: outcomes to look at, as a timeline and as bars; drawn as tables, so that they read the same as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from wemasy_kit.call.outcome import Outcome
from wemasy_kit.cards.card import Card, table
from wemasy_kit.cards.markup import Html, el, joined
from wemasy_kit.cards.outcome import chip
from wemasy_kit.cards.words import LOOKS, finding, headline

_NOT_SAID: Final = "the response does not say"


def show_timeline(calls: Iterable[tuple[str, Outcome]]) -> Card:
    """Which device sent a logout, in order, and what came of it: a column for each device, a row for each call.

    Args:
        calls: The device's name and the outcome, in the order of the calls.
    """
    made = list(calls)
    devices = list(dict.fromkeys(device for device, _ in made))
    rows = [
        (str(number), *(_came(outcome) if each == device else "" for each in devices))
        for number, (device, outcome) in enumerate(made, start=1)
    ]
    told = [f"{number}. {device}: {headline(outcome)}" for number, (device, outcome) in enumerate(made, start=1)]
    shown = table(("Call", *devices), rows, caption="Timeline: each call in the column of its device")
    return Card(el("div", shown, class_="wemasy-lanes"), "\n".join(told))


def show_remaining(outcomes: Iterable[Outcome]) -> Card:
    """Requests left after each call, as a bar of the limit: falling, refused, coming back with the next window."""
    made = list(outcomes)
    rates = [outcome.rate_limit for outcome in made]
    top = max([1, *(rate.limit or 0 for rate in rates), *(rate.remaining or 0 for rate in rates)])
    rows = [(str(number), _bar(outcome, top), _came(outcome)) for number, outcome in enumerate(made, start=1)]
    told = [f"{number}. {headline(outcome)}: {_left(outcome)}" for number, outcome in enumerate(made, start=1)]
    shown = table(("Call", "Requests left", "Outcome"), rows, caption="Requests left after each call")
    return Card(el("div", shown, class_="wemasy-bars"), "\n".join(told))


def _came(outcome: Outcome) -> Html:
    return joined(chip(outcome), finding(outcome))


def _left(outcome: Outcome) -> str:
    limit, remaining = outcome.rate_limit.limit, outcome.rate_limit.remaining
    return _NOT_SAID if remaining is None else f"{remaining} left" if limit is None else f"{remaining} of {limit} left"


def _bar(outcome: Outcome, top: int) -> Html:
    share = 100 * (outcome.rate_limit.remaining or 0) / top
    filled = el("div", style=f"width:{share:.1f}%")
    return joined(_left(outcome), el("div", filled, class_=f"wemasy-bar wemasy-{LOOKS[outcome.kind].tone}"))
