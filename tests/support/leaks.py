"""What a person could see of a token: in a text, and in a traceback that shows local variables."""

from __future__ import annotations

import collections
import dataclasses
import traceback
from collections.abc import Iterator
from pathlib import Path

import wemasy_kit

PACKAGE = Path(wemasy_kit.__file__).parent


def shows(text: str, canary: str) -> bool:
    """Whether a text gives away eight characters in a row of the token's secret part."""
    secret = canary.partition("|")[2]
    return any(secret[start : start + 8] in text for start in range(len(secret) - 7))


def reachable(value: object, depth: int = 6) -> Iterator[str]:
    """The texts that a printer of locals meets: it enters containers and dataclasses, and asks the rest for a repr."""
    yield repr(value)
    parts: list[object] = []
    if isinstance(value, dict):
        parts = [*value, *value.values()]
    elif isinstance(value, list | tuple | set | frozenset | collections.deque):
        parts = list(value)
    elif dataclasses.is_dataclass(value):
        parts = [getattr(value, field.name) for field in dataclasses.fields(value)]
    for part in parts if depth else []:
        yield from reachable(part, depth - 1)


def shown_by(error: BaseException) -> str:
    """All that a traceback with locals shows of the kit; a frame of a test may hold the text, and is no matter."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    captured = [str(frame.locals) for frame in whole.stack if _is_the_kits(frame.filename)]
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if _is_the_kits(frame.f_code.co_filename)]
    walked = [text for frame in frames for local in frame.f_locals.values() for text in reachable(local)]
    assert captured
    assert len(captured) == len(frames)
    behind = error.__cause__ or error.__context__
    return "\n".join([str(error), *captured, *walked, *([shown_by(behind)] if behind else [])])


def _is_the_kits(filename: str) -> bool:
    return Path(filename).is_relative_to(PACKAGE)
