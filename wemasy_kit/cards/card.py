"""Card: HTML for a notebook and plain text for everywhere else, and the pieces that cards are made of."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

from wemasy_kit.cards.markup import Html, el, joined


class Card:
    """Something to look at: HTML in a notebook, plain text elsewhere."""

    def __init__(self, html: Html, text: str) -> None:
        self._html = html
        self._text = text

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return self._html


@functools.cache
def style() -> Html:
    """The style sheet of everything here; without it all of it still reads well."""
    return el("style", Html((Path(__file__).parent / "style.css").read_text(encoding="utf-8")))


def note(mark: str, title: str, text: str) -> Card:
    """A sentence in a box."""
    return Card(joined(style(), el("div", box(mark, title, text), class_="wemasy-card")), f"{mark} {title}\n{text}")


def box(mark: str, title: str, text: str, *more: Html | None, tone: str = "plain", aside: str | None = None) -> Html:
    line = el(
        "p",
        el("span", mark, class_="wemasy-mark", aria_hidden="true"),
        el("strong", title),
        el("span", aside, class_="wemasy-origin") if aside else None,
        class_="wemasy-verdict-line",
    )
    return el("div", line, el("p", text), *more, class_=f"wemasy-verdict wemasy-{tone}")


def part(title: str, content: Html) -> Html:
    return el("section", el("h5", title), content)


def table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Html:
    """A table; each cell is a text or HTML."""
    head = el("tr", *(el("th", column, scope="col") for column in columns))
    lines = [el("tr", *(el("td", cell) for cell in row)) for row in rows]
    return el("div", el("table", el("thead", head), el("tbody", *lines)), class_="wemasy-table", tabindex=0)
