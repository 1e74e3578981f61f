"""YAML text: reads a cassette's text into a value that knows its place, to name in complaints.

The value is built from the parser's events, as they come. PyYAML itself makes a tree of nodes first: that takes seven
times the memory, deep nesting crashes the C parser there, and Python with it, and a few nested aliases stand for more
than any memory holds.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

from wemasy_kit.errors import CassetteUnreadable

T = TypeVar("T")

# The C parser is some ten times faster, and not there in the browser's Python.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOUNS: Final = {dict: "a mapping", list: "a list", str: "text", int: "a whole number", bool: "true or false"}
_DEEPEST: Final = 40  # levels of nesting; a cassette has 6
_HALF: Final = "[\ud800-\udfff]"  # a surrogate alone, which no encoding can write


class Spot:
    """A value of a cassette, the file's name, and the way to it: the keys and indexes that lead here."""

    # No dataclass: there is one for each value that is read, and a frozen one takes three times as long to make.
    __slots__ = ("file", "value", "way")

    def __init__(self, value: Any, file: str, way: tuple[str | int, ...] = ()) -> None:
        self.value, self.file, self.way = value, file, way

    def error(self, problem: str) -> CassetteUnreadable:
        """What to raise: the value at this place has this problem. One line."""
        place = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.way).removeprefix(".")
        return _unreadable(self.file, f"{place or 'the document'} {problem}")

    def of(self, kind: type[T]) -> T:
        """The value, if it is exactly of this kind: to isinstance, a bool is an int."""
        if type(self.value) is not kind:
            raise self.error(f"is {_noun(self.value)}, not {_NOUNS[kind]}")
        if isinstance(self.value, str):
            self._is_whole(self.value)
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
            self._is_whole(key)
        return [(key, self._below(key, value)) for key, value in self.value.items()]

    def items(self) -> list[Spot]:
        """The values of a list."""
        return [self._below(index, value) for index, value in enumerate(self.of(list))]

    def _is_whole(self, text: str) -> None:
        if not text.isascii() and re.search(_HALF, text):
            raise self.error("holds half a character")

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
        data.decode()  # The parser takes UTF-16 too.
        return Spot(_built(_LOADER(data), file.name), file.name)
    except CassetteUnreadable:
        raise
    except UnicodeDecodeError as error:
        complaint = f"line {data[: error.start].count(10) + 1} is not UTF-8"
    except Exception as error:  # A wrong tag (`!!int x`) makes PyYAML raise nearly anything.
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1} " if mark else ""
        complaint = f"{place}is not YAML: {getattr(error, 'problem', None) or f'{type(error).__name__}: {error}'}"
    raise _unreadable(file.name, complaint)


def _built(loader: Any, file: str) -> Any:
    plain: dict[str, Any] = {}  # each text once: a cassette says the same again and again
    values: list[Any] = []  # of the collection that is open now, keys too
    around: list[list[Any]] = []
    for event in iter(loader.get_event, None):
        mark: Any = event.start_mark
        if isinstance(event, yaml.ScalarEvent):
            if event.tag is not None or not event.implicit[0]:
                values.append(_scalar(event, loader))
            else:
                if event.value not in plain:
                    plain[event.value] = _scalar(event, loader)
                values.append(plain[event.value])
        elif isinstance(event, yaml.CollectionStartEvent):
            if event.tag not in (None, "!", loader.DEFAULT_MAPPING_TAG, loader.DEFAULT_SEQUENCE_TAG):
                loader.construct_undefined(yaml.CollectionNode(event.tag, [], mark))
            around.append(values)
            values = []
            if len(around) > _DEEPEST:
                raise _unreadable(file, f"line {mark.line + 1} is nested too deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            whole = values if isinstance(event, yaml.SequenceEndEvent) else dict(zip(*[iter(values)] * 2, strict=True))
            values = around.pop()
            values.append(whole)
        elif isinstance(event, yaml.AliasEvent):
            raise _unreadable(file, f"line {mark.line + 1} has an alias; write the value out")
    if len(values) > 1:
        raise _unreadable(file, "it holds more than one document")
    return values[0] if values else None


def _scalar(event: Any, loader: Any) -> Any:
    tag = event.tag
    if tag in (None, "!"):
        tag = loader.resolve(yaml.ScalarNode, event.value, event.implicit)
    if tag == loader.DEFAULT_SCALAR_TAG:
        return event.value
    return loader.construct_object(yaml.ScalarNode(tag, event.value, event.start_mark))


def _noun(value: object) -> str:
    return "empty" if value is None else _NOUNS.get(type(value), f"a {type(value).__name__}")


def _unreadable(file: str, complaint: str) -> CassetteUnreadable:
    return CassetteUnreadable(f"{file} is not a vcrpy cassette: {complaint}")
