"""Masking: takes every trace of one secret out of a text, also where a server echoes it in another spelling. Pure."""

from __future__ import annotations

import base64
import html
import itertools
import urllib.parse
from typing import Final

MASK: Final = "[token]"
# Eight shared characters in a row are no accident, and what stays unmasked at an edge is too short to be of use.
RUN: Final = 8
_SHORTEST: Final = 4


def masked(text: str, secret: str) -> str:
    """Give `text` with every run of `RUN` or more characters that it shares with `secret` replaced by `MASK`.

    Finds it plain, percent-encoded, JSON- and HTML-escaped, in hex and in base64. A secret of fewer than four
    characters is none, and is left alone.
    """
    if len(secret) < _SHORTEST or not text:
        return text
    hidden = bytearray(len(text))
    for length, runs in _runs(secret).items():
        for start in range(len(text) - length + 1):
            if text[start : start + length] in runs:
                hidden[start : start + length] = b"\1" * length
    if not any(hidden):
        return text
    parts = itertools.groupby(zip(text, hidden, strict=True), key=lambda pair: pair[1])
    return "".join(MASK if hide else "".join(character for character, _ in pairs) for hide, pairs in parts)


def masked_bytes(data: bytes, secret: str) -> bytes:
    """`masked`, for bytes in any encoding that keeps ASCII in its place."""
    return masked(data.decode("latin-1"), secret).encode("latin-1")


def _runs(secret: str) -> dict[int, set[str]]:
    """Every run that gives the secret away, by its length."""
    raw = secret.encode()
    plain = {secret, urllib.parse.quote(secret, safe=""), html.escape(secret), secret.replace("/", "\\/")}
    hexes = {raw.hex(), raw.hex().upper()}
    # The same bytes look different at each of the three places in a base64 group of three.
    shifted = [base64.b64encode(b"\0" * shift + raw).decode()[shift + 1 if shift else 0 :] for shift in range(3)]
    whole = {text.rstrip("=")[:-1] for text in shifted}
    base64s = whole | {text.translate(_URL_SAFE) for text in whole}
    runs: dict[int, set[str]] = {}
    for spellings, length in ((plain, RUN), (hexes, 2 * RUN), (base64s, RUN * 4 // 3)):
        for spelling in spellings:
            size = min(length, len(spelling))
            runs.setdefault(size, set()).update(spelling[i : i + size] for i in range(len(spelling) - size + 1))
    return runs


_URL_SAFE: Final = str.maketrans("+/", "-_")
