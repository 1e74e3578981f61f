"""The documented page, read by a second parser that shares nothing with the package."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import wemasy_kit.contract

PAGE = (Path(wemasy_kit.contract.__path__[0]) / "page.txt").read_text(encoding="utf-8")
LINES = PAGE.splitlines()


class Block(NamedTuple):
    """What the page says under a status; a row of a table is the texts of its cells."""

    description: str
    headers: list[tuple[str, ...]]
    fields: list[tuple[str, ...]]


def between(start: str, end: str) -> list[str]:
    return LINES[LINES.index(start) + 1 : LINES.index(end)]


def blocks() -> dict[int, Block]:
    _, *listed = between("Responses", "Base URL")
    statuses = [int(line) for line in listed if line.isdigit()]
    rows = [line for line in listed if not line.isdigit()]
    starts = [index - 1 for index, row in enumerate(rows) if row == "Headers"]
    found = {}
    for status, (start, end) in zip(statuses, itertools.pairwise([*starts, len(rows)]), strict=True):
        description, *titles = rows[start : start + 3]
        assert titles == ["Headers", "HeaderTypeDescriptionExample"]
        table = rows.index("FieldTypeDescription", start)
        headers = [re.findall(r"(\S+) (\S+) (.+) (\d+)$", row)[0] for row in rows[start + 3 : table]]
        fields = [tuple(f"{row}  ".split(" ", 2)) for row in rows[table + 1 : end]]
        found[status] = Block(description, headers, [(name, type_, text.strip()) for name, type_, text in fields])
    return found


def sources() -> dict[str, str]:
    """The samples follow each other without a heading, in the order in which the page lists their languages."""
    listed = between("Request Sample", "Response Example")
    found = re.split(r"\n(?=fetch\(|\$response = |import )", "\n".join(listed[4:]))
    return dict(zip(listed[:4], found, strict=True))


def example() -> dict[str, Any]:
    shown: dict[str, Any] = json.loads("\n".join(between("Response Example", "Try It")))
    return shown
