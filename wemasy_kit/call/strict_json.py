"""Strict JSON: reads bytes as I-JSON (RFC 7493), or not at all. What readers may read differently is doubt. Pure."""

from __future__ import annotations

import json
import math
from typing import Any, Final

NOT_JSON: Final = object()
DEEPEST: Final = 32
LARGEST: Final = 2**53 - 1


def read_json(data: bytes) -> Any:
    """The value, or `NOT_JSON` for everything doubtful.

    Refused are other encodings than UTF-8, a byte order mark, lone surrogates, a name that comes twice, NaN and
    Infinity, numbers that a double cannot hold, and more than `DEEPEST` levels.
    """
    try:
        text = data.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_unique, parse_int=_integer, parse_float=_real, parse_constant=_refuse
        )
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return NOT_JSON
    return value if _is_shallow(value) else NOT_JSON


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def _integer(text: str) -> int:
    if len(text) > 17 or abs(value := int(text)) > LARGEST:
        raise ValueError("an integer that not every reader can hold")
    return value


def _real(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number that not every reader can hold")
    return value


def _refuse(text: str) -> Any:
    raise ValueError("NaN and Infinity are not JSON")


def _is_shallow(value: object) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
        if not level:
            return True
    return False
