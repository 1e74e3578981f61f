"""Masking: takes every trace of one secret out of a text, also where a server echoes it in another spelling. Pure."""

from __future__ import annotations

import base64
import html
import itertools
import re
import string
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

MASK: Final = "[token]"
# Eight shared characters in a row are no accident, and what stays unmasked at an edge is too short to be of use.
# Nor can eight cover a JSON name like `error` alone: a masked response never means more than it did.
RUN: Final = 8

Mask = Callable[[str], str]


def masking(secret: str) -> Mask:
    """Give the function that replaces every run of `RUN` or more characters that a text shares with `secret` by `MASK`.

    It finds them in any case, plain, percent-encoded, JSON- and HTML-escaped (also one in the other), in base64 and in
    hex, also with a blank, colon or dash between the bytes. A secret of fewer than `RUN` characters is left alone.
    """
    runs = _runs(secret) if len(secret) >= RUN else []

    def mask(text: str) -> str:
        if not runs or len(text) < RUN:
            return text
        hidden = bytearray(len(text))
        view = text
        places: Sequence[int] = range(len(text) + 1)
        _hide(runs, view, places, hidden)
        if gaps := {found.start() for found in re.finditer(_GAP, text)}:
            kept = [place for place in places if place not in gaps]
            _hide(runs, "".join(text[place] for place in kept[:-1]), kept, hidden)
        for _ in range(_LAYERS):
            if not re.search(_ESCAPE, view):
                break
            view, places = _unescaped(view, places)
            _hide(runs, view, places, hidden)
        if not any(hidden):
            return text
        parts = itertools.groupby(zip(text, hidden, strict=True), key=lambda pair: pair[1])
        return "".join(MASK if hide else "".join(character for character, _ in pairs) for hide, pairs in parts)

    return mask


def masked(text: str, secret: str) -> str:
    """`text` without `secret`, see `masking`."""
    return masking(secret)(text)


class _Runs(NamedTuple):
    """The runs of one length that give the secret away, in lower case, and the pieces of half that length in them."""

    length: int
    whole: set[str]
    halves: set[str]


def _hide(runs: list[_Runs], view: str, places: Sequence[int], hidden: bytearray) -> None:
    """Mark where a run of `view` stands in the text itself: its n-th character begins there at `places[n]`."""
    view = view.translate(_LOWER)
    for length, whole, halves in runs:
        half = _half(length)
        # Wherever a run begins, it covers one of these blocks: so it is enough to look at them.
        for block in range(0, len(view) - half + 1, half):
            if view[block : block + half] not in halves:
                continue
            for start in range(max(0, block + half - length), min(block, len(view) - length) + 1):
                if view[start : start + length] in whole:
                    first, end = places[start], places[start + length]
                    hidden[first:end] = b"\1" * (end - first)


_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_GAP: Final = r"(?<=[0-9A-Fa-f]{2})[\s:-](?=[0-9A-Fa-f]{2})"  # between two bytes in hex
_LAYERS: Final = 3
_ESCAPE: Final = r"%([0-9A-Fa-f]{2})|\\u00([0-9A-Fa-f]{2})|\\x([0-9A-Fa-f]{2})|(&#?[0-9A-Za-z]{1,12};)|\\(.)"


def _unescaped(view: str, places: Sequence[int]) -> tuple[str, Sequence[int]]:
    """One layer of escapes less, and where each character of that begins in the text itself."""
    characters: list[str] = []
    begins: list[int] = []
    end = 0
    for found in re.finditer(_ESCAPE, view):
        characters += view[end : found.start()], _character(found)
        begins += places[end : found.start() + 1]
        end = found.end()
    return "".join((*characters, view[end:])), (*begins, *places[end:])


def _character(found: re.Match[str]) -> str:
    if found[4]:
        return html.unescape(found[4])[:1] or "&"
    return found[5] or chr(int(found[1] or found[2] or found[3], 16))


def _runs(secret: str) -> list[_Runs]:
    raw = secret.encode()
    # The same bytes look different at each of the three places in a base64 group of three.
    shifted = [base64.b64encode(b"\0" * shift + raw).decode()[shift + 1 if shift else 0 :] for shift in range(3)]
    base64s = {text.rstrip("=")[:-1] for text in shifted}
    base64s |= {text.translate(_URL_SAFE) for text in base64s}
    return [
        _runs_of({secret}, RUN),
        _runs_of({raw.hex()}, 2 * RUN),
        _runs_of(base64s, min(RUN * 4 // 3, *map(len, base64s))),
    ]


def _runs_of(spellings: set[str], length: int) -> _Runs:
    whole = {run for spelling in spellings for run in _pieces(spelling.translate(_LOWER), length)}
    return _Runs(length, whole, {half for run in whole for half in _pieces(run, _half(length))})


def _half(length: int) -> int:
    return (length + 1) // 2


def _pieces(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(len(text) - length + 1)]


_URL_SAFE: Final = str.maketrans("+/", "-_")
