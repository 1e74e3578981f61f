"""Ledger card: documented against observed, as HTML and as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from wemasy_kit.call.outcome import Outcome, displayable
from wemasy_kit.cards.card import Card, sign, table
from wemasy_kit.cards.markup import Html, el, joined
from wemasy_kit.contract.ledger import Row, Verdict, compare, differences

_COLUMNS: Final = ("What", "Documented", "Observed", "Verdict")
_WIDEST: Final = (22, 24, 26)  # characters of a column in a terminal, without the verdict, which comes last
PAGE: Final = 100  # characters of a line in a terminal, if it has as many
NOTHING_TO_COMPARE: Final = "There is no response to compare with the page."


def show_ledger(outcome: Outcome) -> Card:
    """The documented page and a response, side by side, to look at in a notebook."""
    if outcome.exchange is None:
        return Card(el("p", NOTHING_TO_COMPARE), NOTHING_TO_COMPARE)
    rows = compare(outcome.exchange)
    return Card(ledger_html(rows), ledger_text(rows))


def ledger_html(rows: Sequence[Row]) -> Html:
    """A sentence, and a table of what, documented, observed and verdict; an explanation stands below its row."""
    lines: list[tuple[str, ...]] = []
    for row, why in _explained(rows):
        lines.append((el("code", row.what), row.documented, el("code", row.observed), _verdict(row)))
        lines += [(why,)] if why else []
    return joined(el("p", summary(rows)), table(_COLUMNS, lines))


def ledger_text(rows: Sequence[Row], *, width: int = PAGE) -> str:
    """The same as plain text, at most `width` characters wide: a table, and below it the explanations by number.

    Where a table has no room, each row has lines of its own.
    """
    cells = [tuple(map(_cut, (row.what, row.documented, row.observed), _WIDEST)) for row in rows]
    widths = [max(map(len, column)) for column in zip(_COLUMNS[:3], *cells, strict=True)]
    notes = {
        text: number for number, text in enumerate(dict.fromkeys(row.explanation for row in rows if row.explanation), 1)
    }
    lines = [_line(" ", _COLUMNS, widths)]
    narrow: list[str] = []
    for row, texts in zip(rows, cells, strict=True):
        verdict = f"{row.verdict} [{notes[row.explanation]}]" if row.explanation else row.verdict
        lines.append(_line(_MARKS[_tone(row)], (*texts, verdict), widths))
        narrow += [f"{_MARKS[_tone(row)]} {texts[0]}: {verdict}", *map("    {}: {}".format, _COLUMNS[1:3], texts[1:])]
    if max(map(len, lines)) > width:
        lines = narrow
    lines += [line for text, number in notes.items() for line in ("", f"[{number}] {text}")]
    lines = [f"Documented and observed. {summary(rows)}", "", *lines]
    width = min(width, PAGE)
    wrapped = (line if len(line) <= width else textwrap.fill(line, width, subsequent_indent="    ") for line in lines)
    return "\n".join(wrapped)


def summary(rows: Sequence[Row]) -> str:
    """How the two agree, in a sentence."""
    found = differences(rows)
    if not found:
        return "The response is as the page says."
    explained = ", and why is explained" if all(row.explanation for row in rows if row.differs) else ""
    return f"{'One thing is' if found == 1 else f'{found} things are'} not as the page says{explained}."


_MARKS: Final = {"good": "✓", "doubt": "✗", "extra": "i"}


def _tone(row: Row) -> str:
    return "doubt" if row.differs else "extra" if row.verdict is Verdict.UNDOCUMENTED else "good"


def _verdict(row: Row) -> Html:
    word = el("strong", row.verdict) if row.differs else el("span", row.verdict)
    return el("span", sign(_MARKS[_tone(row)]), " ", word, class_=f"wemasy-{_tone(row)}")


def _explained(rows: Iterable[Row]) -> Iterator[tuple[Row, str | None]]:
    """Each row and its explanation, which is said once and then pointed to."""
    said: dict[str, str] = {}
    for row in rows:
        first = said.setdefault(row.explanation, row.what) if row.explanation else row.what
        yield row, row.explanation if first == row.what else f"As for {first}."


def _cut(text: str, most: int) -> str:
    return displayable(text, most) or text


def _line(mark: str, texts: Sequence[str], widths: Sequence[int]) -> str:
    *cells, last = texts
    return f"{mark} {'  '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))}  {last}"
