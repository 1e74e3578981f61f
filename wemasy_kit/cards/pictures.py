"""Pictures: outcomes to look at, as a timeline and as a chart, drawn in SVG."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Final

from wemasy_kit.call.outcome import Outcome
from wemasy_kit.cards.card import Card, style
from wemasy_kit.cards.markup import Html, el, joined
from wemasy_kit.cards.words import LOOKS

_STEP: Final = 190
_ROW: Final = 64
# Of the chart: the first call, from call to call, how high the limit is, and where 0 is.
_FIRST, _CALL, _HIGH, _ZERO = 90, 48, 160, 210


def show_timeline(calls: Iterable[tuple[str, Outcome]]) -> Card:
    """Which device sent a logout, in order, and what came of it: a row for each device, a mark for each call.

    Args:
        calls: The device's name and the outcome, in the order of the calls.
    """
    made = list(calls)
    devices = list(dict.fromkeys(device for device, _ in made))
    width, height = 110 + _STEP * len(made), _ROW * len(devices) + 10
    rows = [
        joined(
            _text(device, 0, _ROW * index + 36, weight=700),
            el("line", x1=90, x2=width, y1=_ROW * index + 32, y2=_ROW * index + 32, stroke="currentColor", opacity=0.4),
        )
        for index, device in enumerate(devices)
    ]
    marks = []
    for step, (device, outcome) in enumerate(made):
        x, y = 120 + _STEP * step, _ROW * devices.index(device) + 32
        marks += [
            _dot(outcome, x, y),
            _text(f"{step + 1}. {outcome.kind}", x + 18, y - 8),
            _text(f"token {outcome.token_state}".replace("_", " "), x + 18, y + 20),
        ]
    told = [f"{step}. {device}: {outcome.kind}" for step, (device, outcome) in enumerate(made, start=1)]
    return _picture([*rows, *marks], width, height, "Timeline", told)


def show_remaining(outcomes: Iterable[Outcome]) -> Card:
    """Requests left after each call, from the limit down to 0: falling, refused, coming back with the next window.

    A call whose answer does not say how many are left has its mark below the axis.
    """
    made = list(outcomes)
    left = [outcome.rate_limit.remaining for outcome in made]
    top = max([1, *(outcome.rate_limit.limit or 0 for outcome in made), *(count or 0 for count in left)])
    places = [
        (_FIRST + _CALL * step, _ZERO + 22 if count is None else _ZERO - round(_HIGH * count / top))
        for step, count in enumerate(left)
    ]
    known = [place for place, count in zip(places, left, strict=True) if count is not None]
    beside = _FIRST + _CALL * len(made)
    name = "Requests left after each call"
    words = [_text(name, 0, 14, weight=700), _text("Call", 0, _ZERO + 52)]
    axis = [
        joined(
            _text(f"{count} left", 0, y - 5),
            el("line", x1=0, x2=beside, y1=y, y2=y, stroke="currentColor", opacity=0.4),
        )
        for count, y in ((top, _ZERO - _HIGH), (0, _ZERO))
    ]
    falls = [
        el("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke="currentColor", opacity=0.6)
        for (x1, y1), (x2, y2) in itertools.pairwise(known)
    ]
    numbers = [_text(str(number), x, _ZERO + 52, anchor="middle") for number, (x, _) in enumerate(places, start=1)]
    marks = [_dot(outcome, x, y) for outcome, (x, y) in zip(made, places, strict=True)]
    legend = [
        joined(_dot(outcome, beside + 20, y), _text(str(outcome.kind), beside + 40, y + 5))
        for y, outcome in zip(itertools.count(_ZERO - _HIGH, 28), {each.kind: each for each in made}.values())
    ]
    drawn = [*words, *axis, *falls, *numbers, *marks, *legend]
    told = [f"{number}. {_told(outcome)}" for number, outcome in enumerate(made, start=1)]
    return _picture(drawn, beside + 160, _ZERO + 62, name, told)


def _told(outcome: Outcome) -> str:
    left = outcome.rate_limit.remaining
    return f"{outcome.kind}: {'does not say how many are left' if left is None else f'{left} left'}"


def _dot(outcome: Outcome, x: int, y: int) -> Html:
    """A call: its kind by tone and by mark."""
    look = LOOKS[outcome.kind]
    dot = el("circle", cx=x, cy=y, r=11, class_=f"wemasy-dot wemasy-{look.tone}")
    return joined(dot, _text(look.mark, x, y + 5, anchor="middle", weight=700))


def _picture(drawn: Iterable[Html], width: int, height: int, name: str, told: list[str]) -> Card:
    """A drawing, and the same in words: for who cannot see it, and as plain text."""
    svg = el(
        "svg",
        *drawn,
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_label=f"{name}: {'; '.join(told)}",
        style=f"max-width:{width}px;width:100%",
    )
    return Card(joined(style(), el("div", svg, class_="wemasy-card wemasy-picture")), "\n".join(told))


def _text(text: str, x: int, y: int, *, anchor: str = "start", weight: int = 400) -> Html:
    return el("text", text, x=x, y=y, fill="currentColor", font_size=13, font_weight=weight, text_anchor=anchor)
