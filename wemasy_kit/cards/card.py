"""Card: HTML for a notebook and plain text for everywhere else, and the pieces that cards are made of."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

from wemasy_kit.cards.markup import Html, el, joined


class Card:
    """Something to look at: HTML in a notebook, plain text elsewhere."""

    def __init__(self, content: Html, text: str) -> None:
        self._content = content
        self._text = text

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        # With the sheet in each, a card looks the same alone, run again, and beside a cell that was cleared.
        sheet = el("style", Html(_sheet().partition("/* The form")[0]))
        return joined(sheet, el("div", self._content, class_="wemasy-card"))


def style() -> Html:
    """The whole style sheet, the form's part too; without it all of it still reads well."""
    return el("style", Html(_sheet()))


@functools.cache
def _sheet() -> str:
    return " ".join((Path(__file__).parent / "style.css").read_text(encoding="utf-8").split())


def note(mark: str, title: str, text: str) -> Card:
    """A sentence in a box."""
    return Card(box(mark, title, text), f"{mark} {title}\n{text}")


def box(mark: str, title: str, text: str, *more: Html | None, tone: str = "plain", aside: str | None = None) -> Html:
    """A verdict: a mark or what is in its place, a sentence, and what it means."""
    line = el(
        "p",
        mark if isinstance(mark, Html) else sign(mark),
        " ",
        el("strong", title),
        el("span", f" · {aside}", class_="wemasy-origin") if aside else None,
        class_="wemasy-verdict-line",
    )
    return el("div", line, el("p", text), *more, class_=f"wemasy-verdict wemasy-{tone}")


def sign(mark: str) -> Html:
    """A mark for those who see no colours; not read out, since words say the same."""
    return el("span", mark, class_="wemasy-mark", aria_hidden="true")


def part(title: str, content: Html) -> Html:
    """A part of a card. Its title is no heading: a card cannot know which level it would be on its page."""
    return el("section", el("p", el("strong", title), class_="wemasy-title"), content)


def table(columns: Sequence[str], rows: Sequence[tuple[str, ...]], *, caption: str | None = None) -> Html:
    """A table; each cell is a text or HTML. A row of one cell explains the one above, across the whole width."""
    head = el("tr", *(el("th", column, scope="col") for column in columns))
    lines = [
        el("tr", *(el("td", cell) for cell in row))
        if len(row) > 1
        else el("tr", el("td", *row, colspan=len(columns)), class_="wemasy-why")
        for row in rows
    ]
    title = el("caption", caption) if caption else None
    return el("div", el("table", title, el("thead", head), el("tbody", *lines)), class_="wemasy-table", tabindex=0)
