"""Scan: twice the input takes twice the steps. Counted are calls and the bytes that they look at, not seconds."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.benchmarks.scan import BOUND, SHAPES
from wemasy_kit.secrets import scan

BODY = 64 * 1024  # bytes; what a response may have


class Counted(bytes):
    """Bytes that count how many of them are looked at."""

    steps = 0

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        Counted.steps += len(found) if isinstance(found, bytes) else 1
        return found

    def _sought(self, how: Any, *arguments: Any) -> Any:
        first, last = (*arguments[1:], 0, len(self))[:2] if len(arguments) != 2 else (arguments[1], len(self))
        place = how(self, *arguments)
        Counted.steps += len(self[first:last]) if place < 0 else place - first if how is bytes.find else last - place
        return place

    def find(self, *arguments: Any) -> int:
        return int(self._sought(bytes.find, *arguments))

    def rfind(self, *arguments: Any) -> int:
        return int(self._sought(bytes.rfind, *arguments))

    def count(self, *arguments: Any) -> int:
        Counted.steps += arguments[2] - arguments[1]
        return super().count(*arguments)

    def lower(self) -> Counted:
        Counted.steps += len(self)
        return Counted(super().lower())

    def translate(self, *arguments: Any) -> Counted:
        Counted.steps += len(self)
        return Counted(super().translate(*arguments))


class Pattern:
    """A rule that counts what it has read of a text: to the end of the match, or of where it may look."""

    def __init__(self, rule: re.Pattern[bytes]) -> None:
        self.rule = rule

    def match(self, data: bytes, place: int) -> re.Match[bytes] | None:
        found = self.rule.match(data, place)
        Counted.steps += found.end() - place if found else 1
        return found

    def search(self, data: bytes, place: int, end: int) -> re.Match[bytes] | None:
        found = self.rule.search(data, place, end)
        Counted.steps += found.end() - place if found else end - place
        return found

    def finditer(self, data: bytes) -> Iterator[re.Match[bytes]]:
        Counted.steps += len(data)
        return self.rule.finditer(data)


def steps(data: bytes) -> int:
    """How many calls a scan makes, and how many bytes it looks at."""
    Counted.steps = 0
    counted = Counted(data)

    def called(frame: Any, event: str, argument: Any) -> None:
        Counted.steps += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        scan.findings(counted)
    finally:
        sys.setprofile(None)
    return Counted.steps


@pytest.fixture(autouse=True)
def counted_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in vars(scan).copy().items():
        if isinstance(value, re.Pattern):
            monkeypatch.setattr(scan, name, Pattern(value))
    decoded = scan._decoded
    monkeypatch.setattr(scan, "_decoded", lambda blob: Counted(decoded(blob)))
    monkeypatch.setattr(scan, "_BLOBS", {mark: Pattern(rule) for mark, rule in scan._BLOBS.items()})


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_input_takes_twice_the_steps(shape: str) -> None:
    once, twice = (steps(SHAPES[shape](size)) for size in (60_000, 120_000))

    assert once > 50_000
    assert twice <= BOUND * once


@pytest.mark.parametrize("shape", SHAPES)
def test_a_body_of_any_shape_is_searched_in_a_few_steps_a_byte(shape: str) -> None:
    """So that a recording keeps its deadline."""
    assert steps(SHAPES[shape](BODY)) <= 300 * BODY
