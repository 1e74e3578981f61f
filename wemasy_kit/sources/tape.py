"""Tape: reads a vcrpy cassette file into plain values, or names the place where it is none. No network, no vcrpy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from wemasy_kit.errors import CassetteNotFound, CassetteUnreadable
from wemasy_kit.exchange import Headers


class Recorded(NamedTuple):
    """One recorded request, by method and address, and its answer."""

    method: str
    url: str
    status: int
    reason: str
    headers: Headers
    body: bytes


def read_tape(path: Path) -> tuple[Recorded, ...]:
    """Every exchange of the cassette at `path`, in order. Parses the file again only if it has changed.

    Raises:
        CassetteNotFound: There is no such file.
        CassetteUnreadable: It is no vcrpy cassette; the message names the file and the place in it.
    """
    try:
        state = path.stat()
        stamp = (state.st_mtime_ns, state.st_size, state.st_ino)
        if (known := _read.get(path)) is None or known[0] != stamp:
            known = _read[path] = (stamp, tuple(_exchanges(path)))
    except FileNotFoundError:
        raise CassetteNotFound(f"there is no cassette at {path}") from None
    except OSError as error:
        raise CassetteUnreadable(f"{path.name} cannot be read: {error.strerror}") from None
    return known[1]


_read: dict[Path, tuple[tuple[int, int, int], tuple[Recorded, ...]]] = {}


_DEEPEST: Final = 40  # levels of nesting; what vcrpy writes has 6


def _document(path: Path) -> Any:
    data = path.read_bytes()
    # The safe loader; PyYAML's C parser is many times faster, and missing in the browser's Python.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        depth = 0
        # Before anything is built: deep nesting crashes the C parser, and Python with it.
        for event in yaml.parse(data, loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            mark: Any = event.start_mark
            if depth > _DEEPEST:
                raise yaml.MarkedYAMLError(problem="it is nested too deep", problem_mark=mark)
        return yaml.load(data, loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise _unreadable(f"{path.name} cannot be read as YAML{place}: {error.problem}") from None
    except Exception:  # A wrong tag (`!!bool x`) makes PyYAML raise nearly anything.
        raise _unreadable(f"{path.name} is not YAML text") from None


def _unreadable(message: str) -> CassetteUnreadable:
    return CassetteUnreadable("".join(character if character.isprintable() else " " for character in message))


def _exchanges(path: Path) -> Iterator[Recorded]:
    reader = _Place(path.name, "", _document(path))
    for interaction in reader.items("interactions"):
        request, response = interaction["request"], interaction["response"]
        status, body = response["status"], response["body"]
        code = status["code"].of(int)
        if not 100 <= code <= 999:
            raise status["code"].refusal("a status from 100 to 999")
        yield Recorded(
            method=request["method"].of(str),
            url=request["uri"].of(str),
            status=code,
            reason=status.maybe("message", ""),
            headers=tuple(response["headers"].headers()),
            body=body["string"].bytes(),
        )


class _Place:
    """A value of the document that knows where it stands, so that an error can say so."""

    def __init__(self, file: str, path: str, value: Any) -> None:
        self.file, self.path, self.value = file, path, value

    def refusal(self, wanted: str) -> CassetteUnreadable:
        return _unreadable(f"{self.file} is not a vcrpy cassette: {self.path or 'the top'} must be {wanted}")

    def of(self, kind: type[Any]) -> Any:
        if not isinstance(self.value, kind) or isinstance(self.value, bool):
            raise self.refusal({dict: "a mapping", list: "a list", str: "text", int: "a whole number"}[kind])
        if kind is str and re.search("[\ud800-\udfff]", self.value):
            raise self.refusal("text, and holds half a character")
        return self.value

    def __getitem__(self, key: str) -> _Place:
        path = f"{self.path}.{key}".lstrip(".")
        if key not in self.of(dict):
            raise _unreadable(f"{self.file} is not a vcrpy cassette: {path} is missing")
        return _Place(self.file, path, self.value[key])

    def items(self, key: str) -> Iterator[_Place]:
        found = self[key]
        for index, item in enumerate(found.of(list)):
            yield _Place(self.file, f"{found.path}[{index}]", item)

    def maybe(self, key: str, default: str) -> str:
        return self[key].of(str) if self.of(dict).get(key) is not None else default

    def headers(self) -> Iterator[tuple[str, str]]:
        """vcrpy keeps a header's values as a list; hand-written cassettes often as one text."""
        for name in self.of(dict):
            found = self[name] if isinstance(name, str) else None
            if found is None:
                raise self.refusal("a mapping of text")
            values = [found] if isinstance(found.value, str) else list(self.items(name))
            for value in values:
                yield name, value.of(str)

    def bytes(self) -> bytes:
        return self.value if isinstance(self.value, bytes) else str(self.of(str)).encode()
