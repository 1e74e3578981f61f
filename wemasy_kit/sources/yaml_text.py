"""YAML text: reads a cassette's text into a value that knows its place, to name in complaints.

Nothing is built before the text is known to be harmless: deep nesting crashes the C parser, and Python with it, and a
few nested aliases stand for more than any memory holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

from wemasy_kit.errors import CassetteUnreadable

T = TypeVar("T")

# The C parser is some ten times faster, and not there in the browser's Python.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOUNS: Final = {dict: "a mapping", list: "a list", str: "text", int: "a whole number", bool: "true or false"}
_DEEPEST: Final = 40  # levels of nesting; a cassette has 6
_HALF: Final = re.compile("[\ud800-\udfff]")  # a surrogate alone, which no encoding can write


@dataclass(frozen=True, slots=True)
class Spot:
    """A value of a cassette, the file's name, and the way to it: the keys and indexes that lead here."""

    value: Any
    file: str
    way: tuple[str | int, ...] = ()

    def error(self, problem: str) -> CassetteUnreadable:
        """What to raise: the value at this place has this problem. One line."""
        place = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.way).removeprefix(".")
        return _unreadable(self.file, f"{place or 'the document'} {problem}")

    def of(self, kind: type[T]) -> T:
        """The value, if it is exactly of this kind: to isinstance, a bool is an int."""
        if type(self.value) is not kind:
            raise self.error(f"is {_noun(self.value)}, not {_NOUNS[kind]}")
        if isinstance(self.value, str) and _HALF.search(self.value):
            raise self.error("holds half a character")
        return self.value

    def __getitem__(self, key: str) -> Spot:
        if key not in self.of(dict):
            raise self._below(key).error("is missing")
        return self._below(key, self.value[key])

    def text(self, key: str) -> str:
        """The text under a key."""
        return self[key].of(str)

    def entries(self) -> list[tuple[str, Spot]]:
        """Keys and values of a mapping whose keys are text."""
        for key in self.of(dict):
            if not isinstance(key, str):
                raise self.error(f"has a key that is {_noun(key)}, not text; quote it")
            self._below(key, key).of(str)
        return [(key, self._below(key, value)) for key, value in self.value.items()]

    def items(self) -> list[Spot]:
        """The values of a list."""
        return [self._below(index, value) for index, value in enumerate(self.of(list))]

    def _below(self, key: str | int, value: object = None) -> Spot:
        return Spot(value, self.file, (*self.way, key))


def read_yaml(file: Path) -> Spot:
    """The one document of a YAML file in UTF-8.

    Raises:
        OSError: The file cannot be read.
        CassetteUnreadable: It is no YAML, or holds an alias, or more than 40 levels. One line, with the place.
    """
    data = file.read_bytes()
    try:
        text = data.decode()
        complaint = _bomb(text)
        if complaint is None:
            return Spot(yaml.load(text, _LOADER), file.name)
    except UnicodeDecodeError as error:
        complaint = f"line {data[: error.start].count(10) + 1} is not UTF-8"
    except Exception as error:  # A wrong tag (`!!int x`) makes PyYAML raise nearly anything.
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1} " if mark else ""
        complaint = f"{place}is not YAML: {getattr(error, 'problem', None) or f'{type(error).__name__}: {error}'}"
    raise _unreadable(file.name, complaint)


def _bomb(text: str) -> str | None:
    """What makes it dangerous to build this text; None if nothing does."""
    depth = 0
    for event in yaml.parse(text, _LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        mark: Any = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            return f"line {mark.line + 1} has an alias; write the value out"
        if depth > _DEEPEST:
            return f"line {mark.line + 1} is nested too deep"
    return None


def _noun(value: object) -> str:
    return "empty" if value is None else _NOUNS.get(type(value), f"a {type(value).__name__}")


def _unreadable(file: str, complaint: str) -> CassetteUnreadable:
    return CassetteUnreadable(f"{file} is not a vcrpy cassette: {complaint}")
