"""Scan: finds bearer tokens and filled password fields in a text, and says where, never what. Pure."""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

_BAR: Final = r"(?:\||%7[Cc]|\\u007[Cc]|&#124;|&#x7[Cc];|&vert;)"
_EDGE: Final = r"(?![A-Za-z0-9])"
# `id|secret`; the secret is 40 letters and digits, before them perhaps a prefix, and since 2023 a crc32 behind them.
_SANCTUM: Final = re.compile(
    rf"(?<![A-Za-z0-9])[0-9]{{1,19}}{_BAR}(?:[A-Za-z0-9]{{1,32}}_)?([A-Za-z0-9]{{40}}(?:[0-9a-f]{{8}})?){_EDGE}"
)
# Without its id a token can only be known by its checksum, which no other text has by chance.
_BARE: Final = re.compile(rf"(?<![A-Za-z0-9])([A-Za-z0-9]{{40}})([0-9a-f]{{8}}){_EDGE}")
_BEARER: Final = re.compile(r"(?i)\bbearer(?:[ \t]|%20|\+)+([A-Za-z0-9][A-Za-z0-9._~+/|%-]{19,}=*)")
_WIDGET_STATE: Final = "application/vnd.jupyter.widget-state+json"


class Finding(NamedTuple):
    """Where something secret stands. `line` and `column` count from 1; `what` names the kind, never the value."""

    line: int
    column: int
    what: str


def findings(text: str) -> tuple[Finding, ...]:
    """Every place in `text` that looks like a secret, in order, each place once."""
    found: dict[int, str] = {}
    for start in _password_fields(text):
        found.setdefault(start, "a filled password field in saved widget state")
    for match in _SANCTUM.finditer(text):
        if _is_random(match[1]):
            found.setdefault(match.start(), "a Sanctum token")
    for match in _BARE.finditer(text):
        within = any(start <= match.start() < start + 64 for start in found)
        if not within and f"{binascii.crc32(match[1].encode()):08x}" == match[2]:
            found.setdefault(match.start(), "a Sanctum token without its id")
    for match in _BEARER.finditer(text):
        within = any(match.start() <= start < match.end() for start in found)
        if not within and _is_random(match[1]):
            found.setdefault(match.start(1), "a bearer value")
    return tuple(_at(text, start, what) for start, what in sorted(found.items()))


def _at(text: str, start: int, what: str) -> Finding:
    return Finding(text.count("\n", 0, start) + 1, start - (text.rfind("\n", 0, start) + 1) + 1, what)


def _is_random(text: str) -> bool:
    """Words, names and paths are not: a random text mixes digits and letters and repeats few of them."""
    return bool(re.search("[0-9]", text)) and bool(re.search("[A-Za-z]", text)) and len(set(text)) >= 10


def _password_fields(text: str) -> Iterator[int]:
    if _WIDGET_STATE not in text or "PasswordModel" not in text:
        return
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    for value in _filled(document):
        place = text.find(json.dumps(value))
        place = place if place >= 0 else text.find(json.dumps(value, ensure_ascii=False))
        yield max(place, 0)


def _filled(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        value = node.get("state", {}).get("value") if isinstance(node.get("state"), dict) else None
        if node.get("model_name") == "PasswordModel" and isinstance(value, str) and value:
            yield value
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from _filled(child)
