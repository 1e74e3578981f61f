"""Drift: what a saved copy of the documented page says otherwise than `page.txt`."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from wemasy_kit.contract.document import load
from wemasy_kit.errors import PageUnreadable

_SECTIONS: Final = ("Responses", "Base URL", "Authentication", "Request Sample", "Response Example", "Try It")
_TABLES: Final = {"Headers": "headers", "FieldTypeDescription": "fields"}
_LEAST: Final = 0.25  # of the page's lines, which a copy has in the same order
_LONGEST: Final = 300  # characters of a line that are shown


def drift(text: str) -> tuple[str, ...]:
    """What a copy of the page says otherwise: a sentence a line that changed, in the page's order.

    Args:
        text: The copy, as a browser shows it from top to bottom. Blank lines, white space at the end of a line and the
            kind of a space or line end do not count.

    Raises:
        PageUnreadable: The text has next to nothing of the page.
    """
    page, copy = _lines(Path(__file__).with_name("page.txt").read_text(encoding="utf-8")), _lines(text)
    matcher = difflib.SequenceMatcher(None, page, copy, autojunk=False)
    if sum(block.size for block in matcher.get_matching_blocks()) < _LEAST * len(page):
        raise PageUnreadable("this is no copy of the documented page; save the text that the browser shows")
    places = ["the top", *_places(page)]
    changes: list[str] = []
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        was, now = [_quoted(line) for line in page[start:end]], [_quoted(line) for line in copy[new_start:new_end]]
        where = places[start + 1 : end + 1]
        if kind == "equal":
            continue
        if len(was) == len(now):
            changes += [f"{at}: line {old} now says {new}" for at, old, new in zip(where, was, now, strict=True)]
        else:
            changes += [f"{at}: line {line} was removed" for at, line in zip(where, was, strict=True)]
            changes += [f"{places[end]}: line {line} is new" for line in now]
    return tuple(changes)


def _lines(text: str) -> list[str]:
    spaces = str.maketrans("\N{NO-BREAK SPACE}\t", "  ", "\N{ZERO WIDTH NO-BREAK SPACE}")
    return [line for each in text.translate(spaces).splitlines() if (line := each.rstrip())]


def _places(page: list[str]) -> Iterator[str]:
    """Where each line of the page stands: in a section, in a table of a response, in a sample."""
    contract = load()
    starts = {section: f"the section “{section}”" for section in _SECTIONS}
    starts |= {response.description: f"the {response.status}" for response in contract.responses}
    starts |= {source.partition("\n")[0]: f"the {language} sample" for language, source in contract.samples.items()}
    place, table = "the top", ""
    for line in page:
        place, table = starts.get(line, place), "" if line in starts else _TABLES.get(line, table)
        yield f"{place}, {table}" if table else place


def _quoted(line: str) -> str:
    visible = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
    return f"“{visible if len(visible) <= _LONGEST else visible[:_LONGEST] + '…'}”"
