"""Pictures: outcomes to look at, as a timeline and as a chart. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from wemasy_kit.call.outcome import Outcome
from wemasy_kit.cards.card import Card, style
from wemasy_kit.cards.markup import Html, el, joined
from wemasy_kit.cards.words import LOOKS

_STEP: Final = 190
_ROW: Final = 64


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
        seen = LOOKS[outcome.kind]
        marks += [
            el("circle", cx=x, cy=y, r=11, class_=f"wemasy-dot wemasy-{seen.tone}"),
            _text(seen.mark, x, y + 5, anchor="middle", weight=700),
            _text(f"{step + 1}. {outcome.kind}", x + 18, y - 8),
            _text(f"token {outcome.token_state}".replace("_", " "), x + 18, y + 20),
        ]
    text = "\n".join(f"{step}. {device}: {outcome.kind}" for step, (device, outcome) in enumerate(made, start=1))
    svg = el(
        "svg",
        *rows,
        *marks,
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_label=f"Timeline: {text.replace(chr(10), '; ')}",
        style=f"max-width:{width}px;width:100%",
    )
    return Card(joined(style(), el("div", svg, class_="wemasy-card wemasy-picture")), text)


class Chart:
    """A Vega-Lite chart, which JupyterLab draws by itself, with its figures as plain text."""

    def __init__(self, specification: dict[str, Any], text: str) -> None:
        self._bundle = {"application/vnd.vegalite.v5+json": specification, "text/plain": text}

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        return self._bundle


def show_remaining(outcomes: Sequence[Outcome]) -> Chart:
    """Requests left after each call: falling to 0, refused, and coming back with the next window."""
    figures = [
        {"call": number, "left": outcome.rate_limit.remaining, "answer": str(outcome.kind)}
        for number, outcome in enumerate(outcomes, start=1)
    ]
    x = {"field": "call", "type": "ordinal", "title": "Call", "axis": {"labelAngle": 0}}
    y = {"field": "left", "type": "quantitative", "title": "X-RateLimit-Remaining", "axis": {"tickMinStep": 1}}
    mark = {"field": "answer", "type": "nominal", "title": "Answer", "legend": {"orient": "top"}}
    specification = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": "Requests left in the window after each call",
        "data": {"values": figures},
        "width": 480,
        "height": 180,
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "line", "color": "#888"}},
            {
                "mark": {"type": "point", "filled": True, "size": 120},
                "encoding": {"color": mark, "shape": {**mark, "legend": {"orient": "top"}}},
            },
        ],
    }
    return Chart(
        specification, "\n".join(f"{each['call']}. {each['answer']}: {_left(each['left'])}" for each in figures)
    )


def _left(remaining: object) -> str:
    return "does not say how many are left" if remaining is None else f"{remaining} left"


def _text(text: str, x: int, y: int, *, anchor: str = "start", weight: int = 400) -> Html:
    return el("text", text, x=x, y=y, fill="currentColor", font_size=13, font_weight=weight, text_anchor=anchor)
