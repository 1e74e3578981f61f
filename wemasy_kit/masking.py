"""Masking: takes every trace of one secret out of a text, also where a server echoes it in another spelling. Pure."""

from __future__ import annotations

import base64
import html
import itertools
import re
import string
from collections.abc import Callable, Sequence
from typing import Final

MASK: Final = "[token]"
# Eight shared characters in a row are no accident, and what stays unmasked at an edge is too short to be of use.
# Nor can eight cover a JSON name like `error` alone: a masked answer never means more than it did.
RUN: Final = 8

Mask = Callable[[str], str]


def masking(secret: str) -> Mask:
    """Give the function that replaces every run of `RUN` or more characters that a text shares with `secret` by `MASK`.

    It finds them in any case, plain, percent-encoded, JSON- and HTML-escaped (also one in the other), in hex and in
    base64. A secret of fewer than `RUN` characters is none, and is left alone.
    """
    runs = _runs(secret) if len(secret) >= RUN else {}

    def mask(text: str) -> str:
        if not runs or len(text) < RUN:
            return text
        hidden = bytearray(len(text))
        view, places = text, range(len(text) + 1)
        _hide(runs, view, places, hidden)
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


def masked_bytes(data: bytes, secret: str) -> bytes:
    """`masked`, for bytes in any encoding that keeps ASCII in its place."""
    return masked(data.decode("latin-1"), secret).encode("latin-1")


def _hide(runs: dict[int, set[str]], view: str, places: Sequence[int], hidden: bytearray) -> None:
    """Mark where a run of `view` stands in the text itself: its n-th character begins there at `places[n]`."""
    view = view.translate(_LOWER)
    for length, known in runs.items():
        for start in range(len(view) - length + 1):
            if view[start : start + length] in known:
                first, end = places[start], places[start + length]
                hidden[first:end] = b"\1" * (end - first)


_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
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


def _runs(secret: str) -> dict[int, set[str]]:
    """Every run that gives the secret away, by its length, in lower case."""
    raw = secret.encode()
    # The same bytes look different at each of the three places in a base64 group of three.
    shifted = [base64.b64encode(b"\0" * shift + raw).decode()[shift + 1 if shift else 0 :] for shift in range(3)]
    whole = {text.rstrip("=")[:-1] for text in shifted}
    base64s = whole | {text.translate(_URL_SAFE) for text in whole}
    runs: dict[int, set[str]] = {}
    for spellings, length in (({secret}, RUN), ({raw.hex()}, 2 * RUN), (base64s, RUN * 4 // 3)):
        for spelling in spellings:
            lower, size = spelling.translate(_LOWER), min(length, len(spelling))
            runs.setdefault(size, set()).update(lower[i : i + size] for i in range(len(lower) - size + 1))
    return runs


_URL_SAFE: Final = str.maketrans("+/", "-_")
